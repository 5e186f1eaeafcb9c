"""Whether an archive is what was filed: its log, its objects, its editions' records.

Without a head that was kept elsewhere, a log is held against itself alone: who can write to the
archive can cut its end off, put an older state in its place, or change it and compute the rest
anew. With one, none of that passes.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reporter.archive import approval, catalogue, chain, ends, log, packs, policy, purging
from reporter.archive.base import (
    CATALOGUE,
    OBJECTS,
    PICTURES,
    PRIVATE,
    Archive,
    object_key,
    read_record,
    record,
)
from reporter.archive.filing import FILES, INPUTS, PROGRAM
from reporter.archive.findings import Check, Evidence, Found, Kind, Report, shown
from reporter.archive.heads import Anchors
from reporter.archive.stores import UNDERWAY, Store
from reporter.errors import ArchiveError
from reporter.filed import Act, Edition, Entry, Head

Progress = Callable[[int, int, str], None]
_OBJECT = re.compile(rf"{OBJECTS}/([0-9a-f]{{2}})/(\1[0-9a-f]{{62}})")
_COPY = "Put it back from a copy of the archive; its name is the sha256 of its bytes."
_ABOUT = {
    Act.APPROVED, Act.WITHDRAWN, Act.USED, Act.HELD, Act.RELEASED, Act.PURGED, Act.ENCLOSED,
    Act.OVERRIDDEN,
}  # fmt: skip
"""Acts that concern an edition filed before, where they name one."""

_OWN = {log.LOG, OBJECTS, PRIVATE, PICTURES, UNDERWAY}
_CATALOGUES = f"{Path(CATALOGUE).stem}."
_AWAY = "Keep it elsewhere."
_LEAVINGS = "{} that nothing refers to, left by killed runs or by a log whose end was cut off"
_LOST = "Records of editions that no entry files are among them: {}. The log's end may be missing."
_KEEP = "They are evidence: clear nothing away before all that was found is explained."
_KEEP_LOST = "Clear nothing away; verify with a head kept elsewhere: --head."

CHECKS: tuple[Check, ...] = (
    policy.check,
    approval.check,
    packs.check,
    purging.check,
    catalogue.check,
    ends.check,
)
"""Further checks, each of which is handed what stands and gives what it finds."""


@dataclass(slots=True)
class _Objects:
    """The objects that lie there: sizes of those that are whole; hash and size of all others."""

    whole: dict[str, int] = field(default_factory=dict)
    other: dict[str, tuple[str, int]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Use:
    """That an object is needed: of which edition, as what, how many bytes if that is known."""

    edition: str
    what: str
    size: int | None = None


def _silent(_done: int, _total: int, _name: str) -> None:
    pass


def verify(
    archive: Archive,
    heads: Anchors | Sequence[Head] = (),
    progress: Progress = _silent,
    private: Path | None = None,
) -> Report:
    """Look at everything in an archive.

    Args:
        archive: which; nobody removes anything from it meanwhile.
        heads: of its log, kept elsewhere.
        progress: told of objects read.
        private: the folder of clients' keys; None where it is the archive's own.

    Raises:
        ArchiveError: the archive's folder cannot be read at all.
    """
    anchors = heads if isinstance(heads, Anchors) else Anchors(tuple(heads))
    with archive.store.shared():
        lay = chain.examined(archive.store, anchors)
        strays = dict(archive.store.strays(OBJECTS))
        objects = _hashed(archive.store, strays, progress)
        found = [*lay.found, *_strangers(archive.store, strays), *_around(archive)]
        editions, told = _editions(archive, lay.entries, objects)
        purged = _purged(lay.entries)
        found += told
        uses = _uses(lay.entries, editions)
        found += _held_against(uses, objects, purged)
        evidence = Evidence(archive, lay.entries, editions, objects.whole, purged, private)
        for check in CHECKS:
            found += check(evidence)
        clean = all(one.note for one in found)
        found += _left(archive, _unneeded(uses, objects, purged), purged, clean=clean)
    time = lay.entries[-1].time if lay.entries else None
    count = len(objects.whole) + len(objects.other)
    return Report(tuple(found), lay.count, len(editions), count, objects.size, lay.head, time,
                  lay.heads, lay.matched, lay.skipped)  # fmt: skip


# --- objects ----------------------------------------------------------------------------------


def _hashed(store: Store, strays: Mapping[str, str], progress: Progress) -> _Objects:
    """Every object, read once, a piece at a time."""
    names = [found for name in store.keys(OBJECTS) if (found := _OBJECT.fullmatch(name))]
    objects = _Objects()
    for done, name in enumerate(names):
        sha256 = name[2]
        if what := strays.get(name[0]):  # a link may lead anywhere, a pipe never ends
            objects.failed[sha256] = f"is {what}"
            continue
        try:
            actual, size = _sum(store.pieces(name[0]))
        except ArchiveError as error:
            objects.failed[sha256] = shown(error.message)
            continue
        objects.size += size
        if actual == sha256:
            objects.whole[sha256] = size
        else:
            objects.other[sha256] = (actual, size)
        progress(done + 1, len(names), sha256[:12])
    return objects


def _sum(pieces: Iterable[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _strangers(store: Store, strays: Mapping[str, str]) -> Iterator[Found]:
    for place, what in strays.items():
        if not _OBJECT.fullmatch(place):
            yield chain.stray(place, what)
    for name in store.keys(OBJECTS):
        if not _OBJECT.fullmatch(name) and name not in strays:
            yield chain.stray(name, "no object")


def _around(archive: Archive) -> Iterator[Found]:
    """What lies in the archive's own folder and is nothing of an archive: worth knowing only."""
    try:
        names = sorted(path.name for path in archive.folder.iterdir())
    except OSError:
        return  # told where the log is
    for name in names:
        if name not in _OWN and not name.startswith(_CATALOGUES):
            message = "is nothing of the archive, which neither reads nor proves it."
            yield Found(Kind.FOREIGN, shown(name), message, _AWAY, note=True)


