"use strict";
// Two services, nothing else: numbers say where they come from, charts answer a pointer or a key.
// Without this script the page is complete; the same is written in its tables.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const make = (tag, name, parent) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    parent.append(element);
    return element;
  };
  const list = (box, rows) => {
    const dl = document.createElement("dl");
    for (const [label, text] of rows) {
      make("dt", "", dl).textContent = label;
      make("dd", "", dl).textContent = text;
    }
    box.replaceChildren(dl);
  };

  // --- numbers ---
  const provenance = read("provenance");
  const tip = document.getElementById("tip");
  let shown = null;

  const place = (target) => {
    const at = target.getClientRects()[0];
    const width = document.documentElement.clientWidth;
    const left = Math.max(8, Math.min(at.left, width - tip.offsetWidth - 8));
    const above = at.bottom + tip.offsetHeight + 8 > window.innerHeight && at.top > tip.offsetHeight + 8;
    tip.style.left = `${left + window.scrollX}px`;
    tip.style.top = `${(above ? at.top - tip.offsetHeight - 6 : at.bottom + 6) + window.scrollY}px`;
  };
  const hide = () => {
    if (shown) shown.removeAttribute("aria-describedby");
    shown = null;
    tip.hidden = true;
  };
  const show = (target) => {
    const rows = provenance[target.dataset.fact];
    if (!rows || shown === target) return;
    hide();
    list(tip, rows);
    tip.hidden = false;
    shown = target;
    target.setAttribute("aria-describedby", "tip");
    place(target);
  };
  const fact = (event) => event.target.closest && event.target.closest(".fact");

  document.addEventListener("pointerover", (event) => {
    const target = fact(event);
    if (target) show(target);
    else if (shown && event.target !== tip && !tip.contains(event.target) && shown !== document.activeElement) hide();
  });
  document.addEventListener("focusin", (event) => { const target = fact(event); if (target) show(target); else hide(); });
  document.addEventListener("click", (event) => { const target = fact(event); if (target) show(target); else hide(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  window.addEventListener("resize", hide);

  // In words every number is a stop for the keyboard; a table is one stop, arrows go on from there.
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
  for (const one of document.querySelectorAll(".fact:not(.quiet)")) if (!one.closest("table")) one.tabIndex = 0;
  for (const table of document.querySelectorAll("table")) {
    const facts = [...table.querySelectorAll(".fact")];
    facts.forEach((one, at) => { one.tabIndex = at ? -1 : 0; });
    const across = (one) => {
      const row = one.closest("tr");
      return [row, [...row.cells].indexOf(one.closest("td,th"))];
    };
    const target = (one, key) => {
      if (key !== "ArrowDown" && key !== "ArrowUp") {
        return facts[Math.max(0, Math.min(facts.length - 1, facts.indexOf(one) + step[key]))];
      }
      const [row, column] = across(one);
      const rows = [...table.rows];
      for (let at = rows.indexOf(row) + step[key]; at >= 0 && at < rows.length; at += step[key]) {
        const found = rows[at].cells[column] && rows[at].cells[column].querySelector(".fact");
        if (found) return found;
      }
      return one;
    };
    table.addEventListener("keydown", (event) => {
      const one = fact(event);
      if (!one || !(event.key in step)) return;
      event.preventDefault();
      const next = target(one, event.key);
      one.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  }

  // --- charts ---
  const plots = read("plots");
  const number = (svg, name) => Number(svg.getAttribute(`data-${name}`));

  const watch = (plot, svg, heights) => {
    const box = svg.parentElement;
    const table = plot.closest("figure").querySelector("table.data");
    const rows = table ? [...table.tBodies[0].rows] : [];
    const heads = table ? [...table.tHead.rows[0].cells].map((cell) => cell.textContent) : [];
    const count = number(svg, "n");
    if (!rows.length || rows.length !== count || count < 2) return;
    const view = svg.viewBox.baseVal;
    const [left, right, top, bottom] = ["left", "right", "top", "bottom"].map((side) => number(svg, `plot-${side}`));
    const [low, high] = [number(svg, "y-min"), number(svg, "y-max")];
    const cursor = make("div", "cursor", box);
    const dots = heights.map((one) => make("div", `dot ${one.role}`, box));
    const told = make("div", "tip", box);
    const parts = [cursor, told, ...dots];
    let at = -1;

    const clear = () => { at = -1; for (const part of parts) part.hidden = true; for (const part of parts) part.style.display = "none"; };
    const go = (index) => {
      at = Math.max(0, Math.min(count - 1, index));
      const scale = svg.getBoundingClientRect().width / view.width;
      const x = (left + ((right - left) * at) / (count - 1)) * scale;
      for (const part of parts) { part.hidden = false; part.style.display = ""; }
      cursor.style.left = `${x}px`;
      cursor.style.top = `${top * scale}px`;
      cursor.style.height = `${(bottom - top) * scale}px`;
      heights.forEach((one, n) => {
        const y = one.y[at];
        const inside = y !== null && y !== undefined && y >= low && y <= high;
        dots[n].style.display = inside ? "" : "none";
        dots[n].style.left = `${x}px`;
        dots[n].style.top = `${(top + ((high - y) / (high - low)) * (bottom - top)) * scale}px`;
      });
      const cells = [...rows[at].cells].map((cell) => cell.textContent);
      list(told, [["Date", cells[0]], ...cells.slice(1).map((text, n) => [heads[n + 1], text]).filter((row) => row[1])]);
      const width = box.clientWidth;
      const beside = x + 14 + told.offsetWidth <= width ? x + 14 : Math.max(0, x - 14 - told.offsetWidth);
      told.style.left = `${Math.min(beside, width - told.offsetWidth)}px`;
      plot.setAttribute("aria-valuenow", String(at));
      plot.setAttribute("aria-valuetext", cells.map((text, n) => (n ? `${heads[n]} ${text}` : text)).join(", "));
    };

    clear();
    plot.addEventListener("pointermove", (event) => {
      const area = svg.getBoundingClientRect();
      if (!area.width) return;
      const x = ((event.clientX - area.left) / area.width) * view.width;
      go(Math.round(((x - left) / (right - left)) * (count - 1)));
    });
    plot.addEventListener("pointerleave", clear);
    plot.addEventListener("blur", clear);
    plot.addEventListener("keydown", (event) => {
      if (!svg.getBoundingClientRect().width) return;
      const moves = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: count - 1, PageUp: at - 20, PageDown: at + 20 };
      if (event.key === "Escape") clear();
      if (!(event.key in moves)) return;
      event.preventDefault();
      go(at < 0 ? (event.key === "ArrowRight" || event.key === "Home" ? 0 : count - 1) : moves[event.key]);
    });
    plot.tabIndex = 0;
    plot.setAttribute("role", "slider");
    plot.setAttribute("aria-label", `${svg.getAttribute("aria-label") || "Chart"}. Arrow keys read its values.`);
    plot.setAttribute("aria-valuemin", "0");
    plot.setAttribute("aria-valuemax", String(count - 1));
    plot.setAttribute("aria-valuenow", String(count - 1));
    plot.setAttribute("aria-valuetext", rows[count - 1].textContent.trim());
  };

  for (const plot of document.querySelectorAll(".plot")) {
    for (const svg of plot.querySelectorAll(":scope > div > svg[data-plot-left]")) watch(plot, svg, plots[plot.dataset.chart] || []);
  }
})();
