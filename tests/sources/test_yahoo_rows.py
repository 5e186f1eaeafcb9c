from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

import pandas as pd
import pytest

from reporter.sources._yahoo_rows import PRICES, rivals
from tests.sources.fake_yahoo import Bar, bar, stamp
from tests.sources.fake_yahoo import chart as reply

DAYS = ["2026-01-14", "2026-01-15", "2026-01-16"]


def chart(bars: Sequence[Bar], zone: str = "America/New_York") -> Mapping[str, Any]:
    said: Mapping[str, Any] = json.loads(reply(bars, zone=zone).body)["chart"]["result"][0]
    return said


def table(bars: Sequence[Bar]) -> pd.DataFrame:
    """What yfinance makes of them: the last row of each day, with dividends."""
    rows = {pd.Timestamp(str(one["day"])): one for one in bars}
    prices = {name: [one[name.lower()] for one in rows.values()] for name in PRICES}
    others = {"Adj Close": prices["Close"], "Volume": 1000, "Dividends": 0.0}
    return pd.DataFrame({"Date": list(rows), **prices, **others})


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_day_given_twice_with_other_prices_has_two_rows(at: int) -> None:
    bars = [bar(day, 10.0 + n) for n, day in enumerate(DAYS)]
    bars.insert(at + 1, bar(DAYS[at], 99.0))
    after = rivals(table(bars), chart(bars))
    assert len(after) == 4
    assert after["Date"].is_monotonic_increasing
    assert list(after.loc[after["Date"] == DAYS[at], "Close"]) == [99.0, 10.0 + at]
    assert after["Dividends"].notna().all()


def test_rounding_and_volume_are_no_difference() -> None:
    bars = [bar(DAYS[0], 10.0), bar(DAYS[1], 11.0), bar(DAYS[1], 11.000001, volume=5)]
    assert len(rivals(table(bars), chart(bars))) == 2


def test_a_row_without_prices_is_no_rival() -> None:
    bars = [bar(DAYS[0], 10.0), bar(DAYS[1], None), bar(DAYS[1], 11.0)]
    assert len(rivals(table(bars), chart(bars))) == 2


def test_days_are_those_of_the_exchange() -> None:
    """A row an hour before midnight is meant for the day that begins then."""
    said = dict(chart([bar(DAYS[0], 10.0), bar(DAYS[1], 11.0)], "America/Sao_Paulo"))
    said["timestamp"] = [
        stamp(DAYS[0], time(23), "America/Sao_Paulo"),
        stamp(DAYS[1], time(10), "America/Sao_Paulo"),
    ]
    one = table([bar(DAYS[1], 11.0)])
    assert list(rivals(one, said)["Close"]) == [11.0, 10.0]
