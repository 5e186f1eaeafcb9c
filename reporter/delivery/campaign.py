"""What is sent: one edition, the variants of it that some clients get instead, what it corrects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from reporter.archive.base import Archive, Hand
from reporter.archive.clients import Keys
from reporter.archive.contents import brief_left, word
from reporter.archive.naming import found
from reporter.delivered import Recipient
from reporter.delivery import addresses, choosing, clearance, earlier
from reporter.delivery.choosing import Asked, Choice, Why
from reporter.delivery.clearance import Allowance, spoken
from reporter.delivery.clock import Clock
from reporter.delivery.earlier import Earlier
from reporter.delivery.message import Secrets
from reporter.delivery.settings import Rates, Settings, Variant
from reporter.errors import DeliveryError, ReporterError, SpecError
from reporter.filed import Edition
from reporter.registry import nearest

if TYPE_CHECKING:
    from reporter.delivery.ledger import Ledger

NOBODY: Mapping[str, int] = MappingProxyType({})
ALL, FIRST, REST = "all", "first", "rest"
STAGES = (FIRST, REST, ALL)


@dataclass(frozen=True, slots=True)
class House:
    """What a sender works with: where editions and clients' keys lie, how mail leaves, who he is.

    `actor` is the person, `owner` the process, as the lease of an edition names it.
    """

    archive: Archive
    keys: Keys
    settings: Settings
    secrets: Secrets = field(repr=False)
    clock: Clock
    actor: str
    owner: str
    late: bool = False

    def hand(self) -> Hand:
        """Who does something to the archive, now."""
        return Hand(self.actor, self.clock.now(), self.late)


@dataclass(frozen=True, slots=True)
class Order:
    """What a sender asks for.

    `edition` and `corrects` are ids. `stage` is empty (as the settings say), or one of `STAGES`.
    Letters that were deferred are waited for as long as `patience` after the last other one; the
    rest of a staged release as long as the settings say, unless the run is not to linger.
    """

    edition: str
    segment: str = ""
    corrects: str = ""
    stage: str = ""
    finish_by: datetime | None = None
    patience: timedelta = timedelta(minutes=10)
    allowed: Allowance = clearance.NOTHING
    lingers: bool = True


@dataclass(frozen=True, slots=True)
class Campaign:
    """An edition that may go out, and what belongs to it.

    `listed` is the slug that clients unsubscribe from. `editions` has the edition and its variants
    by id, a correction no variants: whoever was sent one of them is told of its own correction.
    `aside` is what was set aside for each. `notes` say why a variant does not go out.
    """

    edition: Edition
    listed: str
    facts: choosing.Campaign
    editions: Mapping[str, Edition]
    corrected: Edition | None = None
    aside: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of the edition that is sent."""
        return self.edition.id


def planned(house: House, order: Order, *, rehearsal: bool = False) -> Campaign:
    """What an order comes to; for a rehearsal, whether it may go out is not asked.

    Raises:
        ArchiveError: an edition is not there, or not what was filed.
        DeliveryError: it may not go out.
        WaitingError: it is approved for nobody.
    """
    archive, settings = house.archive, house.settings
    edition = archive.edition(order.edition)
    corrected = _corrected(archive, edition, order.corrects)
    listed = _listed(settings, edition, is_correction=corrected is not None)
    variants = () if corrected else variants_of(settings, edition.slug)
    aside = {} if rehearsal else {edition.id: frozenset(_cleared(house, order, edition))}
    editions, slugs, notes = {edition.id: edition}, {}, []
    for variant in variants:
        try:
            one = _variant(archive, edition, variant.slug)
            if not rehearsal:
                aside[one.id] = frozenset(_cleared(house, order, one))
        except ReporterError as error:
            notes.append(f"the variant {variant.slug} goes to nobody: {error}")
        else:
            editions[one.id], slugs[variant.slug] = one, one.id
    brand = word(brief_left(archive, edition).get("brand"))
    facts = choosing.Campaign(edition.id, brand, variants, slugs)
    told = tuple(dict.fromkeys(notes))
    return Campaign(edition, listed, facts, editions, corrected, aside, told)


