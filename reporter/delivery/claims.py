"""What a sender writes down: which rows he takes in hand, and what became of those that he had.

Every function works inside its caller's transaction, in which the lease was checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from reporter.delivered import State
from reporter.delivery import rows, suppressions
from reporter.delivery.records import Change, Lease, Settled, Wanted


def go_on(
    connection: Connection, lease: Lease, settled: Iterable[Settled], wanted: Wanted, now: datetime
) -> frozenset[str]:
    """Say what became of claimed rows, and claim waiting ones or suppress those that want no mail.

    Returns:
        The clients of the rows that are claimed now.

    Raises:
        DeliveryError: one to be settled was not being sent, or one is not there.
    """
    against = _against(connection, lease, wanted)
    ended = [rows.Step(_outcome(lease, one), {State.SENDING}, one.due) for one in settled]
    new = [rows.Step(begun(lease, one, now, why), rows.WAITING) for one, why in against.items()]
    taken = rows.move(connection, lease.campaign, [*ended, *new])
    rows.check_taken(connection, ended, taken)
    return frozenset(step.change.client for step in taken if step.change.after == State.SENDING)


def _against(connection: Connection, lease: Lease, wanted: Wanted) -> dict[str, str]:
    """What speaks against each client's letter; mostly nothing."""
    if not wanted.clients:
        return {}
    found = suppressions.reasons(connection, lease.campaign, [*wanted.clients], wanted.listed)
    return {client: why or found.get(client, "") for client, why in wanted.clients.items()}


def give_back(connection: Connection, lease: Lease, client: str, now: datetime) -> None:
    """Let a claimed row wait again, as if it had not been claimed.

    Raises:
        DeliveryError: it was not being sent.
    """
    change = replace(begun(lease, client, now), after=State.QUEUED, text="not handed over")
    rows.move_all(connection, lease.campaign, [rows.Step(change, {State.SENDING})])
    rows.forget_attempt(connection, change)


def begun(lease: Lease, client: str, now: datetime, against: str = "") -> Change:
    """A sender takes a row in hand: it is claimed, or suppressed if anything speaks against it."""
    after = State.SUPPRESSED if against else State.SENDING
    return Change(lease.campaign, client, now, "", after, text=against or "claimed", by=lease.owner)


def _outcome(lease: Lease, settled: Settled) -> Change:
    answer = settled.answer
    return Change(
        lease.campaign, settled.client, settled.time, "", rows.OUTCOMES[answer.verdict],
        answer.code, answer.enhanced, answer.text, lease.owner,
    )  # fmt: skip
