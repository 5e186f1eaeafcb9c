"""Prices from a real PostgreSQL: what is read, what is refused, and in which words."""

from __future__ import annotations

import csv
import json
import math
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reporter.cli import run
from reporter.gather import gather
from reporter.model import Basis, Gap, Kind, SourceRef, Terms
from reporter.sources.base import Quotes
from tests.postgres import Server
from tests.sources.databases import (
    NOW,
    PRICES,
    ROWS,
    admitted,
    delivered,
    long_table,
    quotes,
    role,
)


@pytest.mark.usefixtures("prices")
def test_a_panel_comes_in_the_order_asked() -> None:
    found = quotes("SPY", "IWM", "QQQ")
    assert [one.symbol for one in found] == ["SPY", "IWM", "QQQ"]
    frame = found[1].frame
    assert frame["Date"].tolist() == [pd.Timestamp(row[0]) for row in ROWS]
    for at, column in enumerate(["Open", "High", "Low", "Close", "Adj Close", "Volume"], 1):
        assert frame[column].tolist() == [row[at] for row in ROWS]


@pytest.mark.usefixtures("prices")
def test_a_panel_comes_through_the_gate() -> None:
    found = admitted("SPY", "IWM")
    assert [one.symbol for one in found.series] == ["SPY", "IWM"]
    assert found.series[0].basis is Basis.PRICE
    assert found.series[0].provenance.origin == "prices, symbol SPY"


def test_rows_stream_and_symbols_come_while_they_do(
    empty: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first symbol is there before the last rows are fetched."""
    names = long_table(empty, 20, 2500)
    from reporter import database

    fetched: list[int] = []
    whole = database.Reading.rows

    def watched(*arguments: object) -> object:
        for part in whole(*arguments):  # type: ignore[arg-type]  # passed on
            fetched.append(len(part))
            yield part

    monkeypatch.setattr(database.Reading, "rows", watched)
    answers = iter(delivered(*names).answers)
    next(answers)
    assert sum(fetched) <= 3 * database.ROWS_AT_ONCE
    assert [one.symbol for one in answers if isinstance(one, Quotes)] == names[1:]
    assert sum(fetched) == 20 * 2500
    assert max(fetched) <= database.ROWS_AT_ONCE


def test_several_queries_make_one_answer(empty: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporter.sources.sql.TOGETHER", 3)
    names = long_table(empty, 10, 4)[::-1]
    answers = list(delivered(*names[:5], "NONE", *names[5:]).answers)
    told = [a.subject if isinstance(a, Gap) else a.symbol for a in answers]
    assert told == [*names[:5], "NONE", *names[5:]]


@pytest.mark.usefixtures("prices")
def test_a_source_left_early_leaves_no_connection(prices: Server) -> None:
    answers = iter(delivered("IWM", "SPY").answers)
    next(answers)
    with prices.connect() as other:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        assert other.execute(others).fetchone() == (2,)
        answers.close()  # type: ignore[attr-defined]  # a generator
        other.execute("SELECT pg_sleep(0.2)")
        assert other.execute(others).fetchone() == (1,)


def test_a_user_who_may_only_read_is_enough(
    prices: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTER_SQL_URL", role(prices, "reader", "SELECT ON prices"))
    assert [one.symbol for one in quotes("QQQ")] == ["QQQ"]


def test_rights_on_the_columns_asked_for_are_enough(
    prices: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices.run("CREATE TABLE closes AS SELECT symbol, date, close, 'secret' AS note FROM prices")
    url = role(prices, "narrow", "SELECT (symbol, date, close) ON closes")
    monkeypatch.setenv("REPORTER_SQL_URL", url)
    assert [one.symbol for one in quotes("QQQ", table="closes")] == ["QQQ"]


def test_names_with_capitals_blanks_and_a_schema(empty: Server) -> None:
    empty.run(
        'CREATE SCHEMA "Market Data"',
        'CREATE TABLE "Market Data"."Daily ""Bars""" '
        '("Ticker" text, "select" date, "Px Last" real)',
        'INSERT INTO "Market Data"."Daily ""Bars""" VALUES (\'IWM\', \'2026-01-15\', 1.5)',
    )
    (one,) = quotes(
        "IWM",
        schema="Market Data",
        table='Daily "Bars"',
        columns={"symbol": "Ticker", "date": "select", "close": "Px Last"},
    )
    assert one.frame["Close"].tolist() == [1.5]
    assert list(one.frame) == ["Date", "Close"]


