"""Editions filed with everything they were made from, laid out by hand from a real build."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

from reporter import pipeline
from reporter.archive.base import Archive, Hand
from reporter.archive.filing import Correction, Draft, file
from reporter.archive.versions import versions
from reporter.filed import Edition
from reporter.model import Artifact, Artifacts, BriefSpec, plain
from reporter.paper import FORMATS
from reporter.resources import PACKAGE, shipped
from reporter.sources.base import silent
from reporter.spec import load

NOW = datetime(2026, 1, 16, 12, tzinfo=UTC)


def built(
    spec: BriefSpec, formats: tuple[str, ...] = FORMATS, data: Path | None = None
) -> Artifacts:
    """An edition as `reporter build` makes it."""
    return pipeline.build(spec, now=NOW, formats=formats, progress=silent, data_folder=data)


def draft(name: str, folder: Path, *, source: str | None = None, as_of: date | None = None,
          formats: tuple[str, ...] = FORMATS) -> Draft:  # fmt: skip
    """An edition of the brief of this name or path, with its inputs; `folder` is for its data."""
    spec = load(name, source=source, as_of=as_of)
    made = built(spec, formats)
    brought = pipeline.fetch(spec, now=NOW, progress=silent, data_folder=folder, refresh=False)
    files = [Artifact(f"files/{one.path}", one.data) for one in made.files]
    run = {
        "format": 1, "now": NOW.isoformat(), "as_of": as_of.isoformat() if as_of else None,
        "formats": list(formats), "spec": Path(spec.path).name, "shipped": spec.folder is None,
        "snapshot": brought.snapshot, "shown": made.brief.snapshot, "source": made.brief.source,
    }  # fmt: skip
    files.append(Artifact("inputs/run.json", json.dumps(run).encode()))
    files.extend(below(folder, "inputs/data"))
    home = spec.folder or PACKAGE / "briefs"
    files.extend(
        Artifact(f"inputs/spec/{name}", (home / name).read_bytes()) for name in spec.digests
    )
    for kind in ("templates", "styles"):
        if spec.folder and (spec.folder / kind).is_dir():
            files.extend(below(spec.folder / kind, f"inputs/spec/{kind}"))
        program = below(shipped(kind), f"program/{kind}")
        files.extend(one for one in program if "/fonts/" not in one.path)
    files.extend(below(PACKAGE / "brands", "program/brands"))
    brief = made.brief
    return Draft(
        brief.as_of, brief.slug, brief.title, plain(brief.headline),
        plain(brief.standfirst), brief.source, brief.sample,
        brief.terms.value, brief.snapshot, tuple(files), versions(),
    )  # fmt: skip


def below(folder: Path, prefix: str) -> list[Artifact]:
    """The files below a folder."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
    kept = ((path.relative_to(folder).as_posix(), path) for path in paths)
    return [Artifact(f"{prefix}/{name}", path.read_bytes()) for name, path in kept]


def filed(archive: Archive, what: Draft, correction: Correction | None = None) -> Edition:
    """The edition, in the archive."""
    return file(archive, what, Hand("jane", NOW), correction).edition
