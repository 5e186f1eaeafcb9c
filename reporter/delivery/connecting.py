"""The outbox's database: opened, checked, made where there is none; every failure in words.

One connection writes and another one reads, so that who goes through many rows keeps nobody from
writing. An SQLite file is its owner's alone (so are the `-wal` and `-shm` beside it, which SQLite
makes like the file); what was committed outlives a power cut.
"""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from reporter.errors import DataError, DeliveryError

try:
    import sqlalchemy
    from sqlalchemy import event, exc, pool
    from sqlalchemy.engine import URL, Connection, Engine
except ImportError as error:  # pragma: no cover  the tests have it
    raise DeliveryError(
        "the outbox needs SQLAlchemy.",
        tip="Install it with: pip install 'market-brief-reporter[mail]'.",
    ) from error

from reporter import database, database_errors
from reporter.delivery import tables

OWNER_ONLY = 0o600
BUSY = 30.0
"""Seconds that a writer waits for another one, which never takes longer than a few rows."""
ANSWER = 60_000
"""Milliseconds within which a server answers."""
MAKING = 7_233_109_548_104_821
"""PostgreSQL's lock under which one process makes the tables."""
IDENTITY = "identity"
URL_FORM = "sqlite:///outbox.sqlite or postgresql://USER@HOST/DATABASE"

_OWN_WORDS = (
    (r"database or disk is full|no space left|disk full", "full"),
    (r"readonly database|read-only", "readonly"),
    (r"malformed|not a database|file is encrypted|disk image", "damaged"),
    (r"disk i/o error", "disk"),
    (r"no such (table|column)|only added to|stays sent|is not changed|constraint", "contradicted"),
)
_TOLD = {
    "full": (
        "there is no room left on its disk.",
        "Make room and run it again: what the outbox took so far is safe.",
    ),
    "readonly": ("it cannot be written.", "Make it and its folder writable for your user."),
    "damaged": (
        "the file is damaged, or is no database.",
        "Put a backup in its place, and reconcile it with the server's log before you send.",
    ),
    "disk": ("its disk fails, or is full.", "Look after the disk; nothing was sent since."),
    "contradicted": (
        "what is to be written contradicts what it holds; nothing was written.",
        "Look at the edition's rows: reporter outbox list EDITION.",
    ),
    "login": ("the database does not let your user in.", "Check user and password."),
    "no_database": ("there is no database of this name.", "Correct the outbox's address."),
    "refused": ("your user may not write its tables.", "Ask the database's owner."),
    "unreachable": ("the database server cannot be reached.", "Check its address."),
    "starting": ("the database server is starting or stopping.", "Try again in a minute."),
    "crowded": ("the database server takes no more connections.", "Try again in a minute."),
    "too_slow": ("the database took too long to answer.", "Try again."),
    "locked": ("another program has held it for long.", "Try again when that is done."),
    "lost": (
        "the connection to the database was lost.",
        "Run it again: what was being sent then is uncertain, nothing is sent twice.",
    ),
    "unreadable": ("the file cannot be opened.", "Check who may write it and its folder."),
    "no_file": ("the file is no database.", "Correct the outbox's address."),
}
_OTHER = ("the database refuses.", "Ask whoever keeps it.")


class NoOutboxError(DeliveryError):
    """There is no outbox where one must be."""


