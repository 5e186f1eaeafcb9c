from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from reporter.sources._packing import pack, smallest, unpack

TICKS = st.lists(st.lists(st.integers(1, 2**30), min_size=5, max_size=5), min_size=1, max_size=40)


def bars_of(rows: list[list[int]]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Rows of four prices and a volume as open, high, low, close, volume."""
    low, opened, close, high = np.sort(np.array([row[:4] for row in rows]), axis=1).T
    return np.stack([opened, high, low, close, np.array([row[4] for row in rows])])


@settings(deadline=None)
@given(TICKS)
def test_what_is_packed_comes_out_again(rows: list[list[int]]) -> None:
    bars = bars_of(rows)
    assert np.array_equal(unpack(pack(bars)), bars)


@settings(deadline=None)
@given(TICKS)
def test_the_narrow_type_holds_the_same_numbers(rows: list[list[int]]) -> None:
    steps = pack(bars_of(rows)) // 2
    assert np.array_equal(smallest(steps).astype(np.int64), steps)


def test_quiet_prices_need_two_bytes_a_number() -> None:
    assert smallest(np.array([[32767, -32767]])).dtype == np.int16
    assert smallest(np.array([[32768]])).dtype == np.int32
