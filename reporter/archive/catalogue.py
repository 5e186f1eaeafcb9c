"""The catalogue: what is in the archive, in a database that may be deleted at any time.

It is derived from the log and the filed editions alone, brought up to date at each use, and equals
one made from nothing. It remembers the last entry it took in; where the log no longer agrees, it
is made anew. Where it cannot be written or read, the same is made in memory: a question is
answered from the archive in any case.

The file is in SQLite's rollback mode, not WAL: a read-only folder and a network share can hold it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import TypeVar

from reporter.archive import log
from reporter.archive.base import CATALOGUE, Archive, read_record
from reporter.archive.contents import BRIEF, MOST, Contents, contents, word
from reporter.errors import ArchiveError
from reporter.filed import GENESIS, Act, Edition, Entry

T = TypeVar("T")
Question = Callable[[sqlite3.Connection], T]
"""Asks the catalogue, and takes whole answers: it may be asked again of another one."""

LOCK = "catalogue.lock"
PATIENCE = 10  # seconds
STATE_COLUMNS = ("approved_at", "approved_by", "held", "purged_at")
WORD_COLUMNS = (
    "title", "headline", "standfirst", "source", "sample", "terms", "snapshot", "prepared_by",
    "reason",
)  # fmt: skip
SCHEMA = (
    "CREATE TABLE state (number INTEGER NOT NULL, sha256 TEXT NOT NULL)",
    """CREATE TABLE acts (number INTEGER PRIMARY KEY, time TEXT, actor TEXT, act TEXT,
        edition TEXT, objects TEXT, details TEXT)""",
    "CREATE INDEX acts_of ON acts (edition)",
    """CREATE TABLE editions (entry INTEGER PRIMARY KEY, id TEXT UNIQUE, as_of TEXT, slug TEXT,
        number INTEGER, title TEXT, headline TEXT, standfirst TEXT, source TEXT,
        sample INTEGER DEFAULT 0, terms TEXT, snapshot TEXT, prepared_by TEXT, filed_at TEXT,
        filed_by TEXT, record TEXT, corrects TEXT, reason TEXT, retain_until TEXT,
        whole INTEGER DEFAULT 0, approved_at TEXT, approved_by TEXT, held INTEGER DEFAULT 0,
        purged_at TEXT)""",
    "CREATE INDEX editions_by_day ON editions (as_of, entry)",
    "CREATE INDEX corrections ON editions (corrects)",
    """CREATE TABLE facts (entry INTEGER, id TEXT, metric TEXT COLLATE NOCASE,
        subject TEXT COLLATE NOCASE, benchmark TEXT COLLATE NOCASE, window TEXT COLLATE NOCASE,
        value REAL, unit TEXT, display TEXT, base_date TEXT, as_of TEXT, said TEXT,
        detail TEXT)""",
    "CREATE INDEX facts_of ON facts (entry)",
    "CREATE INDEX facts_about ON facts (metric, subject)",
    "CREATE INDEX facts_subject ON facts (subject, entry)",
    "CREATE TABLE subjects (entry INTEGER, symbol TEXT COLLATE NOCASE, name TEXT COLLATE NOCASE)",
    "CREATE INDEX subjects_of ON subjects (entry, symbol)",
    "CREATE INDEX subjects_named ON subjects (name, symbol)",
    """CREATE VIRTUAL TABLE texts
        USING fts5(place UNINDEXED, text, tokenize='unicode61 remove_diacritics 2')""",
)
DAMAGE = (sqlite3.Error, OSError, ValueError, TypeError, LookupError)
"""What a file that is damaged, locked or not to be written makes of a question."""
TABLES = ("state", "acts", "editions", "facts", "subjects", "texts")


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
        tip = "Lists and searches do without it."
        where = str(archive.folder / CATALOGUE)
        raise ArchiveError(f"cannot be written: {error}.", where=where, tip=tip) from error


def differs(archive: Archive) -> str | None:
    """What in the catalogue is not as the files say; None where all is, or there is none."""
    if not (archive.folder / CATALOGUE).exists():
        return None
    tip = "Make it anew: reporter archive catalogue."
    try:
        with closing(_kept(archive)) as live, closing(_made(archive)) as made:
            if live.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                return f"the catalogue is damaged. {tip}"
            wrong = [table for table in TABLES if dump(live, table) != dump(made, table)]
    except DAMAGE:
        return f"the catalogue cannot be read. {tip}"
    return f"the catalogue's {' and '.join(wrong)} differ from the files. {tip}" if wrong else None


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
    """One in memory that begins with what the file says, where that cannot be written."""
    source = f"{(archive.folder / CATALOGUE).absolute().as_uri()}?mode=ro"
    db = _connected(":memory:")
    with closing(sqlite3.connect(source, uri=True, timeout=PATIENCE)) as file:
        file.execute("BEGIN")
        file.execute("SELECT * FROM state")  # from here on nobody changes it
        file.backup(db)
    return _current(db, archive)


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
    """One in memory, made from nothing."""
    return _current(_connected(":memory:"), archive)


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
        if not _is_sound(db) or _is_behind(db, archive):
            with _alone(folder) if folder else contextlib.nullcontext(), _transaction(db):
                _bring(db, archive)
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


# --- what is taken in --------------------------------------------------------------------------


def _is_sound(db: sqlite3.Connection) -> bool:
    """Whether the tables are those of this version, and no others."""
    return _layout(db) == _own_layout()


def _layout(db: sqlite3.Connection) -> tuple[tuple[str, str], ...]:
    rows = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
    return tuple(rows.fetchall())


@cache
def _own_layout() -> tuple[tuple[str, str], ...]:
    with closing(sqlite3.connect(":memory:")) as db:
        for statement in SCHEMA:
            db.execute(statement)
        return _layout(db)


def _is_behind(db: sqlite3.Connection, archive: Archive) -> bool:
    """Whether there is anything to take in, or what was could not be read."""
    news = _news(db, archive)
    return news is None or bool(news) or bool(_unread(db))


def _news(db: sqlite3.Connection, archive: Archive) -> tuple[Entry, ...] | None:
    """The entries after the last one taken in; None where the log no longer agrees."""
    number, sha256 = db.execute("SELECT number, sha256 FROM state").fetchone()
    if number == 0:
        return archive.entries()
    last = log.key(number)
    if sum(name <= last for name in archive.store.keys(log.LOG)) != number:
        return None
    found = archive.entries(number - 1)
    return found[1:] if found and found[0].sha256 == sha256 else None


def _unread(db: sqlite3.Connection) -> list[tuple[int, str]]:
    """Number and record of the editions whose contents are still to be taken in."""
    wanted = "SELECT entry, record FROM editions WHERE NOT whole AND purged_at IS NULL"
    return db.execute(wanted).fetchall()


def _bring(db: sqlite3.Connection, archive: Archive) -> None:
    if not _layout(db):
        for statement in SCHEMA:
            db.execute(statement)
        db.execute("INSERT INTO state VALUES (0, ?)", (GENESIS,))
    elif not _is_sound(db):
        raise sqlite3.DatabaseError("of another version")
    news = _news(db, archive)
    if news is None:
        for table in TABLES:
            db.execute(f"DELETE FROM {table}")  # noqa: S608  ours
        db.execute("INSERT INTO state VALUES (0, ?)", (GENESIS,))
        news = archive.entries()
    _take(db, archive, news)


def _take(db: sqlite3.Connection, archive: Archive, news: tuple[Entry, ...]) -> None:
    for entry in news:
        db.execute("INSERT INTO acts VALUES (?, ?, ?, ?, ?, ?, ?)", _act(entry))
        if entry.act is Act.ADDED:
            _add(db, entry)
    for edition in dict.fromkeys(entry.edition for entry in news):
        _settle(db, edition)
    for number, record in _unread(db):
        _read(db, archive, number, record)
    _forget(db, [entry.edition for entry in news if entry.act is Act.PURGED])
    if news:
        db.execute("UPDATE state SET number = ?, sha256 = ?", (news[-1].number, news[-1].sha256))


def moment(entry: Entry) -> str:
    """When an entry was made, as the catalogue has it: in UTC."""
    return entry.time.astimezone(UTC).isoformat()


def _act(entry: Entry) -> tuple[int | str, ...]:
    said = (json.dumps(dict(one), sort_keys=True) for one in (entry.objects, entry.details))
    words = (moment(entry), entry.actor, entry.act.value, entry.edition, *said)
    return (entry.number, *map(word, words))


def _add(db: sqlite3.Connection, entry: Entry) -> None:
    """The row of an edition as its entry alone tells of it."""
    day, _, rest = entry.edition.partition("/")
    slug, _, number = rest.partition(".")
    told = [word(entry.details.get(name)) for name in ("corrects", "retain_until")]
    db.execute(
        """INSERT OR IGNORE INTO editions (entry, id, as_of, slug, number, filed_at, filed_by,
            record, corrects, retain_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (entry.number, word(entry.edition), word(day), word(slug),
         int(number) if number.isdecimal() else 1, moment(entry), word(entry.actor),
         word(entry.objects.get("record")), *told),
    )  # fmt: skip


