"""The list of clients: validated as a whole, then read one by one, and the same both times."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reporter.delivered import Recipient


class Roll:
    """A list of clients. Made by `opened`."""

    @property
    def count(self) -> int:
        """How many clients it has; known once it was checked."""
        raise NotImplementedError

    def check(self) -> None:
        """Look at every row.

        Raises:
            SpecError: rows hold mistakes; the message has a line for each, at most fifty.
            DeliveryError: it cannot be read.
        """
        raise NotImplementedError

    def recipients(self) -> Iterator[Recipient]:
        """Every client, in the list's order, as often as it is asked for; checked before.

        Raises:
            SpecError: it holds mistakes.
            DeliveryError: it cannot be read, or was changed since it was checked.
        """
        raise NotImplementedError


def opened(where: str, folder: Path) -> Roll:
    """A list by its path, or by its database's URL and table: `postgresql://USER@HOST/DB#TABLE`.

    Raises:
        SpecError: it is not there, or is no list.
    """
    raise NotImplementedError
