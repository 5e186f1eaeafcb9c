"""From a database's rows to one table a symbol, some thousand rows at a time.

Rows become arrays at once, so that what is held is about as large as the result itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

EPOCH = date(1970, 1, 1).toordinal()
Column = NDArray[Any]
Rows = Sequence[Sequence[Any]]

TITLES: Mapping[str, str] = {
    "date": "Date",
    "open": "Open",
    "high": "High",
    "low": "Low",
    "close": "Close",
    "adj_close": "Adj Close",
    "volume": "Volume",
    "dividends": "Dividends",
    "splits": "Stock Splits",
    "published": "Published",
}


@dataclass(slots=True)
class Pieces:
    """What has come of one symbol: for each column, arrays in their order."""

    key: str
    columns: list[list[Column]] = field(default_factory=list)


def by_symbol(
    parts: Iterable[Rows], zone: ZoneInfo, *, published: bool = False
) -> Iterator[tuple[str, list[Column]]]:
    """The columns of each symbol, as soon as its last row has come.

    Args:
        parts: rows in the order of their symbols; each is a symbol, a date and numbers.
        zone: whose day a moment is of.
        published: whether the last of each row is no number, but the day it became known.
    """
    held: Pieces | None = None
    for part in parts:
        keys, days, *numbers = zip(*part, strict=True)
        known = [_days(numbers.pop(), zone)] if published else []
        columns = [_days(days, zone), *map(_numbers, numbers), *known]
        for start, stop in _runs(keys):
            name = text(keys[start])
            if held is None or held.key != name:
                if held:
                    yield held.key, _joined(held)
                held = Pieces(name, [[] for _ in columns])
            for pieces, column in zip(held.columns, columns, strict=True):
                pieces.append(column[start:stop])
    if held:
        yield held.key, _joined(held)


def _runs(keys: Sequence[object]) -> Iterator[tuple[int, int]]:
    """Where each run of equal keys begins and ends."""
    held = _objects(keys)
    bounds = [0, *(np.flatnonzero(held[1:] != held[:-1]) + 1).tolist(), len(held)]
    return pairwise(bounds)


def text(key: object) -> str:
    """A symbol as text, without the blanks that fill up a column of fixed width."""
    return str(key).rstrip()


def table(columns: Sequence[Column], names: Sequence[str]) -> pd.DataFrame:
    """The columns under the names quotes have, with rows counted from 1."""
    titled = {TITLES[name]: column for name, column in zip(names, columns, strict=True)}
    return pd.DataFrame(titled, index=pd.RangeIndex(1, len(columns[0]) + 1))


def digest(columns: Sequence[Column], names: Sequence[str]) -> str:
    """A hash of the table's content: the same for the same values, wherever they lay."""
    hashed = hashlib.sha256()
    for name, column in sorted(zip(names, columns, strict=True), key=lambda one: one[0]):
        plain = column.dtype != object
        hashed.update(f"{name}:".encode())
        hashed.update(column.tobytes() if plain else repr(column.tolist()).encode())
    return hashed.hexdigest()


def _joined(held: Pieces) -> list[Column]:
    return [np.concatenate(_alike(pieces)) for pieces in held.columns]


def _alike(pieces: list[Column]) -> list[Column]:
    """Arrays of one type: of objects, where any holds what could not be read."""
    mixed = len({piece.dtype for piece in pieces}) > 1
    return [piece.astype(object) for piece in pieces] if mixed else pieces


def _numbers(values: Sequence[Any]) -> Column:
    """As float64, with NaN for NULL; as they are, where one is no number."""
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        return _objects(values)


def _days(values: Sequence[Any], zone: ZoneInfo) -> Column:
    """As calendar days; as text where the table holds text, or nothing for a day."""
    first = next((value for value in values if value is not None), None)
    if isinstance(first, datetime) and first.tzinfo:
        values = [value and value.astimezone(zone) for value in values]
    try:
        numbers = np.fromiter(map(date.toordinal, values), dtype=np.int64, count=len(values))
    except TypeError:
        return _objects(values)
    return (numbers - EPOCH).astype("datetime64[D]")


def _objects(values: Sequence[Any]) -> Column:
    kept = np.empty(len(values), dtype=object)
    kept[:] = values
    return kept
