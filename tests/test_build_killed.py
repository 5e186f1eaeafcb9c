"""A build killed at any moment leaves no edition without its inputs; the next clears the rest.

Each trial is a real process of the command line, ended by SIGKILL: before one of its operations on
the output's files, or at any moment at all.
"""

from __future__ import annotations

import hashlib
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.archives import NOON
from tests.killing import TRIALS, Ended, Nursery, moments, nurseries

FEW = max(3, TRIALS // 2)
"""A trial is two builds, which take their time."""
SPEC = """
title = "{title}"
slug = "weekly"
subjects = ["^RUT"]
benchmark = "^GSPC"
source = "sample"
[[sections]]
name = "front"
"""


@dataclass(frozen=True)
class Building:
    """Builds of one edition: `home` has the first in `output`, the killed ones say otherwise."""

    nursery: Nursery
    home: Path

    def build(
        self,
        output: Path,
        title: str = "New",
        *,
        at: int | None = None,
        seconds: float | None = None,
    ) -> Ended:
        """How a build ended, which may be killed."""
        spec = self.home / f"{title}.toml"
        spec.write_text(SPEC.format(title=title), encoding="utf-8")
        words = ["build", str(spec), "--format", "json", "--output", str(output)]
        now = NOON + timedelta(hours=1)
        return self.nursery.run(words, output, now, at=at, seconds=seconds)

    def fresh(self, folder: Path) -> Path:
        """The output folder as it was before, in a place of its own."""
        return Path(shutil.copytree(self.home / "output", folder / "output"))

    def completed(self, output: Path) -> None:
        """No edition lacks its inputs; the next build leaves nothing else."""
        assert wanted(output) <= inputs(output)
        again = self.build(output)
        assert again.code == 0, again.said
        assert wanted(output) == inputs(output)
        assert [path.name for path in output.rglob(".*")] == [".inputs"]


def wanted(output: Path) -> set[str]:
    """The names of the inputs that the editions there are must have."""
    manifests = output.glob("[!.]*/[!.]*/manifest.json")
    return {f"{hashlib.sha256(path.read_bytes()).hexdigest()}.zip" for path in manifests}


def inputs(output: Path) -> set[str]:
    return {path.name for path in (output / ".inputs").iterdir()}


@pytest.fixture(scope="module")
def building(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Building]:
    with nurseries(tmp_path_factory.mktemp("cache")) as nursery:
        found = Building(nursery, tmp_path_factory.mktemp("home"))
        (found.home / "output").mkdir()
        assert found.build(found.home / "output", "Old").code == 0
        yield found


@pytest.fixture(scope="module")
def whole(building: Building, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A build that nobody kills."""
    output = building.fresh(tmp_path_factory.mktemp("whole"))
    before = wanted(output)
    ended = building.build(output)
    assert ended.code == 0, ended.said
    assert wanted(output) == inputs(output)
    assert wanted(output).isdisjoint(before)
    assert ended.operations > 15
    return ended


@pytest.mark.parametrize("share", moments(FEW))
def test_killed_before_any_operation(
    building: Building, whole: Ended, tmp_path: Path, share: float
) -> None:
    output = building.fresh(tmp_path)
    ended = building.build(output, at=int(share * whole.operations))
    assert ended.code == -signal.SIGKILL
    building.completed(output)


@pytest.mark.parametrize("share", moments(FEW))
def test_killed_at_any_moment(
    building: Building, whole: Ended, tmp_path: Path, share: float
) -> None:
    output = building.fresh(tmp_path)
    ended = building.build(output, seconds=share * whole.seconds)
    assert ended.code in {0, -signal.SIGKILL}
    building.completed(output)
