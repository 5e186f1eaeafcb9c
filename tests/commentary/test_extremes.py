"""Closes not seen for long, and the place in the year's range."""

from __future__ import annotations

from datetime import date

import pytest

from tests.facts import level, move, reading, told, words


def test_a_low_not_seen_for_long() -> None:
    last = level("^RUT", 900.0, lowest_since=date(2013, 6, 24), sessions_lowest=664)
    assert words("extremes", reading(last)) == {
        "low": "The Russell 2000 has not closed lower since 24 June 2013, 664 sessions ago."
    }


def test_a_high_not_seen_for_long() -> None:
    last = level("^RUT", 900.0, highest_since=date(2013, 6, 24), sessions_highest=60)
    assert "has not closed higher since 24 June 2013" in words("extremes", reading(last))["high"]


def test_a_recent_one_is_not_told() -> None:
    last = level("^RUT", 900.0, highest_since=date(2025, 12, 1), sessions_highest=59)
    assert words("extremes", reading(last)) == {}


@pytest.mark.parametrize(
    ("close", "key"),
    [
        (801.0, "near_low"),
        (850.0, "lower_half"),
        (950.0, "upper_half"),
        (915.0, "middle"),
        (897.0, "middle"),
    ],
)
def test_the_place_in_the_years_range(close: float, key: str) -> None:
    said = words("extremes", reading(level("^RUT", close, week52_low=800.0, week52_high=1000.0)))
    assert list(said) == [key]
    assert "from 800.00 to 1,000.00" in said[key]


def test_the_ends_of_the_range_are_told_elsewhere() -> None:
    for close in (800.0, 1000.0):
        made = reading(level("^RUT", close, week52_low=800.0, week52_high=1000.0))
        assert words("extremes", made) == {}


def test_a_close_not_as_high_for_a_year_is_a_headline() -> None:
    """16 July 2024: up 3.5%, the highest close since January 2022."""
    last = level("^RUT", 2263.67, highest_since=date(2022, 1, 4), sessions_highest=634)
    made = reading(last, move("^RUT", 0.035, "1d", z=2.8))
    assert words("extremes", made)["headline_high"] == (
        "Russell 2000 surges 3.5% to its highest close since 4 January 2022"
    )
    assert told("extremes", made)["headline_high"].importance > 0.88


def test_the_years_range_is_one_of_weeks() -> None:
    said = words("extremes", reading(level("^RUT", 850.0, week52_low=800.0, week52_high=1000.0)))
    assert "closes of the past 52 weeks" in said["lower_half"]
