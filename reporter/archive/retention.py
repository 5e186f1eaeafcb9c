"""How long an edition is kept, and what holds it beyond that.

An edition is kept through the day that its `added` entry names, and longer where a policy that came
into force since says so, or where it was used or sent again. All of it is read off the log, which
only grows, and of all days the last counts: so no entry can make the time shorter.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from reporter.archive import ends, log, packs, policy
from reporter.archive.base import Archive, Hand
from reporter.archive.findings import shown
from reporter.errors import ArchiveError, SpecError
from reporter.filed import Act, Entry

LONGEST_REASON = 1000  # letters


@dataclass(frozen=True, slots=True)
class Hold:
    """What must not be purged whatever its date: some editions, all of a slug, or a client's.

    `number` is that of the hold's entry, by which it is released. `client` is a handle; `actor` and
    `reason` are fit for a terminal.
    """

    number: int
    time: datetime
    actor: str
    reason: str
    editions: tuple[str, ...] = ()
    slug: str = ""
    client: str = ""

    @property
    def what(self) -> str:
        """What it holds, in words."""
        if self.client:
            return shown(f"a client's files ({self.client[:8]})")
        return shown(f"every edition of {self.slug}" if self.slug else ", ".join(self.editions))

    def names(self, edition: str) -> bool:
        """Whether it is on an edition by its id or its slug, whoever has files of it."""
        return edition in self.editions or self.slug == slug_of(edition)


@dataclass(frozen=True, slots=True)
class Retention:
    """Through which day an edition is kept, and by which holds beyond it.

    `in_use` is the first day of a use that has no last one yet: its time has not begun.
    """

    edition: str
    until: date
    holds: tuple[Hold, ...]
    in_use: date | None = None

    def due(self, now: datetime) -> bool:
        """Whether it may be purged: its last day is over everywhere it is counted, in UTC."""
        return self.expired(now) and not self.holds

    def expired(self, now: datetime) -> bool:
        """Whether its last day is over, held or not; while it is in use, it has none."""
        return self.in_use is None and day(now) > self.until

    def why_not(self, now: datetime) -> str:
        """Why it may not be purged; empty, if it may."""
        reasons = [] if day(now) > self.until else [f"kept through {self.until.isoformat()}"]
        if self.in_use:
            reasons.append(
                f"in use since {self.in_use} without a last day, so its time has not begun: "
                f"reporter archive used {shown(self.edition)} --on {self.in_use} --until DAY"
            )
        reasons += [f"under hold {one.number} ({one.reason})" for one in self.holds]
        return "; ".join(reasons)


@dataclass(frozen=True, slots=True)
class Chronicle:
    """What the log says of editions' lives, read once for all of them."""

    entries: tuple[Entry, ...]
    added: dict[str, Entry]
    purged: dict[str, Entry]
    holds: tuple[Hold, ...]
    enclosed: dict[str, tuple[Entry, ...]]
    last_use: dict[str, date]
    policies: tuple[Entry, ...]
    forgotten: frozenset[str]
    audiences: dict[str, frozenset[str]]
    in_use: dict[str, date]

    def __contains__(self, edition: str) -> bool:
        return edition in self.added and edition not in self.purged

    @property
    def live(self) -> tuple[str, ...]:
        """The editions that were not purged, as they were filed."""
        return tuple(name for name in self.added if name not in self.purged)

    def filed(self, edition: str) -> Entry:
        """The entry that filed an edition.

        Raises:
            ArchiveError: there is none, or it was purged.
        """
        if gone := self.purged.get(edition):
            when = gone.time.astimezone(UTC).date().isoformat()
            raise ArchiveError(f"the edition {edition} was purged on {when}.")
        if edition not in self.added:
            tip = "See which there are: reporter archive list."
            raise ArchiveError(f"there is no edition {edition!r}.", tip=tip)
        return self.added[edition]


