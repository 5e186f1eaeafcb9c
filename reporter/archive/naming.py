"""What a person may write for an edition, and which one is meant.

An id (`2026-01-15/weekly`), the end or the beginning of one (`weekly.2`, `2026-01`), a slug for
its latest edition, a day, `latest`, or the beginning of its record's hash.
"""

from __future__ import annotations

import difflib
import re
import sqlite3
from collections.abc import Callable, Sequence

from reporter.archive import catalogue
from reporter.archive.base import Archive
from reporter.errors import ArchiveError

LATEST = "latest"
SHOWN = 10
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HASH = re.compile(r"[0-9a-f]{4,64}")

Known = tuple[str, str, str, str]
"""Of an edition: id, day, slug, sha256 of its record."""
Rule = Callable[[Sequence[Known], str], list[str]]


def found(archive: Archive, written: str) -> str:
    """The id of the edition that somebody means.

    Raises:
        ArchiveError: none, or several, are meant; they are named.
    """
    text = written.strip().strip("/")
    if text in archive.added():  # as it is: the catalogue need not be there
        return text
    known = catalogue.ask(archive, _known)
    for rule in _RULES:
        if ids := list(dict.fromkeys(rule(known, text))):
            return _single(ids, written)
    near = _nearest(known, text)
    tip = (
        f"Nearest: {', '.join(map(_plain, near))}."
        if near
        else "See which there are: reporter archive list."
    )
    raise ArchiveError(f"there is no edition {written!r}.", tip=tip)


def completions(archive: Archive, start: str) -> tuple[str, ...]:
    """What may be written that begins so: ids, slugs, `latest`."""
    known = catalogue.ask(archive, _known)
    slugs = sorted({slug for _, _, slug, _ in known})
    words = [LATEST, *slugs, *(name for name, *_ in known)]
    return tuple(word for word in words if known and word.startswith(start))


def _known(db: sqlite3.Connection) -> list[Known]:
    """Every edition, the latest first; purged ones last of all."""
    return db.execute(
        """SELECT id, as_of, slug, record FROM editions
            ORDER BY purged_at IS NOT NULL, as_of DESC, entry DESC"""
    ).fetchall()


def _single(ids: Sequence[str], written: str) -> str:
    if len(ids) == 1:
        return ids[0]
    told = ", ".join(map(_plain, ids[:SHOWN]))
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    raise ArchiveError(f"{written!r} may be {told}{more}.", tip="Write which.")


def _plain(name: str) -> str:
    """A name as a message may hold it, whoever wrote it."""
    return name if name.isprintable() else repr(name)


def _nearest(known: Sequence[Known], text: str) -> list[str]:
    words = {name: name for name, *_ in known} | {slug: slug for _, _, slug, _ in known}
    return difflib.get_close_matches(text[:200], words, n=3)


def _by_id(known: Sequence[Known], text: str) -> list[str]:
    return [name for name, *_ in known if name == text]


def _latest(known: Sequence[Known], text: str) -> list[str]:
    return [name for name, *_ in known[:1] if text == LATEST]


def _by_slug(known: Sequence[Known], text: str) -> list[str]:
    return [name for name, _, slug, _ in known if slug == text][:1]


def _by_day(known: Sequence[Known], text: str) -> list[str]:
    return [name for name, day, *_ in known if _DAY.fullmatch(text) and day == text]


def _by_end(known: Sequence[Known], text: str) -> list[str]:
    return [name for name, *_ in known if text and name.endswith(f"/{text}")]


def _by_beginning(known: Sequence[Known], text: str) -> list[str]:
    return [name for name, *_ in known if text and name.startswith(text)]


def _by_hash(known: Sequence[Known], text: str) -> list[str]:
    lower = text.lower()
    return [name for name, *_, sha in known if _HASH.fullmatch(lower) and sha.startswith(lower)]


_RULES: tuple[Rule, ...] = (_by_id, _latest, _by_slug, _by_day, _by_end, _by_beginning, _by_hash)
