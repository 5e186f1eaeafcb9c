"""Briefs from live prices: the command itself, the real yfinance, and a Yahoo that fails.

Every fault is played to `reporter build`. Either the brief is made without the bad bar, and each
of its facts is that of a clean run, marked, or not there; or the command stops with one message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from reporter import cli
from reporter.cli import options
from reporter.sources import yahoo
from tests.market import sessions
from tests.sources.fake_yahoo import (
    BROKEN,
    GARBAGE,
    OUTAGE,
    TOO_MANY,
    UNKNOWN,
    Bar,
    FakeYahoo,
    Reply,
    Time,
    bar,
    changed,
    chart,
    forget,
    refused,
    serving,
    slow,
    stamp,
)

SPEC = """
title = "Small caps, live"
slug = "live"
subjects = ["^RUT"]
benchmark = "^GSPC"
source = "yahoo"

[watch]
funds = ["IWM", "QQQ"]

[[sections]]
name = "front"
[[sections]]
name = "technicals"
[[sections]]
name = "cross_asset"
[[sections]]
name = "sources_and_methods"
"""
LAST, BEFORE = "2026-01-16", "2026-01-15"
NEW_YORK = "America/New_York"
EVENING = datetime.fromtimestamp(stamp(LAST, time(20)), UTC)
AFTERNOON = datetime.fromtimestamp(stamp(LAST, time(15, 30)), UTC)
DIVIDENDS = {"2025-03-18": 1.1, "2025-06-17": 1.2, "2025-09-16": 1.3, "2025-12-16": 1.4}


def walk(level: float, seed: int) -> list[Bar]:
    """A year and a half of bars that move by a little every day, the same every time."""
    bars = []
    for at, day in enumerate(sessions(380, until=datetime.fromisoformat(LAST).date())):
        level *= 1 + ((at * 7919 + seed * 104_729) % 211 - 100) / 10_000
        bars.append(bar(str(day), round(level, 2)))
    return bars


def with_adjusted(bars: Sequence[Bar]) -> list[Bar]:
    """The bars of a fund: its adjusted close lies below its close before each dividend."""
    return [{**one, "adjclose": float(one["close"] or 0) * paid(str(one["day"]))} for one in bars]


def paid(day: str) -> float:
    """What the dividends after a day leave of its price."""
    return float(0.995 ** sum(day < other for other in DIVIDENDS))


INDICES = {"^RUT": walk(2000, 1), "^GSPC": walk(6000, 2)}
FUNDS = {"IWM": with_adjusted(walk(200, 3)), "QQQ": with_adjusted(walk(500, 4))}


def replies(**other: Sequence[Reply]) -> dict[str, Sequence[Reply]]:
    """Good answers for all, and others for some: RUT stands for ^RUT."""
    named = {
        ("^" + name if "^" + name in INDICES else name): turns for name, turns in other.items()
    }
    indices = {name: [chart(bars)] for name, bars in INDICES.items()}
    funds = {name: [fund(bars)] for name, bars in FUNDS.items()}
    return {**indices, **funds, **named}


def fund(bars: Sequence[Bar], **told: Any) -> Reply:
    return chart(bars, dividends=DIVIDENDS, instrumentType="ETF", **told)


@dataclass
class Built:
    """What the command left: its exit code, the brief where there is one, what it said."""

    code: int
    brief: Mapping[str, Any]
    said: str
    fake: FakeYahoo

    @property
    def facts(self) -> dict[str, Mapping[str, Any]]:
        """The facts by their identifiers."""
        return {fact["id"]: fact for fact in self.brief["facts"]}

    @property
    def gaps(self) -> dict[str, str]:
        """The reasons of the instruments without prices."""
        whole = (gap for gap in self.brief["gaps"] if gap["metric"] == "prices")
        return {gap["subject"]: gap["reason"] for gap in whole}

    def about(self, symbol: str) -> list[str]:
        """The facts that concern an instrument."""
        return [
            name for name, one in self.facts.items() if symbol in {one["subject"], one["benchmark"]}
        ]


Build = Callable[..., Built]


@pytest.fixture
def build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Build]:
    """Builds the brief from these answers, at this moment."""
    spec = tmp_path / "brief.toml"
    spec.write_text(SPEC)
    monkeypatch.setenv("REPORTER_CACHE_DIR", str(tmp_path / "cache"))
    turn = iter(range(99))

    def run(
        answers: Mapping[str, Sequence[Reply]],
        *more: str,
        now: datetime = EVENING,
        crumbs: Sequence[Reply] = (Reply(200, "crumb"),),
        timeout: float = 20,
    ) -> Built:
        forget()
        clock = Time()
        folder = tmp_path / f"run {next(turn)}"
        data = folder / "data"
        monkeypatch.setattr(yahoo, "MANNERS", yahoo.Manners(clock.sleep, clock, timeout=timeout))
        monkeypatch.setattr(options, "now", lambda: now)
        monkeypatch.setenv("REPORTER_DATA", str(data))
        with serving(answers, crumbs=crumbs) as fake:
            monkeypatch.setattr(yahoo, "open_session", fake.opener)
            code = cli.run(
                ["build", str(spec), "--format", "json", "--output", str(folder / "out"), *more]
            )
        found = list((folder / "out").rglob("brief.json"))
        assert len(found) == (code == 0)
        brief = json.loads(found[0].read_text()) if found else {}
        return Built(code, brief, capsys.readouterr().err, fake)

    yield run
    forget()


def assert_no_wrong_number(built: Built, clean: Built) -> None:
    """Each fact is that of the clean run, marked, or not there."""
    assert built.facts
    for name, fact in built.facts.items():
        if not fact.get("marks"):
            assert fact["value"] == clean.facts[name]["value"], name
            assert fact["as_of"] == clean.facts[name]["as_of"], name


def until(day: str) -> dict[str, Sequence[Reply]]:
    """Good answers that end on a day."""
    indices = {n: [chart([b for b in bars if str(b["day"]) <= day])] for n, bars in INDICES.items()}
    funds = {n: [fund([b for b in bars if str(b["day"]) <= day])] for n, bars in FUNDS.items()}
    return {**indices, **funds}


# --- nothing wrong ---


def test_a_clean_run_is_as_of_the_last_session(build: Build) -> None:
    built = build(replies())
    assert built.code == 0
    assert built.brief["as_of"] == LAST
    assert built.brief["terms"] == "personal"
    assert not built.gaps
    assert built.facts["level:^RUT"]["value"] == INDICES["^RUT"][-1]["close"]
    symbols = [*INDICES, *FUNDS]
    assert {symbol: built.fake.asked[symbol] for symbol in symbols} == dict.fromkeys(symbols, 1)


# --- an instrument that cannot be had ---

LOST: Mapping[str, tuple[Reply, str]] = {
    "unknown symbol": (UNKNOWN, "no_data"),  # the catalogue knows it, so Yahoo has forgotten it
    "500": (BROKEN, "unavailable"),
    "outage page": (OUTAGE, "unavailable"),
    "garbage": (GARBAGE, "bad_payload"),
    "slow": (slow(chart(INDICES["^RUT"]), 0.9), "timeout"),
    "empty": (changed(chart(INDICES["^RUT"]), without=["timestamp"]), "no_data"),
    "no adjusted close": (changed(chart(INDICES["^RUT"]), without=["adjclose"]), "bad_payload"),
    "cut off": (replace(chart(INDICES["^RUT"]), cut=True), "unavailable"),
}


def patience(name: str) -> float:
    return 0.5 if name == "slow" else 20


@pytest.mark.parametrize("name", LOST)
def test_a_fault_of_one_instrument_leaves_a_brief_without_it(name: str, build: Build) -> None:
    fault, reason = LOST[name]
    clean = build(replies())
    built = build(replies(IWM=[fault]), timeout=patience(name))
    assert built.code == 0
    assert built.gaps == {"IWM": reason}
    assert not built.about("IWM")
    assert_no_wrong_number(built, clean)


@pytest.mark.parametrize("name", LOST)
def test_a_fault_of_the_subject_stops_with_one_message(name: str, build: Build) -> None:
    fault, _ = LOST[name]
    built = build(replies(RUT=[fault]), timeout=patience(name))
    assert built.code == 1
    assert built.said.count("Error: ") == 1
    assert "^RUT" in built.said
    assert "Try again" in built.said or "Check the network" in built.said
    assert "Traceback" not in built.said


def test_under_strict_a_gap_writes_nothing(build: Build) -> None:
    assert build(replies(IWM=[BROKEN]), "--strict").code == 3


def test_a_symbol_nobody_knows_is_told_with_the_nearest(build: Build, tmp_path: Path) -> None:
    (tmp_path / "brief.toml").write_text(SPEC.replace('"QQQ"', '"XLQQ"'))
    built = build(replies())
    assert built.code == 0
    assert built.gaps == {"XLQQ": "unknown_symbol"}
    (gap,) = (gap for gap in built.brief["gaps"] if gap["reason"] == "unknown_symbol")
    assert "Did you mean" in gap["message"]


# --- refusals ---


def test_one_refusal_is_outwaited(build: Build) -> None:
    clean = build(replies())
    built = build(replies(IWM=[TOO_MANY, *replies()["IWM"]]))
    assert built.code == 0
    assert built.facts == clean.facts
    assert not built.gaps


def test_a_lasting_refusal_leaves_what_came_before_it(build: Build) -> None:
    clean = build(replies())
    built = build(replies(IWM=[refused("2700")]))
    assert built.code == 0
    assert built.gaps == {"IWM": "rate_limited", "QQQ": "rate_limited"}
    assert built.fake.asked["QQQ"] == 0
    assert_no_wrong_number(built, clean)


def test_a_refusal_of_everything_stops_and_says_when_to_try_again(build: Build) -> None:
    built = build(dict.fromkeys([*INDICES, *FUNDS], (refused("2700"),)))
    assert built.code == 1
    assert "rate limit" in built.said
    assert "Try again at 01:46, " in built.said  # by the clock of EVENING, which is Greenwich's
    assert built.fake.asked["^GSPC"] == 0


def test_a_refused_crumb_changes_nothing(build: Build) -> None:
    clean = build(replies())
    built = build(replies(), crumbs=[TOO_MANY])
    assert built.code == 0
    assert built.facts == clean.facts
    assert not built.gaps


# --- a fault that passes ---


@pytest.mark.parametrize("fault", [UNKNOWN, BROKEN, OUTAGE, GARBAGE],
                         ids=["404", "500", "outage page", "garbage"])  # fmt: skip
def test_after_a_passing_fault_the_brief_is_that_of_a_clean_run(fault: Reply, build: Build) -> None:
    clean = build(replies())
    built = build({name: [fault, *turns] for name, turns in replies().items()})
    assert built.code == 0
    assert not built.gaps
    assert built.facts == clean.facts


# --- bad bars ---


def last_bar(*instead: Bar, symbol: str = "^RUT") -> list[Bar]:
    return [*INDICES[symbol][:-1], *instead]


BAD_LAST: Mapping[str, list[Bar]] = {
    "null": last_bar(bar(LAST, None)),
    "two that differ": last_bar(INDICES["^RUT"][-1], bar(LAST, 1500.0)),
    "zero": last_bar(bar(LAST, 0.0)),
    "high below low": last_bar(bar(LAST, 2000.0, high=1900.0, low=2100.0)),
}


@pytest.mark.parametrize("name", BAD_LAST)
def test_a_bad_last_bar_of_the_subject_is_not_used(name: str, build: Build) -> None:
    yesterday = build(until(BEFORE))
    built = build(replies(RUT=[chart(BAD_LAST[name])]))
    assert built.code == 0
    assert built.brief["as_of"] == BEFORE
    assert_no_wrong_number(built, yesterday)
    assert any("16 January 2026" in one["message"] for one in built.brief["findings"])


def test_a_last_bar_given_twice_counts_once(build: Build) -> None:
    clean = build(replies())
    built = build(replies(RUT=[chart([*INDICES["^RUT"], INDICES["^RUT"][-1]])]))
    assert built.brief["as_of"] == LAST
    assert_no_wrong_number(built, clean)


def test_the_bar_of_a_running_session_is_not_used(build: Build) -> None:
    yesterday = build(until(BEFORE), now=AFTERNOON)
    built = build(replies(), now=AFTERNOON)
    assert built.code == 0
    assert built.brief["as_of"] == BEFORE
    assert_no_wrong_number(built, yesterday)


def test_a_dropped_session_is_told_and_makes_no_wrong_number(build: Build) -> None:
    clean = build(replies())
    day = str(FUNDS["IWM"][-4]["day"])
    built = build(replies(IWM=[fund([b for b in FUNDS["IWM"] if b["day"] != day])]))
    assert built.code == 0
    assert_no_wrong_number(built, clean)
    told = [*(one["message"] for one in built.brief["findings"]), *built.brief["notes"]]
    assert any("13 January 2026" in one for one in told)


def test_adjusted_prices_under_a_raw_name_make_no_fact(build: Build) -> None:
    adjusted = [{**one, "close": one["adjclose"]} for one in FUNDS["IWM"]]
    built = build(replies(IWM=[fund(adjusted)]))
    assert built.code == 0
    assert built.gaps == {"IWM": "basis"}
    assert not built.about("IWM")
