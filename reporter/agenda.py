"""What is scheduled after a brief's as-of session, and what came out before it, in its own zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reporter.model import Event, MarketData

WEEKEND = 5


@dataclass(frozen=True, slots=True)
class Due:
    """An event on the brief's own clock; `hour` is None where it takes the whole day."""

    event: Event
    day: date
    hour: time | None


def next_week(as_of: date) -> tuple[date, ...]:
    """Monday to Friday after the week of `as_of`."""
    monday = as_of + timedelta(days=7 - as_of.weekday())
    return tuple(monday + timedelta(days=at) for at in range(5))


def ahead(data: MarketData) -> tuple[Due, ...]:
    """The events after the as-of session's close, to the end of next week, in their order."""
    end = next_week(data.as_of)[-1]
    close = data.sessions.close(data.as_of)
    found = (due for due in _dated(data) if not due.event.over(data.as_of, close))
    return tuple(sorted((due for due in found if due.day <= end), key=_order))


def released(data: MarketData) -> tuple[Due, ...]:
    """The events of the as-of session's week whose outcome was known by its close."""
    monday = data.as_of - timedelta(days=data.as_of.weekday())
    found = (due for due in _dated(data) if due.event.actual and monday <= due.day <= data.as_of)
    return tuple(sorted(found, key=_order))


def rests(data: MarketData) -> Iterator[tuple[date, bool]]:
    """Weekdays to the end of next week on which the exchange is closed, or (True) closes early."""
    sessions, end = data.sessions, next_week(data.as_of)[-1]
    if not sessions.days or sessions.days[-1] < end:
        return
    for at in range(1, (end - data.as_of).days + 1):
        day = data.as_of + timedelta(days=at)
        early = day in sessions.early_closes
        if early or (day.weekday() < WEEKEND and not sessions.is_session(day)):
            yield day, early


def _dated(data: MarketData) -> Iterable[Due]:
    zone = ZoneInfo(data.sessions.zone)
    for event in data.desk.events:
        local = event.at.astimezone(zone) if event.at else None
        yield Due(event, local.date() if local else event.on, local.time() if local else None)


def _order(due: Due) -> tuple[datetime, str, str]:
    """By time, what takes the whole day first, then by name."""
    return datetime.combine(due.day, due.hour or time.min), due.event.name, due.event.region
