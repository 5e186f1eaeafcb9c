"""The list of clients as a table or view of a database, which is read and never written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from reporter import database
from reporter.database import Reading
from reporter.delivery.clients_csv import Row
from reporter.errors import DataError, DeliveryError, SpecError


class SqlTable:
    """A table by its URL; `where` is what messages call it: without a password."""

    def __init__(self, url: str, table: str, folder: Path) -> None:
        schema, _, name = table.rpartition(".")
        with _as_delivery():
            self.where = f"{database.hidden(database.parsed(url))}#{table}"
        if not name:
            raise SpecError("names no table.", where=self.where, tip="Write it like URL#clients.")
        self._address = database.Address(url, name, schema or None, folder=folder)

    @contextmanager
    def reading(self) -> Iterator[Iterator[Row]]:
        """Its rows in the order of their ids, the names of the columns first; of one moment.

        Raises:
            DeliveryError: the database cannot be reached or read; also while rows are read.
        """
        with _as_delivery(), database.reading(self._address) as found:
            yield _rows(found)


def _rows(found: Reading) -> Iterator[Row]:
    with _as_delivery():
        columns = found.columns()
        yield 1, columns
        number = 1
        order = [name for name in columns if name.lower() == "id"]
        for rows in found.every(columns, order):
            for row in rows:
                number += 1
                yield number, _cells(row)


def _cells(row: Sequence[object]) -> Sequence[str]:
    """Values as a CSV file would have them."""
    return ["" if value is None else _joined(value) for value in row]


def _joined(value: object) -> str:
    return ";".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


@contextmanager
def _as_delivery() -> Iterator[None]:
    """Failures of the database as what they are here, with the variable that helps here."""
    try:
        yield
    except DataError as error:
        tip = error.tip.replace("REPORTER_SQL_URL", "REPORTER_CLIENTS")
        raise DeliveryError(error.message, where=error.where, tip=tip) from None
