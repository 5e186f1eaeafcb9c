"""May this edition go out? What stands in its way, what may be set aside, and who said so.

Sample data, a correction that is there already and a missing approval are never set aside. Terms
that do not allow the data to be passed on, an edition that is too old, and an outbox that knows
nothing of what the archive says was mailed may be, by name and with a reason, which the archive's
log keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache

from reporter.archive import approval, ends, log, outboxes
from reporter.archive.base import Archive, Hand
from reporter.archive.finra import Use, record_use
from reporter.archive.retention import chronicle, open_uses, sentence
from reporter.errors import DeliveryError, SpecError, WaitingError
from reporter.filed import Act, Edition, Entry
from reporter.market import Terms

TERMS, STALE, OUTBOX = "terms", "stale", "outbox"
OVERRIDES = (TERMS, STALE, OUTBOX)
MAILED = "sent by mail"
"""What the archive's log calls the use that mailing makes of an edition."""

Lacking = Callable[[Edition, str, str], str]
"""Why an edition may not go to an audience in a jurisdiction; empty if it may."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What somebody sets aside, by name, and why."""

    names: frozenset[str] = frozenset()
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuses a name that is none, and a reason that is empty or missing."""
        if strange := sorted(self.names - set(OVERRIDES)):
            message = f"{strange[0]!r} cannot be set aside."
            tip = f"What can: {', '.join(OVERRIDES)}."
            raise SpecError(message, where="--override", tip=tip)
        if self.names:
            sentence(self.reason)
        elif self.reason:
            message = "says why, but not what is set aside."
            raise SpecError(message, where="--reason", tip="Name it: --override NAME.")


NOTHING = Allowance()


def check_edition(archive: Archive, edition: Edition, allowed: Allowance = NOTHING) -> set[str]:
    """Refuse an edition that may go to nobody; the names of what was set aside.

    Every file of it is read, so that what does not match its hash never leaves.

    Raises:
        ArchiveError: it is not there, was purged, or a file of it is not what was filed.
        DeliveryError: it is of sample data, its terms forbid it, or a correction of it is there.
        WaitingError: it is approved for nobody.
    """
    entries = archive.entries()
    chronicle(entries).filed(edition.id)
    if edition.sample:
        message = "is made from sample data, which goes to no client."
        raise DeliveryError(message, where=edition.id, tip="Build it from real data.")
    if newer := corrected_by(archive, edition.id):
        tip = f"Send that: reporter send {newer} --corrects {edition.id}, or to all."
        raise DeliveryError(f"was corrected by {newer}.", where=edition.id, tip=tip)
    aside = set(_set_aside_terms(edition, allowed))
    if not approval.standing(archive, edition.id, entries).readers:
        tip = f"Have it approved: reporter approve {edition.id}."
        raise WaitingError(_unapproved(entries, edition.id), where=edition.id, tip=tip)
    for part in edition.parts:
        archive.object(part.sha256)
    return aside


def _unapproved(entries: Iterable[Entry], edition: str) -> str:
    withdrawn = any(one.act is Act.WITHDRAWN and one.edition == edition for one in entries)
    what = "is approved for nobody any more: its approval was withdrawn."
    return what if withdrawn else "is approved for nobody yet."


def _set_aside_terms(edition: Edition, allowed: Allowance) -> Iterator[str]:
    if edition.terms != Terms.REDISTRIBUTABLE:
        if TERMS not in allowed.names:
            message = f"its data may not be passed on: their terms are {edition.terms!r}."
            tip = "If you hold the right to: --override terms --reason TEXT."
            raise DeliveryError(message, where=edition.id, tip=tip)
        yield TERMS


def check_age(
    edition: Edition, now: datetime, most: timedelta, allowed: Allowance = NOTHING
) -> set[str]:
    """Refuse an edition whose day is over too long; the names of what was set aside.

    Raises:
        DeliveryError: so it is.
    """
    over = datetime.combine(edition.as_of + timedelta(days=1), time(), UTC)
    age = now - over
    if age <= most:
        return set()
    if STALE not in allowed.names:
        message = (
            f"is as of {edition.as_of}: its day is over for {spoken(age)}, and the settings "
            f"allow {spoken(most)}."
        )
        tip = "If it should go out all the same: --override stale --reason TEXT."
        raise DeliveryError(message, where=edition.id, tip=tip)
    return {STALE}


@dataclass(frozen=True, slots=True)
class Outbox:
    """An outbox that is sent from.

    `is_empty`: it has no letter of what is sent. `settings` is the file that led to it.
    """

    identity: str
    where: str
    is_empty: bool
    settings: str = ""


_RIGHT = (
    "Name the right one: --settings FILE or --outbox URL; REPORTER_SETTINGS and REPORTER_OUTBOX "
    "name it too. If it is lost, put its backup in its place, and doubt what that says: reporter "
    "outbox doubt EDITION."
)


def check_outbox(
    archive: Archive, edition: str, outbox: Outbox, allowed: Allowance = NOTHING
) -> set[str]:
    """Refuse an outbox that does not know what became of an edition, or who wants no mail.

    Whoever goes on with another outbox, or with a new one, sends everything a second time, and to
    those too who unsubscribed.

    Raises:
        DeliveryError: so it is.
    """
    why = _strange(archive, edition, outbox)
    if why and OUTBOX not in allowed.names:
        tip = (
            f"{_RIGHT} To send from this one, which may send twice and to whoever unsubscribed: "
            "reporter send EDITION --override outbox --reason TEXT."
        )
        raise DeliveryError(f"{why} {_here(outbox)}", where=edition, tip=tip)
    return {OUTBOX} if why else set()


def check_known(archive: Archive, outbox: Outbox) -> None:
    """Refuse an outbox that knows no letter of an archive's editions, where another one does.

    What comes back and who unsubscribes would be written down where no sender looks.

    Raises:
        DeliveryError: so it is.
    """
    if _is_unknown(archive.entries(), outbox):
        message = f"the archive's editions were sent with another outbox. {_here(outbox)}"
        raise DeliveryError(message, where=str(archive.folder), tip=_RIGHT)


def _here(outbox: Outbox) -> str:
    by = f" (by {outbox.settings})" if outbox.settings else ""
    return f"The outbox here is {outbox.where}{by}."


def _is_unknown(entries: Iterable[Entry], outbox: Outbox) -> bool:
    known = outboxes.known(entries)
    return bool(known) and outbox.identity not in known


def _strange(archive: Archive, edition: str, outbox: Outbox) -> str:
    """What speaks against an outbox; empty if nothing does."""
    entries = archive.entries()
    if outboxes.of_edition(entries, edition) not in {"", outbox.identity}:
        return "its letters were prepared with another outbox, which knows who was sent them."
    if outbox.is_empty and (days := mailed_on(archive, edition)):
        return f"was mailed on {days[0]}, and this outbox knows nothing of it."
    if _is_unknown(entries, outbox):
        return "editions were sent with another outbox, which knows who unsubscribed."
    return ""


def spoken(span: timedelta) -> str:
    """A span in hours and minutes, rounded up, so that what is too long is shown longer."""
    hours, minutes = divmod(-(-span // timedelta(minutes=1)), 60)
    return " ".join(filter(None, (f"{hours} h" * bool(hours), f"{minutes} min" * bool(minutes))))


def corrected_by(archive: Archive, edition: str) -> str:
    """The newest correction of an edition, or of a correction of it; empty if there is none."""
    known, newest = chronicle(archive.entries()), ""
    names = {edition}
    for name, entry in known.added.items():
        if entry.details.get("corrects") in names and name not in known.purged:
            names.add(name)
            newest = name
    return newest


def lacking(archive: Archive) -> Lacking:
    """Says why an edition may not go to some readers; each question is asked of the log once."""
    entries = archive.entries()

    @cache
    def why(edition: str, audience: str, jurisdiction: str) -> str:
        return approval.lacking(archive, edition, audience, jurisdiction, entries)

    return lambda edition, audience, jurisdiction: why(edition.id, audience, jurisdiction)


# --- what the archive's log keeps of it ---------------------------------------------------------


def record_override(  # noqa: PLR0913, PLR0917  where what was set aside, and why, by whom
    archive: Archive, edition: str, names: set[str], why: str, hand: Hand, outbox: str = ""
) -> None:
    """Put into the log what was set aside, by whom and why; what stands there is not repeated.

    An outbox that is sent from all the same is named by its identity, as the last word on that.
    """
    named = outbox if OUTBOX in names else ""
    details = log.details(what=sorted(names), reason=sentence(why), outbox=named)
    with ends.writing(archive):
        told = ((one.act, one.edition, dict(one.details)) for one in archive.entries())
        if not named and (Act.OVERRIDDEN, edition, dict(details)) in told:
            return
        entry = hand.entry(Act.OVERRIDDEN, edition, details=details)
        log.append(archive.store, entry, lambda _: None, late=hand.late)


def record_first(archive: Archive, edition: str, hand: Hand) -> None:
    """Put into the log that an edition is being mailed, unless that stands there already."""
    if not _open(archive, edition):
        record_use(archive, Use(edition, hand.now.date(), MAILED), hand)


def record_last(archive: Archive, edition: str, hand: Hand) -> None:
    """Put into the log that the mailing of an edition is over, if it is being mailed."""
    for day in _open(archive, edition):
        on = datetime.fromisoformat(day).date()
        record_use(archive, Use(edition, on, MAILED, hand.now.date()), hand)


def _open(archive: Archive, edition: str) -> list[str]:
    """The first days of mailings that have no last one."""
    uses: Mapping[tuple[str, str], object] = {
        what: one
        for what, one in open_uses(archive.entries()).items()
        if one.details.get("how") == MAILED
    }
    return [day for name, day in uses if name == edition]


def mailed_on(archive: Archive, edition: str) -> list[str]:
    """The first days of all mailings of an edition."""
    return [
        str(one.details.get("on", ""))
        for one in archive.entries()
        if one.act is Act.USED and one.edition == edition and one.details.get("how") == MAILED
    ]
