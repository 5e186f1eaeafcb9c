"""A site to disk: whole or not at all, built beside its place and swapped in.

What the site there holds already is linked, not written again, once its bytes are seen to be the
same. A site can be made again at any time, so nothing waits for the disk.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from reporter.archive.base import Archive
from reporter.errors import ArchiveError, OutputError
from reporter.filed import Part
from reporter.swapping import swapped

MARK = "site.json"
MADE_BY = {"format": 1, "made_by": "reporter archive site"}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A file of the site: its path, and its bytes or the part of an edition that has them."""

    path: str
    content: bytes | Part


def publish(leaves: Iterable[Leaf], archive: Archive, place: Path, *, last: bool = True) -> int:
    """Write a site, in the place of an earlier one; the number of its files.

    `last` says that nothing follows: a request to end is then no longer heard.

    Raises:
        OutputError: the place cannot be written, or holds what is no site of reporter's.
        ArchiveError: the place is the archive's own, or an edition is not what was filed.
    """
    place = place.absolute()
    if _within(place, archive.folder) or _within(archive.folder, place):
        tip = "Name a folder outside the archive."
        raise ArchiveError("the site would lie in the archive.", where=str(place), tip=tip)
    try:
        with swapped(place, _check, last=last) as new:
            count = _fill(new, leaves, archive, place)
    except OSError as error:
        named = error.filename2 or error.filename or place
        where = os.fsdecode(named) if isinstance(named, str | bytes) else str(named)
        tip = "Name another folder."
        message = f"cannot be written: {error.strerror or error}."
        raise OutputError(message, where=where, tip=tip) from error
    return count


def mark() -> Leaf:
    """The file that says that a folder is a site of reporter's, to be replaced by another."""
    return Leaf(MARK, (json.dumps(MADE_BY, sort_keys=True) + "\n").encode())


def _within(inner: Path, outer: Path) -> bool:
    return inner.resolve().is_relative_to(outer.resolve())


def _check(place: Path) -> None:
    """Refuse to replace what is no site of ours."""
    tip = "Move it away, or name another folder."
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        raise OutputError("is no folder.", where=str(place), tip=tip)
    if not place.is_dir() or not any(place.iterdir()):
        return
    try:
        found = json.loads((place / MARK).read_bytes())
    except (OSError, ValueError):
        found = None
    if found != MADE_BY:
        message = "holds files, but no site that reporter wrote."
        raise OutputError(message, where=str(place), tip=tip)


def _fill(new: Path, leaves: Iterable[Leaf], archive: Archive, old: Path) -> int:
    count = 0
    for leaf in leaves:
        parts = PurePosixPath(leaf.path).parts
        if ".." in parts or leaf.path.startswith("/") or "\\" in leaf.path:
            raise OutputError(f"{leaf.path!r} is no path below a site's folder.")
        path = new.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not _linked(path, leaf.content, old.joinpath(*parts)):
            path.write_bytes(_bytes(leaf.content, archive))
        count += 1
    return count


def _bytes(content: bytes | Part, archive: Archive) -> bytes:
    return content if isinstance(content, bytes) else archive.object(content.sha256)


def _linked(path: Path, content: bytes | Part, old: Path) -> bool:
    """Give the old site's file a second name, if it is what is wanted."""
    try:
        size = len(content) if isinstance(content, bytes) else content.size
        if old.is_symlink() or old.stat().st_size != size:
            return False
        there = old.read_bytes()
        same = (
            there == content
            if isinstance(content, bytes)
            else sha256(there).hexdigest() == content.sha256
        )
        if same:
            os.link(old, path)
    except OSError:
        return False
    return same
