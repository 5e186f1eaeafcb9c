"""Who leads among the groups by size, and who, outside that set, has done better still."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from reporter.commentary.base import (
    SOME,
    Note,
    Reading,
    family,
    moved,
    newsworthy,
    remark,
    sign,
    spread_size,
)
from reporter.model import Fact, Instrument, Kind, Remark, Text
from reporter.phrasing import Named, Slots, direction, fill, fragment, listed, pattern
from reporter.wording import counted

WINDOW = "ytd"
SIZES = ("micro caps", "small caps", "mid caps", "large caps")
FEWEST = 2
DIVIDENDS = 0.02  # more than an index of shares pays in a year
DAYS_A_YEAR = 365.25
OTHER_MARKETS = (
    "rates",
    "bonds",
    "credit",
    "commodities",
    "currencies",
    "volatility",
    "cross_asset",
)
Ranked = list[tuple[Instrument, Fact]]


@family("leadership")
def leadership(reading: Reading) -> Iterator[Remark]:
    """The order of the size groups this year; the lead names its set and what lies beyond it."""
    sizes = _sizes(reading)
    spread = reading.of("relative_return", WINDOW, vs=True)
    own = reading.move(WINDOW)
    if spread is None or own is None or len(sizes) < FEWEST or not moved(spread, own):
        return
    known = {i.symbol for i, _ in sizes}
    if not {reading.spec.subject, reading.spec.benchmark} <= known or spread_size(spread) < SOME:
        return
    key = _order(sizes, reading.subject)
    told = sizes[::-1] if key == "larger_losses" else sizes
    compared: Slots = {**reading.pair, "spread": spread}
    side = "ahead" if sign(spread) > 0 else "behind"
    gap = fragment(pattern(f"leadership.gap_{side}"), compared)
    slots: Slots = {**compared, **_words_for(reading, told), "gap": gap}
    weight = 0.35 + newsworthy(z=spread_size(spread), rarity=0.2, novelty=0.5)
    note = Note("relative", sign(spread), weight)
    yield remark(f"leadership.{key}", slots, note, _outside(reading, sizes))


def _sizes(reading: Reading) -> Ranked:
    """One instrument a size, the subject and the benchmark first in their own; strongest first."""
    listed_symbols = [s for symbols in reading.spec.watch.values() for s in symbols]
    chosen: dict[str, str] = {}
    for symbol in (reading.spec.subject, reading.spec.benchmark, *listed_symbols):
        instrument = reading.instruments.get(symbol)
        if instrument and instrument.segment in SIZES and reading.move(WINDOW, symbol):
            chosen.setdefault(instrument.segment, symbol)
    return [at for at in reading.moves(chosen.values(), WINDOW) if moved(at[1])]


def _order(sizes: Ranked, subject: Instrument) -> str:
    """The pattern for the order found: by size, or where the subject stands in it."""
    if not _comparable(sizes):
        return "mixed"
    order = [SIZES.index(i.segment) for i, _ in sizes]
    found = {direction(fact) for _, fact in sizes}
    kind = "better" if len(found) > 1 else "gains" if "up" in found else "losses"
    if order == sorted(order):
        return f"smaller_{kind}"
    if order == sorted(order, reverse=True):
        return f"larger_{kind}"
    place = [i for i, _ in sizes].index(subject)
    if 0 < place < len(sizes) - 1:
        return "middle"
    return "first" if place == 0 else "last"


def _comparable(sizes: Ranked) -> bool:
    """Whether the order stands however dividends are counted.

    A group that has them in its return and ranks above one that has not must be ahead by more
    than dividends can have made since the base day.
    """
    return not any(
        above.detail.get("total_return")
        and not below.detail.get("total_return")
        and float(above.value) - float(below.value) < DIVIDENDS * _years(above)
        for (_, above), (_, below) in pairwise(sizes)
    )


def _years(fact: Fact) -> float:
    return (fact.as_of - fact.base_date).days / DAYS_A_YEAR if fact.base_date else 1.0


def _words_for(reading: Reading, sizes: Ranked) -> dict[str, Text | Named]:
    same = len({direction(fact) for _, fact in sizes}) == 1
    leads = {reading.subject, reading.benchmark}
    members = [
        _member(_form(i, fact, named=i in leads, first=at == 0, same=same), i, fact)
        for at, (i, fact) in enumerate(sizes)
    ]
    return {"members": listed(members), "count": Named(counted(len(sizes)))}


def _form(instrument: Instrument, fact: Fact, *, named: bool, first: bool, same: bool) -> str:
    """A group's pattern: with its direction where they differ, with its index where it has one."""
    paid = "_paid" if fact.detail.get("total_return") else ""
    if first:
        return f"head{paid}"
    other = "" if named or instrument.kind is Kind.INDEX else "_fund"
    return f"member{'' if same else '_way'}{paid or other}"


def _member(form: str, instrument: Instrument, fact: Fact) -> Text:
    return fragment(pattern(f"leadership.{form}"), {"i": instrument, "r": fact})


def _outside(reading: Reading, sizes: Ranked) -> Text:
    """What has risen more than the leading size: a lead holds within its own set only."""
    leader, own = sizes[0]
    if leader != reading.subject:
        return ()
    inside = {i.segment for i, _ in sizes}
    ahead = [
        (i, fact)
        for i, fact in reading.moves(_shares(reading), WINDOW)
        if i.segment not in inside and float(fact.value) > float(own.value) and moved(fact)
    ]
    count = reading.facts.get("advancers", "list:sectors", window=WINDOW)
    sectors = [at for at in ahead if at[0].symbol in reading.spec.watch.get("sectors", ())]
    chosen = (sectors if sectors and count else ahead)[:FEWEST]
    if not chosen:
        return ()
    paid = [bool(fact.detail.get("total_return")) for _, fact in chosen]
    pieces = [
        _other(at, marked=has and not all(paid)) for at, has in zip(chosen, paid, strict=True)
    ]
    slots: dict[str, Fact | Text] = {"others": listed(pieces[::-1])}
    key = f"{'sectors' if sectors and count else 'outside'}{'_paid' if all(paid) else ''}"
    return fill(pattern(f"leadership.{key}"), slots | ({"n": count} if count else {}))


def _other(at: tuple[Instrument, Fact], *, marked: bool) -> Text:
    key = "leadership.other_paid" if marked else "leadership.other"
    return fragment(pattern(key), {"i": at[0], "r": at[1]})


def _shares(reading: Reading) -> list[str]:
    """Symbols of the lists that hold shares, once each: bonds and gold are another comparison."""
    listed_symbols = (
        symbol
        for name, symbols in reading.spec.watch.items()
        if name not in OTHER_MARKETS
        for symbol in symbols
    )
    known = dict.fromkeys(listed_symbols)
    return [i.symbol for i in reading.named(known) if i.kind in {Kind.INDEX, Kind.FUND}]