def _settle(db: sqlite3.Connection, edition: str) -> None:
    """What was done to an edition, by all entries about it."""
    rows = db.execute(
        "SELECT act, time, actor, details FROM acts WHERE edition = ? ORDER BY number",
        (word(edition),),
    ).fetchall()
    approved = next(((at, who, told) for act, at, who, told in rows if act == Act.APPROVED), None)
    approver = approved and (word(json.loads(approved[2]).get("approver")) or approved[1])
    held = [act == Act.HELD for act, *_ in rows if act in (Act.HELD, Act.RELEASED)]
    purged = next((at for act, at, *_ in rows if act == Act.PURGED), None)
    values = (approved and approved[0], approver, int(held[-1]) if held else 0, purged)
    sets = ", ".join(f"{column} = ?" for column in STATE_COLUMNS)
    statement = f"UPDATE editions SET {sets} WHERE id = ?"  # noqa: S608  columns are ours
    db.execute(statement, (*values, word(edition)))


def _read(db: sqlite3.Connection, archive: Archive, number: int, record: str) -> None:
    """The words and facts of an edition; what cannot be read is tried again at the next use."""
    try:
        edition = read_record(archive.object(record))
        brief = edition.part(BRIEF)
        found = contents(archive.object(brief.sha256)) if brief else Contents()
    except (ArchiveError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return
    sets = ", ".join(f"{column} = ?" for column in WORD_COLUMNS)
    statement = f"UPDATE editions SET whole = 1, {sets} WHERE entry = ?"  # noqa: S608  ours
    db.execute(statement, (*_words(edition), number))
    facts = ((number, *fact) for fact in found.facts)
    db.executemany("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", facts)
    subjects = ((number, *subject) for subject in found.subjects)
    db.executemany("INSERT INTO subjects VALUES (?, ?, ?)", subjects)
    texts = ((number * MOST + at, *text) for at, text in enumerate(found.texts))
    db.executemany("INSERT INTO texts (rowid, place, text) VALUES (?, ?, ?)", texts)


def _words(edition: Edition) -> list[str | int]:
    values = (getattr(edition, column) for column in WORD_COLUMNS)
    return [int(value) if isinstance(value, bool) else word(value) for value in values]


def _forget(db: sqlite3.Connection, purged: list[str]) -> None:
    """Take out what purged editions held, and what the index of words remembers of it."""
    for name in purged:
        for (number,) in db.execute("SELECT entry FROM editions WHERE id = ?", (name,)).fetchall():
            for table in ("facts", "subjects"):
                db.execute(f"DELETE FROM {table} WHERE entry = ?", (number,))  # noqa: S608  ours
            span = (number * MOST, (number + 1) * MOST)
            db.execute("DELETE FROM texts WHERE rowid >= ? AND rowid < ?", span)
            sets = ", ".join(f"{column} = NULL" for column in WORD_COLUMNS if column != "sample")
            statement = f"UPDATE editions SET whole = 0, sample = 0, {sets} WHERE entry = ?"  # noqa: S608  ours
            db.execute(statement, (number,))
    if purged:
        db.execute("INSERT INTO texts (texts) VALUES ('optimize')")
