"""Price tables in real databases, made and asked by the tests of the source."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from reporter.gate import Admitted, admit
from reporter.model import Gap
from reporter.sources.base import DataRequest, Delivered, Quotes, sources
from tests.postgres import Server

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
PRICES = """CREATE TABLE prices (
    symbol text, date date, open float8, high float8, low float8, close float8,
    adj_close float8, volume bigint, PRIMARY KEY (symbol, date))"""
ROWS = [  # as tests/sources/folders.py has them
    ("2026-01-13", 10.0, 11.0, 9.0, 10.5, 10.0, 100),
    ("2026-01-14", 11.0, 12.0, 10.0, 11.5, 11.0, 200),
    ("2026-01-15", 12.0, 13.0, 11.0, 12.5, 12.0, 300),
    ("2026-01-16", 13.0, 14.0, 12.0, 13.5, 13.5, 400),
]
SYMBOLS = ("IWM", "QQQ", "SPY")


def rows_of(*symbols: str) -> list[tuple[Any, ...]]:
    """The same four days of each symbol."""
    return [(symbol, *row) for symbol in symbols for row in ROWS]


def filled(database: Server, *symbols: str) -> Server:
    """The database with the table `prices` of these symbols, or of three."""
    database.run(PRICES)
    database.copy("prices", rows_of(*(symbols or SYMBOLS)))
    return database


def long_table(database: Server, symbols: int, days: int) -> list[str]:
    """A table of so many rows that no driver fetches it at once; the symbols in it."""
    names = [f"S{number:03}" for number in range(symbols)]
    first = date(2015, 1, 1)
    rows = (
        (name, first + timedelta(at), 9.0, 11.0, 8.0, 10.0, 9.9, at)
        for name in names
        for at in range(days)
    )
    database.run(PRICES)
    database.copy("prices", rows)
    return names


def role(database: Server, name: str, *grants: str) -> str:
    """The URL of a new user who has these rights and no others."""
    user = f"{name}_{database.database}"
    made = f"CREATE ROLE {user} LOGIN PASSWORD 'pass-of-{name}'"
    database.run(made, *(f"GRANT {grant} TO {user}" for grant in grants))
    return database.url(user, f"pass-of-{name}")


def sqlite_file(file: Path, rows: Iterable[tuple[Any, ...]], *statements: str) -> Path:
    """An SQLite file with the table `prices`."""
    with closing(sqlite3.connect(file)) as made, made:
        made.execute(PRICES)
        made.executemany("INSERT INTO prices VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        for statement in statements:
            made.execute(statement)
    return file


def request(*symbols: str, location: str = "", **options: Any) -> DataRequest:
    """A request with what a spec says under `[sources.sql]`."""
    return DataRequest(symbols, location, None, NOW, options=options)


def delivered(*symbols: str, location: str = "", **options: Any) -> Delivered:
    """What the source gives for it."""
    return sources.get("sql")(request(*symbols, location=location, **options))


def quotes(*symbols: str, location: str = "", **options: Any) -> list[Quotes]:
    """The quotes of symbols that are all there."""
    found = list(delivered(*symbols, location=location, **options).answers)
    assert not [answer for answer in found if isinstance(answer, Gap)]
    return [answer for answer in found if isinstance(answer, Quotes)]


def gap(symbol: str, **options: Any) -> Gap:
    """The gap of a symbol that is not there."""
    (answer,) = delivered(symbol, **options).answers
    assert isinstance(answer, Gap)
    return answer


def admitted(*symbols: str, location: str = "", **options: Any) -> Admitted:
    """What comes through the gate of what the source gives."""
    asked = request(*symbols, location=location, **options)
    return admit(sources.get("sql")(asked), asked, "sql")
