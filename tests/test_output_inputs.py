"""What a build was given is there before its edition is, and goes when the edition does."""

from __future__ import annotations

import errno
import hashlib
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from reporter import durable, output
from reporter.errors import OutputError
from reporter.model import Artifact, Artifacts
from tests.briefs import rich

FOLDER = "2026-01-15/weekly"


def edition(manifest: bytes, inputs: bytes = b"given", folder: str = FOLDER) -> Artifacts:
    return Artifacts(folder, (Artifact("manifest.json", manifest),), rich(), inputs)


def kept(place: Path) -> dict[str, bytes]:
    """What lies in the hidden folder, by name."""
    folder = place / ".inputs"
    return {p.name: p.read_bytes() for p in folder.iterdir()} if folder.exists() else {}


def name(manifest: bytes) -> str:
    return f"{hashlib.sha256(manifest).hexdigest()}.zip"


def test_they_lie_under_the_hash_of_the_manifest(tmp_path: Path) -> None:
    output.write(edition(b"one"), tmp_path)
    assert kept(tmp_path) == {name(b"one"): b"given"}
    assert output.inputs_of(tmp_path / FOLDER, tmp_path / ".inputs").read_bytes() == b"given"


def test_those_of_the_edition_replaced_go(tmp_path: Path) -> None:
    output.write(edition(b"one"), tmp_path)
    output.write(edition(b"other", folder="2026-01-15/daily"), tmp_path)
    output.write(edition(b"two", b"more"), tmp_path)
    assert kept(tmp_path) == {name(b"two"): b"more", name(b"other"): b"given"}
    output.write(edition(b"three", b""), tmp_path)
    assert kept(tmp_path) == {name(b"other"): b"given"}


def test_an_equal_edition_has_those_of_the_last_build(tmp_path: Path) -> None:
    output.write(edition(b"one"), tmp_path)
    output.write(edition(b"one", b"later"), tmp_path)
    assert kept(tmp_path) == {name(b"one"): b"later"}


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left")])
@pytest.mark.parametrize("step", ["output._keep", "swapping._swap_in"])
def test_a_build_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException, step: str
) -> None:
    output.write(edition(b"one"), tmp_path)

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(f"reporter.{step}", fail)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        output.write(edition(b"two"), tmp_path)
    assert kept(tmp_path) == {name(b"one"): b"given"}
    assert (tmp_path / FOLDER / "manifest.json").read_bytes() == b"one"


def test_a_first_build_that_fails_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left")

    whole = durable.create
    monkeypatch.setattr(
        durable, "create", lambda p, data: full() if ".tmp" in p.name else whole(p, data)
    )
    with pytest.raises(OutputError, match="No space left"):
        output.write(edition(b"one"), tmp_path / "output")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("moment", ["before the swap", "amid the swap", "after the swap"])
def test_what_a_killed_build_left_the_next_one_clears(tmp_path: Path, moment: str) -> None:
    """The folders as a build of `two` over `one` leaves them, killed at each step."""
    place = tmp_path / FOLDER
    output.write(edition(b"one"), tmp_path)
    one = tmp_path / "one"
    shutil.copytree(place, one)
    output.write(edition(b"two"), tmp_path)
    (tmp_path / ".inputs" / name(b"one")).write_bytes(b"given")
    if moment == "before the swap":
        place.rename(place.with_name(".weekly.new"))
        one.rename(place)
    elif moment == "amid the swap":
        place.rename(place.with_name(".weekly.new"))
        one.rename(place.with_name(".weekly.old"))
    else:
        one.rename(place.with_name(".weekly.old"))
    output.write(edition(b"three"), tmp_path)
    assert kept(tmp_path) == {name(b"three"): b"given"}


def test_those_of_a_folder_taken_away_go_with_the_next_build(tmp_path: Path) -> None:
    for slug in ("weekly", "daily", "aside"):
        output.write(edition(slug.encode(), folder=f"2026-01-15/{slug}"), tmp_path)
    shutil.rmtree(tmp_path / FOLDER)
    aside = tmp_path / "2026-01-15" / "aside"
    aside.rename(aside.with_name(".aside.old"))
    (tmp_path / ".inputs" / f".{name(b'x')}.7-0.tmp").write_bytes(b"half")
    (tmp_path / ".inputs" / "notes.txt").write_bytes(b"mine")
    output.write(edition(b"new", folder="2026-01-16/weekly"), tmp_path)
    names = {name(b"daily"), name(b"aside"), name(b"new"), "notes.txt"}
    assert kept(tmp_path).keys() == names


def test_a_copy_of_an_edition_keeps_its_inputs(tmp_path: Path) -> None:
    output.write(edition(b"one"), tmp_path)
    shutil.copytree(tmp_path / FOLDER, tmp_path / "2026-01-15" / "weekly-first")
    output.write(edition(b"two"), tmp_path)
    assert kept(tmp_path).keys() == {name(b"one"), name(b"two")}


def test_nothing_is_cleared_where_a_manifest_cannot_be_read(tmp_path: Path) -> None:
    output.write(edition(b"one"), tmp_path)
    (tmp_path / "2026-01-15" / "strange" / "manifest.json").mkdir(parents=True)
    output.write(edition(b"two"), tmp_path)
    assert kept(tmp_path).keys() == {name(b"one"), name(b"two")}


def test_nothing_is_cleared_while_another_build_is_at_work(tmp_path: Path) -> None:
    begun, done = threading.Event(), threading.Event()

    def other() -> None:
        with output._keeping(tmp_path / ".inputs"):
            output._keep(tmp_path / ".inputs" / name(b"other"), b"given")
            begun.set()
            done.wait()

    thread = threading.Thread(target=other)
    thread.start()
    begun.wait()
    output.write(edition(b"one"), tmp_path)
    assert kept(tmp_path).keys() == {name(b"one"), name(b"other")}
    done.set()
    thread.join()
    assert kept(tmp_path).keys() == {name(b"one")}


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / ".inputs").write_text("mine")
    with pytest.raises(OutputError, match=r"\.inputs"):
        output.write(replace(edition(b"one"), inputs=b"given"), tmp_path)
    assert not (tmp_path / FOLDER).exists()
