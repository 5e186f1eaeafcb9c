"""Trend: moving averages, the side the price is on, and their crosses."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from reporter import indicators, wording
from reporter.bars import Bars, Floats, Ints
from reporter.metrics._answers import (
    NoAnswerError,
    above_zero,
    history,
    metric,
    sessions_since,
    unbroken,
)
from reporter.metrics._reach import since
from reporter.metrics.base import YEAR_OF_BARS, Answer, Answers, Ask, Raw
from reporter.model import MarketData, Reason, Unit

NAMES = ("sma", "cross")

FAST = 50
SLOW = 200
LOOK_BACK = 20
_FORMS = {"gap": wording.fraction}


@lru_cache(maxsize=2048)
def average(bars: Bars, length: int) -> Floats:
    """The moving average of the closes, one value a bar, NaN until there are enough."""
    return indicators.sma(bars.close, length)


@metric("sma", Unit.PRICE, windows=("50", "200"), reach=(since("since", SLOW + LOOK_BACK),))
def sma(ask: Ask, data: MarketData) -> Answers:
    """Arithmetic mean of the last 50 or 200 closes, the as-of session's included.

    `detail.gap` is the close over it, less one; `sessions` counts the closes on this side of it
    and `since` is the first of them, None where the close has never been on the other side as far
    as the average is known; `rising` compares it with 20 sessions before. Needs 250 quoted closes.
    """
    bars = history(ask.subject, data, "a moving average")
    unbroken(bars, data, YEAR_OF_BARS)
    values = average(bars, int(ask.window or FAST))
    value, close = float(values[-1]), float(bars.close[-1])
    above_zero(value, bars, "an average that is not above zero")
    dp = wording.decimals_apart(close, value, 2)
    text = wording.price(value, dp)
    forms = _FORMS | {"level": lambda level: wording.price(level, dp)}
    return [Answer(value, Unit.PRICE, _side(bars, values), text, forms)]


def _side(bars: Bars, values: Floats) -> dict[str, Raw]:
    above = (bars.close > values)[int(np.isnan(values).sum()) :]
    run = indicators.run_length(above)
    return {
        "level": float(bars.close[-1]),
        "gap": float(bars.close[-1] / values[-1] - 1),
        "above": bool(above[-1]),
        "sessions": run,
        "since": bars.day(len(bars) - run) if run < len(above) else None,
        "rising": bool(values[-1] > values[-1 - LOOK_BACK]),
    }


@metric("cross", Unit.BOOLEAN, reach=(since("date", SLOW + 1),))
def cross(ask: Ask, data: MarketData) -> Answers:
    """Whether the 50-session average crossed the 200-session one on this close.

    `detail.direction` is "golden" where the faster went above, "death" where below, and `date`
    the day of the latest cross; both None where the history has none. Needs 250 quoted closes.
    """
    bars = history(ask.subject, data, "a cross of averages")
    unbroken(bars, data, YEAR_OF_BARS)
    signs = _signs(bars)
    if not signs[-1]:
        name = bars.series.instrument.name
        raise NoAnswerError(Reason.UNDEFINED, f"{name}: both averages have been equal throughout")
    crossed = np.flatnonzero((np.diff(signs) != 0) & (signs[:-1] != 0)) + 1
    happened = bool(len(crossed)) and int(crossed[-1]) == len(signs) - 1
    detail = _latest(bars, signs, crossed, data) | {
        "fast": float(average(bars, FAST)[-1]),
        "slow": float(average(bars, SLOW)[-1]),
    }
    return [Answer(happened, Unit.BOOLEAN, detail)]


def _signs(bars: Bars) -> Ints:
    """The sign of fast less slow from the first bar that has both; a tie keeps the sign before."""
    gap = (average(bars, FAST) - average(bars, SLOW))[SLOW - 1 :]
    signs = np.sign(gap).astype(np.int64)
    latest = np.maximum.accumulate(np.where(signs != 0, np.arange(len(signs)), 0))
    return signs[latest]


def _latest(bars: Bars, signs: Ints, crossed: Ints, data: MarketData) -> dict[str, Raw]:
    if not len(crossed):
        return {"direction": None, "date": None, "sessions_since": None}
    at = int(crossed[-1])
    day = bars.day(SLOW - 1 + at)
    return {
        "direction": "golden" if signs[at] > 0 else "death",
        "date": day,
        "sessions_since": sessions_since(day, bars, data),
    }