def chronicle(entries: Iterable[Entry]) -> Chronicle:
    """What entries of a log say of editions' lives."""
    entries = tuple(entries)
    released = _released(entries)
    held = (held_by(one) for one in entries if one.act is Act.HELD)
    enclosed: dict[str, tuple[Entry, ...]] = {}
    used: dict[str, date] = {}
    audiences: dict[str, frozenset[str]] = {}
    for one in entries:
        if one.act is Act.APPROVED and isinstance(whom := one.details.get("audiences"), list):
            audiences[one.edition] = audiences.get(one.edition, frozenset()) | set(map(str, whom))
        if one.act is Act.ENCLOSED:
            enclosed[one.edition] = (*enclosed.get(one.edition, ()), one)
        if one.act in {Act.ADDED, Act.USED, Act.ENCLOSED}:
            used[one.edition] = max(used.get(one.edition, date.min), _used_on(one))
    return Chronicle(
        entries,
        {one.edition: one for one in entries if one.act is Act.ADDED},
        {one.edition: one for one in entries if one.act is Act.PURGED},
        tuple(hold for hold in held if hold.number not in released),
        enclosed,
        used,
        tuple(one for one in entries if one.act is Act.POLICY),
        frozenset(str(o.details.get("client")) for o in entries if o.act is Act.FORGOTTEN),
        audiences,
        _in_use(entries),
    )


def retained(archive: Archive, edition: str, known: Chronicle | None = None) -> Retention:
    """Through which day an edition is kept, and what holds it.

    Args:
        archive: where it is filed.
        edition: its id.
        known: what the log says, where that was read before.

    Raises:
        ArchiveError: there is none, or it was purged.
    """
    known = known or chronicle(archive.entries())
    last, holds = until(archive, edition, known), holding(archive, edition, known)
    return Retention(edition, last, holds, known.in_use.get(edition))


def until(archive: Archive, edition: str, known: Chronicle) -> date:
    """The last day an edition is kept: the last that anything since its filing says."""
    filed = known.filed(edition)
    before = [one for one in known.policies if one.number < filed.number]
    since = [one for one in known.policies if one.number > filed.number]
    at_filing = before[-1].number if before else 0
    numbers = (at_filing, *(one.number for one in since))
    rules = [policy.in_force(archive, number, known.policies) for number in numbers]
    slug, audiences = slug_of(edition), known.audiences.get(edition, frozenset())
    used = known.last_use[edition]
    days = [policy.retain_until(one, slug, audiences, used) for one in rules]
    days += [one for one in [kept_through(filed)] if one]
    return max(days)


def day(moment: datetime) -> date:
    """The day of a moment as the archive counts days: in UTC."""
    return moment.astimezone(UTC).date()


# --- holds ------------------------------------------------------------------------------------


def hold(  # noqa: PLR0913  who holds what, and why
    archive: Archive,
    hand: Hand,
    reason: str,
    *,
    editions: tuple[str, ...] = (),
    slug: str = "",
    client: str = "",
) -> Hold:
    """Hold editions, all of a slug, those that are to come too, or all that a client was sent.

    Args:
        archive: where.
        hand: who holds them.
        reason: why, in a sentence.
        editions: ids.
        slug: of editions.
        client: a handle.

    Raises:
        ArchiveError: an edition is not there, or no edition has the slug.
        SpecError: no reason, or nothing to hold.
    """
    if not (editions or slug or client):
        raise SpecError("says not what to hold.", tip="Name an edition, or --slug, or --client.")

    def check(entries: tuple[Entry, ...]) -> None:
        known = chronicle(entries)
        for one in editions:
            known.filed(one)
        if slug and slug not in map(slug_of, known.live):
            tip = "See which there are: reporter archive list."
            raise ArchiveError(f"no edition has the slug {slug!r}.", tip=tip)

    details = log.details(
        reason=sentence(reason), editions=list(dict.fromkeys(editions)), slug=slug, client=client
    )
    entry = hand.entry(Act.HELD, editions[0] if len(editions) == 1 else "", details=details)
    with ends.writing(archive):
        return held_by(log.append(archive.store, entry, check, late=hand.late))


