"""What follows when a client says that he wants no more, by whatever way he says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reporter.delivered import Delivery
from reporter.delivery.suppressions import client

REASON = "unsubscribed"


class Outbox(Protocol):
    """What is needed of the outbox."""

    def by_handle(self, handle: str) -> tuple[Delivery, ...]:
        """All that was sent, or is to be, to the client of a handle."""
        ...

    def suppress(self, address: str, listed: str, reason: str, now: datetime, by: str) -> bool:
        """Send no more of a brief to an address or a client; False where it was so."""
        ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What became of it: whether it is `new`, and whether the outbox knows a mail to the client.

    A genuine link of one who is not known is a genuine wish all the same, and kept: of a client
    whose mails are older than the outbox. But it may as well be the wrong outbox.
    """

    new: bool
    known: bool


def unsubscribe(outbox: Outbox, handle: str, listed: str, now: datetime, by: str) -> Wish:
    """Send a client no more of a brief, at none of his addresses; on the disk when this returns.

    Raises:
        DeliveryError: the outbox fails.
    """
    new = outbox.suppress(client(handle), listed, REASON, now, by)
    return Wish(new, bool(outbox.by_handle(handle)))
