"""The outbox: one row a client and edition, and what became of each.

Whatever a method changes is committed when it returns, with a line of history in the same
transaction. What a sender writes carries his lease and has no effect once that was lost. A row goes
its way as `rows.MOVES` says and no other: above all, what is `sent` stays sent, and what is
`uncertain` is settled by evidence or by a person, never sent again by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sqlalchemy.engine import Connection

from reporter.delivered import Answer, Delivery, State
from reporter.delivery import claims, leases, rows, suppressions
from reporter.delivery.connecting import Database, connected
from reporter.delivery.records import Campaign, Change, Holder, Lease, Settled, Suppression, Wanted
from reporter.errors import DeliveryError

T = TypeVar("T")
NOBODY = Wanted({}, "")
BATCH = 500
"""Rows that are entered in one transaction."""
RETRIED = frozenset({State.FAILED, State.DEFERRED})
WITHDRAWN, DOUBTED = "withdrawn", "doubted"
"""What the history calls a row that was taken out, and an edition of an outbox put back."""
DOUBTFUL = rows.WAITING | {State.FAILED}
"""What may have been sent since a copy of the outbox was made that takes its place."""
RETRIABLE = RETRIED | {State.SUPPRESSED}
SETTLED = frozenset({State.SENT, State.QUEUED, State.DEFERRED, State.FAILED})
"""What an uncertain row may be said to be."""


@contextmanager
def opened(url: str, folder: Path, *, must_exist: bool = False) -> Iterator[Ledger]:
    """The outbox at a URL, made where there is none.

    Args:
        url: SQLAlchemy's, such as `sqlite:///outbox.sqlite`.
        folder: what the path of an SQLite file is relative to.
        must_exist: whether it is refused where there is none.

    Raises:
        DeliveryError: it cannot be opened, or is no outbox of this program.
    """
    with connected(url, folder, must_exist=must_exist) as database:
        yield Ledger(database)


class Ledger:
    """An open outbox; made by `opened`. Every method raises DeliveryError for a failing database.

    It may be used by several threads, one after the other; another process opens its own.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.where = database.where
        self.identity = database.identity

    # --- who sends ------------------------------------------------------------------------------

    def lease(self, campaign: str, owner: str, now: datetime, seconds: float = 60) -> Lease:
        """The right to send an edition, for so many seconds.

        Raises:
            DeliveryError: another one has it.
        """
        with self._database.writing() as connection:
            return leases.take(connection, campaign, owner, now, seconds)

    def renew(self, lease: Lease, now: datetime, seconds: float = 60) -> None:
        """Keep it for so many seconds more.

        Raises:
            DeliveryError: it was lost.
        """
        with self._database.writing() as connection:
            leases.renew(connection, lease, now, seconds)

    def release(self, lease: Lease) -> None:
        """Let it go; nothing where it was lost."""
        with self._database.writing() as connection:
            leases.release(connection, lease)

    def holder(self, campaign: str, now: datetime) -> Holder | None:
        """Who is sending an edition, and until when he has the right; None where nobody is."""
        with self._database.reading() as connection:
            return leases.holder(connection, campaign, now)

    def beat(self, lease: Lease, least: int = 0) -> int:
        """Count that a sender goes on, beyond `least`: how far, which a copy does not follow.

        Raises:
            DeliveryError: the lease was lost.
        """
        with self._database.writing() as connection:
            return leases.beat(connection, lease, least)

    def beats(self, campaigns: Iterable[str]) -> dict[str, int]:
        """How far senders of editions counted; 0 of those that are unknown."""
        return self._read(lambda c: leases.beats(c, campaigns))

    # --- what is to be sent ---------------------------------------------------------------------

    def queue(self, lease: Lease, new: Iterable[Delivery], now: datetime) -> int:
        """Enter rows as queued; one that is there stays as it is. How many were new.

        The rows are drawn outside a transaction, some hundred at a time: to make them may take its
        time.

        Raises:
            DeliveryError: the lease was lost, or a row is of another edition.
        """
        total = 0
        for batch in rows.batches(iter(new), BATCH):
            if any(row.campaign != lease.campaign for row in batch):
                raise DeliveryError("a row is of another edition.", where=lease.campaign)
            with self._database.writing() as connection:
                leases.check(connection, lease)
                total += rows.add(connection, batch, now, lease.owner)
        return total

    def clients(self, campaign: str) -> Iterator[str]:
        """The ids of an edition's clients, in order."""
        after = ""
        while found := self._read(lambda c: rows.clients(c, campaign, after, rows.PAGE)):  # noqa: B023
            yield from found
            after = found[-1]

    def rows(
        self, campaign: str, states: Collection[State] = (), *, stage: int | None = None,
        after: int = -1, most: int = rows.PAGE,
    ) -> tuple[Delivery, ...]:  # fmt: skip
        """Rows behind a position, in order, about so many: those of one position stay together.

        Args:
            campaign: the edition.
            states: of one of these; none means any.
            stage: of this group of a staged release.
            after: the last position that was seen.
            most: how many.
        """
        which = rows.Which(campaign, states, stage)
        return self._read(lambda c: rows.page(c, which, after, most))

    def row(self, campaign: str, client: str) -> Delivery | None:
        """A client's row."""
        return self._read(lambda c: rows.single(c, campaign, client))

    def by_message(self, message_id: str) -> Delivery | None:
        """The row of a message."""
        found = self._read(lambda c: rows.where(c, "message_id", message_id))
        return found[0] if found else None

    def by_envelope(self, token: str) -> Delivery | None:
        """The row whose returns go to an address with this token; whatever its capitals."""
        found = self._read(lambda c: rows.where(c, "envelope", token.lower()))
        return found[0] if found else None

    def by_handle(self, handle: str) -> tuple[Delivery, ...]:
        """All rows of a client, by what the archive calls him; the latest first."""
        return self._read(lambda c: rows.where(c, "handle", handle))

    # --- sending --------------------------------------------------------------------------------

    def claim(self, lease: Lease, client: str, now: datetime) -> bool:
        """Make a waiting row `sending`; False where it does not wait.

        Raises:
            DeliveryError: the lease was lost, or there is no such row.
        """
        with self._database.writing() as connection:
            leases.check(connection, lease)
            begun = rows.Step(claims.begun(lease, client, now), rows.WAITING)
            return bool(rows.move(connection, lease.campaign, [begun]))

    def settle(
        self, lease: Lease, client: str, answer: Answer, now: datetime, due: datetime | None = None
    ) -> None:
        """Say what became of a claimed row; what halted the run waits as before.

        Args:
            lease: the sender's.
            client: whose row.
            answer: the channel's.
            now: the time.
            due: when a deferred one is tried again.

        Raises:
            DeliveryError: the lease was lost, or the row was not being sent.
        """
        self.go_on(lease, [Settled(client, answer, now, due)], NOBODY, now)

    def go_on(
        self, lease: Lease, settled: Iterable[Settled], wanted: Wanted, now: datetime
    ) -> frozenset[str]:
        """Settle rows and claim others, in one transaction: the disk is waited for once.

        Whoever wants no mail by now becomes `suppressed` instead.

        Returns:
            Which clients' letters may leave: those that are claimed.

        Raises:
            DeliveryError: the lease was lost, one was not being sent, or one is not there. Nothing
                is written then.
        """
        with self._database.writing() as connection:
            leases.check(connection, lease)
            return claims.go_on(connection, lease, settled, wanted, now)

    def may_leave(self, lease: Lease, address: str, listed: str) -> bool:
        """Whether a letter that was claimed a while ago may leave: it is wanted, nothing paused.

        Raises:
            DeliveryError: the lease was lost.
        """
        with self._database.reading() as connection:
            leases.look(connection, lease)
            stopped = leases.is_paused(connection, lease.campaign)
            return not (stopped or suppressions.reason(connection, address, listed))

    def give_back(self, lease: Lease, client: str, now: datetime) -> None:
        """Let a claimed row wait again whose letter was never handed over: no attempt was made.

        Raises:
            DeliveryError: the lease was lost, or the row was not being sent.
        """
        with self._database.writing() as connection:
            leases.check(connection, lease)
            claims.give_back(connection, lease, client, now)

    def suppressed(self, lease: Lease, client: str, reason: str, now: datetime) -> None:
        """Say that a row's address wants no mail, before it was handed over.

        Raises:
            DeliveryError: the lease was lost, or the row is done with.
        """
        refused = claims.begun(lease, client, now, reason)
        step = rows.Step(refused, {State.SENDING, *rows.WAITING})
        with self._database.writing() as connection:
            leases.check(connection, lease)
            rows.move_all(connection, lease.campaign, [step])

    def withdraw(self, lease: Lease, client: str, reason: str, now: datetime) -> bool:
        """Take out a row whose letter never left, so that another may be made; False if none is.

        Raises:
            DeliveryError: the lease was lost.
        """
        change = Change(
            lease.campaign, client, now, "", WITHDRAWN, text=reason, by=lease.owner
        )  # fmt: skip
        with self._database.writing() as connection:
            leases.check(connection, lease)
            return rows.withdraw(connection, change)

    def recover(self, lease: Lease, now: datetime) -> int:
        """Make what an earlier sender left `sending` uncertain: it may have been taken."""
        text = "the sender ended before it knew what became of it"
        change = Change(lease.campaign, "", now, "", State.UNCERTAIN, text=text, by=lease.owner)
        with self._database.writing() as connection:
            leases.check(connection, lease)
            return rows.sweep(connection, {State.SENDING}, change)

    def doubt(self, lease: Lease, now: datetime) -> int:
        """Make what may have left since the outbox was copied uncertain; how many.

        Raises:
            DeliveryError: the lease was lost.
        """
        text = "the outbox was put back from a copy: it may have been sent since"
        change = Change(lease.campaign, "", now, "", State.UNCERTAIN, text=text, by=lease.owner)
        with self._database.writing() as connection:
            leases.check(connection, lease)
            rows.note(connection, replace(change, after=DOUBTED))
            return rows.sweep(connection, DOUBTFUL, change)

    # --- settling -------------------------------------------------------------------------------

    def resolve(  # noqa: PLR0913, PLR0917  a word of somebody: of what, what, why, when, who
        self, campaign: str, client: str, state: State, reason: str, now: datetime, by: str
    ) -> None:
        """Say what an uncertain row is, by evidence or on somebody's word.

        Sent is final; queued and deferred are sent again, by the next `send`.

        Raises:
            DeliveryError: the row is not uncertain, or cannot become this.
        """
        if state not in SETTLED:
            raise rows.impossible(campaign, client, State.UNCERTAIN, state)
        code = 250 if state is State.SENT else 0
        change = Change(campaign, client, now, "", state, code, text=reason, by=by)
        due = now if state in rows.WAITING else None
        with self._database.writing() as connection:
            rows.move_all(connection, campaign, [rows.Step(change, {State.UNCERTAIN}, due)])

    def retry(self, campaign: str, states: Collection[State], now: datetime, by: str) -> int:
        """Queue what failed, was deferred or suppressed again, due at once; how many.

        Raises:
            DeliveryError: other states are asked for: sent and uncertain ones are never retried.
        """
        for state in states:
            if state not in RETRIABLE:
                raise rows.impossible(campaign, "every client", state, State.QUEUED)
        change = Change(campaign, "", now, "", State.QUEUED, text="retry", by=by)
        with self._database.writing() as connection:
            return rows.sweep(connection, states, change)

    # --- looking --------------------------------------------------------------------------------

    def counts(self, campaign: str) -> dict[State, int]:
        """How many rows of an edition are in each state; every state is there."""
        return self._read(lambda c: rows.counts(c, campaign))

    def campaigns(self) -> tuple[Campaign, ...]:
        """The editions in the outbox, the one that changed last first."""
        return self._read(rows.campaigns)

    def history(self, campaign: str, client: str) -> tuple[Change, ...]:
        """What befell a row, the oldest first; with no client: what befell the edition."""
        return self._read(lambda c: rows.lines(c, campaign, client))

    def span(self, campaign: str) -> tuple[datetime | None, datetime | None]:
        """When the first and the last letter of an edition were sent; None where none was."""
        return self._read(lambda c: rows.span(c, campaign))

    def delivered_since(self, domain: str, since: datetime) -> int:
        """How many letters were sent to a domain since, of all editions."""
        return self._read(lambda c: rows.sent_to(c, domain, since))

    # --- pausing --------------------------------------------------------------------------------

    def pause(self, campaign: str, now: datetime, by: str) -> bool:
        """Have senders of an edition stop after the letter in hand; False where they did."""
        return self._set_paused(campaign, now, by, paused=True)

    def resume(self, campaign: str, now: datetime, by: str) -> bool:
        """Let an edition be sent again; False where nothing held it."""
        return self._set_paused(campaign, now, by, paused=False)

    def is_paused(self, campaign: str) -> bool:
        """Whether somebody paused it."""
        return self._read(lambda c: leases.is_paused(c, campaign))

    def _set_paused(self, campaign: str, now: datetime, by: str, *, paused: bool) -> bool:
        with self._database.writing() as connection:
            if not leases.set_paused(connection, campaign, paused=paused):
                return False
            after = "paused" if paused else "resumed"
            rows.note(connection, Change(campaign, "", now, "", after, by=by))
        return True

    # --- addresses that want none ---------------------------------------------------------------

    def suppress(self, address: str, listed: str, reason: str, now: datetime, by: str) -> bool:
        """Have an address get no more of a brief (its slug), or of any (`*`); False where so."""
        new = Suppression(address, listed, reason, now, by)
        with self._database.writing() as connection:
            return suppressions.add(connection, new)

    def is_suppressed(self, address: str, listed: str, handle: str = "") -> str:
        """Why an address, or the client of a handle, gets no mail of a brief; empty if it does."""
        return self._read(lambda c: suppressions.reason(c, address, listed, handle))

    def suppressions(self) -> tuple[Suppression, ...]:
        """Every one that holds, the oldest first."""
        return self._read(suppressions.every)

    def lift(self, address: str, listed: str, now: datetime, by: str) -> bool:
        """Let mail go to an address again; False where it was not suppressed for that brief."""
        with self._database.writing() as connection:
            return suppressions.lift(connection, address, listed, now, by)

    def bounced(self, address: str, hard: bool, key: str, now: datetime) -> int:  # noqa: FBT001
        """Note a returned mail, once for each key; how many soft ones came in a row."""
        with self._database.writing() as connection:
            return suppressions.bounced(connection, address, hard=hard, key=key, now=now)

    def note(self, change: Change) -> None:
        """Add a line to a row's history that leaves the row as it is: its message came back."""
        with self._database.writing() as connection:
            rows.note(connection, change)

    def _read(self, question: Callable[[Connection], T]) -> T:
        with self._database.reading() as connection:
            return question(connection)
