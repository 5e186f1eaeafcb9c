"""The look into a database: it can only read, closes what it opens, and tells no password."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy
from hypothesis import given
from hypothesis import strategies as st

from reporter import database as db
from reporter.errors import DataError
from tests.postgres import Server
from tests.sources.databases import filled, rows_of, sqlite_file

WRITES = (
    "INSERT INTO prices (symbol, date) VALUES ('X', '2026-01-15')",
    "UPDATE prices SET close = 0",
    "DELETE FROM prices",
    "CREATE TABLE mine (one int)",
    "DROP TABLE prices",
)


@pytest.fixture(params=["postgresql", "sqlite"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> db.Address:
    """The table `prices` of three symbols in each kind of database, whose owner is asking."""
    if request.param == "sqlite":
        file = sqlite_file(tmp_path / "house prices #1?.db", rows_of("IWM", "QQQ", "SPY"))
        return db.Address(
            f"sqlite:///{str(file).replace('?', '%3F').replace('#', '%23')}", "prices"
        )
    server: Server = request.getfixturevalue("database")
    return db.Address(filled(server).url(), "prices")


@pytest.fixture
def quiet(tmp_path: Path) -> db.Address:
    """The same in SQLite, where its file has a plain name."""
    return db.Address(f"sqlite:///{sqlite_file(tmp_path / 'a.db', rows_of('IWM'))}", "prices")


def only(address: db.Address, *wanted: str) -> list[tuple[object, ...]]:
    """Symbol, day and close of the symbols wanted."""
    with db.reading(address) as reading:
        reading.columns()
        parts = reading.rows(["symbol", "date", "close"], "symbol", wanted, ["symbol", "date"])
        return [tuple(row) for part in parts for row in part]


@pytest.mark.parametrize("write", WRITES)
def test_nothing_can_be_written(database: Server, write: str) -> None:
    """The very connection that reads, in the hands of the table's owner, refuses to write."""
    address = db.Address(filled(database).url(), "prices")
    with db.reading(address) as reading, pytest.raises(sqlalchemy.exc.InternalError) as caught:
        reading._connection.exec_driver_sql(write)
    assert getattr(caught.value.orig, "sqlstate", "") == "25006"  # read_only_sql_transaction
    assert len(only(address, "IWM", "QQQ", "SPY")) == 12


@pytest.mark.parametrize("write", WRITES)
def test_nothing_can_be_written_into_a_file(quiet: db.Address, write: str) -> None:
    with db.reading(quiet) as reading, pytest.raises(sqlalchemy.exc.OperationalError, match="read"):
        reading._connection.exec_driver_sql(write)
    assert len(only(quiet, "IWM")) == 4


def test_the_transaction_is_read_only_and_of_one_moment(database: Server) -> None:
    server = filled(database)
    with db.reading(db.Address(server.url(), "prices")) as reading:
        for setting, value in (
            ("transaction_read_only", "on"),
            ("transaction_isolation", "repeatable read"),
            ("statement_timeout", "2min"),
        ):
            told = reading._connection.exec_driver_sql(f"SHOW {setting}").scalar()
            assert told == value
        before = reading.values("symbol", 10)
        server.run("DELETE FROM prices")
        assert reading.values("symbol", 10) == before == ("IWM", "QQQ", "SPY")


def test_only_selects_are_sent(address: db.Address) -> None:
    sent: list[str] = []

    @sqlalchemy.event.listens_for(sqlalchemy.Engine, "before_cursor_execute")
    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    try:
        only(address, "IWM")
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)
    assert sent
    assert all(text.lstrip().upper().startswith(("SELECT", "PRAGMA", "SHOW")) for text in sent)


def test_the_same_rows_from_either(address: db.Address) -> None:
    rows = only(address, "SPY", "IWM")
    assert [(row[0], str(row[1]), row[2]) for row in rows] == [
        (symbol, f"2026-01-{day}", close)
        for symbol in ("IWM", "SPY")
        for day, close in ((13, 10.5), (14, 11.5), (15, 12.5), (16, 13.5))
    ]


