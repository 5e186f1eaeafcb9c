"""What bonds, gold, credit and expected volatility did beside shares."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.commentary.base import (
    SOME,
    Note,
    Reading,
    family,
    moved,
    number_of,
    remark,
    sign,
)
from reporter.model import Fact, Instrument, Kind, Remark, Text
from reporter.phrasing import Slots, fragment, listed, pattern, size

BONDS = ("long Treasuries", "medium-term Treasuries", "high-yield corporate bonds")
OTHERS = ("gold", "silver", "crude oil", "the US dollar", "US dollar")
MOST = 3
FEWEST = 2
LIVELY = 1.0
HIGH = 0.5
RARE = 60


@family("cross_asset")
def cross_asset(reading: Reading) -> Iterator[Remark]:
    """Other markets on the day, where they moved, and over the year."""
    others = _others(reading)
    yield from _moves(reading, others, "1d", "day", "")
    yield from _moves(reading, others, "ytd", "year", "")
    yield from _fear(reading)
    yield from _yields(reading)


def _others(reading: Reading) -> list[Instrument]:
    """One instrument for each segment watched that is not made of shares."""
    found: dict[str, Instrument] = {}
    for instrument in reading.named(reading.spec.symbols):
        if instrument.segment in {*BONDS, *OTHERS}:
            found.setdefault(instrument.segment, instrument)
    return list(found.values())


def _moves(
    reading: Reading, others: list[Instrument], window: str, key: str, section: str
) -> Iterator[Remark]:
    known = reading.moves([o.symbol for o in others], window)
    lively = [at for at in known if moved(at[1]) and abs(size(at[1]) or 0.0) >= SOME]
    chosen = sorted(lively, key=lambda at: (-abs(size(at[1]) or 0.0), at[0].symbol))[:MOST]
    if len(chosen) < FEWEST:
        return
    largest = abs(size(chosen[0][1]) or 0.0)
    if key == "day" and largest < LIVELY:
        return
    form = "piece" if key == "day" else "piece_way"
    kinds = [[at for at in chosen if _paid(at[1]) is paid] for paid in (False, True)]
    told = [listed([_piece(form, i, f) for i, f in kind]) for kind in kinds if kind]
    slots: Slots = {"pieces": told[0], "paid": told[-1], "r": chosen[0][1]}
    weight = 0.15 + 0.12 * min(largest, MOST) if key == "day" else 0.3
    kind = "_mixed" if all(kinds) else "_paid" if kinds[1] else ""
    yield remark(f"cross_asset.{key}{kind}", slots, Note("other_markets", 0, weight, section))


def _paid(fact: Fact) -> bool:
    """Whether dividends are in the return: it is told apart from a change of price."""
    return bool(fact.detail.get("total_return"))


def _piece(form: str, instrument: Instrument, fact: Fact) -> Text:
    return fragment(pattern(f"cross_asset.{form}"), {"i": instrument, "r": fact})


def _fear(reading: Reading) -> Iterator[Remark]:
    """Expected volatility: its level, the day's change and its range of the year."""
    for instrument in reading.named(reading.spec.symbols):
        level = reading.facts.get("level", instrument.symbol)
        day = reading.move("1d", instrument.symbol)
        if instrument.kind is not Kind.VOLATILITY or level is None or not moved(day):
            continue
        if day is not None and (high_key := _unusual(level)):
            told: Slots = {"i": instrument, "v": level, "r": day}
            yield remark(f"cross_asset.{high_key}", told, Note("fear", -1, 0.56))
            return
        low, high = number_of(level, "week52_low"), number_of(level, "week52_high")
        if low is None or high is None or day is None or high <= low:
            continue
        place = (float(level.value) - low) / (high - low)
        slots: Slots = {"i": instrument, "v": level, "r": day}
        tone = -sign(day)
        weight = 0.36 + 0.2 * max(place - HIGH, 0.0)
        yield remark("cross_asset.fear", slots, Note("fear", tone, weight))
        return


def _unusual(level: Fact) -> str:
    """The pattern for a close not seen for months, or never; empty for an ordinary one."""
    if "history_start" not in level.displays or "highest_since" not in level.detail:
        return ""
    if level.detail["highest_since"] is None:
        return "fear_unmatched"
    return "fear_high" if (number_of(level, "sessions_highest") or 0) >= RARE else ""


def _yields(reading: Reading) -> Iterator[Remark]:
    for instrument in reading.named(reading.spec.symbols):
        change = reading.facts.get("yield_change", instrument.symbol, window="1m")
        if instrument.kind is Kind.YIELD and change is not None and moved(change):
            slots: Slots = {"t": instrument, "y": change}
            yield remark("cross_asset.yield", slots, Note("yield", 0, 0.3, "cross_asset"))
