"""What a mailbox is to those who read returned mail, wherever it lies; and what all kinds share."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from typing import Protocol

LARGEST = 262_144
"""Bytes of a message that are read: what a return says of itself stands before what it returns."""
PROCESSED = "Processed"


class Mailbox(Protocol):
    """A mailbox in use."""

    def waiting(self) -> Iterator[tuple[str, bytes]]:
        """Messages not dealt with yet, oldest first: what the mailbox calls each, its beginning.

        No more than `LARGEST` bytes of each are read, and one at a time.
        """
        ...

    def done(self, key: str, *, flagged: bool = False) -> None:
        """Remember that a message is dealt with; `flagged`: a person should look at it."""
        ...

    def message_ids(self) -> Iterator[str]:
        """The Message-ID of every message in it, dealt with or not: `<…@…>`."""
        ...


Secret = Callable[[str], str]
"""Gives a secret by its name, as `vault.secret` does."""


def message_id(head: bytes) -> str:
    """The Message-ID in a message's beginning; empty where it has none."""
    found = email.message_from_bytes(head[:LARGEST].partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
    return "".join(str(found.get("Message-ID", "")).split())
