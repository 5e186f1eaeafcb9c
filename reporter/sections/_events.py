"""Rows of the calendar: what is due and what came out, as the desk and the exchange have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from reporter import agenda, wording
from reporter.model import Cell, Column, MarketData, Table
from reporter.sections._common import NOTHING

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


def line_of(due: agenda.Due) -> Line:
    """An event as a row."""
    event = due.event
    what = f"{event.full}, {event.period}" if event.period else event.full
    return Line(what, event.source, due.day, due.hour, event.prior, event.consensus, event.actual)


def scheduled(name: str, caption: str, lines: Sequence[Line], data: MarketData) -> Table | None:
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
        *[Column("Time", wording.place(data.sessions.zone), align="left")] * timed,
        Column("What", align="left"),
        *(Column(key.capitalize()) for key in figures),
        *[Column("Source", align="left")] * (not noted),
    )
    rows = tuple(_row(line, figures, timed=timed, sourced=not noted) for line in lines)
    note = f"Figures as published. Source: {'; '.join(sources)}." if noted else ""
    return Table(name, caption, columns, rows, note)


def _row(line: Line, figures: Sequence[str], *, timed: bool, sourced: bool) -> tuple[Cell, ...]:
    hour = Cell(wording.time_of_day(line.hour) if line.hour else "")
    shown = (Cell(text) if (text := getattr(line, key)) else NOTHING for key in figures)
    source = [Cell(line.source)] * sourced
    return (Cell(_day(line.day)), *[hour] * timed, Cell(line.what), *shown, *source)


def _day(day: date | None) -> str:
    return wording.weekday_short(day) if day else ""
