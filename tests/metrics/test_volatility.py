"""Average true range and realised volatility, against TA-Lib and the definition."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from reporter.model import Basis, Kind, Reason
from tests.market import (
    close_of,
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


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_ranges_agree_with_talib_on_every_price(real_data: Path, as_of: date) -> None:
    data = real_market(real_data, as_of)
    for symbol in price_series(data):
        high, low, close = (values_of(data, symbol, c) for c in ("high", "low", "close"))
        found = fact(data, "atr", symbol, window="14")
        assert found.value == pytest.approx(talib.ATR(high, low, close, 14)[-1], abs=1e-6), symbol
        assert found.detail["fraction"] == pytest.approx(found.value / close[-1])


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_volatility_is_the_definition(real_data: Path, as_of: date) -> None:
    data = real_market(real_data, as_of)
    for symbol in ("^RUT", "IJH"):
        moves = close_of(data, symbol).map(np.log).diff()
        values = (252 / 21 * (moves**2).rolling(21).sum()) ** 0.5
        found = fact(data, "realised_volatility", symbol, window="21")
        assert found.value == pytest.approx(values.iloc[-1], abs=1e-12)
        past = values.iloc[-1260:].dropna()
        share = (past <= past.iloc[-1] + 1e-15).mean()
        assert found.detail["percentile"] == pytest.approx(share, abs=1e-3)
        assert found.detail["share_higher"] == pytest.approx(1 - share, abs=1e-3)
        assert found.detail["history_start"] == past.index[0].date().isoformat()


@given(st.floats(0.01, 100))
def test_a_range_scales_with_its_prices_and_volatility_does_not(factor: float) -> None:
    closes = wave(300)
    one = market(series("X", closes, spread=0.01))
    other = market(series("X", [c * factor for c in closes], spread=0.01))
    wide, narrow = (fact(d, "atr", "X", window="14").value for d in (other, one))
    assert wide == pytest.approx(narrow * factor, rel=1e-9)
    these = [fact(d, "realised_volatility", "X", window="21").value for d in (one, other)]
    assert these[0] == pytest.approx(these[1], rel=1e-6)


def test_a_rank_needs_a_year_of_values() -> None:
    short = fact(market(series("X", wave(270))), "realised_volatility", "X", window="21")
    assert short.detail["percentile"] is None
    longer = fact(market(series("X", wave(271))), "realised_volatility", "X", window="21")
    assert longer.detail["percentile"] is not None


def test_adjusted_prices_have_a_volatility_but_no_range() -> None:
    data = market(series("X", wave(300), basis=Basis.ADJUSTED))
    assert fact(data, "realised_volatility", "X", window="21").value > 0
    assert gap(data, "atr", "X", window="14").reason is Reason.BASIS


def test_what_has_neither_is_a_gap() -> None:
    holed = [day for day in sessions(301) if day != sessions(10)[0]]
    data = market(
        series("FLAT", [50.0] * 300),
        series("NAN", [*wave(290), float("nan"), *wave(9)]),
        series("SHORT", wave(21)),
        series("YIELD", wave(300), kind=Kind.YIELD),
        series("HOLE", wave(300), days=holed),
    )
    reasons = {
        "FLAT": Reason.UNDEFINED,
        "NAN": Reason.BAD_DATA,
        "SHORT": Reason.SHORT_HISTORY,
        "YIELD": Reason.NOT_APPLICABLE,
        "HOLE": Reason.MISSING_SESSION,
    }
    for symbol, reason in reasons.items():
        assert gap(data, "realised_volatility", symbol, window="21").reason is reason
    assert gap(data, "atr", "SHORT", window="14").reason is Reason.SHORT_HISTORY
    assert gap(data, "atr", "NAN", window="14").reason is Reason.BAD_DATA


def test_closes_alone_have_no_true_range() -> None:
    """What would come out is the size of closing moves, which is less."""
    missing = gap(market(series("X", wave(300))), "atr", "X", window="14")
    assert missing.reason is Reason.NOT_APPLICABLE
