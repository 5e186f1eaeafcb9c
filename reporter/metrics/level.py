"""The last close itself, with its day's range and how long ago it was last as high or as low."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from reporter import wording
from reporter.bars import Bars
from reporter.metrics._answers import NoAnswerError, last_bar, metric, priced, sessions_since
from reporter.metrics._reach import back, beginning, last_level, past_year, since
from reporter.metrics.base import Answer, Answers, Ask, Raw
from reporter.model import Kind, MarketData, Reason, Unit

NAMES = ("level",)

YEAR = timedelta(weeks=52)
WORDS = ("highest", "lowest")


_RESTS = {
    **dict.fromkeys(("week52_high", "week52_low"), past_year),
    **{f"{word}_since{part}": since(f"{word}_since") for word in WORDS for part in ("", "_level")},
    **{f"sessions_{word}": since(f"{word}_since") for word in WORDS},
    "history_start": beginning,
    "previous": back(1),
}


@metric("level", None, reach=(last_level,), details=_RESTS)
def level(ask: Ask, data: MarketData) -> Answers:
    """The close of the as-of session, as quoted; a yield's level is in per cent.

    `detail.highest_since` is the latest earlier day that closed as high or higher, None where
    the history has none; `week52_high` and `week52_low` are of closes, over 52 weeks.
    """
    bars = priced(ask.subject, data, "a level")
    last = last_bar(bars, data)
    if not np.isfinite(bars.close).all():
        raise NoAnswerError(Reason.BAD_DATA, f"{ask.subject}: a close in its history is missing")
    unit = Unit.PERCENT if bars.series.instrument.kind is Kind.YIELD else Unit.PRICE
    printer = wording.percent if unit is Unit.PERCENT else wording.price
    detail = _day(bars, last) | _since(bars, last, data) | _year(bars, last)
    forms = {key: printer for key, value in detail.items() if isinstance(value, float)}
    return [Answer(float(bars.close[last]), unit, detail, forms=forms)]


def _day(bars: Bars, last: int) -> dict[str, Raw]:
    columns = {"open": bars.open, "high": bars.high, "low": bars.low, "close": bars.close}
    known = {key: float(column[last]) for key, column in columns.items()}
    finite: dict[str, Raw] = {k: v if np.isfinite(v) else None for k, v in known.items()}
    if not bars.ranged:
        finite |= {"high": None, "low": None}
    return finite | {"previous": float(bars.close[last - 1]) if last else None}


def _since(bars: Bars, last: int, data: MarketData) -> dict[str, Raw]:
    close = bars.close[: last + 1]
    return {
        **_latest(bars, np.flatnonzero(close[:-1] >= close[-1]), "highest", data),
        **_latest(bars, np.flatnonzero(close[:-1] <= close[-1]), "lowest", data),
        "history_start": bars.start,
    }


def _latest(bars: Bars, found: np.ndarray, word: str, data: MarketData) -> dict[str, Raw]:
    at = int(found[-1]) if len(found) else None
    day = None if at is None else bars.day(at)
    return {
        f"{word}_since": day,
        f"{word}_since_level": None if at is None else float(bars.close[at]),
        f"sessions_{word}": None if day is None else sessions_since(day, bars, data),
    }


def _year(bars: Bars, last: int) -> dict[str, Raw]:
    begin = bars.day(last) - YEAR
    if begin < bars.start:
        return {"week52_high": None, "week52_low": None}
    closes = bars.close[bars.first_after(begin) : last + 1]
    return {"week52_high": float(closes.max()), "week52_low": float(closes.min())}
