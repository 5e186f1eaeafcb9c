"""How far below its record the subject closed: a dip, a correction or a bear market."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.commentary.base import (
    HEADLINE,
    STANDFIRST,
    Note,
    Reading,
    family,
    number_of,
    remark,
    text_of,
)
from reporter.model import Fact, Remark
from reporter.phrasing import Slots, holds

NEAR = -0.03
BEAR = -0.20
RARE_LOW = 60
APART = 0.02
BAD_YEAR = -0.1
_WEIGHTS = {
    "near": 0.42,
    "below": 0.5,
    "recovering": 0.55,
    "correction": 0.66,
    "bear": 0.78,
    "correction_today": 0.93,
    "bear_today": 0.96,
}


@family("drawdown")
def drawdown(reading: Reading) -> Iterator[Remark]:
    """The distance from the record close, and how it compares with the benchmark's."""
    down, level = reading.of("drawdown"), reading.of("level")
    if down is None or level is None or not holds(down, "down"):
        return
    slots: Slots = reading.pair | {"dd": down, "lv": level}
    kind = _kind(down)
    tone = 1 if kind == "near" else -1
    yield remark(f"drawdown.{kind}", slots, Note("drawdown", tone, _WEIGHTS[kind]))
    yield _headline(reading, kind, level, slots)
    standfirst = Note("drawdown", tone, _WEIGHTS[kind], STANDFIRST)
    yield remark("drawdown.standfirst", slots, standfirst)
    yield from _compared(reading, down, slots)


def _kind(down: Fact) -> str:
    state = text_of(down, "state")
    if state in {"correction", "bear"} and text_of(down, "state_since") == str(down.as_of):
        return f"{state}_today"
    if state != "bear" and (number_of(down, "worst") or 0.0) <= BEAR:
        return "recovering"
    if state in {"correction", "bear"}:
        return state
    return "near" if float(down.value) >= NEAR else "below"


def _headline(reading: Reading, kind: str, level: Fact, slots: Slots) -> Remark:
    weight = _WEIGHTS[kind] - (0.2 if kind in {"near", "below", "recovering"} else 0.0)
    key = f"headline_{kind}" if kind.endswith("_today") else "headline"
    if key == "headline" and (number_of(level, "sessions_lowest") or 0) >= RARE_LOW:
        key, weight = "headline_low", weight + 0.08
    year = reading.move("ytd")
    if key == "headline" and year is not None and float(year.value) <= BAD_YEAR:
        return remark(
            "drawdown.headline_year", {**slots, "y": year}, Note("drawdown", -1, weight, HEADLINE)
        )
    return remark(f"drawdown.{key}", slots, Note("drawdown", -1, weight, HEADLINE))


def _compared(reading: Reading, down: Fact, slots: Slots) -> Iterator[Remark]:
    other = reading.bench("drawdown")
    level = reading.bench("level")
    if other is None or level is None or not holds(other, "down"):
        return
    if reading.subject == reading.benchmark:
        return
    gap = float(down.value) - float(other.value)
    if abs(gap) < APART:
        return
    near = float(other.value) >= NEAR
    key = "benchmark_near" if near else "deeper" if gap < 0 else "shallower"
    tone = -1 if gap < 0 else 1
    yield remark(
        f"drawdown.{key}",
        {**slots, "bdd": other, "bl": level},
        Note("drawdown_compared", tone, 0.4),
    )
