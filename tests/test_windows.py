"""Windows: which session each begins with, and words that are no window."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.errors import SpecError
from reporter.metrics.base import PERIODS
from reporter.sessions import Sessions
from reporter.windows import base_date, is_month_end, parse
from tests.market import calendar

SESSION = st.sampled_from([d for d in calendar().days if date(2006, 1, 1) < d < date(2026, 12, 1)])


def base(window: str, as_of: str) -> str:
    return base_date(parse(window), date.fromisoformat(as_of), calendar()).isoformat()


@pytest.mark.parametrize(
    ("window", "as_of", "expected"),
    [
        ("1d", "2026-01-15", "2026-01-14"),
        ("1d", "2026-01-20", "2026-01-16"),  # Monday was a holiday
        ("wtd", "2026-01-15", "2026-01-09"),
        ("wtd", "2026-01-12", "2026-01-09"),
        ("wtd", "2026-01-20", "2026-01-16"),
        ("mtd", "2026-01-15", "2025-12-31"),
        ("qtd", "2025-11-20", "2025-09-30"),
        ("ytd", "2026-01-02", "2025-12-31"),
        ("ytd", "2012-06-01", "2011-12-30"),
        ("1w", "2026-01-15", "2026-01-08"),
        ("1m", "2026-01-15", "2025-12-15"),
        ("3m", "2026-01-15", "2025-10-15"),
        ("3m", "2023-05-31", "2023-02-28"),  # 31 May has no counterpart in February
        ("3m", "2024-05-30", "2024-02-29"),  # not its month's end: clamped to 29 February
        ("3m", "2025-10-06", "2025-07-03"),  # 6 July was a Sunday, 4 July a holiday
        ("6m", "2023-02-28", "2022-08-31"),  # month's end to month's end, not 26 August
        ("1m", "2024-03-28", "2024-02-29"),  # Good Friday was the month's last weekday
        ("1y", "2024-03-28", "2023-03-31"),
        ("3y", "2026-01-15", "2023-01-13"),
        ("5y", "2026-01-15", "2021-01-15"),
        ("1y", "2024-02-29", "2023-02-28"),
        ("20s", "2026-01-15", "2025-12-16"),
        ("since:2025-10-16", "2026-01-15", "2025-10-16"),
        ("since:2025-10-19", "2026-01-15", "2025-10-17"),
    ],
)
def test_a_window_begins_with_the_last_close_on_or_before_its_anchor(
    window: str, as_of: str, expected: str
) -> None:
    assert base(window, as_of) == expected


@given(SESSION, st.sampled_from(PERIODS))
def test_every_base_is_an_earlier_session(as_of: date, window: str) -> None:
    day = base_date(parse(window), as_of, calendar())
    assert day < as_of
    assert calendar().is_session(day)


@given(SESSION)
def test_on_the_first_session_of_a_year_the_year_is_one_day_old(as_of: date) -> None:
    first = calendar().on_or_before(date(as_of.year, 1, 1) - timedelta(days=1))
    opening = calendar().days[list(calendar().days).index(first) + 1]
    bases = {base_date(parse(w), opening, calendar()) for w in ("1d", "mtd", "qtd", "ytd")}
    assert bases == {first}


@given(SESSION, st.integers(1, 500))
def test_counted_sessions_are_counted(as_of: date, count: int) -> None:
    first = base_date(parse(f"{count}s"), as_of, calendar())
    assert calendar().between(first, as_of) == count


@given(SESSION)
def test_a_month_has_one_end(as_of: date) -> None:
    following = calendar().days[list(calendar().days).index(as_of) + 1]
    assert is_month_end(as_of, calendar()) == (following.month != as_of.month)


def test_a_calendar_that_ends_with_the_day_does_not_make_it_a_month_end() -> None:
    january = tuple(d for d in calendar().days if d <= date(2026, 1, 15))
    assert not is_month_end(date(2026, 1, 15), Sessions("cut", january))
    friday = tuple(d for d in calendar().days if d <= date(2026, 1, 30))
    assert is_month_end(date(2026, 1, 30), Sessions("cut", friday))


def test_whole_years_are_known_for_annualising() -> None:
    assert [parse(w).years for w in ("6m", "1y", "3y", "5y", "20s")] == [0, 1, 3, 5, 0]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("ytdd", "ytd"),
        ("3mth", "3m"),
        ("0s", "A count of sessions is a whole number from 1 to 99999, such as 20s."),
        ("-5s", "from 1 to 99999"),
        ("100000s", "from 1 to 99999"),
        ("since:16.10.2025", "since:2025-10-16"),
        ("", "Known:"),
    ],
)
def test_an_unknown_window_is_answered_with_the_nearest(word: str, hint: str) -> None:
    with pytest.raises(SpecError, match="window") as caught:
        parse(word)
    assert hint in str(caught.value)


def test_a_base_before_the_calendar_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        base_date(parse("since:1987-10-19"), date(2026, 1, 15), calendar())


@pytest.mark.parametrize("word", ["YTD", "20S", "Since:2025-10-16"])
def test_capitals_mean_the_same(word: str) -> None:
    assert parse(word) == parse(word.lower())
    assert parse(word).name == word.lower()
