"""One instrument against another: the spread of their returns, and runs of daily lead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache

import numpy as np

from reporter import wording
from reporter.alignment import Frame
from reporter.bars import Bars, Floats, Ints, changes
from reporter.metrics._answers import (
    NoAnswerError,
    aligned,
    bar_on,
    bars_for,
    metric,
    no_yield,
    window_base,
)
from reporter.metrics._reach import around_base, back, window
from reporter.metrics.base import Answer, Answers, Ask, Printer, Raw
from reporter.metrics.returns import SIGMA_SESSIONS, growth, scaled, sigma
from reporter.model import MarketData, Reason, Unit

NAMES = ("relative_return", "outperformance_streak")

BASE_MATTERS = 0.01
_FORMS: dict[str, Printer] = {
    "subject_return": wording.fraction,
    "benchmark_return": wording.fraction,
    "ratio_change": wording.fraction,
    "z": wording.index,
}


@metric(
    "relative_return",
    Unit.FRACTION,
    windows="periods",
    versus=True,
    reach=(window, around_base),
    details={"z": back(SIGMA_SESSIONS + 1)},
)
def relative_return(ask: Ask, data: MarketData) -> Answers:
    """The subject's return less the benchmark's, same base day, same kind of return.

    `display` is the difference of both returns as printed, in percentage points; `value` is not
    rounded. Instruments of different exchanges are measured between sessions common to both,
    which `detail.calendar` names. `detail.base_sensitive` says whether a base one session earlier
    or later moves it by more than one percentage point (`1d` has only one base);
    `detail.ratio_change` is the change of the ratio of prices, which is another number.
    """
    ours, theirs = _both(ask, data)
    frame = aligned((ask.subject, ask.benchmark or ""), data)
    _, base = window_base(ask, data, frame)
    returns = _returns(ours, theirs, base, frame)
    value = returns[0] - returns[1]
    around = _neighbours(ours, theirs, base, frame)
    detail = _detail(returns, _z(ours, theirs, base, value), around)
    detail["base_sensitive"] = ask.window != "1d" and _hangs_on_base(value, around)
    texts = dict(_neighbour_texts(around))
    display = wording.spread(*returns)
    answer = Answer(value, Unit.FRACTION, detail, display, _FORMS, texts, base)
    return [replace(answer, as_of=frame.as_of, shared=frame.shared)]


def _both(ask: Ask, data: MarketData) -> tuple[Bars, Bars]:
    sides = (ask.subject, ask.benchmark or "")
    for symbol in sides:
        no_yield(symbol, data, "a return")
    ours, theirs = (bars_for(symbol, data) for symbol in sides)
    if ours.series.basis is not theirs.series.basis:
        names = " and ".join(b.series.instrument.name for b in (ours, theirs))
        raise NoAnswerError(
            Reason.BASIS, f"{names}: one is adjusted for dividends, the other is not"
        )
    return ours, theirs


def _returns(ours: Bars, theirs: Bars, base: date, frame: Frame) -> tuple[float, float]:
    last = frame.as_of
    one, other = (growth(b, bar_on(b, base), bar_on(b, last)) for b in (ours, theirs))
    return one, other


def _detail(
    returns: tuple[float, float],
    z: float | None,
    around: dict[str, tuple[date, float, float]],
) -> dict[str, Raw]:
    detail: dict[str, Raw] = {
        "subject_return": returns[0],
        "benchmark_return": returns[1],
        "z": z,
        "ratio_change": (1 + returns[0]) / (1 + returns[1]) - 1 if returns[1] > -1 else None,
        "base_earlier": None,
        "base_later": None,
    }
    for key, (day, one, other) in around.items():
        detail[key] = {"date": day.isoformat(), "value": one - other}
    return detail


def _hangs_on_base(value: float, around: dict[str, tuple[date, float, float]]) -> bool:
    spreads = (one - other for _, one, other in around.values())
    return any(abs(spread - value) > BASE_MATTERS for spread in spreads)


def _neighbours(
    ours: Bars, theirs: Bars, base: date, frame: Frame
) -> dict[str, tuple[date, float, float]]:
    """Both returns from the sessions just before and after the base, where both have prices."""
    found = {}
    for key, step in (("base_earlier", 1), ("base_later", -1)):
        try:
            day = frame.sessions.back(base, step)
            if day < frame.as_of:
                found[key] = (day, *_returns(ours, theirs, day, frame))
        except (LookupError, NoAnswerError):
            continue
    return found


def _neighbour_texts(
    around: dict[str, tuple[date, float, float]],
) -> Iterator[tuple[str, str]]:
    for key, (day, one, other) in around.items():
        yield key, wording.spread(one, other)
        yield f"{key}_date", wording.long_date(day)
        yield f"{key}_subject_return", wording.fraction(one)
        yield f"{key}_benchmark_return", wording.fraction(other)


def _z(ours: Bars, theirs: Bars, base: date, value: float) -> float | None:
    days, leads = daily_leads(ours, theirs)
    after = int(days.searchsorted(base.toordinal(), side="right"))
    return scaled(value, sigma(leads[: max(after - 1, 0)]), len(days) - after)


@lru_cache(maxsize=1024)
def daily_leads(ours: Bars, theirs: Bars) -> tuple[Ints, Floats]:
    """The days both have, and from the second on: our return since the one before less theirs."""
    days, one, other = ours.days, ours.close, theirs.close
    if not np.array_equal(days, theirs.days):
        days, here, there = np.intersect1d(
            days, theirs.days, assume_unique=True, return_indices=True
        )
        one, other = one[here], other[there]
    return days, changes(one) - changes(other)


@metric("outperformance_streak", Unit.COUNT, versus=True)
def outperformance_streak(ask: Ask, data: MarketData) -> Answers:
    """Sessions in a row on which the subject did better (or worse) than the benchmark.

    Counts daily returns on the days both have, back from the as-of session; 0 where the last
    day was a draw. `detail.longest_since_date` is the last day of the latest earlier run in the
    same direction that was at least as long.
    """
    ours, theirs = _both(ask, data)
    frame = aligned((ask.subject, ask.benchmark or ""), data)
    for side in (ours, theirs):
        bar_on(side, frame.as_of)
    days, leads = daily_leads(ours, theirs)
    if not len(leads) or not np.isfinite(leads).all():
        raise NoAnswerError(Reason.BAD_DATA, "the two have too few sound prices on the same days")
    starts, lengths, signs = runs(leads)
    length = int(lengths[-1]) if signs[-1] else 0
    base = date.fromordinal(int(days[starts[-1]])) if length else None
    if base and frame.sessions.between(base, frame.as_of) != length:
        raise NoAnswerError(Reason.MISSING_SESSION, "one of the two lacks a session of the run")
    detail: dict[str, Raw] = {
        "direction": {1: "ahead", -1: "behind"}.get(int(signs[-1])),
        "start": date.fromordinal(int(days[starts[-1] + 1])) if length else None,
        "history_start": date.fromordinal(int(days[0])),
    }
    detail |= _longest(days[1:], starts, lengths, signs)
    answer = Answer(length, Unit.COUNT, detail, base=base)
    return [replace(answer, as_of=frame.as_of, shared=frame.shared)]


def runs(leads: Floats) -> tuple[Ints, Ints, Ints]:
    """Start, length and sign (1, 0, -1) of each stretch of equal signs, oldest first."""
    signs = np.sign(leads).astype(np.int64)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(signs)) + 1)).astype(np.int64)
    return starts, np.diff(np.append(starts, len(signs))), signs[starts]


def _longest(days: Ints, starts: Ints, lengths: Ints, signs: Ints) -> dict[str, Raw]:
    alike = (signs[:-1] == signs[-1]) & (lengths[:-1] >= lengths[-1]) & (signs[-1] != 0)
    found = np.flatnonzero(alike)
    if not len(found):
        return {"longest_since_date": None, "longest_since_length": None}
    run = found[-1]
    end = int(days[starts[run] + lengths[run] - 1])
    return {
        "longest_since_date": date.fromordinal(end),
        "longest_since_length": int(lengths[run]),
    }
