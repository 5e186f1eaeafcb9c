"""Rows of Yahoo's that yfinance hides: of two for one day it keeps one, and says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

PRICES = ("Open", "High", "Low", "Close")
NOISE = 1e-6  # prices are given as 32-bit floats: less than this is no difference


def rivals(table: pd.DataFrame, chart: Mapping[str, Any]) -> pd.DataFrame:
    """The table with every further row that gives a day other prices, behind its own.

    Args:
        table: Date, Open, High, Low, Close and others, a row a day.
        chart: the answer it was made of: `meta`, `timestamp`, `indicators`.
    """
    days = _days(chart)
    twice = days.duplicated(keep=False)
    if not twice.any():
        return table
    raw = _raw(chart, days)[twice].dropna(subset=list(PRICES))
    kept = table.set_index("Date").reindex(raw["Date"])[list(PRICES)].to_numpy()
    found = raw[list(PRICES)].to_numpy()
    same = np.isclose(found, kept, rtol=NOISE, atol=0).all(axis=1)
    whole = pd.concat([table, raw[~same]], ignore_index=True)
    whole = whole.fillna({name: 0 for name in whole.columns if name not in raw.columns})
    ordered: pd.DataFrame = whole.sort_values("Date", kind="stable", ignore_index=True)
    return ordered


def _days(chart: Mapping[str, Any]) -> pd.DatetimeIndex:
    """The calendar day of the exchange that each of the answer's rows is of."""
    moments = pd.DatetimeIndex(np.array(chart["timestamp"], "datetime64[s]"), tz="UTC")
    local = moments.tz_convert(chart["meta"]["exchangeTimezoneName"]).tz_localize(None)
    # As yfinance has it: an hour or two before midnight means midnight, missed by summer time.
    late = (local.minute == 0) & (local.hour >= 22)  # noqa: PLR2004
    return (local + pd.to_timedelta(np.where(late, 2, 0), unit="h")).normalize()


def _raw(chart: Mapping[str, Any], days: pd.DatetimeIndex) -> pd.DataFrame:
    """The answer's rows as they came."""
    cells = chart["indicators"]
    columns = {name: cells["quote"][0][name.lower()] for name in (*PRICES, "Volume")}
    raw = pd.DataFrame({**columns, "Adj Close": cells["adjclose"][0]["adjclose"]}, dtype="float64")
    raw.insert(0, "Date", days.astype("datetime64[s]"))
    return raw
