"""Week ahead: what is scheduled and known: closed exchanges, short days, announced events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from reporter import wording
from reporter.model import Cell, Column, Table
from reporter.sections._common import Options, assemble, paragraphs, titled
from reporter.sections.base import Built, SectionContext, section
from reporter.sessions import Sessions

OPTIONS = {"title": "The section's title."}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Row = tuple[Cell, ...]


@section("week_ahead")
def week_ahead(context: SectionContext, options: Options) -> Built:
    """Scheduled facts of the coming week; omitted where nothing is known."""
    rows = (*_calendar(context.data.sessions, context.data.as_of), *_events(context))
    columns = (
        Column("Day", align="left"),
        Column("What", align="left"),
        Column("Source", align="left"),
    )
    table = Table("week-ahead", "Scheduled", columns, rows) if rows else None
    return assemble(
        "week_ahead",
        titled(options, "The week ahead"),
        paragraphs=paragraphs(context, "week_ahead"),
        tables=[table],
    )


def next_week(as_of: date) -> tuple[date, ...]:
    """Monday to Friday after the week of `as_of`."""
    monday = as_of + timedelta(days=7 - as_of.weekday())
    return tuple(monday + timedelta(days=at) for at in range(5))


def _calendar(sessions: Sessions, as_of: date) -> Iterator[Row]:
    """Weekdays until the end of next week on which the exchange is closed or closes early."""
    end = next_week(as_of)[-1]
    if not sessions.days or sessions.days[-1] < end:
        return
    days = (as_of + timedelta(days=at) for at in range(1, (end - as_of).days + 1))
    for day in days:
        if day.weekday() < DAYS.index("Saturday") and not sessions.is_session(day):
            yield _row(day, "The exchange is closed for a holiday.", sessions.name)
        elif day in sessions.early_closes:
            yield _row(day, "The exchange closes early.", sessions.name)


def _row(day: date, what: str, source: str) -> Row:
    when = f"{DAYS[day.weekday()]} {wording.long_date(day)}"
    return Cell(when), Cell(what), Cell(f"{source} calendar")


def _events(context: SectionContext) -> Iterator[Row]:
    """What the desk has announced; its text says when."""
    for view in context.data.desk.views:
        if view.kind == "event":
            source = view.house or "The editor"
            yield Cell(""), Cell(view.text), Cell(f"{source}, {view.published_text}".rstrip(", "))
