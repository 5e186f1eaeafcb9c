"""What is archived: editions, their parts, and the log's entries.

Import these from `reporter.model`, the one door to every value that crosses between stages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from reporter.order import EMPTY, Json

NOTHING: Mapping[str, str] = MappingProxyType({})
GENESIS = "0" * 64
"""What the first entry of a log names as the one before it."""


class Act(StrEnum):
    """What an entry of the log says was done."""

    CREATED = "created"
    ADDED = "added"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    USED = "used"
    POLICY = "policy"
    HELD = "held"
    RELEASED = "released"
    PURGED = "purged"
    ENCLOSED = "enclosed"
    FORGOTTEN = "forgotten"
    OVERRIDDEN = "overridden"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an edition: its path in the edition, the sha256 and the size of its bytes.

    Paths begin with what the part is: `files/` is what readers are handed, `inputs/` what it was
    made from (spec, desk inputs, prices, the run's clock), `program/` the shipped templates and
    styles it was made with.
    """

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition as it is filed; the record that is hashed, signed and never changed.

    `id` is `<as-of>/<slug>`, of a correction `<as-of>/<slug>.<number>` from 2 on. `corrects` is
    the id of the edition that this one corrects and `reason` why; the older one is never touched,
    the log leads from it to its corrections. `versions` are those of the program, of its
    libraries and of the system's own that shape a page.
    """

    id: str
    as_of: date
    slug: str
    number: int
    title: str
    headline: str
    standfirst: str
    source: str
    sample: bool
    terms: str
    snapshot: str
    prepared_by: str
    parts: tuple[Part, ...]
    versions: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    corrects: str = ""
    reason: str = ""

    def part(self, path: str) -> Part | None:
        """The part at this path, or None."""
        return next((part for part in self.parts if part.path == path), None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log.

    `previous` is the sha256 of the bytes of the entry before; `sha256` that of its own bytes.
    `edition` is the id of the edition it is about, empty where it is about none. `objects` are
    the objects it refers to by what they are (`record`, `approval`, `policy`, `pack`), and
    `details` says the rest in JSON.
    """

    number: int
    previous: str
    time: datetime
    actor: str
    act: Act
    edition: str = ""
    objects: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    details: Mapping[str, Json] = field(default_factory=lambda: EMPTY)
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """How far a log had come: its number of entries and the hash of the last one.

    Kept outside the archive it proves that nothing up to there was changed or taken away since.
    `archive` is the identity of the log, the beginning of the sha256 of its first entry; empty
    where that is not told.
    """

    number: int
    sha256: str
    archive: str = ""

    def __str__(self) -> str:
        return f"{self.number}:{self.sha256}"
