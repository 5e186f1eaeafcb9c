"""Who sends an edition, one at a time, and how far. A lease that was lost writes nothing any more.

Whether a lease is over is judged by the time its caller brings; whether a write counts, by the
lease's token alone, in the transaction of the write itself. So a clock that jumps can make somebody
wait, or end a lease early, but never gives two senders.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.engine import Connection

from reporter.delivery.records import Holder, Lease
from reporter.delivery.tables import about, leases, pauses
from reporter.errors import DeliveryError

_OF = leases.c.campaign == bindparam("of")
_READ = select(leases.c.owner, leases.c.token, leases.c.expires).where(_OF)
_TOKEN = select(leases.c.token).where(_OF)
_SHARED = _TOKEN.with_for_update(read=True)
_CHANGE = update(leases).where(_OF)
_CALLED = about.c.name == bindparam("called")
_BEAT = select(about.c.value).where(_CALLED)
_ON = update(about).where(_CALLED)


def take(connection: Connection, campaign: str, owner: str, now: datetime, seconds: float) -> Lease:
    """A new lease, with a higher token than any before.

    Raises:
        DeliveryError: another one holds it.
    """
    until = now + timedelta(seconds=seconds)
    row = connection.execute(_READ.with_for_update(), {"of": campaign}).one_or_none()
    if row is None:
        values = {"campaign": campaign, "owner": owner, "token": 1, "expires": until}
        connection.execute(insert(leases), values)
        return Lease(campaign, owner, 1)
    if row.expires is not None and row.expires > now:
        message = (
            f"somebody else is sending this edition ({row.owner}, until {_told(row.expires)})."
        )
        tip = "Wait for the end; who was killed loses the right at that time."
        raise DeliveryError(message, where=campaign, tip=tip)
    token = row.token + 1
    values = {"owner": owner, "token": token, "expires": until}
    connection.execute(_CHANGE, {"of": campaign, **values})
    return Lease(campaign, owner, token)


def renew(connection: Connection, lease: Lease, now: datetime, seconds: float) -> None:
    """Hold it longer; never shorter than it was promised, whatever the clock says now.

    Raises:
        DeliveryError: it was lost.
    """
    check(connection, lease)
    row = connection.execute(_READ.with_for_update(), {"of": lease.campaign}).one()
    until = max(now + timedelta(seconds=seconds), row.expires or now)
    connection.execute(_CHANGE, {"of": lease.campaign, "expires": until})


def release(connection: Connection, lease: Lease) -> None:
    """Let it go, so that the next one need not wait; nothing where it was lost."""
    mine = _CHANGE.where(leases.c.token == bindparam("held"))
    values = {"token": lease.token + 1, "expires": None}
    connection.execute(mine, {"of": lease.campaign, "held": lease.token, **values})


def check(connection: Connection, lease: Lease) -> None:
    """See that nobody took it over; nobody can until this transaction is over.

    Raises:
        DeliveryError: somebody did, or it was let go.
    """
    look(connection, lease, _SHARED)


def look(connection: Connection, lease: Lease, asked: Select[Any] = _TOKEN) -> None:
    """See that nobody took it over until now.

    Raises:
        DeliveryError: somebody did, or it was let go.
    """
    found = connection.execute(asked, {"of": lease.campaign}).scalar()
    if found != lease.token:
        message = "the right to send this edition was lost to somebody else."
        tip = "Nothing more is sent from here: see reporter outbox status."
        raise DeliveryError(message, where=lease.campaign, tip=tip)


def holder(connection: Connection, campaign: str, now: datetime) -> Holder | None:
    """Who sends it at present; None where nobody does."""
    row = connection.execute(_READ, {"of": campaign}).one_or_none()
    if row is None or row.expires is None or row.expires <= now:
        return None
    return Holder(row.owner, row.expires)


def beat(connection: Connection, lease: Lease, least: int) -> int:
    """Count that a sender goes on: one more than before, and than `least`; how many these are.

    The number only grows, and a copy of the outbox keeps the one that it was made with.

    Raises:
        DeliveryError: the lease was lost.
    """
    check(connection, lease)
    called = _beat_of(lease.campaign)
    before = connection.execute(_BEAT, {"called": called}).scalar()
    number = max(int(before or 0), least) + 1
    if before is None:
        connection.execute(insert(about), {"name": called, "value": str(number)})
    else:
        connection.execute(_ON, {"called": called, "value": str(number)})
    return number


def beats(connection: Connection, campaigns: Iterable[str]) -> dict[str, int]:
    """How far senders of editions counted; 0 of those that the outbox does not know."""
    found = {name: connection.execute(_BEAT, {"called": _beat_of(name)}) for name in campaigns}
    return {name: int(value.scalar() or 0) for name, value in found.items()}


def _beat_of(campaign: str) -> str:
    """What an edition's count is called, where names are short."""
    return f"beat {hashlib.sha256(campaign.encode()).hexdigest()[:15]}"


def is_paused(connection: Connection, campaign: str) -> bool:
    """Whether somebody paused it."""
    asked = select(pauses.c.paused).where(pauses.c.campaign == campaign)
    return bool(connection.execute(asked).scalar())


def set_paused(connection: Connection, campaign: str, *, paused: bool) -> bool:
    """Pause it or let it go on; False where it is so."""
    if is_paused(connection, campaign) == paused:
        return False
    done = pauses.update().where(pauses.c.campaign == campaign).values(paused=paused)
    if not connection.execute(done).rowcount:
        connection.execute(pauses.insert(), {"campaign": campaign, "paused": paused})
    return True


def _told(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")
