"""Tamperings at random, and an adversary who recomputes the chain: what is found, and what not.

REPORTER_TRIALS says how many of the first kind; of the second a tenth.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from random import Random

import pytest

from reporter.archive import log
from reporter.archive.base import opened
from reporter.archive.findings import Found, Kind
from reporter.archive.heads import Anchors
from reporter.archive.verify import verify
from reporter.filed import Head
from tests.forging import recomputed
from tests.tampering import (
    TAMPERINGS,
    Done,
    World,
    drop_the_end,
    replay,
    world,
)

TRIALS = int(os.environ.get("REPORTER_TRIALS", "100"))
SEED = 20260115
ELSEWHERE = Head(7, "0f" * 32, "0123456789ab")
"""The head of another archive, in the same mailbox."""


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world(tmp_path_factory.mktemp("world"))


def anchored(random: Random, world: World) -> tuple[Head, ...]:
    """Heads as somebody may have kept them: the last one and any others."""
    others = random.sample(world.heads[:-1], random.randint(0, world.last - 1))
    return (*others, world.heads[-1])


def findings(folder: Path, heads: tuple[Head, ...] = ()) -> tuple[Found, ...]:
    return verify(opened(folder), heads).findings


def is_named(what: Done, found: tuple[Found, ...]) -> bool:
    """Whether what was done is found for what it is, where it is."""
    return any(
        one.kind in what.kinds and any(place in _places(one) for place in what.places)
        for one in found
    )


def _places(found: Found) -> str:
    """Where something was found; of a stretch of entries every one."""
    first, _, last = found.where.partition(" to ")
    if not last:
        return f"{found.where} {found.message}"
    numbers = range(log.number_of(first), log.number_of(last) + 1)
    return " ".join(map(log.key, numbers))


@pytest.mark.parametrize("state", range(1, 13))
def test_nothing_is_found_where_nothing_was_done(archived: World, state: int) -> None:
    assert archived.last == 12
    report = verify(opened(archived.states[state]), archived.heads[:state])
    assert report.findings == ()
    assert report.matched == archived.heads[:state]
    assert {note.kind for note in report.notes} == ({Kind.LEAVING} if state > 2 else set())
    assert report.head == archived.heads[state - 1]


def test_tamperings_are_found_and_named(archived: World, tmp_path: Path) -> None:
    for trial in range(TRIALS):
        random = Random(SEED + trial)  # noqa: S311  trials, not secrets
        folder = archived.copy(tmp_path / str(trial))
        what = random.choice(TAMPERINGS)(random, folder, archived)
        found = findings(folder, anchored(random, archived))
        assert is_named(what, found), (trial, what, found)
        shutil.rmtree(folder)


def test_a_recomputed_chain_is_found_by_a_head_alone(archived: World, tmp_path: Path) -> None:
    for trial in range(max(TRIALS // 10, 1)):
        random = Random(SEED + trial)  # noqa: S311  trials, not secrets
        folder = archived.copy(tmp_path / str(trial))
        what, first = recomputed(random, folder, archived)
        assert findings(folder) == (), (trial, what)
        heads = anchored(random, archived)
        found = findings(folder, heads)
        assert found, (trial, what)
        in_a_file = verify(opened(folder), Anchors(files={"heads.txt": (*heads, ELSEWHERE)}))
        if first == 1:  # another archive, as its heads tell: none of those kept is of it
            assert {one.kind for one in found} == {Kind.HEAD}, (trial, what, found)
            assert len(found) == len(heads)
            (one,) = in_a_file.findings
            assert one.kind is Kind.HEAD
            assert "has no head of this archive" in one.message
            shutil.rmtree(folder)
            continue
        assert (in_a_file.findings, in_a_file.skipped) == (found, (ELSEWHERE,)), (trial, what)
        assert {one.kind for one in found} <= what.kinds, (trial, what, found)
        departed = [one for one in found if one.kind is Kind.RECOMPUTED]
        after = sorted(head.number for head in heads if head.number >= first)
        before = max((head.number for head in heads if head.number < first), default=0)
        length = len(list((folder / "log").iterdir()))
        if after[0] <= length:  # else the log ends before any head that it departs from
            (one,) = departed
            assert _places(one).split()[:1] in ([log.key(before + 1)], [one.where]), (what, one)
            assert log.key(first) in _places(one), (trial, what, one)
        assert any(one.kind is Kind.TRUNCATED for one in found) == (length < archived.last)
        shutil.rmtree(folder)


@pytest.mark.parametrize("tamper", [drop_the_end, replay])
@pytest.mark.parametrize("seed", range(5))
def test_without_a_head_an_end_cut_off_passes(
    archived: World, tmp_path: Path, tamper: type, seed: int
) -> None:
    folder = archived.copy(tmp_path / "archive")
    tamper(Random(seed), folder, archived)  # noqa: S311  trials, not secrets
    kinds = {one.kind for one in findings(folder)}
    # a purge that was cut off leaves its edition without files, which shows
    assert kinds <= {Kind.MISSING}
    assert findings(folder, archived.heads)
