"""Records, closing and intraday, said apart."""

from __future__ import annotations

from datetime import date

import pytest

from reporter.model import Fact
from tests.facts import DAY, fact, level, move, reading, spread, told, words

BEFORE = date(2026, 1, 14)
EARLIER = date(2025, 10, 27)


def record(metric: str, subject: str, at: float, prior: float, *, on: date = BEFORE) -> Fact:
    """A record fact: true where the level is above the prior one."""
    broken = at > prior
    return fact(
        metric, subject, broken, level=at, level_date=DAY, prior_level=prior, prior_date=on,
        record_level=max(at, prior), record_date=DAY if broken else on, count_this_year=3,
        history_start=date(2000, 1, 3), first_since=None,
    )  # fmt: skip


CLOSE = record("record_close", "^RUT", 2674.56, 2651.64)
HIGH = record("record_high", "^RUT", 2689.28, 2653.31)
LAST = level("^RUT", 2674.56)


def test_both_on_one_day() -> None:
    said = words("records", reading(CLOSE, HIGH, LAST))
    assert said["both_same_day"] == (
        "On 15 January 2026 the Russell 2000 set a record on both counts: it closed at 2,674.56, "
        "above the 2,651.64 of 14 January 2026, and traded as high as 2,689.28, above 2,653.31."
    )


def test_both_over_records_of_different_days() -> None:
    high = record("record_high", "^RUT", 2689.28, 2653.31, on=EARLIER)
    said = words("records", reading(CLOSE, high, LAST))
    assert said["both"].endswith("above the 2,653.31 of 27 October 2025.")


def test_a_close_without_a_high() -> None:
    high = record("record_high", "^RUT", 2680.0, 2690.0, on=EARLIER)
    said = words("records", reading(CLOSE, high, LAST))
    assert "closed at a record 2,674.56" in said["close_only"]
    assert "its intraday record, 2,690.00 on 27 October 2025, still stands" in said["close_only"]


def test_a_high_without_a_close() -> None:
    close = record("record_close", "^RUT", 2600.0, 2651.64)
    said = words("records", reading(close, HIGH, level("^RUT", 2600.0)))
    assert "an intraday record, but closed at 2,600.00, short of" in said["high_only"]
    assert said["headline_high"] == "Russell 2000 touches a record 2,689.28, closes at 2,600.00"


def test_no_record_no_word() -> None:
    close = record("record_close", "^RUT", 2600.0, 2651.64)
    high = record("record_high", "^RUT", 2600.0, 2653.31)
    assert words("records", reading(close, high, level("^RUT", 2600.0))) == {}


@pytest.mark.parametrize(
    ("gap", "head"),
    [
        (spread(0.078, 0.014, z=2.4), "Small caps at a record 2,674.56, well ahead of the S&P 500"),
        (spread(0.078, 0.014, z=1.2), "Small caps at a record 2,674.56, ahead of the S&P 500"),
        (spread(0.014, 0.078, z=-1.2),
         "Russell 2000 at a record 2,674.56, behind the S&P 500 this year"),
        (spread(0.05, 0.049, z=0.1), "Russell 2000 closes at a record 2,674.56"),
    ],
)  # fmt: skip
def test_the_headline_says_how_far_ahead(gap: Fact, head: str) -> None:
    assert head in words("records", reading(CLOSE, HIGH, LAST, gap)).values()


def test_the_benchmarks_record_while_the_subject_is_far_below() -> None:
    down = fact("drawdown", "^RUT", -0.159, peak_level=2442.74, peak_date=date(2021, 11, 8))
    best = record("record_close", "^GSPC", 5096.27, 5088.8)
    near = fact("drawdown", "^RUT", -0.02, peak_level=2442.74, peak_date=date(2021, 11, 8))
    said = words("records", reading(best, down, level("^RUT", 2054.84)))
    assert (
        said["headline_benchmark"] == "S&P 500 at a record, Russell 2000 still 15.9% below its own"
    )
    assert words("records", reading(best, near, level("^RUT", 2400.0))) == {}


@pytest.mark.parametrize(
    ("last", "day", "yields"),
    [
        (level("^RUT", 2263.67), move("^RUT", 0.035, "1d", z=2.8), True),
        (level("^RUT", 2263.67, sessions_highest=634), move("^RUT", 0.01, "1d", z=0.5), True),
        (level("^RUT", 2263.67, sessions_highest=20), move("^RUT", 0.01, "1d", z=0.5), False),
    ],
)
def test_anothers_record_yields_to_bigger_news(last: Fact, day: Fact, *, yields: bool) -> None:
    down = fact("drawdown", "^RUT", -0.073, peak_level=2442.74, peak_date=date(2021, 11, 8))
    best = record("record_close", "^GSPC", 5667.2, 5631.22)
    head = told("records", reading(best, down, last, day))["headline_benchmark"]
    assert (head.importance < 0.7) is yields


def test_a_record_that_was_long_in_coming() -> None:
    close = fact(
        "record_close", "^RUT", value=True, level=2467.7, prior_level=2442.74, level_date=DAY,
        prior_date=date(2021, 11, 8), first_since=date(2021, 11, 8), count_this_year=1,
        history_start=date(2000, 1, 3),
    )  # fmt: skip
    said = words("records", reading(close, record("record_high", "^RUT", 2470, 2460), LAST))
    assert "the first that the Russell 2000 has set since 8 November 2021" in said["drought"]
