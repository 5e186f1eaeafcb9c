"""Daily bars as plain arrays: each frame is unpacked once and then looked up by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from reporter.model import PriceSeries

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, eq=False)
class Bars:
    """One instrument's bars: `days` are proleptic ordinals, ascending; prices as in the series."""

    series: PriceSeries

    @cached_property
    def days(self) -> Ints:
        """The ordinal of each bar's day."""
        stamps = self.series.bars.index.to_numpy().astype("datetime64[D]")
        return stamps.astype(np.int64) + _EPOCH

    @cached_property
    def open(self) -> Floats:
        """First price of each day."""
        return self._column("open")

    @cached_property
    def high(self) -> Floats:
        """Highest price of each day."""
        return self._column("high")

    @cached_property
    def low(self) -> Floats:
        """Lowest price of each day."""
        return self._column("low")

    @cached_property
    def close(self) -> Floats:
        """Last price of each day."""
        return self._column("close")

    @cached_property
    def moves(self) -> Floats:
        """Each close over the one before, less one; one shorter than the bars."""
        return changes(self.close)

    @cached_property
    def lowest(self) -> float:
        """The smallest of all highs, lows and closes; NaN where one of them is."""
        return min(float(column.min()) for column in (self.low, self.close, self.high))

    @cached_property
    def whole(self) -> bool:
        """Whether every high, low and close is a finite number, above zero where it must be."""
        columns = (self.high, self.low, self.close)
        finite = all(bool(np.isfinite(column).all()) for column in columns)
        return finite and (self.series.instrument.signed or self.lowest > 0)

    @cached_property
    def ranged(self) -> bool:
        """Whether anything but closes is known: else every high and low is the close itself."""
        return bool((self.high > self.low).any())

    def _column(self, name: str) -> Floats:
        return np.ascontiguousarray(self.series.bars[name].to_numpy(dtype=np.float64))

    def __len__(self) -> int:
        return len(self.days)

    def find(self, day: date) -> int | None:
        """The position of the bar of `day`, or None."""
        ordinal = day.toordinal()
        at = int(self.days.searchsorted(ordinal))
        return at if at < len(self.days) and self.days[at] == ordinal else None

    def first_after(self, day: date) -> int:
        """The position of the first bar after `day`; the number of bars where there is none."""
        return int(self.days.searchsorted(day.toordinal(), side="right"))

    def day(self, position: int) -> date:
        """The day of the bar at `position`."""
        return date.fromordinal(int(self.days[position]))

    @cached_property
    def start(self) -> date:
        """The first day of the history."""
        return self.day(0)


def changes(closes: Floats) -> Floats:
    """Each value over the one before, less one; NaN where that one is not above zero."""
    base = np.where(closes[:-1] > 0, closes[:-1], np.nan)
    return closes[1:] / base - 1


@lru_cache(maxsize=1024)
def bars_of(series: PriceSeries) -> Bars:
    """The arrays of a series; series are compared by identity, so each is unpacked once."""
    return Bars(series)
