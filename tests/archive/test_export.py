"""An edition handed out is checked by sha256sum alone, and nothing is written but it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from reporter.archive import log
from reporter.archive.base import Archive
from reporter.archive.export import export, packed, write
from reporter.cli import reporter
from reporter.cli.talk import Talk
from reporter.errors import ArchiveError
from reporter.filed import Act
from reporter.model import Artifact
from tests.archives import add, archive, draft, hand
from tests.rebuilding import smuggled

NAME = "2026-01-22/weekly"


@pytest.fixture
def made(tmp_path: Path) -> Archive:
    """Four weeks; the second has its inputs, prices among them, and an approval under a policy."""
    made = archive(tmp_path, 1)
    policy = made.keep(b"[retention]\nyears = 5\n")
    log.append(made.store, hand(1).entry(Act.POLICY, objects={"policy": policy}), lambda _: None)
    what = draft(day=made.edition("2026-01-15/weekly").as_of.replace(day=22))
    add(made, replace(what, parts=(*what.parts, Artifact("inputs/data/objects/x.csv.gz", b"1"))), 2)
    for week in (29, 30):
        add(made, draft(what.as_of.replace(day=week)), week)
    approval = hand(40).entry(Act.APPROVED, NAME, objects={"approval": made.keep(b"signed")})
    sealed = hand(41).entry(Act.ENCLOSED, NAME, objects={"pack": made.keep(b"sealed")})
    for entry in (approval, sealed):
        log.append(made.store, entry, lambda _: None)
    add(made, draft(what.as_of.replace(day=31)), 50)
    return made


def checked(folder: Path) -> int:
    """How many files `sha256sum -c` finds to be as they should."""
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.count(": OK\n")


def below(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_a_folder_is_checked_without_the_program(made: Archive, tmp_path: Path) -> None:
    place = tmp_path / "for" / "auditor"
    write(export(made, NAME), place, made)
    assert checked(place) == len(below(place)) - 1
    assert below(place) == {
        "README.txt", "SHA256SUMS", "record.json", "files/brief.pdf", "files/brief.html",
        "files/brief.json", "approvals/00000003-policy.toml", "approvals/00000007-approval.json",
        *(f"log/{number:08d}.json" for number in (2, 3, 4, 5, 6, 7, 8, 9)),
    }  # fmt: skip
    assert [p.name for p in place.parent.iterdir()] == ["auditor"]


def test_the_record_and_the_chain_are_to_be_followed_by_hand(made: Archive, tmp_path: Path) -> None:
    write(export(made, NAME), tmp_path / "out", made)
    out = tmp_path / "out"
    entry = json.loads((out / "log" / "00000004.json").read_bytes())
    record = (out / "record.json").read_bytes()
    assert entry["objects"]["record"] == hashlib.sha256(record).hexdigest()
    before = hashlib.sha256((out / "log" / "00000003.json").read_bytes()).hexdigest()
    assert entry["previous"] == before
    parts = json.loads(record)["parts"]
    pdf = (out / "files" / "brief.pdf").read_bytes()
    assert parts["files/brief.pdf"]["sha256"] == hashlib.sha256(pdf).hexdigest()
    readme = (out / "README.txt").read_text()
    assert made.entries()[-1].sha256 in readme
    assert "What it was made from is not included (3 files" in readme
    assert "Terms of the data: " in readme


def test_corrections_are_told_both_ways(made: Archive) -> None:
    old = made.edition("2026-01-15/weekly")
    new = add(made, draft(headline="Falls"), 60, corrects=old.id)
    readmes = {name: told(made, name) for name in (old.id, new.id)}
    assert f"It was corrected by {new.id}, filed on 2026-01-16 13:00 UTC.\n" in readmes[old.id]
    assert f"It corrects {old.id}: A wrong close.\n" in readmes[new.id]
    assert "corrected by" not in readmes[new.id]


def told(made: Archive, name: str) -> str:
    (readme,) = (f.data for f in export(made, name).files if f.path == "README.txt")
    return readme.decode()


def test_neighbours_are_only_those_of_its_own_entries(made: Archive) -> None:
    found = {file.path for file in export(made, "2026-01-30/weekly").files}
    assert {path for path in found if path.startswith("log/")} == {
        f"log/{number:08d}.json" for number in (2, 3, 4, 5, 6, 7)
    }


def test_prices_go_along_only_when_told(made: Archive, tmp_path: Path) -> None:
    assert not [f for f in export(made, NAME).files if f.path.startswith(("inputs", "program"))]
    whole = export(made, NAME, with_inputs=True)
    assert "inputs/data/objects/x.csv.gz" in {file.path for file in whole.files}
    write(whole, tmp_path / "whole", made)
    assert checked(tmp_path / "whole") == len(whole.files) - 1
    assert not any(b"sealed" in file.data for file in whole.files), "a client's file"


def test_a_zip_is_the_same_every_time_and_unpacks_to_the_same(
    made: Archive, tmp_path: Path
) -> None:
    what = export(made, NAME)
    write(what, tmp_path / "a.zip", made)
    assert (tmp_path / "a.zip").read_bytes() == packed(export(made, NAME))
    with zipfile.ZipFile(tmp_path / "a.zip") as file:
        assert file.testzip() is None
        file.extractall(tmp_path / "unpacked")
    folder = tmp_path / "unpacked" / "2026-01-22-weekly"
    assert checked(folder) == len(what.files) - 1
    write(what, tmp_path / "b", made)
    assert below(folder) == below(tmp_path / "b")


@pytest.mark.parametrize("place", ["out", "out.zip"])
def test_nothing_is_replaced(made: Archive, tmp_path: Path, place: str) -> None:
    (tmp_path / place).mkdir()
    with pytest.raises(ArchiveError, match="is not replaced"):
        write(export(made, NAME), tmp_path / place, made)
    (tmp_path / place).rmdir()
    (tmp_path / place).symlink_to(tmp_path / "nowhere")
    with pytest.raises(ArchiveError, match="is not replaced"):
        write(export(made, NAME), tmp_path / place, made)


def test_the_archive_is_no_place_for_it(made: Archive) -> None:
    with pytest.raises(ArchiveError, match="lies in the archive"):
        write(export(made, NAME), made.folder / "out", made)


@pytest.mark.parametrize(
    "path", ["files/../../evil", "files//evil", "files/a\nb", "files/..", "files/a\\b"]
)
def test_hostile_names_do_not_leave_the_folder(tmp_path: Path, path: str) -> None:
    made = archive(tmp_path)
    edition = smuggled(made, draft(), (path, b"evil"))
    with pytest.raises(ArchiveError, match="no path below"):
        export(made, edition.id)


def test_a_failure_leaves_nothing(
    made: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = export(made, NAME)
    twice = replace(what, files=(*what.files, what.files[0]))
    with pytest.raises(ArchiveError, match="cannot be written"):
        write(twice, tmp_path / "out", made)
    monkeypatch.setattr("os.link", _full)
    with pytest.raises(ArchiveError, match="No space left"):
        write(what, tmp_path / "out.zip", made)
    assert {path.name for path in tmp_path.iterdir()} == {"archive"}


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_hostile_words_stay_on_their_lines(tmp_path: Path) -> None:
    made = archive(tmp_path)
    edition = smuggled(made, draft(), headline="Up\n\nTerms of the data: anything.\x1b[2J")
    (readme,) = (f for f in export(made, edition.id).files if f.path == "README.txt")
    assert b"\x1b" not in readme.data
    assert readme.data.count(b"\nTerms of the data: ") == 1


def test_the_command_says_what_it_wrote(made: Archive, tmp_path: Path) -> None:
    place = tmp_path / "a.zip"
    words = ["archive", "export", NAME, str(place), "--archive", str(made.folder)]
    done = CliRunner().invoke(reporter, words, obj=Talk())
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{place}\n"
    assert "without what it was made from. Use of the data: " in done.stderr
    done = CliRunner().invoke(reporter, words, obj=Talk())
    assert isinstance(done.exception, ArchiveError)
