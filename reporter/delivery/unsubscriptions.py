"""What follows when a client says that he wants no more, by whatever way he says it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from reporter.delivered import Delivery
from reporter.errors import DeliveryError

REASON = "unsubscribed"


class Outbox(Protocol):
    """What is needed of the outbox."""

    def by_handle(self, handle: str) -> tuple[Delivery, ...]:
        """All that was sent, or is to be, to the client of a handle."""
        ...

    def suppress(self, address: str, listed: str, reason: str, now: datetime, by: str) -> bool:
        """Send no more of a brief to an address; False where it was so."""
        ...


class StrangerError(DeliveryError):
    """A genuine link of somebody whom the outbox does not know: it is not the one of his mail."""


def unsubscribe(outbox: Outbox, handle: str, listed: str, now: datetime, by: str) -> int:
    """Suppress a brief for every address that a client was ever sent mail at; how many were new.

    On the disk when this returns.

    Raises:
        StrangerError: the outbox knows no such client.
        DeliveryError: the outbox fails.
    """
    addresses = sorted({row.address for row in outbox.by_handle(handle)})
    if not addresses:
        message = "somebody unsubscribes whom this outbox does not know."
        raise StrangerError(message, tip="See that --outbox is the one that mails are sent from.")
    done = [outbox.suppress(address, listed, REASON, now, by) for address in addresses]
    return sum(done)
