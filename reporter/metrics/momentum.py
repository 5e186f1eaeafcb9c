"""Momentum: Wilder's relative strength index and the state it signals."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from reporter import indicators, wording
from reporter.bars import Bars, Floats, Ints
from reporter.metrics._answers import NoAnswerError, history, metric, unbroken
from reporter.metrics._reach import since
from reporter.metrics.base import YEAR_OF_BARS, Answer, Answers, Ask, Raw
from reporter.model import MarketData, Reason, Unit

NAMES = ("rsi",)

LENGTH = 14
OVERBOUGHT = 70.0
OVERSOLD = 30.0
FORGOTTEN = 2 * YEAR_OF_BARS  # bars after which an older one no longer shows in any digit
_NOISE = 10  # decimals beyond which two numbers are the same


@metric(
    "rsi",
    Unit.INDEX,
    windows=("14",),
    reach=(since("state_since", FORGOTTEN),),
    details={
        "last_overbought": since("last_overbought", FORGOTTEN),
        "last_oversold": since("last_oversold", FORGOTTEN),
    },
)
def rsi(ask: Ask, data: MarketData) -> Answers:
    """Wilder's RSI over 14 sessions, 0 to 100; overbought above 70, oversold below 30, strictly.

    Needs 250 quoted closes, so that the first average no longer shows. Undefined, and a gap,
    where the price has not moved at all.
    """
    bars = history(ask.subject, data, "an RSI")
    unbroken(bars, data, YEAR_OF_BARS)
    values = _values(bars)
    value = float(values[-1])
    if np.isnan(value):
        name = bars.series.instrument.name
        raise NoAnswerError(Reason.UNDEFINED, f"{name}: the price has not moved, RSI is undefined")
    dp = wording.decimals(value, 1, _judged)
    detail = _detail(bars, values)
    return [Answer(value, Unit.INDEX, detail, wording.index(value, dp), _FORMS)]


_FORMS = {"previous": wording.index}


@lru_cache(maxsize=1024)
def _values(bars: Bars) -> Floats:
    return indicators.rsi(bars.close, LENGTH)


def state_of(value: float) -> str:
    """What an RSI is called."""
    exact = round(value, _NOISE)
    if exact > OVERBOUGHT:
        return "overbought"
    return "oversold" if exact < OVERSOLD else "neutral"


def _judged(value: float) -> tuple[str, bool]:
    """The state, and whether the number is a threshold itself, which reads as either state."""
    return state_of(value), round(value, _NOISE) in {OVERBOUGHT, OVERSOLD}


def _states(values: Floats) -> Ints:
    exact = values.round(_NOISE)
    return (exact > OVERBOUGHT).astype(np.int64) - (exact < OVERSOLD)


def _detail(bars: Bars, values: Floats) -> dict[str, Raw]:
    states = _states(values)
    run = indicators.run_length(states)
    previous = float(values[-2])
    return {
        "state": state_of(float(values[-1])),
        "previous": None if np.isnan(previous) else previous,
        "state_since": bars.day(max(len(bars) - run, LENGTH)),
        "last_overbought": _last(bars, states, 1),
        "last_oversold": _last(bars, states, -1),
    }


def _last(bars: Bars, states: Ints, state: int) -> Raw:
    found = np.flatnonzero(states == state)
    return bars.day(int(found[-1])) if len(found) else None
