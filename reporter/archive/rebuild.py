"""An edition built again from what it was made from, and compared with what was filed, by the byte.

What the archive holds is laid out in a temporary folder as it lay then: spec and desk inputs, the
one snapshot of its prices, and the templates, styles and brands of the program of that day. The
run's clock is the one that was filed. Nothing is written into the archive.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from reporter import capture
from reporter.archive.base import Archive
from reporter.archive.differing import place
from reporter.archive.filing import FILES, INPUTS, PROGRAM
from reporter.archive.findings import shown
from reporter.archive.layout import lay_out
from reporter.archive.versions import Change, changed, versions
from reporter.errors import ArchiveError, ForeignError
from reporter.filed import Edition
from reporter.model import Artifacts, DeskInputs
from reporter.paper import FORMATS
from reporter.resources import MADE_WITH
from reporter.sources.base import Delivered, Progress, silent

RUN = f"{INPUTS}run.json"
SPEC, DATA = f"{INPUTS}spec/", f"{INPUTS}data/"
FORMAT = 1
_TRACE = "Run it again with -v to see where."
Kind = Literal["missing", "extra", "changed"]

_TEXT = ("jinja2", "python", "reporter", "code", "resources")
_FIGURES = (
    "python", "numpy", "pandas", "pydantic", "exchange-calendars", "tzdata", "reporter", "code",
)  # fmt: skip
_DRAWN = ("matplotlib", "freetype", "fonts", "fonttools")
_SHAPING: Mapping[str, tuple[str, ...]] = {
    ".pdf": (
        "weasyprint", "pango", "harfbuzz", "pydyf", "fonttools", "fonts", "tinycss2",
        "tinyhtml5", "cssselect2", "pyphen", "zlib", "matplotlib", "jinja2", *_FIGURES,
    ),
    ".html": (*_TEXT, *_DRAWN, *_FIGURES),
    ".svg": (*_DRAWN, *_FIGURES),
    ".png": (*_DRAWN, "pillow", "zlib", *_FIGURES),
}  # fmt: skip
"""What may change a file of each kind; of any other, what makes figures and words."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that is not made as it was: `where` is its first place that differs, in words.

    `missing` is not made now, `extra` was not filed. `cause` is the likely one.
    """

    path: str
    kind: Kind
    where: str
    cause: str

    def __str__(self) -> str:
        what = {"missing": "is not made now", "extra": "was not filed", "changed": self.where}
        return f"{self.path}: {what[self.kind]}. {self.cause}"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An edition built again: how many files were compared, and what differs."""

    edition: str
    files: int
    differences: tuple[Difference, ...]
    changes: tuple[Change, ...]
    artifacts: Artifacts

    @property
    def same(self) -> bool:
        """Whether every byte of every file is as it was filed."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class Run:
    """How an edition was built, as `inputs/run.json` has it.

    `shown` and `source` are what its pages call the snapshot and the source; `desk` are the desk
    inputs that came with the prices, where those of a replay would be others.
    """

    now: datetime
    as_of: date | None
    formats: tuple[str, ...]
    spec: str
    snapshot: str
    shown: str
    source: str
    desk: DeskInputs | None


def rebuild(
    archive: Archive, edition: Edition, *, beside: Path | None = None, progress: Progress = silent
) -> Rebuilt:
    """Build an edition again, and compare.

    Args:
        archive: holds its parts.
        edition: its record.
        beside: where the temporary folder is made, which goes again; else where the system says.
        progress: told of every symbol.

    Raises:
        ArchiveError: it was filed without its inputs, or a part is missing, is not what was filed,
            or has a name that leads elsewhere.
        ReporterError: what was filed cannot be built with this program.
    """
    run = read_run(archive, edition)
    with _laid_out(archive, edition, beside) as folder, _foreign_inputs(edition):
        made = _built(run, folder, progress)
    changes = changed(edition.versions, versions())
    differences = tuple(_differences(archive, edition, made, changes))
    count = sum(part.path.startswith(FILES) for part in edition.parts)
    return Rebuilt(edition.id, count, differences, changes, made)


def read_run(archive: Archive, edition: Edition) -> Run:
    """How the edition was built.

    Raises:
        ArchiveError: that was not filed, or by another version of reporter.
    """
    part = edition.part(RUN)
    if part is None:
        message = "was filed without what it was made from, so it cannot be built again."
        raise ArchiveError(message, where=edition.id)
    try:
        run: dict[str, Any] = json.loads(archive.object(part.sha256))
        if run["format"] != FORMAT:
            raise ArchiveError("was filed by another version of reporter.", where=edition.id)
        found = Run(
            datetime.fromisoformat(run["now"]),
            date.fromisoformat(run["as_of"]) if run["as_of"] else None,
            tuple(name for name in FORMATS if name in run["formats"]),
            str(run["spec"]),
            str(run["snapshot"]),
            str(run["shown"] or ""),
            str(run["source"]),
            capture.desk_of(run["desk"]) if run.get("desk") else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"{RUN} is not as reporter writes it ({error!r})."
        raise ArchiveError(message, where=edition.id) from error
    needed = (f"{SPEC}{found.spec}", f"{DATA}snapshots/{found.snapshot}.json")
    if missing := [path for path in needed if edition.part(path) is None]:
        raise ArchiveError(f"{missing[0]!r} was not filed.", where=edition.id)
    return found


@contextmanager
def _laid_out(archive: Archive, edition: Edition, beside: Path | None) -> Iterator[Path]:
    """A temporary folder with `spec`, below it the program's resources of then, and `data`."""
    places = {SPEC: "spec", PROGRAM: f"spec/{MADE_WITH}", DATA: "data"}
    files = {
        f"{folder}/{part.path.removeprefix(prefix)}": part.sha256
        for part in edition.parts
        for prefix, folder in places.items()
        if part.path.startswith(prefix)
    }
    try:
        with TemporaryDirectory(prefix="reporter-rebuild-", dir=beside) as name:
            folder = Path(name).resolve()
            lay_out(folder, ((path, archive.object(sha)) for path, sha in files.items()))
            yield folder
    except OSError as error:
        message = f"the temporary folder cannot be written: {error.strerror or error}."
        tip = "Make room, or name another place in TMPDIR."
        raise ArchiveError(message, where=str(error.filename or ""), tip=tip) from error


