"""What a brief says of a client's own holdings: its level and its change, as the brief prints them.

No figure is made here: each is the display of a fact of `brief.json`. Which change is shown is the
brief's choice: the window that most of its key figures have.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reporter.archive.contents import phrase, tables, word
from reporter.delivery.fragments import NOTHING, Fragment, Look, paragraphs, written
from reporter.delivery.wire import harmless
from reporter.marking import MARK

CHANGES = ("yield_change", "period_return")  # a yield has both; its key figure shows the first


@dataclass(frozen=True, slots=True)
class Line:
    """One instrument: its name, its level and its change, and whether they rest on doubtful prices.

    What the brief has no fact of is empty.
    """

    name: str
    level: str
    change: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Quotes:
    """What the brief says of each symbol, and in its own words over which window (`this year`)."""

    lines: Mapping[str, Line]
    note: str


def quotes(brief: Mapping[str, Any]) -> Quotes:
    """What a `brief.json` says of its instruments."""
    facts = {word(one.get("id")): one for one in tables(brief.get("facts"))}
    window, note = _window(brief, facts)
    names = {word(one.get("symbol")): word(one.get("name")) for one in tables(brief.get("inputs"))}
    levels = _by_subject(facts.values(), ("level",), "")
    changes = _by_subject(facts.values(), CHANGES, window) if window else {}
    lines = {
        symbol.upper(): _line(names.get(symbol) or symbol, levels[symbol], changes.get(symbol, {}))
        for symbol in levels
    }
    return Quotes(lines, note)


def table(  # noqa: PLR0913, PLR0917  whose rows of what, how they look, in which words
    known: Quotes, symbols: Iterable[str], look: Look, language: str, folder: Path | None,
    values: Mapping[str, object],
) -> Fragment:  # fmt: skip
    """A client's table; nothing where the brief says nothing of what he holds.

    Args:
        known: what the brief says.
        symbols: his, in his order.
        look: of the mail body.
        language: his.
        folder: where the house's own templates may lie.
        values: what templates may print.

    Raises:
        RenderError: the template is at fault.
    """
    wanted = dict.fromkeys(one.strip().upper() for one in symbols)
    lines = [known.lines[one] for one in wanted if one in known.lines]
    if not lines:
        return NOTHING
    words = written("holdings", language, {**values, "note": known.note}, folder).splitlines()
    title, heads, *rest = [*words, "", ""]
    labels = [harmless(one) for one in [*heads.split("|"), "", "", ""][:3]]
    note = next(filter(str.strip, rest), "") if any(one.doubtful for one in lines) else ""
    foot = paragraphs(f"{MARK} {note}" if note else "", look, muted=True)
    shown = Fragment(_text(labels, lines), _html(labels, lines, look))
    return paragraphs(title, look, bold=True) + shown + foot


def _window(brief: Mapping[str, Any], facts: Mapping[str, dict[str, Any]]) -> tuple[str, str]:
    """The window that most key figures show a change over, and what the brief calls it."""
    told = [
        (word(facts.get(word(change.get("fact")), {}).get("window")), word(one.get("note")))
        for one in tables(brief.get("key_figures"))
        if isinstance(change := one.get("change"), dict)
    ]
    counted = Counter(window for window, _ in told if window)
    if not counted:
        return "", ""
    window = counted.most_common(1)[0][0]
    return window, next(note for found, note in told if found == window)


def _by_subject(
    facts: Iterable[Mapping[str, Any]], metrics: tuple[str, ...], window: str
) -> dict[str, Mapping[str, Any]]:
    """The fact of each subject that has one of these metrics over a window; earlier metrics win."""
    found: dict[str, Mapping[str, Any]] = {}
    wanted = [one for one in facts if word(one.get("window")) == window]
    for metric in metrics:
        for fact in wanted:
            if word(fact.get("metric")) == metric and not word(fact.get("benchmark")):
                found.setdefault(word(fact.get("subject")), fact)
    return found


def _line(name: str, level: Mapping[str, Any], change: Mapping[str, Any]) -> Line:
    doubtful = bool(level.get("marks") or change.get("marks"))
    return Line(
        harmless(name), phrase(level.get("display")), phrase(change.get("display")), doubtful
    )


def _cells(line: Line) -> tuple[str, str, str]:
    sign = f" {MARK}" if line.doubtful else ""
    return line.name + sign, line.level, line.change or "\N{EN DASH}"


def _text(labels: list[str], lines: list[Line]) -> str:
    rows = [tuple(labels), *map(_cells, lines)]
    first, second, third = (max(map(len, column)) for column in zip(*rows, strict=True))
    return "\n".join(f"{a:<{first}}  {b:>{second}}  {c:>{third}}" for a, b, c in rows)


def _html(labels: list[str], lines: list[Line], look: Look) -> str:
    head = "".join(_cell("th", one, look, at) for at, one in enumerate(labels))
    rows = (
        "<tr>"
        + "".join(_cell("td", one, look, at) for at, one in enumerate(_cells(line)))
        + "</tr>"
        for line in lines
    )
    start = '<table width="100%" cellpadding="0" cellspacing="0" border="0"'
    style = "border-collapse:collapse;margin:0 0 16px"
    return "\n".join([f'{start} style="{style}">', f"<tr>{head}</tr>", *rows, "</table>"])


def _cell(tag: str, text: str, look: Look, column: int) -> str:
    side = "left" if column == 0 else "right"
    size = "font-size:12px;font-weight:normal" if tag == "th" else "font-size:14px"
    colour = look.muted if tag == "th" else look.ink
    kind = "note small" if tag == "th" else "text small"
    style = (
        f"padding:6px {0 if column == 2 else 8}px 6px 0;{size};line-height:20px;"  # noqa: PLR2004
        f"font-family:{look.font};color:{colour};border-bottom:1px solid {look.rule}"
    )
    scope = ' scope="col"' if tag == "th" else ""
    return (
        f'<{tag}{scope} class="{kind}" align="{side}" style="{style}">{html.escape(text)}</{tag}>'
    )
