"use strict";
// The search: lists of words and texts come as script files, so that it works from a disk too.
// What a word is here is one in the program that wrote the lists.
const reporterSearch = (() => {
  const PAGE = 10, BATCH = 40, MOST = 200, AROUND = 110, LEAST_PREFIX = 2;
  const waiting = new Map(), loaded = new Map();
  const find = (id) => document.getElementById(id);
  const field = find("query"), status = find("status"), results = find("results"), more = find("more");
  let turn = 0;

  // --- files ---
  const take = (name, value) => {
    const done = waiting.get(name);
    if (done) done(value);
    else loaded.set(name, Promise.resolve(value));
  };
  const load = (name, path) => {
    if (!loaded.has(name)) {
      loaded.set(name, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        waiting.set(name, resolve);
        script.src = path;
        script.onerror = () => { loaded.delete(name); reject(new Error(path)); };
        document.head.append(script);
      }));
    }
    return loaded.get(name);
  };

  // --- words ---
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = (text) => fold(text).match(/[\p{L}\p{N}]+/gu) || [];
  // The words of a text with where each begins and ends in it.
  const placed = (text) => {
    const found = [];
    let at = 0, word = "", from = 0, to = 0;
    const close = () => { if (word) found.push({ word, from, to }); word = ""; };
    for (const sign of text) {
      for (const one of fold(sign)) {
        if (/[\p{L}\p{N}]/u.test(one)) {
          if (!word) from = at;
          word += one;
          to = at + sign.length;
        } else close();
      }
      at += sign.length;
      if (word && /\p{M}/u.test(sign)) to = at;
    }
    close();
    return found;
  };

  // A query is groups of words that follow each other; the last of a group may be a beginning.
  const parse = (query) => {
    const groups = [];
    for (const [, phrase, single] of query.matchAll(/["“”]([^"“”]*)(?:["“”]|$)|([^\s"“”]+)/g)) {
      const found = words(phrase ?? single);
      if (found.length) groups.push({ words: found, begins: single !== undefined && single.endsWith("*"), single: single !== undefined });
    }
    const last = groups.at(-1);
    if (last && last.single && !/\s$/.test(query)) last.begins = true;
    for (const group of groups) if (group.words.at(-1).length < LEAST_PREFIX) group.begins = false;
    return groups;
  };

  // --- which editions hold a word ---
  const numbers = (line) => {
    const found = [];
    let at = -1;
    for (const part of line.split(",")) {
      const [step, again] = part.split("+");
      for (let times = again ? parseInt(again, 36) : 0; times >= 0; times -= 1) {
        at += parseInt(step, 36);
        found.push(at);
      }
    }
    return found;
  };
  // A file holds the words that begin as its name says; with a space behind, that word alone.
  const holds = (start, word, begins) => {
    if (start.endsWith(" ")) return start.trimEnd() === word || (begins && start.startsWith(word));
    return word.startsWith(start) || (begins && start.startsWith(word));
  };
  const editions = async (index, word, begins) => {
    const files = index.words.filter(([start]) => holds(start, word, begins));
    const lists = await Promise.all(files.map(([, name]) => load(name, `search/words/${name}.js`)));
    const found = new Set();
    for (const list of lists) {
      const known = begins ? Object.keys(list).filter((one) => one.startsWith(word)) : [word].filter((one) => Object.hasOwn(list, one));
      for (const one of known) for (const number of numbers(list[one])) found.add(number);
    }
    return found;
  };
  const candidates = async (index, groups) => {
    const sets = await Promise.all(groups.flatMap((group) => group.words.map(
      (word, at) => editions(index, word, group.begins && at === group.words.length - 1))));
    sets.sort((one, other) => one.size - other.size);
    return [...sets[0]].filter((number) => sets.every((set) => set.has(number))).sort((a, b) => b - a);
  };

  // --- where a text holds a query ---
  const spans = (text, groups) => {
    const there = placed(text);
    return groups.map((group) => {
      const found = [], length = group.words.length;
      for (let at = 0; at + length <= there.length; at += 1) {
        const fits = group.words.every((word, step) => {
          const own = there[at + step].word;
          return own === word || (group.begins && step === length - 1 && own.startsWith(word));
        });
        if (fits) found.push([there[at].from, there[at + length - 1].to]);
      }
      return found;
    });
  };
  // The paragraph with most of the query, or null where the edition has not all of it.
  const best = (edition, groups) => {
    let top = null;
    const seen = new Set();
    for (const text of [edition.headline, edition.title, ...edition.text]) {
      const found = spans(text, groups);
      const count = found.filter((one) => one.length).length;
      found.forEach((one, at) => { if (one.length) seen.add(at); });
      if (text !== edition.headline && text !== edition.title && count && (!top || count > top.count)) top = { text, count, found: found.flat() };
    }
    return seen.size === groups.length ? top || { text: edition.text[0] || "", found: [] } : null;
  };

  // --- what is shown; text is only ever text ---
  const make = (tag, name, parent, text) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };
  const marked = (parent, text, found) => {
    let at = 0;
    for (const [from, to] of found.sort((one, other) => one[0] - other[0])) {
      if (from < at) continue;
      parent.append(text.slice(at, from));
      make("mark", "", parent, text.slice(from, to));
      at = to;
    }
    parent.append(text.slice(at));
  };
  const snippet = (parent, { text, found }) => {
    const middle = found.length ? found[0][0] : 0;
    let from = Math.max(0, middle - AROUND), to = Math.min(text.length, middle + 2 * AROUND);
    if (from > 0) from = text.indexOf(" ", from) + 1 || from;
    if (to < text.length) to = Math.max(text.lastIndexOf(" ", to), from + 1);
    if (from > 0) parent.append("… ");
    const inside = found.filter(([start, end]) => start >= from && end <= to);
    marked(parent, text.slice(from, to), inside.map(([start, end]) => [start - from, end - from]));
    if (to < text.length) parent.append(" …");
  };
  const show = (edition, hit, groups) => {
    const item = make("li", "", results);
    const meta = make("p", "meta", item);
    make("span", "", meta, edition.date);
    make("span", "title", meta, edition.title);
    for (const mark of edition.marks) make("span", "tag", meta, mark);
    const link = make("a", "", make("h2", "", item));
    link.href = edition.page;
    marked(link, edition.headline, spans(edition.headline, groups).flat());
    snippet(make("p", "snippet", item), hit);
    return link;
  };

  // --- a search ---
  const say = (shown, left, exact) => {
    const word = (count) => `${count} edition${count === 1 ? "" : "s"}`;
    if (!shown && !left) return "No edition has that.";
    if (!shown) return `None yet; ${word(left)} to look through.`;
    if (!left) return `${word(shown)}, newest first.`;
    return exact ? `${shown} of ${word(shown + left)}, newest first.` : `${word(shown)} so far, newest first.`;
  };
  const run = async (query) => {
    turn += 1;
    const mine = turn, groups = parse(query);
    results.replaceChildren();
    more.hidden = true;
    status.textContent = groups.length ? "Searching …" : "";
    if (!groups.length) return;
    try {
      const index = await loaded.get("index");
      const left = await candidates(index, groups);
      const exact = groups.every((group) => group.words.length === 1);
      let shown = 0;
      const next = async (moved) => {
        let count = 0, looked = 0, first = null;
        while (left.length && count < PAGE && looked < MOST) {
          const batch = left.splice(0, exact ? PAGE - count : BATCH);
          const texts = await Promise.all(batch.map((number) => load(`t${number}`, `search/text/${number}.js`)));
          if (mine !== turn) return;
          for (const [at, edition] of texts.entries()) {
            if (count === PAGE) { left.unshift(...batch.slice(at)); break; }
            looked += 1;
            const hit = best(edition, groups);
            if (!hit) continue;
            const link = show(edition, hit, groups);
            first = first || link;
            count += 1;
          }
        }
        shown += count;
        status.textContent = say(shown, left.length, exact);
        more.hidden = !left.length;
        if (moved && first) first.focus();
      };
      if (mine !== turn) return;
      more.onclick = () => next(true);
      await next(false);
    } catch (error) {
      if (mine === turn) status.textContent = "A file of the search is missing: the site is not whole.";
    }
  };

  const remember = (query) => history.replaceState(null, "", query ? `#q=${encodeURIComponent(query)}` : "#");
  const asked = () => {
    try {
      if (location.hash.startsWith("#q=")) return decodeURIComponent(location.hash.slice(3));
    } catch (error) { return ""; }
    return new URLSearchParams(location.search).get("q") || "";
  };
  let pause = 0;
  const search = () => { remember(field.value.trim()); run(field.value); };
  field.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(search, 150); });
  field.form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(pause); search(); });
  document.addEventListener("DOMContentLoaded", () => {
    field.value = asked().slice(0, field.maxLength);
    if (field.value) run(field.value);
    else field.focus({ preventScroll: true });
  });
  return { take };
})();