@contextmanager
def _foreign_inputs(edition: Edition) -> Iterator[None]:
    """Within, what was filed and has a shape that no reporter gives it is one message.

    The bytes are those of their hashes; whoever writes an archive himself can file any.
    """
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        why = " ".join(f"{type(error).__name__}: {error}".split())
        message = f"cannot be built from what was filed ({shown(why)})."
        raise ForeignError(message, where=shown(edition.id), tip=_TRACE) from error


def _built(run: Run, folder: Path, progress: Progress) -> Artifacts:
    """The files, made from what lies in the folder and from nothing else."""
    from reporter import pipeline, spec  # noqa: PLC0415  heavy

    order = spec.load(folder / "spec" / run.spec, source=f"snapshot:{run.snapshot}")
    order = replace(order, as_of=run.as_of or order.as_of)

    def given(what: Delivered) -> Delivered:
        return what if run.desk is None else replace(what, desk=run.desk)

    prices = folder / "data"
    data = pipeline.collect(order, now=run.now, progress=progress, data_folder=prices, watch=given)
    data = replace(data, source=run.source, snapshot=run.shown)
    return pipeline.produce(pipeline.compose(order, data), order, run.formats)


# --- comparing --------------------------------------------------------------------------------


def _differences(
    archive: Archive, edition: Edition, made: Artifacts, changes: Sequence[Change]
) -> Iterator[Difference]:
    new = {f"{FILES}{file.path}": file.data for file in made.files}
    filed = {part.path: part.sha256 for part in edition.parts if part.path.startswith(FILES)}
    strange = _strange_inputs(archive, edition)
    for path in sorted({*new, *filed}):
        cause = _cause(path, changes, strange)
        short = path.removeprefix(FILES)
        if path not in new:
            yield Difference(short, "missing", "", cause)
        elif path not in filed:
            yield Difference(short, "extra", "", cause)
        elif (old := archive.object(filed[path])) != new[path]:
            yield Difference(short, "changed", place(short, old, new[path]), cause)


def _cause(path: str, changes: Sequence[Change], strange: str) -> str:
    """What most likely makes the file another one: a version that shapes such files, if any."""
    if strange:
        return f"Likely cause: the inputs: {strange}"
    if path == f"{FILES}manifest.json" and changes:
        shaping = tuple(change.name for change in changes)
    else:
        shaping = _SHAPING.get(Path(path).suffix, _FIGURES)
    told = [str(change) for change in changes if change.name in shaping]
    if told:
        return f"Likely cause: {'; '.join(told)}."
    if changes:
        others = "; ".join(map(str, changes))
        return f"Cause unknown; what changed does not shape such files: {others}."
    return "Cause unknown: program, libraries, fonts and inputs are the same as then."


def _strange_inputs(archive: Archive, edition: Edition) -> str:
    """What of the filed inputs is not what the edition's manifest says it was made from."""
    part = edition.part(f"{FILES}manifest.json")
    try:
        document = json.loads(archive.object(part.sha256)) if part else {}
        specs = dict(document.get("spec", {}))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return "the edition's manifest cannot be read."
    for name, sha256 in specs.items():
        kept = edition.part(f"{SPEC}{name}")
        if kept is None or kept.sha256 != sha256:
            return f"{name} is not the file that the edition's manifest names."
    return ""
