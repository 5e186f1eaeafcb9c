"""Distances from the record: a dip, a correction, a bear market."""

from __future__ import annotations

from datetime import date

import pytest

from reporter.model import Fact
from tests.facts import DAY, fact, level, move, reading, told, words

PEAK = date(2025, 6, 2)


def down(value: float, state: str = "none", *, since: date | None = None, worst: float = 0) -> Fact:
    """A drawdown of the Russell 2000 from 1,000."""
    return fact(
        "drawdown", "^RUT", value, peak_level=1000.0, peak_date=PEAK, state=state,
        state_since=since, worst=min(value, worst), worst_date=date(2025, 10, 1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fall", "key", "words_of_it"),
    [
        (down(-0.01), "near", "within 1.0% of its record close of 1,000.00 on 2 June 2025"),
        (down(-0.07), "below", "7.0% below the record close of 1,000.00"),
        (down(-0.12, "correction", since=PEAK), "correction", ": a correction, by the usual"),
        (down(-0.1, "correction", since=DAY), "correction_today", "the first close a tenth"),
        (down(-0.25, "bear", since=PEAK), "bear", ": a bear market, by the usual measure"),
        (down(-0.2, "bear", since=DAY), "bear_today", "the first close a fifth"),
        (down(-0.12, "correction", since=PEAK, worst=-0.33), "recovering",
         "at the low of 1 October 2025 it was 33.0% below"),
    ],
)  # fmt: skip
def test_the_state_chooses_the_words(fall: Fact, key: str, words_of_it: str) -> None:
    said = words("drawdown", reading(fall, level("^RUT", 900.0)))
    assert words_of_it in said[key]


def test_a_dip_is_good_news_and_a_fall_is_not() -> None:
    assert told("drawdown", reading(down(-0.01), level("^RUT", 990.0)))["near"].tone == 1
    assert told("drawdown", reading(down(-0.07), level("^RUT", 930.0)))["below"].tone == -1


def test_at_the_record_there_is_nothing_to_say() -> None:
    assert words("drawdown", reading(down(0.0), level("^RUT", 1000.0))) == {}


def test_headlines() -> None:
    bear = down(-0.25, "bear", since=PEAK)
    low = level("^RUT", 750.0, lowest_since=date(2023, 5, 4), sessions_lowest=600)
    said = words("drawdown", reading(bear, low))
    assert (
        said["headline_low"]
        == "Russell 2000 closes 25.0% below its record, lowest since 4 May 2023"
    )
    said = words("drawdown", reading(bear, level("^RUT", 750.0), move("^RUT", -0.2)))
    assert said["headline_year"] == "Russell 2000 down 20.0% this year, 25.0% below its record"
    entered = down(-0.2, "bear", since=DAY)
    said = words("drawdown", reading(entered, level("^RUT", 800.0)))
    assert said["headline_bear_today"].startswith("Russell 2000 enters a bear market")


@pytest.mark.parametrize(
    ("other", "key"), [(-0.05, "deeper"), (-0.01, "benchmark_near"), (-0.2, "shallower")]
)
def test_the_benchmark_beside_it(other: float, key: str) -> None:
    fall = fact("drawdown", "^GSPC", other, peak_level=5000.0, peak_date=PEAK)
    made = reading(down(-0.12, "correction", since=PEAK), fall, level("^RUT", 880.0),
                   level("^GSPC", 4750.0))  # fmt: skip
    assert "5,000.00" in words("drawdown", made).get(key, "") or key == "shallower"
    assert key in words("drawdown", made)


def test_falls_alike_are_not_compared() -> None:
    fall = fact("drawdown", "^GSPC", -0.115, peak_level=5000.0, peak_date=PEAK)
    made = reading(down(-0.12, "correction", since=PEAK), fall, level("^RUT", 880.0),
                   level("^GSPC", 4750.0))  # fmt: skip
    assert not {"deeper", "shallower", "benchmark_near"} & words("drawdown", made).keys()
