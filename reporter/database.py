"""A look into somebody's database: the one home of SQLAlchemy. It reads, and can do nothing else.

Whatever is asked is a SELECT that SQLAlchemy Core builds: names are quoted, values are parameters.
It runs in one transaction, which is rolled back at the end. PostgreSQL and SQLite are told to keep
it read-only; of other databases the user's own rights decide. Every failure is one `DataError`,
without the password and without a driver's traceback.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from reporter import written
from reporter.database_errors import Asked, refusal, similar
from reporter.errors import DataError
from reporter.written import MisreadError

try:
    import sqlalchemy
    from sqlalchemy import exc, pool, types
    from sqlalchemy.engine import URL, Connection, Dialect, Engine, make_url
except ImportError as error:
    raise DataError(
        "the source 'sql' needs SQLAlchemy.",
        tip="Install it with: pip install 'market-brief-reporter[sql]'.",
    ) from error

INSTALL = {  # what brings the driver that a URL of the database's name means
    "postgresql": "market-brief-reporter[sql]",
    "mysql": "mysqlclient",
    "mariadb": "mysqlclient",
    "oracle": "oracledb",
    "mssql": "pyodbc",
}
_WHOLE = re.compile(r"-?[0-9]{1,18}")
CONNECT_SECONDS = 10
LIBPQ = ("psycopg", "psycopg2")
KEPT_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
ROWS_AT_ONCE = 2000  # more are slower: Python's collector looks at all that are alive
PLAIN_TYPES = (
    types.Float, types.Integer, types.Numeric, types.Date, types.DateTime, types.Text,
    types.VARCHAR, types.CHAR,
)  # fmt: skip
_SECRET = re.compile(r"passw|passphrase|pwd|token|secret", re.IGNORECASE)  # parameters' names
_INSIDE = re.compile(r"(?:pwd|password)\s*=\s*([^;]+)", re.IGNORECASE)  # as in `odbc_connect`
URL_FORM = "postgresql://USER@HOST:5432/DATABASE or sqlite:///FILE.db"

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Address:
    """Where a table lies.

    Args:
        url: as SQLAlchemy writes it; `postgresql://` means the driver psycopg.
        table: the table's or view's name.
        schema: the schema it lies in, None for the user's own path.
        timeout: seconds that an answer may take, where the database can be told so.
        folder: what the path of an SQLite file is relative to.
    """

    url: str
    table: str
    schema: str | None = None
    timeout: float = 120.0
    folder: Path = Path()

    def __repr__(self) -> str:
        """Without the password."""
        return f"Address({hidden(parsed(self.url))!r}, {self.table!r})"


def parsed(url: str) -> URL:
    """The URL's parts.

    Raises:
        DataError: no URL of a database; its text, which may hold a password, is not repeated.
    """
    try:
        found = make_url(url)
    except (exc.ArgumentError, ValueError) as error:
        message = "the url of the database is not understood."
        raise DataError(message, tip=f"Write it like {URL_FORM}.") from error
    plain = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
    return found.set(drivername=plain.get(found.drivername, found.drivername))


def hidden(url: URL) -> str:
    """The URL as it may be printed: without its password, and without its parameters.

    Drivers know many parameters that hold secrets, and none that a reader of a message needs.
    """
    return url.set(query={}).render_as_string(hide_password=True)


def secrets_in(url: URL) -> tuple[str, ...]:
    """The passwords that the URL holds, among its parameters too."""
    given = [(key, text) for key, texts in url.normalized_query.items() for text in texts]
    named = (text for key, text in given if _SECRET.search(key))
    inside = (found for _, text in given for found in _INSIDE.findall(text))
    return tuple(filter(None, (str(url.password or ""), *named, *inside)))


class Reading:
    """An open look at one table, inside its transaction. Made by `reading`."""

    def __init__(self, connection: Connection, address: Address, asked: Asked) -> None:
        self._connection = connection
        self._address = address
        self._asked = asked
        self._types: Mapping[str, types.TypeEngine[Any]] = {}
        self.where = asked.where
        self.table = asked.table

    def columns(self) -> tuple[str, ...]:
        """The names of the table's columns.

        Raises:
            DataError: there is no such table; the message names the nearest.
        """
        address = self._address
        with _in_words(self._asked):
            inspector = sqlalchemy.inspect(self._connection)
            try:
                found = inspector.get_columns(address.table, address.schema)
            except exc.NoSuchTableError:
                names = _tables(inspector, address.schema)
                raise DataError(
                    f"there is no table {self._asked.table}.",
                    where=self._asked.where,
                    tip=similar(address.table, names) or "It holds no table.",
                ) from None
        self._types = {column["name"]: column["type"] for column in found}
        return tuple(self._types)

    def rows(
        self, columns: Sequence[str], key: str, wanted: Sequence[str | int], order: Sequence[str]
    ) -> Iterator[Sequence[Row]]:
        """The rows whose `key` is one of `wanted`, some thousand at a time, as they come.

        Args:
            columns: what each row holds, in this order.
            key: the column to choose by.
            wanted: its values; never part of the statement's text.
            order: the columns to order by.
        """
        table = self._table(*columns)
        statement = (
            sqlalchemy.select(*(table.c[name] for name in columns))
            .where(table.c[key].in_(_untyped(_fitting(wanted, self._types.get(key)))))
            .order_by(*(table.c[name] for name in order))
        )
        yield from self._streamed(statement, columns)

    def every(self, columns: Sequence[str], order: Sequence[str]) -> Iterator[Sequence[Row]]:
        """All rows, some thousand at a time, as they come; arguments as `rows` takes them."""
        table = self._table(*columns)
        chosen = sqlalchemy.select(*(table.c[name] for name in columns))
        yield from self._streamed(chosen.order_by(*(table.c[name] for name in order)), columns)

    def _streamed(
        self, statement: sqlalchemy.Select[Any], columns: Sequence[str]
    ) -> Iterator[Sequence[Row]]:
        with _in_words(self._asked):
            _hasten(self._connection, [self._types.get(name) for name in columns])
            options = {"stream_results": True, "yield_per": ROWS_AT_ONCE}
            with self._connection.execute(statement, execution_options=options) as result:
                yield from result.partitions(ROWS_AT_ONCE)

    def values(self, column: str, most: int) -> tuple[str, ...]:
        """The different values of a column as text, ascending, at most so many.

        A failure, such as one for taking too long, leaves the transaction as it was before.
        """
        table = self._table(column)
        chosen = table.c[column]
        statement = sqlalchemy.select(chosen).distinct().order_by(chosen).limit(most)
        with _in_words(self._asked), self._connection.begin_nested():
            found = self._connection.execute(statement).scalars().all()
        return tuple(str(value).rstrip() for value in found if value is not None)

    def _table(self, *columns: str) -> sqlalchemy.TableClause:
        named: list[sqlalchemy.ColumnClause[Any]] = [sqlalchemy.column(name) for name in columns]
        return sqlalchemy.table(self._address.table, *named, schema=self._address.schema)


@contextmanager
def reading(address: Address) -> Iterator[Reading]:
    """A connection and its read-only transaction, both closed at the end, however it comes.

    Raises:
        DataError: the database cannot be reached or read; also while it is read.
    """
    url = parsed(address.url)
    dialect = _dialect(url)
    asked = _asked(address, url, dialect)
    with _in_words(asked):
        engine = _engine(url, address, asked)
        connection = engine.connect()
    try:
        with _in_words(asked):
            _restrict(connection, address)
        yield Reading(connection, address, asked)
    finally:
        connection.close()
        engine.dispose()


def _untyped(values: Sequence[str | int]) -> sqlalchemy.BindParameter[Any]:
    """Values as parameters without a type, so that they take that of the column: an enum, a code.

    A parameter that is said to be text is compared as text, for which no index may serve.
    """
    return sqlalchemy.bindparam("wanted", list(values), types.NullType(), expanding=True)


def _fitting(
    values: Sequence[str | int], column: types.TypeEngine[Any] | None
) -> Sequence[str | int]:
    """The values as the column's type has them, without those it cannot hold."""
    if isinstance(column, types.Enum):
        return [str(value) for value in values if str(value) in column.enums]
    if isinstance(column, types.String):
        return [str(value) for value in values]
    if isinstance(column, types.Integer):
        return [int(value) for value in values if _WHOLE.fullmatch(str(value))]
    return values


