"""Work on an archive, killed at any moment: nothing filed is lost, the next run completes it.

Each trial is a process ended by SIGKILL, before one of its operations on the archive's files or at
any moment at all. What is left is looked at without the package's own code.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from tests.archive.soundness import editions, leavings
from tests.archives import NOON, archive
from tests.killing import Ended, Nursery, moments, nurseries

Found = Mapping[str, Mapping[str, bytes]]


@dataclass(frozen=True)
class Work:
    """What is done to an archive of so many editions, and by whom: words for `call`, and a clock.

    `kept` says which of the editions that were there must be there, killed or not.
    """

    name: str
    words: Callable[[Path], list[str]]
    now: datetime = NOON
    call: str = "reporter.cli:run"
    filed: int = 2
    kept: Callable[[Found], Found] = lambda before: before


WORKS = (
    Work("filing", lambda folder: [str(folder), "2", "3"], call="tests.archive.by_hand:main"),
    Work("first", lambda folder: [str(folder), "0"], call="tests.archive.by_hand:main", filed=0),
)


@dataclass(frozen=True)
class Trial:
    """A work, the archive before it, and what it does where nobody kills it."""

    work: Work
    template: Path
    nursery: Nursery
    whole: Ended
    after: Found

    def fresh(self, folder: Path) -> Path:
        """The archive as it was before, in a place of its own."""
        return Path(shutil.copytree(self.template, folder / "archive"))

    def run(self, place: Path, *, at: int | None = None, seconds: float | None = None) -> Ended:
        """The work, which may be killed."""
        work = self.work
        return self.nursery.run(
            work.words(place), place, work.now, call=work.call, at=at, seconds=seconds
        )

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
        assert not leavings(place)


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with nurseries(tmp_path_factory.mktemp("cache")) as started:
        yield started


@pytest.fixture(scope="module", params=WORKS, ids=lambda work: work.name)
def trial(
    request: pytest.FixtureRequest, nursery: Nursery, tmp_path_factory: pytest.TempPathFactory
) -> Trial:
    work: Work = request.param
    template = archive(tmp_path_factory.mktemp("before"), work.filed).folder
    template.mkdir(exist_ok=True)
    place = Path(shutil.copytree(template, tmp_path_factory.mktemp("whole") / "archive"))
    idle = Ended(0, "", 0.0, 0)
    whole = Trial(work, template, nursery, idle, {}).run(place)
    assert whole.code == 0, whole.said
    return Trial(work, template, nursery, whole, editions(place))


def test_a_work_is_many_operations(trial: Trial) -> None:
    assert trial.whole.operations > 20


@pytest.mark.parametrize("share", moments())
def test_killed_before_any_operation(trial: Trial, tmp_path: Path, share: float) -> None:
    place = trial.fresh(tmp_path)
    ended = trial.run(place, at=int(share * trial.whole.operations))
    assert ended.code == -signal.SIGKILL
    trial.completed(place, ended)


@pytest.mark.parametrize("share", moments())
def test_killed_at_any_moment(trial: Trial, tmp_path: Path, share: float) -> None:
    place = trial.fresh(tmp_path)
    ended = trial.run(place, seconds=share * trial.whole.seconds)
    assert ended.code in {0, -signal.SIGKILL}
    trial.completed(place, ended)