def test_columns_of_a_frame_that_pandas_stored_need_no_mapping(empty: Server) -> None:
    empty.run(
        'CREATE TABLE prices ("Symbol" text, "Date" timestamp, "Open" float8, "High" float8, '
        '"Low" float8, "Close" float8, "Adj Close" float8, "Volume" bigint, "Stock Splits" real)',
        "INSERT INTO prices VALUES ('IWM', '2026-01-15', 1, 2, 0.5, 1.5, 1.4, 7, 0)",
    )
    (one,) = quotes("IWM")
    assert set(one.frame) == {
        "Date", "Open", "High", "Low", "Close", "Adj Close", "Volume", "Stock Splits",
    }  # fmt: skip


def test_decimals_become_the_nearest_floats(empty: Server) -> None:
    written = ["2674.560059", "0.1", "123456789.123456789", "1e-7"]
    empty.run(
        "CREATE TABLE prices (symbol text, date date, close numeric)",
        *(
            f"INSERT INTO prices VALUES ('IWM', '2026-01-{day:02}', {number})"
            for day, number in enumerate(written, 12)
        ),
        "INSERT INTO prices VALUES ('IWM', '2026-01-20', NULL), ('IWM', '2026-01-21', 'NaN')",
    )
    (one,) = quotes("IWM")
    close = one.frame["Close"].tolist()
    assert close[:4] == [float(number) for number in written]
    assert all(math.isnan(value) for value in close[4:])


@pytest.mark.parametrize(
    ("kind", "stored", "zone"),
    [
        ("date", "2026-01-15", "UTC"),
        ("timestamp", "2026-01-15 21:00", "UTC"),
        ("text", "2026-01-15", "UTC"),
        ("timestamptz", "2026-01-15 00:00-05", "UTC"),
        ("timestamptz", "2026-01-15 00:00-05", "America/New_York"),
        ("timestamptz", "2026-01-15 00:00+09", "Asia/Tokyo"),
    ],
)
def test_days_are_days_however_they_are_stored(
    empty: Server, kind: str, stored: str, zone: str
) -> None:
    empty.run(
        f"CREATE TABLE prices (symbol text, date {kind}, open real, high real, low real, "
        "close real)",
        f"INSERT INTO prices VALUES ('^RUT', '{stored}', 10, 10.2, 9.9, 10.1)",
    )
    (one,) = admitted("^RUT", zone=zone).series
    assert one.start == one.end == date(2026, 1, 15)


@pytest.mark.parametrize(
    ("kind", "theirs"),
    [("char(12)", "IWM"), ("varchar(8)", "IWM"), ("ticker", "IWM"), ("integer", 17), ("uuid",
      "6f2c1a52-7a3c-4b58-8b0e-0f0d7d9b8a11")],
)  # fmt: skip
def test_symbols_may_be_of_any_type(empty: Server, kind: str, theirs: str | int) -> None:
    empty.run(
        "CREATE TYPE ticker AS ENUM ('IWM', 'QQQ')",
        f"CREATE TABLE prices (symbol {kind}, date date, close real)",
        f"INSERT INTO prices VALUES ('{theirs}', '2026-01-15', 1.5)",
    )
    (one,) = quotes("IWM", symbols={"IWM": theirs})
    assert one.frame["Close"].tolist() == [1.5]


@pytest.mark.parametrize("kind", ["ticker", "integer"])
def test_a_symbol_its_column_cannot_hold_is_one_gap(empty: Server, kind: str) -> None:
    empty.run(
        "CREATE TYPE ticker AS ENUM ('17', '18')",
        f"CREATE TABLE prices (symbol {kind}, date date, close real)",
        "INSERT INTO prices VALUES ('17', '2026-01-15', 1.5)",
    )
    first, second = delivered("IWM", "^RUT", symbols={"IWM": 17}).answers
    assert isinstance(first, Quotes)
    assert isinstance(second, Gap)


@pytest.mark.usefixtures("prices")
def test_their_symbols_are_mapped_to_ours() -> None:
    first, second = quotes("^RUT", "^NDX", symbols={".RUT": "IWM", "^NDX": "IWM"})
    assert (first.symbol, second.symbol) == ("^RUT", "^NDX")
    assert first.frame.equals(second.frame)


def test_a_view_is_read_like_a_table(prices: Server) -> None:
    prices.run("CREATE MATERIALIZED VIEW seen AS SELECT * FROM prices")
    assert len(quotes("IWM", table="seen")) == 1


def test_rates_need_a_symbol_a_date_and_a_value(empty: Server) -> None:
    empty.run(
        "CREATE TABLE rates (series text, day date, value numeric)",
        "INSERT INTO rates VALUES ('DGS10', '2026-01-14', 4.15), ('DGS10', '2026-01-15', 4.17)",
    )
    columns = {"symbol": "series", "date": "day", "close": "value"}
    (one,) = quotes("DGS10", table="rates", columns=columns, kind="yield")
    assert one.kind is Kind.YIELD
    assert one.frame["Close"].tolist() == [4.15, 4.17]
    assert list(one.frame) == ["Date", "Close"]


