"""What is sent: one edition, the variants of it that some clients get instead, what it corrects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from reporter.archive.base import Archive, Hand
from reporter.archive.clients import Keys
from reporter.archive.contents import brief_left, word
from reporter.archive.naming import found
from reporter.delivered import Recipient
from reporter.delivery import addresses, choosing, clearance
from reporter.delivery.choosing import Asked, Choice
from reporter.delivery.clearance import Allowance
from reporter.delivery.clock import Clock
from reporter.delivery.message import Secrets
from reporter.delivery.settings import Rates, Settings
from reporter.errors import DeliveryError, ReporterError
from reporter.filed import Edition

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
    Letters that were deferred are waited for as long as `patience` after the last other one.
    """

    edition: str
    segment: str = ""
    corrects: str = ""
    stage: str = ""
    finish_by: datetime | None = None
    patience: timedelta = timedelta(minutes=10)
    allowed: Allowance = clearance.NOTHING


@dataclass(frozen=True, slots=True)
class Campaign:
    """An edition that may go out, and what belongs to it.

    `editions` has it and its variants by id. `aside` is what was set aside for each. `notes` say
    why a variant does not go out.
    """

    edition: Edition
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
    aside = {} if rehearsal else {edition.id: frozenset(_cleared(house, order, edition))}
    editions, slugs, notes = {edition.id: edition}, {}, []
    for variant in settings.variants:
        try:
            one = _variant(archive, edition, variant.slug)
            if not rehearsal:
                aside[one.id] = frozenset(_cleared(house, order, one))
        except ReporterError as error:
            notes.append(f"the variant {variant.slug} goes to nobody: {error}")
        else:
            editions[one.id], slugs[variant.slug] = one, one.id
    brand = word(brief_left(archive, edition).get("brand"))
    facts = choosing.Campaign(edition.id, brand, settings.variants, slugs)
    corrected = _corrected(archive, edition, order.corrects)
    return Campaign(edition, facts, editions, corrected, aside, tuple(notes))


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
    name = found(archive, corrects)
    if edition.corrects != name:
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
    """Who gets what, of a whole list: how many of each edition and domain, and who gets nothing."""

    editions: Counter[str] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many get something."""
        return self.editions.total()


@dataclass(frozen=True, slots=True)
class Chooser:
    """Says of each client what he gets.

    `only` narrows it to some by id, and says of others why not; `others` says it of the rest.
    """

    facts: choosing.Campaign
    asked: Asked
    lacking: choosing.Lacking
    only: Mapping[str, str] | None = None
    others: str = ""

    def choose(self, recipient: Recipient) -> Choice:
        """What he gets."""
        if self.only is not None and (why := self.only.get(recipient.id, self.others)):
            return Choice("", None, why)
        return choosing.choose(recipient, self.facts, self.asked, self.lacking)

    def chosen(self, recipients: Iterable[Recipient]) -> Iterator[tuple[Recipient, str]]:
        """Those who get something, each with the id of his edition."""
        for recipient in recipients:
            if edition := self.choose(recipient).edition:
                yield recipient, edition

    def shares(self, recipients: Iterable[Recipient]) -> Shares:
        """What the whole list comes to."""
        found = Shares()
        for recipient in recipients:
            choice = self.choose(recipient)
            if choice.edition:
                found.editions[choice.edition] += 1
                found.domains[addresses.domain(recipient.address)] += 1
            else:
                why = str(choice.why or "correction")
                left = LeftOut(recipient.id, recipient.place, why, choice.reason)
                found.left_out.append(left)
        return found


def least_time(domains: Mapping[str, int], rates: Rates) -> timedelta:
    """How long so many letters to each domain take at least, at these rates."""
    whole = sum(domains.values()) / rates.per_minute if rates.per_minute else 0.0
    single = (domains.get(name, 0) / rate for name, rate in rates.domains.items() if rate)
    return timedelta(minutes=max((whole, *single)))


def check_time(order: Order, domains: Mapping[str, int], settings: Settings, now: datetime) -> None:
    """Refuse a time that the rates cannot keep, before anything is done.

    Raises:
        DeliveryError: so it is.
    """
    if order.finish_by is None:
        return
    takes = least_time(domains, settings.rates)
    if settings.release and order.stage in {"", ALL}:
        takes += settings.release.wait
    if now + takes > order.finish_by:
        letters = sum(domains.values())
        message = (
            f"{letters:,} letters take {_minutes(takes)} at the rates of the settings, so "
            f"they cannot be out by {order.finish_by:%Y-%m-%d %H:%M}."
        )
        tip = "Raise the rates, give a later time, or send a segment."
        raise DeliveryError(message, where="--finish-by", tip=tip)


def _minutes(span: timedelta) -> str:
    hours, minutes = divmod(-(-span // timedelta(minutes=1)), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def crowded(domains: Mapping[str, int], settings: Settings) -> tuple[str, ...]:
    """The domains that get more letters than large providers take from an unknown sender a day."""
    return tuple(
        f"{name} gets {count:,} letters; above {settings.limits.per_day:,} a day, providers want "
        "SPF, DKIM and DMARC: reporter doctor --mail."
        for name, count in sorted(domains.items())
        if count > settings.limits.per_day
    )
