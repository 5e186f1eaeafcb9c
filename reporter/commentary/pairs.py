"""Pairs of funds over their windows, with the base day where the answer hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reporter.commentary.base import Note, Reading, family, moved, number_of, remark, sign, ways
from reporter.commentary.views import name_of, paired, quoted
from reporter.model import DeskView, Fact, Kind, Pair, Remark
from reporter.phrasing import Named, Slots

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
        about = [v for v in opinions if pair.subject in v.text]
        yield _first(reading, pair, found[0], raised=bool(about))
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


def _first(reading: Reading, pair: Pair, found: Compared, *, raised: bool) -> Remark:
    """The pair over its first window; a base that matters is part of the claim."""
    spread = found.spread
    slots = _slots(reading, pair, found)
    if spread.detail.get("base_sensitive"):
        side = "later" if _moves(spread, "later") >= _moves(spread, "earlier") else "earlier"
        year = reading.of("relative_return", "ytd", vs=True)
        note = Note("pair", -sign(year) if year else 0, 0.62 if raised else 0.25)
        return remark(f"pairs.sensitive_{side}", slots, note)
    both = ways(found.own, found.other)
    key = (
        f"{'ahead' if sign(spread) > 0 else 'behind'}_{both[0]}" if len(set(both)) == 1 else "apart"
    )
    return remark(f"pairs.{key}", slots, Note("pair", sign(spread), 0.4))


def _moves(spread: Fact, side: str) -> float:
    """How far a base one session away moves the spread."""
    other = spread.detail.get(f"base_{side}")
    value = other.get("value") if isinstance(other, dict) else None
    return abs(value - float(spread.value)) if isinstance(value, float) else -1.0


def _others(reading: Reading, pair: Pair, found: list[Compared]) -> Iterator[Remark]:
    """Further windows, for the section on the case against."""
    told = {found[0].spread.base_date}
    for compared in found[1:]:
        if compared.spread.base_date in told:
            continue
        told.add(compared.spread.base_date)
        same = "same" if len(set(ways(compared.own, compared.other))) == 1 else "apart"
        note = Note("pair_window", sign(compared.spread), 0.3, "counter_view")
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
