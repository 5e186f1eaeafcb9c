"""A table as canonical CSV, and back: the same table is the same bytes, and no digit is lost.

Numbers are written by `repr`, the shortest text that is read as the same float; days in ISO form;
text always in quotation marks, so that an empty cell is a missing one. Empty text counts as
missing too. Lines end in a line feed, columns keep the vendor's names and order.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TEXT = "text"
Numbers = int | tuple[int, ...]
Values = NDArray[Any] | list[str]
Column = NDArray[Any] | pd.api.extensions.ExtensionArray


@dataclass(frozen=True, slots=True)
class Frozen:
    """A table as bytes, with what CSV cannot say.

    Args:
        data: the canonical CSV.
        columns: name and kind of each column, the kind being a NumPy type or `TEXT`.
        numbers: the rows' numbers: the first of consecutive ones, else each.
        days: the first and the last day that has a closing price, where that can be told.
    """

    data: bytes
    columns: tuple[tuple[str, str], ...]
    numbers: Numbers
    days: tuple[date, date] | None


def freeze(frame: pd.DataFrame) -> Frozen:
    """The table as canonical CSV."""
    parts = columns_of(frame)
    names = [name for name, _, _ in parts]
    cells = [_frozen(kind, values) for _, kind, values in parts]
    lines = map(",".join, zip(*cells, strict=True))
    head = ",".join(map(_quoted, names))
    data = "\n".join([head, *lines, ""]).encode()
    columns = tuple((name, kind) for name, kind, _ in parts)
    return Frozen(data, columns, numbered(frame.index), _days(names, cells))


def columns_of(frame: pd.DataFrame) -> list[tuple[str, str, Values]]:
    """Name, kind and values of each column: all that is kept of it, whatever pandas held it as.

    Days and moments are in the vendor's own time, the zone is dropped; text is a list in which
    what is missing is empty.
    """
    names = (sound(str(name)) for name in frame.columns)
    return [(name, *_values(frame.iloc[:, at])) for at, name in enumerate(names)]


def thaw(data: bytes, columns: Sequence[tuple[str, str]], numbers: Numbers) -> pd.DataFrame:
    """The table that `freeze` was given: names, order, values, kinds and row numbers.

    Raises:
        ValueError: the bytes are not such a table.
    """
    _, *rows = csv.reader(io.StringIO(data.decode(), newline=""))
    cells = list(zip(*(row or [""] for row in rows), strict=True)) or [()] * len(columns)
    values = [_thawed(kind, column) for (_, kind), column in zip(columns, cells, strict=True)]
    return framed([name for name, _ in columns], values, numbers, len(rows))


def framed(
    names: Sequence[str], values: Sequence[Column], numbers: Numbers, rows: int
) -> pd.DataFrame:
    """A table of columns, which may have the same name, and the numbers of its rows."""
    first = numbers if isinstance(numbers, int) else 0
    index = pd.RangeIndex(first, first + rows)
    frame = pd.DataFrame(dict(enumerate(values)), index=index).set_axis(list(names), axis=1)
    return frame if isinstance(numbers, int) else frame.set_axis(list(numbers), axis=0)


def _values(column: pd.Series[float]) -> tuple[str, Values]:
    kind = column.dtype
    if pd.api.types.is_datetime64_any_dtype(kind):
        moments = pd.DatetimeIndex(column).tz_localize(None).to_numpy()
        return str(moments.dtype), moments
    if pd.api.types.is_integer_dtype(kind) and not column.isna().any():
        whole = column.to_numpy()
        return str(whole.dtype), whole
    if pd.api.types.is_float_dtype(kind) or pd.api.types.is_integer_dtype(kind):
        floats = column.to_numpy(None if isinstance(kind, np.dtype) else "float64", na_value=np.nan)
        return str(floats.dtype), floats
    texts = zip(column.tolist(), column.isna().tolist(), strict=True)
    return TEXT, ["" if lost else str(cell) for cell, lost in texts]


def _frozen(kind: str, values: Values) -> list[str]:
    """A column's cells as text."""
    if isinstance(values, list):
        return [_quoted(sound(cell)) for cell in values]
    if kind.startswith("datetime64"):
        return _frozen_days(values)
    if kind.startswith("float"):
        return ["" if x != x else repr(x) for x in values.tolist()]  # noqa: PLR0124  NaN is not itself
    return list(map(str, values.tolist()))


def _frozen_days(moments: NDArray[Any]) -> list[str]:
    """Days as days, moments as moments."""
    local = pd.DatetimeIndex(moments)
    midnight = bool((local == local.normalize())[local.notna()].all())
    text = np.datetime_as_string(moments, unit="D" if midnight else None)
    return ["" if cell == "NaT" else cell for cell in text.tolist()]


def text_column(cells: Sequence[str]) -> Column:
    """Text as pandas holds it, what is empty being missing."""
    return pd.array([cell or None for cell in cells], dtype="str")


def _thawed(kind: str, cells: Sequence[str]) -> Column:
    if kind == TEXT:
        return text_column(cells)
    if kind.startswith("datetime64"):
        return np.array([cell or "NaT" for cell in cells], dtype=kind)
    if kind.startswith("float"):
        return np.array([float(cell) if cell else np.nan for cell in cells], dtype=kind)
    return np.array([int(cell) for cell in cells], dtype=kind)


def sound(text: str) -> str:
    """Text that UTF-8 can hold: half a letter becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if text else ""


def numbered(index: pd.Index[int]) -> Numbers:
    """The rows' numbers: the first of consecutive ones, else each."""
    if isinstance(index, pd.RangeIndex) and index.step == 1 and len(index):
        return int(index.start)
    numbers = [int(number) for number in index]
    first = numbers[0] if numbers else 0
    consecutive = numbers == list(range(first, first + len(numbers)))
    return first if consecutive else tuple(numbers)


def _days(names: Sequence[str], columns: Sequence[Sequence[str]]) -> tuple[date, date] | None:
    """The first and the last day whose close is not empty; None where that cannot be told."""
    plain = [name.strip().lower() for name in names]
    if not {"date", "close"} <= set(plain):
        return None
    days, closes = columns[plain.index("date")], columns[plain.index("close")]
    priced = [day.strip('"')[:10] for day, close in zip(days, closes, strict=True) if close and day]
    try:  # days in ISO form sort as text
        return (date.fromisoformat(min(priced)), date.fromisoformat(max(priced)))
    except ValueError:  # none, or in another form
        return None
