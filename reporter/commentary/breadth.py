"""How widely a move is shared: sectors up and down, on the day and this year."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.commentary.base import Note, Reading, family, moved, remark
from reporter.model import Fact, Remark
from reporter.phrasing import Slots

LIST = "sectors"
FEWEST = 5


@family("breadth")
def breadth(reading: Reading) -> Iterator[Remark]:
    """How many of the sectors rose, and which came first and last."""
    day = _ends(reading, "1d")
    if day is not None:
        count, slots = day
        risen = int(count.value)
        key = f"day{_share(risen, _of(count))}"
        share = risen / max(_of(count), 1)
        tone = 1 if share > 1 / 2 else -1
        weight = 0.3 + 0.5 * abs(share - 1 / 2)
        yield remark(f"breadth.{key}", slots, Note("breadth_day", tone, weight))
    year = _ends(reading, "ytd")
    told = "" if day is None else _share(int(day[0].value), _of(day[0]))
    if year is not None:
        count, slots = year
        risen = int(count.value)
        tone = 1 if risen > _of(count) / 2 else -1
        share_word = _share(risen, _of(count))
        section = "cross_asset" if day is not None and share_word == told else ""
        key = f"year{share_word}"
        yield remark(f"breadth.{key}", slots, Note("breadth_year", tone, 0.42, section))


def _share(risen: int, of: int) -> str:
    return {0: "_none", 1: "_one", of - 1: "_but_one", of: "_all"}.get(risen, "")


def _of(count: Fact) -> int:
    of = count.detail.get("of")
    return int(of) if isinstance(of, int | float) else 0


def _ends(reading: Reading, window: str) -> tuple[Fact, Slots] | None:
    count = reading.facts.get("advancers", f"list:{LIST}", window=window)
    if count is None or _of(count) < FEWEST:
        return None
    best, worst = str(count.detail["best"]), str(count.detail["worst"])
    first, last = reading.move(window, best), reading.move(window, worst)
    if first is None or last is None or not moved(first, last):
        return None
    slots: Slots = {
        "n": count,
        "i": reading.instruments[best],
        "j": reading.instruments[worst],
        "best": first,
        "last": last,
    }
    return count, slots
