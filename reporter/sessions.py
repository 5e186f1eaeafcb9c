"""Trading sessions and the windows counted in them: the one place where a base date is chosen.

The rule (desk convention, after S&P and AP practice): the base of a window is the close of the
last session on or before the window's anchor date.

Stock exchanges are named by their market identifier code, as exchange_calendars knows them. Four
calendars are not those of a stock exchange:

- `24/7`: every day until midnight UTC, as crypto-currencies trade.
- `24/5`: Monday to Friday, as currencies trade. The market's own day ends at 17:00 in New York;
  the free feeds' bar goes on until midnight in London. The later hour counts, so that no bar is
  taken for final that may still change.
- `US_FUTURES`: days of settlement on the New York and Chicago futures exchanges. On most public
  holidays they trade for some hours, but that counts towards the next settlement, and vendors
  give no bar; where only the stock exchange closed, for a storm or in mourning, they settled.
  (`CMES` is the exchange's list of days with any trading at all.)
- `SIFMA_US`: the US government bond market, after SIFMA's recommendations: closed on Columbus and
  Veterans Day too, open on a Good Friday on which the employment report comes out.
"""

from __future__ import annotations

import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reporter.errors import DataError, SpecError
from reporter.registry import nearest

if TYPE_CHECKING:
    from exchange_calendars import ExchangeCalendar

SETTLING = timedelta(minutes=30)  # vendors are late by a quarter of an hour, and then correct
_MIDNIGHT = time(0)

NEW_YORK = "XNYS"
ALWAYS, WEEKDAYS, FUTURES, BONDS = "24/7", "24/5", "US_FUTURES", "SIFMA_US"
OBSERVED = "OBSERVED:"  # before the symbol of a series whose only sessions are its own days
_ALWAYS_NAME = "crypto (every day)"

NAMES: Mapping[str, str] = {
    NEW_YORK: "NYSE", "XTSE": "Toronto", "XMEX": "Mexico City", "BVMF": "São Paulo",
    "XBUE": "Buenos Aires", "XSGO": "Santiago", "XLIM": "Lima", "XBOG": "Bogotá",
    "XLON": "London", "XDUB": "Dublin", "XETR": "Frankfurt", "XFRA": "Frankfurt (floor)",
    "XPAR": "Paris", "XAMS": "Amsterdam", "XBRU": "Brussels", "XLIS": "Lisbon", "XMIL": "Milan",
    "XMAD": "Madrid", "XSWX": "Zurich", "XWBO": "Vienna", "XSTO": "Stockholm",
    "XCSE": "Copenhagen", "XHEL": "Helsinki", "XOSL": "Oslo", "XICE": "Reykjavik",
    "XWAR": "Warsaw", "XPRA": "Prague", "XBUD": "Budapest", "XIST": "Istanbul",
    "XJSE": "Johannesburg", "XSAU": "Riyadh",
    "XTKS": "Tokyo", "XHKG": "Hong Kong", "XSHG": "Shanghai", "XTAI": "Taipei", "XKRX": "Seoul",
    "XSES": "Singapore", "XBOM": "Mumbai", "XIDX": "Jakarta", "XKLS": "Kuala Lumpur",
    "XBKK": "Bangkok", "XPHS": "Manila", "XASX": "Sydney", "XNZE": "Wellington",
    "CMES": "CME Globex", FUTURES: "US futures", BONDS: "US bond market",
    WEEKDAYS: "currencies (Monday to Friday)", ALWAYS: _ALWAYS_NAME,
}  # fmt: skip
_ALIASES = {
    "NYSE": NEW_YORK, "NASDAQ": NEW_YORK, "XNAS": NEW_YORK, "ARCX": NEW_YORK, "XASE": NEW_YORK,
    "BATS": NEW_YORK, "XCBO": NEW_YORK, "LSE": "XLON", "XNSE": "XBOM", "XSHE": "XSHG",
    "XNYM": FUTURES, "XCEC": FUTURES, "XCME": FUTURES, "XCBT": FUTURES,
}  # fmt: skip

SETTLED_ALL_THE_SAME = (  # the stock exchange was closed: a storm, and mourning for presidents
    date(2012, 10, 29), date(2012, 10, 30), date(2018, 12, 5), date(2025, 1, 9),
)  # fmt: skip
YIELDS_ALL_THE_SAME = (  # days of Treasury yields on which the stock exchange was closed
    date(2001, 9, 13), date(2001, 9, 14), date(2007, 1, 2), date(2012, 10, 29), date(2025, 1, 9),
)  # fmt: skip
_FRIDAY = 4


