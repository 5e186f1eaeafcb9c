"""Options of the archive's commands take their defaults from the environment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reporter.cli import run
from tests.archives import archive


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive(tmp_path, 2)
    monkeypatch.chdir(tmp_path)


def test_a_list_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REPORTER_ARCHIVE_LIST_JSON", "1")
    monkeypatch.setenv("REPORTER_ARCHIVE_LIST_FROM", "2026-01-20")
    assert run(["archive", "list"]) == 0
    (only,) = json.loads(capsys.readouterr().out)["editions"]
    assert only["as_of"] == "2026-01-22"


def test_several_heads(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["archive", "head"]) == 0
    head = capsys.readouterr().out
    (tmp_path / "heads.txt").write_text(head, encoding="utf-8")
    monkeypatch.setenv("REPORTER_ARCHIVE_VERIFY_HEAD", "heads.txt")
    good = run(["archive", "verify"])
    monkeypatch.setenv("REPORTER_ARCHIVE_VERIFY_HEAD", "heads.txt absent.txt")
    assert (good, run(["archive", "verify"])) == (0, 1)
    assert "absent.txt" in capsys.readouterr().err
