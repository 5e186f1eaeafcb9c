"""What a brief says of a client's own holdings: its level and its change, as the brief prints them.

No figure is made here: each is the display of a fact of `brief.json`. Which change is shown is the
brief's choice: the window that most of its key figures have. A series that the brief has with its
dividends only has no level; its change is marked, because it is not that of the price.
"""

from __future__ import annotations

import html
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reporter.archive.contents import phrase, tables, word
from reporter.delivery.fragments import (
    NOTHING,
    WIDTH,
    Fragment,
    Look,
    Words,
    heading,
    paragraphs,
    spoken,
    written,
)
from reporter.delivery.wire import harmless
from reporter.marking import MARK, MEANING

EARNING = "*"
WITH_DIVIDENDS = "Change with dividends"
NONE = "\N{EN DASH}"
_LEAST_NAME = 12  # signs of the column of names, however long the other heads are
CHANGES = ("yield_change", "period_return")  # a yield has both; its key figure shows the first


@dataclass(frozen=True, slots=True)
class Line:
    """One instrument: its name, its level and its change; what the brief has no fact of is empty.

    `doubtful`: they rest on doubtful prices. `earning`: the change is with dividends.
    """

    name: str
    level: str
    change: str
    doubtful: bool
    earning: bool = False


@dataclass(frozen=True, slots=True)
class Quotes:
    """What the brief says of each symbol, and over which window: `ytd`, which it calls `note`."""

    lines: Mapping[str, Line]
    note: str
    window: str = ""


def quotes(brief: Mapping[str, Any]) -> Quotes:
    """What a `brief.json` says of its instruments."""
    facts = {word(one.get("id")): one for one in tables(brief.get("facts"))}
    window, note = _window(brief, facts)
    names = {word(one.get("symbol")): word(one.get("name")) for one in tables(brief.get("inputs"))}
    levels = _by_subject(facts.values(), ("level",), "")
    changes = _by_subject(facts.values(), CHANGES, window) if window else {}
    lines = {
        symbol.upper(): _line(
            names.get(symbol) or symbol, levels.get(symbol, {}), changes.get(symbol, {})
        )
        for symbol in levels | changes
    }
    return Quotes(lines, note, window)


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
    values = {**values, "note": known.note, "window": known.window}
    words = written("holdings", language, values, folder)
    title, heads, *rest = [*words.text.splitlines(), "", ""]
    labels = [harmless(one) for one in [*heads.split("|"), "", "", ""][:3]]
    shown = Fragment(_text(labels, lines), _html(labels, lines, look, words.language))
    told = Words("\n\n".join(_signs(lines, list(filter(str.strip, rest)))), words.language)
    foot = paragraphs(told, look, muted=True, before=8)
    return heading(Words(title, words.language), look) + shown + foot


def _signs(lines: Iterable[Line], meanings: Sequence[str]) -> Iterator[str]:
    """What the signs mean that stand behind names; a template that is silent has it said for it."""
    doubt, dividends = [*meanings, *(MEANING, WITH_DIVIDENDS)[len(meanings) :]][:2]
    rows = list(lines)
    if any(one.doubtful for one in rows):
        yield f"{MARK} {doubt}."
    if any(one.earning for one in rows):
        yield f"{EARNING} {dividends}."


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
    detail = change.get("detail")
    return Line(
        harmless(name), phrase(level.get("display")), phrase(change.get("display")),
        bool(level.get("marks") or change.get("marks")),
        isinstance(detail, dict) and detail.get("total_return") is True,
    )  # fmt: skip


def _cells(line: Line) -> tuple[str, str, str]:
    signs = f" {MARK}" * line.doubtful + f" {EARNING}" * line.earning
    return line.name + signs, line.level or NONE, line.change or NONE


def _text(labels: list[str], lines: list[Line]) -> str:
    """The table in columns; a name that is too long for its own goes over several lines."""
    rows = [tuple(labels), *map(_cells, lines)]
    first, second, third = (max(map(len, column)) for column in zip(*rows, strict=True))
    first = max(min(first, WIDTH - second - third - 4), _LEAST_NAME)
    return "\n".join(
        line for name, level, change in rows
        for line in _row(name, f"{level:>{second}}  {change:>{third}}", first)
    )  # fmt: skip


def _row(name: str, figures: str, room: int) -> Iterator[str]:
    *above, last = textwrap.wrap(name, room, break_on_hyphens=False) or [""]
    yield from above
    yield f"{last:<{room}}  {figures}"


def _html(labels: list[str], lines: list[Line], look: Look, language: str) -> str:
    """The table; its heads are named as such, so that who hears it knows what a figure is."""
    head = "".join(_head(one, look, at) for at, one in enumerate(labels))
    rows = ("".join(_cell(one, look, at) for at, one in enumerate(_cells(line))) for line in lines)
    start = '<table role="table" width="100%" cellpadding="0" cellspacing="0" border="0"'
    body = (f"<tr>{row}</tr>" for row in rows)
    return "\n".join(
        [f'{start} style="border-collapse:collapse">',
         f"<tr{spoken(language)}>{head}</tr>", *body, "</table>"]
    )  # fmt: skip


def _head(text: str, look: Look, column: int) -> str:
    style = f"{_room(look, column)};vertical-align:bottom;{look.note};font-weight:normal"
    kind = f'class="note small" align="{_side(column)}"'
    if column == 0:
        kind += ' width="44%"'  # names have room, however long the other heads are
    return f'<th scope="col" {kind} style="{style}">{html.escape(text)}</th>'


def _cell(text: str, look: Look, column: int) -> str:
    style = f"{_room(look, column)};vertical-align:top;{look.cell}"
    kind = f'class="text small" align="{_side(column)}"'
    if column == 0:
        style += ";font-weight:normal;word-break:break-word"  # Word makes heads bold by itself
        return f'<th scope="row" {kind} style="{style}">{html.escape(text)}</th>'
    return f'<td {kind} style="{style};white-space:nowrap">{html.escape(text)}</td>'


def _room(look: Look, column: int) -> str:
    left = 0 if column == 0 else 8
    padding = f"padding:7px 0 7px {left}px;border-bottom:1px solid {look.rule}"
    return f"{padding};text-align:{_side(column)}"


def _side(column: int) -> str:
    return "left" if column == 0 else "right"