def _tables(inspector: sqlalchemy.Inspector, schema: str | None) -> list[str]:
    """What can be read like a table, by name."""
    found = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
    try:
        found += inspector.get_materialized_view_names(schema)
    except NotImplementedError:
        return found
    return found


def _dialect(url: URL) -> Dialect:
    """What SQLAlchemy knows of the database, with its driver at hand.

    Raises:
        DataError: an unknown database, or a driver that is not installed.
    """
    try:
        found = url.get_dialect()
        found.import_dbapi()
    except exc.NoSuchModuleError as error:
        message = f"{url.drivername!r} is no database that SQLAlchemy knows."
        raise DataError(message, tip=f"Write the url like {URL_FORM}.") from error
    except ImportError as error:
        name = url.get_backend_name()
        driver = INSTALL.get(name, "") or url.get_driver_name()
        message = f"the driver for {url.drivername} is not installed."
        raise DataError(message, tip=f"Install it with: pip install '{driver}'.") from error
    if found.is_async:
        message = f"{url.drivername} is an asynchronous driver, which this program does not use."
        raise DataError(message, tip=f"Write the url like {URL_FORM}.")
    return found()


def _asked(address: Address, url: URL, dialect: Dialect) -> Asked:
    quoted = dialect.identifier_preparer.quote
    parts = [address.schema, address.table] if address.schema else [address.table]
    table = ".".join(quoted(str(part)) for part in parts)
    to = quoted(url.username) if url.username else "your user"
    usage = f"GRANT USAGE ON SCHEMA {quoted(address.schema)} TO {to}; " if address.schema else ""
    return Asked(
        where=hidden(url),
        user=f"the user {url.username!r}" if url.username else "your user",
        database=url.database or "",
        table=table,
        grant=f"{usage}GRANT SELECT ON {table} TO {to};",
        timeout=address.timeout,
        secrets=secrets_in(url),
    )


