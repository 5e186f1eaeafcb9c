"""Where two versions of a file first differ, in words: a key of JSON, a line of text, a page."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from reporter.visible import visible

TEXTS = (".html", ".svg", ".csv", ".css", ".txt", ".eml", ".js")
AROUND = 20  # characters shown before the first that differs
SHOWN = 60  # characters shown of each side
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_FONTS = (b"\x00\x01\x00\x00", b"OTTO", b"true")
_LARGEST = 50_000_000  # bytes of a PDF's stream; more than a page ever has
_MISSING = object()
harmless = visible
"""What files say, fit for one line of a terminal."""


def place(path: str, old: bytes, new: bytes) -> str:
    """Where the bytes differ that were filed under this path and are made now, as a clause."""
    suffix = path[path.rfind(".") :]
    if suffix == ".pdf":
        return _pdf(old, new) or _bytes(old, new)
    try:
        if suffix == ".json":
            return _json(json.loads(old), json.loads(new)) or _bytes(old, new)
        if suffix in TEXTS:
            return _text(old.decode(), new.decode())
    except (ValueError, RecursionError):
        pass
    return _bytes(old, new)


def _json(old: Any, new: Any, at: str = "") -> str:  # noqa: ANN401  as JSON has it
    """The first key whose values differ, empty where all are the same."""
    if isinstance(old, dict) and isinstance(new, dict):
        pairs = ((key, old.get(key, _MISSING), new.get(key, _MISSING)) for key in {**old, **new})
        found = (_json(a, b, f"{at}/{key}") for key, a, b in pairs)
    elif isinstance(old, list) and isinstance(new, list):
        both = enumerate(zip_longest(old, new, fillvalue=_MISSING))
        found = (_json(a, b, f"{at}/{_called(a, index)}") for index, (a, b) in both)
    else:
        same = type(old) is type(new) and old == new
        return "" if same else f"{at[1:]}: {_told(old)} then, {_told(new)} now"
    return next(filter(None, found), "")


def _called(item: object, index: int) -> str:
    """An item of a list: by its id or name, else by its number from 1 on."""
    named = item.get("id") or item.get("name") if isinstance(item, dict) else None
    return str(named or index + 1)


def _told(value: object) -> str:
    if value is _MISSING:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return harmless(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")


def _text(old: str, new: str) -> str:
    lines = zip_longest(old.split("\n"), new.split("\n"))
    for number, (one, other) in enumerate(lines, 1):
        if one != other:
            at = _first(one or "", other or "")
            return f"line {number}: {_piece(one, at)} then, {_piece(other, at)} now"
    return "the ends of lines"


def _piece(line: str | None, at: int) -> str:
    if line is None:
        return "nothing"
    start = max(0, at - AROUND)
    return harmless(repr(line[start : start + SHOWN]))


def _bytes(old: bytes, new: bytes) -> str:
    if old.startswith(new) or new.startswith(old):
        return f"{len(old):,} bytes then, {len(new):,} now"
    return f"byte {_first(old, new) + 1:,} of {len(old):,}"


def _first(one: str | bytes, other: str | bytes) -> int:
    """Where the first character that differs stands."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


# --- PDF --------------------------------------------------------------------------------------


def _pdf(old: bytes, new: bytes) -> str:
    """Which pages are drawn otherwise; empty where that is not to be seen."""
    pages = [list(_drawn(data)) for data in (old, new)]
    if len(pages[0]) != len(pages[1]):
        return f"another number of pages: {len(pages[0])} then, {len(pages[1])} now"
    both = enumerate(zip(*pages, strict=True), 1)
    other = [str(number) for number, (a, b) in both if a != b]
    if other:
        return f"page {other[0]}" if len(other) == 1 else f"pages {', '.join(other)}"
    fonts = [[s for s in _streams(data) if s.startswith(_FONTS)] for data in (old, new)]
    if fonts[0] != fonts[1]:
        return "the same pages, with other fonts embedded"
    return "the same pages; the PDF's structure is another" if pages[0] else ""


def _drawn(data: bytes) -> Iterator[bytes]:
    """What draws each page, in their order: the streams that show text."""
    return (stream for stream in _streams(data) if b"BT\n" in stream or b"\nBT" in stream)


def _streams(data: bytes) -> Iterator[bytes]:
    for match in _STREAM.finditer(data):
        try:
            yield zlib.decompressobj().decompress(match[1], _LARGEST)
        except zlib.error:
            yield match[1]
