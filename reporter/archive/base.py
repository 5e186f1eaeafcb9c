"""The archive as every command holds it: a store, and what the log says of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from reporter import durable
from reporter.archive import log
from reporter.archive.stores import Folder, Store
from reporter.errors import ArchiveError
from reporter.filed import Act, Edition, Entry, Part

FORMAT = 1
OBJECTS = "objects"
CATALOGUE = "catalogue.sqlite"
PICTURES = "pictures"
_VERIFY = "See what else was changed: reporter archive verify."
PRIVATE = "private"
"""Keys of single clients: outside the store, because a key must be destroyable."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive: where its bytes lie, and the folder of what can be made again from them.

    `folder` holds the catalogue and, under `private`, what must be destroyable.
    """

    store: Store
    folder: Path

    # --- objects ------------------------------------------------------------------------------

    def keep(self, data: bytes) -> str:
        """Put an object; its sha256, under which it is had again."""
        sha256 = digest(data)
        self.store.put(object_key(sha256), data)
        return sha256

    def keep_all(self, many: Iterable[bytes]) -> None:
        """Put objects, which take less time together; afterwards all outlive a power cut."""
        self.store.put_all((object_key(digest(data)), data) for data in many)

    def object(self, sha256: str) -> bytes:
        """The object of this hash.

        Raises:
            AbsentError: it is not there.
            ArchiveError: its bytes are not those that were filed.
        """
        data = self.store.get(object_key(sha256))
        if digest(data) != sha256:
            message = "is not what was filed: its bytes have another hash."
            raise ArchiveError(message, where=object_key(sha256), tip=_VERIFY)
        return data

    # --- what the log says --------------------------------------------------------------------

    def entries(self, after: int = 0) -> tuple[Entry, ...]:
        """The log's entries with numbers above `after`."""
        return tuple(log.entries(self.store, after))

    def added(self) -> dict[str, Entry]:
        """Every edition filed, purged ones too, by its id: the entry that filed it."""
        return {one.edition: one for one in self.entries() if one.act is Act.ADDED}

    def present(self) -> tuple[str, ...]:
        """The ids of the editions filed and not purged, by day."""
        entries = self.entries()
        added, gone = ({e.edition for e in entries if e.act is a} for a in (Act.ADDED, Act.PURGED))
        return by_id(added - gone)

    def edition(self, name: str) -> Edition:
        """The record of an edition.

        Args:
            name: its id.

        Raises:
            ArchiveError: there is none, or it was purged.
        """
        entry = self.added().get(name)
        if entry is None:
            tip = "See which there are: reporter archive list."
            raise ArchiveError(f"there is no edition {name!r}.", tip=tip)
        if gone := next((e for e in self.entries(entry.number) if _purges(e, name)), None):
            raise ArchiveError(f"the edition {name} was purged on {gone.time:%Y-%m-%d}.")
        return read_record(self.object(record_of(entry)))


def _purges(entry: Entry, name: str) -> bool:
    return entry.act is Act.PURGED and entry.edition == name


def opened(folder: Path, *, must_exist: bool = True, whole: bool = True) -> Archive:
    """The archive in a local folder.

    Args:
        folder: which.
        must_exist: whether a folder without an archive is refused.
        whole: whether one without a log is, though it holds objects.

    Raises:
        ArchiveError: there is none, where one must be, it has lost its log, or the folder cannot
            be entered.
    """
    if whole:
        check_whole(folder)
    elif _is_there(folder / OBJECTS):
        return Archive(Folder(folder), folder)
    if must_exist and not _is_there(folder / log.LOG):
        tip = "File a first edition: reporter archive add. Or name another with --archive."
        raise ArchiveError("holds no archive.", where=str(folder), tip=tip)
    return Archive(Folder(folder), folder)


