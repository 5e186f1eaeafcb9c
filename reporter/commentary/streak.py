"""Runs of sessions in which the subject beat its benchmark, or was beaten by it."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.commentary.base import Note, Reading, family, newsworthy, remark
from reporter.model import Fact, Remark
from reporter.phrasing import Slots

WORTH_TELLING = 5
RARE = 8


@family("streak")
def streak(reading: Reading) -> Iterator[Remark]:
    """Five sessions in a row and more; from eight on, since when there was no longer run."""
    run = reading.of("outperformance_streak", vs=True)
    year = reading.move("ytd")
    if run is None or int(run.value) < WORTH_TELLING:
        return
    slots: Slots = reading.pair | {"n": run} | ({"y": year} if year else {})
    ahead = run.detail.get("direction") == "ahead"
    all_year = ahead and year is not None and run.base_date == year.base_date
    weight = 0.3 + newsworthy(rarity=min(int(run.value) / 12, 1.0), novelty=1.0)
    note = Note("streak", 1 if ahead else -1, weight)
    yield remark(f"streak.{_key(run, ahead=ahead, all_year=all_year)}", slots, note)


def _key(run: Fact, *, ahead: bool, all_year: bool) -> str:
    side = "ahead" if ahead else "behind"
    known = run.detail.get("longest_since_date") is not None
    rare = int(run.value) >= RARE
    if all_year:
        return "ahead_all_year" if rare and known else "ahead_all_year_short"
    if not rare:
        return side
    return f"{side}_longest" if known else f"{side}_unmatched"
