"""Indicators against published worked examples, other libraries, and the laws they must obey."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from talipp import indicators as talipp

from reporter import indicators
from reporter.bars import Floats
from tests.market import wave

# StockCharts ChartSchool, cs-rsi.xls: closes of QQQQ from 14 December 2009 and their RSI(14).
QQQQ = """44.3389 44.0902 44.1497 43.6124 44.3278 44.8264 45.0955 45.4245 45.8433 46.0826 45.8931
46.0328 45.614 46.282 46.282 46.0028 46.0328 46.4116 46.2222 45.6439 46.2122 46.2521 45.7137
46.4515 45.7835 45.3548 44.0288 44.1783 44.2181 44.5672 43.4205 42.6628 43.1314"""
QQQQ_RSI = """70.5328 66.3186 66.5498 69.4063 66.3552 57.9749 62.9296 63.2571 56.0593 62.3771
54.7076 50.4228 39.9898 41.4605 41.8689 45.4632 37.304 33.0795 37.773"""

# StockCharts ChartSchool, cs-atr.xls: 30 bars and their ATR(14).
HIGH = """48.7 48.72 48.9 48.87 48.82 49.05 49.2 49.35 49.92 50.19 50.12 49.66 49.88 50.19 50.36
50.57 50.65 50.43 49.63 50.33 50.29 50.17 49.32 48.5 48.3201 46.8 47.8 48.39 48.66 48.79"""
LOW = """47.79 48.14 48.39 48.37 48.24 48.635 48.94 48.86 49.5 49.87 49.2 48.9 49.43 49.725 49.26
50.09 50.3 49.21 48.98 49.61 49.2 49.43 48.08 47.64 41.55 44.2833 47.31 47.2 47.9 47.7301"""
CLOSE = """48.16 48.61 48.75 48.63 48.74 49.03 49.07 49.32 49.91 50.13 49.53 49.5 49.75 50.03
50.31 50.52 50.41 49.34 49.37 50.23 49.2375 49.93 48.43 48.18 46.57 45.41 47.77 47.72 48.62
47.85"""
ATR = """0.555 0.593929 0.585791 0.568949 0.615452 0.61792 0.642354 0.674329 0.69277 0.775429
0.78147 1.209229 1.30262 1.38029 1.366698 1.336219 1.316482"""

walks = st.builds(
    lambda count, seed, sigma: np.array(wave(count, seed=seed, volatility=sigma)),
    st.integers(30, 600),
    st.integers(0, 10**6),
    st.floats(0.001, 0.05),
)


def numbers(text: str) -> Floats:
    return np.array(text.split(), dtype=float)


def bars(close: Floats) -> tuple[Floats, Floats, Floats]:
    return close * 1.01, close * 0.985, close


def test_rsi_is_the_published_worked_example() -> None:
    assert_allclose(indicators.rsi(numbers(QQQQ))[14:], numbers(QQQQ_RSI), atol=6e-5)


def test_atr_is_the_published_worked_example() -> None:
    values = indicators.atr(numbers(HIGH), numbers(LOW), numbers(CLOSE))
    assert_allclose(values[13:], numbers(ATR), atol=5e-7)


def test_the_published_vectors_are_the_ones_written_here(real_data: Path) -> None:
    known = json.loads((real_data / "reference" / "wilder_vectors.json").read_text())
    assert known["rsi14"]["close"] == numbers(QQQQ).tolist()
    assert known["rsi14"]["rsi_from_15th_bar"] == numbers(QQQQ_RSI).tolist()
    assert known["atr14"]["atr_from_14th_bar"] == numbers(ATR).tolist()
    for key, text in (("high", HIGH), ("low", LOW), ("close", CLOSE)):
        assert known["atr14"][key] == numbers(text).tolist()


def test_502_bars_give_the_published_values(real_data: Path) -> None:
    """Spreadsheets of the Stock.Indicators project; its ATR leaves out the first true range."""
    quotes = pd.read_csv(real_data / "reference" / "quotes_502_bars.csv")
    published = json.loads((real_data / "reference" / "indicators_502_bars.json").read_text())
    high, low, close = (quotes[c].to_numpy(float) for c in ("high", "low", "close"))
    ours = {
        "rsi14": (indicators.rsi(close), 0),
        "sma20": (indicators.sma(close, 20), 0),
        "atr14": (indicators.atr(high, low, close), 200),
    }
    for name, (values, since) in ours.items():
        checked = {int(at): value for at, value in published[name].items() if int(at) >= since}
        assert checked
        for at, value in checked.items():
            assert values[at] == pytest.approx(value, abs=5.1e-5), (name, at)


@given(walks)
def test_rsi_and_average_agree_with_two_other_libraries(close: Floats) -> None:
    assert_allclose(indicators.rsi(close), talib.RSI(close, 14), atol=1e-9)
    assert_allclose(indicators.rsi(close)[14:], _talipp(talipp.RSI(14, close.tolist())), atol=1e-9)
    assert_allclose(indicators.sma(close, 20), talib.SMA(close, 20), rtol=1e-10)


def _talipp(values: Any) -> Floats:
    return np.array([v for v in values if v is not None], dtype=float)


@given(st.integers(0, 10**6))
def test_atr_agrees_with_talib_once_the_first_bar_has_faded(seed: int) -> None:
    high, low, close = bars(np.array(wave(600, seed=seed)))
    ours, theirs = indicators.atr(high, low, close), talib.ATR(high, low, close, 14)
    assert_allclose(ours[250:], theirs[250:], atol=1e-6)


def test_a_long_history_is_averaged_as_one() -> None:
    """The closed form is solved in blocks; the plain recursion is the definition."""
    values = np.abs(np.random.default_rng(3).normal(size=9000))
    average = values[:14].mean()
    for value in values[14:]:
        average = (13 * average + value) / 14
    assert indicators.wilder(values, 14)[-1] == pytest.approx(average, rel=1e-12)


def test_realised_volatility_is_the_root_of_the_mean_square_over_a_year() -> None:
    steady = 100 * np.exp(0.01 * np.array([k % 2 for k in range(60)]))
    assert indicators.realised_volatility(steady)[-1] == pytest.approx(0.01 * np.sqrt(252))


@given(walks, st.floats(0.01, 1000))
def test_the_scale_of_prices_does_not_matter(close: Floats, factor: float) -> None:
    assert_allclose(indicators.rsi(close * factor), indicators.rsi(close), atol=1e-7)
    volatility = indicators.realised_volatility
    assert_allclose(volatility(close * factor), volatility(close), rtol=1e-6)
    scaled = indicators.atr(*bars(close * factor))
    assert_allclose(scaled, indicators.atr(*bars(close)) * factor, rtol=1e-9)


@given(walks, st.integers(20, 400))
def test_no_value_looks_at_a_later_bar(close: Floats, length: int) -> None:
    part = close[:length]
    for indicator in (indicators.rsi, indicators.realised_volatility):
        assert_array_equal(indicator(part), indicator(close)[: len(part)])
    assert_array_equal(indicators.sma(part, 10), indicators.sma(close, 10)[: len(part)])
    whole = indicators.atr(*bars(close))[: len(part)]
    assert_array_equal(indicators.atr(*bars(part)), whole)


@given(walks)
def test_rsi_stays_between_0_and_100(close: Floats) -> None:
    values = indicators.rsi(close)[14:]
    assert ((values >= 0) & (values <= 100)).all()


def test_a_price_that_has_not_moved_has_no_rsi() -> None:
    assert np.isnan(indicators.rsi(np.full(300, 50.0))).all()


@pytest.mark.parametrize("count", [0, 1, 5])
def test_too_few_bars_give_no_value(count: int) -> None:
    few = np.linspace(1, 2, count)
    assert np.isnan(indicators.wilder(few, 14)).all()
    assert np.isnan(indicators.sma(few, 20)).all()
    assert np.isnan(indicators.realised_volatility(few)).all()


def test_a_run_is_counted_from_the_end() -> None:
    assert indicators.run_length(np.array([1, 1, 2, 2, 2])) == 3
    assert indicators.run_length(np.array([True, True])) == 2


@pytest.mark.parametrize("length", [1, 2, 3, 5, 14])
def test_a_short_length_stays_a_number_over_a_long_history(length: int) -> None:
    """Against the recurrence itself, over more bars than one block of any length holds."""
    values = np.abs(np.sin(np.arange(9000.0))) + 0.01
    expected = [values[:length].mean()]
    for value in values[length:]:
        expected.append(((length - 1) * expected[-1] + value) / length)
    assert_allclose(indicators.wilder(values, length)[length - 1 :], expected, rtol=1e-9)
