"""What of an archive may be shown to readers: editions as their own public files tell of them.

Nothing here comes from inputs, from clients' files or from the machine: only the record, and the
`brief.json` that readers are handed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reporter import wording
from reporter.archive.approval import apart, standing
from reporter.archive.base import Archive, read_record
from reporter.archive.contents import BRIEF, brief_of
from reporter.archive.stores import AbsentError
from reporter.errors import ArchiveError
from reporter.filed import Act, Edition, Entry, Part
from reporter.instruments import describe
from reporter.model import Kind, Terms, Unit

PAGE, PRINT = "files/brief.html", "files/brief.pdf"
TERMS, UNAPPROVED, PURGED, UNFIT = (
    "their data may not be passed on",
    "not approved",
    "purged",
    "their name is no name of a folder",
)
NEUTRAL = frozenset({Kind.YIELD, Kind.VOLATILITY})
"""Of what a rise is nobody's gain."""
_ID = re.compile(r"\d{4}-\d\d-\d\d/[a-z0-9][a-z0-9-]*(\.[0-9]+)?", re.ASCII)
_PUBLIC = re.compile(r"files/(brief\.(html|pdf|json)|data/[A-Za-z0-9_][A-Za-z0-9._-]*\.csv)")

Approved = Callable[[str], bool]
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure as its edition printed it; `tone` is `up`, `down` or nothing."""

    label: str
    value: str
    change: str
    note: str
    tone: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """A number that an edition gave as a key figure: what it is of, and how it was printed."""

    fact: str
    metric: str
    subject: str
    benchmark: str
    window: str | None
    value: float
    unit: Unit
    display: str


@dataclass(frozen=True, slots=True)
class Issue:
    """An edition that is shown.

    `filed` is when; `record` the hash of its record; `corrected_by` the id of the last edition
    shown that corrects it; `approvers` are told inside the house only. `names` are those of
    instruments by symbol, `text` is what a reader would read, a paragraph each.
    """

    edition: Edition
    record: str
    filed: datetime
    files: tuple[Part, ...]
    figures: tuple[Figure, ...] = ()
    sightings: tuple[Sighting, ...] = ()
    names: Mapping[str, str] | None = None
    text: tuple[str, ...] = ()
    corrected_by: str = ""
    approvers: tuple[str, ...] = ()

    @property
    def folder(self) -> str:
        """Where its page lies in the site, with a slash behind."""
        return f"editions/{self.edition.id}/"

    def file(self, path: str) -> str:
        """The name of one of its public files, below its folder; empty where it has none."""
        return path.removeprefix("files/") if any(p.path == path for p in self.files) else ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is shown, oldest first, what is left out and why; `identity` is the archive's own."""

    issues: tuple[Issue, ...]
    left_out: Mapping[str, int]
    identity: str


def shelf(archive: Archive, *, internal: bool = False, approved: Approved | None = None) -> Shelf:
    """The editions of an archive that may be shown.

    Args:
        archive: whose.
        internal: those whose data may not be passed on too, and who approved them.
        approved: tells of an edition's id whether it may go to the site's readers; without it,
            that is not asked.

    Raises:
        ArchiveError: an edition is not what was filed.
    """
    entries = archive.entries()
    gone = {entry.edition for entry in entries if entry.act is Act.PURGED}
    left: Counter[str] = Counter()
    known = apart(entries)
    shown = []
    for entry in entries:
        if entry.act is not Act.ADDED:
            continue
        if entry.edition in gone:
            left[PURGED] += 1
            continue
        found = _taken(archive, entry, internal=internal, approved=approved)
        if isinstance(found, str):
            left[found] += 1
        else:
            shown.append(_with_people(archive, found, known) if internal else found)
    shown.sort(key=lambda one: (one.edition.as_of, one.edition.slug, one.edition.number))
    identity = entries[0].sha256 if entries else ""
    return Shelf(tuple(_linked(shown)), dict(sorted(left.items())), identity)


