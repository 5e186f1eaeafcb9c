"""An edition handed out whole: everything an auditor needs to check it without this program."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reporter import durable
from reporter.archive import log
from reporter.archive.base import Archive
from reporter.archive.filing import FILES
from reporter.archive.layout import lay_out, safe
from reporter.errors import ArchiveError
from reporter.filed import Act, Edition, Entry
from reporter.glossary import USES
from reporter.market import Terms
from reporter.paper import Artifact

SUMS = "SHA256SUMS"
README = "README.txt"
RECORD = "record.json"
PUBLIC = {"approval": ".json", "policy": ".toml"}
"""Objects of log entries that go along; a client's sealed files never do."""
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day a ZIP file can hold


@dataclass(frozen=True, slots=True)
class Export:
    """An edition to be handed out: its name as a folder, its files, what these may be used for."""

    name: str
    files: tuple[Artifact, ...]
    terms: str


def export(archive: Archive, name: str, *, with_inputs: bool = False) -> Export:
    """Gather what is handed out of an edition.

    Args:
        archive: where it is filed.
        name: its id.
        with_inputs: with spec, desk inputs, prices, templates and styles.

    Raises:
        ArchiveError: there is no such edition, it was purged, a part is missing or is not what was
            filed, or a part's name leads elsewhere.
    """
    edition = archive.edition(name)
    chain = archive.entries()
    about = _about(chain, name)
    parts = [p for p in edition.parts if with_inputs or p.path.startswith(FILES)]
    record = next(e.objects["record"] for e in about if e.act is Act.ADDED and e.edition == name)
    files = [
        *(Artifact("/".join(safe(part.path)), archive.object(part.sha256)) for part in parts),
        Artifact(RECORD, archive.object(record)),
        *(Artifact(log.key(n), archive.store.get(log.key(n))) for n in _neighbours(chain, about)),
        *_objects(archive, about),
    ]
    left_out = len(edition.parts) - len(parts)
    told = _readme(edition, record, about, chain, inputs=with_inputs, left_out=left_out)
    files.append(Artifact(README, told.encode()))
    files.sort(key=lambda file: file.path)
    terms = USES[Terms(edition.terms)].words
    return Export(name.replace("/", "-"), (*files, _sums(files)), terms)


def write(what: Export, place: Path, archive: Archive) -> None:
    """Write an export: a ZIP file where the place's name ends so, else a folder; whole or not.

    Raises:
        ArchiveError: something is there already, it lies in the archive, or cannot be written.
    """
    if os.path.lexists(place):
        tip = "Move it away, or name another place."
        raise ArchiveError("is there already, and is not replaced.", where=str(place), tip=tip)
    if place.resolve().is_relative_to(archive.folder.resolve()):
        raise ArchiveError("lies in the archive.", where=str(place), tip="Name a place elsewhere.")
    new = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            _fill(new, what, as_zip=place.suffix.lower() == ".zip")
            _put(new, place)
        finally:
            _clear(new)
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}."
        raise ArchiveError(message, where=str(error.filename or place)) from error


def packed(what: Export) -> bytes:
    """The files as a ZIP file, the same bytes every time: no clock, nothing compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for one in what.files:
            entry = zipfile.ZipInfo(f"{what.name}/{one.path}", _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            file.writestr(entry, one.data)
    return out.getvalue()


# --- what goes along ----------------------------------------------------------------------------


def _about(chain: Sequence[Entry], name: str) -> tuple[Entry, ...]:
    """The entries about the edition or its corrections, and the policies its approvals went by."""
    own = [e for e in chain if e.edition == name or e.details.get("corrects") == name]
    policies = [e for e in chain if e.act is Act.POLICY]
    ruling = [
        max(before, key=lambda one: one.number)
        for entry in own
        if (before := [policy for policy in policies if policy.number < entry.number])
    ]
    return tuple(sorted({e.number: e for e in (*own, *ruling)}.values(), key=lambda e: e.number))


def _neighbours(chain: Sequence[Entry], about: Sequence[Entry]) -> list[int]:
    """The numbers of those entries, of each one before, and of each one after."""
    wanted = {entry.number + step for entry in about for step in (-1, 0, 1)}
    return [entry.number for entry in chain if entry.number in wanted]


def _objects(archive: Archive, about: Sequence[Entry]) -> Iterator[Artifact]:
    for entry in about:
        for kind, ending in PUBLIC.items():
            if sha256 := entry.objects.get(kind):
                yield Artifact(
                    f"approvals/{entry.number:08d}-{kind}{ending}", archive.object(sha256)
                )


def _sums(files: Sequence[Artifact]) -> Artifact:
    """The hash of every file, as `sha256sum` writes them and checks them."""
    lines = (f"{hashlib.sha256(file.data).hexdigest()}  {file.path}\n" for file in files)
    return Artifact(SUMS, "".join(lines).encode())


def _readme(  # noqa: PLR0913  all of it is told
    edition: Edition,
    record: str,
    about: Sequence[Entry],
    chain: Sequence[Entry],
    *,
    inputs: bool,
    left_out: int,
) -> str:
    added = next(e for e in about if e.act is Act.ADDED and e.edition == edition.id)
    last = chain[-1]
    kept = (
        "inputs/ and program/ hold what it was made from: spec, desk inputs, prices, templates."
        if inputs
        else f"What it was made from is not included ({left_out} files, named in {RECORD})."
    )
    sample = "It was made from sample data, which are no market prices.\n" if edition.sample else ""
    corrects = (
        f"It corrects {edition.corrects}: {_line(edition.reason)}\n" if edition.corrects else ""
    )
    later = (
        f"It was corrected by {e.edition}, filed on {e.time:%Y-%m-%d %H:%M} UTC.\n"
        for e in about
        if e.act is Act.ADDED and e.edition != edition.id
    )
    return f"""\
{_line(edition.title)}
{_line(edition.headline)}

Edition {edition.id}, as of {edition.as_of}, prepared by {_line(edition.prepared_by)},
filed by {_line(added.actor)} on {added.time:%Y-%m-%d %H:%M} UTC.
{sample}{corrects}{"".join(later)}
What is here
  files/       what readers were handed
  {RECORD}  what was filed of it: every part with its hash, and the versions that made it
  log/         the archive's entries about it, each with the one before and the one after
  approvals/   signed approvals, and the policies they went by; absent where there are none
  {kept}

How to check it
  1. Nothing changed since this was handed out:   sha256sum -c {SUMS}
  2. The record is the one that was filed: its sha256 stands in {log.key(added.number)}:
     {record}
  3. The files are those of the record: compare their sha256 with those in {RECORD}.
  4. The log is a chain: `previous` of each entry is the sha256 of the entry before.
     It had {last.number} entries then; the hash of the last was
     {last.sha256}
     Compare a hash of the log that was kept outside the archive.

Terms of the data: {USES[Terms(edition.terms)].words}.
"""


def _line(text: str) -> str:
    """A text on one line, without characters that a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


# --- to disk ------------------------------------------------------------------------------------


def _fill(new: Path, what: Export, *, as_zip: bool) -> None:
    if as_zip:
        durable.create(new, packed(what))
        return
    new.mkdir()
    lay_out(new, ((file.path, file.data) for file in what.files))
    for folder in (path for path in (new, *new.rglob("*")) if path.is_dir()):
        durable.settle(folder)


def _put(new: Path, place: Path) -> None:
    """Give it its name, which must be free."""
    if new.is_dir():
        new.rename(place)
    else:
        durable.name(new, place)
    durable.settle(place.parent)


def _clear(new: Path) -> None:
    if new.is_dir():
        shutil.rmtree(new)
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
