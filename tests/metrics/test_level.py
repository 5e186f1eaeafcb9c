"""The level: the close as quoted, and how long ago it was as high or as low."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from reporter.model import Basis, Kind, Reason, Unit
from tests.market import close_of, detail, fact, gap, market, real_market, series, sessions, wave


def test_the_reference_brief_has_this_level(real_data: Path) -> None:
    found = fact(real_market(real_data, date(2026, 1, 15)), "level", "^RUT")
    assert (found.value, found.display, found.unit) == (2674.560059, "2,674.56", Unit.PRICE)
    assert detail(found, "high", "previous") == [2689.280029, 2651.639893]
    assert found.displays["high"] == "2,689.28"
    assert found.detail["highest_since"] is None


@pytest.mark.parametrize("as_of", [date(2016, 2, 11), date(2020, 3, 23), date(2024, 2, 29)])
def test_how_long_ago_it_was_as_high_agrees_with_pandas(real_data: Path, as_of: date) -> None:
    data = real_market(real_data, as_of)
    close = close_of(data, "^RUT")
    earlier = close.iloc[:-1]
    high, low = earlier[earlier >= close.iloc[-1]], earlier[earlier <= close.iloc[-1]]
    found = fact(data, "level", "^RUT")
    assert found.detail["highest_since"] == high.index[-1].date().isoformat()
    assert found.detail["lowest_since"] == low.index[-1].date().isoformat()
    assert found.detail["lowest_since_level"] == low.iloc[-1]
    assert found.detail["sessions_lowest"] == (close.index > low.index[-1]).sum()
    year = close[close.index > close.index[-1] - pd.Timedelta(weeks=52)]
    assert detail(found, "week52_high", "week52_low") == [year.max(), year.min()]


def test_an_equal_close_is_as_high_and_as_low() -> None:
    found = fact(market(series("X", [5, 7, 6, 7])), "level", "X")
    days = [day.isoformat() for day in sessions(4)]
    assert detail(found, "highest_since", "sessions_highest") == [days[1], 2]
    assert detail(found, "lowest_since", "sessions_lowest") == [days[2], 1]
    assert detail(found, "week52_high", "week52_low") == [None, None]


def test_a_first_bar_has_no_past() -> None:
    found = fact(market(series("X", [5])), "level", "X")
    keys = ("previous", "highest_since", "lowest_since", "sessions_lowest")
    assert detail(found, *keys) == [None] * 4


def test_a_yield_is_in_per_cent() -> None:
    found = fact(market(series("Y", [4.1, 4.163], kind=Kind.YIELD)), "level", "Y")
    assert (found.display, found.unit) == ("4.16%", Unit.PERCENT)
    assert found.displays["previous"] == "4.10%"


def test_adjusted_prices_are_not_quotes() -> None:
    found = gap(market(series("X", wave(300), basis=Basis.ADJUSTED)), "level", "X")
    assert found.reason is Reason.BASIS
    assert "adjusted for dividends" in found.message


def test_a_hole_in_the_history_is_bad_data() -> None:
    data = market(series("X", [1, float("nan"), 2]))
    assert gap(data, "level", "X").reason is Reason.BAD_DATA


def test_closes_alone_have_no_day_range() -> None:
    """Highs and lows that are the closes themselves were never seen."""
    found = fact(market(series("^TNX", [4.1, 4.2], kind=Kind.YIELD)), "level", "^TNX")
    assert detail(found, "high", "low", "close") == [None, None, 4.2]
    ranged = fact(market(series("X", [4.0, 5.0], spread=0.5)), "level", "X")
    assert detail(ranged, "high", "low", "close") == [7.5, 2.5, 5.0]
