"""Flows: who bought and who sold, by one house's clients; only where a house published it."""

from __future__ import annotations

from collections.abc import Iterable

from reporter.model import Cell, Column, Fact, Table
from reporter.sections._common import Options, assemble, called, cell, draw, paragraphs, titled
from reporter.sections.base import Built, SectionContext, section

OPTIONS = {"title": "The section's title."}


@section("flows")
def flows(context: SectionContext, options: Options) -> Built:
    """Published net flows by segment, as bars and as a table; omitted where none are."""
    facts = context.facts.of("net_flow")
    if not facts:
        return Built(None)
    drawn = draw(context, "diverging", {"id": "flows"})
    shown = {series.key for chart in drawn.charts for series in chart.series}
    return assemble(
        "flows",
        titled(options, "Rotation and flows"),
        paragraphs=paragraphs(context, "flows"),
        drawn=drawn,
        tables=[] if shown else [_table(context, facts)],
    )


def _table(context: SectionContext, facts: Iterable[Fact]) -> Table:
    columns = (
        Column("Segment", align="left"),
        Column("Net", "US dollars"),
        Column("Whose", align="left"),
        Column("Period", align="left"),
        Column("Published", align="left"),
    )
    rows = tuple(
        (
            Cell(called(context, fact.subject)),
            cell(fact, toned=True),
            Cell(" ".join(_told(fact, "house", "who"))),
            Cell("; ".join(_told(fact, "period", "basis"))),
            Cell("".join(_told(fact, "published"))),
        )
        for fact in facts
    )
    return Table("flows", "Net purchases and sales, as published", columns, rows)


def _told(fact: Fact, *keys: str) -> list[str]:
    """What the publisher said about the figure, as printed."""
    found = (fact.displays.get(key) or fact.detail.get(key) for key in keys)
    return [str(text) for text in found if text]
