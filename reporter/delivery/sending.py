"""Letters leave: each is claimed, handed to the channel, and what became of it is written down.

Between claim and answer nobody knows what became of a letter. Whoever dies there leaves it claimed;
the next run makes it `uncertain`, and nothing sends it again by itself.

Server and disk are waited for at the same time: while a letter is on its way, what became of the
one before is written down and the next is claimed, in one transaction. So no letter leaves before
its claim is on the disk, and two at most are claimed at any moment.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reporter import interrupts
from reporter.archive.base import digest
from reporter.delivered import Answer, Delivery, Letter, State, Verdict
from reporter.delivery.backoff import judged
from reporter.delivery.clock import Clock
from reporter.delivery.rates import Pace
from reporter.delivery.records import Settled, Wanted
from reporter.delivery.relay import Relay, relayed
from reporter.delivery.settings import Settings
from reporter.delivery.turns import Turns
from reporter.errors import ArchiveError, DeliveryError, UnsentError

if TYPE_CHECKING:
    from reporter.channels.base import Session
    from reporter.delivery.ledger import Ledger
    from reporter.delivery.records import Lease

LEASE = 60.0  # seconds
RENEWED = 15.0  # seconds after which a lease is renewed
GLANCE = 0.5  # seconds between looks at what others want: a pause
PAGE = 200
WAITING = (State.QUEUED, State.DEFERRED)
FORGOTTEN = "the archive has forgotten the client"
_UNREADABLE = re.compile(r"[^\x20-\x7e]+")

Progress = Callable[[int, int, str], None]


@dataclass(slots=True)
class Tenure:
    """The right to send a campaign, held as long as somebody looks after it."""

    ledger: Ledger
    lease: Lease
    clock: Clock
    _kept: float = field(init=False)

    def __post_init__(self) -> None:
        self._kept = self.clock.ticks()

    def keep(self) -> None:
        """Renew, when it is time to.

        Raises:
            DeliveryError: it was lost; whoever has it now sends.
        """
        if self.clock.ticks() - self._kept >= RENEWED:
            self.ledger.renew(self.lease, self.clock.now(), LEASE)
            self._kept = self.clock.ticks()


@dataclass(slots=True)
class Sending:
    """One run over the rows of a campaign.

    Args:
        tenure: the right to send it.
        settings: how the house delivers.
        pace: how fast; one for all that a process sends.
        bytes_of: the exact bytes that the archive has of a row; None of a client it forgot.
        envelope: the address that returned mail of a row goes to.
        listed: what a client of it is subscribed to, by which addresses are suppressed.
        on_sent: told the edition of each letter that was taken.
        finish_by: when the run stops, whatever is left.
        progress: told how many are done, of how many, and how fast.
        total: how many there are to send, for `progress`.
    """

    tenure: Tenure
    settings: Settings
    pace: Pace
    bytes_of: Callable[[Delivery], bytes | None]
    envelope: Callable[[Delivery], str]
    listed: str
    on_sent: Callable[[str], None]
    finish_by: datetime | None = None
    progress: Progress = lambda _done, _all, _what: None
    total: int = 0
    done: int = 0
    _out: Delivery | None = None  # on its way
    _told: tuple[Delivery, Settled] | None = None  # answered, and not written down yet
    _claimed: Delivery | None = None  # not on its way yet
    _looked: float | None = None
    _begun: float | None = None

    # --- over the rows ------------------------------------------------------------------------

    def run(self, session: Session, stage: int | None = None) -> None:
        """Send every row that is due, of one stage or of all.

        Raises:
            DeliveryError: the server wants nothing from this house, or the lease was lost.
            UnsentError: it was paused, or its time is over.
        """
        turns = Turns(lambda after: self._page(after, stage), self.pace, self._is_due)
        with relayed(session) as relay:
            try:
                self._every(turns, relay)
            finally:
                with interrupts.held():
                    self._finish(relay)

    def _every(self, turns: Turns, relay: Relay) -> None:
        while True:
            self.look()
            row = turns.take(self.clock.ticks())
            if row or self._out or self._told:
                with interrupts.held():
                    self._step(relay, row)
            elif turns.is_over:
                return
            else:
                self.sleep(turns.wait(self.clock.ticks()))

    def due_next(self, stage: int | None = None) -> datetime | None:
        """When the first of the deferred letters is tried again; None where there is none."""
        first, after = None, -1
        while rows := self.ledger.rows(
            self.campaign, (State.DEFERRED,), stage=stage, after=after, most=PAGE
        ):
            after = rows[-1].position
            due = min((row.due for row in rows if row.due), default=None)
            first = min(filter(None, (first, due)), default=None)
        return first

    def wait_until(self, moment: datetime, what: str) -> None:
        """Wait, and look after the lease meanwhile.

        Raises:
            DeliveryError: the lease was lost.
            UnsentError: it was paused, or its time is over.
        """
        while (left := (moment - self.clock.now()).total_seconds()) > 0:
            self.look()
            self.progress(self.done, self.total, f"{what} ({_span(left)})")
            self.sleep(left)

    def sleep(self, seconds: float) -> None:
        """Sleep, but not longer than anybody may have to wait for an answer."""
        self.clock.sleep(max(0.0, min(seconds, GLANCE)))

    def look(self) -> bool:
        """See whether to go on: is the lease held, is it paused, is there time?

        Returns:
            Whether it was time to look again.

        Raises:
            DeliveryError: the lease was lost.
            UnsentError: it was paused, or its time is over.
        """
        ticks = self.clock.ticks()
        if self._looked is not None and ticks - self._looked < GLANCE:
            return False
        self._looked = ticks
        self.tenure.keep()
        if self.ledger.is_paused(self.campaign):
            tip = f"Go on: reporter outbox resume {self.campaign}, then send it again."
            raise UnsentError("is paused.", where=self.campaign, tip=tip)
        if self.finish_by and self.clock.now() >= self.finish_by:
            message = f"stopped at {self.finish_by:%Y-%m-%d %H:%M}, as told by --finish-by."
            raise UnsentError(message, where=self.campaign, tip="Send the rest: the same command.")
        return True

    # --- one letter ---------------------------------------------------------------------------

    def _step(self, relay: Relay, row: Delivery | None) -> None:
        """Claim a row while the letter before it is on its way; then hand its own over."""
        letter = self._letter(row) if row else None
        if row and letter is None:
            self._suppress(row, FORGOTTEN)
        self._write(row if letter else None)
        self._await(relay)
        if self._told and self._told[1].answer.verdict is Verdict.HALTED:
            self._write(None)
        if self._claimed and letter and self._may_leave(self._claimed):
            relay.hand_over(letter)
            self._out = self._claimed
        self._claimed = None

    def _write(self, row: Delivery | None) -> None:
        """Write down what is known of the last letter, and claim a row, if one is given."""
        if row is None and self._told is None:
            return
        wanted = Wanted(row.client, row.address, self.listed) if row else None
        settled = self._told[1] if self._told else None
        if self.ledger.go_on(self.tenure.lease, settled, wanted, self.clock.now()):
            self._claimed = row
        elif row:
            self._count(row)  # suppressed, or settled by hand meanwhile
        told, self._told = self._told, None
        if told:
            self._follow(told[0], told[1].answer, told[1].time)
            self._count(told[0])

    def _await(self, relay: Relay) -> None:
        """Wait for the answer to the letter on its way, and look after the lease meanwhile."""
        if self._out is None:
            return
        row = self._out
        while (answer := relay.answer(RENEWED)) is None:
            self.tenure.keep()
        self._out, now = None, self.clock.now()
        answer, due = judged(row, answer, self._since(row, now), now, self.settings.limits)
        self._told = (row, Settled(row.client, answer, now, due))

    def _may_leave(self, row: Delivery) -> bool:
        """Whether a claim still holds good: asked again where the letter before took its time."""
        if not self.look():
            return True
        why = self.ledger.is_suppressed(row.address, self.listed)
        if why:
            self._suppress(row, why)
        return not why

    def _suppress(self, row: Delivery, why: str) -> None:
        self.ledger.suppressed(self.tenure.lease, row.client, why, self.clock.now())
        self._count(row)

    def _finish(self, relay: Relay) -> None:
        """Leave nothing in the air, whatever ended the run: what never left waits again."""
        if self._claimed:
            row, self._claimed = self._claimed, None
            self.ledger.give_back(self.tenure.lease, row.client, self.clock.now())
        self._write(None)
        self._await(relay)
        self._write(None)

    def _since(self, row: Delivery, now: datetime) -> datetime:
        """When a row was queued: asked for those alone that were deferred before."""
        if not row.attempts:
            return now
        history = self.ledger.history(self.campaign, row.client)
        return history[0].time if history else now

    def _letter(self, row: Delivery) -> Letter | None:
        data = self.bytes_of(row)
        if data is None:
            return None
        if digest(data) != row.sha256:
            message = f"the message to client {row.client!r} is not the one that was prepared."
            tip = "See what was done to the archive: reporter archive verify."
            raise ArchiveError(message, where=row.edition, tip=tip)
        return Letter(row.client, row.edition, self.envelope(row), row.address, row.message_id,
                      data)  # fmt: skip

    def _follow(self, row: Delivery, answer: Answer, now: datetime) -> None:
        """What an answer means beside its own row."""
        if answer.verdict is Verdict.SENT:
            self.on_sent(row.edition)
        if answer.suppress:
            reason = f"the server says {told(answer, row.address)}"
            self.ledger.suppress(row.address, "*", reason, now, "send")
        if answer.verdict is Verdict.HALTED:
            message = f"the server takes nothing from this house: {told(answer, row.address)}"
            tip = "The letter stays queued. Mend it (reporter doctor --mail), then send again."
            raise DeliveryError(f"{message.rstrip('.')}.", where=self.campaign, tip=tip)

    def _count(self, row: Delivery) -> None:
        self.done += row.state is State.QUEUED
        ticks = self.clock.ticks()
        self._begun = ticks if self._begun is None else self._begun
        rate = (self.done - 1) / (ticks - self._begun) if ticks > self._begun else 0.0
        left = _span((self.total - self.done) / rate) if rate else ""
        words = f"{rate * 60:,.0f} a minute, {left} left" if left else ""
        self.progress(self.done, self.total, words)

    # --- what it stands on --------------------------------------------------------------------

    @property
    def ledger(self) -> Ledger:
        """The outbox."""
        return self.tenure.ledger

    @property
    def clock(self) -> Clock:
        """What time it is."""
        return self.tenure.clock

    @property
    def campaign(self) -> str:
        """The id of the edition that is sent."""
        return self.tenure.lease.campaign

    def _page(self, after: int, stage: int | None) -> tuple[Delivery, ...]:
        return self.ledger.rows(self.campaign, WAITING, stage=stage, after=after, most=PAGE)

    def _is_due(self, row: Delivery) -> bool:
        return row.state is State.QUEUED or row.due is None or row.due <= self.clock.now()


def told(answer: Answer, address: str = "") -> str:
    """A server's answer in a line, without the address that it is about."""
    text = answer.text
    for word in filter(None, (address, address.rpartition("@")[0])):
        text = re.sub(re.escape(word), "…", text, flags=re.IGNORECASE)
    text = _UNREADABLE.sub(" ", text.replace("…", "(address)"))[:200]
    return " ".join(filter(None, (str(answer.code or ""), answer.enhanced, text)))


def _span(seconds: float) -> str:
    """A length of time in words: `1:05:00`."""
    return str(timedelta(seconds=round(seconds)))
