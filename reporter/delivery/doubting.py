"""An outbox that was put back from a copy: what may have left since becomes uncertain.

Three things are doubtful. Rows that wait in the copy. Rows that say of an older message what is
true, while the client has a newer one in the archive. And messages in the archive that the copy has
no row for: the next sender would take them for a killed run's, and hand them over. All of them are
`uncertain` then, for evidence to settle; what the copy says is sent, is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from reporter.archive.base import Archive
from reporter.archive.bulk import Reader
from reporter.archive.clients import Client, Keys
from reporter.archive.retention import chronicle
from reporter.delivered import Delivery, Recipient, State
from reporter.delivery import adopting
from reporter.delivery.adopting import Filed
from reporter.delivery.clock import Clock
from reporter.delivery.continuity import continuity
from reporter.delivery.ledger import DOUBTED, Ledger
from reporter.delivery.sending import Tenure

BATCH = 500
NEWER = "a newer message of his is in the archive"


@dataclass(frozen=True, slots=True)
class Doubted:
    """How many rows are uncertain now that were not, and how many of them the outbox had lost."""

    rows: int
    lost: int


def doubted(ledger: Ledger, campaign: str) -> datetime | None:
    """When an edition was doubted last; None where it never was."""
    lines = ledger.history(campaign, "")
    return max((line.time for line in lines if line.after == DOUBTED), default=None)


def doubt(  # noqa: PLR0913, PLR0917  what, where, of whom, when, by whom
    ledger: Ledger, archive: Archive, keys: Keys, campaign: str, recipients: Iterable[Recipient],
    clock: Clock, by: str,
) -> Doubted:  # fmt: skip
    """Make all uncertain that may have been sent since the outbox was copied.

    Args:
        ledger: the outbox.
        archive: where the messages are.
        keys: the clients', who are found in the archive by them.
        campaign: the id of the edition that was sent.
        recipients: the list of clients: of others, nobody knows which messages are theirs.
        clock: the time.
        by: who says so.

    Raises:
        ArchiveError: a message cannot be read.
        DeliveryError: a sender is at work.
    """
    lease = ledger.lease(campaign, by, clock.now())
    tenure, known = Tenure(ledger, lease, clock), continuity(ledger, keys)
    try:
        known.distrust(campaign)  # until all is doubted
        recovered = ledger.recover(lease, clock.now())
        lost = _Lost(tenure, archive, keys).enter(recipients)
        rows = ledger.doubt(lease, clock.now())
        known.note(lease)
        return Doubted(recovered + rows, lost)
    finally:
        ledger.release(lease)


@dataclass(slots=True)
class _Lost:
    """Finds the messages that the outbox lost, and enters them: queued, until all are doubted."""

    tenure: Tenure
    archive: Archive
    keys: Keys
    _reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self._reader = Reader(self.archive)

    def enter(self, recipients: Iterable[Recipient]) -> int:
        """Enter them, each as of the moment when it was made, or a little before."""
        ledger, total = self.tenure.ledger, 0
        position = sum(ledger.counts(self._campaign).values())
        there = {one: self._reader.members(one) for one in self._editions()}
        lost = self._found(recipients, there)
        while some := tuple(islice(lost, BATCH)):
            rows = (replace(row, position=position + total + at)
                    for at, (row, _) in enumerate(some))  # fmt: skip
            total += ledger.queue(self.tenure.lease, rows, min(made for _, made in some))
        return total

    @property
    def _campaign(self) -> str:
        return self.tenure.lease.campaign

    def _editions(self) -> Iterator[str]:
        """What a letter of the campaign may be of: the edition, or another one of its day."""
        known = chronicle(self.archive.entries())
        day = self._campaign.partition("/")[0]
        return (one for one in known.live if one.partition("/")[0] == day)

    def _found(
        self, recipients: Iterable[Recipient], there: Mapping[str, frozenset[str]]
    ) -> Iterator[tuple[Delivery, datetime]]:
        for recipient in recipients:
            self.tenure.keep()
            if owner := self.keys.client(recipient.id):
                known = self.tenure.ledger.row(self._campaign, recipient.id)
                found = self._newest(owner, known, there)
                if found and (known is None or found.message_id != known.message_id):
                    if known:
                        self._take_out(known)
                    yield self._row(recipient, owner, found), found.made

    def _newest(
        self, owner: Client, known: Delivery | None, there: Mapping[str, frozenset[str]]
    ) -> Filed | None:
        """A client's last message; None where the outbox has it, or has one that was sent."""
        names = {
            (edition, file)
            for edition, members in there.items()
            for _, file in adopting.files(owner, edition, members)
        }
        if known and (known.state is State.SENT or names <= {(known.edition, known.file)}):
            return None
        found = (
            one
            for edition, members in there.items()
            for one in adopting.filed(self._reader, owner, self._campaign, edition, members)
        )
        return max(found, key=lambda one: (one.made, one.group), default=None)

    def _take_out(self, known: Delivery) -> None:
        """Take out the row of an older message, which did not arrive: a newer one was made then."""
        ledger, lease, now = self.tenure.ledger, self.tenure.lease, self.tenure.clock.now()
        if known.state is State.UNCERTAIN:
            ledger.resolve(
                known.campaign, known.client, State.FAILED, NEWER, now, lease.owner
            )  # fmt: skip
        ledger.withdraw(lease, known.client, NEWER, now)

    def _row(self, recipient: Recipient, owner: Client, found: Filed) -> Delivery:
        return adopting.row(
            self._campaign, recipient, owner, found.edition, found.address, found.file, found.data,
            found.message_id,
        )  # fmt: skip
