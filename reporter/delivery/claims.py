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


def settle(connection: Connection, lease: Lease, settled: Iterable[Settled]) -> None:
    """Say what became of claimed rows.

    Raises:
        DeliveryError: one was not being sent.
    """
    steps = [rows.Step(_outcome(lease, one), {State.SENDING}, one.due) for one in settled]
    rows.move_all(connection, lease.campaign, steps)


def claim(connection: Connection, lease: Lease, wanted: Wanted, now: datetime) -> frozenset[str]:
    """Claim waiting rows, and suppress those that want no mail; the clients of those claimed.

    Raises:
        DeliveryError: there is no such row.
    """
    if not wanted.clients:
        return frozenset()
    found = suppressions.reasons(connection, lease.campaign, [*wanted.clients], wanted.listed)
    against = {client: why or found.get(client, "") for client, why in wanted.clients.items()}
    steps = [rows.Step(begun(lease, one, now, why), rows.WAITING) for one, why in against.items()]
    moved = rows.move(connection, lease.campaign, steps)
    return frozenset(client for client in moved if not against[client])


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
