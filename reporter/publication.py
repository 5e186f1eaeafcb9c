"""When values became known: what is dated 1 January may have been published in February.

A series is seen as it was on a day: of each observation the value published last by then. When a
value was published stands beside it (`published`, or `realtime_start` as ALFRED, the archive of
the St. Louis Fed, calls it), or follows from how many days after its period the series comes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from reporter.model import Reason
from reporter.sources.base import NoQuotesError
from reporter.wording import MONTHLY, QUARTERLY, YEARLY, count

COLUMNS = ("published", "realtime start")
FEWEST = 3  # values that show how far apart they are
WIDEST_DAILY = 4  # days between the values of a daily series, over a long weekend
LATEST = 60  # publications that show how late a series comes
USUAL = 0.95  # of them
LONGEST_LAG = 3650  # days after its period that a value may come out
ENDED_AFTER = 3  # usual intervals without anything published

Days = NDArray[np.datetime64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Releases:
    """The days of observations, ascending, with the day on which each was first published."""

    days: Days
    published: Days

    def ended(self, every: int, today: date) -> bool:
        """Whether nothing was published for three of the series' usual intervals."""
        quiet = (np.datetime64(today) - self.published[-1]).astype(int)
        return bool(quiet > ENDED_AFTER * every)

    def lag(self, sessions: Days) -> int:
        """How many of these sessions after its own a value is usually out."""
        out = sessions.searchsorted(self.published[-LATEST:])
        late = np.maximum(out - sessions.searchsorted(self.days[-LATEST:]), 0)
        return int(np.quantile(late, USUAL, method="higher"))


def interval(days: Days) -> int:
    """The usual number of days from one value to the next: 1 for daily series, 31 for monthly."""
    apart = np.diff(np.unique(days)) / np.timedelta64(1, "D")
    if len(apart) < FEWEST - 1:
        return 1
    usual = int(np.median(apart))
    return usual if usual > WIDEST_DAILY else 1


def frequency(label: str, days: Days, releases: Releases | None) -> int:
    """The usual number of days between the values of a series, 1 for daily ones.

    Raises:
        NoQuotesError: it is not daily and nothing says when it was published, or is too short.
    """
    if releases is not None and len(days) < FEWEST:
        raise NoQuotesError(
            f"{label}: of its values {count(len(days))} were out by the day wanted; "
            f"{count(FEWEST)} show how often there is one.",
            Reason.SHORT_HISTORY,
        )
    every = interval(days)
    if every > 1 and releases is None:
        raise NoQuotesError(
            f"{label} has a value every {every} days. Such a value becomes known after the day it "
            "is dated, and nothing says when. Add a column published with the day each value came "
            "out, or lag_days, the number of days it comes out after the end of its period.",
            Reason.NOT_APPLICABLE,
        )
    return every


def after_period(days: Days, every: int, lag_days: int) -> Days:
    """When values come out that are published so many days after the end of their period.

    The period of a monthly, quarterly or yearly value is the calendar's one that its date lies
    in, whether it is dated by the first day or the last; that of any other value ends on its date.
    """
    return _period_ends(days.astype("datetime64[D]"), every) + np.timedelta64(lag_days, "D")


def _period_ends(days: Days, every: int) -> Days:
    months = days.astype("datetime64[M]")
    if every in MONTHLY:
        following = months + 1
    elif every in QUARTERLY:
        following = months - months.astype(int) % 3 + 3
    elif every in YEARLY:
        following = (days.astype("datetime64[Y]") + 1).astype("datetime64[M]")
    else:
        return days
    return following.astype("datetime64[D]") - 1


def latest(days: Days, published: Days, until: date | None) -> Mask:
    """The rows known by `until`: of each day those published last by then."""
    out = published.astype("datetime64[D]").astype(np.int64)
    known = out <= np.datetime64(until or date.max).astype(np.int64)
    _, place = np.unique(days, return_inverse=True)
    newest = np.full(place.max(initial=-1) + 1, np.iinfo(np.int64).min)
    np.maximum.at(newest, place[known], out[known])
    return np.asarray(known & (out == newest[place]), dtype=np.bool_)


def releases(days: Days, published: Days) -> Releases:
    """The first publication of each day."""
    days, published = (given.astype("datetime64[D]") for given in (days, published))
    order = np.lexsort((published, days))
    own, first = np.unique(days[order], return_index=True)
    return Releases(own, published[order][first])
