"""Targets: what houses have published, and how far each is from the last close."""

from __future__ import annotations

from collections.abc import Iterable

from reporter import wording
from reporter.model import Cell, Column, Fact, Json, Table
from reporter.sections._common import Options, assemble, called, cell, draw, paragraphs, titled
from reporter.sections.base import Built, SectionContext, section

OPTIONS = {"title": "The section's title."}
LADDER_SIZE: list[Json] = [468.0, 132.0]


@section("targets")
def targets(context: SectionContext, options: Options) -> Built:
    """Published price targets with house, date and implied advance; omitted where none are."""
    facts = [f for s in context.spec.subjects for f in context.facts.of("implied_advance", s)]
    if not facts:
        return Built(None)
    return assemble(
        "targets",
        titled(options, "Targets"),
        paragraphs=paragraphs(context, "targets"),
        drawn=draw(context, "ladder", _ladder(context)),
        tables=[_table(context, facts)],
    )


def _ladder(context: SectionContext) -> Options:
    return {"id": "targets", "subjects": [context.spec.subject], "size": LADDER_SIZE}


def _table(context: SectionContext, facts: Iterable[Fact]) -> Table:
    columns = (
        Column("House", align="left"),
        Column("Target"),
        Column("Implied", "%"),
        Column("Kind", align="left"),
        Column("Published", align="left"),
    )
    rows = tuple(
        (
            Cell(_house(context, fact)),
            Cell(_told(fact, "target"), fact.id),
            cell(fact, toned=True),
            Cell(", ".join(text for key in ("kind", "conviction") if (text := _told(fact, key)))),
            Cell(_told(fact, "published")),
        )
        for fact in facts
    )
    day = wording.long_date(context.data.as_of)
    return Table("targets", f"Published targets against the close of {day}", columns, rows)


def _house(context: SectionContext, fact: Fact) -> str:
    who = ", ".join(text for key in ("house", "analyst") if (text := _told(fact, key)))
    return who if len(context.spec.subjects) == 1 else f"{called(context, fact.subject)}: {who}"


def _told(fact: Fact, key: str) -> str:
    return str(fact.displays.get(key) or fact.detail.get(key) or "")
