"""Period returns: how much a close has changed since the window's base."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from reporter import wording
from reporter.bars import Bars, Floats
from reporter.metrics._answers import (
    above_zero,
    bar_on,
    bars_for,
    last_bar,
    metric,
    no_yield,
    window_base,
)
from reporter.metrics._reach import back, last_level, since, window
from reporter.metrics.base import Answer, Answers, Ask, Printer, Raw
from reporter.model import Basis, MarketData, Unit
from reporter.windows import Window

NAMES = ("period_return",)

SIGMA_SESSIONS = 63
_FORMS: dict[str, Printer] = {
    "z": wording.index,
    "annualised": wording.fraction,
    "largest_since_return": wording.fraction,
}


@metric(
    "period_return",
    Unit.FRACTION,
    windows="periods",
    reach=(window,),
    details={
        "level": last_level,
        "base_level": last_level,
        "z": back(SIGMA_SESSIONS + 1),
        "largest_since": since("largest_since", 1),
        "largest_since_return": since("largest_since", 1),
    },
)
def period_return(ask: Ask, data: MarketData) -> Answers:
    """Close over the close of the window's base day, less one, as a fraction.

    Cumulative over every window; from one year on, `detail.annualised` holds the yearly rate.
    A price return where prices are quotes, a total return where they are dividend-adjusted.
    """
    no_yield(ask.subject, data, "a return")
    bars = bars_for(ask.subject, data)
    length, base = window_base(ask, data)
    last, first = last_bar(bars, data), bar_on(bars, base)
    value = growth(bars, first, last)
    detail = _detail(bars, first, last) | _annual(length, value) | _largest(length, bars, last)
    return [Answer(value, Unit.FRACTION, detail, forms=_FORMS, base=base)]


def growth(bars: Bars, first: int, last: int) -> float:
    """The change from the close at `first` to the close at `last`, as a fraction."""
    above_zero(bars.close[first], bars, "a close that is not above zero")
    return float(bars.close[last] / bars.close[first] - 1)


def _detail(bars: Bars, first: int, last: int) -> dict[str, Raw]:
    basis = bars.series.basis
    value = growth(bars, first, last)
    return {
        "level": float(bars.close[last]),
        "base_level": float(bars.close[first]),
        "basis": basis.value,
        "total_return": basis is Basis.ADJUSTED,
        "z": scaled(value, _sigma(bars, first), last - first),
    }


def _annual(window: Window, value: float) -> dict[str, Raw]:
    left = 1 + value
    return {"annualised": left ** (1 / window.years) - 1} if window.years and left > 0 else {}


def _largest(window: Window, bars: Bars, last: int) -> dict[str, Raw]:
    if window.name != "1d":
        return {}
    since = _as_big(bars.moves[:last])
    return {
        "largest_since": None if since is None else bars.day(since + 1),
        "largest_since_return": None if since is None else float(bars.moves[since]),
    }


def _as_big(moves: Floats) -> int | None:
    """The position of the last earlier move in the last one's direction at least as big."""
    latest = moves[-1]
    earlier = moves[:-1]
    as_big = np.flatnonzero(earlier >= latest if latest > 0 else earlier <= latest)
    return int(as_big[-1]) if len(as_big) and latest != 0 else None


@lru_cache(maxsize=1024)
def _sigma(bars: Bars, base: int) -> float | None:
    return sigma(bars.moves[:base])


def sigma(moves: Floats) -> float | None:
    """Standard deviation of the last 63 of these daily moves; None where there are fewer.

    The moves are those up to the window's base day: a move is large against what was usual
    before it began, and must not shrink because it was wild itself.
    """
    before = moves[-SIGMA_SESSIONS:]
    spread = float(before.std(ddof=1)) if len(before) == SIGMA_SESSIONS else math.nan
    return spread if spread > 0 else None


def scaled(value: float, daily: float | None, sessions: int) -> float | None:
    """A move in standard deviations of its length: `value` over daily sigma times root time."""
    return value / (daily * math.sqrt(sessions)) if daily and sessions > 0 else None
