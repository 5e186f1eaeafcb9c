"""Records, closing and intraday: said apart, with the level and the day they beat."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.commentary.base import (
    HEADLINE,
    MUCH,
    SOME,
    Note,
    Reading,
    family,
    number_of,
    remark,
    spread_size,
)
from reporter.model import Fact, Remark
from reporter.phrasing import Slots, holds, size

FAR = -0.05
HUGE = 2.5
OLD = 250


@family("records")
def records(reading: Reading) -> Iterator[Remark]:
    """Records of the subject, or of the benchmark while the subject is far below its own."""
    close, high = reading.of("record_close"), reading.of("record_high")
    level, down = reading.of("level"), reading.of("drawdown")
    slots: Slots = reading.pair | {
        key: fact
        for key, fact in {"rc": close, "rh": high, "lv": level, "dd": down}.items()
        if fact is not None
    }
    if close is not None and high is not None and (close.value or (high.value and level)):
        yield remark(f"records.{_kind(close, high)}", slots, Note("record", 1, 0.92))
        yield _headline(reading, slots, close)
    if close is not None and close.value:
        yield _tally(close, slots)
    yield from _benchmark(reading, slots, down)


def _kind(close: Fact, high: Fact) -> str:
    if not close.value:
        return "high_only"
    if not high.value:
        return "close_only"
    same = close.detail.get("prior_date") == high.detail.get("prior_date")
    return "both_same_day" if same else "both"


def _headline(reading: Reading, slots: Slots, close: Fact) -> Remark:
    note = Note("record", 1, 0.95, HEADLINE)
    spread = reading.of("relative_return", "ytd", vs=True)
    if not close.value:
        return remark("records.headline_high", slots, Note("record", 1, 0.7, HEADLINE))
    if spread is None or spread_size(spread) < SOME:
        return remark("records.headline_close", slots, note)
    if holds(spread, "down"):
        return remark("records.headline_behind", {**slots, "spread": spread}, note)
    degree = "well_ahead" if spread_size(spread) >= MUCH else "ahead"
    return remark(f"records.headline_{degree}", {**slots, "spread": spread}, note)


def _tally(close: Fact, slots: Slots) -> Remark:
    key = "drought" if close.detail.get("first_since") else "count"
    weight = 0.6 if key == "drought" else 0.3
    return remark(f"records.{key}", slots, Note("record_tally", 1, weight, "technicals"))


def _benchmark(reading: Reading, slots: Slots, down: Fact | None) -> Iterator[Remark]:
    best = reading.bench("record_close")
    if best is None or not best.value or down is None or "lv" not in slots:
        return
    if reading.subject == reading.benchmark or float(down.value) > FAR:
        return
    filled = {**slots, "bc": best}
    yield remark("records.benchmark_only", filled, Note("record", -1, 0.85))
    weight = 0.5 if _bigger_news(reading) else 0.88
    yield remark("records.headline_benchmark", filled, Note("record", -1, weight, HEADLINE))


def _bigger_news(reading: Reading) -> bool:
    """Whether the subject's own day, or a high not seen for a year, outdoes another's record."""
    day, level = reading.move("1d"), reading.of("level")
    old = number_of(level, "sessions_highest") if level else None
    return abs((size(day) if day else None) or 0.0) >= HUGE or (old or 0) >= OLD
