"""Editions to be filed, and whether they are fit to be: nothing leads out of the archive."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from reporter.archive.base import Hand
from reporter.archive.layout import safe
from reporter.entries import LONGEST_SLUG, SLUG
from reporter.errors import ArchiveError
from reporter.filed import NOTHING
from reporter.paper import Artifact

FILES, INPUTS, PROGRAM = "files/", "inputs/", "program/"


@dataclass(frozen=True, slots=True)
class Draft:
    """An edition that is not filed yet: what it says of itself, and the bytes of all its parts.

    Paths of `parts` begin with `files/`, `inputs/` or `program/`, as those of `Part` do.
    `prepared_by` is who made it; empty, it is who files it.
    """

    as_of: date
    slug: str
    title: str
    headline: str
    standfirst: str
    source: str
    sample: bool
    terms: str
    snapshot: str
    parts: tuple[Artifact, ...]
    versions: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    prepared_by: str = ""

    @property
    def place(self) -> str:
        """The id of the first edition of this day and slug."""
        return f"{self.as_of.isoformat()}/{self.slug}"


@dataclass(frozen=True, slots=True)
class Correction:
    """That an edition corrects another: the id of that one, and why, in a sentence."""

    of: str
    reason: str


LONGEST = 4000
"""Characters of any text that an edition or its entry says of itself."""


def check(draft: Draft, hand: Hand, correction: Correction | None) -> None:
    """Refuse what no build writes: slugs, paths and texts made to mislead.

    Raises:
        ArchiveError: the draft, or what is said of it, is not fit to be filed.
    """
    if len(draft.slug) > LONGEST_SLUG or not re.fullmatch(SLUG, draft.slug):
        raise ArchiveError(f"{draft.slug!r} is no slug of an edition.")
    for path in _unfit(draft):
        raise ArchiveError(f"{path!r} is no path of a part of an edition.")
    if correction and not correction.reason.strip():
        raise ArchiveError("a correction has no reason.", tip="Say why: --reason TEXT.")
    if not any(part.path.startswith(FILES) for part in draft.parts):
        raise ArchiveError("the edition holds no files.")
    for what, text in _texts(draft, hand, correction):
        check_text(what, text)


def check_text(what: str, text: str) -> None:
    """Refuse text that a terminal or a page would not show as it is.

    Raises:
        ArchiveError: it holds a control character, half a letter or a change of direction, or is
            too long.
    """
    if len(text) > LONGEST:
        raise ArchiveError(f"the {what} is longer than {LONGEST} characters.")
    wrong = next((one for one in text if _is_hidden(one)), None)
    if wrong is not None:
        raise ArchiveError(f"the {what} holds the control character U+{ord(wrong):04X}.")


def _is_hidden(letter: str) -> bool:
    turns = "\u202a" <= letter <= "\u202e" or "\u2066" <= letter <= "\u2069"
    return turns or unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}


def _texts(draft: Draft, hand: Hand, correction: Correction | None) -> Iterator[tuple[str, str]]:
    yield from (("title", draft.title), ("headline", draft.headline))
    yield from (("standfirst", draft.standfirst), ("source's name", draft.source))
    yield from (("terms", draft.terms), ("snapshot's name", draft.snapshot))
    yield from (("preparer's name", draft.prepared_by), ("filer's name", hand.actor))
    if correction:
        yield from (("reason", correction.reason), ("corrected edition's id", correction.of))


def _unfit(draft: Draft) -> Iterator[str]:
    """The paths of parts that are none, or there twice.

    Raises:
        ArchiveError: a path leads elsewhere, or could not be laid out again.
    """
    seen: set[str] = set()
    for part in draft.parts:
        placed = len(safe(part.path)) > 1 and part.path.startswith((FILES, INPUTS, PROGRAM))
        if not placed or any(map(_is_hidden, part.path)) or part.path in seen:
            yield part.path
        seen.add(part.path)