@dataclass(frozen=True, slots=True, eq=False)
class Sessions:
    """The sessions of one exchange, ascending, known from `days[0]` to `days[-1]`.

    `name` is for reading: "NYSE", "Tokyo". `early_closes` are those that end before the hour
    usual then, `hours` the closing time of each day whose differs from `closing`. All times are
    in `zone`; midnight is the end of the day. `cut_short` says that the calendar is not known as
    far as it was wanted. `week_begins` is the weekday of a week's first session, 0 for Monday.
    """

    name: str
    days: Sequence[date]
    early_closes: Sequence[date] = ()
    zone: str = "America/New_York"
    closing: time = time(16)
    hours: Mapping[date, time] = field(default_factory=lambda: MappingProxyType({}))
    cut_short: bool = False
    week_begins: int = 0

    def close(self, day: date) -> datetime:
        """When the session of `day` ends, in the exchange's own zone."""
        hour = self.hours.get(day, self.closing)
        day += timedelta(days=hour == _MIDNIGHT)
        return datetime.combine(day, hour, ZoneInfo(self.zone))

    def is_final(self, day: date, now: datetime) -> bool:
        """Whether the session's bar can be relied on: its close is `SETTLING` ago or more."""
        return now - self.close(day).astimezone(UTC) >= SETTLING

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


# --- calendars by name ----------------------------------------------------------------------------


def known_exchange(name: str) -> str:
    """The exchange's code, however it was written: `nasdaq` gives `XNYS`, `xlon` gives `XLON`.

    Raises:
        SpecError: no such exchange; the message gives the nearest one.
    """
    code = name.strip().upper()
    code = _ALIASES.get(code, code)
    if code not in NAMES:
        raise SpecError(f"unknown exchange {name!r}.", tip=nearest(code, (*NAMES, *_ALIASES)))
    return code


def calendar(exchange: str, first_year: int, last_year: int) -> Sessions:
    """The sessions of an exchange in the years given, as far as they are known.

    Args:
        exchange: its market identifier code, such as XLON, or one of this module's own names.
        first_year: of the first session wanted; where the calendar begins later, so do the days.
        last_year: of the last one; where the calendar is not known that far, `cut_short` says so.

    Raises:
        SpecError: no such exchange; the message gives the nearest one.
        DataError: nothing is known of these years.
    """
    return _calendar(known_exchange(exchange), first_year, last_year)


def day_at(exchange: str, moment: datetime) -> date:
    """The day it is at an exchange.

    Raises:
        ReporterError: as `calendar` does.
    """
    zone = calendar(exchange, moment.year - 1, moment.year).zone
    return moment.astimezone(ZoneInfo(zone)).date()


def nyse(first_year: int, last_year: int) -> Sessions:
    """The New York Stock Exchange's sessions of the years given."""
    return calendar(NEW_YORK, first_year, last_year)


@lru_cache(maxsize=256)
def common(*calendars: Sessions) -> Sessions:
    """The sessions that all of these have; the first itself where all are one exchange's.

    Its name joins theirs, in the order of the alphabet, so that it does not depend on who asks.
    """
    first = calendars[0]
    different = {calendar.name: calendar for calendar in calendars}
    if len(different) == 1:
        return first
    days = set(first.days).intersection(*(other.days for other in calendars[1:]))
    *others, last = sorted(different)
    return Sessions(f"{', '.join(others)} and {last}", tuple(sorted(days)))


@cache
def _calendar(code: str, first_year: int, last_year: int) -> Sessions:
    if code == ALWAYS:
        return _every_day(first_year, last_year)
    if code == WEEKDAYS:
        return _weekdays(first_year, last_year)
    if code == FUTURES:
        return _futures(nyse(first_year, last_year))
    if code == BONDS:
        return _bonds(nyse(first_year, last_year))
    return _listed(code, first_year, last_year)


def _every_day(first_year: int, last_year: int) -> Sessions:
    days = tuple(_days(first_year, last_year))
    return Sessions(NAMES[ALWAYS], days, zone="UTC", closing=time(0))


