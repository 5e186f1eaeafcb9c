"""A row of the list of clients: from its cells to a `Recipient`, or to all that is wrong with it.

No message repeats a cell: where a separator is missing, an address may stand under any heading.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from reporter import entries
from reporter.archive import policy_form
from reporter.archive.policy_form import AUDIENCES
from reporter.delivered import Form, Recipient, Status
from reporter.delivery import addresses
from reporter.delivery import settings_entries as single
from reporter.delivery.wire import JOINERS
from reporter.entries import TURNING
from reporter.registry import nearest

SEPARATOR = ";"
BETWEEN_TEXTS = "|"
LONGEST_ID, LONGEST_NAME, LONGEST_NOTE, LONGEST_TEXT = 64, 160, 2000, 2000
LONGEST_CELL = 20_000
MOST_ITEMS = 1000
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_BROKEN_FORMULA = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!)")
_FORMULA, _FORMULA_IN_A_NAME = ("=", "@"), ("=", "@", "+", "-")
_FORMS_OF_BREAKS = frozenset({"Cc", "Zl", "Zp", "Cs"})

Fault = tuple[str, str]
"""The column it is in, and what is wrong, as a clause."""


class RowError(ValueError):
    """A row that is not understood; `id` is empty where even that is not."""

    def __init__(self, client: str, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.id = client
        self.faults = tuple(faults)


class _CellError(ValueError):
    """What is wrong with a cell, as a clause that does not repeat it."""


# --- cells -------------------------------------------------------------------------------------


def _id(text: str) -> str:
    if len(text) > LONGEST_ID or not _ID.fullmatch(text):
        raise _CellError(
            f"is no id: at most {LONGEST_ID} letters, digits, dots, hyphens, slashes. "
            "It is printed, so it must be no name and no address."
        )
    return text


def _address(text: str) -> str:
    try:
        return addresses.checked(text)
    except ValueError as error:
        raise _CellError(f"is no address. {error}") from None


def _text(longest: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > longest:
            raise _CellError(f"is longer than {longest} characters.")
        return " ".join(text.split())

    return read


def _name(text: str) -> str:
    if text.startswith(_FORMULA_IN_A_NAME):
        raise _CellError(f"begins with {text[0]!r}, as formulas do.")
    return _text(LONGEST_NAME)(text)


def _one_of(what: str, known: Iterable[str]) -> Callable[[str], str]:
    known = tuple(known)

    def read(text: str) -> str:
        if text not in known:
            raise _CellError(f"is no {what}. {nearest(text, known)}")
        return text

    return read


def _member(what: str, known: type[StrEnum]) -> Callable[[str], StrEnum]:
    word = _one_of(what, [str(one) for one in known])
    return lambda text: known(word(text))


def _as(read: Callable[[str], str], why: str) -> Callable[[str], str]:
    """A reader of single entries, whose own message would repeat what was written."""

    def checked(text: str) -> str:
        try:
            return read(text)
        except ValueError:
            raise _CellError(why) from None

    return checked


def _many(read: Callable[[str], str], separator: str) -> Callable[[str], tuple[str, ...]]:
    """Several in one cell, each once, in their order."""

    def read_all(text: str) -> tuple[str, ...]:
        parts = [part for one in text.split(separator) if (part := one.strip())]
        if len(parts) > MOST_ITEMS:
            raise _CellError(f"has more than {MOST_ITEMS} entries.")
        found: dict[str, None] = {}
        for number, part in enumerate(parts, 1):
            try:
                found[read(part)] = None
            except _CellError as error:
                raise _CellError(f"entry {number} {error}") from None
        return tuple(found)

    return read_all


_symbols = _many(
    _as(entries.symbol, "is no symbol. Write it like ^RUT or IWM, with ';' between."), SEPARATOR
)
READERS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "id": _id,
        "name": _name,
        "address": _address,
        "audience": _one_of("audience", AUDIENCES),
        "jurisdiction": _as(
            policy_form.jurisdiction,
            "is no jurisdiction: write its code in capitals, such as CH, GB, US or EU.",
        ),
        "language": _as(
            single.language, "is no code of a language. Write it like en or de-CH."
        ),
        "brand": _as(entries.slug, "is no brand's name: small letters, digits, hyphens."),
        "segments": _many(
            _as(
                entries.slug,
                "is no segment's name: small letters, digits, hyphens, with ';' between.",
            ),
            SEPARATOR,
        ),
        "holdings": _symbols,
        "watch": _symbols,
        "disclosures": _many(_text(LONGEST_TEXT), BETWEEN_TEXTS),
        "note": _text(LONGEST_NOTE),
        "format": _member("format", Form),
        "status": _member("status", Status),
    }
)  # fmt: skip
COLUMNS = tuple(READERS)
REQUIRED = ("id", "name", "address", "audience", "jurisdiction")
_FIELDS = {"watch": "watched", "format": "form"}


# --- rows --------------------------------------------------------------------------------------


def recipient(columns: Sequence[str], cells: Sequence[str], place: str) -> Recipient:
    """The client in a row.

    Args:
        columns: the names of the columns, each of `COLUMNS`.
        cells: as they were written.
        place: where the row is, such as `row 12`.

    Raises:
        RowError: with all that is wrong with it.
    """
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    if len(cells) != len(columns):
        more = "more" if len(cells) > len(columns) else "fewer"
        faults.append(("", f"has {more} cells than there are columns ({len(columns)})."))
        raise RowError("", faults)
    for column, cell in zip(columns, cells, strict=True):
        try:
            if (value := _value(column, cell)) is not None:
                values[_FIELDS.get(column, column)] = value
        except _CellError as error:
            faults.append((column, str(error)))
    if faults:
        raise RowError(str(values.get("id", "")), faults)
    return Recipient(place=place, **values)


def _value(column: str, cell: str) -> object:
    """What a cell stands for; None for an empty one."""
    _check_letters(cell)
    text = cell.strip()
    if not text and column in REQUIRED:
        raise _CellError("is empty.")
    return READERS[column](text) if text else None


def _check_letters(cell: str) -> None:
    """Refuses what could begin a header of its own, turn a text round, or was never meant."""
    if len(cell) > LONGEST_CELL:
        raise _CellError(f"is longer than {LONGEST_CELL} characters.")
    if not cell.isprintable():
        for letter in cell:
            if unicodedata.category(letter) in _FORMS_OF_BREAKS or letter in TURNING:
                raise _CellError(f"holds the control character U+{ord(letter):04X}.")
            if not (letter.isprintable() or letter.isspace() or letter in JOINERS):
                raise _CellError(f"holds the sign U+{ord(letter):04X}, which cannot be shown.")
    if cell.startswith(_FORMULA):
        raise _CellError(f"begins with {cell[0]!r}, as formulas do.")
    if _BROKEN_FORMULA.match(cell):
        raise _CellError("is what a spreadsheet writes for a formula that failed.")
