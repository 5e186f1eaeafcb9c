"""The close against its 50- and 200-day averages, and the averages against each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reporter.commentary.base import STANDFIRST, Note, Reading, family, number_of, remark, text_of
from reporter.model import Fact, Remark
from reporter.phrasing import Slots

FRESH = 20


@family("trend")
def trend(reading: Reading) -> Iterator[Remark]:
    """On which side of its averages the close is, how far, since when; and recent crosses."""
    fast, slow = reading.of("sma", "50"), reading.of("sma", "200")
    if fast is None or slow is None:
        return
    slots: Slots = reading.pair | {"f": fast, "t": slow}
    if slow.detail.get("since") is not None:  # else the average has just begun: nothing to date
        yield from _sides(fast, slow, slots)
    yield from _cross(reading, slots)


def _sides(fast: Fact, slow: Fact, slots: Slots) -> Iterator[Remark]:
    above = bool(fast.detail.get("above")), bool(slow.detail.get("above"))
    key = {
        (True, True): "above_both",
        (False, False): "below_both",
        (False, True): "below_fast",
        (True, False): "above_fast",
    }[above]
    if at_zero(fast, "gap"):
        key = "at_fast_above" if above[1] else "at_fast_below"
    tone = 1 if above[1] else -1
    fresh = (number_of(slow, "sessions") or FRESH) < FRESH
    yield remark(f"trend.{key}", slots, Note("trend", tone, 0.58 if fresh else 0.46))
    if at_zero(slow, "gap"):
        return
    side = "above" if above[1] else "below"
    yield remark(f"trend.standfirst_{side}", slots, Note("trend", tone, 0.4, STANDFIRST))


def at_zero(fact: Fact, part: str) -> bool:
    """Whether a part of a fact prints as nothing."""
    return not re.search(r"[1-9]", fact.displays.get(part, ""))


def _cross(reading: Reading, slots: Slots) -> Iterator[Remark]:
    cross = reading.of("cross")
    if cross is None or not text_of(cross, "direction"):
        return
    since = number_of(cross, "sessions_since")
    if since is None:
        return
    tone = 1 if cross.detail["direction"] == "golden" else -1
    today = "_today" if since == 0 else ""
    weight = 0.6 if today else 0.45 if since <= FRESH else 0.3
    section = "" if since <= FRESH else "technicals"
    key = f"trend.{cross.detail['direction']}{today}"
    yield remark(key, {**slots, "c": cross}, Note("cross", tone, weight, section))
