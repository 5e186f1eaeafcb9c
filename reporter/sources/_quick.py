"""A table as bytes, quickly: for what is kept now and written as canonical CSV perhaps later.

Numbers and days are the bytes of their arrays, text is JSON, and a head says which is which. A
table that was packed gives the same canonical CSV as the one that was given.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from reporter.sources._canonical import (
    TEXT,
    Column,
    Numbers,
    Values,
    columns_of,
    framed,
    numbered,
    sound,
    text_column,
)

if TYPE_CHECKING:
    import pandas as pd

_LENGTH = 8  # bytes that say how long the head is


def pack(frame: pd.DataFrame) -> bytes:
    """The table as bytes."""
    columns = columns_of(frame)
    parts = [_packed(values) for _, _, values in columns]
    head = {
        "columns": [
            [name, kind if isinstance(values, list) else values.dtype.str, len(part)]
            for (name, kind, values), part in zip(columns, parts, strict=True)
        ],
        "numbers": numbered(frame.index),
        "rows": len(frame),
    }
    told = json.dumps(head).encode()
    return b"".join([len(told).to_bytes(_LENGTH, "little"), told, *parts])


def unpack(data: bytes) -> pd.DataFrame:
    """The table that `pack` was given, as far as canonical CSV tells tables apart."""
    at = _LENGTH + int.from_bytes(data[:_LENGTH], "little")
    head = json.loads(data[_LENGTH:at])
    names, values = [], []
    for name, kind, size in head["columns"]:
        names.append(name)
        values.append(_unpacked(kind, data[at : at + size]))
        at += size
    told = head["numbers"]
    numbers: Numbers = told if isinstance(told, int) else tuple(told)
    return framed(names, values, numbers, head["rows"])


def _packed(values: Values) -> bytes:
    return json.dumps(values).encode() if isinstance(values, list) else values.tobytes()


def _unpacked(kind: str, data: bytes) -> Column:
    if kind == TEXT:
        return text_column([sound(cell) for cell in json.loads(data)])
    return np.frombuffer(data, kind).copy()
