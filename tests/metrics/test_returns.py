"""Period returns against published bulletins, ffn and pandas, and the laws of compounding."""

from __future__ import annotations

import warnings
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.model import Basis, Kind, MarketData, Reason
from reporter.windows import base_date, parse
from tests.market import (
    calendar,
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

DAYS = [
    date(2012, 6, 1),
    date(2016, 2, 11),
    date(2018, 12, 24),
    date(2020, 3, 23),
    date(2022, 6, 16),
    date(2023, 2, 28),
    date(2024, 2, 29),
    date(2025, 1, 2),
    date(2025, 5, 30),
    date(2026, 1, 15),
]
FFN = {
    "mtd": "mtd",
    "ytd": "ytd",
    "3m": "three_month",
    "6m": "six_month",
    "1y": "one_year",
}

# AP, "How major US stock indexes fared", 28 December 2021: points and per cent for the year,
# with the close of that day and the points that give the base.
AP = [
    ("S&P 500", 4786.35, 1030.28, "27.4%"),
    ("Dow", 36398.21, 5791.73, "18.9%"),
    ("Nasdaq", 15781.72, 2893.44, "22.5%"),
    ("Russell 2000", 2246.51, 271.65, "13.8%"),
]


OIL_DAYS = [date(2020, 4, day) for day in (16, 17, 20, 21, 22)]
OIL = [19.87, 18.27, -37.63, 10.01, 13.78]  # NYMEX settlements of WTI's front month


def oil(last: int) -> MarketData:
    crude = series("CL=F", OIL, days=OIL_DAYS, kind=Kind.COMMODITY)
    return market(crude, as_of=date(2020, 4, last))


def test_oil_below_zero_has_a_level_and_no_return_from_there() -> None:
    assert fact(oil(20), "level", "CL=F").display == "\N{MINUS SIGN}37.63"
    assert fact(oil(20), "period_return", "CL=F", window="1d").display == "\N{MINUS SIGN}306.0%"
    assert gap(oil(21), "period_return", "CL=F", window="1d").reason is Reason.UNDEFINED
    assert fact(oil(22), "period_return", "CL=F", window="3s").display == "\N{MINUS SIGN}24.6%"


@pytest.mark.parametrize(("name", "close", "points", "shown"), AP)
def test_the_year_is_counted_from_the_last_close_of_the_year_before(
    name: str, close: float, points: float, shown: str
) -> None:
    """AP's own arithmetic on its own numbers, with a first close of the year that would mislead."""
    days = [date(2020, 12, 30), date(2020, 12, 31), date(2021, 1, 4), date(2021, 12, 28)]
    data = market(
        series(name, [1.0, close - points, 1.01 * (close - points), close], days=days),
        as_of=days[-1],
    )
    found = fact(data, "period_return", name, window="ytd")
    assert found.display == shown
    assert found.base_date == date(2020, 12, 31)
    assert found.value == pytest.approx(points / (close - points), abs=1e-12)


def oracle(data: MarketData, symbol: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ffn

        return ffn.core.PerformanceStats(close_of(data, symbol))


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_returns_agree_with_ffn(real_data: Path, as_of: date) -> None:
    data = real_market(real_data, as_of)
    compared = 0
    for symbol, given_series in data.series.items():
        if given_series.instrument.kind is Kind.YIELD or len(given_series.bars) < 300:
            continue
        theirs = oracle(data, symbol)
        for window, name in FFN.items():
            value = fact(data, "period_return", symbol, window=window).value
            assert value == pytest.approx(getattr(theirs, name), abs=1e-9), (symbol, window)
            compared += 1
    assert compared >= 2 * len(FFN)


@pytest.mark.parametrize("as_of", DAYS, ids=str)
def test_every_window_agrees_with_pandas(real_data: Path, as_of: date) -> None:
    """Bases found by pandas: the last close before a period, or on or before a day."""
    data = real_market(real_data, as_of)
    close = close_of(data, "^RUT")
    now = pd.Timestamp(as_of)
    before = {
        "1d": now,
        "wtd": now.to_period("W").start_time,
        "mtd": now.to_period("M").start_time,
        "qtd": now.to_period("Q").start_time,
        "ytd": now.to_period("Y").start_time,
        "1w": now - pd.Timedelta(days=6),
    }
    for window, first in before.items():
        base = close[close.index < first].iloc[-1]
        value = fact(data, "period_return", "^RUT", window=window).value
        assert value == pytest.approx(close.iloc[-1] / base - 1, abs=1e-12), window


@pytest.mark.parametrize(
    ("symbol", "window", "value"),
    [
        ("^RUT", "ytd", 2674.560059 / 2481.909912 - 1),
        ("^GSPC", "ytd", 6944.470215 / 6845.5 - 1),
        ("IWM", "since:2025-10-16", 0.0834490009258877),
        ("QQQ", "since:2025-10-16", 0.03631733756091493),
    ],
)
def test_the_reference_brief_has_these_returns(
    real_data: Path, symbol: str, window: str, value: float
) -> None:
    data = real_market(real_data, date(2026, 1, 15))
    assert fact(data, "period_return", symbol, window=window).value == pytest.approx(
        value, abs=1e-9
    )


@pytest.mark.parametrize(
    ("symbol", "window", "shown"),
    [
        ("^RUT", "ytd", "7.8%"),
        ("^GSPC", "ytd", "1.4%"),  # the published piece said 1.5%
        ("SPY", "ytd", "1.5%"),
        ("IJH", "ytd", "6.4%"),
        ("XLB", "ytd", "8.0%"),
        ("SMH", "ytd", "10.1%"),
        ("XLF", "ytd", "\u22120.7%"),
        ("^DJI", "ytd", "2.9%"),
        ("^IXIC", "ytd", "1.2%"),
        ("RSP", "ytd", "4.2%"),
        ("XLI", "ytd", "6.9%"),
        ("XLE", "ytd", "6.5%"),
        ("XLC", "ytd", "\u22121.3%"),
        ("IWM", "3m", "6.1%"),
        ("QQQ", "3m", "3.2%"),
        ("IWM", "since:2025-10-17", "9.1%"),
    ],
)
def test_the_reference_brief_prints_these_returns(
    real_data: Path, symbol: str, window: str, shown: str
) -> None:
    data = real_market(real_data, date(2026, 1, 15))
    assert fact(data, "period_return", symbol, window=window).display == shown


@given(st.integers(0, 10**6), st.integers(2, 200))
def test_days_compound_to_their_window(seed: int, length: int) -> None:
    closes = wave(300, seed=seed)
    data = market(series("X", closes))
    product = 1.0
    for before, after in zip(closes[-length - 1 : -1], closes[-length:], strict=True):
        product *= after / before
    value = fact(data, "period_return", "X", window=f"{length}s").value
    assert 1 + value == pytest.approx(product, rel=1e-9)


@given(st.floats(0.001, 1e4), st.sampled_from(["1d", "wtd", "ytd", "6m", "20s"]))
def test_the_scale_of_prices_does_not_matter(factor: float, window: str) -> None:
    closes = wave(300)
    one = fact(market(series("X", closes)), "period_return", "X", window=window)
    other = fact(
        market(series("X", [c * factor for c in closes])), "period_return", "X", window=window
    )
    assert other.value == pytest.approx(one.value, abs=1e-9)
    assert other.detail["z"] == pytest.approx(one.detail["z"], rel=1e-6)


def test_years_are_cumulative_and_annualised_in_the_detail() -> None:
    days = [base_date(parse("3y"), date(2026, 1, 15), calendar()), date(2026, 1, 15)]
    found = fact(market(series("X", [100, 133.1], days=days)), "period_return", "X", window="3y")
    assert found.display == "33.1%"
    assert found.detail["annualised"] == pytest.approx(0.1)
    assert found.displays["annualised"] == "10.0%"


def test_the_move_in_sigmas_uses_the_63_days_before_its_base() -> None:
    closes = pd.Series(wave(100))
    moves = closes.pct_change()
    sigma, sigma_before_the_month = moves.iloc[-64:-1].std(), moves.iloc[-83:-20].std()
    data = market(series("X", closes.tolist()))
    day = fact(data, "period_return", "X", window="1d")
    month = fact(data, "period_return", "X", window="20s")
    assert day.detail["z"] == pytest.approx(moves.iloc[-1] / sigma)
    assert month.detail["z"] == pytest.approx(month.value / (sigma_before_the_month * 20**0.5))
    short = market(series("X", closes.tolist()[-64:]))
    assert fact(short, "period_return", "X", window="1d").detail["z"] is None


def test_a_day_knows_when_a_move_was_last_as_big() -> None:
    closes = [100, 103, 100, 101, 102.5, 104]  # up 3 %, down, up 1 %, up 1.49 %, up 1.46 %
    found = fact(market(series("X", closes)), "period_return", "X", window="1d")
    assert detail(found, "largest_since") == ["2026-01-14"]
    fall = fact(market(series("X", [*closes, 99])), "period_return", "X", window="1d")
    assert detail(fall, "largest_since", "largest_since_return") == [None, None]


def test_adjusted_prices_give_a_total_return_and_say_so() -> None:
    found = fact(
        market(series("X", [1, 2], basis=Basis.ADJUSTED)), "period_return", "X", window="1d"
    )
    assert detail(found, "basis", "total_return") == ["adjusted", True]


def test_every_number_and_date_of_a_return_can_be_printed() -> None:
    found = fact(market(series("X", [2481.91, 2674.56])), "period_return", "X", window="1d")
    assert found.id == "period_return:X:1d"
    assert found.displays["level"] == "2,674.56"
    assert found.displays["base_level"] == "2,481.91"
    assert found.displays["as_of"] == "15 January 2026"
    assert found.displays["base_date"] == "14 January 2026"
    assert found.displays["base_day"] == "14 January"
    assert found.displays["magnitude"] == "7.8%"


def test_what_cannot_be_had_is_a_gap_with_its_reason() -> None:
    closes = wave(30)
    data = market(series("X", closes), series("Y", closes, kind=Kind.YIELD), gaps=())
    reasons = {
        ("X", "1y"): Reason.SHORT_HISTORY,
        ("X", "since:1987-10-19"): Reason.SHORT_HISTORY,
        ("X", "since:2026-01-16"): Reason.WINDOW,
        ("X", None): Reason.WINDOW,
        ("Y", "1d"): Reason.NOT_APPLICABLE,
        ("Z", "1d"): Reason.NO_DATA,
    }
    for (symbol, window), reason in reasons.items():
        assert gap(data, "period_return", symbol, window=window).reason is reason


def test_a_missing_day_is_never_filled_in() -> None:
    days = sessions(30)
    base = base_date(parse("wtd"), days[-1], calendar())
    holed = [day for day in days if day != base]
    data = market(series("X", wave(29), days=holed))
    assert gap(data, "period_return", "X", window="wtd").reason is Reason.MISSING_SESSION
    stale = market(series("X", wave(29), days=days[:-1]))
    assert gap(stale, "period_return", "X", window="1d").reason is Reason.MISSING_SESSION


@pytest.mark.parametrize("bad", [float("nan"), 0.0, -3.0])
def test_a_close_that_is_no_price_is_bad_data(bad: float) -> None:
    for closes in ([1.0, 2.0, bad], [1.0, bad, 2.0]):
        found = gap(market(series("X", closes)), "period_return", "X", window="1d")
        assert found.reason is Reason.BAD_DATA