def release(archive: Archive, hand: Hand, number: int, reason: str) -> Hold:
    """Release one hold; others on the same editions stay.

    Raises:
        ArchiveError: no such hold, or it is released already.
        SpecError: no reason.
    """
    found: list[Hold] = []

    def check(entries: tuple[Entry, ...]) -> None:
        known = chronicle(entries)
        found[:] = [one for one in known.holds if one.number == number]
        if not found:
            was = any(one.number == number and one.act is Act.HELD for one in entries)
            message = (
                f"hold {number} is released already." if was else f"there is no hold {number}."
            )
            raise ArchiveError(message, tip="See which there are: reporter archive hold.")

    details = log.details(hold=number, reason=sentence(reason))
    with ends.writing(archive):
        check(archive.entries())
        edition = found[0].editions[0] if len(found[0].editions) == 1 else ""
        entry = hand.entry(Act.RELEASED, edition, details=details)
        log.append(archive.store, entry, check, late=hand.late)
    return found[0]


def sentence(reason: str) -> str:
    """A reason fit to be kept: something, not endless, without control characters.

    Raises:
        SpecError: it is not.
    """
    reason = reason.strip()
    if not reason:
        raise SpecError("says not why.", where="--reason", tip="Say it in a sentence.")
    if len(reason) > LONGEST_REASON:
        raise SpecError(f"is longer than {LONGEST_REASON} letters.", where="--reason")
    if any(unicodedata.category(letter).startswith("C") for letter in reason):
        raise SpecError("holds characters that cannot be shown.", where="--reason")
    return reason


def _released(entries: Iterable[Entry]) -> set[int]:
    """The numbers of holds that were released, each after it was made."""
    told = ((one.number, one.details.get("hold")) for one in entries if one.act is Act.RELEASED)
    return {hold for number, hold in told if type(hold) is int and hold < number}


def slug_of(edition: str) -> str:
    """The slug in an edition's id."""
    return edition.partition("/")[2].partition(".")[0]


def kept_through(filed: Entry) -> date | None:
    """The last day that the entry which filed an edition says it is kept; None if it says none."""
    return _date(filed.details.get("retain_until"))


def held_by(entry: Entry) -> Hold:
    """The hold that an entry put."""
    said = entry.details
    editions = said.get("editions")
    return Hold(
        entry.number,
        entry.time,
        shown(entry.actor),
        shown(str(said.get("reason", ""))),
        tuple(map(str, editions)) if isinstance(editions, list) else (),
        str(said.get("slug", "")),
        str(said.get("client", "")),
    )


def holding(archive: Archive, edition: str, known: Chronicle) -> tuple[Hold, ...]:
    """The holds on an edition: by its id, its slug, or a client who has files of it."""
    clients = _handles(archive, edition, known) if any(one.client for one in known.holds) else set()
    return tuple(one for one in known.holds if one.names(edition) or one.client in clients)


def _handles(archive: Archive, edition: str, known: Chronicle) -> set[str]:
    """The handles of those who have files of an edition."""
    entries = known.enclosed.get(edition, ())
    return {line.handle for one in entries for line in packs.lines(archive, one)}


def _used_on(entry: Entry) -> date:
    """The day of a filing, or the last of a use: one without an end lasted when it was told."""
    ended = _date(entry.details.get("until")) if entry.act is Act.USED else None
    return ended or day(entry.time)


def open_uses(entries: Iterable[Entry]) -> dict[tuple[str, str], Entry]:
    """The uses without a last day, by edition and first day.

    A later entry of the same first day closes a use, if it has a last day.
    """
    found: dict[tuple[str, str], Entry] = {}
    for one in entries:
        if one.act is Act.USED:
            what = (one.edition, str(one.details.get("on", "")))
            if _date(one.details.get("until")):
                found.pop(what, None)
            else:
                found[what] = one
    return found


def _in_use(entries: Iterable[Entry]) -> dict[str, date]:
    """The editions in use, and since when: the first day of the first use that is open."""
    found: dict[str, date] = {}
    for (edition, on), entry in open_uses(entries).items():
        since = _date(on) or day(entry.time)
        found[edition] = min(found.get(edition, since), since)
    return found


def _date(written: object) -> date | None:
    """A day as the program writes one; of anything else that a log may hold, None."""
    try:
        return date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
