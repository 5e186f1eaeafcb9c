"""The close against its averages."""

from __future__ import annotations

from datetime import date

import pytest

from reporter.model import Fact, Unit
from tests.facts import DAY, fact, reading, told, words


def average(
    length: str, gap: float, *, sessions: int = 100, since: date | None = date(2025, 8, 4)
) -> Fact:
    """A moving average with the close this far from it."""
    return fact(
        "sma", "^RUT", 1000.0, Unit.PRICE, window=length, gap=gap, above=gap > 0,
        level=1000.0 * (1 + gap), since=since, sessions=sessions,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fast", "slow", "key", "tone"),
    [
        (0.07, 0.17, "above_both", 1),
        (-0.1, -0.2, "below_both", -1),
        (-0.02, 0.05, "below_fast", 1),
        (0.02, -0.05, "above_fast", -1),
        (0.0002, 0.05, "at_fast_above", 1),
        (-0.0002, -0.05, "at_fast_below", -1),
    ],
)
def test_the_side_chooses_the_words(fast: float, slow: float, key: str, tone: int) -> None:
    said = told("trend", reading(average("50", fast), average("200", slow)))
    assert said[key].tone == tone
    assert (
        "4 August 2025" in words("trend", reading(average("50", fast), average("200", slow)))[key]
    )


def test_a_change_of_side_weighs_more() -> None:
    old = told("trend", reading(average("50", 0.07), average("200", 0.17)))["above_both"]
    new = told("trend", reading(average("50", 0.07), average("200", 0.17, sessions=3)))[
        "above_both"
    ]
    assert new.importance > old.importance


@pytest.mark.parametrize(
    ("way", "ago", "key"),
    [
        ("golden", 0, "golden_today"),
        ("death", 0, "death_today"),
        ("golden", 9, "golden"),
        ("death", 90, "death"),
    ],
)
def test_crosses(way: str, ago: int, key: str) -> None:
    cross = fact(
        "cross", "^RUT", ago == 0, direction=way, date=DAY, sessions_since=ago,
        fast=1010.0, slow=1000.0,
    )  # fmt: skip
    said = told("trend", reading(average("50", 0.07), average("200", 0.17), cross))
    assert key in said
    assert said[key].section == ("technicals" if ago > 20 else "")


def test_too_short_a_history_is_silent() -> None:
    assert words("trend", reading(average("50", 0.07))) == {}


@pytest.mark.parametrize(("fast", "slow"), [(0.07, 0.17), (-0.1, -0.2), (-0.02, 0.05)])
def test_a_side_that_was_never_left_is_given_no_day(fast: float, slow: float) -> None:
    facts = average("50", fast), average("200", slow, since=None)
    for sentence in words("trend", reading(*facts)).values():
        assert "2025" not in sentence
