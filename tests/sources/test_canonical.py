from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.sources._canonical import freeze, thaw

FLOATS = st.floats(width=64) | st.sampled_from([5e-324, -0.0, 1.7976931348623157e308, 0.1, 1e16])
CELLS = {
    "float64": FLOATS,
    "float32": st.floats(width=32),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "uint8": st.integers(0, 255),
    "datetime64[us]": st.datetimes() | st.just(None),
    "datetime64[s]": st.dates(),
    "object": st.text() | st.none() | st.text("\r\n\",'\0é "),
}


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Any table a vendor could give: any kinds, names and row numbers."""
    rows = draw(st.integers(0, 6))
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=5))
    columns = [
        pd.Series(
            np.array(draw(st.lists(CELLS[kind], min_size=rows, max_size=rows)), dtype=kind),
            dtype=kind if kind != "object" else object,
        )
        for kind in kinds
    ]
    names = draw(st.lists(st.text(max_size=8), min_size=len(kinds), max_size=len(kinds)))
    frame = pd.concat(columns, axis=1).set_axis(names, axis=1)
    numbers = st.lists(st.integers(0, 10**6), min_size=rows, max_size=rows)
    return frame.set_axis(draw(numbers | st.just(range(2, rows + 2))), axis=0)


def same(one: Any, other: Any) -> bool:
    """Equal to the last bit; empty text is a missing cell."""
    if one == "" or pd.isna(one):
        return bool(pd.isna(other))
    if isinstance(one, float) and isinstance(other, float):
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    return bool(one == other)


@given(tables())
def test_any_table_comes_back_as_it_was(frame: pd.DataFrame) -> None:
    kept = freeze(frame)
    back = thaw(kept.data, kept.columns, kept.numbers)
    assert list(back.columns) == list(frame.columns)
    assert back.index.tolist() == frame.index.tolist()
    for at in range(frame.shape[1]):
        kind = frame.dtypes.iloc[at]
        assert str(back.dtypes.iloc[at]) == ("str" if kind.kind == "O" else str(kind))
        cells = zip(frame.iloc[:, at].tolist(), back.iloc[:, at].tolist(), strict=True)
        assert all(same(one, other) for one, other in cells)


@given(tables())
def test_the_same_table_is_the_same_bytes(frame: pd.DataFrame) -> None:
    kept = freeze(frame)
    assert freeze(frame.copy()) == kept
    again = freeze(thaw(kept.data, kept.columns, kept.numbers))
    assert (again.data, again.numbers) == (kept.data, kept.numbers)


def test_the_text_is_plain_csv() -> None:
    frame = pd.DataFrame(
        {
            "Date": pd.to_datetime(["2026-01-15", "2026-01-16"]),
            "Close": [0.1 + 0.2, float("nan")],
            "Volume": [10, 20],
            "Note": ['a "b", c', None],
        }
    )
    kept = freeze(frame)
    assert kept.data.decode() == (
        '"Date","Close","Volume","Note"\n'
        '2026-01-15,0.30000000000000004,10,"a ""b"", c"\n'
        "2026-01-16,,20,\n"
    )
    assert kept.columns[1:] == (("Close", "float64"), ("Volume", "int64"), ("Note", "text"))
    assert kept.days == (date(2026, 1, 15), date(2026, 1, 15))  # the last day has no price


def test_a_zone_is_dropped_and_the_day_stays_the_vendors() -> None:
    days = pd.DatetimeIndex(["2026-01-15 00:00", "2026-01-16 00:00"], tz="Asia/Tokyo")
    kept = freeze(pd.DataFrame({"Date": days}))
    assert kept.data == b'"Date"\n2026-01-15\n2026-01-16\n'


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (pd.Series(["half a \ud800", None], dtype=object), '"half a ?"\n\n'),
        (pd.array([1, None], dtype="Int64"), "1.0\n\n"),
        (pd.array([1, 2], dtype="Int64"), "1\n2\n"),
        (pd.array([True, False]), '"True"\n"False"\n'),
        ([date(2026, 1, 15), None], '"2026-01-15"\n\n'),
    ],
)
def test_other_kinds_are_written_too(column: Any, text: str) -> None:
    kept = freeze(pd.DataFrame({"x": column}))
    assert kept.data.decode() == f'"x"\n{text}'
    assert len(thaw(kept.data, kept.columns, kept.numbers)) == 2


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"Close": [1.0]}),
        pd.DataFrame({"Date": ["15/01/2026"], "Close": [1.0]}),
        pd.DataFrame({"Date": ["2026-01-15"], "Close": [float("nan")]}),
    ],
)
def test_days_that_cannot_be_told_are_not(frame: pd.DataFrame) -> None:
    assert freeze(frame).days is None
