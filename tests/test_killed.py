"""A fetch killed at any moment leaves a usable store, and the next run completes it.

Each trial is a real process of the command line, ended by SIGKILL: before one of its operations on
the store's files, or at any moment at all.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from reporter.records import Fetch, Snapshot
from reporter.store import Store
from tests.killing import Ended, Nursery, moments, nurseries
from tests.recorded import EVENING, history, verified
from tests.sources.fake_yahoo import FakeYahoo, serving

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
class Fetching:
    """The nursery that fetches, and the Yahoo that it speaks to."""

    nursery: Nursery
    fake: FakeYahoo

    def fetch(
        self, folder: Path, *, minutes: int = 0, at: int | None = None, seconds: float | None = None
    ) -> Ended:
        """How a fetch into `folder / data` ended, which may be killed."""
        data = folder / "data"
        arguments = ["data", "fetch", str(folder), "--data", str(data)]
        now = EVENING + timedelta(minutes=minutes)
        return self.nursery.run(arguments, data, now, at=at, seconds=seconds)


@pytest.fixture(scope="module")
def fetching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fetching]:
    cache = tmp_path_factory.mktemp("cache")
    with serving(REPLIES) as fake, nurseries(cache, fake.port) as nursery:
        yield Fetching(nursery, fake)


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
    fetching: Fetching, tmp_path_factory: pytest.TempPathFactory
) -> tuple[int, Mapping[str, str]]:
    """A run that nobody kills: how many operations it takes, and its tables."""
    folder = ready(tmp_path_factory.mktemp("whole"))
    ended = fetching.fetch(folder)
    assert ended.code == 0, ended.said
    return ended.operations, tables(folder / "data")


def completed(fetching: Fetching, folder: Path, expected: Mapping[str, str]) -> None:
    """What a killed run left is sound; the next run completes it and clears the rest."""
    data = folder / "data"
    verified(data)
    again = fetching.fetch(folder, minutes=10)
    assert again.code == 0, again.said
    assert tables(data) == expected
    assert verified(data) >= 1
    assert not list(data.glob("**/.*"))


def test_a_run_is_many_operations(whole: tuple[int, Mapping[str, str]]) -> None:
    operations, kept = whole
    assert operations > 30
    assert set(kept) == set(SYMBOLS)


@pytest.mark.parametrize("share", moments())
def test_killed_before_any_operation(
    fetching: Fetching, folder: Path, whole: tuple[int, Mapping[str, str]], share: float
) -> None:
    operations, expected = whole
    ended = fetching.fetch(folder, at=int(share * operations))
    assert ended.code == -signal.SIGKILL
    completed(fetching, folder, expected)


@pytest.mark.parametrize("share", moments())
def test_killed_at_any_moment(
    fetching: Fetching, folder: Path, whole: tuple[int, Mapping[str, str]], share: float
) -> None:
    _, expected = whole
    ended = fetching.fetch(folder, seconds=share * 0.3)
    assert ended.code in {0, -signal.SIGKILL}
    completed(fetching, folder, expected)


def test_what_the_killed_run_had_stored_is_not_asked_again(
    fetching: Fetching, folder: Path, whole: tuple[int, Mapping[str, str]]
) -> None:
    operations, expected = whole
    fetching.fetch(folder, at=operations * 3 // 4)
    stored = {path.name for path in (folder / "data" / "fetches").iterdir() if any(path.iterdir())}
    assert stored
    fetching.fake.asked.clear()
    completed(fetching, folder, expected)
    assert not stored & set(fetching.fake.asked)
