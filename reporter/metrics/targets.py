"""Price targets: how far above or below the last close they lie."""

from __future__ import annotations

from reporter import wording
from reporter.metrics._answers import (
    NoAnswerError,
    above_zero,
    last_bar,
    metric,
    no_yield,
    priced,
    published,
    slug,
)
from reporter.metrics._reach import last_level
from reporter.metrics.base import Answer, Answers, Ask, Raw
from reporter.model import MarketData, Reason, Target, Unit

NAMES = ("implied_advance",)

_FORMS = {"target": wording.as_given}


@metric("implied_advance", Unit.FRACTION, reach=(last_level,))
def implied_advance(ask: Ask, data: MarketData) -> Answers:
    """Target over the last close, less one, as a fraction: one fact for each published target.

    From quoted closes only. `detail` names house, analyst, date and the reference close; targets
    published after the as-of day do not exist yet.
    """
    targets = [t for t in data.desk.until(data.as_of).targets if t.symbol == ask.subject]
    if not targets:
        raise NoAnswerError(Reason.NO_INPUT, f"no price target for {ask.subject} is at hand")
    no_yield(ask.subject, data, "a target")
    bars = priced(ask.subject, data, "a target")
    close = float(bars.close[last_bar(bars, data)])
    above_zero(close, bars, "a close that is not above zero")
    return [_one(target, close) for target in sorted(targets, key=lambda t: t.level)]


def _one(target: Target, close: float) -> Answer:
    detail: dict[str, Raw] = {
        "target": target.level,
        "house": target.house,
        "analyst": target.analyst,
        "published": target.published,
        "kind": target.kind,
        "conviction": target.conviction,
        "reference_close": close,
    }
    return Answer(
        target.level / close - 1,
        Unit.FRACTION,
        detail,
        forms=_FORMS,
        texts=published(target),
        suffix=slug(target.house or "editor", wording.as_given(target.level)),
        source=target.house,
    )
