"""Records: whether the last close, or the last high, is above all there were before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from reporter import wording
from reporter.bars import Bars, Floats, Ints
from reporter.metrics._answers import enough, history, metric, ranged, sessions_since
from reporter.metrics.base import YEAR_OF_BARS, Answer, Answers, Ask, Raw
from reporter.model import MarketData, Unit

NAMES = ("record_close", "record_high")

DROUGHT = 60


@metric("record_close", Unit.BOOLEAN)
def record_close(ask: Ask, data: MarketData) -> Answers:
    """Whether the last close is strictly above every close before it; a tie is not a record.

    From quoted prices only. `detail.all_time` says whether the history, with the earlier highs
    the spec states, reaches back to the instrument's first day; a shorter history needs 250 bars.
    """
    bars = _past(ask, data, "a record close")
    return [_record(data, bars, bars.close)]


@metric("record_high", Unit.BOOLEAN)
def record_high(ask: Ask, data: MarketData) -> Answers:
    """Whether the day's high is strictly above every high before it, as `record_close`."""
    bars = _past(ask, data, "a record high")
    ranged(bars, "a record high")
    return [_record(data, bars, bars.high)]


def _past(ask: Ask, data: MarketData, claim: str) -> Bars:
    bars = history(ask.subject, data, claim, count=2)
    if not reaches_inception(bars, data):
        enough(bars, YEAR_OF_BARS, claim)
    return bars


def reaches_inception(bars: Bars, data: MarketData) -> bool:
    """Whether the history, or an earlier high stated in the spec, covers the whole past."""
    inception = bars.series.instrument.inception
    return earlier_high(bars, data) is not None or (
        inception is not None and bars.start <= inception
    )


@dataclass(frozen=True, slots=True)
class Peak:
    """A high, and the day it was set."""

    level: float
    day: date


def earlier_high(bars: Bars, data: MarketData) -> Peak | None:
    """The highest of the highs the spec states for the time before the history."""
    stated = [
        Peak(known.level, known.on)
        for known in data.known_highs
        if known.symbol == bars.series.symbol and known.on < bars.start
    ]
    return max(stated, key=lambda peak: peak.level, default=None)


def climb(levels: Floats, floor: float = 0.0) -> Ints:
    """Positions of the records: each strictly above all before it, and above `floor`.

    The first level of a history beat nothing and is none.
    """
    before = np.maximum.accumulate(np.maximum(levels[:-1], floor))
    return np.flatnonzero(levels[1:] > before) + 1


def highest(bars: Bars, levels: Floats, data: MarketData, *, until: int) -> Peak:
    """The highest of the levels before position `until`, and the day it was first reached."""
    stated = earlier_high(bars, data)
    at = int(levels[:until].argmax()) if until else 0
    peak = Peak(float(levels[at]), bars.day(at))
    return stated if stated and stated.level >= peak.level else peak


def _record(data: MarketData, bars: Bars, levels: Floats) -> Answer:
    last = len(bars) - 1
    level = float(levels[last])
    prior = highest(bars, levels, data, until=last)
    inside = highest(bars, levels, data, until=last + 1)
    broken = level > prior.level
    dp = wording.decimals_apart(level, prior.level, 2)
    forms = dict.fromkeys(
        ("level", "prior_level", "record_level"), lambda value: wording.price(value, dp)
    )
    detail: dict[str, Raw] = {
        "level": level,
        "level_date": bars.day(last),
        "prior_level": prior.level,
        "prior_date": prior.day,
        "record_level": inside.level,
        "record_date": inside.day,
        "sessions_since": sessions_since(prior.day, bars, data),
        "history_start": bars.start,
        "all_time": reaches_inception(bars, data),
        "tie": level == prior.level,
    }
    detail |= _tally(bars, levels, data, broken=broken, prior=prior)
    return Answer(broken, Unit.BOOLEAN, detail, forms=forms)


def _tally(
    bars: Bars, levels: Floats, data: MarketData, *, broken: bool, prior: Peak
) -> dict[str, Raw]:
    stated = earlier_high(bars, data)
    records = climb(levels, stated.level if stated else 0.0)
    new_year = date(bars.day(-1).year, 1, 1).toordinal()
    waited = sessions_since(prior.day, bars, data)
    return {
        "count_this_year": int((bars.days[records] >= new_year).sum()),
        "first_since": prior.day if broken and (waited is None or waited >= DROUGHT) else None,
    }
