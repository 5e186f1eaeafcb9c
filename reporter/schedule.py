"""When an edition is due: after the last session of the week or month, or after each session.

A period is due some time after its last session's close, by the calendar and the clock of the
exchange: before a holiday it is due a day earlier, after half a day some hours earlier. Nothing
here reads a clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

from reporter.errors import DataError
from reporter.order import Schedule
from reporter.sessions import Sessions, calendar

_LONGEST = 45
"""More sessions than a period has, together with those that the longest lag goes over."""


@dataclass(frozen=True, slots=True)
class Due:
    """An edition that is due.

    `period` is what it is of: `2026-W03`, `2026-01`, or the day of a session. `as_of` is the last
    session of the period, `at` when it became due and `until` when it is stale, both in UTC.
    """

    period: str
    as_of: date
    at: datetime
    until: datetime

    def is_stale(self, now: datetime) -> bool:
        """Whether it is too late to begin with it."""
        return now >= self.until


def known(schedule: Schedule, now: datetime) -> Sessions:
    """The exchange's sessions as far as they are needed around a moment.

    Raises:
        ReporterError: nothing is known of these years.
    """
    return calendar(schedule.exchange, now.year - 1, now.year + 1)


def due(schedule: Schedule, sessions: Sessions, now: datetime) -> Due | None:
    """The newest edition that is due at a moment, stale or not; None before the first one.

    Args:
        schedule: as the spec has it.
        sessions: from the year before to the year after `now`, as `known` gives them.
        now: with its zone.
    """
    today = now.astimezone(ZoneInfo(sessions.zone)).date()
    made = (_made(schedule, sessions, day) for day in _ends_back(schedule, sessions, today))
    return next((one for one in islice(made, _LONGEST) if one.at <= now), None)


def following(schedule: Schedule, sessions: Sessions, now: datetime) -> datetime:
    """When the next edition becomes due, in UTC.

    Raises:
        DataError: the calendar is not known that far.
    """
    today = now.astimezone(ZoneInfo(sessions.zone)).date()
    first = today - timedelta(days=_LONGEST)
    for day in _ends(schedule, sessions, first, sessions.days[-1]):
        if (at := _made(schedule, sessions, day).at) > now:
            return at
    raise DataError(f"the calendar of {sessions.name} is not known beyond {sessions.days[-1]}.")


def between(schedule: Schedule, sessions: Sessions, first: date, last: date) -> tuple[date, ...]:
    """The as-of days of the periods that end after `first` and before `last`."""
    ends = _ends(schedule, sessions, first + timedelta(days=1), last - timedelta(days=1))
    return tuple(ends)


def of_day(schedule: Schedule, sessions: Sessions, day: date) -> Due:
    """The edition of the session on or before a day, whether its period is over by then or not.

    Raises:
        LookupError: the day is before the first known session.
    """
    return _made(schedule, sessions, sessions.on_or_before(day))


def _made(schedule: Schedule, sessions: Sessions, day: date) -> Due:
    at = sessions.close(day).astimezone(UTC) + schedule.lag
    return Due(_PERIODS[schedule.every](sessions, day), day, at, at + schedule.until)


def _ends_back(schedule: Schedule, sessions: Sessions, today: date) -> Iterator[date]:
    """Sessions that end a period, from the last one up to `today` backwards."""
    at = bisect_right(sessions.days, today) - 1
    for place in range(at, max(at - _LONGEST, -1), -1):
        yield from _ends(schedule, sessions, sessions.days[place], sessions.days[place])


def _ends(schedule: Schedule, sessions: Sessions, first: date, last: date) -> Iterator[date]:
    """Sessions from `first` to `last` that end a period.

    The last one that is known ends none: what follows may belong to the same period.
    """
    period = _PERIODS[schedule.every]
    start, stop = bisect_right(sessions.days, first - timedelta(days=1)), len(sessions.days)
    stop = min(stop, bisect_right(sessions.days, last) + 1)
    for day, after in pairwise(sessions.days[start:stop]):
        if period(sessions, day) != period(sessions, after):
            yield day


def _week(sessions: Sessions, day: date) -> str:
    """The ISO week that most of the exchange's own week lies in, which may begin on a Sunday."""
    shift = (3 - sessions.week_begins) % 7 - 3  # to the nearest Monday: none, or up to three days
    year, week, _ = (day + timedelta(days=shift)).isocalendar()
    return f"{year}-W{week:02}"


_PERIODS: Mapping[str, Callable[[Sessions, date], str]] = MappingProxyType(
    {
        "week": _week,
        "month": lambda _, day: f"{day:%Y-%m}",
        "session": lambda _, day: day.isoformat(),
    }
)
