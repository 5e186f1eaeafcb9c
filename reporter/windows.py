"""Windows by name, and the day on which each of them begins.

`1d` is the session before. `wtd mtd qtd ytd` begin with the last close of the week, month,
quarter or year before. `1w 1m 3m 6m 1y 3y 5y` begin with the last close on or before the same
day of the calendar so long ago; where the as-of day is the last session of its month, they begin
with the last session of the month so long ago, as fact sheets do. `20s` means 20 sessions,
`since:2025-10-16` the close of that day, or the last one before it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from reporter import wording
from reporter.errors import SpecError
from reporter.metrics.base import PERIODS
from reporter.registry import nearest
from reporter.sessions import Sessions

SINCE = "since:"
_MONTHS = {"1m": 1, "3m": 3, "6m": 6, "1y": 12, "3y": 36, "5y": 60}
_SATURDAY = 5
_LONGEST = {"1d": 1, "wtd": 7, "1w": 7, "mtd": 31, "1m": 31, "qtd": 92, "3m": 92, "6m": 184}  # days


@dataclass(frozen=True, slots=True)
class Window:
    """A window as asked for; `since` where it names a day, `sessions` where it counts them."""

    name: str
    kind: Literal["calendar", "sessions", "since"]
    since: date | None = None
    sessions: int = 0

    @property
    def years(self) -> int:
        """Whole years of a calendar window of at least one year, else 0."""
        return _MONTHS.get(self.name, 0) // 12


@lru_cache(maxsize=256)
def parse(name: str) -> Window:
    """The window of this name, in small or capital letters.

    Raises:
        SpecError: no such window; the message gives the nearest one.
    """
    name = name.lower()
    if name in PERIODS:
        return Window(name, "calendar")
    if name.startswith(SINCE):
        return Window(name, "since", since=_day(name))
    if re.fullmatch(r"[1-9]\d{0,4}s", name):
        return Window(name, "sessions", sessions=int(name[:-1]))
    raise _unknown(name)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(name.removeprefix(SINCE))
    except ValueError:
        raise SpecError(
            f"window {name!r} does not name a day.", tip="Write it as since:2025-10-16."
        ) from None


def _unknown(name: str) -> SpecError:
    if re.fullmatch(r"[+-]?\d+s", name):
        tip = "A count of sessions is a whole number from 1 to 99999, such as 20s."
        return SpecError(f"unknown window {name!r}.", tip=tip)
    forms = (*PERIODS, "20s", "since:2025-10-16")
    return SpecError(f"unknown window {name!r}.", tip=nearest(name, forms))


def base_date(window: Window, as_of: date, sessions: Sessions) -> date:
    """The session whose close the window is measured from.

    Raises:
        LookupError: the exchange's calendar does not reach back that far.
    """
    if window.since is not None:
        return sessions.on_or_before(window.since)
    if window.kind == "sessions":
        return sessions.back(as_of, window.sessions)
    if window.name in _MONTHS:
        return _months_back(_MONTHS[window.name], as_of, sessions)
    return _ANCHORED[window.name](as_of, sessions)


def holds(window: Window, every: int) -> bool:
    """Whether a series with a value every so many days can change over the window at all."""
    if window.kind == "sessions":
        return every == 1
    return window.kind == "since" or _LONGEST.get(window.name, every) >= every


def observed_base(window: Window, as_of: date, sessions: Sessions, every: int) -> date | None:
    """The day whose value the window is measured from, of a series that is not daily.

    That of the month, quarter or year the window's anchor lies in, however it is dated; of other
    series the last on or before the anchor. None where that value is missing: a change over one
    month must not be one over two.

    Raises:
        LookupError: the series does not reach back that far.
    """
    meant = window.since or base_date(window, as_of, _all_days(window, as_of))
    base = sessions.on_or_before(meant)
    if window.since is None and wording.is_period(every):
        period = wording.observed(meant, every)
        after = sessions.days[bisect_right(sessions.days, meant)]
        base = after if wording.observed(after, every) == period else base
        near = wording.observed(base, every) == period
    else:
        near = window.since is not None or (meant - base).days <= every * 3 // 2
    return base if near and base < as_of else None


def _all_days(window: Window, as_of: date) -> Sessions:
    """Every day from well before the window's anchor to the as-of day."""
    first = as_of.toordinal() - (window.years + 2) * 366
    return Sessions("", tuple(map(date.fromordinal, range(first, as_of.toordinal() + 1))))


def _months_back(months: int, as_of: date, sessions: Sessions) -> date:
    year, month = divmod(as_of.year * 12 + as_of.month - 1 - months, 12)
    if is_month_end(as_of, sessions):
        return sessions.last_of_month(year, month + 1)
    day = min(as_of.day, monthrange(year, month + 1)[1])
    return sessions.on_or_before(date(year, month + 1, day))


def is_month_end(day: date, sessions: Sessions) -> bool:
    """Whether `day` is the last session of its month, by the exchange's own calendar.

    28 March 2024 is one, although a Friday follows: it was Good Friday. Where the calendar ends
    with `day`, only weekends may follow within the month.
    """
    at = bisect_right(sessions.days, day)
    if at < len(sessions.days):
        return sessions.days[at].month != day.month
    rest = range(day.day + 1, monthrange(day.year, day.month)[1] + 1)
    return all(day.replace(day=d).weekday() >= _SATURDAY for d in rest)


def _before(day: date, sessions: Sessions) -> date:
    return sessions.on_or_before(day - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Period:
    """A week, month, quarter or year: its first day, and what it is called."""

    first: date
    words: str


def began(window: Window, day: date) -> Period | None:
    """The calendar period around `day` that the window covers from its start; None of others."""
    if window.name == "wtd":
        monday = day - timedelta(days=day.weekday())
        return Period(monday, f"the week of {wording.long_date(monday)}")
    if window.name == "mtd":
        return Period(day.replace(day=1), wording.month_year(day))
    if window.name == "qtd":
        first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        return Period(first, f"the quarter from {wording.long_date(first)}")
    return Period(date(day.year, 1, 1), f"{day.year}") if window.name == "ytd" else None


_ANCHORED: dict[str, Callable[[date, Sessions], date]] = {
    "1d": _before,
    "wtd": lambda day, sessions: _before(day - timedelta(days=day.weekday()), sessions),
    "mtd": lambda day, sessions: _before(day.replace(day=1), sessions),
    "qtd": lambda day, sessions: _before(date(day.year, (day.month - 1) // 3 * 3 + 1, 1), sessions),
    "ytd": lambda day, sessions: _before(date(day.year, 1, 1), sessions),
    "1w": lambda day, sessions: sessions.on_or_before(day - timedelta(days=7)),
}
