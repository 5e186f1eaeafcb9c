"""What a look at an archive finds: values that every check of it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from reporter.archive.base import Archive
from reporter.filed import Edition, Entry, Head
from reporter.visible import visible


class Kind(StrEnum):
    """What was done to an archive, as far as it can be told."""

    MISSING = "missing"
    CHANGED = "changed"
    TRUNCATED = "truncated"
    SWAPPED = "swapped"
    MOVED = "moved"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"
    FOREIGN = "foreign"
    CLOCK = "clock"
    RECOMPUTED = "recomputed"
    HEAD = "head"
    INCONSISTENT = "inconsistent"
    LEAVING = "leaving"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found: what, where, in a sentence, and what to do about it.

    A note is worth knowing and no failure. `where` and `message` are fit for a terminal.
    """

    kind: Kind
    where: str
    message: str
    remedy: str = ""
    note: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.message} {self.remedy}".rstrip()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What of an archive can be gone by, for the checks that build on it.

    `entries` are those that can be read, in the order of their places; `editions` the records that
    are whole, by id, and `objects` the sizes of the objects whose bytes are what their name says.
    `purged` names the objects that were taken away on purpose, by the edition they were of.
    `private` is the folder of clients' keys, None where it is the archive's own.
    """

    archive: Archive
    entries: tuple[Entry, ...]
    editions: Mapping[str, Edition]
    objects: Mapping[str, int]
    purged: Mapping[str, frozenset[str]]
    private: Path | None = None


Check = Callable[[Evidence], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Report:
    """What was looked at, and what was found.

    `size` is in bytes. `head` and `time` are those of the last entry that can be read, None where
    there is none. `matched` are the heads that the log agrees with, of `heads` given of this
    archive; `skipped` are those of others, in files that have both.
    """

    found: tuple[Found, ...]
    entries: int
    editions: int
    objects: int
    size: int
    head: Head | None
    time: datetime | None
    heads: tuple[Head, ...]
    matched: tuple[Head, ...]
    skipped: tuple[Head, ...] = ()

    @property
    def findings(self) -> tuple[Found, ...]:
        """What must not be."""
        return tuple(one for one in self.found if not one.note)

    @property
    def notes(self) -> tuple[Found, ...]:
        """What is worth knowing."""
        return tuple(one for one in self.found if one.note)


shown = visible
"""What was filed, fit for one line of a terminal."""
