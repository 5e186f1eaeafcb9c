"""Limits are wider than what is true, in the order that makes sense."""

from __future__ import annotations

from dataclasses import replace
from math import log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reporter.checks import History, Trading, judge
from reporter.limits import WILD, limits
from reporter.model import Instrument, Kind
from reporter.sessions import calendar

ONE = Instrument("ZZZ", "Zed", "Zed", Kind.EQUITY)


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_taken_back_is_doubted_no_later_than_what_stays(kind: Kind) -> None:
    known = limits(replace(ONE, kind=kind))
    assert log(1.1) < known.undone <= known.lone <= WILD
    assert known.quiet > known.undone
    assert max(known.high, known.low) <= WILD


def test_an_index_is_believed_least_and_what_trades_round_the_clock_more() -> None:
    index, share = (limits(replace(ONE, kind=kind)) for kind in (Kind.INDEX, Kind.EQUITY))
    crypto = limits(replace(ONE, exchange="24/7"))
    assert index.lone < share.lone < crypto.lone
    assert index.undone < share.undone < crypto.undone


def test_no_true_price_of_151_shares_is_left_out(real_data: Path) -> None:
    closes = pd.read_csv(real_data / "breadth_closes.csv", index_col=0, parse_dates=True)
    assert closes.shape[1] > 150
    nyse = calendar("XNYS", 2018, 2027)
    trading = Trading(nyse, np.array(nyse.days, dtype="datetime64[D]"))
    for name in closes:
        close = closes[name].dropna()
        cells = np.column_stack([close.to_numpy()] * 4 + [np.full(len(close), np.nan)])
        days = close.index.to_numpy().astype("datetime64[D]")
        found = judge(History(ONE, days, cells, {}), trading).found
        assert "spike" not in {finding.check for finding in found}, name
