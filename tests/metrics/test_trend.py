"""Moving averages, sides and crosses, against TA-Lib and pandas."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import talib

from reporter.model import Basis, Fact, MarketData, Reason
from tests.market import (
    close_of,
    detail,
    fact,
    gap,
    market,
    price_series,
    real_market,
    series,
    sessions,
    values_of,
    wave,
)

DAYS = [date(2011, 6, 1), date(2016, 2, 11), date(2020, 3, 23), date(2026, 1, 15)]
FLAT = [100.0] * 250


def sma(data: MarketData, symbol: str, window: str) -> Fact:
    return fact(data, "sma", symbol, window=window)


@pytest.mark.parametrize("as_of", DAYS, ids=str)
@pytest.mark.parametrize("window", ["50", "200"])
def test_averages_agree_with_talib_on_every_price(
    real_data: Path, as_of: date, window: str
) -> None:
    data = real_market(real_data, as_of)
    for symbol in price_series(data):
        theirs = talib.SMA(values_of(data, symbol), int(window))
        found = sma(data, symbol, window)
        assert found.value == pytest.approx(theirs[-1], abs=1e-9), symbol
        assert found.detail["rising"] == (theirs[-1] > theirs[-21])


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_the_side_and_its_length_agree_with_pandas(real_data: Path, as_of: date) -> None:
    data = real_market(real_data, as_of)
    close = close_of(data, "^RUT")
    average = close.rolling(200).mean().dropna()
    above = close[average.index] > average
    run = int((above[::-1] == above.iloc[-1]).cumprod().sum())
    found = sma(data, "^RUT", "200")
    first = close.index[-run].date().isoformat()
    assert detail(found, "above", "sessions", "since") == [above.iloc[-1], run, first]
    assert found.detail["gap"] == pytest.approx(close.iloc[-1] / average.iloc[-1] - 1)


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_the_latest_cross_agrees_with_pandas(real_data: Path, as_of: date) -> None:
    data = real_market(real_data, as_of)
    close = close_of(data, "^RUT")
    side = (close.rolling(50).mean() - close.rolling(200).mean()).dropna().map(np.sign)
    crossed = side.index[side.diff().fillna(0) != 0]
    found = fact(data, "cross", "^RUT")
    assert found.detail["date"] == crossed[-1].date().isoformat()
    assert found.detail["direction"] == ("golden" if side.iloc[-1] > 0 else "death")
    assert found.detail["sessions_since"] == (close.index > crossed[-1]).sum()
    assert found.value is False


def test_a_cross_is_a_fact_of_its_day(real_data: Path) -> None:
    found = fact(real_market(real_data, date(2020, 3, 19)), "cross", "^RUT")
    assert found.value is True
    assert detail(found, "direction", "date", "sessions_since") == ["death", "2020-03-19", 0]


def test_a_history_without_a_cross_has_none() -> None:
    found = fact(market(series("X", [1.001**k for k in range(300)])), "cross", "X")
    assert found.value is False
    assert detail(found, "direction", "date", "sessions_since") == [None, None, None]


def test_averages_that_touch_have_not_crossed() -> None:
    """Equal averages keep the side they came from; leaving on the other side is the cross."""
    up = fact(market(series("X", [*FLAT, 101.0, 102.0])), "cross", "X")
    assert up.detail["direction"] is None
    peaked = [*FLAT, 110.0, *[100.0] * 220]  # golden at once, death after 50, a tie after 200
    tied = fact(market(series("X", peaked)), "cross", "X")
    assert (tied.value, tied.detail["direction"]) == (False, "death")
    left = fact(market(series("X", [*peaked, 101.0])), "cross", "X")
    assert (left.value, left.detail["direction"]) == (True, "golden")


def test_equal_averages_throughout_have_no_cross() -> None:
    assert gap(market(series("X", FLAT)), "cross", "X").reason is Reason.UNDEFINED


def test_a_close_beside_its_average_prints_on_its_side() -> None:
    found = sma(market(series("X", [*FLAT, 100.0001])), "X", "50")
    assert (found.display, found.displays["level"]) == ("100.0000", "100.0001")
    assert found.detail["above"] is True


def test_a_side_counts_back_to_its_first_close() -> None:
    found = sma(market(series("X", [*FLAT, 90.0, 110.0, 111.0])), "X", "50")
    assert detail(found, "above", "sessions", "since") == [True, 2, sessions(2)[0].isoformat()]


def test_what_has_no_average_is_a_gap() -> None:
    data = market(
        series("SHORT", wave(249)),
        series("ADJ", wave(300), basis=Basis.ADJUSTED),
        series("NAN", [float("nan"), *wave(299)]),
        series("OK", wave(300)),
    )
    reasons = {"SHORT": Reason.SHORT_HISTORY, "ADJ": Reason.BASIS, "NAN": Reason.BAD_DATA}
    for symbol, reason in reasons.items():
        assert gap(data, "sma", symbol, window="50").reason is reason
        assert gap(data, "cross", symbol).reason is reason
    assert gap(data, "sma", "OK", window="100").reason is Reason.WINDOW


def test_a_side_never_left_has_no_first_day() -> None:
    """The day on which the average begins is no day on which anything was lost or won."""
    falling = market(series("X", [1000.0 - k for k in range(260)]))
    found = sma(falling, "X", "200")
    assert detail(found, "above", "sessions", "since") == [False, 61, None]
    assert "since" not in found.displays
    rising = market(series("X", [1000.0 + k for k in range(260)]))
    assert detail(sma(rising, "X", "50"), "above", "since") == [True, None]
