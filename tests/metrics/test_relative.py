"""Relative returns and runs of lead: same base, printed operands, counted days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.metrics.relative import runs
from reporter.model import Basis, Fact, Kind, MarketData, Reason
from tests.market import (
    close_of,
    detail,
    fact,
    gap,
    market,
    real_market,
    series,
    sessions,
    wave,
)


def pair(one: list[float], other: list[float]) -> MarketData:
    return market(series("A", one), series("B", other))


def spread(data: MarketData, window: str) -> Fact:
    return fact(data, "relative_return", "A", benchmark="B", window=window)


def streak(leads: list[float]) -> Fact:
    ours = np.cumprod([1.0, *(1 + lead for lead in leads)]).tolist()
    return fact(pair(ours, [1.0] * len(ours)), "outperformance_streak", "A", benchmark="B")


def test_the_reference_brief_leads_by_what_its_operands_show(real_data: Path) -> None:
    data = real_market(real_data, date(2026, 1, 15))
    found = fact(data, "relative_return", "^RUT", benchmark="^GSPC", window="ytd")
    ours, theirs = 2674.560059 / 2481.909912 - 1, 6944.470215 / 6845.5 - 1
    assert found.value == pytest.approx(ours - theirs, abs=1e-9)
    assert found.value == pytest.approx(0.06316, abs=5e-6)
    assert found.display == "6.4 percentage points"
    assert found.displays["subject_return"] == "7.8%"
    assert found.displays["benchmark_return"] == "1.4%"
    assert found.detail["ratio_change"] == pytest.approx((1 + ours) / (1 + theirs) - 1)
    assert found.id == "relative_return:^RUT/^GSPC:ytd"


def test_a_lead_that_hangs_on_its_base_day_says_so(real_data: Path) -> None:
    """IWM against QQQ over three months: 2.8, 4.7 or 6.1 points, by the base day."""
    data = real_market(real_data, date(2026, 1, 15))
    found = fact(data, "relative_return", "IWM", benchmark="QQQ", window="since:2025-10-16")
    assert found.detail["base_sensitive"] is True
    assert found.value == pytest.approx(0.0834490009258877 - 0.03631733756091493, abs=1e-9)
    earlier, later = found.detail["base_earlier"], found.detail["base_later"]
    assert isinstance(earlier, dict)
    assert isinstance(later, dict)
    assert (earlier["date"], later["date"]) == ("2025-10-15", "2025-10-17")
    assert [earlier["value"], later["value"]] == pytest.approx([0.028160, 0.061237], abs=1e-6)
    assert found.displays["base_later"] == "6.1 percentage points"
    assert found.displays["base_later_date"] == "17 October 2025"


def test_a_steady_lead_does_not_hang_on_its_base_day() -> None:
    steady = pair([1.001**k for k in range(100)], [1.0] * 100)
    assert spread(steady, "20s").detail["base_sensitive"] is False
    jumpy = pair([1.0] * 79 + [1.02] + [1.03] * 20, [1.0] * 100)
    assert spread(jumpy, "20s").detail["base_sensitive"] is True
    assert spread(jumpy, "1d").detail["base_sensitive"] is False


@given(st.integers(0, 10**6), st.sampled_from(["1d", "mtd", "3m", "20s"]))
def test_a_spread_is_the_difference_of_two_returns(seed: int, window: str) -> None:
    data = pair(wave(100, seed=seed), wave(100, seed=seed + 1))
    one, other = (fact(data, "period_return", s, window=window) for s in "AB")
    found = spread(data, window)
    assert found.value == pytest.approx(one.value - other.value, abs=1e-12)
    assert found.base_date == one.base_date == other.base_date
    assert (found.displays["subject_return"], found.displays["benchmark_return"]) == (
        one.display,
        other.display,
    )


def test_the_spread_in_sigmas_is_of_daily_spreads() -> None:
    ours, theirs = np.array(wave(100)), np.array(wave(100, seed=8))
    leads = np.diff(ours) / ours[:-1] - np.diff(theirs) / theirs[:-1]
    found = spread(pair(ours.tolist(), theirs.tolist()), "20s")
    expected = found.value / (leads[-83:-20].std(ddof=1) * 20**0.5)
    assert found.detail["z"] == pytest.approx(expected)


def test_returns_of_different_kinds_are_not_compared() -> None:
    data = market(series("A", [1, 2], basis=Basis.ADJUSTED), series("B", [1, 2]))
    for metric, window in (("relative_return", "1d"), ("outperformance_streak", None)):
        found = gap(data, metric, "A", benchmark="B", window=window)
        assert found.reason is Reason.BASIS


def test_what_cannot_be_compared_is_a_gap() -> None:
    data = market(
        series("A", wave(30)),
        series("B", wave(20)),
        series("Y", wave(30), kind=Kind.YIELD),
        series("H", wave(29), days=[*sessions(30)[:-6], *sessions(5)]),
    )
    reasons = {
        (None, "1d"): Reason.NO_INPUT,
        ("Y", "1d"): Reason.NOT_APPLICABLE,
        ("B", "25s"): Reason.SHORT_HISTORY,
        ("H", "5s"): Reason.MISSING_SESSION,
        ("Z", "1d"): Reason.NO_DATA,
    }
    for (benchmark, window), reason in reasons.items():
        found = gap(data, "relative_return", "A", benchmark=benchmark, window=window)
        assert found.reason is reason, (benchmark, window)
        assert found.window == window
    assert "--vs" in gap(data, "relative_return", "A", window="1d").message


def test_the_reference_brief_has_ten_days_of_lead(real_data: Path) -> None:
    data = real_market(real_data, date(2026, 1, 15))
    found = fact(data, "outperformance_streak", "^RUT", benchmark="^GSPC")
    assert (found.value, found.display) == (10, "10")
    assert found.base_date == date(2025, 12, 31)
    keys = ("direction", "start", "longest_since_date", "longest_since_length")
    assert detail(found, *keys) == ["ahead", "2026-01-02", "2008-06-06", 13]


@pytest.mark.parametrize("as_of", [date(2012, 6, 1), date(2016, 2, 11), date(2022, 6, 16)])
def test_streaks_agree_with_a_plain_count(real_data: Path, as_of: date) -> None:
    data = real_market(real_data, as_of)
    ours, theirs = (close_of(data, s).pct_change() for s in ("^RUT", "^GSPC"))
    ahead = (ours > theirs).tolist()[1:]
    count = 0
    while ahead[-1 - count] == ahead[-1]:
        count += 1
    found = fact(data, "outperformance_streak", "^RUT", benchmark="^GSPC")
    assert found.value == count
    assert found.detail["direction"] == ("ahead" if ahead[-1] else "behind")


def test_a_run_is_counted_in_its_own_direction() -> None:
    up, down = 0.01, -0.01
    found = streak([up, up, up, down, down, up, up])
    assert detail(found, "direction", "longest_since_length") == ["ahead", 3]
    assert found.value == 2
    lag = streak([up, up, up, down, down])
    assert detail(lag, "direction", "longest_since_length") == ["behind", None]


def test_a_draw_ends_every_run() -> None:
    found = streak([0.01, 0.01, 0.0])
    assert found.value == 0
    assert found.base_date is None
    assert detail(found, "direction", "start", "longest_since_date") == [None, None, None]


def test_a_run_with_a_hole_in_it_is_not_counted() -> None:
    days = [*sessions(30)[:-3], *sessions(2)]
    data = market(
        series("A", [1.01**k for k in range(29)], days=days), series("B", [1.0] * 29, days=days)
    )
    found = gap(data, "outperformance_streak", "A", benchmark="B")
    assert found.reason is Reason.MISSING_SESSION


@given(st.lists(st.sampled_from([-1.0, 0.0, 1.0]), min_size=1, max_size=40))
def test_runs_cover_all_days_once(leads: list[float]) -> None:
    starts, lengths, signs = runs(np.array(leads))
    rebuilt = [s for sign, n in zip(signs, lengths, strict=True) for s in [float(sign)] * n]
    assert rebuilt == leads
    assert starts.tolist() == [0, *np.cumsum(lengths)[:-1].tolist()]
