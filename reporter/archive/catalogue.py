"""The catalogue: what is in the archive, in a database that may be deleted at any time.

It is derived from the log and the filed editions alone, brought up to date at each use, and equals
one made from nothing. It remembers the last entry it took in; where the log no longer agrees, it
is made anew. Where it cannot be written or read, the same is made aside: a question is
answered from the archive in any case.

The file is in SQLite's rollback mode, not WAL: a read-only folder and a network share can hold it.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from reporter.archive.base import CATALOGUE, Archive
from reporter.archive.contents import BRIEF
from reporter.archive.findings import Evidence, Found, Kind
from reporter.archive.rows import TABLES, bring, is_behind, is_sound
from reporter.errors import ArchiveError
from reporter.filed import Act

T = TypeVar("T")
Question = Callable[[sqlite3.Connection], T]
"""Asks the catalogue, and takes whole answers: it may be asked again of another one."""

ASIDE = ""
"""A database of its own in memory, which the system's temporary folder takes over if it is big."""
LOCK = "catalogue.lock"
PATIENCE = 10  # seconds
DAMAGE = (sqlite3.Error, OSError, ValueError, TypeError, LookupError)
"""What a file that is damaged, locked or not to be written makes of a question."""


def ask(archive: Archive, question: Question[T]) -> T:
    """The answer to a question, of a catalogue that is up to date.

    Raises:
        BrokenLogError: the log itself cannot be followed.
    """
    for way in (_kept, _copied, _renewed):
        with suppress(*DAMAGE), closing(way(archive)) as db:
            return question(db)
    with closing(_made(archive)) as db:
        return question(db)


def rebuild(archive: Archive) -> int:
    """Make the catalogue anew from the files alone; how many editions it holds.

    Raises:
        ArchiveError: its file cannot be written, which keeps nobody from listing.
    """
    try:
        with closing(_renewed(archive)) as db:
            return int(db.execute("SELECT count(*) FROM editions").fetchone()[0])
    except DAMAGE as error:
        why = str(getattr(error, "strerror", None) or error).lower()
        tip = "Lists and searches do without it."
        where = str(archive.folder / CATALOGUE)
        raise ArchiveError(f"cannot be written: {why}.", where=where, tip=tip) from error


def differs(archive: Archive) -> str | None:
    """What in the catalogue is not as the files say; None where all is, or there is none."""
    if not (archive.folder / CATALOGUE).exists():
        return None
    try:
        with closing(_copy(archive)) as live, closing(_made(archive)) as made:
            if not is_sound(live):
                return None  # of another version: nobody goes by it
            with _transaction(live):
                bring(live, archive)
                live.execute("INSERT INTO texts (texts) VALUES ('integrity-check')")
            if live.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                return "the catalogue is damaged."
            wrong = [table for table in TABLES if dump(live, table) != dump(made, table)]
    except DAMAGE:
        return "the catalogue cannot be read."
    return f"the catalogue's {' and '.join(wrong)} differ from the files." if wrong else None


def check(evidence: Evidence) -> Iterator[Found]:
    """What `verify` asks of it, where the files that it is made from are all there."""
    gone = {entry.edition for entry in evidence.entries if entry.act is Act.PURGED}
    filed = {entry.edition for entry in evidence.entries if entry.act is Act.ADDED} - gone
    if not filed <= evidence.editions.keys():
        return
    briefs = (evidence.editions[name].part(BRIEF) for name in filed)
    if any(brief and brief.sha256 not in evidence.objects for brief in briefs):
        return
    with suppress(ArchiveError):  # of the log: told where that is looked at
        if wrong := differs(evidence.archive):
            remedy = "Make it anew: reporter archive catalogue."
            yield Found(Kind.INCONSISTENT, CATALOGUE, wrong, remedy)


def dump(db: sqlite3.Connection, table: str) -> str:
    """The hash of all rows of a table, in an order of their own."""
    own = "rowid, " if table == "texts" else ""
    count = len(db.execute(f"SELECT {own}* FROM {table} LIMIT 0").description)  # noqa: S608  ours
    order = ", ".join(str(at + 1) for at in range(count))
    rows = db.execute(f"SELECT {own}* FROM {table} ORDER BY {order}")  # noqa: S608  ours
    total = hashlib.sha256()
    for row in rows:
        total.update(repr(row).encode() + b"\n")
    return total.hexdigest()


# --- ways to a catalogue -----------------------------------------------------------------------


def _kept(archive: Archive) -> sqlite3.Connection:
    """The file's, brought up to date; it is made where there is none."""
    return _current(_connected(str(archive.folder / CATALOGUE)), archive, archive.folder)


def _copied(archive: Archive) -> sqlite3.Connection:
    """One aside that begins with what the file says, where that cannot be written."""
    return _current(_copy(archive), archive)


def _copy(archive: Archive) -> sqlite3.Connection:
    """What the file says, whatever that is, aside."""
    source = f"{(archive.folder / CATALOGUE).absolute().as_uri()}?mode=ro"
    db = _connected(ASIDE)
    try:
        with closing(sqlite3.connect(source, uri=True, timeout=PATIENCE)) as file:
            file.execute("BEGIN")
            file.execute("SELECT * FROM sqlite_master").fetchall()  # now nobody changes it
            file.backup(db)
    except BaseException:
        db.close()
        raise
    return db


def _renewed(archive: Archive) -> sqlite3.Connection:
    """The file's, made from nothing in the place of whatever lay there."""
    path = archive.folder / CATALOGUE
    with _alone(archive.folder):
        _check_free(path)
        for suffix in ("", "-journal", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return _current(_connected(str(path)), archive)


def _check_free(path: Path) -> None:
    """Somebody else's open file is not taken away from him.

    Raises:
        OperationalError: another program holds it.
    """
    if path.is_file():
        with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as db:
            try:
                db.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
            except sqlite3.DatabaseError:
                return


def _made(archive: Archive) -> sqlite3.Connection:
    """One aside, made from nothing."""
    return _current(_connected(ASIDE), archive)


def _connected(where: str) -> sqlite3.Connection:
    """A connection; what is deleted leaves no trace in the file."""
    db = sqlite3.connect(where, timeout=PATIENCE, isolation_level=None)
    try:
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA secure_delete = ON")
    except sqlite3.Error:
        db.close()
        raise
    return db


def _current(
    db: sqlite3.Connection, archive: Archive, folder: Path | None = None
) -> sqlite3.Connection:
    """The connection, after the catalogue was brought up to date.

    Args:
        db: of a catalogue, or of nothing yet.
        archive: whose catalogue it is.
        folder: to be held alone while the catalogue is written, where others may write it.
    """
    try:
        if not is_sound(db) or is_behind(db, archive):
            with _alone(folder) if folder else contextlib.nullcontext(), _transaction(db):
                bring(db, archive)
    except BaseException:
        db.close()
        raise
    return db


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Within, no other process writes the catalogue or takes its file away.

    Raises:
        OSError: another does so for long, or the folder cannot be written.
    """
    try:
        import fcntl  # noqa: PLC0415  POSIX only
    except ImportError:
        yield
        return
    with (folder / LOCK).open("ab") as lock:
        for _ in range(int(PATIENCE * 20)):
            with suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            time.sleep(0.05)
        else:
            raise BlockingIOError
        yield
