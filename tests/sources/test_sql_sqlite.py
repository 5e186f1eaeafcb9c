"""Prices from an SQLite file, whose columns may hold anything."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.cli import run
from reporter.sources._sql_frames import by_symbol
from reporter.spec import load
from tests.sources.databases import ROWS, admitted, quotes, rows_of, sqlite_file


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the table `prices` of two symbols, which the environment names."""
    made = sqlite_file(tmp_path / "prices.db", rows_of("IWM", "SPY"))
    monkeypatch.setenv("REPORTER_SQL_URL", f"sqlite:///{made}")
    return made


@pytest.mark.usefixtures("file")
def test_a_panel_comes_in_the_order_asked() -> None:
    found = quotes("SPY", "IWM")
    assert [one.symbol for one in found] == ["SPY", "IWM"]
    assert found[0].frame["Close"].tolist() == [row[4] for row in ROWS]


@pytest.mark.usefixtures("file")
def test_days_as_text_come_through_the_gate() -> None:
    (one,) = admitted("IWM").series
    assert (one.start, one.end) == (date(2026, 1, 13), date(2026, 1, 16))


def test_more_symbols_than_sqlite_takes_parameters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The least any SQLite takes at once is 999."""
    names = [f"S{number:04}" for number in range(1500)]
    made = sqlite_file(tmp_path / "many.db", rows_of(*names))
    monkeypatch.setenv("REPORTER_SQL_URL", f"sqlite:///{made}")
    assert [one.symbol for one in quotes(*names)] == names


def test_text_among_the_prices_is_one_symbols_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = "UPDATE prices SET close = 'n/a' WHERE symbol = 'SPY' AND date = '2026-01-14'"
    made = sqlite_file(tmp_path / "a.db", rows_of("IWM", "SPY"), spoilt)
    monkeypatch.setenv("REPORTER_SQL_URL", f"sqlite:///{made}")
    found = admitted("IWM", "SPY")
    assert [one.symbol for one in found.series] == ["IWM"]
    assert "'n/a' is not a number" in found.gaps[0].message


def test_metrics_from_a_file_beside_the_one_that_names_it(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REPORTER_SQL_URL")
    toml = file.with_name("house.toml")
    toml.write_text('url = "sqlite:///prices.db"\nterms = "internal"\n', encoding="utf-8")
    code = run(
        ["metrics", "IWM", "--metric", "period_return", "--window", "1d", "--json",
         "--as-of", "2026-01-15", "--source", f"sql:{toml}"]
    )  # fmt: skip
    out, err = capsys.readouterr()
    assert code == 0, err
    assert json.loads(out)["facts"][0]["value"] == pytest.approx(12.5 / 11.5 - 1)


def test_a_brief_finds_its_database_beside_it_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "a b?#%41"
    folder.mkdir()
    sqlite_file(folder / "prices.db", rows_of("IWM"))
    brief = folder / "brief.toml"
    brief.write_text(
        'title = "T"\nsubjects = ["IWM"]\nbenchmark = "SPY"\nsource = "sql"\n'
        '[sources.sql]\nurl = "sqlite:///prices.db"\n[[sections]]\nname = "front"\n',
        encoding="utf-8",
    )
    options: dict[str, Any] = dict(load(brief).source.options)
    assert [one.symbol for one in quotes("IWM", **options)] == ["IWM"]


TABLES = st.dictionaries(
    st.text("ABC", min_size=1, max_size=2),
    st.lists(st.tuples(st.dates(), st.floats(allow_nan=False) | st.none()), min_size=1, max_size=7),
    max_size=6,
)


@given(tables=TABLES, size=st.integers(1, 9))
def test_symbols_are_whole_wherever_the_parts_are_cut(
    tables: dict[str, list[tuple[date, float | None]]], size: int
) -> None:
    rows = [(symbol, *row) for symbol, many in tables.items() for row in many]
    parts = [rows[at : at + size] for at in range(0, len(rows), size)]
    found = dict(by_symbol(parts, ZoneInfo("UTC")))
    assert list(found) == list(tables)
    for symbol, (days, closes) in found.items():
        assert days.tolist() == [row[0] for row in tables[symbol]]
        expected = [float("nan") if row[1] is None else row[1] for row in tables[symbol]]
        assert str(closes.tolist()) == str(expected)
