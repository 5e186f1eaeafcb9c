"""One client's message: the edition's mail body filled for him, in MIME, signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from reporter.archive.clients import Client
from reporter.delivered import Letter, Recipient
from reporter.delivery.signing import Signer
from reporter.delivery.stationery import Stationery

FIRST = "1"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What only the house knows: `password` gives a client's for PDFs, by his id, or None."""

    unsubscribing: bytes = field(repr=False)
    signer: Signer | None = field(repr=False)
    password: Callable[[str], str | None] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A letter, and what it came to.

    `file` is what the archive calls it. `short`: his holdings were left out, because there was no
    room. `detached`: the PDF was left out, because the message would have been too large.
    """

    letter: Letter
    file: str
    sha256: str
    short: bool = False
    detached: bool = False


def compose(  # noqa: PLR0913  whose what, how and when
    stationery: Stationery,
    recipient: Recipient,
    client: Client,
    secrets: Secrets,
    *,
    date: datetime,
    campaign: str = "",
    group: str = FIRST,
) -> Message:
    """The message to a client.

    Same arguments, same bytes, unless its PDF is encrypted, which takes new salts each time.

    Args:
        stationery: what is the same for all.
        recipient: whom it goes to.
        client: the same, as the archive knows him.
        secrets: what only the house knows.
        date: when it is sent, as the message says it; with a zone.
        campaign: the edition that is sent; empty where it is the stationery's own.
        group: what makes a second message of the same edition another one.

    Raises:
        DeliveryError: he has no password, or his note and disclosures leave no room; names his id.
    """
    raise NotImplementedError
