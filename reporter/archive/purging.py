"""Taking away what need be kept no longer: editions, and with them what single clients had of them.

The entry `purged` comes first and names all that the edition had; then those objects go that
nothing else needs. A purge that is killed in between is finished by the next one, which takes away
what entries `purged` name and nothing kept refers to. What no entry names is left by a killed
filing, or by a log whose end was cut off: it goes only where somebody says so.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from reporter.archive import chain, ends, log, packs
from reporter.archive.base import (
    OBJECTS,
    PRIVATE,
    Archive,
    Hand,
    object_key,
    read_record,
    record_of,
)
from reporter.archive.clients import Keys, keys_of
from reporter.archive.enclosures import check_keys, editions_of
from reporter.archive.findings import Evidence, Found, Kind, shown
from reporter.archive.heads import Anchors
from reporter.archive.retention import (
    Chronicle,
    Hold,
    Retention,
    chronicle,
    day,
    held_by,
    kept_through,
    retained,
)
from reporter.archive.site import pictures
from reporter.errors import ArchiveError
from reporter.filed import Act, Edition, Entry

_SHA256 = re.compile(r"[0-9a-f]{64}")
_GOES_WITH = frozenset({Act.ADDED, Act.ENCLOSED})
"""What entries of these name goes with the edition; signed approvals of it stay."""


@dataclass(frozen=True, slots=True)
class Doomed:
    """An edition that is to go: how long it was kept, its objects, and those nobody else needs."""

    retention: Retention
    objects: tuple[str, ...]
    goes: tuple[str, ...]
    files: int

    @property
    def edition(self) -> str:
        """Its id."""
        return self.retention.edition


@dataclass(frozen=True, slots=True)
class Plan:
    """What a purge does.

    `editions` go; `held` are past their day, but a hold keeps them. `unfinished` are the objects
    that killed purges left, `leavings` those that killed filings did, or that a log whose end was
    cut off did: `lost` are the ids of editions whose records are among them.
    """

    editions: tuple[Doomed, ...] = ()
    held: tuple[Retention, ...] = ()
    unfinished: tuple[str, ...] = ()
    leavings: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()

    def check_leavings(self, *, sure: bool) -> None:
        """Refuse to clear leavings away that may be editions whose entries were cut off the log.

        Raises:
            ArchiveError: records are among them, and no head says that the log is the right one.
        """
        if self.lost and not sure:
            message = (
                f"no entry files {', '.join(self.lost)}, but the records are among the leavings. "
                "The end of the log may have been cut off. Nothing was purged."
            )
            tip = (
                "Verify with a head kept elsewhere: reporter archive verify --head; then "
                "reporter archive purge --leavings --head."
            )
            raise ArchiveError(message, tip=tip)


def plan(archive: Archive, hand: Hand, editions: Iterable[str] = (), *, due: bool = False) -> Plan:
    """What a purge would do.

    Args:
        archive: where.
        hand: who would do it; by his clock.
        editions: ids of those that are to go.
        due: all go that may.

    Raises:
        ArchiveError: one of `editions` is not there or is kept yet, what is kept cannot be read, or
            the log is shorter than it was once seen.
    """
    ends.check_grown(archive)
    known = chronicle(archive.entries())
    wanted = [retained(archive, one, known) for one in dict.fromkeys(editions)]
    if kept := [one for one in wanted if not one.due(hand.now)]:
        told = "; ".join(f"{one.edition}: {one.why_not(hand.now)}" for one in kept)
        tip = "Nothing was purged. See what may go: reporter archive purge --due --dry-run."
        raise ArchiveError(f"must be kept yet: {told}.", tip=tip)
    held: list[Retention] = []
    if due:
        named = {one.edition for one in wanted}
        others = [retained(archive, one, known) for one in known.live if one not in named]
        wanted += [one for one in others if one.due(hand.now)]
        held = [one for one in others if one.holds and one.expired(hand.now)]
    return _planned(archive, known, wanted, held)


def check_holds(archive: Archive, anchors: Anchors) -> bool:
    """Refuse an archive whose log is not the one that heads were taken of.

    Returns: whether one of them was of it; without any, nothing is known.

    Raises:
        ArchiveError: so it is.
    """
    looked = chain.examined(archive.store, anchors)
    wrong = [one for one in looked.found if not one.note]
    if wrong:
        tip = "Nothing was purged. See all that was done: reporter archive verify --head."
        raise ArchiveError(wrong[0].message, where=wrong[0].where, tip=tip)
    return bool(looked.matched)


def purge(  # noqa: PLR0913  what goes, and on what grounds
    archive: Archive,
    hand: Hand,
    editions: Iterable[str] = (),
    *,
    due: bool = False,
    leavings: bool = False,
    sure: bool = False,
) -> Plan:
    """Purge editions, and finish what a killed purge left.

    Args:
        archive: where.
        hand: who does it; by his clock.
        editions: ids of those that are to go.
        due: all go that may.
        leavings: what nothing refers to goes too; where the log's end was cut off, that is more
            than killed filings left.
        sure: a head that was kept elsewhere holds; else leavings with records stay.

    Returns: what was done.

    Raises:
        ArchiveError: one of `editions` is not there or is kept yet; what is kept cannot be read;
            or the archive cannot be held alone or written.
    """
    with archive.store.alone():
        made = plan(archive, hand, editions, due=due)
        if leavings:
            made.check_leavings(sure=sure)
        for one in made.editions:
            _append(archive, hand, one)
            _remove(archive, one.goes)
        _remove(archive, (*made.unfinished, *(made.leavings if leavings else ())))
    return made


def forget(archive: Archive, keys: Keys, hand: Hand, client_id: str) -> str:
    """Forget a client: nothing that was sealed for him can be read again by anybody.

    Returns: his handle, empty where only what was left of his key was cleared away.

    Raises:
        ArchiveError: nothing of him is kept, or it must be kept yet.
    """
    with archive.store.alone():
        ends.check_grown(archive)
        known = chronicle(archive.entries())
        check_forgettable(archive, keys, hand, client_id, known)
        client = keys.client(client_id)
        if client and client.handle not in known.forgotten:
            details = log.details(client=client.handle)
            entry = hand.entry(Act.FORGOTTEN, details=details)
            log.append(archive.store, entry, lambda _: None, late=hand.late)
        keys.destroy(client_id)
    return client.handle if client else ""


def check_forgettable(
    archive: Archive, keys: Keys, hand: Hand, client_id: str, known: Chronicle
) -> None:
    """Refuse to forget whom nothing is known of, or whose files must be kept.

    Raises:
        ArchiveError: so it is.
    """
    check_keys(known, keys.name())
    client = keys.client(client_id)
    if client is None:
        if not keys.is_there(client_id):
            raise ArchiveError(f"no files are kept of the client {client_id!r}.")
        return
    if client.handle in known.forgotten:
        return
    mine = [retained(archive, one, known) for one in editions_of(archive, client, known)]
    kept = [f"{one.edition}: {one.why_not(hand.now)}" for one in mine if not one.due(hand.now)]
    kept += [
        f"he is under hold {one.number} ({one.reason})"
        for one in known.holds
        if one.client == client.handle
    ]
    if kept:
        raise ArchiveError(f"his files must be kept yet: {'; '.join(kept)}.")


def check(evidence: Evidence) -> Iterator[Found]:
    """What `verify` looks at beside objects: purges too early, clients' keys left or lost."""
    yield from _early(evidence.entries)
    yield from _keys(evidence)


