"""A campaign from its order to its end: cleared, prepared whole, sent, told what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from reporter.archive.bulk import Reader
from reporter.channels.base import channels
from reporter.delivered import Delivery, Form, State
from reporter.delivery import campaign as plan
from reporter.delivery import clearance, pages, protecting, waiting
from reporter.delivery.addresses import domain, returning
from reporter.delivery.campaign import Campaign, Chooser, House, LeftOut, Order, Shares
from reporter.delivery.choosing import Asked, Why
from reporter.delivery.continuity import continuity
from reporter.delivery.earlier import LEFT, looked_up
from reporter.delivery.outcome import Outcome
from reporter.delivery.preparing import Prepared, Preparing
from reporter.delivery.rates import Pace
from reporter.delivery.sending import LEASE, WAITING, Progress, Sending, Tenure
from reporter.delivery.settings import Settings
from reporter.errors import DeliveryError, ReporterError, SpecError, UnsentError

if TYPE_CHECKING:
    from reporter.channels.base import Channel
    from reporter.delivery.clients import Roll
    from reporter.delivery.ledger import Ledger

Say = Callable[[str], None]


def _silent(_text: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Told:
    """Where a run tells how it goes: sentences, and how many of how many are done."""

    say: Say = _silent
    progress: Progress = lambda _done, _all, _what: None


@dataclass(slots=True)
class Dispatch:
    """One run of `send`.

    Args:
        house: what it works with.
        order: what is asked for.
        roll: the list of clients.
        ledger: the outbox.
        told: where it tells how it goes.
        outcome: what the run came to, also where something ended it after letters may have left.
    """

    house: House
    order: Order
    roll: Roll
    ledger: Ledger
    told: Told = field(default_factory=Told)
    outcome: Outcome | None = field(default=None, init=False)
    _first: set[str] = field(default_factory=set)

    def run(self) -> Outcome:
        """Prepare what is not prepared yet, and send what is not sent.

        Raises:
            ArchiveError: an edition is not there, or not what was filed.
            DeliveryError: it may not go out, nobody on the list gets it, somebody else is sending
                it, or the server takes nothing from this house.
            SpecError: the list or the order holds mistakes.
            WaitingError: it is approved for nobody.
            UnsentError: it was paused, or its time is over.
        """
        self._check_order()
        campaign = plan.planned(self.house, self.order)
        self.roll.check()
        aside = self._check_outbox(campaign)
        chooser = self._chooser(campaign)
        shares = chooser.shares(self.roll.recipients())
        self._check_somebody(campaign, shares)
        self._check_time(campaign, chooser)
        self._check_passwords(campaign, chooser)
        self._announce(campaign, shares)
        lease = self.ledger.lease(campaign.id, self.house.owner, self.house.clock.now(), LEASE)
        known = continuity(self.ledger, self.house.keys)
        tenure = Tenure(self.ledger, lease, self.house.clock, lambda: known.note(lease))
        try:
            restored = known.check(campaign.id, self.order.allowed)
            aside[campaign.id] |= restored
            return self._led(replace(campaign, aside=aside), chooser, shares, tenure)
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
        tenure.beat()
        try:
            outcome = self._whole_list(campaign, chooser, shares, tenure, sending)
        except BaseException:
            with suppress(ReporterError):  # what ended the run is what is told
                tenure.beat()
            raise
        tenure.beat()  # a copy that was made meanwhile is behind from now on
        return outcome

    def _whole_list(
        self, campaign: Campaign, chooser: Chooser, shares: Shares, tenure: Tenure, sending: Sending
    ) -> Outcome:
        """Everybody's letter is prepared, and then all are sent."""
        name = campaign.id
        self._withdraw(campaign, chooser, shares, tenure)
        before = self.ledger.counts(name)[State.SENT]
        with self._channel()(self.settings) as session:
            limit = session.limit
        preparing = Preparing(
            self.house, campaign, tenure, limit, self.told.progress, shares.total,
            chooser.earlier.replaces,
        )  # fmt: skip
        prepared = preparing.run(chooser.chosen(self.roll.recipients()))
        for edition in campaign.editions:  # nobody else prepared them meanwhile
            plan.check_outbox(self.house, self.ledger, name, edition)
        self._record_uses(campaign)
        made = partial(self._outcome, campaign, shares, prepared, before)
        try:
            outcome = self.outcome = made(waits=self._stages(sending))
        except BaseException:
            with suppress(ReporterError):  # what ended the run is what is told
                self.outcome = made(waits=False)
            raise
        if outcome.is_done and not outcome.waiting:
            for edition in campaign.editions:
                clearance.record_last(self.house.archive, edition, self.house.hand())
        return outcome

    def _outcome(
        self, campaign: Campaign, shares: Shares, prepared: Prepared, before: int, *, waits: bool
    ) -> Outcome:
        """What the run came to so far; `before`: so many had been sent when it began."""
        counts = self.ledger.counts(campaign.id)
        held_back = pages.every(self.ledger, campaign.id, (State.SUPPRESSED,))
        dead = sum(map(waiting.is_dead, held_back))
        sent = counts[State.SENT] - before
        return Outcome(campaign, shares, prepared, counts, sent, waits, dead)

    # --- what comes before --------------------------------------------------------------------

    def _check_order(self) -> None:
        if self.order.stage and self.settings.release is None and self.order.stage != plan.ALL:
            tip = "Give the settings a [release], or leave --stage away."
            raise SpecError("the settings know no staged release.", where="--stage", tip=tip)

    def _check_outbox(self, campaign: Campaign) -> dict[str, frozenset[str]]:
        """What is set aside for each edition, with what is for the outbox."""
        return {
            edition: aside
            | plan.check_outbox(self.house, self.ledger, campaign.id, edition, self.order.allowed)
            for edition, aside in campaign.aside.items()
        }

    def _check_somebody(self, campaign: Campaign, shares: Shares) -> None:
        """Refuse to send to nobody: a mistyped segment must not look like a success."""
        if shares.total or any(self.ledger.counts(campaign.id).values()):
            return
        reasons = Counter(one.reason for one in shares.left_out)
        told = "; ".join(f"{count:,} of them: {why}" for why, count in sorted(reasons.items()))
        message = f"nobody of the {len(shares.left_out):,} clients gets it. {told}".rstrip(". ")
        tip = "Look at the list (reporter clients check), or at whom it is approved for."
        raise DeliveryError(f"{message}.", where=campaign.id, tip=tip)

    def _check_time(self, campaign: Campaign, chooser: Chooser) -> None:
        """Refuse a time to end by that what is left to be sent cannot keep."""
        if self.order.finish_by is None:
            return
        done = (*LEFT, State.FAILED, State.SUPPRESSED)
        had = {row.client for row in pages.every(self.ledger, campaign.id, done)}
        chosen, release = chooser.chosen(self.roll.recipients()), self.settings.release
        first = release.first if release and self.order.stage == plan.FIRST else None
        domains = Counter(
            domain(one.address) for one, _ in islice(chosen, first) if one.id not in had
        )  # fmt: skip
        is_new = not any(self.ledger.counts(campaign.id).values())
        now = self.house.clock.now()
        plan.check_time(self.order, domains, self.settings, now, is_new=is_new)

    def _check_passwords(self, campaign: Campaign, chooser: Chooser) -> None:
        if self.settings.encrypt:
            had = set(self.ledger.clients(campaign.id))
            chosen = chooser.chosen(self.roll.recipients())
            forms = {Form.ATTACHED} if self.settings.link else {Form.ATTACHED, Form.LINKED}
            new = (one.id for one, _ in chosen if one.id not in had and one.form in forms)
            protecting.check(new, self.house.secrets.password)

    def _withdraw(
        self, campaign: Campaign, chooser: Chooser, shares: Shares, tenure: Tenure
    ) -> None:
        """Take back what an earlier run left waiting and is not what the client should get now."""
        found = waiting.found(self.ledger, campaign.id, campaign.listed)
        if not found:
            return
        reasons: Counter[str] = Counter()
        for client, why in waiting.outdated(found, chooser, self.roll.recipients()):
            tenure.keep()
            self.ledger.withdraw(tenure.lease, client, why, self.house.clock.now())
            reasons[why] += 1
            if why == waiting.UNLISTED:
                shares.left_out.append(LeftOut(client, "", Why.UNLISTED, why))
        for why, count in sorted(reasons.items()):
            self.told.say(f"{_letters(count)} of an earlier run withdrawn: the client {why}.")

    def _record_overrides(self, campaign: Campaign) -> None:
        why, hand = self.order.allowed.reason, self.house.hand()
        for edition, aside in campaign.aside.items():
            if aside:
                clearance.record_override(
                    self.house.archive, edition, set(aside), why, hand, self.ledger.identity
                )

    def _record_uses(self, campaign: Campaign) -> None:
        """Make up for a run that was killed between a letter and the record of its edition."""
        archive = self.house.archive
        for edition in campaign.editions:
            if not clearance.mailed_on(archive, edition) and self._was_sent(campaign.id, edition):
                self._on_sent(edition)

    def _was_sent(self, name: str, edition: str) -> bool:
        sent = pages.every(self.ledger, name, (State.SENT,))
        return any(row.edition == edition for row in sent)

    def _chooser(self, campaign: Campaign) -> Chooser:
        settings = self.settings
        why = clearance.lacking(self.house.archive)
        asked = Asked(self.order.segment, settings.allowed)
        before = looked_up(
            self.ledger, self.house.archive, campaign.edition, campaign.editions,
            campaign.corrected, (one.id for one in self.roll.recipients()),
        )  # fmt: skip

        def lacking(edition: str, audience: str, jurisdiction: str) -> str:
            return why(campaign.editions[edition], audience, jurisdiction)

        return Chooser(campaign.facts, asked, lacking, before)

    def _announce(self, campaign: Campaign, shares: Shares) -> None:
        for note in chain(campaign.notes, plan.crowded(shares.domains, self.settings)):
            self.told.say(note)

    # --- sending ------------------------------------------------------------------------------

    def _sending(self, campaign: Campaign, tenure: Tenure) -> Sending:
        bounces = self.settings.sender.bounces
        return Sending(
            tenure, self.settings, Pace(self.settings.rates), self._reading(),
            lambda row: returning(bounces, row.message_id.strip("<>")), campaign.listed,
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
            if not self.order.lingers and self.house.clock.now() < since + release.wait:
                return True
            self._wait(sending, since + release.wait, "the rest waits")
        self._whole(sending, None)
        return False

    def _whole(self, sending: Sending, stage: int | None) -> None:
        """Send all of a stage that is due, and what was deferred, as long as that is waited for."""
        sending.total = sending.done + self._count(sending, stage)
        self._once(sending, stage)
        last = self.house.clock.now() + self.order.patience
        while (due := sending.due_next(stage)) and due <= last:
            self._wait(sending, due, "deferred letters wait")
            self._once(sending, stage)

    def _wait(self, sending: Sending, moment: datetime, what: str) -> None:
        """Wait, and say so first: where no progress is shown, that would look like a standstill."""
        if moment > self.house.clock.now():
            self.told.say(f"{what.capitalize()} until {moment.astimezone(UTC):%H:%M:%S} UTC.")
        sending.wait_until(moment, what)

    def _once(self, sending: Sending, stage: int | None) -> None:
        states = (State.QUEUED, State.DEFERRED)
        if self.ledger.rows(sending.campaign, states, stage=stage, most=1):
            with self._channel()(self.settings) as session:
                sending.run(session, stage)

    def _count(self, sending: Sending, stage: int | None) -> int:
        """How many rows of a stage were never tried: what was doubted and settled is deferred."""
        rows = pages.every(self.ledger, sending.campaign, WAITING, stage)
        return sum(row.state is State.QUEUED or not row.attempts for row in rows)

    def _first_group_ended(self, sending: Sending) -> datetime | None:
        """When the last letter of the first group was taken."""
        first = pages.every(self.ledger, sending.campaign, (State.SENT,), 0)
        return max((row.changed for row in first if row.changed), default=None)

    @property
    def settings(self) -> Settings:
        """How the house delivers."""
        return self.house.settings

    def _channel(self) -> Channel:
        return channels.get(self.settings.channel)


def _letters(count: int) -> str:
    return "1 letter" if count == 1 else f"{count:,} letters"
