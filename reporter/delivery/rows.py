"""The rows of the outbox: which changes there are, and each with its line of history.

Every function works inside its caller's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from reporter.delivered import Delivery, State, Verdict
from reporter.delivery.addresses import ENVELOPE
from reporter.delivery.records import Campaign, Change, same
from reporter.delivery.tables import deliveries, history, pauses
from reporter.errors import DeliveryError

LONGEST = 500
"""Characters of a server's words that are kept."""
PAGE = 1000
WAITING = frozenset({State.QUEUED, State.DEFERRED})
STAYED = WAITING | {State.FAILED, State.SUPPRESSED}
"""States of letters that certainly did not arrive."""
MOVES: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.QUEUED: frozenset({State.SENDING, State.SUPPRESSED, State.UNCERTAIN}),
        State.DEFERRED: frozenset({State.SENDING, State.SUPPRESSED, State.QUEUED, State.UNCERTAIN}),
        State.SENDING: frozenset(State) - {State.SENDING},
        State.UNCERTAIN: frozenset({State.SENT, State.QUEUED, State.DEFERRED, State.FAILED}),
        State.FAILED: frozenset({State.QUEUED, State.UNCERTAIN}),
        State.SUPPRESSED: frozenset({State.QUEUED}),
        State.SENT: frozenset(),
    }
)
"""What a row of a state may become; uncertain without being sent, where the outbox lost track."""
OUTCOMES: Mapping[Verdict, State] = MappingProxyType(
    {
        Verdict.SENT: State.SENT,
        Verdict.DEFERRED: State.DEFERRED,
        Verdict.FAILED: State.FAILED,
        Verdict.UNCERTAIN: State.UNCERTAIN,
        Verdict.HALTED: State.QUEUED,
    }
)
"""What a row becomes by what the channel said."""

_LINE = tuple(field.name for field in fields(Change))
_OWN = tuple(deliveries.c[field.name] for field in fields(Delivery))
_THIS = (deliveries.c.campaign == bindparam("of")) & (deliveries.c.client == bindparam("whose"))
_ROW = select(*_OWN).where(_THIS)
_STATES = (
    select(deliveries.c.client, deliveries.c.state)
    .where(deliveries.c.campaign == bindparam("of"))
    .where(deliveries.c.client.in_(bindparam("whose", expanding=True)))
    .order_by(deliveries.c.client)
    .with_for_update()
)
_MOVE = update(deliveries).where(_THIS)
_CLAIM = _MOVE.values(attempts=deliveries.c.attempts + 1)
_WITHDRAW = delete(deliveries).where(_THIS)
_LESS = _MOVE.values(attempts=deliveries.c.attempts - 1)
_NOTE = insert(history)
_LATER = deliveries.c.position > bindparam("after")
_COUNT = (
    select(deliveries.c.state, func.count())
    .where(deliveries.c.campaign == bindparam("of"))
    .group_by(deliveries.c.state)
)


# --- changing -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A row becomes what `change.after` says, if it is one of `allowed` now."""

    change: Change
    allowed: Collection[State]
    due: datetime | None = None


def move(connection: Connection, campaign: str, steps: Sequence[Step]) -> list[Step]:
    """Let rows of an edition take a step each, with its line of history.

    To become `sending` is one more attempt.

    Returns:
        The steps that were taken; the state of the other rows does not allow theirs.

    Raises:
        DeliveryError: there is no such row, or no such change.
    """
    if not steps:
        return []
    whose = [step.change.client for step in steps]
    asked = connection.execute(_STATES, {"of": campaign, "whose": whose})
    states = {client: State(state) for client, state in asked}
    done = [step for step in steps if _is_allowed(step, states)]
    if len({step.change.client for step in done}) < len(done):
        raise ValueError("a row takes one step at a time")
    changes = [replace(step.change, before=states[step.change.client].value) for step in done]
    for statement, is_claim in ((_MOVE, False), (_CLAIM, True)):
        new = [_new(step) for step in done if (step.change.after == State.SENDING) is is_claim]
        if new:
            connection.execute(statement, new)
    if changes:
        note(connection, *changes)
    return done


def move_all(connection: Connection, campaign: str, steps: Sequence[Step]) -> None:
    """Let rows take steps that all of them must be able to take.

    Raises:
        DeliveryError: one is in no state for it.
    """
    check_taken(connection, steps, move(connection, campaign, steps))