def _early(entries: Iterable[Entry]) -> Iterator[Found]:
    """Editions that were purged before the day which their filing names, or under a hold."""
    days: dict[str, date | None] = {}
    holds: dict[int, Hold] = {}
    for one in entries:
        if one.act is Act.ADDED:
            days.setdefault(one.edition, kept_through(one))
        elif one.act is Act.HELD:
            holds[one.number] = held_by(one)
        elif one.act is Act.RELEASED and type(number := one.details.get("hold")) is int:
            holds.pop(number, None)
        elif one.act is Act.PURGED:
            last = days.get(one.edition)
            why = [f"though kept through {last}"] if last and day(one.time) <= last else []
            why += [f"under hold {h.number}" for h in holds.values() if h.names(one.edition)]
            if why:
                message = f"purges {shown(one.edition)} {' and '.join(why)}."
                remedy = "Ask who wrote it; reporter refuses that."
                yield Found(Kind.INCONSISTENT, log.key(one.number), message, remedy)


def _keys(evidence: Evidence) -> Iterator[Found]:
    """Clients' keys: those that must not be there any more, and those that must."""
    keys = keys_of(evidence.archive, evidence.private)
    told = evidence.entries
    forgotten = {str(one.details.get("client")) for one in told if one.act is Act.FORGOTTEN}
    sealed = {str(one.details.get("keys")) for one in told if one.act is Act.ENCLOSED}
    where = shown(str(keys.folder)) if evidence.private else f"{PRIVATE}/{keys.folder.name}"
    try:
        if sealed - {keys.name()}:
            message = (
                "is not where the keys of this archive's clients lie; they were not looked at."
            )
            remedy = "Name their folder: --private DIR, or REPORTER_PRIVATE."
            yield Found(Kind.MISSING, where, message, remedy, note=True)
            return
        there = {one.handle for one in keys.clients()}
        half = keys.half_destroyed()
    except (OSError, ArchiveError) as error:
        yield Found(Kind.UNREADABLE, where, shown(str(error)), note=True)
        return
    again = "Forget him again: reporter archive forget --client ID."
    for handle in sorted(there & forgotten):
        message = f"the key of a client who is forgotten ({handle[:8]}) is there."
        yield Found(Kind.UNFINISHED, where, message, again)
    for handle in sorted(_addressed(evidence) - there - forgotten):
        message = f"the key of a client who is not forgotten ({handle[:8]}) is missing."
        yield Found(Kind.MISSING, where, message, "Put it back from a copy of that folder.")
    if half:
        message = f"the files of {half} destroyed keys are there; they hold nothing."
        yield Found(Kind.UNFINISHED, where, message, again, note=True)


