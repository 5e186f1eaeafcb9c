"""How commands of the archive show what was filed: harmless on a terminal, and in its width."""

from __future__ import annotations

import json
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reporter.archive.search import Listed

NARROWEST = 20
FEW, SHORT = 5, 24
"""So many words of so many letters are told; more are counted."""
_SPACES = re.compile(r"\s+")
_UNSEEN = re.compile(r"[^\x20-\x7e\n]")


def harmless(text: str) -> str:
    """A text on one line that moves no cursor, rings no bell and turns no reading direction.

    White space becomes a space; other characters that are not for printing are told as escapes.
    """
    from reporter.visible import visible

    return visible(_SPACES.sub(" ", text).strip())


def document(value: object) -> str:
    """A document as JSON, whose text on a terminal is as harmless; a program reads the same."""
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    return _UNSEEN.sub(lambda c: c[0] if c[0].isprintable() else json.dumps(c[0])[1:-1], text)


def width(text: str) -> int:
    """Columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def shortened(text: str, room: int) -> str:
    """A text cut to so many columns."""
    if width(text) <= room:
        return text
    text = text[: 4 * room]
    while text and width(text) > room - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"


def table(rows: Sequence[tuple[str, ...]], give: int | None = None) -> str:
    """Rows in columns, of which the one at `give` is cut so that each fits the terminal.

    Where nobody watches, or none is named, nothing is cut.
    """
    rows = [tuple(map(harmless, row)) for row in rows]
    widths = [max(width(row[at]) for row in rows) for at in range(len(rows[0]))]
    if give is not None and sys.stdout.isatty():
        columns = shutil.get_terminal_size().columns
        others = sum(widths) - widths[give] + 2 * (len(widths) - 1)
        widths[give] = min(widths[give], max(columns - others, NARROWEST))
    return "\n".join(_line(row, widths, give) for row in rows)


def _line(row: tuple[str, ...], widths: Sequence[int], give: int | None) -> str:
    cells = [shortened(c, widths[give]) if at == give else c for at, c in enumerate(row)]
    padded = (cell + " " * (w - width(cell)) for cell, w in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def details(said: Mapping[str, Any]) -> Iterator[str]:
    """What an entry says beside its objects, one thing after the other, in few words."""
    return (f"{name}: {_plain(value)}" for name, value in said.items())


def _plain(value: object) -> str:
    """A few short words as they are; of any other list how many."""
    if not isinstance(value, list | dict):
        return str(value)
    few = isinstance(value, list) and len(value) <= FEW
    if few and all(isinstance(one, str) and len(one) <= SHORT for one in value):
        return " and ".join(value) or "none"
    return str(len(value))


def name(edition: Listed) -> str:
    """An edition within its day: slug, and number of a correction."""
    return edition.id.partition("/")[2]


def states(edition: Listed) -> str:
    """How an edition stands."""
    day = f"{edition.as_of}/"
    whom = f"approved for {edition.approved_for}"
    states = (whom if state == "approved" else state for state in edition.states)
    return ", ".join(state.replace(day, "") for state in states)


def item(edition: Listed) -> dict[str, Any]:
    """An edition in a list, for a program."""
    return {
        "id": edition.id,
        "as_of": edition.as_of,
        "slug": edition.slug,
        "number": edition.number,
        "title": edition.title,
        "headline": edition.headline,
        "state": list(edition.states),
        "sample": edition.sample,
        "terms": edition.terms,
        "filed_at": edition.filed_at,
        "filed_by": edition.filed_by,
        "prepared_by": edition.prepared_by,
        "approved_at": edition.approved_at or None,
        "approved_by": edition.approved_by or None,
        "approved_for": edition.approved_for or None,
        "withdrawn_at": edition.withdrawn_at or None,
        "held": edition.held,
        "corrects": edition.corrects or None,
        "corrected_by": list(edition.corrected_by),
        "retain_until": edition.retain_until or None,
        "purged_at": edition.purged_at or None,
    }