def check_taken(connection: Connection, steps: Sequence[Step], taken: Sequence[Step]) -> None:
    """See that steps were taken.

    Raises:
        DeliveryError: one was not: its row is in no state for it.
    """
    for step in steps:
        if step not in taken:
            change = step.change
            found = single(connection, change.campaign, change.client)
            before = found.state if found else State.SENT
            raise impossible(change.campaign, change.client, before, State(change.after))


def _is_allowed(step: Step, states: Mapping[str, State]) -> bool:
    """Whether a row's state is one that the step is taken from."""
    change, before = step.change, states.get(step.change.client)
    if before is None:
        raise unknown(change.campaign, change.client)
    if before in step.allowed and State(change.after) not in MOVES[before]:
        raise impossible(change.campaign, change.client, before, State(change.after))
    return before in step.allowed


def _new(step: Step) -> dict[str, Any]:
    change = step.change
    return {
        "of": change.campaign, "whose": change.client, "state": State(change.after).value,
        "changed": change.time, "due": step.due, "code": change.code,
        "enhanced": change.enhanced, "text": change.text[:LONGEST],
    }  # fmt: skip


def forget_attempt(connection: Connection, change: Change) -> None:
    """Take back what a claim counted."""
    connection.execute(_LESS, {"of": change.campaign, "whose": change.client})


def withdraw(connection: Connection, change: Change) -> bool:
    """Take out a row of a letter that never left; its history stays. False if there is none."""
    asked = {"of": change.campaign, "whose": [change.client]}
    found = connection.execute(_STATES, asked).first()
    before = found.state if found else None
    if before is None or State(before) not in STAYED:
        return False
    connection.execute(_WITHDRAW, {"of": change.campaign, "whose": change.client})
    note(connection, replace(change, before=before))
    return True


def note(connection: Connection, *changes: Change) -> None:
    """Lines of history."""
    lines = [{name: getattr(change, name) for name in _LINE} for change in changes]
    for line in lines:
        line["text"] = line["text"][:LONGEST]
    connection.execute(_NOTE, lines)


def add(connection: Connection, rows: Sequence[Delivery], now: datetime, by: str) -> int:
    """Enter those that are not there; how many these are."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insertion = dialect.insert(deliveries).on_conflict_do_nothing(
        index_elements=["campaign", "client"]
    )
    insertion = insertion.returning(deliveries.c.client)
    fresh = [
        Change(row.campaign, row.client, now, "", State.QUEUED.value, by=by)
        for row in rows
        if connection.execute(insertion, _entered(row, now)).scalar() is not None
    ]
    if fresh:
        note(connection, *fresh)
    return len(fresh)


def _entered(row: Delivery, now: datetime) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in fields(Delivery)}
    return values | {
        "state": State.QUEUED.value, "changed": now, "folded": same(row.address),
        "envelope": row.message_id.strip("<>")[:ENVELOPE].lower(), "text": row.text[:LONGEST],
    }  # fmt: skip


def sweep(connection: Connection, states: Collection[State], change: Change) -> int:
    """Make every row of these states what `change.after` says, and note each; how many.

    What a server said last is no word on them any more; to be queued is to be begun anew.
    """
    after = State(change.after)
    for before in states:
        if after not in MOVES[before]:
            raise impossible(change.campaign, "every client", before, after)
    due = change.time if after is State.QUEUED else None
    values = {
        "state": after.value, "changed": change.time, "due": due, "code": change.code,
        "enhanced": change.enhanced, "text": change.text,
    } | ({"attempts": 0} if after is State.QUEUED else {})  # fmt: skip
    chosen = (
        select(deliveries.c.client, deliveries.c.state)
        .where(deliveries.c.campaign == change.campaign, deliveries.c.state.in_(sorted(states)))
        .order_by(deliveries.c.client)
        .limit(PAGE)
        .with_for_update()
    )
    total = 0
    while found := connection.execute(chosen).all():
        connection.execute(
            _MOVE, [{"of": change.campaign, "whose": client, **values} for client, _ in found]
        )
        note(connection, *(replace(change, client=who, before=was) for who, was in found))
        total += len(found)
    return total


# --- reading ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Which:
    """Rows of an edition: of some states (none means any) and a stage (None means any)."""

    campaign: str
    states: Collection[State] = ()
    stage: int | None = None


def page(connection: Connection, which: Which, after: int, most: int) -> tuple[Delivery, ...]:
    """The rows behind a position, in order; those of one position are never parted."""
    asked = select(*_OWN).where(deliveries.c.campaign == which.campaign)
    if which.states:
        asked = asked.where(deliveries.c.state.in_(sorted(which.states)))
    if which.stage is not None:
        asked = asked.where(deliveries.c.stage == which.stage)
    order = (deliveries.c.position, deliveries.c.client)
    some = asked.where(_LATER).order_by(*order).limit(bindparam("most"))
    found = list(connection.execute(some, {"after": after, "most": most}).all())
    if len(found) < most:
        return tuple(map(_delivery, found))
    last = found[-1].position
    beside = asked.where(deliveries.c.position == bindparam("at")).order_by(*order)
    found = [row for row in found if row.position != last]
    return tuple(map(_delivery, [*found, *connection.execute(beside, {"at": last})]))


def single(connection: Connection, campaign: str, client: str) -> Delivery | None:
    """A client's row."""
    row = connection.execute(_ROW, {"of": campaign, "whose": client}).one_or_none()
    return None if row is None else _delivery(row)


