"""What a table says of dividends and splits, beside its prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ROUNDING = 1e-5  # adjusted closes are given with fewer digits
PAID = 1e-4  # of the close: a dividend that its adjusted close must show


def pays(frame: pd.DataFrame, days: NDArray[np.datetime64]) -> bool:
    """Whether the first adjusted close leaves its close by more than rounding.

    Adjustments add up backwards: the first close shows them, a later one alone is a mistake.
    """
    if "adj close" not in frame:
        return False
    adjusted, close = (_leniently(frame[c]) for c in ("adj close", "close"))
    known = np.isfinite(adjusted) & np.isfinite(close)
    first = known & (days == days[known].min(initial=days.max()))
    with np.errstate(over="ignore"):  # absurd prices are refused later
        return bool((np.abs(adjusted - close) > np.abs(close) * ROUNDING)[first].any())


def paid(frame: pd.DataFrame, days: NDArray[np.datetime64]) -> bool:
    """Whether it states a dividend that closes before it would have to be adjusted for."""
    if "dividends" not in frame or not len(days):
        return False
    paid, close = (_leniently(frame[c]) for c in ("dividends", "close"))
    with np.errstate(invalid="ignore"):
        return bool(((paid > np.abs(close) * PAID) & (days > days.min())).any())


def splits(frame: pd.DataFrame, days: NDArray[np.datetime64]) -> Mapping[date, float]:
    """The split ratios it states, by day; a table that states none has zeros there."""
    if "stock splits" not in frame:
        return {}
    ratios = _leniently(frame["stock splits"])
    with np.errstate(invalid="ignore"):
        stated = np.flatnonzero((ratios > 0) & (ratios != 1) & np.isfinite(ratios))
    on = days[stated].astype("datetime64[D]").tolist()
    return dict(zip(on, ratios[stated].tolist(), strict=True))


def _leniently(column: pd.Series[float]) -> NDArray[np.float64]:
    return np.asarray(pd.to_numeric(column, errors="coerce"), dtype=np.float64)