class Database:
    """An open outbox: who writes waits for others, who reads sees whole transactions."""

    def __init__(self, where: str, identity: str, writer: Connection, reader: Connection) -> None:
        self.where = where
        self.identity = identity
        self._writer = writer
        self._reader = reader
        self._lock = threading.RLock()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction of its own, committed at the end; a failure leaves nothing of it.

        Raises:
            DeliveryError: the database refuses.
        """
        with self._lock, in_words(self.where), self._writer.begin():
            yield self._writer

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """What was committed until now.

        Raises:
            DeliveryError: the database refuses.
        """
        with self._lock, in_words(self.where), self._reader.begin():
            yield self._reader


@contextmanager
def connected(url: str, folder: Path, *, must_exist: bool = False) -> Iterator[Database]:
    """The database at a URL, with the outbox's tables.

    Args:
        url: SQLAlchemy's, of SQLite or PostgreSQL.
        folder: what an SQLite file's path is relative to.
        must_exist: whether none is made where there is none.

    Raises:
        DeliveryError: it cannot be opened, or is no outbox of this program.
    """
    found = _parsed(url)
    kind = found.get_backend_name()
    if kind not in {"sqlite", "postgresql"}:
        message = f"an outbox is kept in SQLite or PostgreSQL, not in {kind}."
        raise DeliveryError(message, tip=f"Write its address like {URL_FORM}.")
    with ExitStack() as stack:
        if kind == "sqlite":
            file = _file(found, folder, must_exist=must_exist)
            where, engine = str(file), _sqlite(file)
        else:
            where, engine = database.hidden(found), _postgres(found)
        stack.callback(engine.dispose)
        with in_words(where):
            writer = stack.enter_context(engine.connect())
            identity = _prepare(writer, where, must_exist=must_exist)
            reader = stack.enter_context(engine.connect())
            reader = reader.execution_options(outbox_reads=True)
        yield Database(where, identity, writer, reader)


def is_there(url: str, folder: Path) -> bool:
    """Whether there is an outbox at a URL, which opens; none is made.

    Raises:
        DeliveryError: it cannot be opened, or none could be made where none is.
    """
    try:
        with connected(url, folder, must_exist=True):
            return True
    except NoOutboxError:
        found = _parsed(url)
        if found.get_backend_name() == "sqlite":
            _check_writable((folder / Path(str(found.database)).expanduser()).parent)
        return False


def _check_writable(folder: Path) -> None:
    if not os.access(folder, os.W_OK):
        tip = "Make it writable for your user."
        raise DeliveryError("the outbox's folder cannot be written.", where=str(folder), tip=tip)


def _parsed(url: str) -> URL:
    try:
        return database.parsed(url)
    except DataError as error:
        message = "the outbox's address is not understood."
        raise DeliveryError(message, tip=f"Write it like {URL_FORM}.") from error


# --- SQLite -------------------------------------------------------------------------------------


def _file(url: URL, folder: Path, *, must_exist: bool) -> Path:
    """The outbox's file, its owner's alone.

    Raises:
        DeliveryError: it is not there, is no file, or others could read or replace it.
    """
    if not url.database or url.database == ":memory:" or url.query:
        message = "an outbox is a file; one in memory would forget what was sent."
        raise DeliveryError(message, tip=f"Write its address like {URL_FORM}.")
    file = (folder / Path(url.database).expanduser()).absolute()
    _check_folder(file)
    try:
        if not file.exists():
            if must_exist:
                tip = "Nothing was sent from here yet; or name it with --outbox."
                raise NoOutboxError("there is no outbox.", where=str(file), tip=tip)
            os.close(os.open(file, os.O_RDWR | os.O_CREAT, OWNER_ONLY))
        _close_to_others(file)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise DeliveryError(f"the outbox cannot be opened: {why}.", where=str(file)) from error
    return file


def _check_folder(file: Path) -> None:
    try:
        mode = file.parent.stat().st_mode
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        message = f"the outbox's folder cannot be read: {why}."
        raise DeliveryError(
            message, where=str(file.parent), tip="Make the folder first."
        ) from error
    if not stat.S_ISDIR(mode):
        raise DeliveryError("is not a folder.", where=str(file.parent))
    if os.name == "posix" and mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        tip = f"Close it: chmod o-w {file.parent}"
        message = "everybody may write in the outbox's folder, and so replace it."
        raise DeliveryError(message, where=str(file.parent), tip=tip)


def _close_to_others(file: Path) -> None:
    """Take away the rights of others, who could read clients' addresses."""
    found = file.stat()
    if not stat.S_ISREG(found.st_mode):
        raise DeliveryError("the outbox is not a file.", where=str(file))
    if os.name == "posix" and found.st_mode & 0o077:
        if found.st_uid != os.geteuid():
            message = "others can read the outbox, which holds clients' addresses."
            raise DeliveryError(message, where=str(file), tip="Ask its owner: chmod 600.")
        for suffix in ("", "-wal", "-shm"):
            beside = file.with_name(file.name + suffix)
            if beside.exists():
                beside.chmod(OWNER_ONLY)


