"""Letters that an earlier run left waiting, looked at anew before they leave.

Between two runs a client may be paused, taken off the list or given another address, an approval
may be withdrawn, a variant corrected. What was made for him is then not what he should get.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from sys import intern
from typing import TYPE_CHECKING

from reporter.delivered import Recipient, State
from reporter.delivery import addresses, pages

if TYPE_CHECKING:
    from reporter.delivery.campaign import Chooser
    from reporter.delivery.ledger import Ledger

UNLISTED = "is on the list no more"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that waits: of which edition, to which address as it goes over the wire."""

    edition: str
    address: str = field(repr=False)


def found(ledger: Ledger, campaign: str) -> dict[str, Waiting]:
    """The letters of a campaign that wait, by client."""
    return {
        row.client: Waiting(intern(row.edition), row.address)
        for row in pages.every(ledger, campaign, (State.QUEUED, State.DEFERRED))
    }


def outdated(
    waiting: dict[str, Waiting], chooser: Chooser, recipients: Iterable[Recipient]
) -> Iterator[tuple[str, str]]:
    """The clients whose letter is not to leave any more, each with the reason; empties `waiting`.

    A segment that is asked for now takes back nothing that was asked for before.
    """
    judge = chooser.of_all()
    for recipient in recipients:
        letter = waiting.pop(recipient.id, None)
        if letter and (why := _outdated(letter, judge, recipient)):
            yield recipient.id, why
    for client in waiting:
        yield client, UNLISTED


def _outdated(letter: Waiting, judge: Chooser, recipient: Recipient) -> str:
    choice = judge.choose(recipient)
    if choice.edition != letter.edition:
        return choice.reason or f"gets {choice.edition} instead"
    moved = addresses.on_the_wire(recipient.address)[0] != letter.address
    return "has another address now" if moved else ""
