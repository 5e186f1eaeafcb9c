"""Runs of sessions ahead or behind."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from reporter.model import Fact, Unit
from tests.facts import YEAR_END, fact, move, reading, told, words


def run(length: int, way: str, *, base: date = YEAR_END, longest: bool = True) -> Fact:
    """A run of the Russell 2000 against the S&P 500."""
    known: dict[str, Any] = (
        {"longest_since_date": date(2008, 6, 6), "longest_since_length": 13} if longest else {}
    )
    return fact(
        "outperformance_streak", "^RUT", length, Unit.COUNT, vs="^GSPC", base=base,
        direction=way, start=date(2026, 1, 2), history_start=date(2000, 1, 4), **known,
    )  # fmt: skip


def test_every_session_of_the_year() -> None:
    made = reading(run(10, "ahead"), move("^RUT", 0.07))
    assert words("streak", made) == {
        "ahead_all_year": "The Russell 2000 has beaten the S&P 500 in all 10 sessions of the year, "
        "the longest run since the 13 sessions to 6 June 2008."
    }
    made = reading(run(6, "ahead"), move("^RUT", 0.07))
    assert list(words("streak", made)) == ["ahead_all_year_short"]


@pytest.mark.parametrize(
    ("length", "way", "longest", "key"),
    [
        (6, "ahead", True, "ahead"),
        (9, "ahead", True, "ahead_longest"),
        (12, "ahead", False, "ahead_unmatched"),
        (5, "behind", True, "behind"),
        (9, "behind", True, "behind_longest"),
        (12, "behind", False, "behind_unmatched"),
    ],
)
def test_other_runs(length: int, way: str, longest: bool, key: str) -> None:  # noqa: FBT001  a table
    made = reading(run(length, way, base=date(2025, 11, 3), longest=longest), move("^RUT", 0.1))
    said = told("streak", made)
    assert list(said) == [key]
    assert said[key].tone == (1 if way == "ahead" else -1)


def test_a_short_run_is_nothing() -> None:
    assert words("streak", reading(run(4, "ahead"))) == {}
