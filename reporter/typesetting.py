"""Lines of text: what stays together, how many lines a text takes, where columns part.

Pure arithmetic on a font's advance widths, which come in as a function; kerning is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from reporter import wording

Ruler = Callable[[str], float]
"""Width of a line of text at size 1."""

FEWEST = 2
"""Fewest lines of a parted paragraph on either side."""

_JOINT = "\\1\N{NO-BREAK SPACE}\\2"
_MONTH = f"(?:{'|'.join(wording.MONTHS)})"
_DAY = re.compile(rf"\b(\d\d?) ({_MONTH})\b")
_NUMBERED = re.compile(rf"\b(?!{_MONTH}\b)([A-Z]\w*(?:&(?:amp;)?\w+)?) (\d{{3,4}})\b(?![.,]\d)")
_BREAK = re.compile(r"[^ -]*(?:[ -]|$)")


def unparted(text: str) -> str:
    """The text with names and days that no line's end parts: `S&P 500`, `6 June`."""
    return _NUMBERED.sub(_JOINT, _DAY.sub(_JOINT, text))


def line_count(text: str, width: float, ruler: Ruler, indent: float = 0.0) -> int:
    """Lines that a text takes in a column, filled greedily.

    Args:
        text: one paragraph.
        width: the column's width, in units of the type size.
        ruler: measures at size 1.
        indent: of the first line.
    """
    count, at = 1, indent
    for piece in _pieces(unparted(text)):
        if at + ruler(piece.rstrip(" ")) > width and at > 0:
            count, at = count + 1, 0.0
        at += ruler(piece)
    return count


def _pieces(text: str) -> Iterator[str]:
    """What a line's end may not part: words, with the space or hyphen after them."""
    return (match[0] for match in _BREAK.finditer(text) if match[0])


def level(paragraphs: Sequence[int], columns: int) -> int:
    """The fewest lines a column must have for paragraphs of so many lines to fit.

    A paragraph is parted only where `FEWEST` lines stay on either side.
    """
    height = -(-sum(paragraphs) // columns)
    while not _fits(paragraphs, height, columns):
        height += 1
    return height


def _fits(paragraphs: Sequence[int], height: int, columns: int) -> bool:
    used, column = 0, 1
    for lines in paragraphs:
        left = lines
        while left > height - used:
            part = min(height - used, left - FEWEST)
            left -= part if part >= FEWEST else 0
            used, column = 0, column + 1
            if column > columns:
                return False
        used += left
    return True
