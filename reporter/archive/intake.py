"""From an edition's folder to a draft: what is filed is what was built, proved file by file.

The manifest says which files there are and what was in them; by its own hash what the build was
given is found. Of the program, templates, styles and brands are filed as they are now, and only
if the program is the one that built the edition.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from reporter import capture, durable
from reporter.archive import drafts, filing, versions
from reporter.archive.base import Archive, Hand, digest
from reporter.archive.drafts import Correction, Draft
from reporter.archive.layout import safe
from reporter.errors import ArchiveError, DataError
from reporter.filed import NOTHING, Edition
from reporter.output import INPUTS, MANIFEST, inputs_named
from reporter.paper import Artifact
from reporter.recorder import Recording
from reporter.records import Asked, Delivery, gap_of, quotes_of
from reporter.resources import shipped
from reporter.sources._quick import unpack
from reporter.store import Store

BRIEF = "brief.json"
APART = ("fonts", "site", "site.css")
"""Of shipped templates and styles: what no edition's pages are filled from, and fonts, which the
record's versions name by their hash."""
_AGAIN = "Build it again."
_MISREAD = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """An edition's folder that was checked against its manifest.

    `files` are its files as the manifest names them, `taken` is what the build was given, and
    `strangers` are files that the build did not write, which are not filed.
    """

    folder: Path
    manifest: Document
    files: Mapping[str, bytes]
    taken: Mapping[str, bytes]
    strangers: tuple[str, ...]

    def draft(self, prepared_by: str = "", *, whole: bool = True) -> Draft:
        """The edition to be filed; unless it is to be `whole`, with none but its files.

        Raises:
            ArchiveError: what the build was given cannot be read.
        """
        manifest = self.manifest
        files = (Artifact(f"files/{name}", data) for name, data in self.files.items())
        try:
            brief = json.loads(self._brief())
            return Draft(
                as_of=date.fromisoformat(manifest["as_of"]),
                slug=manifest["slug"],
                title=manifest["title"],
                headline=str(brief["headline"]),
                standfirst=str(brief["standfirst"]["text"]),
                source=manifest["source"],
                sample=manifest["sample"],
                terms=manifest["terms"],
                snapshot=manifest["snapshot"] or "",
                parts=(*files, *(self._parts() if whole else ())),
                versions=versions.versions() if whole else NOTHING,
                prepared_by=prepared_by,
            )
        except (*_MISREAD, DataError) as error:
            raise _damaged(self.folder) from error

    def _brief(self) -> bytes:
        return self.files.get(BRIEF) or self.taken[BRIEF]

    def _parts(self) -> Iterator[Artifact]:
        yield from capture.parts(self.taken, "spec", "inputs/spec")
        if BRIEF in self.taken:
            yield Artifact(f"inputs/{BRIEF}", self.taken[BRIEF])
        with _aside() as folder:
            name = _recorded(self.taken, folder)
            yield from _all_below(folder, "inputs/data")
        run = {**json.loads(self.taken["run.json"]), "snapshot": name}
        yield Artifact("inputs/run.json", capture.encoded(run))
        for part, root in _shipped().items():
            yield from _all_below(root, f"program/{part}")


def found(folder: Path) -> Found:
    """The edition in a folder, every file of it checked, and what its build was given.

    Raises:
        ArchiveError: it holds no edition, a file was changed or is missing, or what the build was
            given is not there, or the program has changed since.
    """
    folder = folder.absolute()
    data = _read(folder / MANIFEST)
    if data is None:
        tip = "Name the folder of one, such as output/2026-01-15/weekly."
        raise ArchiveError("holds no edition.", where=str(folder), tip=tip)
    manifest = _manifest(data, folder / MANIFEST)
    files = {name: _unchanged(folder, name, sha) for name, sha in manifest["files"].items()}
    files[MANIFEST] = data
    taken = _taken(folder, manifest, folder.parent.parent / INPUTS / inputs_named(data))
    return Found(folder, manifest, files, taken, tuple(_strangers(folder, files)))


@dataclass(frozen=True, slots=True)
class Added:
    """A folder's edition in the archive; `new` is False where the same was there before."""

    folder: Path
    edition: Edition
    new: bool
    strangers: tuple[str, ...]


def add(
    archive: Archive,
    folders: Sequence[Path],
    hand: Hand,
    *,
    correction: Correction | None = None,
    prepared_by: str = "",
) -> tuple[Added, ...]:
    """File the editions in some folders; all are checked before the first is filed.

    Raises:
        ArchiveError: one of them cannot be filed; then none is, unless another writer came between.
    """
    places: dict[str, Draft] = {}
    for folder in folders:
        draft = found(folder).draft(prepared_by, whole=False)
        drafts.check(draft, hand, correction)
        filing.check(archive, draft, correction)
        if places.setdefault(draft.place, draft).parts != draft.parts:
            message = f"{draft.place} was named before, with other files; nothing was filed."
            raise ArchiveError(message, where=str(folder))
    return tuple(_added(archive, one, hand, correction, prepared_by) for one in folders)


def _added(
    archive: Archive, folder: Path, hand: Hand, correction: Correction | None, prepared_by: str
) -> Added:
    edition = found(folder)
    outline = edition.draft(prepared_by, whole=False)
    if same := filing.check(archive, outline, correction):
        return Added(folder, same, new=False, strangers=edition.strangers)
    filed = filing.file(archive, edition.draft(prepared_by), hand, correction)
    return Added(folder, filed.edition, filed.new, edition.strangers)


