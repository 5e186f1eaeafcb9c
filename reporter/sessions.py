"""Trading sessions and the windows counted in them: the one place where a base date is chosen.

The rule (desk convention, after S&P and AP practice): the base of a window is the close of the
last session on or before the window's anchor date.
"""

from __future__ import annotations

import warnings
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

SETTLING = timedelta(minutes=30)  # vendors are late by a quarter of an hour, and then correct


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of one exchange, ascending, known from `days[0]` to `days[-1]`.

    `early_closes` are those of them that end before the usual hour.
    """

    name: str
    days: Sequence[date]
    early_closes: Sequence[date] = ()
    zone: str = "America/New_York"
    closing: time = time(16)
    early_closing: time = time(13)

    def close(self, day: date) -> datetime:
        """When the session of `day` ends, in the exchange's own zone."""
        hour = self.early_closing if day in self.early_closes else self.closing
        return datetime.combine(day, hour, ZoneInfo(self.zone))

    def is_final(self, day: date, now: datetime) -> bool:
        """Whether the session's bar can be relied on: its close is `SETTLING` ago or more."""
        return now >= self.close(day) + SETTLING

    def is_session(self, day: date) -> bool:
        """Whether the exchange traded on `day`."""
        at = bisect_left(self.days, day)
        return at < len(self.days) and self.days[at] == day

    def on_or_before(self, day: date) -> date:
        """The last session on or before `day`.

        Raises:
            LookupError: `day` is before the first known session.
        """
        at = bisect_right(self.days, day) - 1
        if at < 0:
            raise LookupError(f"no {self.name} session on or before {day}")
        return self.days[at]

    def back(self, day: date, count: int) -> date:
        """The session `count` sessions before the session `day`.

        Raises:
            LookupError: the calendar does not reach that far back.
        """
        at = bisect_left(self.days, day) - count
        if at < 0:
            raise LookupError(f"fewer than {count} {self.name} sessions before {day}")
        return self.days[at]

    def between(self, first: date, last: date) -> int:
        """Number of sessions after `first`, up to and including `last`."""
        return bisect_right(self.days, last) - bisect_right(self.days, first)

    def last_of_month(self, year: int, month: int) -> date:
        """The last session of a calendar month."""
        following = date(year + month // 12, month % 12 + 1, 1)
        return self.on_or_before(following - timedelta(days=1))


@cache
def nyse(first_year: int, last_year: int) -> Sessions:
    """The New York Stock Exchange's sessions of the years given, by exchange_calendars."""
    from exchange_calendars import get_calendar  # noqa: PLC0415  imports pandas: wait until asked

    with warnings.catch_warnings():  # its own use of pandas, not ours
        warnings.simplefilter("ignore", DeprecationWarning)
        calendar = get_calendar("XNYS", start=f"{first_year}-01-01", end=f"{last_year}-12-31")
        early = tuple(day.date() for day in calendar.early_closes)
    return Sessions("NYSE", tuple(day.date() for day in calendar.sessions), early)
