"""A fetch killed at any moment leaves a usable store, and the next run completes it.

Each trial is a real process of the command line, ended by SIGKILL: before one of its operations on
the store's files, or at any moment at all.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from reporter.records import Fetch, Snapshot
from reporter.store import Store
from tests.recorded import EVENING, history, verified
from tests.sources.fake_yahoo import FakeYahoo, serving

TRIALS = int(os.environ.get("REPORTER_TRIALS", "10"))
SYMBOLS = ("^RUT", "^GSPC", "IWM")
REPLIES = {
    symbol: [history(level)] for symbol, level in zip(SYMBOLS, (2600, 6900, 260), strict=True)
}
SPEC = """
title = "A brief"
subjects = ["^RUT"]
benchmark = "^GSPC"
source = "yahoo"
[watch]
sizes = ["IWM"]
[[sections]]
name = "front"
"""


@dataclass(frozen=True)
class Nursery:
    """The process that starts the runs, and the Yahoo they speak to."""

    process: subprocess.Popen[str]
    fake: FakeYahoo

    def fetch(
        self, folder: Path, *, minutes: int = 0, at: int | None = None, seconds: float | None = None
    ) -> tuple[int, str]:
        """How a fetch into `folder / data` ended, and what it said.

        It may be killed before its operation `at`, or so many seconds after it began.
        """
        log = folder / "log.txt"
        order = {
            "arguments": ["data", "fetch", str(folder), "--data", str(folder / "data")],
            "now": (EVENING + timedelta(minutes=minutes)).isoformat(),
            "port": self.fake.port,
            "folder": str(folder / "data"),
            "at": at,
            "seconds": seconds,
            "log": str(log),
        }
        assert self.process.stdin is not None
        print(json.dumps(order), file=self.process.stdin, flush=True)
        return int(self._told()), log.read_text() if log.exists() else ""

    def _told(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the nursery has ended"
        return line


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    environment = {**os.environ, "REPORTER_CACHE_DIR": str(tmp_path_factory.mktemp("cache"))}
    with serving(REPLIES) as fake, subprocess.Popen(
        [sys.executable, "-m", "tests.nursery"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
    ) as process:  # fmt: skip
        yield Nursery(process, fake)
        process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return ready(tmp_path)


def ready(folder: Path) -> Path:
    """The folder, with a spec in it."""
    folder.mkdir(exist_ok=True)
    (folder / "brief.toml").write_text(SPEC)
    return folder


def tables(data: Path) -> Mapping[str, str]:
    """The hash of every table of the newest snapshot, by symbol."""
    store = Store(data)
    runs = (Snapshot.read(store.snapshot(name)) for name in store.names())
    newest = max(runs, key=lambda run: run.now or EVENING)
    assert not newest.gaps
    return {held.symbol: Fetch.read(store.fetch(held.ref)).sha256 for held in newest.held}


@pytest.fixture(scope="module")
def whole(
    nursery: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> tuple[int, Mapping[str, str]]:
    """A run that nobody kills: how many operations it takes, and its tables."""
    folder = ready(tmp_path_factory.mktemp("whole"))
    code, said = nursery.fetch(folder)
    assert code == 0, said
    return int((folder / "log.count").read_text()), tables(folder / "data")


def completed(nursery: Nursery, folder: Path, expected: Mapping[str, str]) -> None:
    """What a killed run left is sound; the next run completes it and clears the rest."""
    data = folder / "data"
    verified(data)
    code, said = nursery.fetch(folder, minutes=10)
    assert code == 0, said
    assert tables(data) == expected
    assert verified(data) >= 1
    assert not list(data.glob("**/.*"))


def moments(count: int) -> list[float]:
    """Shares of a run's time, chosen by a seed."""
    chance = random.Random(7)  # noqa: S311  chance, not secrecy
    return [chance.random() for _ in range(count)]


def test_a_run_is_many_operations(whole: tuple[int, Mapping[str, str]]) -> None:
    operations, kept = whole
    assert operations > 30
    assert set(kept) == set(SYMBOLS)


@pytest.mark.parametrize("share", moments(TRIALS))
def test_killed_before_any_operation(
    nursery: Nursery, folder: Path, whole: tuple[int, Mapping[str, str]], share: float
) -> None:
    operations, expected = whole
    code, _ = nursery.fetch(folder, at=int(share * operations))
    assert code == -signal.SIGKILL
    completed(nursery, folder, expected)


@pytest.mark.parametrize("share", moments(TRIALS))
def test_killed_at_any_moment(
    nursery: Nursery, folder: Path, whole: tuple[int, Mapping[str, str]], share: float
) -> None:
    _, expected = whole
    code, _ = nursery.fetch(folder, seconds=share * 0.3)
    assert code in {0, -signal.SIGKILL}
    completed(nursery, folder, expected)


def test_what_the_killed_run_had_stored_is_not_asked_again(
    nursery: Nursery, folder: Path, whole: tuple[int, Mapping[str, str]]
) -> None:
    operations, expected = whole
    nursery.fetch(folder, at=operations * 3 // 4)
    stored = {path.name for path in (folder / "data" / "fetches").iterdir() if any(path.iterdir())}
    assert stored
    nursery.fake.asked.clear()
    completed(nursery, folder, expected)
    assert not stored & set(nursery.fake.asked)