def _engine(url: URL, address: Address, asked: Asked) -> Engine:
    """An engine that opens one connection and keeps none."""
    if url.get_backend_name() == "sqlite":
        file = _sqlite_file(url, address, asked)
        return _sqlite(file, address.timeout)
    arguments: dict[str, Any] = {}
    if url.get_driver_name() in LIBPQ:
        seconds = max(2, min(CONNECT_SECONDS, int(address.timeout)))
        arguments = {"connect_timeout": seconds, **KEPT_ALIVE}
        arguments = {key: value for key, value in arguments.items() if key not in url.query}
    return sqlalchemy.create_engine(url, poolclass=pool.NullPool, connect_args=arguments)


def _sqlite_file(url: URL, address: Address, asked: Asked) -> Path:
    """The database's file, which must be there: SQLite would make an empty one.

    Raises:
        DataError: no file of this name.
    """
    try:
        file = address.folder / written.path(url.database or "")
    except MisreadError as error:
        raise DataError(str(error), where=asked.where) from error
    if not file.is_file():
        what = "is a folder, not a database." if file.is_dir() else "no such file."
        tip = f"Write the url like sqlite:///FILE.db; it was looked for at {file.absolute()}."
        raise DataError(what, where=asked.where, tip=tip)
    return file.resolve()


def _sqlite(file: Path, timeout: float) -> Engine:
    """SQLite in its read-only mode, with one transaction for all that is read."""

    def connect() -> sqlite3.Connection:
        made = sqlite3.connect(
            f"{file.as_uri()}?mode=ro", uri=True, timeout=timeout, isolation_level=None
        )
        made.execute("PRAGMA query_only = ON")
        made.execute("BEGIN")
        return made

    return sqlalchemy.create_engine("sqlite://", creator=connect, poolclass=pool.NullPool)


def _restrict(connection: Connection, address: Address) -> None:
    """Begin the transaction: read-only, of one moment, and with a limit to every answer."""
    if connection.dialect.name != "postgresql":
        return
    connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    limit = str(ceil(address.timeout * 1000))  # nought would be no limit
    local = sqlalchemy.func.set_config("statement_timeout", limit, sqlalchemy.true())
    connection.execute(sqlalchemy.select(local))


def _hasten(connection: Connection, found: Sequence[types.TypeEngine[Any] | None]) -> None:
    """Have psycopg fetch values in their binary form, which halves the time, where it knows it."""
    if connection.dialect.driver != "psycopg":
        return
    import psycopg  # noqa: PLC0415  there only where this driver is

    class Binary(psycopg.ServerCursor[Any]):
        """A server's cursor that asks for binary values."""

        def __init__(self, *arguments: Any, **named: Any) -> None:  # noqa: ANN401
            super().__init__(*arguments, **named)
            self.format = psycopg.pq.Format.BINARY

    known = all(isinstance(one, PLAIN_TYPES) and not _by_name(one) for one in found)
    driver: Any = connection.connection.driver_connection
    driver.server_cursor_factory = Binary if known else psycopg.ServerCursor


def _by_name(one: types.TypeEngine[Any]) -> bool:
    """Whether the type is one that only this database defines, so that no driver knows it."""
    return isinstance(one, types.Enum) or type(one).__name__ in {"CITEXT", "DOMAIN"}


@contextmanager
def _in_words(asked: Asked) -> Iterator[None]:
    """Every failure of the database inside as one `DataError`."""
    try:
        yield
    except exc.DBAPIError as error:
        raise refusal(error.orig or error, asked, lost=error.connection_invalidated) from None
    except exc.SQLAlchemyError as error:
        raise refusal(error, asked) from None
