"""Volatility: the average true range, and realised volatility with its rank in its own past."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from reporter import indicators, wording
from reporter.bars import Bars, Floats
from reporter.metrics._answers import (
    NoAnswerError,
    above_zero,
    bars_for,
    enough,
    history,
    last_bar,
    metric,
    no_yield,
    ranged,
    unbroken,
)
from reporter.metrics._reach import back
from reporter.metrics.base import YEAR_OF_BARS, Answer, Answers, Ask, Raw
from reporter.model import MarketData, Reason, Unit

NAMES = ("atr", "realised_volatility")

RANGE_LENGTH = 14
MONTH = 21
PAST = 5 * indicators.SESSIONS_A_YEAR


@metric("atr", Unit.PRICE, windows=("14",), reach=(back(2 * YEAR_OF_BARS),))
def atr(ask: Ask, data: MarketData) -> Answers:
    """Wilder's average true range over 14 sessions, in price; the first true range is high - low.

    `detail.fraction` is its share of the close. Needs 250 quoted bars.
    """
    bars = history(ask.subject, data, "an average true range")
    unbroken(bars, data, YEAR_OF_BARS)
    ranged(bars, "an average true range")
    value = float(indicators.atr(bars.high, bars.low, bars.close, RANGE_LENGTH)[-1])
    close = float(bars.close[-1])
    above_zero(close, bars, "a close that is not above zero")
    detail: dict[str, Raw] = {"level": close, "fraction": value / close}
    forms = {"fraction": wording.fraction}
    return [Answer(value, Unit.PRICE, detail, forms=forms)]


@metric(
    "realised_volatility",
    Unit.FRACTION,
    windows=("21",),
    reach=(back(MONTH),),
    details=dict.fromkeys(("percentile", "share_higher", "history_start"), back(PAST + MONTH)),
)
def realised_volatility(ask: Ask, data: MarketData) -> Answers:
    """Root of 252/21 times the sum of the last 21 squared log returns: a yearly fraction.

    Zero mean, 252 sessions a year. `detail.percentile` is the share of its values of the last
    five years that were not higher, `detail.share_higher` of those that were; None where there are
    fewer than 250.
    """
    no_yield(ask.subject, data, "a volatility")
    bars = bars_for(ask.subject, data)
    last_bar(bars, data)
    enough(bars, MONTH + 1, "a volatility")
    unbroken(bars, data, MONTH + 1)
    values = _values(bars)
    value = float(values[-1])
    if not 0 < value < np.inf:
        name = bars.series.instrument.name
        flat = value == 0
        reason = Reason.UNDEFINED if flat else Reason.BAD_DATA
        what = "the price has not moved" if flat else "a price in its history is not a number"
        raise NoAnswerError(reason, f"{name}: {what}")
    detail = _rank(bars, values)
    forms = {"percentile": wording.fraction, "share_higher": wording.fraction}
    return [Answer(value, Unit.FRACTION, detail, forms=forms)]


@lru_cache(maxsize=1024)
def _values(bars: Bars) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return indicators.realised_volatility(bars.close[-PAST - MONTH :], MONTH)


def _rank(bars: Bars, values: Floats) -> dict[str, Raw]:
    known = values[np.isfinite(values)]
    enough_past = len(known) >= YEAR_OF_BARS
    return {
        "percentile": float((known <= known[-1]).mean()) if enough_past else None,
        "share_higher": float((known > known[-1]).mean()) if enough_past else None,
        "history_start": bars.day(-len(known)),
    }