def _addressed(evidence: Evidence) -> set[str]:
    """The handles of all who have files of editions that are not purged, as far as can be read."""
    gone = {one.edition for one in evidence.entries if one.act is Act.PURGED}
    found: set[str] = set()
    for one in evidence.entries:
        if one.act is Act.ENCLOSED and one.edition not in gone:
            with contextlib.suppress(ArchiveError):  # told where objects are, or by `packs.check`
                found.update(line.handle for line in packs.lines(evidence.archive, one))
    return found


# --- what is needed, and what is not ----------------------------------------------------------


def objects_of(archive: Archive, edition: str, known: Chronicle) -> set[str]:
    """The objects that go with an edition: its record, its parts, what clients had of it."""
    filed = known.filed(edition)
    entries = (filed, *known.enclosed.get(edition, ()))
    named = {name for one in entries for name in one.objects.values()}
    return named | {part.sha256 for part in _record(archive, filed).parts}


def needed(archive: Archive, known: Chronicle) -> Counter[str]:
    """The objects that anything kept refers to, and how many editions or entries do.

    Raises:
        ArchiveError: an edition's record cannot be read, so that nobody can say what it needs.
    """
    counted: Counter[str] = Counter()
    for edition in known.live:
        counted.update(objects_of(archive, edition, known))
    for one in known.entries:
        if one.act not in _GOES_WITH:
            counted.update(set(one.objects.values()))
    return counted


def there(archive: Archive) -> Iterator[str]:
    """The hashes of all objects in the store, as their names say."""
    for key in archive.store.keys(OBJECTS):
        name = key.rpartition("/")[2]
        if _SHA256.fullmatch(name) and key == object_key(name):
            yield name


def purged_objects(known: Chronicle) -> set[str]:
    """The objects that editions had which entries `purged` took away."""
    found: set[str] = set()
    for one in known.purged.values():
        listed = one.details.get("objects")
        found.update(map(str, listed) if isinstance(listed, list) else ())
    return found


def _planned(
    archive: Archive, known: Chronicle, wanted: list[Retention], held: list[Retention]
) -> Plan:
    counted = needed(archive, known)
    left = [name for name in there(archive) if name not in counted]
    gone = purged_objects(known)
    lost = ends.lost(archive, (name for name in left if name not in gone))
    theirs = {part.sha256 for one in lost.values() for part in one.parts}
    counted.update(theirs)  # whether their entries were cut off, nobody knows yet
    doomed = []
    for one in wanted:
        mine = objects_of(archive, one.edition, known)
        counted.subtract(mine)
        goes = tuple(sorted(name for name in mine if not counted[name]))
        its = tuple(sorted(mine))
        files = len(_record(archive, known.filed(one.edition)).parts)
        doomed.append(Doomed(one, its, goes, files))
    return Plan(
        tuple(doomed),
        tuple(held),
        tuple(name for name in left if name in gone - theirs),
        tuple(name for name in left if name not in gone - theirs),
        tuple(sorted(shown(one.id) for one in lost.values())),
    )


def _record(archive: Archive, filed: Entry) -> Edition:
    return read_record(archive.object(record_of(filed)))


def _append(archive: Archive, hand: Hand, doomed: Doomed) -> None:
    def check(entries: tuple[Entry, ...]) -> None:
        chronicle(entries).filed(doomed.edition)

    kept = doomed.retention.until.isoformat()
    details = log.details(
        reason=f"its time was over: kept through {kept}", until=kept, objects=list(doomed.objects)
    )
    entry = hand.entry(Act.PURGED, doomed.edition, details=details)
    log.append(archive.store, entry, check, late=hand.late)


def _remove(archive: Archive, names: Iterable[str]) -> None:
    """Remove objects; the pictures of what goes first, so that a killed purge leaves none."""
    names = tuple(names)
    pictures.forget(archive.folder, names)
    for name in names:
        archive.store.remove(object_key(name))
