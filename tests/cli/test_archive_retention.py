"""Hold, purge, enclose, get and forget as they are typed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reporter.cli import options, run
from tests.archives import archive

WEEKLY = "2026-01-15/weekly"
LATE = datetime(2040, 1, 1, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An archive with two editions here, and a clock in the year they were filed."""
    archive(tmp_path, 2)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPORTER_ACTOR", "jane")
    clock(monkeypatch, datetime(2026, 3, 1, tzinfo=UTC))
    return tmp_path


def clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(options, "now", lambda: moment)


def test_hold_and_release(
    at: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["archive", "hold", WEEKLY, "--reason", "A suit."]) == 0
    number = capsys.readouterr().out.strip()
    assert run(["archive", "hold"]) == 0
    assert capsys.readouterr().out == f"{number}  2026-03-01  jane  {WEEKLY}  A suit.\n"
    clock(monkeypatch, LATE)
    assert run(["archive", "purge", WEEKLY, "--yes"]) == 1
    assert f"under hold {number} (A suit.)" in capsys.readouterr().err
    assert run(["archive", "release", number, "--reason", "Settled."]) == 0
    assert run(["archive", "release", number, "--reason", "Again."]) == 1
    assert run(["archive", "hold", WEEKLY]) == 2
    assert "says not why" in capsys.readouterr().err
    assert at.is_dir()


def test_purge_asks_first_and_a_dry_run_changes_nothing(
    at: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock(monkeypatch, LATE)
    files = sorted(at.rglob("*"))
    assert run(["archive", "purge", "--due", "--dry-run"]) == 0
    assert capsys.readouterr().out == f"{WEEKLY}\n2026-01-22/weekly\n"
    with open(os.devnull, encoding="ascii") as nothing:  # noqa: PTH123  nobody answers
        monkeypatch.setattr("sys.stdin", nothing)
        assert run(["archive", "purge", "--due"]) == 2
        assert "say --yes" in capsys.readouterr().err
    assert sorted(at.rglob("*")) == files
    assert run(["archive", "purge", "--due", "--yes"]) == 0
    assert not [path for path in (at / "archive" / "objects").rglob("*") if path.is_file()]
    assert run(["archive", "verify"]) == 0


def test_a_client_s_file_comes_back_to_the_byte(
    at: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = bytes(range(256))
    (at / "a.eml").write_bytes(mail)
    whose = ["--client", "../x\x00", "--private", "keys"]
    assert run(["archive", "enclose", WEEKLY, "a.eml", *whose]) == 0
    assert run(["archive", "enclose", WEEKLY, "a.eml", *whose]) == 0
    assert "1 were there" in capsys.readouterr().err
    assert run(["archive", "get", *whose, "--date", "2026-01-15"]) == 0
    assert capsys.readouterr().out == f"{WEEKLY}  a.eml  256  2026-03-01 00:00 UTC\n"
    assert run(["archive", "get", *whose, "--date", WEEKLY, "--to", "out"]) == 0
    assert (at / "out" / WEEKLY / "a.eml").read_bytes() == mail
    assert run(["archive", "get", *whose, "--to", "out"]) == 1
    assert "is there already" in capsys.readouterr().err
    assert run(["archive", "get", *whose, "--date", "soon"]) == 1
    assert run(["archive", "get", "--client", "../x\x00"]) == 1
    assert "--private" in capsys.readouterr().err
    assert run(["archive", "forget", *whose, "--yes"]) == 1
    assert "kept through 2031-03-01" in capsys.readouterr().err
    clock(monkeypatch, LATE)
    assert run(["archive", "hold", *whose, "--reason", "A suit."]) == 0
    number = capsys.readouterr().out.strip()
    assert run(["archive", "forget", *whose, "--yes"]) == 1
    assert run(["archive", "release", number, "--reason", "Settled."]) == 0
    assert run(["archive", "forget", *whose, "--yes"]) == 0
    assert run(["archive", "get", *whose]) == 1
    assert not list((at / "keys").rglob("*.key"))
    assert run(["archive", "verify"]) == 0


def test_a_file_that_is_not_there_is_told(at: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = list((at / "archive" / "log").iterdir())
    assert run(["archive", "enclose", WEEKLY, "none.eml", "--client", "x"]) == 1
    assert "none.eml: cannot be read" in capsys.readouterr().err
    assert list((at / "archive" / "log").iterdir()) == before
