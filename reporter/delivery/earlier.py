"""What clients were sent before: whom a correction concerns, and who has an edition already.

A client is sent an edition by the campaign of that edition, or as a variant by that of another one:
whatever the outbox has of the day is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from sys import intern
from types import MappingProxyType
from typing import TYPE_CHECKING

from reporter.archive.base import Archive
from reporter.archive.retention import chronicle
from reporter.delivered import Delivery, Recipient, State
from reporter.delivery import addresses, pages
from reporter.delivery.choosing import Choice, Why
from reporter.delivery.records import same
from reporter.errors import DeliveryError
from reporter.filed import Edition

if TYPE_CHECKING:
    from reporter.delivery.ledger import Ledger

LEFT = (State.SENT, State.UNCERTAIN, State.SENDING)
"""States of what left this house, or may have."""


@dataclass(frozen=True, slots=True)
class Had:
    """A client's letter of what is corrected: of which edition, and where it went."""

    edition: str
    state: State
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was sent before.

    `corrected` is the id of the edition whose readers alone are asked for, empty where all are;
    `line` has it and what it corrects in turn, the newest first. `had` has the letters that were,
    or may have been, sent of those or instead of them. `sent` has the editions of the day that
    clients were, or may have been, sent by other campaigns, and `lines` for each edition of this
    one what it corrects, the newest first. `renamed` has, by edition, the folded addresses that it
    went to for clients whose ids are on the list no more: who has such an address now is the same
    client under another id. `barred` says of clients why they get nothing more.
    """

    corrected: str = ""
    line: tuple[str, ...] = ()
    had: Mapping[str, Had] = field(default_factory=lambda: MappingProxyType({}))
    sent: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    renamed: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: MappingProxyType({}), repr=False
    )
    barred: Mapping[str, Choice] = field(default_factory=lambda: MappingProxyType({}))

    def bars(self, client: str) -> Choice | None:
        """Why nothing of this concerns a client, such as a correction; None if something does."""
        if client in self.barred or not self.corrected:
            return self.barred.get(client)
        old = self.had.get(client)
        if old is None:
            return Choice("", Why.CORRECTION, f"was not sent {self.corrected}")
        if old.edition not in self.line:
            return Choice("", Why.CORRECTION, f"was sent {old.edition} instead: correct that too")
        if old.state is not State.SENT:
            why = f"may have been sent {old.edition}: settle that (reporter outbox reconcile)"
            return Choice("", Why.UNSETTLED, why)
        return None

    def repeats(self, recipient: Recipient, edition: str) -> Choice | None:
        """Why a client does not get an edition: he has it; None if he has not."""
        if edition in self.sent.get(recipient.id, ()):
            return Choice("", Why.HAD, f"was sent {edition} before, or may have been")
        renamed = self.renamed.get(edition)
        if renamed and addresses.folded(recipient.address) in renamed:
            return Choice("", Why.HAD, f"was sent {edition} under another id, or may have been")
        return None

    def replaces(self, client: str, edition: str) -> str:
        """The newest edition that a client had and that this one corrects; empty if he had none.

        What he may have been sent counts: a correction that says so is right for him as well.
        """
        had = self.sent.get(client, ())
        return next((one for one in self.lines.get(edition, ()) if one in had), "")

    def is_elsewhere(self, recipient: Recipient) -> bool:
        """Whether what is corrected went to another address than the list has now."""
        old = self.had.get(recipient.id)
        return old is not None and addresses.on_the_wire(recipient.address)[0] != old.address

    def concerned(self) -> set[str]:
        """The ids of the clients who were, or may have been, sent what is corrected."""
        return {client for client, one in self.had.items() if one.edition in self.line}


NOTHING = Earlier()


def line(archive: Archive, edition: str) -> Iterator[str]:
    """What an edition corrects, what that corrects, and so on."""
    added = chronicle(archive.entries()).added
    while edition := str(added[edition].details.get("corrects") or ""):
        yield edition


def looked_up(  # noqa: PLR0913, PLR0917  where, of what, for whom
    ledger: Ledger, archive: Archive, edition: Edition, editions: Mapping[str, Edition],
    corrected: Edition | None, listed: Iterable[str],
) -> Earlier:  # fmt: skip
    """What the outbox knows of earlier letters of a day.

    Args:
        ledger: the outbox.
        archive: which editions there ever were of that day.
        edition: what is sent.
        editions: the same and its variants, by id.
        corrected: what it corrects.
        listed: the ids of the clients on the list.

    Raises:
        DeliveryError: nobody was sent what is corrected.
    """
    asked = (corrected.id, *line(archive, corrected.id)) if corrected else ()
    had: dict[str, Had] = {}
    sent: dict[str, frozenset[str]] = {}
    for row in _rows(ledger, archive, edition):
        sent[row.client] = sent.get(row.client, frozenset()) | {intern(row.edition)}
        if row.edition in asked or row.campaign in asked:
            had[row.client] = _plainer(had.get(row.client), row, asked)
    lines = {name: tuple(line(archive, name)) for name in editions}
    renamed = _renamed(_rows(ledger, archive, edition, of_all=True), listed)
    found = Earlier(asked[0] if asked else "", asked, had, sent, lines, renamed)
    if corrected and not found.concerned():
        message = "was sent to nobody by this outbox, so nobody is told of a correction."
        tip = f"Send the new one without --corrects: reporter send {edition.id}."
        raise DeliveryError(message, where=corrected.id, tip=tip)
    return found


def _rows(
    ledger: Ledger, archive: Archive, edition: Edition, *, of_all: bool = False
) -> Iterator[Delivery]:
    """What left, or may have, of the day's other campaigns, or of all of the day's."""
    day = f"{edition.as_of}/"
    for name in chronicle(archive.entries()).added:
        if name.startswith(day) and (of_all or name != edition.id):
            yield from pages.every(ledger, name, LEFT)


def _renamed(rows: Iterable[Delivery], listed: Iterable[str]) -> dict[str, frozenset[str]]:
    """By edition, where letters went to clients who are on the list no more."""
    gone: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        gone.setdefault(row.client, []).append((intern(row.edition), same(row.address)))
    for client in listed:
        gone.pop(client, None)
    found: dict[str, set[str]] = {}
    for edition, address in chain.from_iterable(gone.values()):
        found.setdefault(edition, set()).add(address)
    return {edition: frozenset(names) for edition, names in found.items()}


def _plainer(known: Had | None, row: Delivery, asked: tuple[str, ...]) -> Had:
    """Of two letters to a client the one that says more: of what is corrected, sent, the newer."""
    new = Had(row.edition, row.state, row.address)
    if known is None:
        return new

    def says(had: Had) -> tuple[bool, bool, int]:
        newness = -asked.index(had.edition) if had.edition in asked else 0
        return had.edition in asked, had.state is State.SENT, newness

    return max(known, new, key=says)
