"""Week ahead: what is scheduled and known: closed exchanges, short days, releases and events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time

from reporter import agenda, wording
from reporter.model import Cell, Column, MarketData, Table
from reporter.sections._common import NOTHING, Options, assemble, paragraphs, titled
from reporter.sections.base import Built, SectionContext, section

OPTIONS = {"title": "The section's title."}
FIGURES = ("prior", "consensus", "actual")


@dataclass(frozen=True, slots=True)
class Line:
    """A row before it is known which columns the table needs; its figures as published."""

    what: str
    source: str
    day: date | None = None
    hour: time | None = None
    prior: str = ""
    consensus: str = ""
    actual: str = ""
    closing: bool = False


@section("week_ahead")
def week_ahead(context: SectionContext, options: Options) -> Built:
    """Scheduled events, holidays and short days of the days ahead; omitted where none are known.

    Events come from the desk, times are those of the brief's own exchange. What came out in the
    week so far stands in a table of its own, with its outcome as published.
    """
    data = context.data
    lines = sorted((*_closings(data), *map(_line, agenda.ahead(data))), key=_order)
    past = [_line(due) for due in agenda.released(data)]
    return assemble(
        "week_ahead",
        titled(options, "The week ahead"),
        paragraphs=paragraphs(context, "week_ahead"),
        tables=[
            _table("week-ahead", "Scheduled", (*lines, *_views(context)), data),
            _table("week-released", "Released this week", past, data),
        ],
    )


def _closings(data: MarketData) -> Iterator[Line]:
    for day, early in agenda.rests(data):
        source = f"{data.sessions.name} calendar"
        if early:
            hour = data.sessions.close(day).time()
            yield Line("The exchange closes early.", source, day, hour, closing=True)
        else:
            yield Line("The exchange is closed for a holiday.", source, day, closing=True)


def _line(due: agenda.Due) -> Line:
    event = due.event
    name = ": ".join(part for part in (event.region, event.name) if part)
    what = f"{name}, {event.period}" if event.period else name
    return Line(what, event.source, due.day, due.hour, event.prior, event.consensus, event.actual)


def _views(context: SectionContext) -> Iterator[Line]:
    """What the desk has announced among its views; their text says when."""
    for view in context.data.desk.views:
        if view.kind == "event":
            source = view.house or "The editor"
            yield Line(view.text, f"{source}, {view.published_text}".rstrip(", "))


def _order(line: Line) -> tuple[date, time]:
    """By time; what takes the whole day first. Equals keep their order: closings, then events."""
    return line.day or date.max, line.hour or time.min


def _table(name: str, caption: str, lines: Sequence[Line], data: MarketData) -> Table | None:
    """The lines under the columns that any of them fills.

    Where figures leave little room and all come from one source, the note names it.
    """
    if not lines:
        return None
    figures = [key for key in FIGURES if any(getattr(line, key) for line in lines)]
    sources = tuple(dict.fromkeys(line.source for line in lines))
    noted = bool(figures) and len({line.source for line in lines if not line.closing}) == 1
    timed = any(line.hour for line in lines)
    columns = (
        Column("Day", align="left"),
        *[Column("Time", agenda.place(data.sessions.zone), align="left")] * timed,
        Column("What", align="left"),
        *(Column(key.capitalize()) for key in figures),
        *[Column("Source", align="left")] * (not noted),
    )
    rows = tuple(_row(line, figures, timed=timed, sourced=not noted) for line in lines)
    note = f"Figures as published. Source: {'; '.join(sources)}." if noted else ""
    return Table(name, caption, columns, rows, note)


def _row(line: Line, figures: Sequence[str], *, timed: bool, sourced: bool) -> tuple[Cell, ...]:
    hour = Cell(wording.clock(line.hour) if line.hour else "")
    shown = (Cell(text) if (text := getattr(line, key)) else NOTHING for key in figures)
    source = [Cell(line.source)] * sourced
    return (Cell(_day(line.day)), *[hour] * timed, Cell(line.what), *shown, *source)


def _day(day: date | None) -> str:
    return f"{agenda.DAYS[day.weekday()]} {wording.day_month(day)}" if day else ""
