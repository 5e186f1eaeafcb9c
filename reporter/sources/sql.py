"""Prices from a firm's own database: one long table with a row for each symbol and day.

A spec says under `[sources.sql]`, or a TOML file named as `sql:FILE.toml`, where the database is
(`url`, as SQLAlchemy writes it), which table and columns hold the prices and what its symbols are
called; `REPORTER_SQL_URL` in the environment goes before the url and may hold a password. Only
symbol, date and close are needed, so that rates and macro series can lie in such a table too.

All symbols are asked for together, some hundred a query, and given in the order asked while rows
still come. Nothing is ever written; see `reporter.database`.

It is not `LIVE`: a firm's store is its own record, asking it is cheap, and what was corrected there
in the morning should be in the brief at noon, not what was recorded the evening before. Recording
would also double a panel of thousands of symbols. Where an edition must be proved against a store
that changes, `reporter data fetch` records it whatever the source, and `snapshot:ID` replays it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reporter.database_errors import similar
from reporter.errors import DataError
from reporter.instruments import describe, known
from reporter.model import Gap, Reason
from reporter.sources._sql_frames import Column, by_symbol, digest, table, text
from reporter.sources._sql_options import COLUMNS, REQUIRED, Settings, settle
from reporter.sources.base import DataRequest, Delivered, Quotes, missing, source

if TYPE_CHECKING:
    from reporter.database import Reading

TERMS = "unknown"  # whose prices they are only the user knows
LIVE = False
LIBRARY = "sqlalchemy"
LOCATION = "path"
OPTIONS = {
    "url": "The database, as SQLAlchemy writes it, without a password: postgresql://USER@HOST/NAME.",
    "table": "The table or view that holds the prices; prices, if not given.",
    "schema": "The schema the table lies in.",
    "columns": "Our names of columns to theirs, such as close = px_last.",
    "symbols": "Our symbols to theirs, where they differ.",
    "basis": "How prices are adjusted: price or adjusted, for all or by symbol.",
    "kind": "What the symbols are where it is not known, such as yield: for all or by symbol.",
    "lag_days": "Days after its period that a value comes out, where no column published says so.",
    "timeout": "Seconds an answer may take; 120, if not given.",
    "zone": "The time zone whose day a moment is of, where dates are moments; UTC, if not given.",
}

TOGETHER = 250  # symbols a query: few queries, and few tables that wait for their turn
MOST_SYMBOLS = 20_000  # so many of theirs are looked at for the one that may have been meant
ALSO = {"splits": ("stock_splits",), "adj_close": ("adjclose",), "published": ("realtime_start",)}


@source("sql")
def sql(request: DataRequest) -> Delivered:
    """A table in a database, read through SQLAlchemy: sql or sql:FILE.toml."""
    from reporter import database  # noqa: PLC0415  needs an extra, which listing sources does not

    def holds_password(url: str) -> bool:
        return bool(database.secrets_in(database.parsed(url)))

    settings = settle(request.options, request.location, os.environ, holds_password)
    address = database.Address(
        settings.url, settings.table, settings.schema, settings.timeout, settings.folder
    )

    def answers() -> Iterator[Quotes | Gap]:
        with database.reading(address) as reading:
            yield from Panel(reading, request, settings).answers()

    return Delivered(answers(), settings.terms)


class Panel:
    """What one request asks of an open table.

    Args:
        reading: the open table.
        request: the symbols, and who is told of the progress.
        settings: what the user says of the table.
    """

    def __init__(self, reading: Reading, request: DataRequest, settings: Settings) -> None:
        self.reading = reading
        self.request = request
        self.settings = settings
        self.columns = their_columns(reading.columns(), settings)
        self._there: tuple[str, ...] | None = None
        self._looked = False

    def answers(self) -> Iterator[Quotes | Gap]:
        """Every symbol's quotes or gap, in the order asked."""
        symbols = self.request.symbols
        for first in range(0, len(symbols), TOGETHER):
            some = symbols[first : first + TOGETHER]
            coming = self._some(some)
            for done, symbol in enumerate(some, first):
                self.request.progress(done, len(symbols), symbol)
                yield next(coming)
        self.request.progress(len(symbols), len(symbols), "")

    def _some(self, symbols: Sequence[str]) -> Iterator[Quotes | Gap]:
        """The answers of one query, each as soon as those before it are there."""
        waiting: dict[str, Quotes] = {}
        turn = 0
        for quotes in self._came(symbols):
            waiting[quotes.symbol] = quotes
            while turn < len(symbols) and symbols[turn] in waiting:
                yield waiting.pop(symbols[turn])
                turn += 1
        for symbol in symbols[turn:]:
            yield waiting[symbol] if symbol in waiting else self._gap(symbol)

    def _came(self, symbols: Sequence[str]) -> Iterator[Quotes]:
        """Quotes in the order of the database, which need not be that of the symbols."""
        ours: dict[str, list[str]] = {}
        for symbol in filter(_askable, symbols):
            ours.setdefault(text(self.settings.theirs(symbol)), []).append(symbol)
        wanted = dict.fromkeys(map(self.settings.theirs, filter(_askable, symbols)))
        symbol_column, date_column, *_ = self.columns.values()
        rows = self.reading.rows(
            list(self.columns.values()), symbol_column, list(wanted), [symbol_column, date_column]
        )
        dated = "published" in self.columns
        for key, columns in by_symbol(rows, self.settings.zone, published=dated):
            for symbol in ours.pop(key, ()):
                yield self._quotes(symbol, columns)

    def _quotes(self, symbol: str, columns: Sequence[Column]) -> Quotes:
        names = list(self.columns)[1:]
        return Quotes(
            symbol,
            table(columns, names),
            label=self._label(symbol),
            origin=self._label(symbol),
            basis=self.settings.basis_of(symbol),
            kind=self.settings.kind_of(symbol),
            basis_tip=f'Write basis = "price" or "adjusted" in {self.settings.where}.',
            sha256=digest(columns, names),
            lag_days=self.settings.lag_of(symbol),
        )

    def _label(self, symbol: str) -> str:
        return f"{self.reading.table}, symbol {self.settings.theirs(symbol)}"

    def _gap(self, symbol: str) -> Gap:
        theirs = self.settings.theirs(symbol)
        asked = describe(symbol).full if theirs == symbol else f"{theirs!r}, which is {symbol}"
        message = f"{self.reading.table} has no rows of {asked}. {self._hint(symbol)}"
        reason = Reason.NO_DATA if symbol in known() else Reason.UNKNOWN_SYMBOL
        return missing(symbol, reason, message)

    def _hint(self, symbol: str) -> str:
        """What the table may call the symbol, or what it holds at all."""
        there = self._symbols_there()
        if there is None:
            return "Check the symbol, or map it under symbols."
        if not there:
            return "It has no rows at all, or none that you may see."
        near = similar(text(self.settings.theirs(symbol)).lstrip("^."), there)
        if not near.startswith("Did"):
            return near
        return f"{near} If that is the same, map it under symbols in {self.settings.where}."

    def _symbols_there(self) -> tuple[str, ...] | None:
        """What the table holds; None where that could not be found out, which is no failure."""
        if not self._looked:
            self._looked = True
            with contextlib.suppress(DataError):
                self._there = self.reading.values(self.columns["symbol"], MOST_SYMBOLS)
        return self._there


