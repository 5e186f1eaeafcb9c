"""The move of the day, the week and the month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from reporter.commentary.base import (
    HEADLINE,
    STANDFIRST,
    Note,
    Reading,
    family,
    moved,
    newsworthy,
    number_of,
    remark,
    sign,
    ways,
)
from reporter.model import Fact, Remark
from reporter.phrasing import Slots, size

LARGE = 1.75
HUGE = 2.5
NEWS = 0.76
LAST_RESORT = 0.1
LONG_AGO = 60


@family("changes")
def changes(reading: Reading) -> Iterator[Remark]:
    """What the day, the week and the month brought, beside the benchmark."""
    day, bench = reading.move("1d"), reading.move("1d", reading.spec.benchmark)
    level = reading.of("level")
    yield from _plainly(reading, level)
    if day is None or bench is None or level is None or reading.subject == reading.benchmark:
        yield from _alone(reading, day, level)
        return
    slots: Slots = reading.pair | {"d": day, "bd": bench, "lv": level}
    if moved(day, bench):
        yield from _day(day, bench, slots)
        yield from _compared(reading, day, bench, slots)
    else:
        yield from _quiet_day(reading, day, bench, slots)
    yield from _year_turned(reading, day, slots)
    yield from _stretch_of(reading, "wtd", "week", "week_behind")
    yield from _stretch_of(reading, "1m", "month", "")


def _plainly(reading: Reading, level: Fact | None) -> Iterator[Remark]:
    """Headlines for when there is nothing better to say."""
    known = {"s": reading.subject}
    if level is not None:
        note = Note("day", 0, LAST_RESORT, HEADLINE)
        yield remark("changes.headline_close", {**known, "lv": level}, note)
    for key, window in (("w", "wtd"), ("y", "ytd")):
        own = reading.move(window)
        if own is not None and moved(own):
            note = Note("day", sign(own), LAST_RESORT, HEADLINE)
            word = "week" if key == "w" else "year"
            yield remark(f"changes.headline_{word}", {**known, key: own}, note)


def _alone(reading: Reading, day: Fact | None, level: Fact | None) -> Iterator[Remark]:
    """The day and the year of a subject whose benchmark has no prices to hold against it."""
    known = {"s": reading.subject}
    if day is not None and level is not None and "previous" in level.displays:
        key = "day_own" if moved(day) else "day_own_flat"
        slots: Slots = {**known, "d": day, "lv": level}
        yield remark(f"changes.{key}", slots, Note("day", sign(day), 0.5))
    year = reading.move("ytd")
    if year is not None and moved(year):
        yield remark("changes.year_own", {**known, "y": year}, Note("relative", sign(year), 0.5))


def _day(day: Fact, bench: Fact, slots: Slots) -> Iterator[Remark]:
    z = abs(size(day) or 1.0)
    rare = z >= LARGE and _long_ago(day)
    same = _together(day, bench)
    word = "gain" if sign(day) > 0 else "fall"
    key = f"day_rarest_{word}" if rare else f"day_{same}"
    weight = newsworthy(z=z, rarity=1.0 if rare else 0.0, novelty=1.0)
    yield remark(f"changes.{key}", slots, Note("day", sign(day), weight))
    head = f"headline_rarest_{word}" if rare else "headline_day"
    news = max(weight - 0.05, NEWS if z >= HUGE else 0.0)
    yield remark(f"changes.{head}", slots, Note("day", sign(day), news, HEADLINE))
    if same != "level":
        note = Note("day", sign(day), weight, STANDFIRST)
        yield remark(f"changes.standfirst_{same}", slots, note)


def _together(own: Fact, bench: Fact) -> str:
    """Whether two moves went apart, the same way, or print as the same."""
    if own.display == bench.display:
        return "level"
    return "same" if len(set(ways(own, bench))) == 1 else "apart"


def _quiet_day(reading: Reading, day: Fact, bench: Fact, slots: Slots) -> Iterator[Remark]:
    """A day on which one of the two, or both, hardly moved."""
    level = reading.bench("level")
    if level is None:
        return
    other = "day_flat" if moved(bench) else "day_flat_both"
    key = "day_alone" if moved(day) else other
    filled: Slots = {**slots, "bl": level}
    yield remark(f"changes.{key}", filled, Note("day", sign(day), 0.22))


def _long_ago(day: Fact) -> bool:
    since = day.detail.get("largest_since")
    if not isinstance(since, str):
        return False
    return (day.as_of - day.as_of.fromisoformat(since)).days >= LONG_AGO * 7 / 5


def _compared(reading: Reading, day: Fact, bench: Fact, slots: Slots) -> Iterator[Remark]:
    """The subject's day against the benchmark's: worth a word where it turns the year's order."""
    better = float(day.value) - float(bench.value)
    tone = 1 if better > 0 else -1
    both = ways(day, bench)
    spread = reading.of("relative_return", "1d", vs=True)
    if spread is None or not moved(spread):
        return
    year = reading.of("relative_return", "ytd", vs=True)
    trailing = year is not None and sign(year) < 0
    if both == ("down", "down") and better > 0:
        key = "day_milder_fall" if trailing else "day_milder_fall_too"
    elif both == ("up", "up") and better > 0:
        key = "day_stronger_gain"
    elif both == ("down", "down"):
        key = "day_weaker_fall"
    else:
        key = "day_better" if better > 0 else "day_weaker"
    weight = 0.22 + 0.18 * min(abs(size(spread) or 0.0), 1.5)
    yield remark(f"changes.{key}", slots, Note("day_compared", tone, weight))


def _year_turned(reading: Reading, day: Fact, slots: Slots) -> Iterator[Remark]:
    """The day on which the year's gain, or its loss, was gone."""
    year, level = reading.move("ytd"), reading.of("level")
    base, before = number_of(year, "base_level") if year else None, None
    if level is not None:
        before = number_of(level, "previous")
    if year is None or base is None or before is None or not moved(day, year):
        return
    if year.base_date == day.base_date or (before > base) == (float(year.value) > 0):
        return
    word = "gain" if sign(year) < 0 else "loss"
    filled = {**slots, "y": year}
    yield remark(f"changes.year_{word}_gone", filled, Note("year_turned", sign(day), 0.68))
    note = Note("year_turned", sign(day), 0.72, HEADLINE)
    yield remark(f"changes.headline_year_{word}_gone", filled, note)


def _stretch_of(reading: Reading, window: str, word: str, section: str) -> Iterator[Remark]:
    own, bench = reading.move(window), reading.move(window, reading.spec.benchmark)
    if own is None or bench is None or not moved(own, bench):
        return
    if own.base_date in {_base(reading, "1d"), _base(reading, "ytd")}:
        return
    same = _together(own, bench)
    letter = word[0]
    slots: Slots = reading.pair | {letter: own, f"b{letter}": bench}
    weight = newsworthy(z=size(own) or 0.0, novelty=0.5)
    yield remark(f"changes.{word}_{same}", slots, Note(word, sign(own), weight, section))


def _base(reading: Reading, window: str) -> date | None:
    move = reading.move(window)
    return move.base_date if move else None
