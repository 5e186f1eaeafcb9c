"""What clients were sent before: whom a correction concerns, and who has an edition already.

A client is sent an edition by the campaign of that edition, or as a variant by that of another one:
whatever the outbox has of the day is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from reporter.archive.base import Archive
from reporter.archive.retention import chronicle
from reporter.delivered import Delivery, Recipient, State
from reporter.delivery import addresses, pages
from reporter.delivery.choosing import Choice, Why
from reporter.errors import DeliveryError
from reporter.filed import Edition

if TYPE_CHECKING:
    from reporter.delivery.ledger import Ledger

LEFT = (State.SENT, State.UNCERTAIN, State.SENDING)
"""States of what left this house, or may have."""


@dataclass(frozen=True, slots=True)
class Had:
    """A client's letter of the day that is corrected: of which edition, and where it went."""

    edition: str
    state: State
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was sent before.

    `corrected` is the id of the edition that is corrected, empty where none is; `had` has the
    letters that were, or may have been, sent of it or instead of it. `sent` has the editions of
    this campaign that clients were sent by other ones. `barred` says of clients why they get
    nothing more at all.
    """

    corrected: str = ""
    had: Mapping[str, Had] = field(default_factory=lambda: MappingProxyType({}))
    sent: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    barred: Mapping[str, Choice] = field(default_factory=lambda: MappingProxyType({}))

    def bars(self, client: str) -> Choice | None:
        """Why nothing of this concerns a client, such as a correction; None if something does."""
        if client in self.barred or not self.corrected:
            return self.barred.get(client)
        old = self.had.get(client)
        if old is None:
            return Choice("", Why.CORRECTION, f"was not sent {self.corrected}")
        if old.edition != self.corrected:
            return Choice("", Why.CORRECTION, f"was sent {old.edition} instead: correct that too")
        if old.state is not State.SENT:
            why = f"may have been sent {self.corrected}: settle that (reporter outbox reconcile)"
            return Choice("", Why.UNSETTLED, why)
        return None

    def repeats(self, client: str, edition: str) -> Choice | None:
        """Why a client does not get an edition: he has it; None if he has not."""
        if edition in self.sent.get(client, ()):
            return Choice("", Why.HAD, f"was sent {edition} before, or may have been")
        return None

    def is_elsewhere(self, recipient: Recipient) -> bool:
        """Whether what is corrected went to another address than the list has now."""
        old = self.had.get(recipient.id)
        return old is not None and addresses.on_the_wire(recipient.address)[0] != old.address

    def concerned(self) -> set[str]:
        """The ids of the clients who were, or may have been, sent what is corrected."""
        return {client for client, one in self.had.items() if one.edition == self.corrected}


NOTHING = Earlier()


def looked_up(
    ledger: Ledger, archive: Archive, edition: Edition, editions: Mapping[str, Edition],
    corrected: Edition | None,
) -> Earlier:  # fmt: skip
    """What the outbox knows of earlier letters of a day.

    Args:
        ledger: the outbox.
        archive: which editions there ever were of that day.
        edition: what is sent.
        editions: the same and its variants, by id.
        corrected: what it corrects.

    Raises:
        DeliveryError: nobody was sent what is corrected.
    """
    had: dict[str, Had] = {}
    sent: dict[str, frozenset[str]] = {}
    for row in _rows(ledger, archive, edition):
        if row.edition in editions:
            sent[row.client] = sent.get(row.client, frozenset()) | {row.edition}
        if corrected and corrected.id in {row.edition, row.campaign}:
            had[row.client] = _plainer(had.get(row.client), row, corrected.id)
    found = Earlier(corrected.id if corrected else "", had, sent)
    if corrected and not found.concerned():
        message = "was sent to nobody by this outbox, so nobody is told of a correction."
        tip = f"Send the new one without --corrects: reporter send {edition.id}."
        raise DeliveryError(message, where=corrected.id, tip=tip)
    return found


def _rows(ledger: Ledger, archive: Archive, edition: Edition) -> Iterator[Delivery]:
    """What left, or may have, of the day's other campaigns."""
    day = f"{edition.as_of}/"
    for name in chronicle(archive.entries()).added:
        if name.startswith(day) and name != edition.id:
            yield from pages.every(ledger, name, LEFT)


def _plainer(known: Had | None, row: Delivery, corrected: str) -> Had:
    """Of two letters to a client the one that says more: of the edition itself, and sent."""
    new = Had(row.edition, row.state, row.address)
    if known is None:
        return new
    return max(known, new, key=lambda had: (had.edition == corrected, had.state is State.SENT))
