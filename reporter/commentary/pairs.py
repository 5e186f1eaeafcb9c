"""Pairs of funds over their windows, with the base day where the answer hangs on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reporter.commentary.base import Note, Reading, family, moved, number_of, remark, sign, ways
from reporter.commentary.views import name_of, paired, quoted
from reporter.model import DeskView, Fact, Kind, Pair, Remark
from reporter.phrasing import Named, Slots

LEVEL = 0.005
STANCES = {"supportive": 1, "cautious": -1, "critical": -1, "neutral": 0}


@dataclass(frozen=True, slots=True)
class Compared:
    """Both returns of a pair and the spread, over one window."""

    own: Fact
    other: Fact
    spread: Fact


@family("pairs")
def pairs(reading: Reading) -> Iterator[Remark]:
    """Each pair, and the houses' opinions beside it."""
    opinions = list(paired(reading))
    for pair in reading.spec.pairs:
        found = [c for w in pair.windows if (c := _over(reading, pair, w))]
        if not found:
            continue
        about = [v for v in opinions if v.symbol == pair.subject or pair.subject in v.text]
        yield _first(reading, pair, found[0], about)
        yield from _others(reading, pair, found)
        for view in about:
            yield _opinion(reading, view, pair.subject)
            opinions.remove(view)
    for view in opinions:
        yield _opinion(reading, view, reading.spec.subject)


def _over(reading: Reading, pair: Pair, window: str) -> Compared | None:
    own, other = reading.move(window, pair.subject), reading.move(window, pair.benchmark)
    spread = reading.facts.get("relative_return", pair.subject, vs=pair.benchmark, window=window)
    if own is None or other is None or spread is None or not moved(own, other, spread):
        return None
    return Compared(own, other, spread)


def _slots(reading: Reading, pair: Pair, found: Compared) -> Slots:
    return {
        "s": reading.instruments[pair.subject],
        "b": reading.instruments[pair.benchmark],
        "r": found.own,
        "q": found.other,
        "d": found.spread,
    }


def _first(reading: Reading, pair: Pair, found: Compared, about: Sequence[DeskView] = ()) -> Remark:
    """The pair over its first window; a base that matters is part of the claim.

    It says what its sign says, unless a house has raised it: then it goes with that opinion.
    """
    spread = found.spread
    slots = _slots(reading, pair, found)
    way = sign(spread) * _bearing(reading, pair)
    side = _telling_side(spread)
    stances = [STANCES.get(view.stance, 0) for view in about]
    if side:
        other = _beside(spread, side) or 0.0
        same = {1: "ahead", -1: "behind"}[sign(spread)] if other * float(spread.value) > 0 else ""
        tone = next((t for t in stances if t), way if same else 0)
        note = Note("pair", tone, 0.62 if about else 0.25)
        return remark(f"pairs.sensitive_{side}_{same or 'either'}", slots, note)
    both = ways(found.own, found.other)
    if len(set(both)) == 1 and abs(float(spread.value)) < LEVEL:
        return remark("pairs.level", slots, Note("pair", 0, 0.3))
    key = (
        f"{'ahead' if sign(spread) > 0 else 'behind'}_{both[0]}" if len(set(both)) == 1 else "apart"
    )
    return remark(f"pairs.{key}", slots, Note("pair", way, 0.4))


def _bearing(reading: Reading, pair: Pair) -> int:
    """What a lead of the pair's first says of the subject: good, bad (its rival leads), nothing."""
    first, second = (reading.instruments[s].segment for s in (pair.subject, pair.benchmark))
    own, rival = reading.subject.segment, reading.benchmark.segment
    if own and (first == own or second == rival != first):
        return 1
    return -1 if own and (second == own or first == rival) else 0


def _telling_side(spread: Fact) -> str:
    """The neighbouring base day that moves the spread most, if either moves it enough."""
    known = [side for side in ("later", "earlier") if _complete(spread, side)]
    if not spread.detail.get("base_sensitive") or not known:
        return ""
    return max(known, key=lambda side: abs((_beside(spread, side) or 0.0) - float(spread.value)))


def _complete(spread: Fact, side: str) -> bool:
    parts = ("", "_date", "_subject_return", "_benchmark_return")
    printed = all(f"base_{side}{part}" in spread.displays for part in parts)
    return printed and _beside(spread, side) is not None


def _beside(spread: Fact, side: str) -> float | None:
    """The spread from the neighbouring base day."""
    other = spread.detail.get(f"base_{side}")
    value = other.get("value") if isinstance(other, dict) else None
    return value if isinstance(value, float) else None


def _others(reading: Reading, pair: Pair, found: list[Compared]) -> Iterator[Remark]:
    """Further windows, from other base days than those told already."""
    first = found[0].spread
    told = {
        first.displays.get("base_date"),
        first.displays.get(f"base_{_telling_side(first)}_date"),
    }
    for compared in found[1:]:
        day = compared.spread.displays.get("base_date")
        if day in told:
            continue
        told.add(day)
        same = "same" if len(set(ways(compared.own, compared.other))) == 1 else "apart"
        tone = sign(compared.spread) * _bearing(reading, pair)
        note = Note("pair_window", tone, 0.3, "leadership")
        yield remark(f"pairs.window_{same}", _slots(reading, pair, compared), note)


def _opinion(reading: Reading, view: DeskView, symbol: str) -> Remark:
    """An attributed opinion, with the price it is read against."""
    level = reading.facts.get("level", symbol)
    instrument = reading.instruments[symbol]
    name = instrument.prose if instrument.kind is Kind.INDEX else instrument.symbol
    slots: Slots = {
        "s": instrument,
        "called": Named(name),
        "who": name_of(view),
        "words": quoted(view),
    }
    tone = STANCES.get(view.stance, 0)
    word = {1: "supportive", -1: "cautious", 0: "neutral"}[tone]
    note = Note("opinion", tone, 0.61)
    if level is None or number_of(level, "close") is None:
        return remark(f"pairs.opinion_{word}_bare", slots, note)
    return remark(f"pairs.opinion_{word}", {**slots, "lv": level}, note)
