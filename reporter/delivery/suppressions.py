"""Addresses that want no mail, and what was returned from addresses.

Every function works inside its caller's transaction. Addresses are compared folded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from reporter.delivered import State
from reporter.delivery.records import EVERYTHING, Suppression, same
from reporter.delivery.tables import deliveries, returns, suppressions

_C = suppressions.c
_VALID = _C.lifted.is_(None)
_REASON = (
    select(_C.reason)
    .where(_C.address == bindparam("whose"), _C.listed.in_((bindparam("of"), EVERYTHING)), _VALID)
    .order_by(_C.number)
    .limit(1)
)
_REASONS = (
    select(deliveries.c.client, _C.reason)
    .join(deliveries, deliveries.c.folded == _C.address)
    .where(_C.listed.in_((bindparam("listed"), EVERYTHING)), _VALID)
    .where(deliveries.c.campaign == bindparam("of"))
    .where(deliveries.c.client.in_(bindparam("whose", expanding=True)))
    .order_by(_C.number.desc())
)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MOST = 100
"""Returns of one address that are looked at."""


def _of(address: str, listed: str) -> ColumnElement[bool]:
    return (_C.address == same(address)) & (_C.listed == listed) & _VALID


def add(connection: Connection, new: Suppression) -> bool:
    """Suppress an address; False where it was."""
    asked = select(_C.number).where(_of(new.address, new.listed)).limit(1)
    if connection.execute(asked).scalar() is not None:
        return False
    values = {
        "address": same(new.address), "listed": new.listed, "reason": new.reason,
        "time": new.time, "by": new.by, "lifted": None, "lifted_by": "",
    }  # fmt: skip
    connection.execute(insert(suppressions), values)
    return True


def lift(connection: Connection, address: str, listed: str, now: datetime, by: str) -> bool:
    """Let mail go there again; False where it was not suppressed so."""
    change = update(suppressions).where(_of(address, listed)).values(lifted=now, lifted_by=by)
    return bool(connection.execute(change).rowcount)


def reason(connection: Connection, address: str, listed: str) -> str:
    """Why an address gets no mail of a brief; empty where it does."""
    found = connection.execute(_REASON, {"whose": same(address), "of": listed}).scalar()
    return "" if found is None else found or "suppressed"


def reasons(
    connection: Connection, campaign: str, clients: Sequence[str], listed: str
) -> dict[str, str]:
    """Which of these clients of an edition get no mail of a brief, and why."""
    asked = {"of": campaign, "whose": list(clients), "listed": listed}
    return {client: why or "suppressed" for client, why in connection.execute(_REASONS, asked)}


def every(connection: Connection) -> tuple[Suppression, ...]:
    """All that hold, the oldest first."""
    asked = select(_C.address, _C.listed, _C.reason, _C.time, _C.by).where(_VALID)
    return tuple(Suppression(*row) for row in connection.execute(asked.order_by(_C.number)))


def bounced(connection: Connection, address: str, *, hard: bool, key: str, now: datetime) -> int:
    """Note a return, once however often it is told; how many soft ones came in a row.

    A letter that was sent in between and did not come back ends a row, and so does lifting a
    suppression.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insertion = dialect.insert(returns).on_conflict_do_nothing(index_elements=["key"])
    values = {"key": key, "address": same(address), "hard": hard, "time": now}
    connection.execute(insertion, values)
    return _in_a_row(connection, same(address))


def _in_a_row(connection: Connection, address: str) -> int:
    lifted = select(func.max(_C.lifted)).where(_C.address == address)
    since = connection.execute(lifted).scalar() or EARLIEST
    asked = (
        select(returns.c.time, returns.c.hard)
        .where(returns.c.address == address, returns.c.time > since)
        .order_by(returns.c.time.desc())
        .limit(MOST)
    )
    total = 0
    later: datetime | None = None
    for time, hard in connection.execute(asked):
        if hard or (later and _letters(connection, address, time, later) > 1):
            break
        total, later = total + 1, time
    return total


def _letters(connection: Connection, address: str, after: datetime, until: datetime) -> int:
    """How many letters were sent to an address in a while."""
    c = deliveries.c
    asked = select(func.count()).where(
        c.folded == address, c.state == State.SENT.value, c.changed > after, c.changed <= until
    )
    return int(connection.execute(asked).scalar_one())
