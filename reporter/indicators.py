"""Technical indicators over arrays: one value a bar, NaN until there are enough bars.

RSI and ATR are Wilder's (New Concepts in Technical Trading Systems, 1978): the first average is
the mean of the first n values, each later one is (n-1 times the one before plus the value) / n.
No value looks at a later bar.
"""

from __future__ import annotations

from math import log1p
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reporter.bars import Floats

SESSIONS_A_YEAR = 252
_BLOCK = 4096
_DEEPEST = 460.0  # natural logarithm: exp(-460) is 1e-200, far above the smallest float


def wilder(values: Floats, length: int) -> Floats:
    """Wilder's running average of values that are not negative; the first at `length` - 1.

    Solved in closed form block by block: y[k] = q**k (y[0] + sum of x[j] / (n q**j)), q = 1 - 1/n.
    All terms are positive, so nothing cancels; a block ends before q**k becomes too small.
    """
    if length == 1:
        return values.astype(float)
    out = np.full(len(values), np.nan)
    if len(values) < length:
        return out
    average = values[:length].mean()
    out[length - 1] = average
    step = min(_BLOCK, int(_DEEPEST / -log1p(-1 / length)))
    for start in range(length, len(values), step):
        block = values[start : start + step]
        decay = (1 - 1 / length) ** np.arange(1, len(block) + 1)
        smooth = decay * (average + np.cumsum(block / (length * decay)))
        out[start : start + step] = smooth
        average = smooth[-1]
    return out


def rsi(close: Floats, length: int = 14) -> Floats:
    """Relative strength index, 0 to 100; the first at bar `length`, NaN where nothing moved.

    100 times the average gain over the sum of average gain and average loss.
    """
    out = np.full(len(close), np.nan)
    change = np.diff(close)
    gain, loss = (wilder(np.maximum(side, 0), length) for side in (change, -change))
    total = gain + loss
    with np.errstate(invalid="ignore", divide="ignore"):
        out[1:] = np.where(total > 0, 100 * gain / total, np.nan)
    return out


def sma(close: Floats, length: int) -> Floats:
    """Arithmetic mean of the last `length` closes, the bar's own included."""
    out = np.full(len(close), np.nan)
    if len(close) >= length:
        out[length - 1 :] = np.lib.stride_tricks.sliding_window_view(close, length).mean(axis=1)
    return out


def true_range(high: Floats, low: Floats, close: Floats) -> Floats:
    """The widest of high - low, |high - close before|, |low - close before|; first high - low."""
    out = high - low
    before = close[:-1]
    out[1:] = np.maximum(high[1:], before) - np.minimum(low[1:], before)
    return out


def atr(high: Floats, low: Floats, close: Floats, length: int = 14) -> Floats:
    """Wilder's average true range, in price; the first at bar `length` - 1."""
    return wilder(true_range(high, low, close), length)


def realised_volatility(close: Floats, length: int = 21) -> Floats:
    """Annual volatility as a fraction: sqrt(252/n times the sum of the last n squared log returns).

    Zero mean and 252 days a year, as RealVol defines it; the first at bar `length`.
    """
    out = np.full(len(close), np.nan)
    if len(close) <= length:
        return out
    squares = np.diff(np.log(close)) ** 2
    sums = np.lib.stride_tricks.sliding_window_view(squares, length).sum(axis=1)
    out[length:] = np.sqrt(SESSIONS_A_YEAR / length * sums)
    return out


def run_length(states: NDArray[Any]) -> int:
    """How many of the last entries equal the last one."""
    changed = np.flatnonzero(states != states[-1])
    return len(states) - 1 - int(changed[-1]) if len(changed) else len(states)
