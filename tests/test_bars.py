"""Frames as arrays: found by day, unpacked once."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from reporter.bars import bars_of
from reporter.model import Kind
from tests.market import series

CLOSES = [100.0, 110.0, 99.0]


def test_days_and_prices_are_those_of_the_frame() -> None:
    given = series("X", CLOSES, spread=0.1)
    bars = bars_of(given)
    assert [bars.day(k) for k in range(len(bars))] == [day.date() for day in given.bars.index]
    for column in ("open", "high", "low", "close"):
        assert getattr(bars, column).tolist() == given.bars[column].tolist()
    assert bars.moves.tolist() == pytest.approx([0.1, -0.1])
    assert bars.start == given.start


def test_a_day_is_found_or_is_not_there() -> None:
    bars = bars_of(series("X", CLOSES))
    assert bars.find(date(2026, 1, 14)) == 1
    assert bars.find(date(2026, 1, 11)) is None
    assert bars.find(date(2026, 1, 16)) is None
    assert [bars.first_after(date(2026, 1, d)) for d in (1, 13, 15)] == [0, 1, 3]


def test_a_series_is_unpacked_once() -> None:
    given = series("X", CLOSES)
    assert bars_of(given) is bars_of(given)
    assert bars_of(given) is not bars_of(series("X", CLOSES))


@pytest.mark.parametrize(
    ("closes", "kind", "whole"),
    [
        (CLOSES, Kind.INDEX, True),
        ([1.0, np.nan, 1.0], Kind.INDEX, False),
        ([1.0, np.inf, 1.0], Kind.INDEX, False),
        ([1.0, 0.0, 1.0], Kind.FUND, False),
        ([20.0, -37.63, 10.0], Kind.COMMODITY, True),
        ([0.1, -0.2, 0.1], Kind.YIELD, True),
    ],
)
def test_a_history_is_whole_where_every_price_is_one(
    closes: list[float], kind: Kind, *, whole: bool
) -> None:
    assert bars_of(series("X", closes, kind=kind)).whole is whole
