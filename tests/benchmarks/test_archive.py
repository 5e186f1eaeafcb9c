"""The benchmark of an archive: its editions, its ways on a few of them, and its table."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.archive import GIT, OURS, Pair, committed, files, measure, report
from reporter.archive.base import opened


def test_editions_are_the_same_every_time_and_each_ones_own() -> None:
    assert files(3) == files(3)
    assert {path for path in files(3) if files(3)[path] == files(4)[path]} == {
        path for path in files(3) if path.startswith("program/")
    }
    assert 30_000 < sum(map(len, files(3).values())) < 100_000


def test_every_question_of_git_is_one_of_ours() -> None:
    assert set(GIT) <= set(OURS)


def test_every_way_answers(tmp_path: Path) -> None:
    ((small, first), (large, second)) = list(measure(tmp_path, [3, 5], 1))
    assert (small, large) == (3, 5)
    assert set(first) == set(second) == {"add, one of the last tenth", *OURS}
    assert all(seconds > 0 for pair in second.values() for seconds in pair.ours)
    assert len(opened(tmp_path / "archive").added()) == 5


def test_git_holds_the_same(tmp_path: Path) -> None:
    assert len(committed(tmp_path / "git", range(2))) == 2
    written = {p.name for p in (tmp_path / "git" / "1990-01-02" / "files").iterdir()}
    assert written == {"brief.pdf", "brief.html", "brief.json"}


def test_the_table_holds_medians_of_the_rounds_ratios(capsys: pytest.CaptureFixture[str]) -> None:
    small = {"list": Pair([1, 2, 4], [2, 2, 16]), "site": Pair([3, 3, 3], [])}
    large = {"list": Pair([4, 4, 4], [1, 1, 1]), "site": Pair([9, 9, 9], [])}
    report([(10, small), (100, large)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["list", "2.000", "2.000", "0.50", "4.000", "1.000", "4.00", "2.0"]
    assert lines[2].split() == ["site", "3.000", "-", "-", "9.000", "-", "-", "3.0"]
