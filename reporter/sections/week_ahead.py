"""Week ahead: what is scheduled and known: closed exchanges, short days, releases and events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time

from reporter import agenda
from reporter.model import MarketData
from reporter.sections._common import Options, assemble, paragraphs, titled
from reporter.sections._events import Line, line_of, scheduled
from reporter.sections.base import Built, SectionContext, section

OPTIONS = {"title": "The section's title."}


@section("week_ahead")
def week_ahead(context: SectionContext, options: Options) -> Built:
    """Scheduled events, holidays and short days of the days ahead; omitted where none are known.

    Events come from the desk, times are those of the brief's own exchange.
    """
    data = context.data
    lines = sorted((*_closings(data), *map(line_of, agenda.ahead(data))), key=_order)
    return assemble(
        "week_ahead",
        titled(options, "The week ahead"),
        paragraphs=paragraphs(context, "week_ahead"),
        tables=[scheduled("week-ahead", "Scheduled", (*lines, *_views(context)), data)],
    )


def _closings(data: MarketData) -> Iterator[Line]:
    for day, early in agenda.rests(data):
        name = data.sessions.name
        source = f"{name} calendar"
        if early:
            hour = data.sessions.close(day).time()
            yield Line(f"{name} closes early", source, day, hour, closing=True)
        else:
            yield Line(f"{name} closed for a holiday", source, day, closing=True)


def _views(context: SectionContext) -> Iterator[Line]:
    """What the desk has announced among its views; their text says when."""
    for view in context.data.desk.views:
        if view.kind == "event":
            source = view.house or "The editor"
            yield Line(view.text, f"{source}, {view.published_text}".rstrip(", "))


def _order(line: Line) -> tuple[date, time]:
    """By time; what takes the whole day first. Equals keep their order: closings, then events."""
    return line.day or date.max, line.hour or time.min
