"""Whether the log's end is still there: what the catalogue has seen of it, what no entry files.

Every writer looks before he writes: an entry behind a log that was cut off, or that an older state
was put in the place of, would make a second history. The catalogue is not needed for that: where
there is none, only a head that was kept elsewhere can tell.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress

from reporter.archive import log
from reporter.archive.base import (
    CATALOGUE,
    Archive,
    check_whole,
    object_key,
    read_record,
)
from reporter.archive.findings import Evidence, Found, Kind
from reporter.errors import ArchiveError
from reporter.filed import Edition

BUSY = 1  # seconds that a writer waits for a catalogue in use
_ELSEWHERE = "Run reporter archive verify with a head kept elsewhere."


@contextlib.contextmanager
def writing(archive: Archive) -> Iterator[None]:
    """Within, the archive is written by others too, and its log is one to be written on.

    Raises:
        ArchiveError: the log is not what it was, or it is not there and objects are.
    """
    check_whole(archive.folder)
    with archive.store.shared():
        check_grown(archive)
        archive.store.begin(log.LOG)
        yield
        remember(archive)


def check_grown(archive: Archive) -> None:
    """Refuse a log that no longer has the last entry that the catalogue ever took in.

    Raises:
        ArchiveError: so it is.
    """
    if wrong := _shrunk(archive):
        tip = f"{_ELSEWHERE} If an older state was put back on purpose: reporter archive catalogue."
        raise ArchiveError(wrong, where=str(archive.folder), tip=tip)


def check(evidence: Evidence) -> Iterator[Found]:
    """What `verify` asks: whether the log is as long as it was, and there at all."""
    archive = evidence.archive
    with suppress(ArchiveError):  # of the log: told where that is looked at
        if wrong := _shrunk(archive):
            yield Found(Kind.MISSING, log.LOG, wrong, _ELSEWHERE)
    try:
        check_whole(archive.folder)
    except ArchiveError as error:
        yield Found(Kind.MISSING, log.LOG, error.message, error.tip)


def remember(archive: Archive) -> None:
    """Tell a catalogue that is there how far the log has come; without one nothing is told."""
    if not (archive.folder / CATALOGUE).is_file() or not (entries := archive.entries()):
        return
    uri = f"{(archive.folder / CATALOGUE).absolute().as_uri()}?mode=rw"
    with (
        suppress(sqlite3.Error, OSError),
        closing(sqlite3.connect(uri, uri=True, timeout=BUSY)) as db,
        db,
    ):
        last = entries[-1]
        db.execute(
            "UPDATE seen SET number = ?, sha256 = ? WHERE number < ?",
            (last.number, last.sha256, last.number),
        )


def lost(archive: Archive, names: Iterable[str]) -> dict[str, Edition]:
    """The editions whose records are among these objects, by the record's hash."""
    found = ((name, _record(archive, name)) for name in names)
    return {name: edition for name, edition in found if edition}


def _record(archive: Archive, name: str) -> Edition | None:
    try:
        if not next(archive.store.pieces(object_key(name)), b"").startswith(b"{"):
            return None
        return read_record(archive.object(name))
    except ArchiveError:
        return None


def _shrunk(archive: Archive) -> str:
    """How the log is not what the catalogue has seen of it; empty where it is."""
    path = archive.folder / CATALOGUE
    if not path.is_file():
        return ""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY)) as db:
            number, sha256 = seen(db)
    except (sqlite3.Error, OSError, ValueError, TypeError):
        return ""  # it is nobody's evidence
    if holds(archive, number, sha256):
        return ""
    return (
        f"the log is not what it was: the catalogue has seen entry {number}, and the log "
        f"has it no longer or another, and {len(archive.entries())} in all."
    )


def seen(db: sqlite3.Connection) -> tuple[int, str]:
    """The last entry that was ever taken in: its number, 0 where there was none, and its hash."""
    number, sha256 = db.execute("SELECT number, sha256 FROM seen").fetchone()
    return int(number), str(sha256)


def holds(archive: Archive, number: int, sha256: str) -> bool:
    """Whether the log has this entry; it has number 0."""
    found = archive.entries()
    return not number or (number <= len(found) and found[number - 1].sha256 == sha256)
