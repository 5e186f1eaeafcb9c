"""Where in a TOML file a key stands: the line number that tomllib does not keep."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from typing import TYPE_CHECKING

from reporter.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Key = tuple[str | int, ...]
Wrong = tuple[Key, str]
"""A mistake: the key that it is in, and what is wrong, as a clause."""

_HEADER = re.compile(r"^\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?$")
_ENTRY = re.compile(
    r"""^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*="""
)


def line_numbers(text: str) -> dict[Key, int]:
    """The line on which every table and key of a TOML text begins, counted from 1.

    Elements of an array of tables carry their number, counted from 0, as in the parsed value.
    Keys within a value (an inline table, an array) are not listed: `place` falls back on the key
    that holds them.
    """
    found: dict[Key, int] = {}
    seen: Counter[Key] = Counter()
    table: Key = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _table(header, seen)
            found.setdefault(table, number)
        elif entry := _ENTRY.match(line):
            found.setdefault((*table, *_split(entry[1])), number)
    return found


def place(found: Mapping[Key, int], key: Sequence[str | int]) -> int | None:
    """The line of `key`, else of the nearest table or key that holds it, else None."""
    for length in range(len(key), 0, -1):
        if (line := found.get(tuple(key[:length]))) is not None:
            return line
    return None


def spell(key: Sequence[str | int]) -> str:
    """The key as people say it: `sections #2 name`, where parts count from 1.

    A line break or another character that is not for printing is told as TOML escapes it.
    """
    return " ".join(f"#{part + 1}" if isinstance(part, int) else visible(part) for part in key)


def _table(header: re.Match[str], seen: Counter[Key]) -> Key:
    """The table a header opens; within an array of tables, its latest element."""
    path: Key = ()
    parts = _split(header[2])
    for depth, part in enumerate(parts, 1):
        path = (*path, part)
        if depth == len(parts) and header[1] == "[[":
            seen[path] += 1
        if seen[path]:
            path = (*path, seen[path] - 1)
    return path


def _split(dotted: str) -> tuple[str, ...]:
    """The parts of a dotted key, as tomllib understands it; the text itself where it does not."""
    try:
        value: object = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return (dotted,)
    parts = []
    while isinstance(value, dict):
        name, value = next(iter(value.items()))
        parts.append(name)
    return tuple(parts)