@pytest.mark.usefixtures("prices")
def test_basis_and_terms_are_what_was_said() -> None:
    found = delivered("IWM", "SPY", basis={"SPY": "adjusted"}, terms="internal")
    assert found.terms is Terms.INTERNAL
    assert [one.basis for one in found.answers if isinstance(one, Quotes)] == [None, Basis.ADJUSTED]
    assert [one.basis for one in quotes("IWM", basis="price")] == [Basis.PRICE]


def test_the_digest_is_of_the_values_not_of_their_place(prices: Server) -> None:
    prices.run("CREATE TABLE other AS SELECT date, symbol, close FROM prices ORDER BY random()")
    prices.run("CREATE TABLE third AS SELECT * FROM other")
    prices.run("UPDATE third SET close = close + 0.01 WHERE date = '2026-01-14'")
    (one,), (same,) = quotes("IWM", table="other"), quotes("SPY", table="other")
    (else_,) = quotes("IWM", table="third")
    assert one.sha256 == same.sha256 != else_.sha256


# --- from the command line ---

FILE = """
url = "postgresql://owner@127.0.0.1:{port}/{name}"
basis = "price"
[symbols]
"^RUT" = "IWM"
"""


@pytest.fixture
def file(prices: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that names the database; the password lies in PGPASSWORD."""
    monkeypatch.delenv("REPORTER_SQL_URL")
    monkeypatch.setenv("PGPASSWORD", "let-me-in")
    path = tmp_path / "house.toml"
    path.write_text(FILE.format(port=prices.port, name=prices.database), encoding="utf-8")
    return path


def test_metrics_from_a_database(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["metrics", "^RUT", "--metric", "period_return", "--window", "1d", "--json"]
    code = run([*arguments, "--as-of", "2026-01-15", "--source", f"sql:{file}"])
    out, err = capsys.readouterr()
    assert code == 0, err
    (fact,) = json.loads(out)["facts"]
    assert fact["value"] == pytest.approx(12.5 / 11.5 - 1)
    assert fact["source"] == "sql:house.toml"


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ('table = "price"', 1, "there is no table price. Did you mean 'prices'?"),
        ('columns = { close = "closse" }', 1, "no column 'closse'. Did you mean 'close'?"),
        ('tabel = "prices"', 2, "house.toml:1: tabel: unknown key. Did you mean 'table'?"),
        ('basis = "prise"', 2, "'prise' is none of price, adjusted."),
        ("table = ", 2, "is not TOML"),
    ],
)
def test_mistakes_end_in_one_message_and_its_code(
    file: Path, capsys: pytest.CaptureFixture[str], line: str, code: int, told: str
) -> None:
    text = file.read_text().replace('basis = "price"\n', "")
    file.write_text(line + text, encoding="utf-8")
    assert run(["metrics", "^RUT", "--source", f"sql:{file}"]) == code
    out, err = capsys.readouterr()
    assert told in err
    assert not out
    assert "Traceback" not in err
    assert err.count("\n") == 1


# --- the same facts as from files ---


def test_real_prices_are_those_of_files(real_data: Path, empty: Server) -> None:
    folder = real_data / "prices"
    with (folder / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = {row["symbol"]: row for row in csv.DictReader(file)}
    empty.run(PRICES)
    for symbol, row in listed.items():
        frame = pd.read_csv(folder / row["file"])
        frame = frame.astype(object).where(frame.notna(), None)
        names = ["Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"]
        columns = [frame[n] if n in frame else [None] * len(frame) for n in names]
        empty.copy("prices", ((symbol, *map(_cell, row)) for row in zip(*columns, strict=True)))
    basis: dict[str, str] = {symbol: row["basis"] for symbol, row in listed.items() if row["basis"]}
    sql = SourceRef("sql", options={"basis": dict(basis)})
    ours, theirs = (
        gather(list(listed), ref, as_of=date(2026, 1, 15), now=NOW)
        for ref in (sql, SourceRef("files", str(folder)))
    )
    assert list(ours.series) == list(theirs.series)
    assert len(ours.series) > 25
    for symbol, series in ours.series.items():
        other = theirs.series[symbol]
        assert (series.basis, series.instrument.kind) == (other.basis, other.instrument.kind)
        assert np.array_equal(series.bars.index, other.bars.index)
        assert np.array_equal(series.bars.to_numpy(), other.bars.to_numpy(), equal_nan=True), symbol


def _cell(value: object) -> object:
    """A volume that pandas read as a float, as a whole number again."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
