"""Overbought, oversold, or neither; distance and volatility."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reporter.model import Fact, Unit
from tests.facts import DAY, fact, reading, told, words


def rsi(value: float, state: str, since: date = DAY) -> Fact:
    """An RSI with its state."""
    return fact(
        "rsi", "^RUT", value, Unit.INDEX, window="14", display=f"{value}", state=state,
        state_since=since, previous=68.7,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "state", "since", "key", "tone"),
    [
        (71.2, "overbought", DAY, "overbought_today", -1),
        (71.2, "overbought", date(2026, 1, 13), "overbought_since", -1),
        (28.8, "oversold", DAY, "oversold_today", 1),
        (28.8, "oversold", date(2026, 1, 13), "oversold_since", 1),
        (64.7, "neutral", DAY, "neutral_high", 1),
        (50.0, "neutral", DAY, "neutral", 0),
        (35.0, "neutral", DAY, "neutral_low", -1),
    ],
)
def test_rsi(value: float, state: str, since: date, key: str, tone: int) -> None:
    said = told("stretch", reading(rsi(value, state, since)))
    assert said[key].tone == tone
    assert f"{value}" in words("stretch", reading(rsi(value, state, since)))[key]


def test_distance_from_the_trend_speaks_against_it() -> None:
    def slow(gap: float) -> Fact:
        return fact("sma", "^RUT", 1000.0, Unit.PRICE, window="200", gap=gap, above=gap > 0)

    high, low = rsi(71.2, "overbought"), rsi(28.8, "oversold")
    assert told("stretch", reading(slow(0.168), high))["far_above"].tone == -1
    assert told("stretch", reading(slow(-0.354), low))["far_below"].tone == 1
    assert "far_below" not in told("stretch", reading(slow(-0.354), rsi(35.0, "neutral")))
    assert told("stretch", reading(slow(0.05))) == {}


@pytest.mark.parametrize(
    ("rank", "key"), [(0.95, "volatile"), (1.0, "volatile_unmatched"), (0.05, "calm")]
)
def test_volatility(rank: float, key: str) -> None:
    one = fact(
        "realised_volatility", "^RUT", 0.28, window="21", percentile=rank, share_higher=1 - rank,
        history_start=date(2021, 1, 11),
    )  # fmt: skip
    assert "28.0%" in words("stretch", reading(one))[key]


def test_the_highest_volatility_of_a_window_was_not_matched_at_its_start() -> None:
    one = fact(
        "realised_volatility", "^RUT", 1.03, window="21", percentile=1.0, share_higher=0.0,
        history_start=date(2015, 3, 23),
    )  # fmt: skip
    said = words("stretch", reading(one))["volatile_unmatched"]
    assert "on no other day of the window that begins on 23 March 2015 was it as high" in said


def test_calm_is_told_by_the_days_that_were_wilder() -> None:
    one = fact(
        "realised_volatility", "^RUT", 0.134, window="21", percentile=0.019, share_higher=0.981,
        history_start=date(2021, 1, 11),
    )  # fmt: skip
    assert "lower than on 98.1% of days" in words("stretch", reading(one))["calm"]


def test_usual_volatility_is_not_told() -> None:
    one = fact("realised_volatility", "^RUT", 0.2, window="21", percentile=0.5, history_start=DAY)
    assert words("stretch", reading(one)) == {}


def test_only_an_index_has_points() -> None:
    def daily(symbol: str) -> Fact:
        return fact("atr", symbol, 5.43, Unit.PRICE, window="14", fraction=0.033)

    made = reading(daily("^RUT"), daily("IWM"))
    assert "5.43 index points" in words("stretch", made)["range"]
    fund = replace(made, spec=replace(made.spec, subjects=("IWM",)))
    assert "5.43 from top to bottom" in words("stretch", fund)["range_price"]
