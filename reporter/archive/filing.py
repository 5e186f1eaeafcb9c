"""Filing an edition: its objects first, then its record, then the entry that makes it so.

A crash before the entry leaves objects that nothing refers to, and no edition; after it, the whole
edition. Filing the same again changes nothing. A new archive's first entry says that it was created
and how it is laid out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date

from reporter.archive import drafts, ends, log, policy
from reporter.archive.base import FORMAT, Archive, Hand, digest, read_record, record
from reporter.archive.drafts import FILES, INPUTS, PROGRAM, Correction, Draft
from reporter.errors import ArchiveError
from reporter.filed import Act, Edition, Entry, Part
from reporter.paper import Artifact

__all__ = [
    "FILES",
    "INPUTS",
    "PROGRAM",
    "Correction",
    "Draft",
    "Filed",
    "begin",
    "check",
    "corrections",
    "file",
    "retain_until",
]


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
        ArchiveError: the draft is not fit to be filed, another edition has this day and slug and
            is not corrected, the corrected one is not there, was purged or is of another slug, or
            the archive cannot be written.
    """
    drafts.check(draft, hand, correction)
    with ends.writing(archive):
        if same := check(archive, draft, correction):
            return Filed(same, new=False)
        archive.keep_all(part.data for part in draft.parts)
        begin(archive, hand)
        edition = _edition(draft, draft.prepared_by or hand.actor, correction)
        try:
            filed = _append(archive, edition, hand, retain_until(archive, draft, hand))
        except ArchiveError:
            if same := _filed_before(archive, archive.entries(), draft, correction):
                return Filed(same, new=False)  # by another writer, a moment ago
            raise
        return Filed(filed, new=True)


def check(archive: Archive, draft: Draft, correction: Correction | None) -> Edition | None:
    """The edition with the same files, if it is filed already; None where the draft may be filed.

    Raises:
        ArchiveError: it may not.
    """
    entries = archive.entries()
    if same := _filed_before(archive, entries, draft, correction):
        return same
    _check_place(entries, draft.place, correction)
    return None


def begin(archive: Archive, hand: Hand) -> None:
    """Write the first entry of a new archive; of one that has entries, nothing."""

    def check(entries: tuple[Entry, ...]) -> None:
        if entries:
            raise _BegunError("the archive has entries.")

    if not archive.entries():
        entry = hand.entry(Act.CREATED, details={"format": FORMAT})
        with suppress(_BegunError):
            log.append(archive.store, entry, check, late=hand.late)


class _BegunError(ArchiveError):
    """Another writer was faster."""


def retain_until(archive: Archive, draft: Draft, hand: Hand) -> date:
    """The last day through which the edition must be kept, by the policy in force."""
    day = hand.now.astimezone(UTC).date()
    return policy.retain_until(policy.in_force(archive), draft.slug, (), day)


def corrections(entries: Iterable[Entry]) -> Mapping[str, tuple[str, ...]]:
    """For every edition that was corrected, the ids of its corrections in the order filed."""
    found: dict[str, tuple[str, ...]] = {}
    for one in entries:
        if one.act is Act.ADDED and (old := str(one.details.get("corrects", ""))):
            found[old] = (*found.get(old, ()), one.edition)
    return found


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


def _filed_before(
    archive: Archive, entries: Iterable[Entry], draft: Draft, correction: Correction | None
) -> Edition | None:
    """The edition of this day and slug with the same files, if there is one."""
    wanted = [part for part in _parts(draft.parts) if part.path.startswith(FILES)]
    purged = _purged(entries)
    for entry in _at(entries, draft.place):
        if entry.edition not in purged:
            there = read_record(archive.object(entry.objects["record"]))
            files = [part for part in there.parts if part.path.startswith(FILES)]
            if files == wanted and (correction is None or correction.of == there.corrects):
                return there
    return None


def _at(entries: Iterable[Entry], place: str) -> list[Entry]:
    """The entries that filed the editions of one day and slug, corrections among them."""
    filed = (one for one in entries if one.act is Act.ADDED)
    return [one for one in filed if one.edition.partition(".")[0] == place]


def _purged(entries: Iterable[Entry]) -> frozenset[str]:
    return frozenset(one.edition for one in entries if one.act is Act.PURGED)


def _check_place(
    entries: tuple[Entry, ...], place: str, correction: Correction | None
) -> tuple[Entry, ...]:
    """The editions of this day and slug, if one more may be filed.

    Raises:
        ArchiveError: it may not, as `file` says.
    """
    mine = _at(entries, place)
    purged = _purged(entries)
    if correction:
        _check_corrected(entries, place, correction.of, purged)
    elif mine and mine[-1].edition in purged:
        message = f"the edition {mine[-1].edition} was filed and purged; it is not filed again."
        raise ArchiveError(message)
    elif mine:
        message = f"the edition {place} is filed already, with other files."
        tip = f"File a correction: --corrects {mine[-1].edition} --reason TEXT."
        raise ArchiveError(message, tip=tip)
    return tuple(mine)


def _check_corrected(
    entries: Iterable[Entry], place: str, old: str, purged: frozenset[str]
) -> None:
    if old not in {one.edition for one in entries if one.act is Act.ADDED}:
        tip = "See which there are: reporter archive list."
        raise ArchiveError(f"there is no edition {old!r} to correct.", tip=tip)
    if old in purged:
        raise ArchiveError(f"the edition {old} was purged and cannot be corrected.")
    slug = place.partition("/")[2]
    if old.partition("/")[2].partition(".")[0] != slug:
        tip = f"An edition corrects one of its own slug, {slug}."
        raise ArchiveError(f"the edition {old} is another brief's.", tip=tip)


def _append(archive: Archive, edition: Edition, hand: Hand, until: date) -> Edition:
    """Number the edition, keep its record and append its entry; a faster writer is seen."""
    correction = Correction(edition.corrects, edition.reason) if edition.corrects else None
    for _ in range(log.TRIES):
        mine = _check_place(archive.entries(), edition.id, correction)
        number = len(mine) + 1
        name = edition.id if number == 1 else f"{edition.id}.{number}"
        numbered = replace(edition, id=name, number=number)
        told = log.details(
            corrects=edition.corrects, reason=edition.reason, retain_until=until.isoformat()
        )
        objects = {"record": archive.keep(record(numbered))}
        entry = hand.entry(Act.ADDED, name, objects=objects, details=told)

        def check(entries: tuple[Entry, ...], mine: tuple[Entry, ...] = mine) -> None:
            if _check_place(entries, edition.id, correction) != mine:
                raise _BegunError("another writer has this number.")

        with suppress(_BegunError):
            log.append(archive.store, entry, check, late=hand.late)
            return numbered
    raise ArchiveError("other writers were faster a thousand times. Try again.")
