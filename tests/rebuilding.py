"""Editions filed with everything they were made from, as a build and `archive add` do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from reporter import pipeline
from reporter.archive import log
from reporter.archive.base import Archive, Hand, opened, record
from reporter.archive.filing import Correction, Draft, file
from reporter.archive.intake import found
from reporter.cli import reporter
from reporter.filed import Act, Edition, Part
from reporter.output import write
from reporter.paper import FORMATS
from reporter.sources.base import silent
from reporter.spec import load

NOW = datetime(2026, 1, 16, 12, tzinfo=UTC)
HAND = Hand("jane", NOW)
LIGHT = ("html", "json")
"""A paper's page takes a second: only some tests print."""


def draft(name: str, folder: Path, *, source: str | None = None, as_of: date | None = None,
          formats: tuple[str, ...] = FORMATS) -> Draft:  # fmt: skip
    """An edition of the brief of this name or path, with its inputs; `folder` is for its files."""
    spec = load(name, source=source, as_of=as_of)
    made = pipeline.build(spec, now=NOW, formats=formats, progress=silent)
    write(made, folder)
    return found(folder / made.folder).draft()


def edited(what: Draft, path: str, change: Callable[[bytes], bytes]) -> Draft:
    """The draft with other bytes in one part."""
    assert any(part.path == path for part in what.parts)
    parts = (replace(p, data=change(p.data)) if p.path == path else p for p in what.parts)
    return replace(what, parts=tuple(parts))


def filed(archive: Archive, what: Draft, correction: Correction | None = None) -> Edition:
    """The edition, in the archive."""
    return file(archive, what, HAND, correction).edition


def smuggled(archive: Archive, what: Draft, *parts: tuple[str, bytes], **words: str) -> Edition:
    """The edition with more parts and other words in its record, such as filing would refuse."""
    honest = filed(archive, what)
    added = (Part(path, archive.keep(data), len(data)) for path, data in parts)
    name = f"{honest.id}.66"
    edition = replace(honest, id=name, number=66, parts=(*honest.parts, *added), **words)  # type: ignore[arg-type]
    objects = {"record": archive.keep(record(edition))}
    log.append(archive.store, HAND.entry(Act.ADDED, name, objects=objects), lambda _: None)
    return edition


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    """An edition from sample data with all its inputs, without a PDF."""
    return draft("daily", tmp_path_factory.mktemp("data"), formats=LIGHT)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An empty archive."""
    return opened(tmp_path / "archive", must_exist=False)


def snapshot_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by its path, with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def run(archive: Archive, *words: str) -> tuple[int, str]:
    """The exit code of `reporter archive rebuild`, and what it said."""
    done = CliRunner().invoke(
        reporter, ["archive", "rebuild", *words, "--archive", str(archive.folder)]
    )
    return done.exit_code, done.output