# --- the folder --------------------------------------------------------------------------------


def _manifest(data: bytes, path: Path) -> Document:
    """The manifest, of the shape a build gives it.

    Raises:
        ArchiveError: it has another shape.
    """
    try:
        read: Document = json.loads(data)
        date.fromisoformat(read["as_of"])
        texts = (read["slug"], read["title"], read["source"], read["terms"])
        whole = all(isinstance(text, str) for text in (*texts, *read["files"].values()))
        shaped = whole and isinstance(read["sample"], bool) and isinstance(read["spec"], dict)
        shaped = shaped and isinstance(read["snapshot"], str | None)
    except _MISREAD:
        shaped = False
    if not shaped:
        raise ArchiveError("is no manifest of an edition.", where=str(path), tip=_AGAIN)
    return read


def _unchanged(folder: Path, name: str, sha256: str) -> bytes:
    """A file of the edition.

    Raises:
        ArchiveError: it is not the one that was built.
    """
    path = folder.joinpath(*safe(name))
    data = _read(path)
    if data is None:
        raise ArchiveError("is missing; nothing was filed.", where=str(path), tip=_AGAIN)
    if digest(data) != sha256:
        message = "was changed since it was built; nothing was filed."
        raise ArchiveError(message, where=str(path), tip=_AGAIN)
    return data


def _read(path: Path) -> bytes | None:
    """A file, None where there is none.

    Raises:
        ArchiveError: it cannot be read.
    """
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        message = f"cannot be read: {durable.why(error)}."
        raise ArchiveError(message, where=str(path)) from error


def _strangers(folder: Path, files: Mapping[str, bytes]) -> Iterator[str]:
    """Files that the build did not write; those under hidden names are nobody's business."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if not path.is_dir() and not hidden and name.as_posix() not in files:
            yield name.as_posix()


# --- what the build was given ------------------------------------------------------------------


def _taken(folder: Path, manifest: Document, path: Path) -> Mapping[str, bytes]:
    """What the build was given, if it is what the manifest tells of.

    Raises:
        ArchiveError: it is not there or not that, or the program is another by now.
    """
    data = _read(path)
    if data is None:
        message = "what the edition was built from is not kept beside it; nothing was filed."
        raise ArchiveError(message, where=str(path), tip=_AGAIN)
    try:
        taken = capture.unpacked(data)
        told = json.loads(taken["taken.json"])
        run = json.loads(taken["run.json"])
        specs = {name: digest(taken[f"spec/{Path(name).as_posix()}"]) for name in manifest["spec"]}
        whole = specs == manifest["spec"] and bool(BRIEF in manifest["files"] or BRIEF in taken)
        made = told["program"], run["format"]
    except _MISREAD as error:
        raise _damaged(path) from error
    if not whole:
        raise _damaged(path)
    if made != (capture.program(), capture.FORMAT) or not _same_versions(manifest):
        message = "was built by another version of reporter, or with other libraries."
        raise ArchiveError(message, where=str(folder), tip=_AGAIN)
    return taken


def _damaged(path: Path) -> ArchiveError:
    return ArchiveError("is not what the edition was built from.", where=str(path), tip=_AGAIN)


def _same_versions(manifest: Document) -> bool:
    from reporter import sidecars  # noqa: PLC0415  heavy

    return bool(manifest.get("versions") == sidecars.versions())


@contextmanager
def _aside() -> Iterator[Path]:
    """A temporary folder, which goes again.

    Raises:
        ArchiveError: it cannot be written.
    """
    try:
        with TemporaryDirectory(prefix="reporter-add-") as name:
            yield Path(name)
    except (OSError, DataError) as error:
        cause = error.__cause__ if isinstance(error, DataError) else error
        if not isinstance(cause, OSError):
            raise
        message = f"the temporary folder cannot be written: {durable.why(cause)}."
        tip = "Make room, or name another place in TMPDIR."
        raise ArchiveError(message, where=str(cause.filename or ""), tip=tip) from error


def _recorded(taken: Mapping[str, bytes], folder: Path) -> str:
    """What the source gave as a snapshot in a data folder; its name.

    Raises:
        ArchiveError: it cannot be read.
    """
    told = json.loads(taken["taken.json"])
    delivery, store = Delivery.read(told["delivery"]), Store(folder)
    recording = Recording(
        store,
        Asked.read(told["asked"]),
        date.fromisoformat(told["until"]) if told["until"] else None,
        date.fromisoformat(told["as_of"]) if told["as_of"] else None,
        datetime.fromisoformat(told["now"]) if told["now"] else None,
        told["versions"],
    )
    with store.open():
        for one in told["answers"]:
            if "gap" in one:
                recording.keep(gap_of(one), delivery)
            else:
                quotes = quotes_of(one["symbol"], unpack(taken[one["table"]]), one["quotes"])
                recording.keep(quotes, delivery, one["quotes"])
        return recording.snapshot(delivery)


def _shipped() -> dict[str, Path]:
    return {part: shipped(part) for part in (*versions.RESOURCES, "brands")}


def _all_below(folder: Path, to: str) -> Iterator[Artifact]:
    """Every file below a folder as a part, but hidden ones and what stands apart."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        apart = name.parts[0] in APART or any(part.startswith(".") for part in name.parts)
        if path.is_file() and not apart:
            yield Artifact(f"{to}/{name.as_posix()}", path.read_bytes())
