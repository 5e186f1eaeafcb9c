"""A campaign as it would be, for those who look at it first: as files, or mailed to one address.

Nothing of it is filed or entered in the outbox, and no client gets anything. It may be looked at
before it is approved. Its links to unsubscribe are of another key, so they are nobody's.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from reporter import durable
from reporter.archive import approval
from reporter.archive.base import Archive
from reporter.archive.clients import Client
from reporter.channels.base import channels
from reporter.channels.folder import safe
from reporter.delivered import Recipient, Verdict
from reporter.delivery import addresses, clearance, earlier, pages, tokens
from reporter.delivery import campaign as plan
from reporter.delivery.campaign import Campaign, Chooser, House, Order, Shares
from reporter.delivery.choosing import Asked, Choice, Why
from reporter.delivery.continuity import continuity
from reporter.delivery.dispatch import Told
from reporter.delivery.earlier import Earlier
from reporter.delivery.message import Message, compose
from reporter.delivery.rates import Pace
from reporter.delivery.records import EVERYTHING
from reporter.delivery.sending import told as words_of
from reporter.delivery.stationery import Stationery, stationery
from reporter.errors import DeliveryError, OutputError, SpecError

if TYPE_CHECKING:
    from reporter.delivery.clients import Roll
    from reporter.delivery.ledger import Ledger

SAMPLE = "[Sample] "
OWNER_ONLY = 0o600
UNWANTED = "his address gets no mail: see reporter outbox suppressions"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a sender may do before he sends; the arguments are `Dispatch`'s.

    The outbox, where there is one, is only read: who has the edition, who wants no mail, whom a
    correction concerns.
    """

    house: House
    order: Order
    roll: Roll
    told: Told = field(default_factory=Told)
    ledger: Ledger | None = None

    def to_folder(self, folder: Path) -> Shares:
        """Write every message to a folder, a file a client, readable by its owner alone.

        Raises:
            OutputError: the folder holds something else, or cannot be written.
        """
        campaign, chooser, shares = self._planned(to_clients=True)
        _empty(folder)
        composed, chosen = self._composer(campaign, chooser), chooser.chosen(self.roll.recipients())
        for done, (recipient, edition) in enumerate(chosen, 1):
            owner = self.house.keys.client(recipient.id) or _nobody(recipient.id)
            made = composed(recipient, owner, edition)
            _write(folder / f"{safe(recipient.id)}.eml", made.letter.data)
            self.told.progress(done, shares.total, "written")
        return shares

    def to_address(self, address: str, count: int) -> int:
        """Mail the messages of so many clients to one address, marked as samples; how many went.

        Raises:
            SpecError: the address is none, or mail may not go to its domain.
            DeliveryError: the server does not take one.
        """
        self._check(address)
        campaign, chooser, _ = self._planned(to_clients=False)
        sent, settings, clock = 0, self.house.settings, self.house.clock
        composed = self._composer(campaign, chooser, SAMPLE)
        pace, domain = Pace(settings.rates), addresses.domain(address)
        with channels.get(settings.channel)(settings) as session:
            chosen = chooser.chosen(self.roll.recipients())
            for recipient, edition in islice(chosen, count):
                his = replace(recipient, address=address)
                made = composed(his, _nobody(recipient.id), edition)
                clock.sleep(pace.ready(domain, clock.ticks()))
                pace.took(domain, clock.ticks())
                answer = session.send(made.letter)
                if answer.verdict is not Verdict.SENT:
                    message = f"a sample was not taken: {words_of(answer, address)}".rstrip(".")
                    raise DeliveryError(f"{message}.", where=campaign.id)
                sent += 1
                self.told.progress(sent, count, "sent")
        return sent

    def _planned(self, *, to_clients: bool) -> tuple[Campaign, Chooser, Shares]:
        campaign = plan.planned(self.house, self.order, rehearsal=True)
        self.roll.check()
        before = self._before(campaign)
        if to_clients and self.ledger:
            before = replace(before, barred=self._barred(self.ledger, campaign))
        chooser = Chooser(campaign.facts, self._asked(), self._lacking(campaign), before)
        shares = chooser.shares(self.roll.recipients())
        for note in campaign.notes:
            self.told.say(note)
        return campaign, chooser, shares

    def _before(self, campaign: Campaign) -> Earlier:
        if self.ledger is None:
            return earlier.NOTHING
        archive = self.house.archive
        try:
            for edition in campaign.editions:
                plan.check_outbox(self.house, self.ledger, campaign.id, edition)
            continuity(self.ledger, self.house.keys).check(campaign.id)
        except DeliveryError as error:
            self.told.say(f"It would not be sent: {error}")
        return earlier.looked_up(
            self.ledger, archive, campaign.edition, campaign.editions, campaign.corrected,
            (one.id for one in self.roll.recipients()),
        )  # fmt: skip

    def _barred(self, ledger: Ledger, campaign: Campaign) -> dict[str, Choice]:
        """Who would be sent nothing by now: he has it, or his address wants no mail."""
        listed = {campaign.listed, EVERYTHING}
        is_any = any(one.listed in listed for one in ledger.suppressions())
        barred = {
            row.client: Choice("", Why.HAD, f"was sent {row.edition} before, or may have been")
            for row in pages.every(ledger, campaign.id, earlier.LEFT)
        }
        for one in self.roll.recipients() if is_any else ():
            owner = self.house.keys.client(one.id)
            address, handle = addresses.on_the_wire(one.address)[0], owner.handle if owner else ""
            if ledger.is_suppressed(address, campaign.listed, handle):
                barred[one.id] = Choice("", Why.SUPPRESSED, UNWANTED)
        return barred

    def _asked(self) -> Asked:
        return Asked(self.order.segment, self.house.settings.allowed)

    def _lacking(self, campaign: Campaign) -> Callable[[str, str, str], str]:
        """Why some get nothing: as when it is sent, unless it is approved for nobody yet."""
        archive = self.house.archive
        why = clearance.lacking(archive)
        waiting = {name for name in campaign.editions if not _readers(archive, name)}
        for name in sorted(waiting):
            self.told.say(f"{name} is approved for nobody yet; this is how it would be.")

        def lacking(edition: str, audience: str, jurisdiction: str) -> str:
            if edition in waiting:
                return ""
            return why(campaign.editions[edition], audience, jurisdiction)

        return lacking

    def _composer(
        self, campaign: Campaign, chooser: Chooser, mark: str = ""
    ) -> Callable[[Recipient, Client, str], Message]:
        house = self.house
        paper = cache(lambda edition, old: self._paper(campaign, edition, old, mark))
        secrets = replace(house.secrets, unsubscribing=tokens.TRIAL)

        def made(recipient: Recipient, owner: Client, edition: str) -> Message:
            now, old = house.clock.now(), chooser.earlier.replaces(recipient.id, edition)
            return compose(
                paper(edition, old), recipient, owner, secrets, date=now, campaign=campaign.id
            )  # fmt: skip

        return made

    def _paper(self, campaign: Campaign, edition: str, old: str, mark: str) -> Stationery:
        archive = self.house.archive
        corrected = archive.edition(old) if old else None
        made = stationery(archive, edition, self.house.settings, corrected=corrected)
        return replace(made, subject=mark + made.subject, listed=campaign.listed)

    def _check(self, address: str) -> None:
        try:
            addresses.checked(address)
        except ValueError as error:
            raise SpecError(str(error), where="--to") from error
        allowed = self.house.settings.allowed
        if allowed and addresses.domain(address) not in allowed:
            message = "is in no domain that mail may go to, by the settings."
            raise SpecError(message, where="--to", tip=f"Those are: {', '.join(allowed)}.")


def _readers(archive: Archive, name: str) -> bool:
    return bool(approval.standing(archive, name).readers)


def _nobody(client_id: str) -> Client:
    """A client as no archive knows him, so that a sample's links are nobody's."""
    return Client(hashlib.sha256(b"sample\0" + client_id.encode()).digest())


def _empty(folder: Path) -> None:
    """Make a folder, and take away what an earlier dry run wrote.

    Raises:
        OutputError: it holds something else, or cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = list(folder.iterdir())
        if any(path.suffix != ".eml" or not path.is_file() for path in there):
            message, tip = "holds other things than messages.", "Name another: --to-folder DIR."
            raise OutputError(message, where=str(folder), tip=tip)
        for path in there:
            path.unlink()
    except OSError as error:
        why = durable.why(error)
        raise OutputError(f"cannot be written: {why}.", where=str(folder)) from error


def _write(path: Path, data: bytes) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as to:
            to.write(data)
    except OSError as error:
        why = durable.why(error)
        raise OutputError(f"cannot be written: {why}.", where=str(path)) from error
