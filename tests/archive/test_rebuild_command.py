"""`reporter archive rebuild`: of one edition or all, told and kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from reporter.archive.base import Archive
from reporter.archive.filing import Correction, Draft
from reporter.cli import reporter
from reporter.errors import ArchiveError, SpecError
from reporter.filed import Edition
from tests.rebuilding import archive as archive  # noqa: PLC0414  a fixture
from tests.rebuilding import edited, filed, run, snapshot_of
from tests.rebuilding import sample as sample  # noqa: PLC0414  a fixture


@pytest.fixture
def two(archive: Archive, sample: Draft) -> tuple[Edition, Edition]:
    first = filed(archive, sample)
    other = edited(sample, "files/brief.json", lambda data: data.replace(b"\n", b"\n\n", 1))
    return first, filed(archive, other, Correction(first.id, "A wrong line."))


def test_all_are_built_again_and_what_was_built_is_kept(
    archive: Archive, two: tuple[Edition, Edition], tmp_path: Path
) -> None:
    first, second = two
    before = snapshot_of(archive.folder)
    code, said = run(archive, "--all", "--keep", str(tmp_path / "kept"), "-q")
    assert code == 1
    assert f"{first.id}  same: " in said
    assert f"{second.id}  1 of " in said
    assert "brief.json: byte" in said
    for part in first.parts:
        if part.path.startswith("files/"):
            kept = tmp_path / "kept" / first.id / part.path.removeprefix("files/")
            assert kept.read_bytes() == archive.object(part.sha256)
    assert (tmp_path / "kept" / second.id / "manifest.json").is_file()
    assert snapshot_of(archive.folder) == before


def test_one_edition_that_fails_does_not_end_the_others(
    archive: Archive, two: tuple[Edition, Edition]
) -> None:
    first, second = two
    lost = second.part("files/brief.json")
    assert lost
    archive.store.remove(f"objects/{lost.sha256[:2]}/{lost.sha256}")
    code, said = run(archive, second.id, first.id, "-q")
    assert code == 1
    assert f"{second.id}  cannot be built again: " in said
    assert f"{first.id}  same: " in said


def test_a_name_of_none_is_told_before_anything_is_built(
    archive: Archive, two: tuple[Edition, Edition]
) -> None:
    done = CliRunner().invoke(
        reporter,
        ["archive", "rebuild", two[0].id, "2020-01-01/none", "--archive", str(archive.folder)],
    )
    assert isinstance(done.exception, ArchiveError)
    assert "there is no edition '2020-01-01/none'" in str(done.exception)
    assert not done.stdout


def test_what_is_to_be_built_must_be_said_and_kept_elsewhere(
    archive: Archive, two: tuple[Edition, Edition]
) -> None:
    for words in ((), ("--all", two[0].id), ("--all", "--keep", str(archive.folder / "kept"))):
        done = CliRunner().invoke(
            reporter, ["archive", "rebuild", *words, "--archive", str(archive.folder)]
        )
        assert isinstance(done.exception, SpecError)
    assert not (archive.folder / "kept").exists()
