"""Breadth: how many members of a list have risen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from reporter import wording
from reporter.alignment import Frame
from reporter.metrics._answers import NoAnswerError, aligned, bar_on, bars_for, metric, window_base
from reporter.metrics._reach import window
from reporter.metrics.base import Answer, Answers, Ask, Raw
from reporter.metrics.returns import growth
from reporter.model import Basis, Kind, MarketData, Reason, Unit

NAMES = ("advancers",)

FEWEST = 2
_FORMS = {"best_return": wording.fraction, "worst_return": wording.fraction}


@metric("advancers", Unit.COUNT, windows="periods", reach=(window,))
def advancers(ask: Ask, data: MarketData) -> Answers:
    """How many members of a list closed above their close on the window's base day.

    The subject is `list:NAME`, the members come with the question; yields are left out. Members
    of different exchanges are measured between sessions common to all of them.
    `detail.of` counts the members with prices on both days, `symbols` names them, best first,
    `missing` the others, `total_return` those whose return holds dividends.
    """
    frame = aligned(ask.members, data)
    _, base = window_base(ask, data, frame)
    members = [m for m in ask.members if not _is_yield(m, data)]
    returns = {m: r for m in members if (r := _return(m, base, frame, data)) is not None}
    if len(returns) < FEWEST:
        raise NoAnswerError(Reason.NOT_APPLICABLE, "breadth needs two instruments with prices")
    ranked = sorted(returns, key=lambda m: -returns[m])
    risen = sum(r > 0 for r in returns.values())
    detail: dict[str, Raw] = {
        "of": len(returns),
        "best": ranked[0],
        "best_return": returns[ranked[0]],
        "worst": ranked[-1],
        "worst_return": returns[ranked[-1]],
        "symbols": list(ranked),
        "missing": [m for m in members if m not in returns],
        "total_return": [m for m in ranked if data.series[m].basis is Basis.ADJUSTED],
    }
    answer = Answer(risen, Unit.COUNT, detail, forms=_FORMS, base=base)
    return [replace(answer, as_of=frame.as_of, shared=frame.shared)]


def _is_yield(symbol: str, data: MarketData) -> bool:
    series = data.series.get(symbol)
    return series is not None and series.instrument.kind is Kind.YIELD


def _return(symbol: str, base: date, frame: Frame, data: MarketData) -> float | None:
    try:
        bars = bars_for(symbol, data)
        return growth(bars, bar_on(bars, base), bar_on(bars, frame.as_of))
    except NoAnswerError:
        return None
