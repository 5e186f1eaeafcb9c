"""Addresses and clients that want no mail, and what was returned from addresses.

An address is suppressed as itself, folded; a client as `handle:` and what the archive calls him.
The latter holds for every address that he was ever to be sent mail at, and for those to come: who
unsubscribed stays so when his address changes.

Every function works inside its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import (
    ColumnElement,
    Text,
    bindparam,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from reporter.delivered import State
from reporter.delivery.records import EVERYTHING, Suppression, same
from reporter.delivery.tables import deliveries, returns, suppressions

_C = suppressions.c
_VALID = _C.lifted.is_(None)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
MOST = 100
"""Returns of one address that are looked at."""
_CLIENT = "handle:"


def client(handle: str) -> str:
    """A client as one who is suppressed, whatever his address."""
    return f"{_CLIENT}{handle}"


def is_client(name: str) -> bool:
    """Whether a name is a client's and not an address."""
    return name.startswith(_CLIENT)


def _of(address: str, listed: str) -> ColumnElement[bool]:
    return (_C.address == same(address)) & (_C.listed == listed) & _VALID


def _reached_by(address: ColumnElement[str]) -> ColumnElement[bool]:
    """Suppressed as this address, which is folded, or as a client who has it."""
    of = deliveries.c
    clients = select(literal(_CLIENT) + of.handle).where(of.folded == address)
    return _C.address.in_(select(address).union_all(clients))


_WHOM = bindparam("whom", type_=Text)
_REASON = (
    select(_C.reason)
    .where(_reached_by(_WHOM), _C.listed.in_((bindparam("listed"), EVERYTHING)), _VALID)
    .order_by(_C.number)
    .limit(1)
)
_MINE, _OTHERS = deliveries.alias("mine"), deliveries.alias("others")
_ASKED = (_MINE.c.campaign == bindparam("of")) & _MINE.c.client.in_(
    bindparam("whose", expanding=True)
)
_NAMES = union_all(
    select(_MINE.c.client, _MINE.c.folded.label("name")).where(_ASKED),
    select(_MINE.c.client, (literal(_CLIENT) + _OTHERS.c.handle).label("name"))
    .join(_OTHERS, _OTHERS.c.folded == _MINE.c.folded)
    .where(_ASKED),
).subquery()
"""As what clients may be suppressed: by their addresses, and as each client who had those."""
_REASONS = (
    select(_NAMES.c.client, _C.reason)
    .join(suppressions, _C.address == _NAMES.c.name)
    .where(_C.listed.in_((bindparam("listed"), EVERYTHING)), _VALID)
    .order_by(_C.number.desc())
)
_LIFT = update(suppressions).where(_reached_by(_WHOM), _C.listed == bindparam("of"), _VALID)


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
    """Let mail go there again, to every client of the address; False where none was suppressed."""
    values = {"whom": same(address), "of": listed, "lifted": now, "lifted_by": by}
    return bool(connection.execute(_LIFT, values).rowcount)


def reason(connection: Connection, address: str, listed: str, handle: str = "") -> str:
    """Why an address gets no mail of a brief, or the client of a handle; empty where it does."""
    for whom in (same(address), client(handle))[: 1 + bool(handle)]:
        found = connection.execute(_REASON, {"whom": whom, "listed": listed}).scalar()
        if found is not None:
            return found or "suppressed"
    return ""


def reasons(
    connection: Connection, campaign: str, clients: Sequence[str], listed: str
) -> dict[str, str]:
    """Which of these clients of an edition get no mail of a brief, and why."""
    asked = {"of": campaign, "whose": list(clients), "listed": listed}
    return {client: why or "suppressed" for client, why in connection.execute(_REASONS, asked)}


def every(connection: Connection) -> tuple[Suppression, ...]:
    """All that hold, the oldest first: a client by his addresses, if the outbox knows one."""
    of = deliveries.c
    known = select(of.handle, of.folded).distinct().subquery()
    his = known.c.handle == func.substr(_C.address, len(_CLIENT) + 1)
    whom = func.coalesce(known.c.folded, _C.address)
    asked = (
        select(whom, _C.listed, _C.reason, _C.time, _C.by)
        .select_from(suppressions.outerjoin(known, his & _C.address.startswith(_CLIENT)))
        .where(_VALID)
        .order_by(_C.number, known.c.folded)
    )
    return tuple(Suppression(*row) for row in connection.execute(asked))


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