def _uses(entries: Sequence[Entry], editions: Mapping[str, Edition]) -> dict[str, list[_Use]]:
    """Every object that an entry or a record refers to, with what refers to it."""
    uses: dict[str, list[_Use]] = defaultdict(list)
    for entry in entries:
        for name, sha256 in entry.objects.items():
            of = entry.edition or f"entry {entry.number}"
            uses[sha256].append(_Use(entry.edition, shown(f"the {name} of {of}")))
    for edition in editions.values():
        for part in edition.parts:
            what = shown(f"{part.path} of {edition.id}")
            uses[part.sha256].append(_Use(edition.id, what, part.size))
    return uses


def _purged(entries: Sequence[Entry]) -> dict[str, frozenset[str]]:
    """The objects that purges took away, by edition."""
    purged: dict[str, frozenset[str]] = {}
    for entry in entries:
        listed = entry.details.get("objects")
        if entry.act is Act.PURGED and entry.edition and isinstance(listed, list):
            names = frozenset(name for name in listed if isinstance(name, str))
            purged[entry.edition] = purged.get(entry.edition, frozenset()) | names
    return purged


def _held_against(
    uses: Mapping[str, Sequence[_Use]], objects: _Objects, purged: Mapping[str, frozenset[str]]
) -> Iterator[Found]:
    """Objects that are not whole, or needed and not there."""
    needed = _needed(uses, purged)
    for sha256, users in needed.items():
        if users and sha256 not in objects.whole:
            yield _lacking(sha256, users, objects, uses)
    for sha256 in (*objects.other, *objects.failed):
        if not needed.get(sha256):
            yield _lacking(sha256, (), objects, uses)


def _needed(
    uses: Mapping[str, Sequence[_Use]], purged: Mapping[str, frozenset[str]]
) -> dict[str, list[_Use]]:
    """What needs each object: editions that were purged with it do not."""
    nothing: frozenset[str] = frozenset()
    return {
        sha256: [u for u in all_ if sha256 not in purged.get(u.edition, nothing)]
        for sha256, all_ in uses.items()
    }


def _unneeded(
    uses: Mapping[str, Sequence[_Use]], objects: _Objects, purged: Mapping[str, frozenset[str]]
) -> list[str]:
    """The objects that are whole and that nothing needs."""
    needed = _needed(uses, purged)
    return [sha256 for sha256 in objects.whole if not needed.get(sha256)]


def _lacking(
    sha256: str, users: Sequence[_Use], objects: _Objects, uses: Mapping[str, object]
) -> Found:
    """What is wrong with an object."""
    of = f" ({_listed(users)})" if users else " (nothing refers to it)"
    where = object_key(sha256)
    if sha256 in objects.failed:
        return Found(Kind.UNREADABLE, where, f"{objects.failed[sha256].rstrip('.')}{of}.", _COPY)
    if sha256 not in objects.other:
        blind = any(user.what.startswith("the record of ") for user in users)
        more = " Whether files of it are missing too cannot be told without." if blind else ""
        return Found(Kind.MISSING, where, f"is missing{of}.{more}", _COPY)
    actual, size = objects.other[sha256]
    meant = next((user.size for user in users if user.size is not None), None)
    if actual in uses or actual in objects.whole or actual in objects.other:
        return Found(Kind.SWAPPED, where, f"holds the bytes of another, {actual}{of}.", _COPY)
    if size == 0 or (meant is not None and size < meant):
        had = f"{size} of {meant}" if meant is not None else "no"
        return Found(Kind.TRUNCATED, where, f"was cut off: {had} bytes are there{of}.", _COPY)
    return Found(Kind.CHANGED, where, f"was changed: its sha256 is {actual}{of}.", _COPY)


def _listed(users: Sequence[_Use]) -> str:
    more = f" and {len(users) - 1} more" if len(users) > 1 else ""
    return f"{users[0].what}{more}"


