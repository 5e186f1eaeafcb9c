"""What is made where nothing was is told: a new archive, a copy to look at."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from reporter.cli import run
from tests.archives import archive


def test_a_new_archive_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    brief, new = tmp_path / "editions", tmp_path / "new"
    build = ["build", "--source", "sample", "--format", "json", "--output", str(brief)]
    assert run([*build, "--archive", str(new)]) == 0
    assert f"New archive begun in {new}." in capsys.readouterr().err
    (edition,) = brief.glob("*/small-caps")
    for place, told in ((new, False), (tmp_path / "other", True)):
        assert run(["archive", "add", str(edition), "--archive", str(place)]) == 0
        assert (f"New archive begun in {place}." in capsys.readouterr().err) == told


def test_a_copy_that_stays_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive(tmp_path, 1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert run(["archive", "open", "latest", "--no-view"]) == 0
    told = capsys.readouterr()
    assert told.err == f"The copy in {Path(told.out.strip()).parent} stays until you delete it.\n"
    assert run(["archive", "open", "latest", "--no-view", "--to", str(tmp_path / "to")]) == 0
    assert capsys.readouterr().err == ""
