"""When values became known: nothing published later is seen, and the latest revision counts."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.publication import Days, Releases, after_period, interval, latest, releases

DAY = st.dates(date(2000, 1, 1), date(2030, 1, 1))


def days(*written: str) -> Days:
    return np.array(written, dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("written", "every"),
    [
        (("2025-01-01", "2025-02-01", "2025-03-01", "2025-04-01"), 31),
        (("2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30"), 30),
        (("2025-01-02", "2025-01-09", "2025-01-16"), 7),
        (("2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01"), 91),
        (("2026-01-15", "2026-01-16", "2026-01-20"), 1),
        (("2025-01-01", "2025-02-01"), 1),
    ],
    ids=["month", "month ends", "week", "quarter", "daily", "too few"],
)
def test_how_often_there_is_a_value(written: tuple[str, ...], every: int) -> None:
    assert interval(days(*written)) == every


@pytest.mark.parametrize(
    ("day", "every", "known"),
    [
        ("2025-12-01", 31, "2026-01-10"),
        ("2025-12-31", 30, "2026-01-10"),
        ("2024-02-15", 28, "2024-03-10"),
        ("2025-10-01", 92, "2026-01-10"),
        ("2025-12-31", 91, "2026-01-10"),
        ("2025-01-01", 365, "2026-01-10"),
        ("2026-01-08", 7, "2026-01-18"),
        ("2026-01-08", 1, "2026-01-18"),
    ],
)
def test_a_lag_counts_from_the_end_of_the_period(day: str, every: int, known: str) -> None:
    """However the period is dated: by its first day, its last, or one between."""
    assert after_period(days(day), every, 10).tolist() == [date.fromisoformat(known)]


@given(st.lists(st.tuples(DAY, st.integers(0, 60), st.integers(0, 9)), min_size=1), DAY)
def test_of_each_day_the_rows_published_last_by_then(
    rows: list[tuple[date, int, int]], until: date
) -> None:
    observed = np.array([day for day, _, _ in rows], dtype="datetime64[D]")
    published = np.array([day + timedelta(late) for day, late, _ in rows], dtype="datetime64[D]")
    seen = [
        (day, out) for day, out in zip(observed.tolist(), published.tolist(), strict=True)
        if out <= until
    ]  # fmt: skip
    newest = {day: max(out for other, out in seen if other == day) for day, _ in seen}
    mask = latest(observed, published, until)
    assert mask.tolist() == [
        out <= until and newest.get(day) == out
        for day, out in zip(observed.tolist(), published.tolist(), strict=True)
    ]


def test_a_day_was_first_published_once() -> None:
    found = releases(
        days("2025-02-01", "2025-01-01", "2025-01-01"),
        days("2025-03-07", "2025-03-07", "2025-02-07"),
    )
    assert found.days.tolist() == [date(2025, 1, 1), date(2025, 2, 1)]
    assert found.published.tolist() == [date(2025, 2, 7), date(2025, 3, 7)]


def test_a_series_has_ended_after_three_intervals_of_silence() -> None:
    found = Releases(days("2025-01-01"), days("2025-02-07"))
    assert not found.ended(31, date(2025, 2, 7) + timedelta(93))
    assert found.ended(31, date(2025, 2, 7) + timedelta(94))


def test_how_many_sessions_late_a_daily_series_comes() -> None:
    week = days("2026-01-12", "2026-01-13", "2026-01-14", "2026-01-15", "2026-01-16", "2026-01-20")
    same = Releases(week[:4], week[:4])
    assert same.lag(week) == 0
    assert Releases(week[:4], week[1:5]).lag(week) == 1
    saturday = Releases(days("2026-01-16"), days("2026-01-17"))
    assert saturday.lag(week) == 1, "seen on the next session, not before"
