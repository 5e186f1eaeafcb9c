"""Changes of yields, in basis points."""

from __future__ import annotations

from reporter import wording
from reporter.metrics._answers import NoAnswerError, bar_on, bars_for, last_bar, metric, window_base
from reporter.metrics._reach import last_level, window
from reporter.metrics.base import Answer, Answers, Ask, Raw
from reporter.model import Kind, MarketData, Reason, Unit

NAMES = ("yield_change",)

POINTS = 100


@metric(
    "yield_change",
    Unit.BASIS_POINTS,
    windows="periods",
    reach=(window,),
    details={"level": last_level, "base_level": last_level},
)
def yield_change(ask: Ask, data: MarketData) -> Answers:
    """A yield less its level on the window's base day, in basis points (0.01 percentage points).

    Never in per cent of itself. Applies to yields only.
    """
    bars = bars_for(ask.subject, data)
    instrument = bars.series.instrument
    if instrument.kind is not Kind.YIELD:
        raise NoAnswerError(Reason.NOT_APPLICABLE, f"{instrument.name} is not a yield")
    _, base = window_base(ask, data)
    now = float(bars.close[last_bar(bars, data)])
    then = float(bars.close[bar_on(bars, base)])
    value = (now - then) * POINTS
    if value != value:  # noqa: PLR0124  only NaN differs from itself
        raise NoAnswerError(Reason.BAD_DATA, f"{instrument.name}: a level is missing")
    detail: dict[str, Raw] = {"level": now, "base_level": then}
    forms = {"level": wording.percent, "base_level": wording.percent}
    return [Answer(value, Unit.BASIS_POINTS, detail, forms=forms, base=base)]
