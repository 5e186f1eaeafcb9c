"""Records: strict, closing apart from intraday, all-time only where the past is covered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.metrics.records import climb
from reporter.model import Basis, Fact, KnownHigh, Reason
from tests.market import (
    close_of,
    day_of,
    detail,
    fact,
    gap,
    market,
    real_market,
    series,
    sessions,
    wave,
)

PAST = [100.0] * 300


def record(closes: list[float], metric: str = "record_close") -> Fact:
    return fact(market(series("X", closes, spread=0.01)), metric, "X")


def test_the_reference_brief_has_both_records(real_data: Path) -> None:
    data = real_market(real_data, date(2026, 1, 15))
    keys = ("level", "prior_level", "prior_date", "history_start", "all_time")
    close, high = (fact(data, name, "^RUT") for name in ("record_close", "record_high"))
    assert close.value is high.value is True
    start = "2000-01-03"
    assert detail(close, *keys) == [2674.560059, 2651.639893, "2026-01-14", start, False]
    assert detail(high, *keys) == [2689.280029, 2653.310059, "2026-01-14", start, False]
    assert close.displays["prior_level"] == "2,651.64"
    assert high.displays["prior_date"] == "14 January 2026"


def test_the_record_before_the_crisis_is_known_ten_years_later(real_data: Path) -> None:
    found = fact(real_market(real_data, date(2009, 12, 31)), "record_close", "^RUT")
    assert found.value is False
    assert detail(found, "record_level", "record_date") == [855.77002, "2007-07-13"]


@pytest.mark.parametrize(
    "as_of", [date(2012, 6, 1), date(2018, 8, 31), date(2021, 11, 8), date(2025, 9, 18)]
)
def test_records_agree_with_pandas(real_data: Path, as_of: date) -> None:
    data = real_market(real_data, as_of)
    close = close_of(data, "^RUT")
    prior = close.iloc[:-1]
    found = fact(data, "record_close", "^RUT")
    assert found.value == (close.iloc[-1] > prior.max())
    assert found.detail["prior_date"] == day_of(prior.idxmax())
    assert found.detail["sessions_since"] == (close.index > str(prior.idxmax())).sum()
    this_year = close[close > close.shift().cummax()][str(as_of.year) :]
    assert found.detail["count_this_year"] == len(this_year)


def test_the_first_record_in_years_says_so(real_data: Path) -> None:
    found = fact(real_market(real_data, date(2025, 9, 18)), "record_close", "^RUT")
    assert detail(found, "first_since", "sessions_since") == ["2021-11-08", 968]
    usual = fact(real_market(real_data, date(2026, 1, 15)), "record_close", "^RUT")
    assert usual.detail["first_since"] is None


def test_a_tie_is_not_a_record() -> None:
    found = record([*PAST, 110.0, 105.0, 110.0])
    assert found.value is False
    assert detail(found, "tie", "prior_level", "sessions_since") == [True, 110.0, 2]
    assert found.detail["record_date"] == sessions(3)[0].isoformat()


def test_a_close_below_a_record_high_is_only_an_intraday_record() -> None:
    """The high beats every high while the close stays below an earlier one."""
    base = series("X", [*PAST, 110.0, 109.0])
    bars = base.bars.copy()
    bars.loc[bars.index[-1], "high"] = 112.0
    data = market(replace(base, bars=bars))
    assert fact(data, "record_close", "X").value is False
    assert fact(data, "record_high", "X").value is True


@given(st.lists(st.integers(1, 20), min_size=1, max_size=60))
def test_a_record_is_strictly_above_everything_before(levels: list[int]) -> None:
    expected = [k for k in range(1, len(levels)) if levels[k] > max(levels[:k])]
    assert climb(np.array(levels, dtype=float)).tolist() == expected
    floor = [k for k in expected if levels[k] > 10]
    assert climb(np.array(levels, dtype=float), 10.0).tolist() == floor


@given(st.integers(0, 10**6), st.floats(0.01, 100))
def test_the_scale_of_prices_does_not_matter(seed: int, factor: float) -> None:
    closes = wave(300, seed=seed)
    one, other = record(closes), record([c * factor for c in closes])
    keys = ("prior_date", "record_date", "sessions_since", "count_this_year")
    assert (one.value, detail(one, *keys)) == (other.value, detail(other, *keys))


def test_all_time_needs_the_whole_past() -> None:
    closes = [*PAST, 120.0]
    start = sessions(301)[0]

    def all_time(inception: date | None, *known: KnownHigh) -> object:
        data = market(series("X", closes, inception=inception), known_highs=known)
        return fact(data, "record_close", "X").detail["all_time"]

    assert all_time(None) is False
    assert all_time(date(1990, 1, 1)) is False
    assert all_time(start) is True
    assert all_time(None, KnownHigh("X", 90.0, date(2007, 7, 13), "the exchange")) is True
    assert all_time(None, KnownHigh("Z", 90.0, date(2007, 7, 13), "the exchange")) is False
    assert all_time(None, KnownHigh("X", 90.0, start, "inside the history")) is False


def test_a_stated_earlier_high_stands_until_it_is_beaten() -> None:
    known = (KnownHigh("X", 150.0, date(2007, 7, 13), "the exchange"),)
    below = fact(market(series("X", [*PAST, 120.0]), known_highs=known), "record_close", "X")
    assert below.value is False
    assert detail(below, "record_level", "record_date") == [150.0, "2007-07-13"]
    above = fact(market(series("X", [*PAST, 151.0]), known_highs=known), "record_close", "X")
    assert above.value is True
    keys = ("prior_level", "first_since", "count_this_year")
    assert detail(above, *keys) == [150.0, "2007-07-13", 1]


def test_a_record_never_prints_like_the_one_it_beat() -> None:
    found = record([*PAST, 110.001, 110.002])
    assert found.displays["level"] == "110.002"
    assert found.displays["prior_level"] == "110.001"


def test_adjusted_or_short_histories_carry_no_record() -> None:
    adjusted = market(series("X", [*PAST, 110.0], basis=Basis.ADJUSTED))
    short = market(series("X", wave(92)))
    for metric in ("record_close", "record_high"):
        assert gap(adjusted, metric, "X").reason is Reason.BASIS
        assert gap(short, metric, "X").reason is Reason.SHORT_HISTORY
        assert gap(short, metric, "X", window="ytd").reason is Reason.WINDOW
    young = market(series("X", wave(92), inception=sessions(92)[0]))
    assert fact(young, "record_close", "X").detail["all_time"] is True


def test_a_hole_in_the_history_is_bad_data() -> None:
    data = market(series("X", [*PAST, float("nan"), 110.0]))
    assert gap(data, "record_close", "X").reason is Reason.BAD_DATA


def test_closes_alone_carry_a_closing_record_only() -> None:
    data = market(series("X", [*PAST, 111.0]))
    assert fact(data, "record_close", "X").value is True
    missing = gap(data, "record_high", "X")
    assert missing.reason is Reason.NOT_APPLICABLE
    assert "needs each day's high and low" in missing.message
