"""How widely a move is shared: sectors up and down, on the day and this year."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.commentary.base import Note, Reading, family, moved, remark
from reporter.model import Fact, Remark, Text
from reporter.phrasing import Slots, fragment, pattern

LIST = "sectors"
FEWEST = 5


@family("breadth")
def breadth(reading: Reading) -> Iterator[Remark]:
    """How many of the sectors rose, and which came first and last."""
    day, year = _ends(reading, "1d"), _ends(reading, "ytd")
    told = "" if day is None else _share(day)
    if day is not None:
        share = int(day.value) / max(_of(day), 1)
        tone = 1 if share > 1 / 2 else -1
        note = Note("breadth_day", tone, 0.3 + 0.5 * abs(share - 1 / 2))
        yield remark(f"breadth.day{told}", _slots(reading, day, "set"), note)
    if year is not None:
        tone = 1 if int(year.value) > _of(year) / 2 else -1
        alike = day is not None and _share(year) == told
        fewer = day is not None and _of(year) < _of(day)
        slots = _slots(reading, year, "set_old" if fewer else "set")
        note = Note("breadth_year", tone, 0.42, "cross_asset" if alike else "")
        yield remark(f"breadth.year{_share(year)}", slots, note)


def _share(count: Fact) -> str:
    of = _of(count)
    return {0: "_none", 1: "_one", of - 1: "_but_one", of: "_all"}.get(int(count.value), "")


def _of(count: Fact) -> int:
    of = count.detail.get("of")
    return int(of) if isinstance(of, int | float) else 0


def _ends(reading: Reading, window: str) -> Fact | None:
    """The count of a window, where there are enough to count and both ends moved."""
    count = reading.facts.get("advancers", f"list:{LIST}", window=window)
    if count is None or _of(count) < FEWEST:
        return None
    return count if moved(*(reading.move(window, symbol) for symbol in _outer(count))) else None


def _outer(count: Fact) -> tuple[str, str]:
    return str(count.detail["best"]), str(count.detail["worst"])


def _slots(reading: Reading, count: Fact, funds: str) -> Slots:
    """The count and both ends; where one end has dividends in it and the other not, it says so."""
    slots: dict[str, Fact | Text] = {"n": count}
    slots["funds"] = fragment(pattern(f"breadth.{funds}"), slots)
    moves = [(s, reading.move(count.window or "", s)) for s in _outer(count)]
    paid = [bool(fact and fact.detail.get("total_return")) for _, fact in moves]
    for name, (symbol, fact), has in zip(("best", "last"), moves, paid, strict=True):
        suffix = "_paid" if has and not all(paid) else ""
        if fact is not None:
            filled: Slots = {"i": reading.instruments[symbol], "r": fact}
            slots[name] = fragment(pattern(f"breadth.end{suffix}"), filled)
            slots[f"{name}_way"] = fragment(pattern(f"breadth.end_way{suffix}"), filled)
    return slots
