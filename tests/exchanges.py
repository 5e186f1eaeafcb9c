"""An invented market whose instruments trade on several exchanges, each on its own days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from reporter.instruments import describe
from reporter.model import Basis, MarketData, PriceSeries, Provenance
from reporter.sessions import calendar

FIRST_YEAR, LAST_YEAR = 2021, 2027


def prices(symbol: str, as_of: date, *, seed: int = 1, drift: float = 0.0004) -> PriceSeries:
    """A random walk on the symbol's own sessions, from 2021 up to `as_of`."""
    instrument = describe(symbol)
    days = calendar(instrument.exchange, FIRST_YEAR, LAST_YEAR).days
    index = pd.DatetimeIndex([day for day in days if day <= as_of], name="date")
    steps = np.random.default_rng([seed, *symbol.encode()]).normal(drift, 0.01, len(index))
    close = 100 * np.exp(np.cumsum(steps))
    frame = pd.DataFrame(
        {"open": close, "high": close * 1.004, "low": close * 0.996, "close": close, "volume": 1e6},
        index=index,
    )
    origin = Provenance("test", symbol, "0" * 64, len(frame))
    return PriceSeries(instrument, frame, Basis.PRICE, origin)


def market(
    *symbols: str, as_of: date, seed: int = 1, drifts: Mapping[str, float] | None = None
) -> MarketData:
    """The market of these symbols, as of a session of the first one's exchange."""
    known = drifts or {}
    series = {s: prices(s, as_of, seed=seed, drift=known.get(s, 0.0004)) for s in symbols}
    exchanges = dict.fromkeys(one.instrument.exchange for one in series.values())
    calendars = {code: calendar(code, FIRST_YEAR, LAST_YEAR) for code in exchanges}
    own = calendars[series[symbols[0]].instrument.exchange]
    assert own.is_session(as_of)
    return MarketData(series, as_of, own, "test", calendars=calendars)


def lacking(data: MarketData, symbol: str, day: date) -> MarketData:
    """The market where one series has no bar of a day."""
    whole = data.series[symbol]
    cut = replace(whole, bars=whole.bars.drop(pd.Timestamp(day)))
    return replace(data, series={**data.series, symbol: cut})
