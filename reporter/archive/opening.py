"""An edition's files, taken out of the archive to be looked at."""

from __future__ import annotations

import os
import sqlite3
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from reporter.archive import catalogue
from reporter.archive.base import Archive
from reporter.archive.contents import word
from reporter.archive.filing import FILES
from reporter.errors import ArchiveError, SpecError
from reporter.filed import Edition, Part

FIRST = ("brief.pdf", "brief.html", "brief.json")
"""What is opened where nothing is named: the first of these that the edition has."""
FEW = 5
"""So many files are named where another was asked for."""


def filed(archive: Archive, name: str) -> Edition:
    """The record of the edition of this id.

    Raises:
        ArchiveError: it was purged, or cannot be read.
    """

    def question(db: sqlite3.Connection) -> str | None:
        row = db.execute("SELECT purged_at FROM editions WHERE id = ?", (word(name),)).fetchone()
        return row[0] if row else None

    if purged := catalogue.ask(archive, question):
        message = f"{name} was purged on {purged[:10]}: its files are gone."
        raise ArchiveError(message, tip=f"What is left of it: reporter archive show {name}.")
    return archive.edition(name)


def chosen(edition: Edition, name: str) -> str:
    """The path of the file to open, as it lies in the output folder.

    Raises:
        SpecError: the edition has no such file.
    """
    there = [part.path.removeprefix(FILES) for part in edition.parts if _is_file(part)]
    wanted = (name.removeprefix(FILES),) if name else FIRST
    for path in wanted:
        if path in there:
            return path
    if not name or not there:
        tip = f"It has: {', '.join(there[:FEW]) or 'none'}."
    else:
        near = get_close_matches(name[:200], there, n=1)
        more = f" and {len(there) - FEW} more" if len(there) > FEW else ""
        nearest = f"Nearest: {near[0]}. " if near else ""
        tip = f"{nearest}It has: {', '.join(there[:FEW])}{more}."
    raise SpecError(f"{edition.id} has no file {' or '.join(wanted)!r}.", tip=tip)


def write(archive: Archive, edition: Edition, folder: Path) -> tuple[Path, ...]:
    """Write the files of an edition, read-only, into a folder that is empty or not there.

    All are read and their hashes checked before the first is written.

    Raises:
        ArchiveError: a file is not what was filed, would leave the folder, or cannot be written.
    """
    parts = [part for part in edition.parts if _is_file(part)]
    places = [_place(part.path) for part in parts]
    data = [archive.object(part.sha256) for part in parts]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _check_empty(folder)
        return tuple(_put(folder / place, one) for place, one in zip(places, data, strict=True))
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ArchiveError(f"cannot be written: {why}.", where=str(folder)) from error


def _check_empty(folder: Path) -> None:
    if any(folder.iterdir()):
        raise ArchiveError("is not empty.", where=str(folder), tip="Name another with --to.")


def _is_file(part: Part) -> bool:
    return part.path.startswith(FILES)


def _place(path: str) -> PurePosixPath:
    """Where in the folder a file goes.

    Raises:
        ArchiveError: its name leads elsewhere, or is no name on some system.
    """
    steps = path.removeprefix(FILES).split("/")
    odd = any(step in {"", ".", ".."} or step != step.strip(" ") for step in steps)
    if odd or not path.isprintable() or any(sign in path for sign in '\\:*?"<>|'):
        raise ArchiveError(f"{path!r} is no name that a file may be written under.")
    return PurePosixPath(*steps)


def _put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o444), "wb") as file:
        file.write(data)
    return path
