"""Letters that an earlier run left waiting, looked at anew before they leave.

Between two runs a client may be paused, taken off the list or given another address, an approval
may be withdrawn, a variant corrected. What was made for him is then not what he should get. Who was
not reached, because his address is dead or the server refused it, is written to anew as soon as the
list has another address of his.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from sys import intern
from typing import TYPE_CHECKING

from reporter.delivered import Delivery, Recipient, State
from reporter.delivery import addresses, pages
from reporter.delivery.records import DEAD, EVERYTHING, same

if TYPE_CHECKING:
    from reporter.delivery.campaign import Chooser
    from reporter.delivery.choosing import Choice
    from reporter.delivery.ledger import Ledger

UNLISTED = "is on the list no more"
MOVED = "has another address now"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that waits: of which edition, to which address as it goes over the wire.

    `is_over`: it does not wait, but did not arrive. `is_unwanted`: whoever reads at it wants
    none, and shall get none at another one either.
    """

    edition: str
    address: str = field(repr=False)
    is_over: bool = False
    is_unwanted: bool = False


def is_dead(row: Delivery) -> bool:
    """Whether a letter was held back because nothing gets through to its address."""
    return row.state is State.SUPPRESSED and row.text.startswith(DEAD)


def found(ledger: Ledger, campaign: str, listed: str) -> dict[str, Waiting]:
    """The letters of a campaign that wait or did not arrive, by client."""
    unwilling = {
        one.address
        for one in ledger.suppressions()
        if one.listed in {listed, EVERYTHING} and not one.reason.startswith(DEAD)
    }
    states = (State.QUEUED, State.DEFERRED, State.FAILED, State.SUPPRESSED)
    return {
        row.client: Waiting(
            intern(row.edition),
            row.address,
            row.state in {State.FAILED, State.SUPPRESSED},
            same(row.address) in unwilling,
        )
        for row in pages.every(ledger, campaign, states)
        if row.state is not State.SUPPRESSED or is_dead(row)
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
        if letter is None:
            continue
        who = chooser if letter.is_over else judge
        if why := _outdated(letter, who.choose(recipient), recipient):
            yield recipient.id, why
    for client, letter in waiting.items():
        if not letter.is_over:
            yield client, UNLISTED


def _outdated(letter: Waiting, choice: Choice, recipient: Recipient) -> str:
    moved = addresses.on_the_wire(recipient.address)[0] != letter.address
    if letter.is_over:
        return MOVED if moved and choice.edition and not letter.is_unwanted else ""
    if choice.edition != letter.edition:
        return choice.reason or f"gets {choice.edition} instead"
    return MOVED if moved and not letter.is_unwanted else ""