def check_whole(folder: Path) -> None:
    """Refuse a folder that holds objects, but no log: a first filing makes the log's folder first.

    Raises:
        ArchiveError: so it is.
    """
    if not _is_there(folder / log.LOG) and _is_there(folder / OBJECTS):
        tip = (
            "Put the folder log back from a copy of the archive, and see what is lost: "
            "reporter archive verify --head. Write nothing to it before."
        )
        message = "holds objects but no log: the log was deleted or not copied."
        raise ArchiveError(message, where=str(folder), tip=tip)


def _is_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError as error:
        message = f"no archive can be read there: {durable.why(error)}."
        tip = "Name another with --archive."
        raise ArchiveError(message, where=str(folder.parent), tip=tip) from error


def digest(data: bytes) -> str:
    """The sha256 of bytes, as an object's name."""
    return hashlib.sha256(data).hexdigest()


def object_key(sha256: str) -> str:
    """Where an object lies in the store."""
    return f"{OBJECTS}/{sha256[:2]}/{sha256}"


def by_id(editions: Iterable[str]) -> tuple[str, ...]:
    """Ids in the order of their days, then as written."""
    return tuple(sorted(editions))


# --- the record of an edition -----------------------------------------------------------------


def record_of(entry: Entry) -> str:
    """The hash of the record that an entry `added` refers to.

    Raises:
        ArchiveError: it refers to none.
    """
    if "record" not in entry.objects:
        raise ArchiveError("files an edition without a record.", where=log.key(entry.number),
                           tip=_VERIFY)  # fmt: skip
    return entry.objects["record"]


def record(edition: Edition) -> bytes:
    """The bytes of an edition's record: what is hashed, signed and kept."""
    document = {
        "format": FORMAT,
        "id": edition.id,
        "as_of": edition.as_of.isoformat(),
        "slug": edition.slug,
        "number": edition.number,
        "title": edition.title,
        "headline": edition.headline,
        "standfirst": edition.standfirst,
        "source": edition.source,
        "sample": edition.sample,
        "terms": edition.terms,
        "snapshot": edition.snapshot,
        "prepared_by": edition.prepared_by,
        "parts": {p.path: {"sha256": p.sha256, "size": p.size} for p in edition.parts},
        "versions": dict(edition.versions),
        "corrects": edition.corrects,
        "reason": edition.reason,
    }
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def read_record(data: bytes) -> Edition:
    """The edition that a record is of.

    Raises:
        ArchiveError: it is none; whoever writes the archive himself can file what he likes.
    """
    try:
        document: dict[str, Any] = json.loads(data)
        parts = document.pop("parts")
        if document.pop("format") != FORMAT:
            raise ArchiveError("an edition was filed by another version of reporter.")
        edition = Edition(
            **{**document, "as_of": date.fromisoformat(document["as_of"])},
            parts=tuple(Part(path, one["sha256"], one["size"]) for path, one in parts.items()),
        )
        _check_types(edition)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ArchiveError("the record of an edition cannot be read.", tip=_VERIFY) from error
    return edition


def _check_types(edition: Edition) -> None:
    """Refuses an edition whose fields are not what they must be.

    Raises:
        TypeError: one is not.
    """
    texts = (
        edition.id, edition.slug, edition.title, edition.headline, edition.standfirst,
        edition.source, edition.terms, edition.snapshot, edition.prepared_by, edition.corrects,
        edition.reason, *edition.versions, *edition.versions.values(),
        *(text for part in edition.parts for text in (part.path, part.sha256)),
    )  # fmt: skip
    numbers = (edition.number, *(part.size for part in edition.parts))
    if not all(type(one) is str for one in texts) or not all(type(one) is int for one in numbers):
        raise TypeError
    if type(edition.sample) is not bool:
        raise TypeError


@dataclass(frozen=True, slots=True)
class Hand:
    """Who does something to an archive, and when by his clock.

    `late` says that a clock behind the log's last entry is the right one.
    """

    actor: str
    now: datetime
    late: bool = False

    def entry(
        self,
        act: Act,
        edition: str = "",
        *,
        objects: Mapping[str, str] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> Entry:
        """An entry for the log, which gives it its number."""
        return Entry(
            0, "", self.now, self.actor, act, edition, dict(objects or {}), dict(details or {})
        )
