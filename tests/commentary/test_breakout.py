"""Multi-year ranges, with the level that undoes the break."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from reporter.model import Fact
from tests.facts import DAY, fact, level, reading, told, words

BROKE = date(2025, 9, 18)
AFTER: dict[str, Any] = {
    "broke_on": BROKE,
    "broke_close": 2467.7,
    "closes_below": 18,
    "first_below": date(2025, 12, 24),
    "last_below": date(2026, 1, 5),
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


def test_an_old_failure_is_no_headline_any_more() -> None:
    fresh = reading(found("failed", **AFTER), level("^RUT", 2400.0))
    old = {**AFTER, "first_below": date(2025, 9, 24)}
    stale = reading(found("failed", **old), level("^RUT", 2400.0))
    assert told("breakout", fresh)["headline_failed"].importance > 0.7
    assert told("breakout", stale)["headline_failed"].importance < 0.4


def test_a_break_on_the_day_is_a_headline() -> None:
    made = reading(found("above", **{**AFTER, "broke_on": DAY}), level("^RUT", 2467.7))
    assert "headline_new" in words("breakout", made)


def test_no_range_no_word() -> None:
    assert words("breakout", reading(found("none"), level("^RUT", 2674.56))) == {}
