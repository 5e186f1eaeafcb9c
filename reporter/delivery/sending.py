"""Letters leave: each is claimed, handed to the channel, and what became of it is written down.

Between claim and answer nobody knows what became of a letter. Whoever dies there leaves it claimed;
the next run makes it `uncertain`, and nothing sends it again by itself.

Server and disk are waited for at the same time: while letters are on their way, what became of
those before is written down and the next are claimed, in one transaction. So no letter leaves
before its claim is on the disk, and the slower the disk, the fewer times it is waited for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reporter import interrupts
from reporter.archive.base import digest
from reporter.delivered import Answer, Delivery, Letter, State, Verdict
from reporter.delivery.backoff import judged
from reporter.delivery.clock import Clock
from reporter.delivery.masking import MASK, without
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
AHEAD = 8
"""So many letters are claimed at most; a run that is killed leaves no more of them uncertain."""
PAGE = 200
WAITING = (State.QUEUED, State.DEFERRED)
FORGOTTEN = "the archive has forgotten the client"
_UNREADABLE = re.compile(r"[^\x20-\x7e]+")

Progress = Callable[[int, int, str], None]


@dataclass(slots=True)
class Tenure:
    """The right to send a campaign, held as long as somebody looks after it.

    `beat` is called as long as that is done: so the archive knows how far the outbox is.
    """

    ledger: Ledger
    lease: Lease
    clock: Clock
    beat: Callable[[], None] = lambda: None
    _kept: float = field(init=False)

    def __post_init__(self) -> None:
        self._kept = self.clock.ticks()

    def keep(self) -> None:
        """Renew, when it is time to, and have it noted that somebody is at work.

        Raises:
            DeliveryError: it was lost; whoever has it now sends.
        """
        if self.clock.ticks() - self._kept >= RENEWED:
            self.ledger.renew(self.lease, self.clock.now(), LEASE)
            self._kept = self.clock.ticks()
            self.beat()


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
    _told: list[tuple[Delivery, Settled]] = field(default_factory=list)  # not written down yet
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
            new = turns.some(self.clock.ticks(), AHEAD - len(relay))
            if new or relay or self._told:
                with interrupts.held():
                    self._write(relay, new)
                    self._hear(relay)
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

    def look(self) -> None:
        """See whether to go on: is the lease held, is it paused, is there time?

        Raises:
            DeliveryError: the lease was lost.
            UnsentError: it was paused, or its time is over.
        """
        ticks = self.clock.ticks()
        if self._looked is not None and ticks - self._looked < GLANCE:
            return
        self._looked = ticks
        self.tenure.keep()
        if self.ledger.is_paused(self.campaign):
            tip = f"Go on: reporter outbox resume {self.campaign}, then send it again."
            raise UnsentError("is paused.", where=self.campaign, tip=tip)
        if self.finish_by and self.clock.now() >= self.finish_by:
            message = f"stopped at {self.finish_by:%Y-%m-%d %H:%M}, as told by --finish-by."
            tip = "Send the rest: the same command, with a later time."
            raise UnsentError(message, where=self.campaign, tip=tip)

    # --- one letter ---------------------------------------------------------------------------

    def _write(self, relay: Relay, new: Sequence[Delivery] = ()) -> None:
        """Write down what is known by now, and claim rows, whose letters leave then."""
        letters = {row.client: letter for row in new if (letter := self._letter(row))}
        against = {row.client: "" if row.client in letters else FORGOTTEN for row in new}
        told, lease, now = self._told, self.tenure.lease, self.clock.now()
        if not told and not new:
            return
        settled = [one for _, one in told]
        claimed = self.ledger.go_on(lease, settled, Wanted(against, self.listed), now)
        self._told = []
        for row in new:
            if row.client in claimed:
                relay.take(row, letters.pop(row.client), self._still_may(row))  # each once
            else:
                self._count(row)  # suppressed, or settled by hand meanwhile
        for row, one in told:
            self._follow(row, one.answer, one.time)
            self._count(row)

    def _hear(self, relay: Relay) -> None:
        """Hear what became of letters; who never left waits again, if he wants it still."""
        stayed, now = [], self.clock.now()
        for row, answer in relay.answers(GLANCE):
            if answer is None:
                stayed.append(row)
                continue
            final = judged(row, answer, self._since(row, now), now, self.settings.limits)
            self._told.append((row, Settled(row.client, final[0], now, final[1])))
        for row in stayed:  # whatever hinders that, the answers are known
            self._give_back(row, now)

    def _give_back(self, row: Delivery, now: datetime) -> None:
        lease = self.tenure.lease
        if why := self.ledger.is_suppressed(row.address, self.listed):
            self.ledger.suppressed(lease, row.client, why, now)
        else:
            self.ledger.give_back(lease, row.client, now)

    def _still_may(self, row: Delivery) -> Callable[[], bool]:
        """Whether a claim holds good: asked again where the letters before it took their time."""
        since, lease = self.clock.ticks(), self.tenure.lease

        def may() -> bool:
            is_fresh = self.clock.ticks() - since < GLANCE
            return is_fresh or self.ledger.may_leave(lease, row.address, self.listed)

        return may

    def _finish(self, relay: Relay) -> None:
        """Leave nothing in the air, whatever ended the run."""
        relay.stop()
        try:
            while relay:
                self.tenure.keep()  # the last answer may take longer than a lease
                self._hear(relay)
        finally:
            self._write(relay)

    def _since(self, row: Delivery, now: datetime) -> datetime:
        """When a row was last made to wait by us: asked for those alone that were deferred."""
        if not row.attempts:
            return now
        history = self.ledger.history(self.campaign, row.client)
        queued = (line for line in history if line.after in WAITING)
        ours = (line.time for line in queued if line.before != State.SENDING)
        return max(ours, default=now)

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
    text = without(answer.text, address, MASK).replace("…", MASK)
    text = _UNREADABLE.sub(" ", text)[:200]
    return " ".join(filter(None, (str(answer.code or ""), answer.enhanced, text)))


def _span(seconds: float) -> str:
    """A length of time in words: `1:05:00`."""
    return str(timedelta(seconds=round(seconds)))
