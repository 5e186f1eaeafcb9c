"""Targets: what houses have published, and how far each is from the last close.

Figures of the desk and views that no sentence of the brief tells stand here too: nothing that
was given and known on the day is left out without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reporter import wording
from reporter.model import Cell, Column, DeskView, Fact, Json, Remark, Table, plain
from reporter.sections._common import Options, assemble, called, cell, draw, paragraphs, titled
from reporter.sections.base import Built, SectionContext, section

OPTIONS = {"title": "The section's title."}
LADDER_SIZE: list[Json] = [468.0, 132.0]
EDITOR = "Editor\N{RIGHT SINGLE QUOTATION MARK}s own"


@section("targets")
def targets(context: SectionContext, options: Options) -> Built:
    """Published targets with house, date and implied advance; published figures; other views."""
    facts = context.facts.of("implied_advance")
    figures = context.facts.of("desk_figure")
    views = untold(context)
    drawable = any(fact.subject == context.spec.subject for fact in facts)
    return assemble(
        "targets",
        titled(options, "Targets" if facts else "Published figures and views"),
        paragraphs=paragraphs(context, "targets"),
        drawn=draw(context, "ladder", _ladder(context)) if drawable else None,
        tables=[
            _table(context, facts) if facts else None,
            _figures(context, figures) if figures else None,
            _views(context, views) if views else None,
        ],
    )


def _ladder(context: SectionContext) -> Options:
    return {"id": "targets", "subjects": [context.spec.subject], "size": LADDER_SIZE}


def _table(context: SectionContext, facts: Sequence[Fact]) -> Table:
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
    days = sorted({fact.as_of for fact in facts})
    day = " or ".join(wording.long_date(day) for day in days)
    return Table("targets", f"Published targets against the close of {day}", columns, rows)


def _house(context: SectionContext, fact: Fact) -> str:
    who = ", ".join(text for key in ("house", "analyst") if (text := _told(fact, key)))
    return _about(context, fact.subject, who or EDITOR)


def _about(context: SectionContext, symbol: str, words: str) -> str:
    """Words under the name of what they are about, where that is not plain."""
    plain_enough = not symbol or context.spec.subjects == (symbol,)
    return words if plain_enough else f"{called(context, symbol)}: {words}"


def _told(fact: Fact, key: str) -> str:
    return str(fact.displays.get(key) or fact.detail.get(key) or "")


# --- figures and views --------------------------------------------------------------------------


def _figures(context: SectionContext, facts: Sequence[Fact]) -> Table:
    """The desk's figures as their houses published them."""
    columns = (
        Column("Figure", align="left"),
        Column("Value"),
        Column("House", align="left"),
        Column("Published", align="left"),
    )
    rows = tuple(
        (
            Cell(_figure(context, fact)),
            Cell(fact.display, fact.id),
            Cell(_told(fact, "house") or EDITOR),
            Cell(_told(fact, "published")),
        )
        for fact in facts
    )
    notes = [f"{_figure(context, f)}: {note}" for f in facts if (note := _told(f, "note"))]
    return Table("published-figures", "Published figures", columns, rows, _sentence(notes))


def _figure(context: SectionContext, fact: Fact) -> str:
    name = _about(context, fact.subject, _told(fact, "name"))
    return name[:1].upper() + name[1:]


def _sentence(parts: Sequence[str]) -> str:
    """What the houses note, as one line."""
    return f"{'; '.join(part.strip().rstrip('.') for part in parts)}." if parts else ""


def untold(context: SectionContext) -> tuple[DeskView, ...]:
    """The views that neither a sentence of the brief nor its calendar of the week tells."""
    names = {order.name for order in context.spec.sections}
    told = [_words(plain(remark.text)) for remark in _printed(context, names)]
    calendar = "event" if "week_ahead" in names else None
    return tuple(
        view
        for view in context.data.desk.until(context.data.as_of).views
        if view.kind != calendar and not any(_words(view.text) in text for text in told)
    )


def _printed(context: SectionContext, names: set[str]) -> Iterator[Remark]:
    """The remarks of page 1 and of the sections ordered."""
    if "front" in names:
        yield from (remark for paragraph in context.argument for remark in paragraph)
    yield from (remark for remark in context.remarks if remark.section in names)


def _words(text: str) -> str:
    """A text as it is found again within a sentence: without its case and its full stop."""
    return " ".join(text.split()).rstrip(".").casefold()


def _views(context: SectionContext, views: Iterable[DeskView]) -> Table:
    columns = (
        Column("Held by", align="left"),
        Column("View", align="left"),
        Column("Stance", align="left"),
        Column("Published", align="left"),
    )
    rows = tuple(
        (
            Cell(", ".join(part for part in (view.house, view.author) if part) or EDITOR),
            Cell(_about(context, view.symbol, view.text)),
            Cell(view.stance),
            Cell(view.published_text or wording.long_date(view.published)),
        )
        for view in views
    )
    return Table("further-views", "Further views", columns, rows)
