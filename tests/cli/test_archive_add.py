"""`reporter archive add` and `reporter build --archive`, as they are typed."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reporter.archive.base import opened
from reporter.cli import options, run

NOW = datetime(2026, 1, 17, 4, tzinfo=UTC)
Told = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder with an edition of the sample."""
    place = tmp_path_factory.mktemp("built") / "output"
    assert run(["build", "daily", "-q", "--format", "json", "--output", str(place)]) == 0
    return place


@pytest.fixture
def output(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(options, "now", lambda: NOW)
    monkeypatch.setenv("REPORTER_ACTOR", "jane")
    monkeypatch.setenv("REPORTER_ARCHIVE", str(tmp_path / "archive"))
    return Path(shutil.copytree(built, tmp_path / "output"))


def edition(output: Path) -> Path:
    return next(output.glob("*/daily"))


def test_the_id_is_printed_and_again_it_is_filed_already(output: Path, capsys: Told) -> None:
    folder = edition(output)
    name = f"{folder.parent.name}/daily"
    capsys.readouterr()
    assert run(["archive", "add", str(folder)]) == 0
    begun = f"New archive begun in {output.parent / 'archive'}.\n"
    assert capsys.readouterr() == (f"{name}\n", begun)
    assert run(["archive", "add", str(folder), str(folder)]) == 0
    again = capsys.readouterr()
    assert again.out == f"{name}\n{name}\n"
    assert f"{name} is filed already; nothing was changed." in again.err
    made = opened(output.parent / "archive").edition(name)
    assert (made.prepared_by, made.sample) == ("jane", True)


def test_json_says_what_was_left_out(output: Path, capsys: Told) -> None:
    folder = edition(output)
    (folder / "mine.txt").write_text("mine")
    capsys.readouterr()
    words = ["archive", "add", str(folder), "--json", "--prepared-by", "ann", "--actor", "joe"]
    assert run(words) == 0
    told = capsys.readouterr()
    (one,) = json.loads(told.out)["editions"]
    assert (one["new"], one["left_out"]) == (True, ["mine.txt"])
    assert "mine.txt: not of the edition, not filed." in told.err
    archive = opened(output.parent / "archive")
    assert archive.edition(one["id"]).prepared_by == "ann"
    assert {entry.actor for entry in archive.entries()} == {"joe"}


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--corrects", "2026-01-15/daily"], 2, "Add --reason TEXT"),
        (["--reason", "wrong"], 2, "Add --corrects EDITION"),
        (["--corrects", "2026-01-15/x", "--reason", "wrong"], 1, "there is no edition"),
        (["--corrects", "2026-01-15/x", "--reason", "wrong", "other"], 2, "Name one folder"),
        (["nowhere"], 1, "holds no edition"),
    ],
)
def test_what_is_refused_files_nothing(
    output: Path, capsys: Told, words: list[str], code: int, told: str
) -> None:
    assert run(["archive", "add", str(edition(output)), *words]) == code
    assert told in capsys.readouterr().err
    assert not (output.parent / "archive").exists()


def test_a_build_files_at_once_and_a_refusal_leaves_its_files(
    output: Path, tmp_path: Path, capsys: Told
) -> None:
    archive = tmp_path / "other"
    words = ["build", "daily", "--format", "json", "--archive", str(archive)]
    assert run([*words, "--output", str(output)]) == 0
    told = capsys.readouterr()
    name = f"{edition(output).parent.name}/daily"
    assert f"Filed as {name}." in told.err
    assert opened(archive).edition(name).prepared_by == "jane"
    shutil.rmtree(output)
    words = ["build", "daily", "--format", "html", "--archive", str(archive)]
    assert run([*words, "--output", str(output)]) == 1
    told = capsys.readouterr()
    assert "filed already, with other files" in told.err
    assert f"The edition stands in {edition(output)}; it was not filed." in " ".join(
        told.err.split()
    )
    assert str(edition(output) / "brief.html") in told.out.splitlines()


def test_a_build_files_nothing_unless_told(output: Path, tmp_path: Path) -> None:
    assert run(["build", "daily", "-q", "--format", "json", "--output", str(output)]) == 0
    assert not (tmp_path / "archive").exists()
