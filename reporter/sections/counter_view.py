"""Counter-view: what speaks against the thesis, from the same data, and how much hangs on dates."""

from __future__ import annotations

from collections.abc import Iterator

from reporter import glossary
from reporter.model import Cell, Column, Fact, Pair, Table
from reporter.sections._common import (
    Options,
    assemble,
    called,
    cell,
    paragraphs,
    titled,
)
from reporter.sections.base import Built, SectionContext, section

OPTIONS = {"title": "The section's title."}


@section("counter_view")
def counter_view(context: SectionContext, options: Options) -> Built:
    """Stretch, base-date sensitivity and dissenting opinions, with the pairs in figures."""
    return assemble(
        "counter_view",
        titled(options, "The counter-view"),
        paragraphs=paragraphs(context, "counter_view"),
        tables=[_pairs(context)],
    )


def _pairs(context: SectionContext) -> Table | None:
    rows = tuple(row for pair in context.spec.pairs for row in _rows(context, pair))
    if not rows:
        return None
    columns = (
        Column("Pair", align="left"),
        Column("From", align="left"),
        Column("First", "%"),
        Column("Second", "%"),
        Column("Gap", "percentage points"),
    )
    return Table("pairs", "Pairs, and how much hangs on the base date", columns, rows, _note(rows))


def _rows(context: SectionContext, pair: Pair) -> Iterator[tuple[Cell, ...]]:
    name = f"{called(context, pair.subject)} against {called(context, pair.benchmark)}"
    for window in pair.windows:
        spread = context.facts.get(
            "relative_return", pair.subject, vs=pair.benchmark, window=window
        )
        sides = [
            context.facts.get("period_return", symbol, window=window)
            for symbol in (pair.subject, pair.benchmark)
        ]
        if spread is not None:
            yield (
                Cell(name),
                Cell(_from(spread, window)),
                *(cell(side, toned=True) for side in sides),
                cell(spread, toned=True),
            )


def _from(spread: Fact, window: str) -> str:
    """The base date, and the window where it is more than that date."""
    day = spread.displays.get("base_date", "")
    return day if window.startswith("since:") else f"{day} ({glossary.window_name(window)})"


def _note(rows: tuple[tuple[Cell, ...], ...]) -> str:
    several = len({row[0].text for row in rows}) < len(rows)
    return "The same pair from different days: the base date is part of the claim." * several
