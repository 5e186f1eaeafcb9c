"""The subject against its benchmark: this year, the past month, and the longer run."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.commentary.base import (
    HEADLINE,
    MUCH,
    SOME,
    STANDFIRST,
    Note,
    Reading,
    family,
    moved,
    newsworthy,
    number_of,
    remark,
    sign,
    spread_size,
    ways,
)
from reporter.model import Fact, Remark
from reporter.phrasing import Slots

CLOSE = 0.02
NEWS = 0.74  # a comparison is no headline while a bear market or a record is
LONG = ("5y", "3y", "1y")


@family("relative")
def relative(reading: Reading) -> Iterator[Remark]:
    """Ahead of, behind or in line with the benchmark, each with both operands."""
    own, bench = reading.move("ytd"), reading.move("ytd", reading.spec.benchmark)
    spread = reading.of("relative_return", "ytd", vs=True)
    if own is None or bench is None or spread is None:
        return
    if moved(own, bench):
        yield from _this_year(reading, own, bench, spread)
    elif moved(spread):
        yield from _one_flat(reading, own, bench, spread)
    yield from _month(reading, spread)
    yield from _longer(reading, spread)
    yield from _further(reading)


def _this_year(reading: Reading, own: Fact, bench: Fact, spread: Fact) -> Iterator[Remark]:
    slots: Slots = {**reading.pair, "r": own, "q": bench, "spread": spread}
    weight = 0.3 + newsworthy(z=spread_size(spread), rarity=0.2, novelty=0.3)
    state = _state(own, bench, spread)
    tied = state in {"level", "in_line", "undecided"}
    tone = sign(own) if tied else sign(spread)
    first = f"_both_{ways(own, bench)[0]}" if len(set(ways(own, bench))) == 1 else ""
    head = _tied_headline(own, bench) if tied else "ahead" if tone > 0 else "behind"
    if state == "level":
        first, head = "_level", "level"
    yield remark(f"relative.{_year(own, bench, spread)}", slots, Note("relative", tone, weight))
    note = Note("relative", tone, min(weight, NEWS), HEADLINE)
    yield remark(f"relative.headline_{head}", slots, note)
    yield remark(f"relative.standfirst{first}", slots, Note("relative", tone, weight, STANDFIRST))


def _one_flat(reading: Reading, own: Fact, bench: Fact, spread: Fact) -> Iterator[Remark]:
    """A year in which one of the two has come to nothing."""
    slots: Slots = {**reading.pair, "r": own, "q": bench, "spread": spread}
    weight = 0.3 + newsworthy(z=spread_size(spread), rarity=0.2, novelty=0.3)
    side = "flat_bench" if moved(own) else "flat_own"
    for kind, section in (("", ""), ("headline_", HEADLINE), ("standfirst_", STANDFIRST)):
        note = Note("relative", sign(spread), weight, section)
        yield remark(f"relative.{kind}{side}", slots, note)


def _compared(reading: Reading, window: str) -> tuple[Fact, Fact, Fact] | None:
    own, bench = reading.move(window), reading.move(window, reading.spec.benchmark)
    spread = reading.of("relative_return", window, vs=True)
    if own is None or bench is None or spread is None or not moved(own, bench, spread):
        return None
    return own, bench, spread


def _state(own: Fact, bench: Fact, spread: Fact) -> str:
    """In line, clear or far apart, judged against the pair's own volatility.

    A spread that is small for the pair but wide to the eye is told without a verdict.
    """
    if not moved(spread):
        return "level"
    z = spread_size(spread)
    if z >= SOME:
        return "far" if z >= MUCH else "clear"
    near = abs(float(spread.value)) < CLOSE and len(set(ways(own, bench))) == 1
    return "in_line" if near else "undecided"


def _year(own: Fact, bench: Fact, spread: Fact) -> str:
    state, both = _state(own, bench, spread), ways(own, bench)
    if state in {"level", "in_line", "undecided"}:
        return state
    if sign(spread) > 0:
        if both == ("up", "up"):
            return "well_ahead_both_up" if state == "far" else "ahead_both_up"
        return "ahead"
    return f"behind_both_{both[0]}" if len(set(both)) == 1 else "behind"


def _tied_headline(own: Fact, bench: Fact) -> str:
    return "same" if len(set(ways(own, bench))) == 1 else "apart"


def _month(reading: Reading, year: Fact) -> Iterator[Remark]:
    """The past month, where it went against the year."""
    found = _compared(reading, "1m")
    if found is None or sign(found[2]) == sign(year) or spread_size(found[2]) < SOME:
        return
    own, bench, spread = found
    slots: Slots = reading.pair | {"m": own, "n": bench, "ms": spread}
    key = "month_ahead" if sign(spread) > 0 else "month_behind"
    weight = 0.3 + newsworthy(z=spread_size(spread))
    yield remark(f"relative.{key}", slots, Note("relative_month", sign(spread), weight))


def _further(reading: Reading) -> Iterator[Remark]:
    """Other windows than the year so far, for the section on leadership."""
    year = reading.move("ytd")
    for window, key, weight in (("3m", "quarter", 0.26), ("1y", "twelve_months", 0.24)):
        spread = reading.of("relative_return", window, vs=True)
        if spread is None or not moved(spread) or (year and spread.base_date == year.base_date):
            continue
        slots: Slots = {**reading.pair, "ls": spread}
        yield remark(f"relative.{key}", slots, Note(key, sign(spread), weight, "leadership"))


def _longer(reading: Reading, year: Fact) -> Iterator[Remark]:
    """The longest run at hand beside the year; and what a holder has made."""
    for window in LONG:
        spread = reading.of("relative_return", window, vs=True)
        if spread is None or not moved(spread):
            continue
        slots: Slots = reading.pair | {"ls": spread, "spread": year}
        if sign(year):
            yield from _old_order(reading, spread, year, slots)
        gain = number_of(spread, "subject_return") or 0.0
        if gain > 0 and sign(spread) == sign(year) and spread.base_date != year.base_date:
            yield remark("relative.long_gain", slots, Note("relative_long", 1, 0.34))
        return


def _old_order(reading: Reading, spread: Fact, year: Fact, slots: Slots) -> Iterator[Remark]:
    """Whether the year's order is an old one or a new one; of no order, nothing."""
    before = _before(spread, year)
    if spread_size(year) < SOME or before is None:
        return
    side = "ahead" if sign(spread) > 0 else "behind"
    same = sign(spread) == sign(year)
    older = same and before * float(year.value) > 0
    own = reading.move("ytd")
    weight = 0.28 if same and own is not None and sign(own) < 0 else 0.42
    key = f"long_{'same_' if older else 'turned_' if same else ''}{side}"
    yield remark(f"relative.{key}", slots, Note("relative_long", sign(spread), weight))


def _before(spread: Fact, year: Fact) -> float | None:
    """The spread from the long run's base day to the year's; None where the year is all of it."""
    sides = [
        ((number_of(spread, key) or 0.0) + 1) / ((number_of(year, key) or 0.0) + 1)
        for key in ("subject_return", "benchmark_return")
    ]
    return None if spread.base_date == year.base_date else sides[0] - sides[1]