def check_outbox(
    house: House, ledger: Ledger, campaign: str, edition: str,
    allowed: Allowance = clearance.NOTHING,
) -> set[str]:  # fmt: skip
    """Refuse an outbox that is not the one an edition's letters were prepared with.

    Args:
        house: whose archive knows that.
        ledger: the outbox.
        campaign: what is sent.
        edition: the same, or a variant of it.
        allowed: what may be set aside; the names of what was are given back.

    Raises:
        DeliveryError: it is another one, or a new one.
    """
    is_empty = edition == campaign and not any(ledger.counts(campaign).values())
    outbox = clearance.Outbox(ledger.identity, ledger.where, is_empty, house.settings.file)
    return clearance.check_outbox(house.archive, edition, outbox, allowed)


def variants_of(settings: Settings, slug: str) -> tuple[Variant, ...]:
    """What the settings have some clients get instead of a brief."""
    return tuple(one for one in settings.variants if one.of == slug)


def _listed(settings: Settings, edition: Edition, *, is_correction: bool) -> str:
    """The slug that clients unsubscribe from: of a variant, that of the brief it stands in for.

    Raises:
        DeliveryError: a variant is to be sent by itself, to those too who get the brief.
    """
    brief = next((one.of for one in settings.variants if one.slug == edition.slug), "")
    if brief and not is_correction:
        message = f"is a variant of {brief}, by the settings, and goes out with it."
        tip = f"Send that: reporter send {edition.as_of}/{brief}."
        raise DeliveryError(message, where=edition.id, tip=tip)
    return brief or edition.slug


def _cleared(house: House, order: Order, edition: Edition) -> set[str]:
    aside = clearance.check_edition(house.archive, edition, order.allowed)
    stale = house.settings.limits.stale
    return aside | clearance.check_age(edition, house.clock.now(), stale, order.allowed)


def _variant(archive: Archive, edition: Edition, slug: str) -> Edition:
    """The latest edition of a slug and of the same day."""
    base = f"{edition.as_of}/{slug}"
    names = [name for name in archive.present() if name == base or name.startswith(f"{base}.")]
    if not names:
        raise DeliveryError("is not filed.", where=base, tip="File it, and have it approved.")
    return max((archive.edition(name) for name in names), key=lambda one: one.number)


def _corrected(archive: Archive, edition: Edition, corrects: str) -> Edition | None:
    if not corrects:
        return None
    line = tuple(earlier.line(archive, edition.id))
    # A slug means its latest edition, which is the one that is sent: what it corrects is meant.
    name = line[0] if line and corrects == edition.slug else found(archive, corrects)
    if name not in line:
        what = f"corrects {edition.corrects}" if edition.corrects else "is no correction"
        raise DeliveryError(f"{what}, not {name}.", where=edition.id, tip="Name the right ones.")
    return archive.edition(name)


# --- who gets what ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A client who gets nothing, and why; `place` is his row of the list."""

    client: str
    place: str
    why: str
    reason: str


@dataclass(slots=True)
class Shares:
    """Who gets what, of a whole list: how many of each edition and domain, and who gets nothing.

    `moved` are clients who get a correction at another address than what it corrects went to.
    """

    editions: Counter[str] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)
    left_out: list[LeftOut] = field(default_factory=list)
    moved: list[LeftOut] = field(default_factory=list)
    segments: set[str] = field(default_factory=set)

    @property
    def total(self) -> int:
        """How many get something."""
        return self.editions.total()

    @property
    def is_settled(self) -> bool:
        """Whether of everybody it is known whether he is to get it."""
        return all(one.why != Why.UNSETTLED for one in self.left_out)


