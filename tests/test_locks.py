"""Folders held together or alone: by threads, by processes, again within, and for how long."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from reporter import locks

HOLDER = """
import sys
from pathlib import Path
from reporter import locks
with getattr(locks, sys.argv[2])(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(folder: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the folder until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), how],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.communicate()


def ways(folder: Path) -> dict[str, AbstractContextManager[bool]]:
    return {"shared": locks.shared(folder, patience=1), "alone": locks.alone(folder, patience=1)}


@pytest.mark.parametrize(
    ("there", "here"), [("shared", "alone"), ("alone", "shared"), ("alone", "alone")]
)
def test_others_wait_for_who_is_alone(tmp_path: Path, there: str, here: str) -> None:
    with (
        holder(tmp_path, there),
        pytest.raises(locks.BusyError, match="another process is at work"),
    ):
        ways(tmp_path)[here].__enter__()
    with ways(tmp_path)[here] as locked:
        assert locked


def test_many_may_share(tmp_path: Path) -> None:
    with holder(tmp_path, "shared"), ways(tmp_path)["shared"] as locked:
        assert locked


def test_a_killed_holder_holds_no_longer(tmp_path: Path) -> None:
    with holder(tmp_path, "alone") as process:
        process.kill()
        process.wait()
        with locks.alone(tmp_path, patience=1) as locked:
            assert locked


def test_the_wait_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("reporter.locks.time.sleep", slept.append)
    with holder(tmp_path, "alone"), pytest.raises(locks.BusyError):
        locks.shared(tmp_path).__enter__()
    assert sum(slept) == pytest.approx(10, abs=0.2)


def test_who_comes_free_within_the_wait_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with holder(tmp_path, "alone") as process:

        def sleep(_seconds: float) -> None:
            process.communicate()

        monkeypatch.setattr("reporter.locks.time.sleep", sleep)
        with locks.shared(tmp_path) as locked:
            assert locked


@pytest.mark.parametrize("inner", ["shared", "alone"])
def test_who_is_alone_may_hold_again_within(tmp_path: Path, inner: str) -> None:
    with locks.alone(tmp_path):
        with ways(tmp_path)[inner] as locked:
            assert locked
        assert refused_elsewhere(tmp_path)


def refused_elsewhere(folder: Path) -> bool:
    """Whether another thread cannot share the folder."""
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            ways(folder)["shared"].__enter__()
        except locks.BusyError as error:
            failures.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return bool(failures)


def test_who_shares_may_share_again_but_not_be_alone(tmp_path: Path) -> None:
    with locks.shared(tmp_path):
        with locks.shared(tmp_path / "." / ".." / tmp_path.name):
            pass
        with pytest.raises(RuntimeError, match="shares a folder"):
            locks.alone(tmp_path).__enter__()
    with locks.alone(tmp_path, patience=1) as locked:
        assert locked


def test_what_is_first_is_done_by_who_is_alone(tmp_path: Path) -> None:
    done: list[int] = []
    with locks.shared(tmp_path, lambda: done.append(1)):
        with locks.shared(tmp_path, lambda: done.append(2)):
            assert done == [1]
        with holder(tmp_path, "shared"):
            pass
    with holder(tmp_path, "shared"), locks.shared(tmp_path, lambda: done.append(3)):
        assert done == [1]


def test_what_is_first_may_fail(tmp_path: Path) -> None:
    def refuse() -> None:
        raise PermissionError("no")

    with locks.shared(tmp_path, refuse) as locked:
        assert locked


@pytest.mark.parametrize("how", ["shared", "alone"])
def test_a_file_system_without_locks_is_said_to_have_none(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with ways(tmp_path)[how] as locked:
        assert not locked


def test_a_failure_within_lets_go(tmp_path: Path) -> None:
    with pytest.raises(KeyError), locks.alone(tmp_path):
        raise KeyError
    with holder(tmp_path, "alone"):
        pass
