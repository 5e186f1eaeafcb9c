"""A campaign from its order to its end: cleared, prepared whole, sent, told what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from reporter.archive.bulk import Reader
from reporter.channels.base import channels
from reporter.delivered import Delivery, State
from reporter.delivery import campaign as plan
from reporter.delivery import clearance
from reporter.delivery.addresses import on_the_wire
from reporter.delivery.campaign import Campaign, Chooser, House, Order, Shares
from reporter.delivery.choosing import Asked
from reporter.delivery.message import ENVELOPE
from reporter.delivery.preparing import Prepared, Preparing
from reporter.delivery.rates import Pace
from reporter.delivery.sending import LEASE, PAGE, Progress, Sending, Tenure
from reporter.delivery.settings import Settings
from reporter.errors import DeliveryError, SpecError, UnsentError

if TYPE_CHECKING:
    from reporter.channels.base import Channel
    from reporter.delivery.clients import Roll
    from reporter.delivery.ledger import Ledger
    from reporter.filed import Edition

Say = Callable[[str], None]


def _silent(_text: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Told:
    """Where a run tells how it goes: sentences, and how many of how many are done."""

    say: Say = _silent
    progress: Progress = lambda _done, _all, _what: None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to.

    `counts` are of every row of the campaign by state, whichever run sent it. `waiting`: the rest
    of a staged release is still to be sent, as it should be.
    """

    campaign: Campaign
    shares: Shares
    prepared: Prepared
    counts: Mapping[State, int]
    sent: int
    waiting: bool = False

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be sent, to be settled or to be looked into."""
        open_ = (State.FAILED, State.DEFERRED, State.UNCERTAIN, State.SENDING)
        queued = 0 if self.waiting else self.counts[State.QUEUED]
        return not queued and not any(self.counts[state] for state in open_)


@dataclass(slots=True)
class Dispatch:
    """One run of `send`.

    Args:
        house: what it works with.
        order: what is asked for.
        roll: the list of clients.
        ledger: the outbox.
        told: where it tells how it goes.
    """

    house: House
    order: Order
    roll: Roll
    ledger: Ledger
    told: Told = field(default_factory=Told)
    _first: set[str] = field(default_factory=set)

    def run(self) -> Outcome:
        """Prepare what is not prepared yet, and send what is not sent.

        Raises:
            ArchiveError: an edition is not there, or not what was filed.
            DeliveryError: it may not go out, somebody else is sending it, or the server takes
                nothing from this house.
            SpecError: the list or the order holds mistakes.
            WaitingError: it is approved for nobody.
            UnsentError: it was paused, or its time is over.
        """
        self._check_order()
        campaign = plan.planned(self.house, self.order)
        self.roll.check()
        self._check_outbox(campaign)
        chooser = self._chooser(campaign)
        shares = chooser.shares(self.roll.recipients())
        plan.check_time(self.order, shares.domains, self.settings, self.house.clock.now())
        self._announce(campaign, shares)
        lease = self.ledger.lease(campaign.id, self.house.owner, self.house.clock.now(), LEASE)
        tenure = Tenure(self.ledger, lease, self.house.clock)
        try:
            return self._led(campaign, chooser, shares, tenure)
        finally:
            self.ledger.release(lease)

    def _led(self, campaign: Campaign, chooser: Chooser, shares: Shares, tenure: Tenure) -> Outcome:
        """The run while it holds the lease."""
        name, clock = campaign.id, self.house.clock
        if count := self.ledger.recover(tenure.lease, clock.now()):
            self.told.say(f"{_letters(count)} of a run that was killed may have been taken: see "
                          f"reporter outbox reconcile {name}.")  # fmt: skip
        sending = self._sending(campaign, tenure)
        sending.look()  # paused, or out of time: nothing is prepared
        self._record_overrides(campaign)
        before = self.ledger.counts(name)[State.SENT]
        with self._channel()(self.settings) as session:
            limit = session.limit
        preparing = Preparing(self.house, campaign, tenure, limit, self.told.progress, shares.total)
        prepared = preparing.run(chooser.chosen(self.roll.recipients()))
        self._record_uses(campaign)
        waiting = self._stages(sending)
        counts = self.ledger.counts(name)
        outcome = Outcome(
            campaign, shares, prepared, counts, counts[State.SENT] - before, waiting
        )  # fmt: skip
        if outcome.is_done and not waiting:
            for edition in campaign.editions:
                clearance.record_last(self.house.archive, edition, self.house.hand())
        return outcome

    # --- what comes before --------------------------------------------------------------------

    def _check_order(self) -> None:
        if self.order.stage and self.settings.release is None and self.order.stage != plan.ALL:
            tip = "Give the settings a [release], or leave --stage away."
            raise SpecError("the settings know no staged release.", where="--stage", tip=tip)

    def _check_outbox(self, campaign: Campaign) -> None:
        rows = sum(self.ledger.counts(campaign.id).values())
        allowed, archive = self.order.allowed, self.house.archive
        aside = clearance.check_outbox(archive, campaign.edition, rows, allowed)
        if aside:
            self._override(campaign.id, aside)

    def _record_overrides(self, campaign: Campaign) -> None:
        for edition, aside in campaign.aside.items():
            if aside:
                self._override(edition, set(aside))

    def _override(self, edition: str, aside: set[str]) -> None:
        why, hand = self.order.allowed.reason, self.house.hand()
        clearance.record_override(self.house.archive, edition, aside, why, hand)

    def _record_uses(self, campaign: Campaign) -> None:
        """Make up for a run that was killed between a letter and the record of its edition."""
        archive = self.house.archive
        for edition in campaign.editions:
            if not clearance.mailed_on(archive, edition) and self._was_sent(campaign.id, edition):
                self._on_sent(edition)

    def _was_sent(self, name: str, edition: str) -> bool:
        after = -1
        while rows := self.ledger.rows(name, (State.SENT,), after=after, most=PAGE):
            after = rows[-1].position
            if any(row.edition == edition for row in rows):
                return True
        return False

    def _chooser(self, campaign: Campaign) -> Chooser:
        settings = self.settings
        why = clearance.lacking(self.house.archive)
        asked = Asked(self.order.segment, settings.allowed)
        only = self._had(campaign.corrected) if campaign.corrected else None
        others = f"was not sent {campaign.corrected.id}" if campaign.corrected else ""

        def lacking(edition: str, audience: str, jurisdiction: str) -> str:
            return why(campaign.editions[edition], audience, jurisdiction)

        return Chooser(campaign.facts, asked, lacking, only, others)

    def _had(self, old: Edition) -> dict[str, str]:
        """Who was sent an edition: with nothing; who may have been: with why he must wait."""
        found, after = {}, -1
        states = (State.SENT, State.UNCERTAIN, State.SENDING)
        while rows := self.ledger.rows(old.id, states, after=after, most=PAGE):
            after = rows[-1].position
            for row in rows:
                why = f"may have been sent {old.id}: settle that first (reporter outbox reconcile)"
                found[row.client] = "" if row.state is State.SENT else why
        if not found:
            message = "was sent to nobody by this outbox, so nobody is told of a correction."
            raise DeliveryError(message, where=old.id, tip="Send the new one without --corrects.")
        return found

    def _announce(self, campaign: Campaign, shares: Shares) -> None:
        for note in chain(campaign.notes, plan.crowded(shares.domains, self.settings)):
            self.told.say(note)

    # --- sending ------------------------------------------------------------------------------

    def _sending(self, campaign: Campaign, tenure: Tenure) -> Sending:
        return Sending(
            tenure, self.settings, Pace(self.settings.rates), self._reading(),
            lambda row: envelope(row, self.settings.sender.bounces), campaign.edition.slug,
            self._on_sent, self.order.finish_by, self.told.progress,
        )  # fmt: skip

    def _reading(self) -> Callable[[Delivery], bytes | None]:
        """What gives the exact bytes of a row's message; opened when it is first asked."""
        reader = Reader(self.house.archive)

        def read(row: Delivery) -> bytes | None:
            owner = self.house.keys.client(row.client)
            if owner is None or owner.handle != row.handle:
                return None
            found = reader.file(owner, row.edition, row.file)
            if found is None:
                message = f"the message to client {row.client!r} is not in the archive."
                tip = "See what was done to it: reporter archive verify."
                raise DeliveryError(message, where=row.edition, tip=tip)
            return found.data

        return read

    def _on_sent(self, edition: str) -> None:
        if edition not in self._first:
            clearance.record_first(self.house.archive, edition, self.house.hand())
            self._first.add(edition)

    def _stages(self, sending: Sending) -> bool:
        """Send what the order's stage says; whether a rest is left that is not to be sent now."""
        stage, release = self.order.stage, self.settings.release
        rest = self._count(sending, 1)
        if release is None or stage == plan.ALL or not rest:
            self._whole(sending, None)
            return False
        if stage == plan.REST and self._count(sending, 0):
            tip = "Send it first: --stage first."
            raise DeliveryError("the first group is not sent yet.", where="--stage", tip=tip)
        if stage != plan.REST:
            self._whole(sending, 0)
            if stage == plan.FIRST:
                return True
            since = self._first_group_ended(sending)
            if since is None:
                message = "nobody of the first group was sent it, so the rest waits."
                tip = "See why: reporter outbox list. To go on all the same: --stage rest."
                raise UnsentError(message, where=sending.campaign, tip=tip)
            sending.wait_until(since + release.wait, "the rest waits")
        self._whole(sending, None)
        return False

    def _whole(self, sending: Sending, stage: int | None) -> None:
        """Send all of a stage that is due, and what was deferred, as long as that is waited for."""
        sending.total = sending.done + self._count(sending, stage)
        self._once(sending, stage)
        last = self.house.clock.now() + self.order.patience
        while (due := sending.due_next(stage)) and due <= last:
            sending.wait_until(due, "deferred letters wait")
            self._once(sending, stage)

    def _once(self, sending: Sending, stage: int | None) -> None:
        states = (State.QUEUED, State.DEFERRED)
        if self.ledger.rows(sending.campaign, states, stage=stage, most=1):
            with self._channel()(self.settings) as session:
                sending.run(session, stage)

    def _count(self, sending: Sending, stage: int | None) -> int:
        """How many rows of a stage are queued."""
        count, after = 0, -1
        while rows := self.ledger.rows(
            sending.campaign, (State.QUEUED,), stage=stage, after=after, most=PAGE
        ):
            after, count = rows[-1].position, count + len(rows)
        return count

    def _first_group_ended(self, sending: Sending) -> datetime | None:
        """When the last letter of the first group was taken."""
        latest, after = None, -1
        while rows := self.ledger.rows(
            sending.campaign, (State.SENT,), stage=0, after=after, most=PAGE
        ):
            after = rows[-1].position
            changed = max((row.changed for row in rows if row.changed), default=None)
            latest = max(filter(None, (latest, changed)), default=None)
        return latest

    @property
    def settings(self) -> Settings:
        """How the house delivers."""
        return self.house.settings

    def _channel(self) -> Channel:
        return channels.get(self.settings.channel)


def envelope(row: Delivery, bounces: str) -> str:
    """The address that returned mail of a row goes to."""
    local, _, domain = on_the_wire(bounces)[0].rpartition("@")
    return f"{local}+{row.message_id.strip('<>')[:ENVELOPE]}@{domain}"


def check(outcome: Outcome) -> None:
    """Refuse to call a run done that is not.

    Raises:
        UnsentError: some are failed, deferred, uncertain or queued.
    """
    if not outcome.is_done:
        told = ", ".join(f"{count:,} {state}" for state, count in outcome.counts.items() if count)
        name = outcome.campaign.id
        tip = f"See which: reporter outbox list {name}."
        raise UnsentError(f"not all are sent: {told}.", where=name, tip=tip)


def _letters(count: int) -> str:
    return "1 letter" if count == 1 else f"{count:,} letters"