def _taken(
    archive: Archive, entry: Entry, *, internal: bool, approved: Approved | None
) -> Issue | str:
    """The edition an entry filed, or why it is left out."""
    if not _ID.fullmatch(entry.edition):
        return UNFIT
    try:
        edition = read_record(archive.object(entry.objects["record"]))
        if edition.terms != Terms.REDISTRIBUTABLE and not internal:
            return TERMS
        if approved and not approved(edition.id):
            return UNAPPROVED
        if edition.id != entry.edition:
            raise ArchiveError("has a record of another edition.", where=entry.edition)
        files = tuple(part for part in edition.parts if _PUBLIC.fullmatch(part.path))
        issue = Issue(edition, entry.objects["record"], entry.time, files)
        brief = brief_of(archive, edition, public=True)
        return _told(issue, brief) if brief else issue
    except AbsentError:
        later = archive.entries(entry.number)
        if any(one.act is Act.PURGED and one.edition == entry.edition for one in later):
            return PURGED  # while this was read
        raise


def _with_people(archive: Archive, issue: Issue, known: Mapping[str, tuple[Entry, ...]]) -> Issue:
    """The edition with those whose approval of it counts."""
    name = issue.edition.id
    return replace(issue, approvers=standing(archive, name, known.get(name, ())).approvers)


def _linked(issues: list[Issue]) -> Iterator[Issue]:
    """Each with the last edition that corrects it, itself or by way of its corrections."""
    corrects = {issue.edition.id: issue.edition.corrects for issue in issues}
    latest: dict[str, Issue] = {}
    for issue in sorted(issues, key=lambda one: one.filed):
        latest[root(issue.edition.id, corrects)] = issue
    for issue in issues:
        last = latest[root(issue.edition.id, corrects)].edition.id
        yield replace(issue, corrected_by="" if last == issue.edition.id else last)


def root(name: str, corrects: Mapping[str, str]) -> str:
    """The id of the edition that was corrected first, by what each one corrects."""
    seen = {name}
    while (before := corrects.get(name, "")) and before not in seen:
        name = before
        seen.add(name)
    return name


# --- what brief.json tells -----------------------------------------------------------------------


def _told(issue: Issue, document: Document) -> Issue:
    """The edition with what its `brief.json` says.

    Raises:
        ArchiveError: that is no brief.
    """
    try:
        facts = {fact["id"]: fact for fact in document["facts"]}
        figures = document["key_figures"]
        return replace(
            issue,
            figures=tuple(_figure(one, facts) for one in figures),
            sightings=tuple(_sightings(figures, facts)),
            names={one["symbol"]: one["name"] for one in document.get("inputs", ())},
            text=tuple(filter(None, _paragraphs(document))),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        where = f"{issue.edition.id}, {BRIEF}"
        raise ArchiveError("is not a brief as reporter writes it.", where=where) from error


def _figure(one: Document, facts: Mapping[str, Document]) -> Figure:
    change = one["change"]["text"] if one["change"] else ""
    fact = facts.get(one["change"]["fact"] or "") if change else None
    tone = {1: "up", -1: "down", 0: ""}[wording.direction(change)] if change else ""
    if fact and describe(fact["subject"]).kind in NEUTRAL:
        tone = ""
    return Figure(one["label"], one["value"]["text"], change, one["note"], tone)


def _sightings(figures: list[Document], facts: Mapping[str, Document]) -> Iterator[Sighting]:
    """The numbers of key figures, values and changes; words and yes or no are no numbers."""
    spans = [one[part] for one in figures for part in ("value", "change") if one[part]]
    for name in dict.fromkeys(span["fact"] for span in spans if span.get("fact")):
        fact = facts.get(name)
        if fact and isinstance(fact["value"], int | float) and not isinstance(fact["value"], bool):
            yield Sighting(
                name, fact["metric"], fact["subject"], fact["benchmark"] or "", fact["window"],
                float(fact["value"]), Unit(fact["unit"]), fact["display"],
            )  # fmt: skip


def _paragraphs(document: Document) -> Iterator[str]:
    yield document["standfirst"]["text"]
    yield "; ".join(_said(_figure(one, {})) for one in document["key_figures"])
    for section in document["sections"]:
        yield section["title"]
        for paragraph in section["paragraphs"]:
            yield " ".join(remark["text"] for remark in paragraph)
        for table in section["tables"]:
            yield table["caption"]
            yield from (" ".join(cell["text"] for cell in row) for row in table["rows"])


def _said(figure: Figure) -> str:
    change = f" ({figure.change} {figure.note})" if figure.change else f" ({figure.note})"
    return f"{figure.label} {figure.value}{change if figure.change or figure.note else ''}"
