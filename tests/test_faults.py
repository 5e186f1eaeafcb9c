"""No fault makes a wrong number.

Whatever is wrong with prices, each fact is the same as from good ones, or marked, or absent.
"""

from __future__ import annotations

import math
import os
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reporter import pipeline
from reporter.errors import DataError, ReporterError
from reporter.gather import gather
from reporter.measure import everything, measure
from reporter.model import Brief, Fact, MarketData, Severity, SourceRef, plain
from reporter.sources.base import DataRequest, Delivered, Quotes, silent, sources
from reporter.spec import load
from tests.faults import (
    FAULTS,
    LAST,
    NOW,
    PIVOTAL,
    QUOTES,
    SYMBOLS,
    Frames,
    Wound,
    good,
    inflict,
    injured,
    quotes,
)

TRIALS = int(os.environ.get("REPORTER_TRIALS", "10"))
BENCHMARK = "^GSPC"
SAMPLED = date(2026, 1, 15)
CLOSE_ENOUGH = 1e-9  # sums of other lengths round differently


def market(frames: Frames, *, file: bool, as_of: date | None, now: datetime = NOW) -> MarketData:
    """Market data of these rows, through the gate."""

    def source(request: DataRequest) -> Delivered:
        given = (quotes(s, frames[s], file=file) for s in request.symbols)
        return Delivered([replace(one, fetched=one.fetched and now) for one in given])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reporter.gather.ask", lambda _, request: source(request))
        return gather(SYMBOLS, SourceRef("files"), as_of=as_of, now=now, any_of=SYMBOLS)


def facts(data: MarketData) -> Mapping[str, Fact]:
    """Every fact there is."""
    return {fact.id: fact for fact in measure(everything(SYMBOLS, BENCHMARK), data)}


@cache
def clean(as_of: date) -> Mapping[str, Fact]:
    """Every fact of the good prices."""
    frames = {symbol: good(symbol) for symbol in SYMBOLS}
    return facts(market(frames, file=False, as_of=as_of))


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=CLOSE_ENOUGH, abs_tol=CLOSE_ENOUGH)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    return bool(one == other)


def differences(found: Fact, true: Fact | None) -> list[str]:
    """What an unmarked fact says that the true one does not; what it leaves out is no lie."""
    if true is None:
        return [f"{found.id}: not known from good prices"]
    wrong = [
        f"{found.id}: {name} {getattr(found, name)!r} for {getattr(true, name)!r}"
        for name in ("value", "display", "unit", "as_of", "base_date")
        if not same(getattr(found, name), getattr(true, name))
    ]
    for part in ("detail", "displays"):
        told, known = getattr(found, part), getattr(true, part)
        wrong += [
            f"{found.id}: {part}.{key} {value!r} for {known.get(key)!r}"
            for key, value in told.items()
            if not same(value, known.get(key))
        ]
    return wrong


def lies(found: Iterable[Fact], true: Mapping[str, Fact]) -> list[str]:
    return [lie for fact in found if not fact.marks for lie in differences(fact, true.get(fact.id))]


@pytest.mark.parametrize("trial", range(TRIALS))
def test_no_fault_makes_a_wrong_number(trial: int) -> None:
    chance = random.Random(trial)  # noqa: S311  chance, not secrecy
    frames, told = injured(chance.randint(1, 3), chance)
    try:
        data = market(frames, file=chance.random() < 0.5, as_of=chance.choice((None, LAST)))
    except ReporterError:
        return  # nothing at all is said
    wrong = lies(facts(data).values(), clean(data.as_of))
    assert not wrong, (told, wrong[:5])


@pytest.mark.parametrize("trial", range(TRIALS))
def test_an_edition_says_the_same_however_late_it_is_built(trial: int) -> None:
    """What is wrong with rows of later days changes nothing: neither facts nor findings."""
    chance = random.Random(trial)  # noqa: S311  chance, not secrecy
    frames, told = injured(chance.randint(1, 4), chance)
    day, file = chance.choice(PIVOTAL[1:]), chance.random() < 0.5
    rows = {s: frame.sort_values("Date", kind="stable") for s, frame in frames.items()}
    then = {s: frame[frame["Date"] <= pd.Timestamp(day)] for s, frame in rows.items()}
    night = datetime.combine(day + timedelta(days=1), time(4), UTC)  # 23:00 in New York
    late = _said(rows, file=file, as_of=day)
    assert late == _said(then, file=file, as_of=day, now=night), told


def _said(frames: Frames, *, file: bool, as_of: date, now: datetime = NOW) -> object:
    """All that an edition says, or why there is none."""
    try:
        data = market(frames, file=file, as_of=as_of, now=now)
    except ReporterError as error:
        return str(error)
    told = {name: (f.display, f.displays, f.marks) for name, f in facts(data).items()}
    return told, data.as_of, data.findings, data.gaps, data.notes


def test_good_prices_raise_no_doubt() -> None:
    data = market({s: good(s) for s in SYMBOLS}, file=False, as_of=LAST)
    assert not data.findings
    assert set(data.series) == set(SYMBOLS)
    assert len(clean(LAST)) > 150
    assert not any(fact.marks for fact in clean(LAST).values())


