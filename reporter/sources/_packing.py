"""Daily bars as small whole numbers, so that years of them make a small file that reads fast.

Five rows of integers hold one instrument: the close as steps from day to day, the open as a step
from the close before, how far the high lies above and the low below open and close, the volume
in a unit of its own. Prices are counted in ticks of 10**-decimals.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ticks = NDArray[np.int64]


def pack(bars: Ticks) -> Ticks:
    """Open, high, low, close, volume (5 x n, in ticks and volume units) as steps (5 x n)."""
    opened, high, low, close, volume = bars
    before = np.concatenate([close[:1] * 0, close[:-1]])
    top, bottom = np.maximum(opened, close), np.minimum(opened, close)
    return np.stack([close - before, opened - before, high - top, bottom - low, volume])


def unpack(steps: Ticks) -> Ticks:
    """The bars that `pack` was given."""
    moves, gaps, above, below, volume = steps.astype(np.int64)
    close = np.cumsum(moves)
    opened = close - moves + gaps
    high = np.maximum(opened, close) + above
    low = np.minimum(opened, close) - below
    return np.stack([opened, high, low, close, volume])


def smallest(steps: Ticks) -> NDArray[np.signedinteger]:
    """The same numbers in the narrowest type that holds them."""
    fits = np.abs(steps).max(initial=0) <= np.iinfo(np.int16).max
    return steps.astype(np.int16 if fits else np.int32)
