"""The list of clients: validated as a whole, then read one by one, and the same both times.

A list is looked at twice: once to find every fault in it, once to prepare the messages. The first
time a fingerprint is taken of each few hundred rows; the second time no row is handed out before
those it stands among are seen to be the same. So a list of any length takes the same memory, and
what was not checked is not used.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from typing import Protocol

from reporter import written
from reporter.delivered import Recipient
from reporter.delivery import addresses
from reporter.delivery.clients_cells import COLUMNS, REQUIRED, RowError, recipient
from reporter.delivery.clients_csv import BrokenError, CsvTable, Row
from reporter.errors import DataError, DeliveryError, SpecError
from reporter.registry import nearest
from reporter.visible import visible
from reporter.written import MisreadError

MOST_FAULTS = 50
BLOCK = 500
"""Rows of one fingerprint."""
PARTS = 16
"""What is there twice is looked for in so many parts, one after the other."""
LONGEST_HEADING = 40


class _Table(Protocol):
    where: str

    def reading(self) -> AbstractContextManager[Iterator[Row]]: ...


class Roll:
    """A list of clients. Made by `opened`."""

    def __init__(self, table: _Table) -> None:
        self._table = table
        self._blocks: list[bytes] | None = None
        self._count = 0

    @property
    def where(self) -> str:
        """What messages call it; holds no password."""
        return self._table.where

    @property
    def count(self) -> int:
        """How many clients it has; it is checked for that, if it was not."""
        if self._blocks is None:
            self.check()
        return self._count

    def check(self) -> None:
        """Look at every row.

        Raises:
            SpecError: rows hold mistakes; the message has a line for each, at most fifty.
            DeliveryError: it cannot be read.
        """
        faults, seen = _Faults(self.where), _Seen()
        blocks: list[bytes] = []
        with self._table.reading() as rows:
            columns = _columns(rows, faults)
            try:
                while block := list(islice(rows, BLOCK)):
                    blocks.append(_fingerprint(columns, block))
                    for number, cells in block:
                        _look(columns, number, cells, faults, seen)
            except BrokenError as error:
                faults.add(error.row, "", "", str(error))
        for what, number, first in seen.again():
            faults.add(number, "", what, f"is that of row {first} too.")
        faults.refuse()
        if not seen.count:
            tip = "Write a row for each client below the headings."
            raise SpecError("has no clients.", where=self.where, tip=tip)
        self._blocks, self._count = blocks, seen.count

    def recipients(self) -> Iterator[Recipient]:
        """Every client, in the list's order, as often as it is asked for; checked before.

        Raises:
            SpecError: it holds mistakes.
            DeliveryError: it cannot be read, or was changed since it was checked.
        """
        if self._blocks is None:
            self.check()
        left = iter(self._blocks or ())
        try:
            with self._table.reading() as rows:
                columns = _columns(rows, _Faults(self.where))
                while block := list(islice(rows, BLOCK)):
                    if _fingerprint(columns, block) != next(left, b""):
                        raise self._changed()
                    for number, cells in block:
                        yield recipient(columns, _fitted(columns, cells), f"row {number}")
        except (SpecError, BrokenError):
            raise self._changed() from None
        if next(left, b""):
            raise self._changed()

    def _changed(self) -> DeliveryError:
        tip = "Run it again when nobody changes it."
        return DeliveryError("was changed while it was read.", where=self.where, tip=tip)


def opened(where: str, folder: Path) -> Roll:
    """A list by its path, or by its database's URL and table: `postgresql://USER@HOST/DB#TABLE`.

    Args:
        where: as it is written.
        folder: what a path, and that of an SQLite file, is relative to.

    Raises:
        SpecError: neither a path nor a URL with a table.
        DeliveryError: the URL is none, or SQLAlchemy is not installed.
    """
    if "://" in where:
        return Roll(_sql(where, folder))
    try:
        return Roll(CsvTable(folder / written.path(where), where))
    except MisreadError as error:
        raise SpecError(str(error)) from error


def _sql(where: str, folder: Path) -> _Table:
    try:
        from reporter.delivery.clients_sql import SqlTable  # noqa: PLC0415  needs an extra
    except DataError as error:
        raise DeliveryError(error.message, tip=error.tip) from error
    url, _, table = where.rpartition("#")
    if not url:  # the address is not repeated: it may hold a password
        tip = "Write the table behind it: URL#clients, or URL#schema.clients."
        raise SpecError("the list's URL names no table.", tip=tip)
    return SqlTable(url, table, folder)


# --- headings ----------------------------------------------------------------------------------


def _columns(rows: Iterator[Row], faults: _Faults) -> tuple[str, ...]:
    """The names of the columns.

    Raises:
        SpecError: some are unknown, missing or there twice.
    """
    try:
        number, cells = next(rows, (1, ()))
    except BrokenError as error:
        faults.add(error.row, "", "", str(error))
        faults.refuse()
        raise
    names = tuple(cell.strip().lower() for cell in cells)
    while names and not names[-1]:
        names = names[:-1]
    if not set(names) & set(COLUMNS):
        faults.add(number, "", "", f"has no headings. Known: {', '.join(COLUMNS)}.")
    else:
        for why in _wrong_with(names):
            faults.add(number, "", "", why)
    faults.refuse()
    return names


def _wrong_with(names: Sequence[str]) -> Iterator[str]:
    for at, name in enumerate(names):
        if name in names[:at]:
            yield f"column {at + 1} has the heading of another before it."
        elif name not in COLUMNS:
            plain = len(name) <= LONGEST_HEADING and "@" not in name
            told = visible(repr(name)) if plain else str(at + 1)
            yield f"unknown column {told}. {nearest(name, COLUMNS)}"
    for name in REQUIRED:
        if name not in names:
            yield f"the column {name!r} is required."


# --- rows --------------------------------------------------------------------------------------


def _look(
    columns: Sequence[str], number: int, cells: Sequence[str], faults: _Faults, seen: _Seen
) -> None:
    try:
        found = recipient(columns, _fitted(columns, cells), f"row {number}")
    except RowError as error:
        seen.count += 1
        for column, message in error.faults:
            faults.add(number, error.id, column, message)
    else:
        seen.add(number, found)


def _fitted(columns: Sequence[str], cells: Sequence[str]) -> Sequence[str]:
    """The cells without empty ones behind the last column, which spreadsheets write."""
    if any(map(str.strip, cells[len(columns) :])):
        return cells
    return cells[: len(columns)]


def _fingerprint(columns: Sequence[str], block: Sequence[Row]) -> bytes:
    made = hashlib.sha256(repr(columns).encode("utf-8", "surrogatepass"))
    for number, cells in block:
        made.update(f"{number} {list(cells)!r}\n".encode("utf-8", "surrogatepass"))
    return made.digest()


class _Seen:
    """Ids and addresses that were seen: numbers of eight bytes, to find those that are there twice.

    Two that differ have the same number once in 2**64 / n**2 lists of n clients.
    """

    def __init__(self) -> None:
        self.count = 0
        self._rows = array("Q")
        self._numbers = {"id": array("Q"), "address": array("Q")}

    def add(self, row: int, found: Recipient) -> None:
        self.count += 1
        self._rows.append(row)
        self._numbers["id"].append(_number(found.id.casefold()))
        self._numbers["address"].append(_number(addresses.folded(found.address)))

    def again(self) -> Iterator[tuple[str, int, int]]:
        """What is there again, in which row, and in which row first."""
        for what, numbers in self._numbers.items():
            for part in range(PARTS):
                firsts: dict[int, int] = {}
                for at, number in enumerate(numbers):
                    if number % PARTS == part:
                        first = firsts.setdefault(number, self._rows[at])
                        if first != self._rows[at]:
                            yield what, self._rows[at], first


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


class _Faults:
    """Faults of rows, the first fifty of them, and how many there are."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._found: list[tuple[int, str]] = []
        self._count = 0

    def add(self, row: int, client: str, column: str, message: str) -> None:
        self._count += 1
        if len(self._found) < MOST_FAULTS:
            of = f" ({client})" if client else ""
            what = f"{column}: {message}" if column else message
            self._found.append((row, f"{self._where}: row {row}{of}: {what}"))

    def refuse(self) -> None:
        """Raises if there are any."""
        if not self._count:
            return
        lines = [line for _, line in sorted(self._found)]
        if self._count > MOST_FAULTS:
            lines.append(f"{self._where}: and {self._count - MOST_FAULTS} more.")
        raise SpecError("\n".join(lines))