def _weekdays(first_year: int, last_year: int) -> Sessions:
    days = tuple(day for day in _days(first_year, last_year) if day.weekday() <= _FRIDAY)
    return Sessions(NAMES[WEEKDAYS], days, zone="Europe/London", closing=time(0))


def _days(first_year: int, last_year: int) -> Iterable[date]:
    first, last = date(first_year, 1, 1).toordinal(), date(last_year, 12, 31).toordinal()
    return map(date.fromordinal, range(first, last + 1))


def _futures(stocks: Sessions) -> Sessions:
    days = _among(stocks, SETTLED_ALL_THE_SAME)
    return Sessions(NAMES[FUTURES], days, closing=time(17))


def _bonds(stocks: Sessions) -> Sessions:
    """Stock sessions without the two holidays, with the days on which only stocks rested."""
    fridays = (_first_friday_of_april(y) for y in range(stocks.days[0].year, _last(stocks) + 1))
    days = _among(stocks, (*YIELDS_ALL_THE_SAME, *fridays))
    kept = tuple(day for day in days if not (_columbus_day(day) or _veterans_day(day)))
    return Sessions(NAMES[BONDS], kept, closing=time(17))


def _among(stocks: Sessions, more: Iterable[date]) -> tuple[date, ...]:
    first, last = stocks.days[0].year, _last(stocks)
    return tuple(sorted({*stocks.days, *(day for day in more if first <= day.year <= last)}))


def _last(stocks: Sessions) -> int:
    return stocks.days[-1].year


def _first_friday_of_april(year: int) -> date:
    """When the employment report of March comes out; a Good Friday in some years."""
    first = date(year, 4, 1)
    return first + timedelta(days=(_FRIDAY - first.weekday()) % 7)


def _columbus_day(day: date) -> bool:
    """Whether it is the second Monday of October."""
    return day.month == 10 and day.weekday() == 0 and (day.day - 1) // 7 == 1  # noqa: PLR2004


def _veterans_day(day: date) -> bool:
    """Whether it is 11 November, or the Monday after where that is a Sunday."""
    return (day.month, day.day) == (11, 11) or (
        (day.month, day.day) == (11, 12) and day.weekday() == 0
    )


# --- stock exchanges, by exchange_calendars ------------------------------------------------------


def _listed(code: str, first_year: int, last_year: int) -> Sessions:
    with warnings.catch_warnings():  # its own use of pandas, not ours
        warnings.simplefilter("ignore", DeprecationWarning)
        found = _found(code, date(first_year, 1, 1), date(last_year, 12, 31))
        sessions = _sessions(code, found)
    return replace(sessions, cut_short=sessions.days[-1].year < last_year)


def _found(code: str, first: date, last: date) -> ExchangeCalendar:
    """The calendar of these years, or of those among them that it reaches."""
    from exchange_calendars import get_calendar  # noqa: PLC0415  imports pandas: wait until asked

    try:
        return get_calendar(code, start=str(first), end=str(last))
    except ValueError:  # it begins later or ends earlier: what it reaches by itself tells
        whole = get_calendar(code)
        low, high = whole.bound_min(), whole.bound_max()
        begin = max(first, low.date()) if low is not None else first
        end = min(last, high.date()) if high is not None else last
    if begin >= end:
        raise DataError(
            f"the calendar of {NAMES[code]} is not known from {first.year} to {last.year}.",
            tip="Ask for another as-of day.",
        )
    return get_calendar(code, start=str(begin), end=str(end))


def _sessions(code: str, found: ExchangeCalendar) -> Sessions:
    days = tuple(day.date() for day in found.sessions)
    usual = found.close_times[-1][1]
    local = found.closes.dt.tz_convert(str(found.tz)).dt.tz_localize(None)
    spans = (local - local.index.to_series()).dt.total_seconds().to_numpy()
    other = (spans != usual.hour * 3600 + usual.minute * 60).nonzero()[0]
    hours = {days[at]: local.iloc[at].time() for at in other}
    early = tuple(day.date() for day in found.early_closes)
    begins = _week_begins(found.weekmask)
    return Sessions(NAMES[code], days, early, str(found.tz), usual, hours, week_begins=begins)


def _week_begins(mask: str) -> int:
    """The first open weekday after a closed one, by a mask from Monday on, such as `1111100`."""
    return next((day for day in range(7) if mask[day - 1] == "0" and mask[day] == "1"), 0)
