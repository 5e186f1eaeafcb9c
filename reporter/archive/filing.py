"""Filing an edition: its objects first, then its record, then the entry that makes it so.

A crash before the entry leaves objects that nothing refers to, and no edition; after it, the whole
edition. Filing the same again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from reporter.archive import log
from reporter.archive.base import Archive, Hand, digest, read_record, record
from reporter.errors import ArchiveError
from reporter.filed import NOTHING, Act, Edition, Entry, Part
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


@dataclass(frozen=True, slots=True)
class Filed:
    """An edition in the archive; `new` is False where the same was there before."""

    edition: Edition
    new: bool


def file(archive: Archive, draft: Draft, hand: Hand, correction: Correction | None = None) -> Filed:
    """File an edition.

    Args:
        archive: where.
        draft: what.
        hand: who files it, when.
        correction: which edition it corrects, and why.

    Raises:
        ArchiveError: another edition has this day and slug and is not corrected, the corrected one
            is not there, or the archive cannot be written.
    """
    with archive.store.shared():
        if same := _filed_before(archive, draft, correction):
            return Filed(same, new=False)
        for part in draft.parts:
            archive.keep(part.data)
        edition = _edition(draft, draft.prepared_by or hand.actor, correction)
        return Filed(_append(archive, edition, hand), new=True)


def _parts(artifacts: Iterable[Artifact]) -> tuple[Part, ...]:
    made = (Part(one.path, digest(one.data), len(one.data)) for one in artifacts)
    return tuple(sorted(made, key=lambda part: part.path))


def _edition(draft: Draft, prepared_by: str, correction: Correction | None) -> Edition:
    """The record to be; its number is found while the entry is appended."""
    return Edition(
        id=draft.place,
        as_of=draft.as_of,
        slug=draft.slug,
        number=1,
        title=draft.title,
        headline=draft.headline,
        standfirst=draft.standfirst,
        source=draft.source,
        sample=draft.sample,
        terms=draft.terms,
        snapshot=draft.snapshot,
        prepared_by=prepared_by,
        parts=_parts(draft.parts),
        versions=draft.versions,
        corrects=correction.of if correction else "",
        reason=correction.reason if correction else "",
    )


def _filed_before(archive: Archive, draft: Draft, correction: Correction | None) -> Edition | None:
    """The edition of this day and slug with the same files, if there is one."""
    wanted = [part for part in _parts(draft.parts) if part.path.startswith(FILES)]
    for name, entry in archive.added().items():
        if name.partition(".")[0] == draft.place:
            there = read_record(archive.object(entry.objects["record"]))
            files = [part for part in there.parts if part.path.startswith(FILES)]
            if files == wanted and (correction is None or correction.of == there.corrects):
                return there
    return None


def _append(archive: Archive, edition: Edition, hand: Hand) -> Edition:
    """Number the edition, keep its record and append its entry; a faster writer is seen."""
    there = [e.edition for e in archive.entries() if e.act is Act.ADDED]
    mine = [name for name in there if name.partition(".")[0] == edition.id]
    number = len(mine) + 1
    name = edition.id if number == 1 else f"{edition.id}.{number}"
    numbered = replace(edition, id=name, number=number)
    entry = hand.entry(
        Act.ADDED,
        name,
        objects={"record": archive.keep(record(numbered))},
        details=log.details(corrects=edition.corrects, reason=edition.reason),
    )

    def check(entries: tuple[Entry, ...]) -> None:
        filed = {one.edition for one in entries if one.act is Act.ADDED}
        if edition.corrects and edition.corrects not in filed:
            tip = "See which there are: reporter archive list."
            raise ArchiveError(f"there is no edition {edition.corrects!r} to correct.", tip=tip)
        if name in filed or (number > 1 and not edition.corrects):
            message = f"the edition {edition.id} is filed already, with other files."
            tip = f"File a correction: --corrects {mine[-1] if mine else name} --reason TEXT."
            raise ArchiveError(message, tip=tip)

    log.append(archive.store, entry, check, late=hand.late)
    return numbered
