"""Multi-year ranges: what became of a record that stood for years."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.metrics.breakouts import NEWS, STOOD, find_range
from reporter.model import Basis, Fact, Kind, KnownHigh, Reason
from tests.market import detail, fact, gap, market, real_market, series, wave

TOP = [90.0, 100.0]
UNDER = [80.0] * (STOOD - 1)


def breakout(closes: list[float]) -> Fact:
    return fact(market(series("X", closes)), "range_breakout", "X")


def state(closes: list[float]) -> object:
    return breakout(closes).detail["state"]


def test_the_reference_brief_has_a_break_that_failed_and_was_retaken(real_data: Path) -> None:
    found = fact(real_market(real_data, date(2026, 1, 15)), "range_breakout", "^RUT")
    assert found.value is True
    assert {key: found.detail[key] for key in found.detail if key not in {"years", "gap"}} == {
        "state": "retaken",
        "history_start": "2000-01-03",
        "level": 2442.73999,
        "level_date": "2021-11-08",
        "touch_level": 2442.030029,
        "touch_date": "2024-11-25",
        "low": 1636.939941,
        "low_date": "2023-10-27",
        "broke_on": "2025-09-18",
        "broke_close": 2467.699951,
        "closes_below": 18,
        "first_below": "2025-09-24",
        "last_below": "2025-11-24",
        "lowest": 2305.110107,
        "lowest_date": "2025-11-20",
        "retaken_on": "2025-11-25",
        "lost_on": None,
    }
    # 2,674.56 of 15 January 2026 over the record close of 8 November 2021
    assert found.detail["gap"] == pytest.approx(2674.560059 / 2442.73999 - 1, abs=1e-6)
    assert found.displays["years"] == "3.9"
    assert found.displays["closes_below"] == "18"
    assert found.displays["lowest"] == "2,305.11"


@pytest.mark.parametrize(
    ("as_of", "lost_on"),
    [
        (date(2025, 9, 24), "2025-09-24"),
        (date(2025, 10, 10), "2025-10-10"),
        (date(2025, 11, 4), "2025-11-04"),
        (date(2025, 11, 6), "2025-11-06"),
        (date(2025, 11, 20), "2025-11-13"),
    ],
)
def test_a_loss_dates_from_the_first_close_of_its_own_run(
    real_data: Path, as_of: date, lost_on: str
) -> None:
    found = fact(real_market(real_data, as_of), "range_breakout", "^RUT")
    assert found.detail["state"] == "failed"
    assert found.detail["lost_on"] == lost_on


@pytest.mark.parametrize(
    ("as_of", "expected", "level"),
    [
        (date(2010, 6, 1), "inside", 855.77002),
        (date(2011, 4, 27), "above", 855.77002),
        (date(2011, 10, 3), "failed", 855.77002),
        (date(2012, 3, 26), "failed", 855.77002),
        (date(2012, 6, 1), "none", None),  # the break was 278 sessions ago
        (date(2016, 2, 11), "none", None),
        (date(2018, 12, 24), "none", None),
        (date(2020, 3, 23), "none", None),  # the record was 390 sessions old
        (date(2020, 11, 13), "above", 1740.75),
        (date(2022, 6, 16), "none", None),
        (date(2024, 2, 29), "inside", 2442.73999),
        (date(2025, 9, 17), "inside", 2442.73999),
        (date(2025, 9, 18), "above", 2442.73999),
        (date(2025, 9, 25), "failed", 2442.73999),
        (date(2025, 10, 27), "retaken", 2442.73999),
        (date(2025, 11, 20), "failed", 2442.73999),
    ],
)
def test_other_days_have_their_own_state(
    real_data: Path, as_of: date, expected: str, level: float | None
) -> None:
    found = fact(real_market(real_data, as_of), "range_breakout", "^RUT")
    assert detail(found, "state", "level") == [expected, level]
    assert found.value is (expected in {"above", "retaken"})


def test_a_record_must_stand_for_two_years() -> None:
    assert state([*TOP, *UNDER, 80.0]) == "inside"
    assert state([*TOP, *UNDER[1:], 80.0, 101.0]) == "above"
    assert state([*TOP, *UNDER[1:], 101.0]) == "none"
    assert state([90.0, *TOP, *UNDER]) == "none"


def test_only_a_close_above_breaks_a_range() -> None:
    assert state([*TOP, *UNDER, 100.0]) == "inside"
    assert state([*TOP, *UNDER, 100.01]) == "above"


def test_what_follows_a_break_is_told() -> None:
    broken = [*TOP, *UNDER, 101.0]
    assert state([*broken, 103.0]) == "above"
    assert state([*broken, 100.0]) == "failed"
    found = breakout([*broken, 99.0, 102.0, 98.0, 104.0])
    keys = ("state", "closes_below", "lowest", "broke_close")
    assert detail(found, *keys) == ["retaken", 2, 98.0, 101.0]
    assert found.detail["retaken_on"] == found.as_of.isoformat()


def test_a_break_is_news_for_a_year() -> None:
    broken = [*TOP, *UNDER, 101.0]
    rising = [101.0 + k / 100 for k in range(1, NEWS + 2)]
    assert state([*broken, *rising[:NEWS]]) == "above"
    assert state([*broken, *rising]) == "none"


def test_a_second_test_of_the_top_is_near_it_and_apart_from_it() -> None:
    near = [*TOP, 99.9, *UNDER[:250], 99.0, *UNDER[250:], 101.0]
    assert breakout(near).detail["touch_level"] == 99.0
    far = [*TOP, 99.9, *UNDER[:250], 97.0, *UNDER[250:], 101.0]
    assert breakout(far).detail["touch_level"] is None


def test_no_range_says_none_everywhere() -> None:
    found = breakout([1.001**k for k in range(STOOD + 10)])
    assert found.value is False
    empty = {key: value for key, value in found.detail.items() if value is None}
    assert len(empty) == len(found.detail) - 2


@given(st.integers(0, 10**6), st.floats(0.01, 100))
def test_the_scale_of_prices_does_not_matter(seed: int, factor: float) -> None:
    closes = np.array(wave(1200, seed=seed))
    assert find_range(closes) == find_range(closes * factor)


@given(st.integers(0, 10**6), st.integers(600, 1199))
def test_a_range_known_on_a_day_is_not_changed_by_later_ones(seed: int, day: int) -> None:
    """What later bars add is only what happened later: top and break stay where they were."""
    closes = np.array(wave(1200, seed=seed))
    then = find_range(closes[: day + 1])
    if then and then.broke is not None and len(closes) - 1 - then.broke <= NEWS:
        assert find_range(closes) == then


def test_what_carries_no_range_is_a_gap() -> None:
    data = market(
        series("SHORT", wave(STOOD)),
        series("ADJ", wave(600), basis=Basis.ADJUSTED),
        series("YIELD", wave(600), kind=Kind.YIELD),
    )
    reasons = {
        "SHORT": Reason.SHORT_HISTORY,
        "ADJ": Reason.BASIS,
        "YIELD": Reason.NOT_APPLICABLE,
    }
    for symbol, reason in reasons.items():
        assert gap(data, "range_breakout", symbol).reason is reason


def floored(closes: list[float], stated: float) -> Fact:
    """The breakout of closes before which a higher or lower level is on record."""
    known = KnownHigh("X", stated, date(1999, 12, 31), "an exchange's yearbook")
    data = market(series("X", closes), known_highs=(known,))
    return fact(data, "range_breakout", "X")


def test_a_stated_high_that_still_stands_leaves_no_range() -> None:
    broken = [*TOP, *UNDER, 101.0]
    assert state(broken) == "above"
    under = floored(broken, 102.0)
    assert detail(under, "state", "level") == ["none", None]
    assert floored([100.0, *UNDER, 80.0], 100.0).detail["state"] == "none"


def test_a_stated_high_once_beaten_takes_nothing_away() -> None:
    broken = [*TOP, *UNDER, 101.0]
    beaten = floored(broken, 95.0)
    assert beaten.detail == breakout(broken).detail
    first = floored([100.0, *UNDER, 80.0], 99.0)
    assert detail(first, "state", "level") == ["inside", 100.0]
