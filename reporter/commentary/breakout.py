"""Multi-year ranges: inside, broken, failed, retaken; always with the level that undoes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from reporter.commentary.base import HEADLINE, STANDFIRST, Note, Reading, family, remark, text_of
from reporter.model import Fact, Remark
from reporter.phrasing import Slots

WEEKS = 10
_TONES = {"above": 1, "retaken": 1, "failed": -1, "inside": 0}
_WEIGHTS = {
    "above": 0.55,
    "retaken": 0.62,
    "retaken_once": 0.6,
    "failed": 0.66,
    "failed_today": 0.9,
    "failed_again": 0.8,
    "inside": 0.34,
}


@family("breakout")
def breakout(reading: Reading) -> Iterator[Remark]:
    """What became of the top of the subject's multi-year range."""
    found, level = reading.of("range_breakout"), reading.of("level")
    if found is None or level is None:
        return
    state = text_of(found, "state")
    if state not in _TONES:
        return
    slots: Slots = {"s": reading.subject, "x": found, "lv": level}
    key = _key(state, found)
    note = Note("breakout", _TONES[state], _WEIGHTS[key])
    yield remark(f"breakout.{key}", slots, note)
    if key in {"failed_today", "failed_again"}:
        yield remark("breakout.headline_failed", slots, Note("breakout", -1, 0.96, HEADLINE))
    elif key == "failed" and _fresh(found):
        note = Note("breakout", -1, 0.6, STANDFIRST)
        yield remark("breakout.standfirst_failed", slots, note)
    if state == "above" and text_of(found, "broke_on") == str(found.as_of):
        yield remark("breakout.headline_new", slots, Note("breakout", 1, 0.9, HEADLINE))


def _fresh(found: Fact) -> bool:
    """Whether the break first failed within the last weeks; later its count is no news."""
    first = text_of(found, "first_below")
    return bool(first) and (found.as_of - date.fromisoformat(first)).days <= WEEKS * 7


def _key(state: str, found: Fact) -> str:
    today = str(found.as_of)
    if state == "failed" and text_of(found, "first_below") == today:
        return "failed_today"
    if state == "failed" and text_of(found, "lost_on") == today:
        return "failed_again"
    return "retaken_once" if state == "retaken" and found.detail.get("closes_below") == 1 else state