def where(connection: Connection, column: str, value: str) -> tuple[Delivery, ...]:
    """The rows of which a column is this, the latest changed first."""
    asked = select(*_OWN).where(deliveries.c[column] == value)
    ordered = asked.order_by(deliveries.c.changed.desc(), deliveries.c.campaign)
    return tuple(map(_delivery, connection.execute(ordered)))


def clients(connection: Connection, campaign: str, after: str, most: int) -> tuple[str, ...]:
    """The ids behind one, in order."""
    asked = (
        select(deliveries.c.client)
        .where(deliveries.c.campaign == campaign, deliveries.c.client > after)
        .order_by(deliveries.c.client)
        .limit(most)
    )
    return tuple(str(client) for client in connection.execute(asked).scalars())


def counts(connection: Connection, campaign: str) -> dict[State, int]:
    """How many rows are in each state, those with none too."""
    found = {State(state): number for state, number in connection.execute(_COUNT, {"of": campaign})}
    return {state: found.get(state, 0) for state in State}


def campaigns(connection: Connection) -> tuple[Campaign, ...]:
    """Every edition in the outbox, the one changed last first."""
    begun = (
        select(func.min(history.c.time))
        .where(history.c.campaign == deliveries.c.campaign)
        .scalar_subquery()
    )
    paused = (
        select(pauses.c.paused).where(pauses.c.campaign == deliveries.c.campaign).scalar_subquery()
    )
    latest = func.max(deliveries.c.changed).label("latest")
    asked = select(
        deliveries.c.campaign,
        func.count(),
        begun,
        latest,
        func.coalesce(paused, False),
    ).group_by(deliveries.c.campaign)
    found = connection.execute(asked.order_by(latest.desc(), deliveries.c.campaign))
    return tuple(Campaign(*row) for row in found)


def span(connection: Connection, campaign: str) -> tuple[datetime | None, datetime | None]:
    """When the first and the last letter of an edition were sent; None where none was."""
    c = deliveries.c
    asked = select(func.min(c.changed), func.max(c.changed)).where(
        c.campaign == campaign, c.state == State.SENT.value
    )
    first, last = connection.execute(asked).one()
    return first, last


def lines(connection: Connection, campaign: str, client: str) -> tuple[Change, ...]:
    """The history of a row, the oldest line first."""
    columns = tuple(history.c[name] for name in _LINE)
    asked = (
        select(*columns)
        .where(history.c.campaign == campaign, history.c.client == client)
        .order_by(history.c.number)
    )
    return tuple(Change(*row) for row in connection.execute(asked))


def sent_to(connection: Connection, domain: str, since: datetime) -> int:
    """How many letters to a domain were sent since."""
    asked = select(func.count()).where(
        deliveries.c.domain == domain, deliveries.c.changed >= since,
        deliveries.c.state == State.SENT.value,
    )  # fmt: skip
    return int(connection.execute(asked).scalar_one())


def batches(rows: Iterator[Delivery], size: int) -> Iterator[tuple[Delivery, ...]]:
    """Rows, some at a time."""
    while some := tuple(islice(rows, size)):
        yield some


def _delivery(row: Row[Any]) -> Delivery:
    values = dict(row._mapping)  # noqa: SLF001  SQLAlchemy's public name for it
    return Delivery(**values | {"state": State(values["state"])})


# --- refusals -----------------------------------------------------------------------------------


def unknown(campaign: str, client: str) -> DeliveryError:
    """Nobody of this id is in the outbox of that edition."""
    message = f"there is no client {client!r} in the outbox of this edition."
    return DeliveryError(message, where=campaign, tip="See who is: reporter outbox list EDITION.")


def impossible(campaign: str, client: str, before: State, after: State) -> DeliveryError:
    """A row of that state does not become this."""
    message = f"what is {before} does not become {after} ({client})."
    return DeliveryError(message, where=campaign)
