"""The list of clients as a CSV file: UTF-8, with commas, semicolons or tabs between the cells.

It is read line by line, so that a file of any length takes the same memory.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from reporter.delivery.clients_cells import COLUMNS
from reporter.errors import SpecError

DELIMITERS = ",;\t"
LONGEST_LINE = 1_000_000  # bytes
_SAVE = "Save it as 'CSV UTF-8'."
_OTHERS = (  # what begins a file of another kind
    (b"PK\x03\x04", "is a workbook, not a CSV file."),
    (b"\xd0\xcf\x11\xe0", "is a workbook, not a CSV file."),
    (codecs.BOM_UTF16_LE, "is UTF-16 text."),
    (codecs.BOM_UTF16_BE, "is UTF-16 text."),
)

Row = tuple[int, Sequence[str]]
"""Its number as a spreadsheet counts it, the row of headings being 1; and its cells."""


class BrokenError(ValueError):
    """From some row on nothing can be read: its number, and why, as a clause."""

    def __init__(self, row: int, message: str) -> None:
        super().__init__(message)
        self.row = row


class CsvTable:
    """A CSV file; `where` is what messages call it."""

    def __init__(self, path: Path, where: str) -> None:
        self._path = path
        self.where = where

    @contextmanager
    def reading(self) -> Iterator[Iterator[Row]]:
        """Its rows, the headings first; rows without anything in them are passed over.

        Raises:
            SpecError: the file cannot be opened, or is of another kind.
            BrokenError: while rows are read.
        """
        try:
            file = self._path.open("rb")
        except OSError as error:
            tip = "Give the list of clients: --clients FILE."
            message = f"cannot be read: {error.strerror}."
            raise SpecError(message, where=self.where, tip=tip) from error
        with file:
            try:
                _check_kind(file)
            except BrokenError as error:
                raise SpecError(str(error), where=self.where, tip=_SAVE) from None
            yield _rows(file)


def _check_kind(file: BinaryIO) -> None:
    start = file.read(4)
    for sign, what in _OTHERS:
        if start.startswith(sign):
            raise BrokenError(1, what)
    file.seek(3 if start.startswith(codecs.BOM_UTF8) else 0)


def _rows(file: BinaryIO) -> Iterator[Row]:
    lines = _lines(file)
    number = 1
    try:
        first = next(lines, "")
        reader = csv.reader(_again(first, lines), delimiter=_delimiter(first), strict=True)
        for cells in reader:
            if any(map(str.strip, cells)):
                yield number, cells
            number += 1
    except csv.Error as error:
        why = "has a quotation mark that is not closed, or one in the middle of a cell."
        if "new-line" in str(error):
            why = f"has a line end that CSV files do not have. {_SAVE}"
        raise BrokenError(number, why) from None
    except UnicodeDecodeError:
        raise BrokenError(number, f"is not UTF-8 text. {_SAVE}") from None
    except OSError as error:
        raise BrokenError(number, f"cannot be read: {error.strerror}.") from error
    except OverflowError:
        why = f"is longer than {LONGEST_LINE} bytes. Is a quotation mark not closed?"
        raise BrokenError(number, why) from None


def _again(first: str, lines: Iterable[str]) -> Iterator[str]:
    yield first
    yield from lines


def _lines(file: BinaryIO) -> Iterator[str]:
    """The lines with their ends.

    Raises:
        UnicodeDecodeError: one is not UTF-8.
        OverflowError: one is longer than any that is meant.
    """
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise OverflowError
        yield line.decode()


def _delimiter(first: str) -> str:
    """What stands between cells: what makes most headings known. Excel in Europe writes `;`."""

    def known(delimiter: str) -> int:
        names = (name.strip(' "\r\n').lower() for name in first.split(delimiter))
        return len(set(names) & set(COLUMNS))

    return max(DELIMITERS, key=known)
