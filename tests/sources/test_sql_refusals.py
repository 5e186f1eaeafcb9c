"""What a real PostgreSQL refuses, or is never asked, and in which words a user hears of it."""

from __future__ import annotations

from typing import Any

import pytest

from reporter.errors import DataError, ReporterError
from reporter.model import Gap, Reason
from reporter.sources.base import Quotes
from tests.postgres import Server
from tests.sources.databases import (
    PRICES,
    ROWS,
    admitted,
    delivered,
    gap,
    long_table,
    quotes,
    role,
    rows_of,
)


def failure(*symbols: str, **options: Any) -> str:
    """The one message with which reading ends; it holds no password and is one line."""
    with pytest.raises(ReporterError) as caught:
        list(delivered(*(symbols or ("IWM",)), **options).answers)
    text = str(caught.value)
    assert "\n" not in text
    assert "let-me-in" not in text
    assert caught.value.__suppress_context__ or caught.value.__cause__ is None
    return text


# --- what is refused ---


@pytest.mark.usefixtures("prices")
def test_a_wrong_column_names_the_nearest() -> None:
    assert failure(columns={"close": "closse"}) == (
        "[sources.sql]: columns 'close': prices has no column 'closse'. Did you mean 'close'?"
    )


def test_a_column_nobody_named_and_nobody_has(prices: Server) -> None:
    prices.run("ALTER TABLE prices RENAME close TO px_close")
    assert failure() == (
        "[sources.sql]: columns: prices has no column 'close'. Did you mean 'px_close'? "
        'Name it: close = "...".'
    )


def test_a_missing_table_names_the_nearest(prices: Server) -> None:
    assert failure(table="Prices").endswith(
        f"{prices.database}: there is no table \"Prices\". Did you mean 'prices'?"
    )
    assert "no table elsewhere.prices" in failure(schema="elsewhere")


def test_a_user_without_select_is_told_what_to_ask_for(
    prices: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTER_SQL_URL", role(prices, "nobody"))
    user = f"nobody_{prices.database}"
    text = failure()
    assert f"the user '{user}' may not read prices. " in text
    assert f"GRANT SELECT ON prices TO {user};" in text


def test_a_user_kept_out_of_a_schema_is_told_so(
    prices: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices.run("CREATE SCHEMA vault", "CREATE TABLE vault.prices AS SELECT * FROM prices")
    monkeypatch.setenv("REPORTER_SQL_URL", role(prices, "outsider"))
    assert "GRANT USAGE ON SCHEMA vault TO" in failure(schema="vault")


def test_a_connection_dropped_in_the_middle_is_one_message(empty: Server) -> None:
    names = long_table(empty, 20, 2500)
    answers = iter(delivered(*names).answers)
    assert isinstance(next(answers), Quotes)
    with empty.connect() as other:
        ended = other.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    assert ended == [(True,)]
    with pytest.raises(DataError) as caught:
        list(answers)
    assert (
        caught.value.message == "the connection to the database was lost in the middle of reading."
    )
    assert caught.value.tip == "Run it again; nothing was written."


def test_a_wrong_password(prices: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTER_SQL_URL", prices.url("owner", "hunter-two"))
    text = failure()
    assert "the database does not let the user 'owner' in." in text
    assert "hunter-two" not in text


def test_a_database_that_is_not_there(prices: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTER_SQL_URL", Server(prices.port, "elsewhere").url())
    assert "there is no database 'elsewhere' there." in failure()


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTER_SQL_URL", Server(1).url())
    assert "the database server cannot be reached." in failure()


def test_an_answer_that_takes_too_long(prices: Server) -> None:
    prices.run(
        "CREATE VIEW slow AS SELECT symbol, date, close FROM prices "
        "CROSS JOIN LATERAL (SELECT pg_sleep(0.5) WHERE symbol <> '') AS nap"
    )
    assert "took longer than the timeout of 0.2 seconds." in failure(table="slow", timeout=0.2)


def test_a_hint_that_takes_too_long_costs_the_hint_alone(
    prices: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listing all symbols runs into the timeout; the symbols after it are read all the same."""
    monkeypatch.setattr("reporter.sources.sql.TOGETHER", 1)
    prices.run(
        "CREATE VIEW slow AS SELECT symbol, date, close FROM prices "
        "LEFT JOIN LATERAL (SELECT pg_sleep(1) WHERE symbol = 'QQQ') AS nap ON true"
    )
    lost, found, other = delivered("NONE", "IWM", "NIL", table="slow", timeout=2).answers
    assert isinstance(lost, Gap)
    assert "slow has no rows of NONE. Check the symbol" in lost.message
    assert isinstance(found, Quotes)
    assert isinstance(other, Gap)


def test_text_among_the_prices_is_one_symbols_gap(prices: Server) -> None:
    prices.run(
        "ALTER TABLE prices ALTER close TYPE text",
        "UPDATE prices SET close = 'n/a' WHERE symbol = 'SPY' AND date = '2026-01-14'",
    )
    found = admitted("IWM", "SPY")
    assert [one.symbol for one in found.series] == ["IWM"]
    assert "prices, symbol SPY, row 2" in found.gaps[0].message
    assert "'n/a' is not a number" in found.gaps[0].message


@pytest.mark.usefixtures("prices")
def test_a_symbol_that_is_not_there_is_a_gap_with_the_nearest() -> None:
    lost = gap("IWMM")
    assert (lost.reason, lost.subject) == (Reason.UNKNOWN_SYMBOL, "IWMM")
    assert "prices has no rows of IWMM. Did you mean 'IWM'?" in lost.message
    assert gap("^RUT").reason is Reason.NO_DATA
    assert "'RTY', which is ^RUT" in gap("^RUT", symbols={"^RUT": "RTY"}).message


def test_an_empty_table_says_so(empty: Server) -> None:
    empty.run(PRICES)
    assert gap("IWM").message.endswith("It has no rows at all, or none that you may see.")


# --- what cannot happen ---

HOSTILE = (
    "'; DROP TABLE prices; --",
    "IWM'; DELETE FROM prices WHERE ''='",
    '"IWM"',
    "IWM' OR '1'='1",
    "%s",
    "%(wanted_1)s",
    ":wanted",
    "$1",
    "\\'; SELECT 1",
    "I\0WM",
    "I\udcffWM",
    "{IWM}",
)


@pytest.mark.parametrize("symbol", HOSTILE)
def test_symbols_are_data_never_part_of_a_statement(prices: Server, symbol: str) -> None:
    assert gap(symbol).subject == symbol
    with prices.connect() as connection:
        assert connection.execute("SELECT count(*) FROM prices").fetchone() == (12,)


@pytest.mark.parametrize("symbol", [s for s in HOSTILE if s.isprintable()])
def test_a_symbol_of_such_a_name_is_found(prices: Server, symbol: str) -> None:
    prices.copy("prices", iter(rows_of(symbol)))
    assert [one.frame["Close"].tolist() for one in quotes(symbol)] == [[row[4] for row in ROWS]]


@pytest.mark.usefixtures("prices")
def test_names_of_tables_and_columns_are_never_part_of_a_statement() -> None:
    hostile = 'prices"; DROP TABLE prices; --'
    assert "there is no table" in failure(table=hostile)
    assert "has no column" in failure(columns={"close": hostile})
    assert len(quotes("IWM")) == 1
