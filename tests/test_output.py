from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reporter import output, swapping
from reporter.errors import OutputError
from reporter.model import Artifact, Artifacts
from tests.briefs import rich

FOLDER = "2026-01-15/small-caps"


def edition(*files: tuple[str, bytes], folder: str = FOLDER) -> Artifacts:
    manifest = ("manifest.json", b"{}")
    made = tuple(Artifact(path, data) for path, data in (*files, manifest))
    return Artifacts(folder, made, rich())


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, hidden ones too."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


FIRST = edition(("brief.pdf", b"one"), ("data/facts.csv", b"a,b"))
SECOND = edition(("brief.pdf", b"two"))
ONE = {f"{FOLDER}/{file.path}": file.data for file in FIRST.files}
TWO = {f"{FOLDER}/{file.path}": file.data for file in SECOND.files}


def test_an_edition_is_written_and_its_paths_given(tmp_path: Path) -> None:
    paths = output.write(FIRST, tmp_path / "new" / "output")
    assert paths == tuple(
        tmp_path / "new" / "output" / FOLDER / name
        for name in ("brief.pdf", "data/facts.csv", "manifest.json")
    )
    assert tree(tmp_path / "new" / "output") == ONE


def test_a_second_build_replaces_the_first_wholly(tmp_path: Path) -> None:
    output.write(FIRST, tmp_path)
    output.write(SECOND, tmp_path)
    assert tree(tmp_path) == TWO


def test_other_editions_stay(tmp_path: Path) -> None:
    output.write(FIRST, tmp_path)
    output.write(edition(("brief.pdf", b"w"), folder="2026-01-15/weekly"), tmp_path)
    assert tree(tmp_path).items() > ONE.items()


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left")])
@pytest.mark.parametrize("step", ["durable.create", "swapping._swap_in", "durable.settle"])
def test_a_failure_in_the_middle_leaves_nothing(
    failure: BaseException, step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise failure

    output.write(FIRST, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(f"reporter.{step}", fail)
        with pytest.raises((KeyboardInterrupt, OutputError)):
            output.write(SECOND, tmp_path / "fresh")
        with pytest.raises((KeyboardInterrupt, OutputError)):
            output.write(SECOND, tmp_path)
    assert tree(tmp_path) == ONE
    assert not (tmp_path / "fresh").exists()


@pytest.mark.parametrize("failing", [1, 2])
def test_a_failure_between_the_renames_brings_the_first_back(
    failing: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output.write(FIRST, tmp_path)
    rename, calls = Path.rename, []

    def interrupted(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == failing:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        output.write(SECOND, tmp_path)
    assert tree(tmp_path) == ONE


def test_what_a_killed_run_left_is_put_right(tmp_path: Path) -> None:
    output.write(FIRST, tmp_path)
    day = tmp_path / "2026-01-15"
    (day / "small-caps").rename(day / ".small-caps.old")
    (day / ".small-caps.new").mkdir()
    (day / ".small-caps.new" / "half.pdf").write_bytes(b"ha")
    with pytest.raises(OutputError):
        output.write(edition(("../x", b"")), tmp_path)
    output.write(SECOND, tmp_path)
    assert tree(tmp_path) == TWO


def test_a_folder_that_is_no_edition_is_not_replaced(tmp_path: Path) -> None:
    place = tmp_path / FOLDER
    place.mkdir(parents=True)
    (place / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match=r"small-caps: holds files, but no edition\. Move it"):
        output.write(FIRST, tmp_path)
    assert tree(tmp_path) == {f"{FOLDER}/thesis.txt": b"years of work"}


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir(parents=True)
    output.write(FIRST, tmp_path)
    assert tree(tmp_path) == ONE


def _file_as_output(tmp_path: Path) -> Path:
    (tmp_path / "output").write_text("x")
    return tmp_path / "output"


def _file_as_edition(tmp_path: Path) -> Path:
    (tmp_path / "2026-01-15").mkdir()
    (tmp_path / FOLDER).write_text("x")
    return tmp_path


def _no_such_device(_tmp_path: Path) -> Path:
    return Path("/proc/nowhere")


def _name_too_long(tmp_path: Path) -> Path:
    return tmp_path / ("a" * 300)


@pytest.mark.parametrize(
    "place", [_file_as_output, _file_as_edition, _no_such_device, _name_too_long]
)
def test_a_place_that_cannot_be_written_is_told(
    place: Callable[[Path], Path], tmp_path: Path
) -> None:
    where = place(tmp_path)
    before = tree(tmp_path)
    with pytest.raises(OutputError) as told:
        output.write(FIRST, where)
    assert "Name another folder with --output." in str(told.value) or "Move it away" in str(
        told.value
    )
    assert tree(tmp_path) == before


def test_a_folder_without_permission_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_arguments: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(OutputError, match=r"2026-01-15: cannot be written: Permission denied\."):
        output.write(FIRST, tmp_path)


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", "", "a\\b"])
def test_nothing_is_written_outside_the_edition(path: str, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is no path below"):
        output.write(edition((path, b"x")), tmp_path / "out")
    with pytest.raises(OutputError, match="is no path below"):
        output.write(edition(folder=path), tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_nothing_is_heard_from_the_renaming_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    for step in ("settle", "_swap_in", "_recover"):
        real = getattr(swapping, step)

        def told(*arguments: object, step: str = step, real: Any = real) -> Any:
            steps.append(step)
            return real(*arguments)

        monkeypatch.setattr(swapping, step, told)
    output.write(FIRST, tmp_path)
    assert steps == ["_recover", "settle", "_swap_in", "_recover"]


def test_two_builds_at_once_leave_one_whole_edition(tmp_path: Path) -> None:
    editions = [edition(("brief.pdf", bytes([at]) * 50_000)) for at in range(6)]
    threads = [threading.Thread(target=output.write, args=(one, tmp_path)) for one in editions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tree(tmp_path) in [
        {f"{FOLDER}/{file.path}": file.data for file in one.files} for one in editions
    ]
