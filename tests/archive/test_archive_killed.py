"""Work on an archive, killed at any moment: nothing filed is lost, the next run completes it.

Each trial is a process ended by SIGKILL, before one of its operations on the archive's files or at
any moment at all. What is left is looked at without the package's own code.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.archive.soundness import editions, leavings
from tests.archives import NOON, archive
from tests.killing import TRIALS, Ended, Nursery, moments, nurseries

MANY = 20
"""From so many trials on, none is left out for the time it takes."""
SMALL = """
title = "A brief"
subjects = ["^RUT"]
benchmark = "^GSPC"
source = "sample"
[watch]
sizes = ["IWM"]
[[sections]]
name = "front"
"""
Found = Mapping[str, Mapping[str, bytes]]


@dataclass(frozen=True)
class Work:
    """What is done to an archive of so many editions: `words` for `call`, and a clock.

    Words are told the archive and a folder beside it as it was first. `ready` are runs before, in
    that folder. `kept` are the editions that must be there, killed or not.
    """

    name: str
    words: Callable[[Path, Path], list[str]]
    now: datetime = NOON
    call: str = "reporter.cli:run"
    filed: int = 2
    ready: Callable[[Path], list[list[str]]] = lambda _: []
    kept: Callable[[Found], Found] = lambda before: before
    trials: int = TRIALS
    """So many of each kind; a build takes its time."""


def in_archive(place: Path, *words: str) -> list[str]:
    """A command that works on an archive."""
    return ["archive", *words, "--archive", str(place), "--actor", "jane"]


def built(home: Path) -> list[str]:
    """A build of a small edition, without pictures and pages, which take their time."""
    (home / "small.toml").write_text(SMALL, encoding="utf-8")
    spec, output = str(home / "small.toml"), str(home / "output")
    return ["build", spec, "--format", "json", "--output", output]


def without_first(found: Found) -> Found:
    return {name: parts for name, parts in found.items() if name != "2026-01-15/weekly"}


BY_HAND = "tests.archive.by_hand:main"
WORKS = (
    Work("filing", lambda place, _: [str(place), "2", "3"], call=BY_HAND),
    Work("first", lambda place, _: [str(place), "0"], call=BY_HAND, filed=0),
    Work(
        "add",
        lambda place, home: in_archive(place, "add", str(home / "output/2026-01-16/a-brief")),
        ready=lambda home: [built(home)],
    ),
    Work(
        "purge",
        lambda place, _: in_archive(place, "purge", "--due", "--yes"),
        now=NOON + timedelta(days=6 * 366),
        ready=lambda home: [
            in_archive(home / "archive", "hold", "2026-01-22/weekly", "--reason", "A letter.")
        ],
        kept=without_first,
    ),
    Work(
        "rebuild",
        lambda place, _: ["archive", "rebuild", "2026-01-16/a-brief", "--archive", str(place)],
        ready=lambda home: [
            built(home),
            in_archive(home / "archive", "add", str(home / "output/2026-01-16/a-brief")),
        ],
        trials=max(2, TRIALS // 5) if TRIALS < MANY else TRIALS,
    ),
)


@dataclass(frozen=True)
class Trial:
    """A work, the archive before it, and what it does where nobody kills it."""

    work: Work
    template: Path
    nursery: Nursery
    whole: Ended
    after: Found
    objects: frozenset[str]

    def fresh(self, folder: Path) -> Path:
        """The archive as it was before, in a place of its own."""
        return Path(shutil.copytree(self.template, folder / "archive"))

    def run(self, place: Path, *, at: int | None = None, seconds: float | None = None) -> Ended:
        """The work, which may be killed."""
        work = self.work
        words = work.words(place, self.template.parent)
        return self.nursery.run(words, place, work.now, call=work.call, at=at, seconds=seconds)

    def completed(self, place: Path, ended: Ended) -> None:
        """What is left is whole; the next run completes it and clears the rest."""
        before = editions(self.template)
        left = editions(place)
        assert left.items() >= self.work.kept(before).items()
        assert all(left[name] == (before | dict(self.after))[name] for name in left)
        if ended.code == 0:
            assert left == self.after
        again = self.run(place)
        assert again.code == 0, again.said
        assert editions(place) == self.after
        assert objects(place) == self.objects
        assert not leavings(place)


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with nurseries(tmp_path_factory.mktemp("cache")) as started:
        yield started


@pytest.fixture(scope="module")
def trial(
    request: pytest.FixtureRequest, nursery: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> Trial:
    work: Work = request.param
    home = tmp_path_factory.mktemp("before")
    template = archive(home, work.filed).folder
    template.mkdir(exist_ok=True)
    for words in work.ready(home):
        done = nursery.run(words, template, NOON + timedelta(hours=1))
        assert done.code == 0, done.said
    place = Path(shutil.copytree(template, tmp_path_factory.mktemp("whole") / "archive"))
    idle = Ended(0, "", 0.0, 0)
    whole = Trial(work, template, nursery, idle, {}, frozenset()).run(place)
    assert whole.code == 0, whole.said
    return Trial(work, template, nursery, whole, editions(place), objects(place))


def objects(place: Path) -> frozenset[str]:
    """The names of all objects there are."""
    return frozenset(path.name for path in (place / "objects").glob("*/*"))


@pytest.mark.parametrize("trial", WORKS, ids=lambda work: work.name, indirect=True, scope="module")
def test_a_work_is_many_operations(trial: Trial) -> None:
    assert trial.whole.operations > 10
    assert (trial.after == editions(trial.template)) == (trial.work.name == "rebuild")


STRIKES = [
    pytest.param(work, share, id=f"{work.name}-{number}")
    for work in WORKS
    for number, share in enumerate(moments(work.trials))
]


@pytest.mark.parametrize(("trial", "share"), STRIKES, indirect=["trial"], scope="module")
def test_killed_before_any_operation(trial: Trial, tmp_path: Path, share: float) -> None:
    place = trial.fresh(tmp_path)
    ended = trial.run(place, at=int(share * trial.whole.operations))
    assert ended.code == -signal.SIGKILL
    trial.completed(place, ended)


@pytest.mark.parametrize(("trial", "share"), STRIKES, indirect=["trial"], scope="module")
def test_killed_at_any_moment(trial: Trial, tmp_path: Path, share: float) -> None:
    place = trial.fresh(tmp_path)
    ended = trial.run(place, seconds=share * trial.whole.seconds)
    assert ended.code in {0, -signal.SIGKILL}
    trial.completed(place, ended)