def _sqlite(file: Path) -> Engine:
    """SQLite that keeps what it committed, and lets one write while others read."""

    def connect() -> sqlite3.Connection:
        made = sqlite3.connect(
            file, timeout=BUSY, isolation_level=None, check_same_thread=False,
            cached_statements=256,
        )  # fmt: skip
        try:
            made.execute("PRAGMA trusted_schema = OFF")
            made.execute("PRAGMA foreign_keys = ON")
            made.execute("PRAGMA synchronous = FULL")
        except sqlite3.Error:
            made.close()
            raise
        return made

    engine = sqlalchemy.create_engine("sqlite://", creator=connect, poolclass=pool.NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        """A writer waits at the beginning: once begun, it is never refused for another's sake."""
        reads = connection.get_execution_options().get("outbox_reads")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _postgres(url: URL) -> Engine:
    """PostgreSQL whose commits are on the disk, and which never makes a sender wait for ever."""
    given: dict[str, Any] = {
        "connect_timeout": database.CONNECT_SECONDS,
        "options": f"-c statement_timeout={ANSWER} -c synchronous_commit=on",
        **database.KEPT_ALIVE,
    }
    given = {key: value for key, value in given.items() if key not in url.query}
    try:
        return sqlalchemy.create_engine(url, poolclass=pool.NullPool, connect_args=given)
    except (ImportError, exc.NoSuchModuleError) as error:
        message = "the driver for PostgreSQL is not installed."
        tip = "Install it with: pip install 'market-brief-reporter[sql]'."
        raise DeliveryError(message, tip=tip) from error


# --- the tables ---------------------------------------------------------------------------------


def _prepare(connection: Connection, where: str, *, must_exist: bool) -> str:
    """See that the tables are there, in the version that this program knows; whose they are.

    Raises:
        DeliveryError: it is somebody else's database, or a later program's outbox.
    """
    sqlite = connection.dialect.name == "sqlite"
    with connection.begin():
        if not sqlite:
            making = sqlalchemy.func.pg_advisory_xact_lock(MAKING)
            connection.execute(sqlalchemy.select(making))
        names = set(sqlalchemy.inspect(connection).get_table_names())
        if tables.about.name in names:
            _check_version(connection, where)
        else:
            _make(connection, where, names if sqlite else set(), must_exist=must_exist)
        identity = _identity(connection)
    if sqlite:
        _keep_a_log(connection, where)
    return identity


def _identity(connection: Connection) -> str:
    """What tells this outbox from any other; made once, and kept in it."""
    about = tables.about.c
    asked = sqlalchemy.select(about.value).where(about.name == IDENTITY)
    if found := connection.execute(asked).scalar():
        return str(found)
    made = os.urandom(16).hex()
    connection.execute(sqlalchemy.insert(tables.about), {"name": IDENTITY, "value": made})
    return made


def _check_version(connection: Connection, where: str) -> None:
    about = tables.about.c
    asked = sqlalchemy.select(about.value).where(about.name == "version")
    found = connection.execute(asked).scalar()
    if found is None or not re.fullmatch(r"[0-9]{1,6}", found):
        raise DeliveryError("is not an outbox of this program.", where=where)
    if int(found) > tables.VERSION:
        message = f"the outbox is of version {found}; this program knows up to {tables.VERSION}."
        raise DeliveryError(message, where=where, tip="Use the program that made it, or a later.")


def _make(connection: Connection, where: str, names: set[str], *, must_exist: bool) -> None:
    if names:
        message = "the database is not an outbox, but somebody else's."
        raise DeliveryError(message, where=where, tip="Name another one with --outbox.")
    if must_exist:
        tip = "Nothing was sent from here yet; or name it with --outbox."
        raise NoOutboxError("there is no outbox.", where=where, tip=tip)
    tables.metadata.create_all(connection)
    version = {"name": "version", "value": str(tables.VERSION)}
    connection.execute(sqlalchemy.insert(tables.about), version)


def _keep_a_log(connection: Connection, where: str) -> None:
    """Have SQLite write ahead; where its file system cannot, it must not hold an outbox."""
    driver: Any = connection.connection.driver_connection
    mode = driver.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        message = "its file system lets no database write ahead."
        raise DeliveryError(message, where=where, tip="Keep the outbox on a local disk.")


# --- failures -----------------------------------------------------------------------------------


@contextmanager
def in_words(where: str) -> Iterator[None]:
    """Every failure of the database inside as one `DeliveryError`, without a driver's words.

    Those may hold the statement's values: addresses, or a password.
    """
    try:
        yield
    except exc.DBAPIError as error:
        lost = error.connection_invalidated
        raise _refusal(error.orig or error, where, lost=lost) from None
    except sqlite3.Error as error:
        raise _refusal(error, where) from None


def _refusal(error: BaseException, where: str, *, lost: bool = False) -> DeliveryError:
    text = str(error)
    own = (kind for form, kind in _OWN_WORDS if re.search(form, text, re.IGNORECASE))
    kind = "lost" if lost else next(own, "") or database_errors.kind(error)
    message, tip = _TOLD.get(kind, _OTHER)
    return DeliveryError(f"the outbox: {message}", where=where, tip=tip)