def test_values_are_bounded(address: db.Address) -> None:
    with db.reading(address) as reading:
        assert reading.values("symbol", 2) == ("IWM", "QQQ")


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    address = db.Address("sqlite:///prices.db", "prices", folder=tmp_path)
    with pytest.raises(DataError, match=r"no such file\."), db.reading(address):
        pass
    assert not list(tmp_path.iterdir())


def test_a_file_beside_the_one_that_names_it(tmp_path: Path) -> None:
    sqlite_file(tmp_path / "prices.db", rows_of("IWM"))
    assert len(only(db.Address("sqlite:///prices.db", "prices", folder=tmp_path), "IWM")) == 4


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "prices.db").write_text("Date,Open\n" * 100)
    address = db.Address(f"sqlite:///{tmp_path}/prices.db", "prices")
    with pytest.raises(DataError, match="not an SQLite database"), db.reading(address) as reading:
        reading.columns()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:////tmp"])
def test_what_is_no_file(url: str) -> None:
    with pytest.raises(DataError), db.reading(db.Address(url, "prices")):
        pass


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("prices.db", "is not understood"),
        ("postgresql://u:hunter2@h:port/d", "is not understood"),
        ("postgersql://u:hunter2@h/d", "'postgersql' is no database that SQLAlchemy knows"),
        ("oracle://u:hunter2@h/d", "is not installed. Install it with: pip install 'oracledb'"),
        ("postgresql+psycopg2://u:hunter2@h/d", "is not installed"),
        ("postgresql+psycopg_async://u:hunter2@h/d", "asynchronous"),
    ],
)  # fmt: skip
def test_a_url_that_leads_nowhere(url: str, told: str) -> None:
    with pytest.raises(DataError) as caught, db.reading(db.Address(url, "prices")):
        pass
    assert told in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_postgresql_means_the_driver_that_ships() -> None:
    for form in ("postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"):
        assert db.parsed(form).drivername == "postgresql+psycopg"


LETTERS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8, max_size=20)


SECRET_KEYS = ("password", "sslpassword", "passwd", "PWD", "access_token", "client_secret")


@given(secret=LETTERS, key=st.sampled_from(["", *SECRET_KEYS]))
def test_no_password_is_ever_shown(secret: str, key: str) -> None:
    secret = f"zq{secret}"
    url = f"postgresql://u:{secret}@h/d" if not key else f"postgresql://u@h/d?{key}={secret}"
    assert db.secrets_in(db.parsed(url)) == (secret,)
    assert secret not in db.hidden(db.parsed(url))
    assert secret not in repr(db.Address(url, "prices"))


def test_passwords_in_several_places_and_in_a_driver_s_own_string() -> None:
    url = "mssql+pyodbc://u:first-one@h/d?odbc_connect=DRIVER%3DX%3BUID%3Dme%3BPWD%3Dsecond-one%3B"
    assert db.secrets_in(db.parsed(url)) == ("first-one", "second-one")
    assert db.hidden(db.parsed(url)) == "mssql+pyodbc://u:***@h/d"


def test_parameters_that_are_no_secrets_are_allowed() -> None:
    url = "postgresql://u@h/d?passfile=/home/me/.pgpass&sslmode=verify-full&sslkey=/home/me/key"
    assert db.secrets_in(db.parsed(url)) == ()


def test_the_shortest_timeout_is_still_one(database: Server) -> None:
    address = db.Address(filled(database).url(), "prices", timeout=0.0004)
    slow = pytest.raises(sqlalchemy.exc.OperationalError, match="statement timeout")
    with db.reading(address) as reading, slow:
        reading._connection.exec_driver_sql("SELECT pg_sleep(1)")


def test_without_sqlalchemy_one_message_names_the_extra(tmp_path: Path) -> None:
    """As where the extra is not installed: the source is listed, and asking it says what lacks."""
    code = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "from reporter.cli import run\n"
        "assert run(['list', 'sources']) == 0\n"
        "sys.exit(run(['metrics', 'IWM', '--source', 'sql:house.toml']))"
    )
    (tmp_path / "house.toml").write_text('url = "sqlite:///a.db"\n')
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(Path.cwd()), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == (
        "Error: the source 'sql' needs SQLAlchemy. "
        "Install it with: pip install 'market-brief-reporter[sql]'.\n"
    )