def _askable(symbol: str) -> bool:
    """Whether a database can be asked for it at all: text without a NUL, in UTF-8."""
    return "\0" not in symbol and symbol.isprintable()


def their_columns(there: Sequence[str], settings: Settings) -> Mapping[str, str]:
    """Our names of the columns to read to theirs, symbol and date first.

    A column nobody named is found by our name, whatever its capitals, blanks and underscores; of
    those nobody named only symbol, date and close must be there.

    Raises:
        DataError: columns that are not there, a line each.
    """
    plain = {_plain(name): name for name in reversed(there)}
    found: dict[str, str] = {}
    mistakes: list[str] = []
    for ours in COLUMNS:
        named = settings.columns.get(ours)
        theirs = named if named in there else None
        if named is None:
            theirs = next((plain[n] for n in (ours, *ALSO.get(ours, ())) if n in plain), None)
        if theirs is not None:
            found[ours] = theirs
        elif named is not None or ours in REQUIRED:
            mistakes.append(_no_column(ours, named, there, settings))
    if mistakes:
        raise DataError("\n".join(mistakes))
    return found


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_")


def _no_column(ours: str, named: str | None, there: Sequence[str], settings: Settings) -> str:
    place = f"{settings.where}: columns"
    lacking = f"{settings.table} has no column {named or ours!r}."
    tip = similar(named or ours, there)
    if named is None:
        return f'{place}: {lacking} {tip} Name it: {ours} = "...".'
    return f"{place} {ours!r}: {lacking} {tip}"
