"""The catalogue's tables, and how the log and the filed editions fill them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import cache

from reporter.archive import approval, log
from reporter.archive.base import Archive, read_record
from reporter.archive.contents import MOST, Contents, brief_part, contents, word
from reporter.archive.ends import holds, seen
from reporter.archive.retention import Chronicle, chronicle, holding, until
from reporter.errors import ArchiveError, ReporterError
from reporter.filed import GENESIS, Act, Edition, Entry

WORD_COLUMNS = (
    "title", "headline", "standfirst", "source", "sample", "terms", "snapshot", "prepared_by",
    "reason",
)  # fmt: skip
SCHEMA = (
    "CREATE TABLE state (number INTEGER NOT NULL, sha256 TEXT NOT NULL)",
    "CREATE TABLE seen (number INTEGER NOT NULL, sha256 TEXT NOT NULL)",
    """CREATE TABLE acts (number INTEGER PRIMARY KEY, time TEXT, actor TEXT, act TEXT,
        edition TEXT, objects TEXT, details TEXT)""",
    "CREATE INDEX acts_of ON acts (edition)",
    """CREATE TABLE editions (entry INTEGER PRIMARY KEY, id TEXT UNIQUE, as_of TEXT, slug TEXT,
        number INTEGER, title TEXT, headline TEXT, standfirst TEXT, source TEXT,
        sample INTEGER DEFAULT 0, terms TEXT, snapshot TEXT, prepared_by TEXT, filed_at TEXT,
        filed_by TEXT, record TEXT, corrects TEXT, reason TEXT, retain_until TEXT,
        whole INTEGER DEFAULT 0, approved_at TEXT, approved_by TEXT, approved_for TEXT,
        withdrawn_at TEXT, held INTEGER DEFAULT 0, purged_at TEXT)""",
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
"""`seen` is the last entry there ever was: what a log cut short does not take back."""
TABLES = ("state", "acts", "editions", "facts", "subjects", "texts")


def is_sound(db: sqlite3.Connection) -> bool:
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


def is_behind(db: sqlite3.Connection, archive: Archive) -> bool:
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


def bring(db: sqlite3.Connection, archive: Archive) -> None:
    """Bring a catalogue up to date, within a transaction of the caller's; nothing is made one.

    Raises:
        DatabaseError: it has other tables than those of this version.
        BrokenLogError: the log cannot be followed.
    """
    if not _layout(db):
        for statement in SCHEMA:
            db.execute(statement)
        db.execute("INSERT INTO state VALUES (0, ?)", (GENESIS,))
        db.execute("INSERT INTO seen VALUES (0, ?)", (GENESIS,))
    elif not is_sound(db):
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
    if news:
        _settle(db, archive, news)
    for number, record in _unread(db):
        _read(db, archive, number, record)
    _forget(db, [entry.edition for entry in news if entry.act is Act.PURGED])
    if news:
        db.execute("UPDATE state SET number = ?, sha256 = ?", (news[-1].number, news[-1].sha256))
        if holds(archive, *seen(db)):
            db.execute("UPDATE seen SET (number, sha256) = (SELECT number, sha256 FROM state)")


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


def _settle(db: sqlite3.Connection, archive: Archive, news: tuple[Entry, ...]) -> None:
    """What was done to editions since they were filed, by all entries of the log."""
    entries = _entries(db)
    about: dict[str, list[Entry]] = {}
    for entry in entries:
        about.setdefault(entry.edition, []).append(entry)
    known = chronicle(entries)
    changed = [entry.edition for entry in news]
    for edition in dict.fromkeys(one for one in changed if one in known.added):
        _judge(db, archive, edition, (*known.policies, *about[edition]))
    ruled = any(entry.act is Act.POLICY for entry in news)
    _retain(db, archive, known, known.live if ruled else [one for one in changed if one in known])
    _hold(db, archive, known)


def _entries(db: sqlite3.Connection) -> tuple[Entry, ...]:
    """The log's entries as the catalogue took them in."""
    rows = db.execute(
        "SELECT number, time, actor, act, edition, objects, details FROM acts ORDER BY number"
    )
    return tuple(
        Entry(number, "", datetime.fromisoformat(at), actor, Act(act), edition,
              json.loads(objects), json.loads(details))
        for number, at, actor, act, edition, objects, details in rows
    )  # fmt: skip


def _judge(
    db: sqlite3.Connection, archive: Archive, edition: str, found: tuple[Entry, ...]
) -> None:
    """Weigh an edition's approvals, each by the policy of its time: no later entry changes that."""
    last = {entry.act: moment(entry) for entry in found}
    standing = approval.standing(archive, edition, found)
    since = standing.since
    values = (
        since.astimezone(UTC).isoformat() if since else None,
        word(", ".join(standing.approvers)) or None,
        standing.whom or None,
        None if standing.approvals else last.get(Act.WITHDRAWN),
        last.get(Act.PURGED),
    )
    db.execute(
        """UPDATE editions SET approved_at = ?, approved_by = ?, approved_for = ?,
            withdrawn_at = ?, purged_at = ? WHERE id = ?""",
        (*values, edition),
    )


def _retain(
    db: sqlite3.Connection, archive: Archive, known: Chronicle, editions: Iterable[str]
) -> None:
    """Until when editions are kept, as it stands now; a policy that is damaged adds nothing."""
    for edition in dict.fromkeys(editions):
        with suppress(ReporterError, KeyError):
            last = until(archive, edition, known).isoformat()
            db.execute("UPDATE editions SET retain_until = ? WHERE id = ?", (last, edition))


def _hold(db: sqlite3.Connection, archive: Archive, known: Chronicle) -> None:
    """Mark the editions under a hold; one whose clients cannot be told is kept all the same."""
    db.execute("UPDATE editions SET held = 0 WHERE held")
    for edition in known.live if known.holds else ():
        try:
            held = bool(holding(archive, edition, known))
        except (ArchiveError, KeyError, ValueError):
            held = True
        db.execute("UPDATE editions SET held = ? WHERE id = ?", (held, edition))


def _read(db: sqlite3.Connection, archive: Archive, number: int, record: str) -> None:
    """The words and facts of an edition; what cannot be read is tried again at the next use."""
    try:
        edition = read_record(archive.object(record))
        brief = brief_part(edition)
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