@dataclass(frozen=True, slots=True)
class Chooser:
    """Says of each client what he gets, by what he is and by what he was sent before."""

    facts: choosing.Campaign
    asked: Asked
    lacking: choosing.Lacking
    earlier: Earlier = earlier.NOTHING

    def choose(self, recipient: Recipient) -> Choice:
        """What he gets."""
        if barred := self.earlier.bars(recipient.id):
            return barred
        choice = choosing.choose(recipient, self.facts, self.asked, self.lacking)
        return self.earlier.repeats(recipient, choice.edition) or choice

    def of_all(self) -> Chooser:
        """The same for whomever it was ever sent to, not only for those asked for now."""
        asked, before = replace(self.asked, segment=""), replace(self.earlier, corrected="")
        return replace(self, asked=asked, earlier=before)

    def chosen(self, recipients: Iterable[Recipient]) -> Iterator[tuple[Recipient, str]]:
        """Those who get something, each with the id of his edition."""
        for recipient in recipients:
            if edition := self.choose(recipient).edition:
                yield recipient, edition

    def shares(self, recipients: Iterable[Recipient]) -> Shares:
        """What the whole list comes to."""
        found, missing = Shares(), self.earlier.concerned()
        for recipient in recipients:
            missing.discard(recipient.id)
            found.segments.update(recipient.segments)
            self._share(found, recipient)
        gone = f"was sent {self.earlier.corrected}, and is on the list no more"
        found.left_out += (LeftOut(one, "", Why.UNLISTED, gone) for one in sorted(missing))
        self._check_segment(found.segments)
        return found

    def _check_segment(self, known: set[str]) -> None:
        """Refuse a segment that nobody is in: a mistyped one must not look like a success."""
        if (asked := self.asked.segment) and asked not in known:
            message = f"no client of the list is in the segment {asked!r}."
            tip = nearest(asked, sorted(known)) if known else "The list has no segments."
            raise SpecError(message, where="--segment", tip=tip)

    def _share(self, found: Shares, recipient: Recipient) -> None:
        choice = self.choose(recipient)
        if not choice.edition:
            why = str(choice.why)
            left = LeftOut(recipient.id, recipient.place, why, choice.reason)
            found.left_out.append(left)
            return
        found.editions[choice.edition] += 1
        found.domains[addresses.domain(recipient.address)] += 1
        if self.earlier.is_elsewhere(recipient):
            reason = f"was sent {self.earlier.corrected} at another address"
            found.moved.append(LeftOut(recipient.id, recipient.place, "moved", reason))


def least_time(domains: Mapping[str, int], rates: Rates) -> timedelta:
    """How long so many letters to each domain take at least, at these rates."""
    whole = sum(domains.values()) / rates.per_minute if rates.per_minute else 0.0
    single = (domains.get(name, 0) / rate for name, rate in rates.domains.items() if rate)
    return timedelta(minutes=max((whole, *single)))


def check_time(
    order: Order, domains: Mapping[str, int], settings: Settings, now: datetime, *, is_new: bool
) -> None:
    """Refuse a time that the rates cannot keep, before anything is done.

    Args:
        order: which says the time.
        domains: how many letters are left to be sent to each.
        settings: how fast they leave.
        now: the time.
        is_new: whether no run has begun with it, so that a staged release waits in between.

    Raises:
        DeliveryError: so it is.
    """
    letters = sum(domains.values())
    if order.finish_by is None or not letters:
        return
    if order.finish_by <= now:
        message = f"{order.finish_by:%Y-%m-%d %H:%M} is past, and {letters:,} letters are not sent."
        raise DeliveryError(message, where="--finish-by", tip="Give a later time.")
    takes, release = least_time(domains, settings.rates), settings.release
    if release and is_new and not order.stage and letters > release.first:
        takes += release.wait
    if now + takes > order.finish_by:
        message = (
            f"{letters:,} letters take {spoken(takes)} at the rates of the settings, so "
            f"they cannot be out by {order.finish_by:%Y-%m-%d %H:%M}."
        )
        tip = "Raise the rates, give a later time, or send a segment."
        raise DeliveryError(message, where="--finish-by", tip=tip)


def crowded(domains: Mapping[str, int], settings: Settings) -> tuple[str, ...]:
    """The domains that get more letters than large providers take from an unknown sender a day."""
    return tuple(
        f"{name} gets {count:,} letters; above {settings.limits.per_day:,} a day, providers want "
        "SPF, DKIM and DMARC: reporter doctor --mail."
        for name, count in sorted(domains.items())
        if count > settings.limits.per_day
    )
