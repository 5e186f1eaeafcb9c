"""How long ago the subject last closed this high or this low, and its place in the year's range."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.commentary.base import Note, Reading, family, newsworthy, number_of, remark
from reporter.model import Fact, Remark
from reporter.phrasing import Slots

RARE = 60
CLOSE_TO_LOW = 0.02


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
    yield from _in_range(level, slots)


def _in_range(level: Fact, slots: Slots) -> Iterator[Remark]:
    low, high = number_of(level, "week52_low"), number_of(level, "week52_high")
    if low is None or high is None or high <= low:
        return
    place = (float(level.value) - low) / (high - low)
    if place in {0.0, 1.0}:
        return
    key = "near_low" if place < CLOSE_TO_LOW else "lower_half" if place < 1 / 2 else "upper_half"
    tone = 1 if key == "upper_half" else -1
    yield remark(f"extremes.{key}", slots, Note("year_range", tone, 0.25, "technicals"))
