"""What is mistyped is told in plain words, with what was perhaps meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reporter.cli import run
from tests.archives import FIRST, add, archive, draft

WEEKLY = "2026-01-15/weekly"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = archive(tmp_path, 2)
    add(made, draft(FIRST, headline="Corrected"), minutes=90, corrects=WEEKLY)
    (tmp_path / "letter.txt").write_bytes(b"Dear")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPORTER_ACTOR", "jane")


@pytest.mark.parametrize(
    ("words", "told", "code"),
    [
        (["release", "abc", "--reason", "x"], "'abc' is not the number of a hold.", 2),
        (["release", "0", "--reason", "x"], "'0' is not the number of a hold.", 2),
        (["list", "--from", "2026-02-01", "--to", "2026-01-01"], "is after --to 2026-01-01", 2),
        (["search", "x", "--from", "2026-02-01", "--to", "2026-01-01"], "is after --to", 2),
        (["list", "--slug", "wekly"], "Did you mean 'weekly'?", 0),
        (["list", "--slug", "weekly", "--from", "2030-01-01"], "No edition is like that.\n", 0),
        (["open", WEEKLY, "brif.pdf"], "Nearest: brief.pdf. It has: ", 2),
        (["used", WEEKLY, "--on", "2026-01-16", "--how", "x", "--unapproved-because", "y"],
         f"{WEEKLY} is corrected by {WEEKLY}.2.", 0),
    ],
)  # fmt: skip
def test_it_is_told(
    words: list[str], told: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["archive", *words]) == code
    assert told in capsys.readouterr().err


def test_what_a_client_was_sent(capsys: pytest.CaptureFixture[str]) -> None:
    whose = ["--client", "4711"]
    assert run(["archive", "enclose", WEEKLY, "letter.txt", *whose]) == 0
    assert "1 file filed for the client." in capsys.readouterr().err
    assert run(["archive", "get", *whose]) == 0
    assert capsys.readouterr().out.endswith(" UTC\n")
    assert run(["archive", "get", *whose, "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["files"]
    assert (one["edition"], one["name"], one["size"]) == (WEEKLY, "letter.txt", 4)
    assert run(["archive", "get", *whose, "--date", "15.01.2026"]) == 2
    assert "Write it like 2026-01-15." in capsys.readouterr().err
    assert run(["archive", "get", *whose, "--date", "2026-01"]) == 1
    assert "may be" in capsys.readouterr().err