@pytest.mark.parametrize("kind", sorted(FAULTS))
@pytest.mark.parametrize("file", [False, True])
def test_each_fault_is_found(kind: str, file: bool) -> None:  # noqa: FBT001
    for seed in range(3):
        chance = random.Random(seed)  # noqa: S311  chance, not secrecy
        frames = {symbol: good(symbol) for symbol in SYMBOLS}
        symbol = inflict(kind, frames, chance)
        data = market(frames, file=file, as_of=None)
        found = [finding for finding in data.findings if finding.symbol == symbol]
        assert found, (kind, symbol, seed)
        assert all(finding.message and finding.severity in Severity for finding in found)


def test_most_facts_outlive_the_faults() -> None:
    """So that the test above is about something."""
    tally: Counter[str] = Counter()
    for trial in range(12):
        chance = random.Random(trial)  # noqa: S311  chance, not secrecy
        frames, _ = injured(chance.randint(1, 3), chance)
        found = facts(market(frames, file=False, as_of=None))
        for name, true in clean(LAST).items():
            one = found.get(name)
            state = "absent" if one is None else "marked" if one.marks else "equal"
            tally[state] += 1
            assert state != "equal" or one is None or one.unit is true.unit
    assert tally["equal"] > 0.7 * tally.total()
    assert tally["marked"] > 50
    assert tally["absent"] > 50


# --- a whole brief ---


@pytest.mark.parametrize("trial", range(max(2, TRIALS // 10)))
def test_a_brief_of_faulty_prices_is_composed_all_the_same(trial: int) -> None:
    """Or not at all: what a fact leaves out is missed by no sentence, chart or table."""
    chance = random.Random(trial)  # noqa: S311  chance, not secrecy
    spec = load(chance.choice(("small-caps", "weekly", "daily")))
    given = sources.get("sample")(DataRequest(spec.symbols, as_of=SAMPLED))
    answers = [_hurt(one, chance) if isinstance(one, Quotes) else one for one in given.answers]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reporter.gather.ask", lambda *_: replace(given, answers=answers))
        try:
            data = pipeline.collect(replace(spec, as_of=SAMPLED), now=NOW, progress=silent)
        except ReporterError:
            return
    brief = pipeline.compose(spec, data)
    assert brief.findings
    assert any(fact.marks for fact in brief.facts)
    assert plain(brief.headline)


SMALL = """
title = "Small"
subjects = ["^RUT"]
benchmark = "^GSPC"
as_of = 2026-01-15
[watch]
sectors = ["IWM", "AAPL", "BTC-USD", "^GSPC", "^RUT"]
rates = ["^TNX"]
"""
NAMES = ("front", "leadership", "technicals", "cross_asset", "sources_and_methods")
LATE = ("new_level", "excursion", "repeating", "dropped", "split")


def composed(frames: Frames, folder: Path) -> Brief | None:
    """The small brief of these rows; None where the subject's prices are refused."""
    order = folder / "brief.toml"
    order.write_text(SMALL + "".join(f'[[sections]]\nname = "{name}"\n' for name in NAMES))
    given = Delivered([quotes(symbol, frame, file=False) for symbol, frame in frames.items()])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reporter.gather.ask", lambda *_: given)
        try:
            spec = load(order)
            data = pipeline.collect(spec, now=NOW, progress=silent)
        except DataError:
            return None
    return pipeline.compose(spec, data)


@pytest.mark.parametrize("trial", range(max(4, TRIALS // 2)))
def test_no_brief_of_faulty_prices_fails_but_for_want_of_data(trial: int, tmp_path: Path) -> None:
    chance = random.Random(trial)  # noqa: S311  chance, not secrecy
    frames, told = injured(chance.randint(0, 2), chance)
    frames["^RUT"] = frames["^RUT"].drop_duplicates("Date").sort_values("Date", ignore_index=True)
    for name in chance.sample(LATE, chance.randint(1, 2)):
        FAULTS[name][0](Wound(frames, chance, "^RUT"))
        told.append(name)
    brief = composed(frames, tmp_path)
    assert brief is None or (plain(brief.headline) and brief.findings), told


@pytest.mark.parametrize(("bars", "factor"), [(1, 1.36), (1, 1 / 1.45), (2, 1.4), (1, 1.2)])
def test_a_jump_of_the_last_bars_is_told_and_marked(
    bars: int, factor: float, tmp_path: Path
) -> None:
    """The remarks that would need the close before are not made."""
    frames = {symbol: good(symbol) for symbol in SYMBOLS}
    rut = good("^RUT").copy()
    rut.loc[rut.index[-bars:], QUOTES] *= factor
    brief = composed({**frames, "^RUT": rut}, tmp_path)
    assert brief is not None
    level = next(fact for fact in brief.facts if fact.id == "level:^RUT")
    assert level.marks
    assert "previous" in level.withheld
    assert [finding.check for finding in brief.findings] == ["jump"]
    assert plain(brief.headline)


def _hurt(one: Quotes, chance: random.Random) -> Quotes:
    """A sample's table with a fault of its recent years: a bar lost, or prices that jump."""
    frame = one.frame.copy()
    at = len(frame) - chance.randrange(1, 600) - 1
    if chance.random() < 0.5:
        frame = frame.drop(frame.index[at])
    elif chance.random() < 0.7:
        factor = chance.choice((1.5, 2))
        frame.loc[frame.index[:at], ["open", "high", "low", "close"]] *= factor
    return replace(one, frame=frame)
