"""What a build was given, kept beside its edition so that it can be filed and built again.

A build must stay quick, so tables are kept here in a quick form; they become a data folder only
when the edition is filed. Nothing secret comes in: a place is written down as `records.Asked` does.

The packed form is a zip archive, the same bytes for the same run:

- `run.json`: the run as an archive keeps it: its clock, the day asked for, the formats;
- `taken.json`: what the source said, and its answers in the order they came;
- `tables/<number>`: the tables of the answers;
- `spec/`: the spec, and every file beside it that the brief may be made of;
- `brief.json`: the brief's document, where the edition itself has none.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from reporter import brands, contract
from reporter.archive import versions
from reporter.declarations import printable
from reporter.errors import SpecError
from reporter.model import Artifact, Brief, BriefSpec, DeskInputs, Gap
from reporter.order import DeskFigure, DeskView, Event, Flow, Target
from reporter.recorder import versions as source_versions
from reporter.records import Asked, Delivery, about, gap_document
from reporter.sources._quick import pack
from reporter.sources._sample_desk import DESK
from reporter.sources.base import DataRequest, Delivered, Quotes

FORMAT = 1
MADE = ("code", "fonts", "resources")
"""Of the program: what must not have changed when an edition is filed."""
_KINDS = {"targets": Target, "flows": Flow, "views": DeskView, "figures": DeskFigure,
          "events": Event}  # fmt: skip
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16


@dataclass(slots=True, eq=False)
class Taken:
    """What a source gives, noted on its way to the gate."""

    given: Delivered = field(default_factory=lambda: Delivered(()))
    answers: list[Quotes | Gap] = field(default_factory=list)

    def watch(self, given: Delivered) -> Delivered:
        """The same; every answer is noted as it is taken."""
        self.given = given
        return replace(given, answers=self._noted())

    def _noted(self) -> Iterator[Quotes | Gap]:
        for answer in self.given.answers:
            self.answers.append(answer)
            yield answer


def packed(
    taken: Taken, spec: BriefSpec, brief: Brief, *, now: datetime, formats: Collection[str]
) -> bytes:
    """Everything a build was given, as the bytes that are kept.

    Args:
        taken: what the source gave.
        spec: the order.
        brief: what was made of it.
        now: the build's clock.
        formats: which were made.

    Raises:
        SpecError: a file of the spec was changed while the brief was built.
    """
    asked = taken.given.then(DataRequest(spec.symbols, as_of=spec.as_of, now=now))
    files = {f"spec/{name}": data for name, data in _spec_files(spec).items()}
    told, tables = _answers(taken.answers)
    run = _run(spec, brief, taken.given, now=now, formats=formats)
    files |= tables | {
        "run.json": encoded(run),
        "taken.json": encoded(_taken(taken, spec, asked, told)),
    }
    if "json" not in formats:
        files["brief.json"] = contract.dump(contract.brief_document(brief)).encode()
    return _zipped(files)


def unpacked(data: bytes) -> Mapping[str, bytes]:
    """The files that were packed.

    Raises:
        ValueError: the bytes are nothing that was packed here.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return {name: file.read(name) for name in file.namelist()}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
        raise ValueError(str(error)) from error


def _run(
    spec: BriefSpec, brief: Brief, given: Delivered, *, now: datetime, formats: Collection[str]
) -> dict[str, Any]:
    replayed = DESK if given.sample else DeskInputs()
    return {
        "format": FORMAT,
        "now": now.isoformat(),
        "as_of": spec.as_of.isoformat() if spec.as_of else None,
        "formats": list(formats),
        "spec": _file_of(spec).name if spec.path else "",
        "shipped": spec.folder is None,
        "snapshot": "",
        "shown": brief.snapshot,
        "source": brief.source,
        "desk": None if given.desk == replayed else desk_document(given.desk),
    }


def _taken(
    taken: Taken, spec: BriefSpec, asked: DataRequest, answers: list[dict[str, Any]]
) -> dict[str, Any]:
    given = taken.given
    source = given.source or printable(spec.source)
    return {
        "asked": Asked.of(spec.source).document(),
        "until": asked.until.isoformat() if asked.until else None,
        "as_of": asked.as_of.isoformat() if asked.as_of else None,
        "now": asked.now.isoformat() if asked.now else None,
        "versions": source_versions(spec.source.name),
        "delivery": Delivery(source, given.terms, given.notes, given.sample).document(),
        "answers": answers,
        "program": program(),
    }


