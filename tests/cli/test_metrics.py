from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from reporter.cli import run
from reporter.cli.talk import spell_finding
from reporter.contract import schema
from reporter.instruments import describe
from reporter.model import (
    Basis,
    Finding,
    Gap,
    MarketData,
    PriceSeries,
    Provenance,
    Reason,
    SourceRef,
    Terms,
)
from reporter.sessions import nyse
from reporter.sidecars import FACT_COLUMNS
from tests import exchanges
from tests.briefs import DOUBT, FINDING

SESSIONS = nyse(2024, 2026)
AS_OF = date(2026, 1, 15)
DAYS = [day for day in SESSIONS.days if day <= AS_OF][-300:]


def series(symbol: str, drift: float) -> PriceSeries:
    index = pd.DatetimeIndex(pd.to_datetime(DAYS), name="date")
    close = [100 + drift * at + at % 7 for at in range(len(DAYS))]
    frame = pd.DataFrame({"open": close, "close": close}, index=index)
    bars = frame.assign(high=frame.close + 1, low=frame.close - 1, volume=1.0)
    bars = bars[["open", "high", "low", "close", "volume"]].astype("float64")
    origin = Provenance("test", "made up", "", len(DAYS))
    return PriceSeries(describe(symbol), bars, Basis.PRICE, origin)


