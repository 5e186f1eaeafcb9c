"""What a run of sending came to, and whether anything is left to be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reporter.delivered import State
from reporter.delivery.campaign import Campaign, Shares
from reporter.delivery.choosing import Why
from reporter.delivery.preparing import Prepared
from reporter.errors import UnsentError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to.

    `counts` are of every row of the campaign by state, whichever run sent it. `waiting`: the rest
    of a staged release is still to be sent, as it should be. `dead` is how many were held back
    because nothing gets through to their address.
    """

    campaign: Campaign
    shares: Shares
    prepared: Prepared
    counts: Mapping[State, int]
    sent: int
    waiting: bool = False
    dead: int = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be sent, to be settled or to be looked into."""
        open_ = (State.FAILED, State.DEFERRED, State.UNCERTAIN, State.SENDING)
        queued = 0 if self.waiting else self.counts[State.QUEUED]
        is_open = queued or self.dead or any(self.counts[state] for state in open_)
        return not is_open and self.shares.is_settled


def check(outcome: Outcome) -> None:
    """Refuse to call a run done that is not.

    Raises:
        UnsentError: some are failed, deferred, uncertain or queued.
    """
    if not outcome.is_done:
        told = ", ".join(f"{count:,} {state}" for state, count in outcome.counts.items() if count)
        if unsettled := sum(one.why == Why.UNSETTLED for one in outcome.shares.left_out):
            told = f"{told}, {unsettled:,} who may have been sent what is corrected".lstrip(", ")
        name = outcome.campaign.id
        if outcome.dead:
            told = f"{told} ({outcome.dead:,} because nothing gets through to their address)"
        tip = f"See which: reporter outbox list {name}. {_next(outcome)}".rstrip()
        raise UnsentError(f"not all are sent: {told}.", where=name, tip=tip)


def _next(outcome: Outcome) -> str:
    """What is to be done about what is not sent, as far as sending again does not settle it."""
    if outcome.counts[State.UNCERTAIN]:
        return f"Settle what is uncertain: reporter outbox reconcile {outcome.campaign.id}."
    if outcome.dead or outcome.counts[State.FAILED]:
        return "Where an address is wrong, correct it in the list of clients and send again."
    return ""
