"""How long ago the subject last closed this high or this low, and its place in the year's range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reporter.commentary.base import (
    HEADLINE,
    Note,
    Reading,
    family,
    newsworthy,
    number_of,
    remark,
    sign,
)
from reporter.model import Fact, Remark
from reporter.phrasing import Slots

RARE = 60
OLD = 250
TOP = 0.9
CLOSE_TO_LOW = 0.02
MIDDLE = 0.1


@family("extremes")
def extremes(reading: Reading) -> Iterator[Remark]:
    """A close not seen for at least 60 sessions; and where the close lies in the year's range."""
    level = reading.of("level")
    if level is None:
        return
    slots: Slots = {"s": reading.subject, "lv": level}
    for word, tone in (("lowest", -1), ("highest", 1)):
        sessions = number_of(level, f"sessions_{word}")
        if sessions is not None and sessions >= RARE:
            weight = 0.35 + newsworthy(rarity=min(sessions / 500, 1.0), novelty=1.0)
            key = "low" if tone < 0 else "high"
            yield remark(f"extremes.{key}", slots, Note("extreme", tone, weight))
            yield from _headline(reading, key, slots, Note("extreme", tone, weight, HEADLINE))
    yield from _in_range(level, slots)


def _headline(reading: Reading, key: str, slots: Slots, note: Note) -> Iterator[Remark]:
    """A close not seen for a year and more heads the page, if the day itself led there."""
    day, level = reading.move("1d"), reading.of("level")
    word = "highest" if key == "high" else "lowest"
    if day is None or level is None or sign(day) != note.tone:
        return
    old = (number_of(level, f"sessions_{word}") or 0) >= OLD
    weight = TOP if old and note.tone > 0 else note.importance / 2
    yield remark(f"extremes.headline_{key}", {**slots, "d": day}, replace(note, importance=weight))


def _in_range(level: Fact, slots: Slots) -> Iterator[Remark]:
    low, high = number_of(level, "week52_low"), number_of(level, "week52_high")
    if low is None or high is None or high <= low:
        return
    place = (float(level.value) - low) / (high - low)
    if place in {0.0, 1.0}:
        return
    key = _place(place)
    tone = {"upper_half": 1, "middle": 0}.get(key, -1)
    yield remark(f"extremes.{key}", slots, Note("year_range", tone, 0.25, "technicals"))


def _place(share: float) -> str:
    if share < CLOSE_TO_LOW:
        return "near_low"
    if abs(share - 1 / 2) <= MIDDLE:
        return "middle"
    return "lower_half" if share < 1 / 2 else "upper_half"
