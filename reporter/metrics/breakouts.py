"""Breakouts from a multi-year range: what became of a record that stood for years.

The range's top is a record close that stood for at least 504 sessions (two years). Below it the
subject is "inside". Once a close is strictly above it, the range is broken, and for 252 sessions
the state says what followed: "above" (no close back at or below the top), "failed" (the last
close is back there) or "retaken" (it was back there and is above again). After that, and where
no record stands that long, there is no range to speak of: "none".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from reporter import wording
from reporter.bars import Bars, Floats, Ints
from reporter.metrics._answers import above_zero, history, metric, no_yield
from reporter.metrics.base import Answer, Answers, Ask, Printer, Raw
from reporter.metrics.records import climb, earlier_high
from reporter.model import MarketData, Unit

NAMES = ("range_breakout",)

STOOD = 504
NEWS = 252
APART = 20
NEAR = 0.02
DAYS_A_YEAR = 365.25
_PARTS = (
    "level",
    "level_date",
    "touch_level",
    "touch_date",
    "low",
    "low_date",
    "broke_on",
    "broke_close",
    "years",
    "closes_below",
    "first_below",
    "last_below",
    "lowest",
    "lowest_date",
    "retaken_on",
    "lost_on",
)


@dataclass(frozen=True, slots=True)
class Range:
    """Positions of the range's top and of the close that broke it (None while inside)."""

    top: int
    broke: int | None


@metric("range_breakout", Unit.BOOLEAN)
def range_breakout(ask: Ask, data: MarketData) -> Answers:
    """Whether the last close is above the top of a multi-year range broken within a year.

    The top is a record close that stood for 504 sessions or more. `detail.state` is none, inside,
    above, failed or retaken; `touch_*` is the highest later close within 2 % of the top, at least
    20 sessions away from both ends; `closes_below` counts closes not above the top since the
    break and `lost_on` is the first of the closes there now, where the break has failed. From
    quoted closes, at least 505 of them; a high the spec states for the time before them must be
    beaten before any of them is a record.
    """
    no_yield(ask.subject, data, "a range")
    bars = history(ask.subject, data, "a multi-year range", count=STOOD + 1)
    earlier = earlier_high(bars, data)
    found = find_range(bars.close, earlier.level if earlier else 0.0)
    detail: dict[str, Raw] = {"state": "none", "history_start": bars.start}
    detail |= dict.fromkeys(_PARTS)
    if found:
        detail |= _range(bars, found) | _after(bars, found)
    value = detail["state"] in {"above", "retaken"}
    forms: dict[str, Printer] = {"years": wording.index, "gap": wording.fraction}
    return [Answer(value, Unit.BOOLEAN, detail, forms=forms)]


def find_range(close: Floats, floor: float = 0.0) -> Range | None:
    """The multi-year range the last close is in, or broke out of within a year.

    `floor` is the highest level known from before the first close: what stays below it is no
    record, so that until it is beaten there is no range whose course is known.
    """
    records = climb(close, floor)
    if close[0] > floor:
        records = np.concatenate(([0], records))
    if not len(records):
        return None
    last = len(close) - 1
    if last - records[-1] >= STOOD:
        return Range(int(records[-1]), None)
    long_stood = np.diff(records) >= STOOD
    fresh = last - records[1:] <= NEWS
    broken = np.flatnonzero(long_stood & fresh)
    if not len(broken):
        return None
    return Range(int(records[broken[-1]]), int(records[broken[-1] + 1]))


def _range(bars: Bars, found: Range) -> dict[str, Raw]:
    close = bars.close
    end = len(close) if found.broke is None else found.broke
    low = found.top + int(close[found.top : end].argmin())
    above_zero(close[found.top], bars, "a record that is not above zero")
    until = bars.day(len(close) - 1 if found.broke is None else found.broke)
    detail: dict[str, Raw] = {
        "level": float(close[found.top]),
        "level_date": bars.day(found.top),
        "low": float(close[low]),
        "low_date": bars.day(low),
        "gap": float(close[-1] / close[found.top] - 1),
        "years": _years(bars.day(found.top), until),
    }
    return detail | _touch(bars, found.top, end)


def _years(first: date, last: date) -> float:
    return (last - first).days / DAYS_A_YEAR


def _touch(bars: Bars, top: int, end: int) -> dict[str, Raw]:
    between = bars.close[top + APART : end - APART]
    at = top + APART + int(between.argmax())
    if bars.close[at] < bars.close[top] * (1 - NEAR):
        return {}
    return {"touch_level": float(bars.close[at]), "touch_date": bars.day(at)}


def _after(bars: Bars, found: Range) -> dict[str, Raw]:
    """What followed the break."""
    if found.broke is None:
        return {"state": "inside"}
    since = bars.close[found.broke :]
    back = np.flatnonzero(since <= bars.close[found.top])
    detail: dict[str, Raw] = {
        "broke_on": bars.day(found.broke),
        "broke_close": float(since[0]),
        "closes_below": len(back),
    }
    if not len(back):
        return detail | {"state": "above"}
    first, last = int(back[0]), int(back[-1])
    lowest = int(since.argmin())
    retaken = last < len(since) - 1
    return detail | {
        "state": "retaken" if retaken else "failed",
        "first_below": bars.day(found.broke + first),
        "last_below": bars.day(found.broke + last),
        "lowest": float(since[lowest]),
        "lowest_date": bars.day(found.broke + lowest),
        "retaken_on": bars.day(found.broke + last + 1) if retaken else None,
        "lost_on": None if retaken else bars.day(found.broke + _run_start(back)),
    }


def _run_start(positions: Ints) -> int:
    """Where the last unbroken run of these positions begins."""
    breaks = np.flatnonzero(np.diff(positions) > 1)
    return int(positions[breaks[-1] + 1 if len(breaks) else 0])