def program() -> dict[str, str]:
    """What the program itself is, by the hashes of its files."""
    return {name: getattr(versions, name)() for name in MADE}


def _answers(answers: Collection[Quotes | Gap]) -> tuple[list[dict[str, Any]], dict[str, bytes]]:
    """The answers as JSON, and the tables it names."""
    told: list[dict[str, Any]] = []
    tables: dict[str, bytes] = {}
    for number, answer in enumerate(answers):
        if isinstance(answer, Gap):
            told.append(gap_document(answer))
            continue
        name = f"tables/{number:05}"
        tables[name] = pack(answer.frame)
        # without a hash of the source's own the gate makes one: null says so
        quotes = {**about(answer), "sha256": answer.sha256 or None}
        told.append({"symbol": answer.symbol, "table": name, "quotes": quotes})
    return told, tables


# --- desk inputs that come with the prices ----------------------------------------------------


def desk_document(desk: DeskInputs) -> dict[str, Any]:
    """Desk inputs as JSON has them."""

    def plain(row: Mapping[str, Any]) -> dict[str, Any]:
        return {k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()}

    return {kind: [plain(row) for row in rows] for kind, rows in asdict(desk).items()}


def desk_of(document: Mapping[str, Any]) -> DeskInputs:
    """The desk inputs of a document."""
    readers = {"published": date.fromisoformat, "on": date.fromisoformat,
               "at": datetime.fromisoformat}  # fmt: skip

    def made(kind: str, row: Mapping[str, Any]) -> Any:  # noqa: ANN401  one of five
        read = {k: readers[k](v) if k in readers and v else v for k, v in row.items()}
        return _KINDS[kind](**read)

    return DeskInputs(**{k: tuple(made(k, row) for row in rows) for k, rows in document.items()})


# --- the spec and what lies beside it ----------------------------------------------------------


def _file_of(spec: BriefSpec) -> Path:
    """The spec's own file."""
    from reporter.spec import BRIEFS  # noqa: PLC0415  heavy

    return (spec.folder or BRIEFS) / Path(spec.path).name


def _spec_files(spec: BriefSpec) -> dict[str, bytes]:
    """The spec's file, its desk's, its brand's, its own templates and styles, by their names."""
    folder = _file_of(spec).parent
    files = {
        _name(name): _unchanged(folder / name, hashed) for name, hashed in spec.digests.items()
    }
    if spec.folder is None:
        return files
    own = brands.own_files(spec.brand, spec.folder)
    beside = (path for part in versions.RESOURCES for path in _below(spec.folder / part))
    for path in (*own, *beside):
        files.setdefault(_name(path.relative_to(spec.folder)), path.read_bytes())
    return files


def _name(path: str | Path) -> str:
    return Path(path).as_posix()


def _unchanged(path: Path, sha256: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != sha256:
        message = "was changed while the brief was built; nothing was written."
        raise SpecError(message, where=str(path), tip="Build it again.")
    return data


def _below(folder: Path) -> Iterator[Path]:
    """The files that can be read in a folder and in those below it, links followed once."""
    seen: set[str] = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        paths = (Path(place) / name for name in sorted(files))
        yield from (path for path in paths if path.is_file() and os.access(path, os.R_OK))


# --- bytes -------------------------------------------------------------------------------------


def encoded(document: Mapping[str, Any]) -> bytes:
    """A document as the JSON that is kept."""
    return (json.dumps(document, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip archive without the time, so that the same files are the same bytes.

    Nothing is squeezed: of a whole brief's tables that took as long as a tenth of the build.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.create_system, info.external_attr = 3, _PLAIN_FILE
            file.writestr(info, data)
    return out.getvalue()


def parts(files: Mapping[str, bytes], under: str, to: str) -> tuple[Artifact, ...]:
    """Those of the files that lie under a folder, under another."""
    return tuple(
        Artifact(f"{to}/{name.removeprefix(f'{under}/')}", data)
        for name, data in files.items()
        if name.startswith(f"{under}/")
    )