def _left(
    archive: Archive,
    unneeded: Sequence[str],
    purged: Mapping[str, frozenset[str]],
    *,
    clean: bool,
) -> Iterator[Found]:
    """Notes on objects that nothing needs: of a purge not finished, of a killed run.

    To purge them is advised only where all else is `clean` and no record is among them: they may be
    all that is left of editions whose entries were cut off.
    """
    removed = frozenset().union(*purged.values())
    unfiled = [name for name in unneeded if name not in removed]
    lost = sorted(shown(one.id) for one in ends.lost(archive, unfiled).values())
    kinds = (
        (Kind.UNFINISHED, True, "of a purge that was cut short: {} not removed yet", ""),
        (Kind.LEAVING, False, _LEAVINGS, " --leavings"),
    )
    for kind, gone, what, how in kinds:
        if names := [sha256 for sha256 in unneeded if (sha256 in removed) is gone]:
            message = what.format(f"{len(names)} object{'' if len(names) == 1 else 's'}") + "."
            more = "" if len(names) == 1 else " and others"
            remedy = f"`reporter archive purge{how}` clears it away."
            if lost and not gone:
                message += f" {_LOST.format(', '.join(lost))}"
            if lost:
                remedy = _KEEP_LOST
            elif not clean:
                remedy = _KEEP
            yield Found(kind, f"{object_key(names[0])}{more}", message, remedy, note=True)


# --- editions ---------------------------------------------------------------------------------


def _editions(
    archive: Archive, entries: Sequence[Entry], objects: _Objects
) -> tuple[dict[str, Edition], list[Found]]:
    """The records that are whole, by id, and what is wrong between entries and records."""
    filed: dict[str, int] = {}
    editions: dict[str, Edition] = {}
    found: list[Found] = []
    for entry in entries:
        if entry.act is Act.ADDED:
            edition, wrong = _record(archive, entry, objects)
            wrong += _in_turn(entry, filed)
            if edition and not wrong:
                editions[edition.id] = edition
            filed.setdefault(entry.edition, entry.number)
        else:
            about = entry.act in _ABOUT and entry.edition and entry.edition not in filed
            wrong = [f"is about {entry.edition}, which was not filed before"] if about else []
            wrong += ["purges no edition"] if entry.act is Act.PURGED and not entry.edition else []
        found += [_inconsistent(entry, what) for what in wrong]
    return editions, found


def _inconsistent(entry: Entry, what: str) -> Found:
    remedy = "Go by a copy of the archive from before."
    return Found(Kind.INCONSISTENT, log.key(entry.number), f"{shown(what)}.", remedy)


def _record(archive: Archive, entry: Entry, objects: _Objects) -> tuple[Edition | None, list[str]]:
    """An entry's record, if it is whole, and where the two disagree."""
    sha256 = entry.objects.get("record", "")
    if not sha256:
        return None, ["files an edition without a record"]
    if sha256 not in objects.whole:
        return None, []  # told where objects are
    try:
        data = archive.object(sha256)
        edition = read_record(data)
        if record(edition) != data:
            return None, [f"the record of {entry.edition} is written otherwise than reporter does"]
    except ArchiveError:
        return None, [f"the record of {entry.edition} cannot be read"]
    return edition, list(_disagreements(entry, edition))


def _disagreements(entry: Entry, edition: Edition) -> Iterator[str]:
    suffix = "" if edition.number == 1 else f".{edition.number}"
    if edition.id != entry.edition:
        yield f"files {entry.edition}, but its record is of {edition.id}"
    if edition.id != f"{edition.as_of.isoformat()}/{edition.slug}{suffix}":
        yield f"the record of {edition.id} is of another day, slug or number"
    for name, said in (("corrects", edition.corrects), ("reason", edition.reason)):
        if (entry.details.get(name) or "") != said:
            yield f"its record says otherwise what {entry.edition} corrects, or why"
            break
    if any(not _is_plain(part.path) for part in edition.parts):
        yield f"the record of {edition.id} names a file outside of the edition"
    if any(not re.fullmatch("[0-9a-f]{64}", part.sha256) for part in edition.parts):
        yield f"the record of {edition.id} names an object that can be none"


def _is_plain(path: str) -> bool:
    inside = path.startswith((FILES, INPUTS, PROGRAM)) and "\\" not in path
    return inside and not {"", ".", ".."} & set(path.split("/"))


def _in_turn(entry: Entry, filed: Mapping[str, int]) -> Iterator[str]:
    """Whether an edition comes where it must: once, after those before it."""
    name = entry.edition
    place, _, number = name.partition(".")
    if name in filed:
        yield f"files {name} again, which entry {filed[name]} filed"
    before = place if number == "2" else f"{place}.{_one_less(number)}" if number else ""
    if before and before not in filed:
        yield f"files {name}, but {before} was not filed before"
    corrected = entry.details.get("corrects")
    if corrected and not (isinstance(corrected, str) and corrected in filed):
        yield f"corrects {corrected}, which was not filed before"


def _one_less(number: str) -> int:
    return int(number[:9]) - 1 if number.isascii() and number.isdecimal() else 0
