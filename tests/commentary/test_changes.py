"""The day, the week, the month: verb by size, both operands."""

from __future__ import annotations

from datetime import date

import pytest

from reporter.model import Fact
from tests.facts import fact, level, move, reading, told, words, year

BEFORE = date(2026, 1, 14)


def day(value: float, *, z: float = 0.7, since: date | None = None) -> Fact:
    """The Russell's day."""
    return move("^RUT", value, "1d", base=BEFORE, z=z, largest_since=since)


def other(value: float) -> Fact:
    """The S&P's day."""
    return move("^GSPC", value, "1d", base=BEFORE, z=0.5)


def days_spread(one: float, two: float) -> Fact:
    """Their difference."""
    return fact(
        "relative_return", "^RUT", one - two, vs="^GSPC", window="1d", z=1.0,
        subject_return=one, benchmark_return=two,
    )  # fmt: skip


LAST = level("^RUT", 990.0, previous=1000.0)


def test_an_ordinary_day() -> None:
    said = words("changes", reading(day(-0.01, z=-0.7), other(-0.004), LAST))
    assert said["day_same"] == (
        "On 15 January 2026 the Russell 2000 fell 1.0% from 1,000.00, against 0.4% for the S&P 500."
    )
    said = words("changes", reading(day(-0.01, z=-0.7), other(0.004), LAST))
    assert said["day_apart"].endswith("fell 1.0% from 1,000.00 while the S&P 500 rose 0.4%.")


def test_a_large_move_not_seen_for_long() -> None:
    rare = day(-0.089, z=-5.0, since=date(2008, 12, 1))
    said = words("changes", reading(rare, other(-0.067), LAST))
    assert "plunged 8.9%, its largest one-day loss since 1 December 2008" in said["day_rarest_fall"]
    assert said["headline_rarest_fall"].startswith("Russell 2000 plunges 8.9%")
    rare = day(0.09, z=5.0, since=date(2008, 12, 1))
    assert "day_rarest_gain" in words("changes", reading(rare, other(0.06), LAST))


@pytest.mark.parametrize("recent", [day(-0.05, z=-3, since=date(2025, 12, 15)), day(-0.01, z=-1)])
def test_a_move_seen_lately_or_a_small_one_is_no_record(recent: Fact) -> None:
    assert "day_same" in words("changes", reading(recent, other(-0.02), LAST))


def test_moves_that_print_alike_are_not_held_against_each_other() -> None:
    said = words("changes", reading(day(-0.01), other(-0.0102), LAST))
    assert said["day_level"].startswith("On 15 January 2026 the Russell 2000 and the S&P 500 both")
    assert "standfirst_same" not in said


def test_a_subject_whose_benchmark_is_missing_has_its_own_day() -> None:
    said = words("changes", reading(day(0.01), LAST, move("^RUT", 0.02)))
    assert said["day_own"] == "On 15 January 2026 the Russell 2000 rose 1.0% from 1,000.00."
    assert said["headline_close"] == "Russell 2000 closes at 990.00"
    assert said["headline_year"] == "Russell 2000 up 2.0% this year"
    assert "day_own_flat" in words("changes", reading(day(0.0), LAST))


def test_a_huge_day_is_a_headline_before_anothers_record() -> None:
    said = told("changes", reading(day(0.035, z=2.6), other(0.006), LAST))
    assert said["headline_day"].importance > 0.74


@pytest.mark.parametrize(
    ("one", "two", "trailing", "key"),
    [
        (-0.011, -0.029, True, "day_milder_fall"),
        (-0.011, -0.029, False, "day_milder_fall_too"),
        (0.02, 0.01, True, "day_stronger_gain"),
        (0.02, -0.01, True, "day_better"),
        (-0.02, -0.01, False, "day_weaker_fall"),
        (-0.02, 0.01, False, "day_weaker"),
    ],
)
def test_the_days_own_order(one: float, two: float, trailing: bool, key: str) -> None:  # noqa: FBT001  a table
    order = year(-0.1, -0.05) if trailing else year(0.1, 0.05)
    made = reading(day(one), other(two), days_spread(one, two), LAST, *order)
    said = told("changes", made)
    assert key in said
    assert said[key].tone == (1 if one > two else -1)


def test_a_draw_on_the_day_is_not_compared() -> None:
    made = reading(day(0.007), other(0.0072), days_spread(0.007, 0.0072), LAST)
    assert not [key for key in words("changes", made) if key in {"day_better", "day_weaker"}]


def test_the_day_the_years_gain_was_gone() -> None:
    made = reading(
        day(-0.032, z=-1.5), other(-0.02), level("^RUT", 737.42, previous=761.82),
        move("^RUT", -0.0047, base_level=740.92), move("^GSPC", 0.016),
    )  # fmt: skip
    said = words("changes", made)
    assert "back below the 740.92 at which it stood on 31 December 2025" in said["year_gain_gone"]
    assert "what it had made this year by 14 January 2026 is gone" in said["year_gain_gone"]
    assert said["headline_year_gain_gone"].endswith("to 737.42 and is down for the year")


def test_a_year_that_was_down_already_is_not_turned() -> None:
    made = reading(
        day(-0.032), other(-0.02), level("^RUT", 700.0, previous=723.0),
        move("^RUT", -0.05, base_level=740.92), move("^GSPC", 0.016),
    )  # fmt: skip
    assert "year_gain_gone" not in words("changes", made)


@pytest.mark.parametrize(
    ("one", "two", "key"), [(0.0, 0.01, "day_flat"), (0.0, 0.0, "day_flat_both"),
                            (0.01, 0.0, "day_alone")],
)  # fmt: skip
def test_days_on_which_little_happened(one: float, two: float, key: str) -> None:
    said = words("changes", reading(day(one), other(two), LAST, level("^GSPC", 5000.0)))
    assert "little changed" in said[key]


def test_week_and_month() -> None:
    friday, month = date(2026, 1, 9), date(2025, 12, 15)
    made = reading(
        day(0.01), other(0.01), LAST,
        move("^RUT", 0.02, "wtd", base=friday, z=1.2), move("^GSPC", -0.003, "wtd", base=friday),
        move("^RUT", 0.05, "1m", base=month, z=1), move("^GSPC", 0.02, "1m", base=month),
    )  # fmt: skip
    said = words("changes", made)
    assert said["week_apart"] == (
        "This week, from 9 January 2026, "
        "the Russell 2000 is up 2.0% while the S&P 500 is down 0.3%."
    )
    assert "from 15 December 2025" in said["month_same"]
