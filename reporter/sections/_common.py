"""What section builders share: picking remarks, asking for charts, making tables of facts.

Tables print displays only. A column of one unit shows it once, in its head: cells hold the rest
of the display.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reporter import glossary, wording
from reporter.charts.base import charts
from reporter.choice import words
from reporter.model import (
    Cell,
    Chart,
    Column,
    Fact,
    Gap,
    Json,
    Kind,
    Remark,
    Section,
    Span,
    Table,
    Text,
)
from reporter.sections.base import Built, SectionContext

if TYPE_CHECKING:
    from reporter.model import Instrument

Options = Mapping[str, Json]
Tone = Literal["", "up", "down"]
WINDOWS = ("1d", "wtd", "mtd", "ytd", "1y")
NOTHING = Cell("\N{EN DASH}", tone="muted")
_TONES: Mapping[int, Tone] = {1: "up", -1: "down", 0: ""}
_UNITS = (" percentage points", " basis points", " basis point", "%")


@dataclass(frozen=True, slots=True)
class Drawn:
    """The charts that could be had, and why others could not."""

    charts: tuple[Chart, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def __add__(self, other: Drawn) -> Drawn:
        return Drawn(self.charts + other.charts, self.gaps + other.gaps)


# --- options ------------------------------------------------------------------------------------


def titled(options: Options, default: str) -> str:
    """The section's title: the spec's own, or the default."""
    value = options.get("title")
    return value if isinstance(value, str) and value else default


# --- assembling ---------------------------------------------------------------------------------


def assemble(  # noqa: PLR0913  a section is made of this much
    name: str,
    title: str,
    *,
    paragraphs: tuple[tuple[Remark, ...], ...] = (),
    drawn: Drawn | None = None,
    tables: Iterable[Table | None] = (),
    notes: tuple[Text, ...] = (),
) -> Built:
    """The finished section, or none where nothing is left to say."""
    drawn = drawn or Drawn()
    kept = tuple(table for table in tables if table)
    if not (paragraphs or drawn.charts or kept or notes):
        return Built(None, gaps=drawn.gaps)
    shown = tuple(chart.id for chart in drawn.charts)
    return Built(Section(name, title, paragraphs, shown, kept, notes), drawn.charts, drawn.gaps)


def draw(context: SectionContext, kind: str, options: Options) -> Drawn:
    """One chart of this kind, or the gap that stands for it."""
    made = charts.get(kind).build(context, options)
    return Drawn((), (made,)) if isinstance(made, Gap) else Drawn((made,))


def paragraphs(context: SectionContext, name: str) -> tuple[tuple[Remark, ...], ...]:
    """The remarks meant for a section, one paragraph a family, weightiest first."""
    families: dict[str, list[Remark]] = {}
    for remark in context.remarks:
        if remark.section == name:
            families.setdefault(remark.family, []).append(remark)
    return tuple(tuple(remarks) for remarks in families.values())


# --- names --------------------------------------------------------------------------------------


def instrument(context: SectionContext, symbol: str) -> Instrument | None:
    """What is known of an instrument; None where there are no prices."""
    series = context.data.series.get(symbol)
    return series.instrument if series else None


def called(context: SectionContext, symbol: str) -> str:
    """What tables call an instrument or a flow's segment."""
    return context.called(symbol).removeprefix("flow:").removeprefix("list:")


def handle(context: SectionContext, symbol: str) -> str:
    """What a symbol is called in ids and file names: `rut` for ^RUT.

    Numbered where an earlier symbol of the brief would be called the same, as RUT after ^RUT.
    """
    plain = _handle(symbol)
    alike = [one for one in context.spec.symbols if _handle(one) == plain]
    at = alike.index(symbol) if symbol in alike else 0
    return f"{plain}--{at + 1}" if at else plain


