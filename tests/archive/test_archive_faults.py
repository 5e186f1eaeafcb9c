"""Disk full, read-only, two writers at once, a clock behind the log: one message, nothing lost.

Each is real: a small file system of its own where the system lets the test mount one, a limit on
the size of files everywhere, another user, other processes.
"""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reporter.archive.base import opened
from reporter.archive.verify import verify
from reporter.errors import ArchiveError
from tests.archive.soundness import chain, editions, leavings
from tests.archives import archive


def run(
    folder: Path, *words: str, before: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    """File editions by a process of its own, that does something before."""
    return subprocess.run(
        [sys.executable, "-m", "tests.archive.by_hand", str(folder), *words],
        capture_output=True, text=True, check=False, preexec_fn=before,
    )  # fmt: skip


NOBODY = """
import fcntl, os, sys
from tests.archive.by_hand import main
os.getuid() or os.setuid(65534)
sys.exit(main(sys.argv[1:]))
"""


def run_as_nobody(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The same by a user who owns nothing, where root runs this, once it has read its program."""
    return subprocess.run(
        [sys.executable, "-c", NOBODY, str(folder), *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """It ended with exit code 1 and one line that says all these words."""
    assert done.returncode == 1, done.stderr
    assert done.stderr.count("\n") == 1
    for word in words:
        assert word in done.stderr


@contextmanager
def mounted(folder: Path, *how: str) -> Iterator[Path]:
    """A file system of its own, at a folder; skipped where the system does not let the test."""
    folder.mkdir(exist_ok=True)
    try:
        done = subprocess.run(["mount", *how, str(folder)], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip("this user may not mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def small(size: str) -> list[str]:
    return ["-t", "tmpfs", "-o", f"size={size}", "tmpfs"]


# --- disk full ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", range(40_000, 240_000, 40_000))
def test_a_full_disk(tmp_path: Path, size: int) -> None:
    """Editions that grow until one does not fit: it is refused whole, the others are there."""
    with mounted(tmp_path / "disk", *small("256k")) as disk:
        archive(disk, 2)
        before = editions(disk / "archive")
        (disk / "ballast").write_bytes(bytes(size))
        done = run(disk / "archive", "2::60000", "3:3:60000", "4:4:60000", "5:5:60000")
        refused(done, "cannot be written: no space left", "Nothing in it is lost. Make room")
        found = editions(disk / "archive")
        assert found.items() >= before.items()
        assert len(found) == 2 + done.stdout.count("new")
        (disk / "ballast").unlink()
        assert not leavings(disk / "archive")
        again = run(disk / "archive", "6")
        assert (again.returncode, again.stderr) == (0, "")


@pytest.mark.parametrize("size", [100, 600, 1000, 30_000])
def test_a_limit_on_files(tmp_path: Path, size: int) -> None:
    """Where nothing may be mounted: files that may not be longer than so many bytes."""
    made = archive(tmp_path, 2)
    before = editions(made.folder)
    done = run(
        made.folder,
        "2:2:60000",
        before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    refused(done, "cannot be written: file too large", "Nothing in it is lost. Make room")
    assert editions(made.folder) == before
    assert not leavings(made.folder)
    assert run(made.folder, "2:2:60000").returncode == 0
    assert len(editions(made.folder)) == 3


# --- read-only ------------------------------------------------------------------------------------


def test_a_read_only_disk(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", *small("1m")) as disk:
        archive(disk, 2)
        before = editions(disk / "archive")
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        refused(
            run(disk / "archive", "2"),
            "cannot be written: read-only file system",
            "archive: the archive cannot",
            "Make it writable",
        )
        refused(run(disk / "new", "0"), "cannot be written: read-only file system")
        assert run(disk / "archive", "0").stdout == "2026-01-15/weekly filed already\n"
        assert not verify(opened(disk / "archive")).findings
        assert editions(disk / "archive") == before


def test_a_folder_of_somebody_else(tmp_path: Path) -> None:
    """As another user where root runs this, else with the right to write taken away."""
    made = archive(tmp_path, 2)
    before = editions(made.folder)
    for folder in (path for path in (made.folder, *made.folder.rglob("*")) if path.is_dir()):
        folder.chmod(0o555)
    for folder in (made.folder.parent, *made.folder.parent.parents[:2]):
        if os.getuid() == 0:
            folder.chmod(folder.stat().st_mode | 0o055)
    refused(run_as_nobody(made.folder, "2"), "no archive can be read there: permission denied")
    made.folder.chmod(0o000)
    refused(run_as_nobody(made.folder, "2"), "permission denied")
    for folder in (made.folder, *made.folder.rglob("*")):
        folder.chmod(0o755)
    assert editions(made.folder) == before


def test_an_archive_that_cannot_be_entered_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = archive(tmp_path, 1).folder
    with pytest.raises(ArchiveError, match="no archive can be read there: file name too long"):
        opened(tmp_path / ("a" * 300))

    def refuse(self: Path) -> bool:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))

    monkeypatch.setattr(Path, "is_dir", refuse)
    with pytest.raises(ArchiveError, match=r"archive: no archive .*: permission denied\. Name"):
        opened(place)


# --- writers at once ------------------------------------------------------------------------------


@pytest.mark.parametrize("there", [0, 2])
def test_writers_at_once(tmp_path: Path, there: int) -> None:
    """Every one files some editions that all file and some of its own: each is filed once."""
    place = archive(tmp_path, there).folder
    common = [f"{week}:500" for week in range(10, 14)]
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.archive.by_hand", str(place),
             *common, *(f"{week}:500" for week in range(20 + own, 60, 4)), *common],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for own in range(4)
    ]  # fmt: skip
    said = [writer.communicate() for writer in writers]
    assert [(writer.returncode, err) for writer, (_, err) in zip(writers, said, strict=True)] == [
        (0, "")
    ] * 4
    told = Counter(" ".join(out for out, _ in said).split("\n"))
    assert len(editions(place)) == there + 4 + 40
    acts = Counter(entry["act"] for entry in chain(place))
    assert acts == {"created": 1, "added": there + 4 + 40}
    assert sum(count for line, count in told.items() if line.endswith("new")) == 4 + 40
    assert not leavings(place)


def test_who_removes_keeps_writers_waiting(tmp_path: Path) -> None:
    """A writer waits for one that is alone and then goes on; nothing is said."""
    made = archive(tmp_path, 1)
    with made.store.alone():
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.archive.by_hand", str(made.folder), "1"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(1.5)
        assert len(editions(made.folder)) == 1
    assert writer.communicate()[0] == "2026-01-22/weekly new\n"
    assert writer.returncode == 0


# --- the clock ------------------------------------------------------------------------------------


def test_a_clock_that_jumps_back(tmp_path: Path) -> None:
    place = archive(tmp_path, 2).folder
    before = editions(place)
    done = run(place, "2:-60")
    refused(done, "the clock says 2026-01-16 11:00 UTC", "the log goes up to 2026-01-16 12:01 UTC")
    assert editions(place) == before
    assert run(place, "2:1").returncode == 0
    assert [entry["act"] for entry in chain(place)] == ["created", *["added"] * 3]