class Gather:
    """Stands in for the gathering of prices: two made-up series, a gap for every other symbol."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.findings: tuple[Finding, ...] = ()

    def gather(  # noqa: PLR0913  as the real one
        self, symbols: Sequence[str], source: SourceRef, *, as_of: date | None, now: datetime,
        progress: Any, any_of: Sequence[str], data_folder: Path,
    ) -> MarketData:  # fmt: skip
        """As `gather.gather` does."""
        assert set(any_of) <= set(symbols)
        assert data_folder == Path("data")
        progress(1, 1, symbols[0])
        self.asked = {"symbols": symbols, "source": source, "as_of": as_of, "now": now}
        known = {"^RUT": series("^RUT", 0.3), "^GSPC": series("^GSPC", 0.1)}
        gaps = [Gap(s, "", Reason.UNKNOWN_SYMBOL, f"no prices for {s}.") for s in symbols]
        missing = tuple(gap for gap in gaps if gap.subject not in known)
        return MarketData(
            known, AS_OF, SESSIONS, str(source), source.name == "sample", missing,
            findings=self.findings, terms=Terms.PERSONAL,
        )  # fmt: skip


@pytest.fixture(autouse=True)
def gathered(monkeypatch: pytest.MonkeyPatch) -> Gather:
    fake = Gather()
    monkeypatch.setitem(sys.modules, "reporter.gather", SimpleNamespace(gather=fake.gather))
    return fake


def document(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run(["metrics", *arguments, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_json_keeps_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    told = document([".rut", "--vs", "SPX"], capsys)
    assert list(told) == ["as_of", "facts", "gaps", "terms", "findings"]
    assert (told["terms"], told["findings"]) == ("personal", [])
    assert told["as_of"] == "2026-01-15"
    Draft202012Validator(dict(schema("metrics"))).validate(told)
    metrics = {fact["metric"] for fact in told["facts"]}
    assert {"period_return", "relative_return", "record_close", "rsi", "sma", "atr"} <= metrics
    assert {fact["subject"] for fact in told["facts"]} == {"^RUT"}


def test_symbols_and_options_reach_the_source(
    gathered: Gather, capsys: pytest.CaptureFixture[str]
) -> None:
    document(["rut", "^RUT", "iwm", "--vs", ".SPX", "--source", "files:x", "--as-of", "2026-01-15"],
             capsys)  # fmt: skip
    assert gathered.asked["symbols"] == ("^RUT", "IWM", "^GSPC")
    assert gathered.asked["source"] == SourceRef("files", "x")
    assert gathered.asked["as_of"] == AS_OF


def test_metrics_and_windows_narrow(capsys: pytest.CaptureFixture[str]) -> None:
    told = document(["^RUT", "--metric", "period_return", "--window", "ytd"], capsys)
    assert [fact["id"] for fact in told["facts"]] == ["period_return:^RUT:ytd"]
    assert not told["gaps"]


def test_what_cannot_be_had_is_a_gap(capsys: pytest.CaptureFixture[str]) -> None:
    told = document(["^RUT", "NOPE", "--metric", "rsi"], capsys)
    assert {fact["subject"] for fact in told["facts"]} == {"^RUT"}
    assert told["gaps"][0]["message"] == "no prices for NOPE."


def test_a_table_is_printed_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["metrics", "^RUT", "--vs", "^GSPC", "--window", "ytd"]) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].split() == ["subject", "metric", "window", "value", "base", "date"]
    returns = next(line for line in lines if "^RUT vs ^GSPC" in line)
    assert "percentage points" in returns
    assert returns.endswith("2025-12-31")
    assert lines[-1] == "As of 2026-01-15, sample data."


@pytest.fixture
def doubt(gathered: Gather) -> str:
    """A finding on the Russell 2000; the return of its year rests on it."""
    gathered.findings = (replace(FINDING, check="jump", days=(date(2026, 1, 2),)),)
    return DOUBT


def test_doubtful_values_are_marked_and_explained(
    doubt: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["metrics", "^RUT", "--metric", "period_return"]
    assert run([*arguments, "--window", "ytd", "--metric", "level"]) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    marked = {line.split()[1]: "\N{DAGGER}" in line for line in lines[1:3]}
    assert marked == {"period_return": True, "level": False}
    assert lines[3:5] == ["\N{DAGGER} Rests on incomplete or doubtful prices:", f"  {doubt}"]
    assert "finding" not in told.err
    assert run(["metrics", "^RUT", "--metric", "level", "-v"]) == 0
    told = capsys.readouterr()
    assert "\N{DAGGER}" not in told.out
    assert f"  ^RUT large jump: {doubt}" in told.err
    assert "Use of the data: for personal use only; not to be passed on.\n" in told.err


def test_findings_that_no_mark_tells_are_told_one_by_one_or_counted(
    gathered: Gather, capsys: pytest.CaptureFixture[str]
) -> None:
    early = replace(FINDING, days=(date(2025, 1, 13),))
    found = [replace(early, message=f"Two rows of day {at} differ.") for at in range(4)]
    asked = ["metrics", "^RUT", "--metric", "level"]
    gathered.findings = tuple(found[:3])
    assert run(asked) == 0
    told = capsys.readouterr().err.splitlines()
    assert told == [spell_finding(one) for one in found[:3]]
    gathered.findings = tuple(found)
    assert run(asked) == 0
    assert capsys.readouterr().err == "4 findings on the data: -v tells which.\n"
    assert run([*asked, "--csv"]) == 0
    assert not capsys.readouterr().err


def test_json_and_csv_tell_doubts_and_terms(doubt: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = document(["^RUT", "--window", "ytd", "--metric", "period_return"], capsys)
    Draft202012Validator(dict(schema("metrics"))).validate(told)
    assert told["facts"][0]["marks"] == [doubt]
    assert told["findings"][0]["check"] == "jump"
    assert run(["metrics", "^RUT", "--window", "ytd", "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["terms"] for row in rows} == {"personal"}
    assert {row["marks"] for row in rows} == {doubt}


def test_csv_has_the_documented_columns(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["metrics", "^RUT", "NOPE", "--metric", "period_return", "--window", "ytd", "--csv"]
    assert run([*arguments, "-v"]) == 0
    told = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(told.out)))
    assert tuple(rows[0]) == FACT_COLUMNS
    assert [row["id"] for row in rows] == ["period_return:^RUT:ytd"]
    assert rows[0]["data"] == "sample data"
    assert "NOPE: no prices for NOPE." in told.err


def test_json_tells_a_missing_symbol_on_stderr_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["metrics", "^RUT", "NOPE", "--json"]) == 0
    assert "NOPE: no prices for NOPE.\n" in capsys.readouterr().err
    assert run(["metrics", "^RUT", "NOPE", "--json", "-q"]) == 0
    assert not capsys.readouterr().err


def test_what_was_asked_for_by_name_is_told_with_its_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["metrics", "^RUT", "NOPE", "--metric", "RSI", "--metric", "yield_change"]) == 0
    err = capsys.readouterr().err
    assert err == "NOPE: no prices for NOPE.\n^RUT yield_change: Russell 2000 is not a yield\n"


def test_the_rest_is_told_in_a_line_a_symbol(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["metrics", "^RUT"]) == 0
    lines = capsys.readouterr().err.splitlines()
    (rut,) = (line for line in lines if line.startswith("^RUT"))
    assert rut.startswith("^RUT lacks ")
    assert "yield_change (not applicable)" in rut
    assert lines[-1] == "-v tells every gap and its reason."


def test_two_forms_at_once_are_refused_unless_one_is_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["metrics", "^RUT", "--metric", "rsi"]
    assert run([*asked, "--json", "--csv"]) == 2
    told = capsys.readouterr()
    assert "--json and --csv exclude each other." in told.err
    assert not told.out
    monkeypatch.setenv("REPORTER_METRICS_JSON", "1")
    assert run([*asked, "--csv"]) == 0
    assert capsys.readouterr().out.startswith("id,metric")
    assert run(asked) == 0
    assert capsys.readouterr().out.startswith("{")


def test_the_environment_narrows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REPORTER_METRICS_METRIC", "period_return")
    monkeypatch.setenv("REPORTER_METRICS_WINDOW", "YTD 3m")
    told = document(["^RUT"], capsys)
    assert [fact["window"] for fact in told["facts"]] == ["ytd", "3m"]


def test_the_table_says_whose_figures_are_of_another_day(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = exchanges.market("BTC-USD", "^GSPC", as_of=date(2026, 1, 11))  # a Sunday
    namespace = SimpleNamespace(gather=lambda *_, **__: data)
    monkeypatch.setitem(sys.modules, "reporter.gather", namespace)
    assert run(["metrics", "BTC-USD", "--vs", "^GSPC", "--window", "ytd"]) == 0
    assert "As of 2026-01-11, BTC-USD vs ^GSPC of 2026-01-09, test." in capsys.readouterr().out