def _handle(symbol: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", symbol.lower()).strip("-")


def is_yield(context: SectionContext, symbol: str) -> bool:
    """Whether the instrument is a yield, whose change is told in basis points."""
    known = instrument(context, symbol)
    return known is not None and known.kind is Kind.YIELD


def gains(context: SectionContext, symbol: str) -> bool:
    """Whether a rise is a holder's gain: a yield or a volatility index is neither good nor bad."""
    known = instrument(context, symbol)
    return known is not None and known.kind not in {Kind.YIELD, Kind.VOLATILITY}


# --- cells --------------------------------------------------------------------------------------


def cited(fact: Fact, part: str = "") -> Span:
    """A fact's display, or a part of it, that cites the fact."""
    return Span(fact.shown(part), "fact", fact.id)


def cell(fact: Fact | None, *, toned: bool = False) -> Cell:
    """A fact as a table prints it, without the unit that stands in the column's head."""
    if fact is None:
        return NOTHING
    return Cell(bare(fact), fact.id, tone(fact) if toned else "")


def bare(fact: Fact) -> str:
    """A display without its unit."""
    text = fact.display
    for unit in _UNITS:
        text = text.removesuffix(unit)
    return text


def unit_of(facts: Iterable[Fact | None]) -> str:
    """The unit that a column's displays end in."""
    shown = [fact.display for fact in facts if fact]
    return next((unit.strip() for unit in _UNITS if any(text.endswith(unit) for text in shown)), "")


def tone(fact: Fact) -> Tone:
    """`up` or `down` as printed; a change shown as zero has no tone."""
    return _TONES[wording.direction(fact.display)]


# --- figures of another day ---------------------------------------------------------------------


def other_day(context: SectionContext, fact: Fact) -> str:
    """The day a fact is as of, short, where it is not the brief's: its exchange was closed."""
    return "" if fact.as_of == context.data.as_of else wording.as_of(fact, short=True)


def other_days(context: SectionContext, facts: Iterable[Fact]) -> str:
    """A sentence, with a space behind, on the instruments whose figures are of another day."""
    told = {fact.subject: day for fact in facts if (day := other_day(context, fact))}
    days = dict.fromkeys(told.values())
    groups = ([called(context, s) for s, on in told.items() if on == day] for day in days)
    listed = "; ".join(f"{', '.join(names)} {day}" for names, day in zip(groups, days, strict=True))
    return f"As of another day: {listed}. " if listed else ""


# --- tables of changes --------------------------------------------------------------------------


def change(context: SectionContext, symbol: str, window: str) -> Fact | None:
    """The return over a window, or a yield's change."""
    metric = "yield_change" if is_yield(context, symbol) else "period_return"
    return context.facts.get(metric, symbol, window=window)


def windows_with_facts(
    context: SectionContext, symbols: Sequence[str], asked: Sequence[str]
) -> tuple[str, ...]:
    """The windows asked for, or else the usual ones, for which anything is known."""
    return tuple(w for w in asked or WINDOWS if any(change(context, s, w) for s in symbols))


def changes(
    context: SectionContext,
    name: str,
    lists: Mapping[str, Sequence[str]],
    options: Options,
    *,
    levels: bool = True,
) -> Table | None:
    """A table of closes and changes: a row an instrument, a column a window, grouped by list.

    All symbols are either yields or not; None where no change is known of any.
    """
    symbols = [symbol for symbols in lists.values() for symbol in symbols]
    windows = windows_with_facts(context, symbols, words(options, "windows"))
    if not windows:
        return None
    columns = {w: [change(context, s, w) for s in symbols] for w in windows}
    rows: list[tuple[Cell, ...]] = []
    for group, members in lists.items():
        body = [_row(context, symbol, windows, levels=levels) for symbol in members]
        body = [row for row in body if any(cell is not NOTHING for cell in row[1:])]
        rows += [(Cell(heading(group)),)] * bool(body and len(lists) > 1) + body
    return Table(
        name,
        _caption(context, symbols, levels=levels),
        (Column("", align="left"), *_level_head(context, symbols, levels), *_heads(columns)),
        tuple(rows),
        _bases(context, columns),
    )


def heading(group: str) -> str:
    """A watch list's name as a heading."""
    return group.replace("_", " ").replace("-", " ").capitalize()


def _row(
    context: SectionContext, symbol: str, windows: Sequence[str], *, levels: bool
) -> tuple[Cell, ...]:
    level = (cell(context.facts.get("level", symbol)),) if levels else ()
    toned = gains(context, symbol)
    found = (cell(change(context, symbol, window), toned=toned) for window in windows)
    return (Cell(called(context, symbol) + _mark(context, symbol, windows)), *level, *found)


def _mark(context: SectionContext, symbol: str, windows: Sequence[str]) -> str:
    """An asterisk on instruments whose returns hold dividends."""
    facts = (change(context, symbol, window) for window in windows)
    return " *" if any(fact and fact.detail.get("total_return") for fact in facts) else ""


def _level_head(
    context: SectionContext,
    symbols: Sequence[str],
    levels: bool,  # noqa: FBT001
) -> tuple[Column, ...]:
    if not levels:
        return ()
    unit = unit_of(context.facts.get("level", symbol) for symbol in symbols)
    return (Column("Yield" if unit else "Close", unit),)


def _heads(columns: Mapping[str, Sequence[Fact | None]]) -> tuple[Column, ...]:
    """A column a window; basis points are too long for a head and stand in the caption."""
    units = ((w, unit_of(facts)) for w, facts in columns.items())
    heads = ((glossary.window_head(w), unit) for w, unit in units)
    return tuple(Column(head, "" if "basis" in unit else unit) for head, unit in heads)


def _caption(context: SectionContext, symbols: Sequence[str], *, levels: bool) -> str:
    prices = "Closes and returns" if levels else "Returns"
    what = "Yields and their change in basis points" if is_yield(context, symbols[0]) else prices
    return f"{what}, {wording.long_date(context.data.as_of)}"


def _bases(context: SectionContext, columns: Mapping[str, Sequence[Fact | None]]) -> str:
    """Base dates of the windows, what an asterisk means, and which figures are of another day."""
    bases = []
    for window, facts in columns.items():
        dated = {f.base_date: wording.base(f, short=True) for f in facts if f and f.base_date}
        if dated:
            shown = " or ".join(dict.fromkeys(text for _, text in sorted(dated.items())))
            bases.append(f"{glossary.window_name(window)} {shown}")
    starred = any(f and f.detail.get("total_return") for facts in columns.values() for f in facts)
    note = "* Total return, dividends reinvested. " if starred else ""
    others = other_days(context, (f for facts in columns.values() for f in facts if f))
    sources = {f.source for facts in columns.values() for f in facts if f}
    source = "; ".join(sorted(map(context.data.called, sources)))
    return f"{note}{others}Base dates: {'; '.join(bases)}. Source: {source}."
