"""Drawdown: how far the last close is below the highest one so far."""

from __future__ import annotations

import numpy as np

from reporter import wording
from reporter.bars import Bars
from reporter.metrics._answers import above_zero, enough, history, metric, no_yield, sessions_since
from reporter.metrics.base import YEAR_OF_BARS, Answer, Answers, Ask, Raw
from reporter.metrics.records import Peak, highest, reaches_inception
from reporter.model import MarketData, Unit

NAMES = ("drawdown",)

CORRECTION = -0.10
BEAR = -0.20
_NOISE = 12  # decimals: 0.9 - 1 is not quite -0.1 in binary


@metric("drawdown", Unit.FRACTION)
def drawdown(ask: Ask, data: MarketData) -> Answers:
    """The last close over the record close, less one: 0 at a record, never positive.

    `detail.state` is "correction" at or below -10 %, "bear" at or below -20 %, judged by the last
    close; `state_since` is the first close so low since the peak, `worst` the lowest since it.
    """
    no_yield(ask.subject, data, "a drawdown")
    bars = history(ask.subject, data, "a drawdown", count=2)
    if not reaches_inception(bars, data):
        enough(bars, YEAR_OF_BARS, "a drawdown")
    peak = highest(bars, bars.close, data, until=len(bars))
    above_zero(peak.level, bars, "a record that is not above zero")
    value = float(bars.close[-1]) / peak.level - 1
    dp = wording.decimals(value, 1, state_of, shift=2)
    forms = {"worst": wording.fraction}
    detail = _detail(bars, peak, value, data)
    return [Answer(value, Unit.FRACTION, detail, wording.fraction(value, dp), forms)]


def state_of(value: float) -> str:
    """What a drawdown is called, by AP's financial topical guide."""
    exact = round(value, _NOISE)
    if exact <= BEAR:
        return "bear"
    return "correction" if exact <= CORRECTION else "none"


def _detail(bars: Bars, peak: Peak, value: float, data: MarketData) -> dict[str, Raw]:
    first = min(bars.first_after(peak.day), len(bars) - 1)
    path = bars.close[first:] / peak.level - 1
    worst = int(path.argmin())
    state = state_of(value)
    threshold = {"bear": BEAR, "correction": CORRECTION}.get(state, -1.0)
    reached = np.flatnonzero(path.round(_NOISE) <= threshold)
    return {
        "level": float(bars.close[-1]),
        "peak_level": peak.level,
        "peak_date": peak.day,
        "sessions": sessions_since(peak.day, bars, data),
        "state": state,
        "state_since": bars.day(first + int(reached[0])) if len(reached) else None,
        "worst": float(path[worst]),
        "worst_date": bars.day(first + worst),
        "history_start": bars.start,
        "all_time": reaches_inception(bars, data),
    }
