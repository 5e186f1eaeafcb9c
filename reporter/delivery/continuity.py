"""Is this outbox as far as it was when it last sent, or an older copy of itself?

An outbox that was put back from a backup has its identity and passes for itself, but what left
since the copy was made waits in it as before. So a sender counts in the outbox as he goes on, an
edition a count, and the archive remembers how far that was: the beats of an older copy are behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reporter.archive.clients import Keys
from reporter.archive.memories import Memory
from reporter.delivery.clearance import NOTHING, OUTBOX, Allowance
from reporter.errors import DeliveryError

if TYPE_CHECKING:
    from reporter.delivery.ledger import Ledger
    from reporter.delivery.records import Lease

PLACE = "outboxes"
MOST = 5
"""Editions that a message names."""


@dataclass(frozen=True, slots=True)
class Continuity:
    """An outbox, and what the archive remembers of it."""

    ledger: Ledger
    memory: Memory

    def behind(self) -> list[str]:
        """The editions of which letters left since the copy was made; none of one that is whole."""
        remembered = self.memory.beats()
        found = self.ledger.beats(remembered)
        return sorted(name for name, beat in remembered.items() if found[name] < beat)

    def check(self, edition: str, allowed: Allowance = NOTHING) -> set[str]:
        """Refuse an older copy, whatever is to be sent: it knows less of who wants no mail, too.

        Returns:
            The names of what was set aside.

        Raises:
            ArchiveError: what is remembered cannot be read.
            DeliveryError: so it is.
        """
        lost = self.behind()
        if lost and OUTBOX not in allowed.names:
            names = ", ".join(lost[:MOST]) + f" and {len(lost) - MOST} more" * (len(lost) > MOST)
            message = (
                f"the outbox {self.ledger.where} is an older copy of itself: letters of {names} "
                "left since, which it does not know of."
            )
            tip = (
                f"Put the right one in its place. If it is lost: reporter outbox doubt {lost[0]}, "
                "then reconcile that, and read the mailbox of returned mail again. To send from "
                "this one as it is, which may send twice: --override outbox --reason TEXT."
            )
            raise DeliveryError(message, where=edition, tip=tip)
        return {OUTBOX} if lost else set()

    def distrust(self, campaign: str) -> None:
        """Have the outbox count as an older copy of an edition until its next beat is noted.

        Raises:
            ArchiveError: it cannot be remembered.
        """
        last = self.memory.beats().get(campaign, 0)
        self.memory.remember(campaign, max(last, self.ledger.beats([campaign])[campaign]) + 1)

    def note(self, lease: Lease) -> None:
        """One beat more, in the outbox first: whoever is killed in between is no older copy.

        Raises:
            ArchiveError: it cannot be remembered.
            DeliveryError: the lease was lost.
        """
        least = self.memory.beats().get(lease.campaign, 0)
        self.memory.remember(lease.campaign, self.ledger.beat(lease, least))


def continuity(ledger: Ledger, keys: Keys) -> Continuity:
    """That of an outbox; what is remembered lies beside the clients' keys."""
    return Continuity(ledger, Memory(keys.folder.parent / PLACE, ledger.identity))
