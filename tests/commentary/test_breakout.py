"""Multi-year ranges, with the level that undoes the break."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from reporter.model import Fact
from reporter.phrasing import pattern
from tests.facts import DAY, fact, level, reading, told, words

BROKE = date(2025, 9, 18)
AFTER: dict[str, Any] = {
    "broke_on": BROKE,
    "broke_close": 2467.7,
    "closes_below": 18,
    "first_below": date(2025, 12, 24),
    "last_below": date(2026, 1, 5),
    "lost_on": date(2025, 12, 29),
    "lowest": 2305.11,
    "lowest_date": date(2025, 12, 30),
}


def found(state: str, **detail: Any) -> Fact:
    """What became of the range below 2,442.74."""
    value = state in {"above", "retaken"}
    return fact(
        "range_breakout", "^RUT", value, state=state, level=2442.74, gap=0.095,
        level_date=date(2021, 11, 8), low=1636.94, low_date=date(2023, 10, 27), **detail,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fact_", "key", "tone"),
    [
        (found("inside"), "inside", 0),
        (found("above", **{**AFTER, "closes_below": 0}), "above", 1),
        (found("failed", **AFTER), "failed", -1),
        (found("failed", **{**AFTER, "first_below": DAY, "closes_below": 1}), "failed_today", -1),
        (found("failed", **{**AFTER, "lost_on": DAY}), "failed_again", -1),
        (found("retaken", **AFTER), "retaken", 1),
        (found("retaken", **{**AFTER, "closes_below": 1}), "retaken_once", 1),
    ],
)
def test_the_state_chooses_the_words(fact_: Fact, key: str, tone: int) -> None:
    said = told("breakout", reading(fact_, level("^RUT", 2400.0)))
    assert said[key].tone == tone
    assert "2,442.74" in words("breakout", reading(fact_, level("^RUT", 2400.0)))[key]


@pytest.mark.parametrize("state", ["above", "retaken"])
def test_a_break_says_what_negates_it(state: str) -> None:
    made = reading(found(state, **AFTER), level("^RUT", 2674.56))
    assert "would negate the break" in words("breakout", made)[state]


def test_a_failure_is_a_headline_on_its_day_alone() -> None:
    said = told("breakout", reading(found("failed", **AFTER), level("^RUT", 2400.0)))
    assert "headline_failed" not in said
    lost = reading(found("failed", **{**AFTER, "lost_on": DAY}), level("^RUT", 2400.0))
    assert told("breakout", lost)["headline_failed"].importance > 0.9


def test_the_present_loss_is_told_from_its_own_first_day() -> None:
    said = words("breakout", reading(found("failed", **AFTER), level("^RUT", 2400.0)))["failed"]
    assert "has been below that line again since 29 December 2025" in said
    assert "since the first loss, on 24 December 2025, 18 closes have been below it" in said


def test_a_count_of_old_losses_is_no_standfirst() -> None:
    said = words("breakout", reading(found("failed", **AFTER), level("^RUT", 2400.0)))
    assert "18 times" in said["standfirst_failed"]
    old = {**AFTER, "first_below": date(2025, 9, 24)}
    made = reading(found("failed", **old), level("^RUT", 2400.0))
    assert "standfirst_failed" not in words("breakout", made)


def test_a_break_that_was_lost_more_than_once_is_not_called_the_second_attempt() -> None:
    one = told("breakout", reading(found("retaken", **AFTER), level("^RUT", 2674.56)))["retaken"]
    said = words("breakout", reading(found("retaken", **AFTER), level("^RUT", 2674.56)))["retaken"]
    assert "18 closes fell back below it between 24 December 2025 and 5 January 2026" in said
    assert "down to 2,305.11 on 30 December 2025" in said
    assert "second" not in pattern(one.pattern).agrees + said


def test_a_break_on_the_day_is_a_headline() -> None:
    made = reading(found("above", **{**AFTER, "broke_on": DAY}), level("^RUT", 2467.7))
    assert "headline_new" in words("breakout", made)


def test_no_range_no_word() -> None:
    assert words("breakout", reading(found("none"), level("^RUT", 2674.56))) == {}
