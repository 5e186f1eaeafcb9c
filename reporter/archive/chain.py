"""The log as it lies there, however it was tampered with: what was done to it, and where.

Unlike `log.entries`, which stops at the first thing that is wrong, this reads every file there is
and goes by nothing that was read before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reporter.archive import log
from reporter.archive.findings import Found, Kind, shown
from reporter.archive.heads import Anchors, identity
from reporter.archive.log import key
from reporter.archive.stores import LEAVING, Store
from reporter.errors import ArchiveError
from reporter.filed import GENESIS, Entry, Head

NONE = Anchors()
SHOWN = 3
_COPY = "Put back the file from a copy of the archive."
_CHAIN = "Go by a copy of the archive from before, and by the heads kept of it."


@dataclass(frozen=True, slots=True)
class _File:
    """A file of the log: the entry in it, or None and why; the hash of its bytes."""

    place: int
    entry: Entry | None
    sha256: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """The log: entries that can be read and lie in their place, and what was found."""

    entries: tuple[Entry, ...]
    count: int
    head: Head | None
    found: tuple[Found, ...]
    heads: tuple[Head, ...]
    matched: tuple[Head, ...]
    skipped: tuple[Head, ...]


def examined(store: Store, anchors: Anchors = NONE) -> Chain:
    """Everything that a log and the heads kept of it show.

    Args:
        store: of the archive.
        anchors: heads kept elsewhere; those of the same number may contradict each other.
    """
    strays = dict(store.strays(log.LOG))
    files = {number: _read(store, number, strays) for number in _numbers(store)}
    heads, skipped, strange = _sorted(anchors, _identities(files))
    matched = tuple(h for h in heads if h.number in files and files[h.number].sha256 == h.sha256)
    odd = {place: one for file in files.values() for place, one in _odd(file, files)}
    links = dict(_links(files, odd, {head.number for head in matched}))
    gone = list(_gone(sorted(files)))
    entries = tuple(f.entry for f in files.values() if f.entry and f.entry.number == f.place)
    found = (
        *_strangers(store, strays), *gone, *odd.values(), *links.values(), *_clock(entries),
        *_anchored(files, heads, matched, {*odd, *links}), *strange,
    )  # fmt: skip
    last = max(files, default=0)
    own = identity(files[1].sha256) if 1 in files else ""
    head = Head(last, files[last].sha256, own) if last else None
    return Chain(entries, len(files), head, found, heads, matched, skipped)


def _identities(files: Mapping[int, _File]) -> frozenset[str]:
    """What the archive may be called: by its first entry, and by what the second says of that.

    So the identity outlives a change of the first entry alone.
    """
    found = {one.sha256 for place, one in files.items() if place == 1 or _number(one) == 1}
    found |= {one.entry.previous for one in files.values() if one.entry and _number(one) == 2}  # noqa: PLR2004  the second
    return frozenset(identity(sha256) for sha256 in found if sha256)


def _number(file: _File) -> int:
    return file.entry.number if file.entry else 0


def _sorted(
    anchors: Anchors, names: frozenset[str]
) -> tuple[tuple[Head, ...], tuple[Head, ...], list[Found]]:
    """The heads of this archive, those of others in files, and what is wrong with where they are.

    Where nothing is left that tells which archive this is, every head may be its own.
    """
    mine = [head for head in anchors.named if _is_of(head, names)]
    strange = [_foreign(head, names) for head in anchors.named if head not in mine]
    skipped: list[Head] = []
    for file, heads in anchors.files.items():
        own = [head for head in heads if _is_of(head, names)]
        mine += own
        skipped += [head for head in heads if head not in own]
        if not own:
            strange.append(_homeless(file, heads, names))
    return tuple(dict.fromkeys(mine)), tuple(dict.fromkeys(skipped)), strange


def _is_of(head: Head, names: frozenset[str]) -> bool:
    return not names or not head.archive or head.archive in names


def _foreign(head: Head, names: frozenset[str]) -> Found:
    message = (
        f"is of archive {head.archive}, but this is {_or(names)}: it is another archive's, or "
        "everything here was computed anew from the first entry on."
    )
    return Found(Kind.HEAD, f"the head of entry {head.number}", message, _CHAIN)


def _homeless(file: str, heads: Sequence[Head], names: frozenset[str]) -> Found:
    others = sorted({head.archive for head in heads})
    more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
    message = (
        f"has no head of this archive, {_or(names)}: it holds heads of archive "
        f"{', '.join(others[:SHOWN])}{more}. If it was kept of this archive, everything here was "
        "computed anew, or another archive was put in its place."
    )
    return Found(Kind.HEAD, shown(file), message, _CHAIN)


def _or(names: frozenset[str]) -> str:
    return " or ".join(sorted(names))


def _numbers(store: Store) -> list[int]:
    return sorted(filter(None, map(log.number_of, store.keys(log.LOG))))


def _read(store: Store, place: int, strays: Mapping[str, str]) -> _File:
    if what := strays.get(key(place)):
        return _File(place, None, "", f"is {what}")
    whole = bytearray()
    try:
        for piece in store.pieces(key(place)):
            whole += piece
            if len(whole) > log.LARGEST:
                return _File(place, None, "", "is far too large for an entry")
        return _File(place, log.decoded(bytes(whole), key(place)), _digest(whole))
    except ArchiveError as error:
        why = "is empty" if not whole else error.message.rstrip(".")
        return _File(place, None, _digest(whole), shown(why))


def _digest(data: bytes | bytearray) -> str:
    return hashlib.sha256(data).hexdigest()


def _strangers(store: Store, strays: Mapping[str, str]) -> Iterator[Found]:
    """What lies in the log's folder and is no entry."""
    for place, what in strays.items():
        if not log.number_of(place):
            yield stray(place, what)
    for name in store.keys(log.LOG):
        if not log.number_of(name) and name not in strays:
            yield stray(name, "no entry of a log")


def stray(place: str, what: str) -> Found:
    """What lies in the archive and does not belong there."""
    if what == LEAVING:
        remedy = "The next `reporter archive purge` clears it away."
        return Found(Kind.LEAVING, shown(place), f"was {what}.", remedy, note=True)
    remedy = "Take it away; nothing of the archive goes by it."
    return Found(Kind.FOREIGN, shown(place), f"is {what}: the archive did not put it here.", remedy)


def _gone(places: Sequence[int]) -> Iterator[Found]:
    """Holes: numbers that no file has, though later ones are there."""
    for before, after in pairwise((0, *places)):
        if after == before + 2:
            yield Found(Kind.MISSING, key(before + 1), "is missing.", _COPY)
        elif after > before + 2:
            message = f"this and all up to {key(after - 1)} are missing."
            yield Found(Kind.MISSING, key(before + 1), message, _COPY)


def _odd(file: _File, files: dict[int, _File]) -> Iterator[tuple[int, Found]]:
    """A file that is no entry, or the entry of another place."""
    where, entry = key(file.place), file.entry
    if entry is None:
        yield file.place, Found(Kind.UNREADABLE, where, f"{file.why}.", _COPY)
    elif entry.number != file.place:
        there = files.get(entry.number)
        if there and there.sha256 == file.sha256:
            message = f"is entry {entry.number} once more."
            yield file.place, Found(Kind.DUPLICATE, where, message, _COPY)
        elif there and there.entry and there.entry.number == file.place:
            message = f"and {key(entry.number)} were swapped."
            yield file.place, Found(Kind.SWAPPED, where, message, "Swap them back.")
        else:
            message = f"says that it is entry {entry.number}."
            yield file.place, Found(Kind.MOVED, where, message, _COPY)


def _links(
    files: dict[int, _File], odd: dict[int, Found], vouched: set[int]
) -> Iterator[tuple[int, Found]]:
    """Entries that are not those which the next one follows.

    A broken link says that one of two entries was changed. The later one it was, where the link
    behind it is broken as well, or where a head vouches for the earlier; else the earlier.
    """
    broken = set(_broken(files, odd))
    for later in sorted(broken):
        earlier = later - 1
        if later + 1 in broken and later not in vouched:
            continue  # told with the next link
        if not earlier or (earlier in vouched and later not in vouched):
            message = "does not follow the entry before: it was changed."
            yield later, Found(Kind.CHANGED, key(later), message, _COPY)
        else:
            or_last = later not in vouched and later + 1 not in files
            which = (
                f"was changed, or the last entry, {key(later)}, was" if or_last else "was changed"
            )
            also = earlier in broken and earlier - 1 and earlier - 1 not in vouched
            more = f" So may have been entry {earlier - 1}." if also else ""
            message = f"{which}: entry {later} follows another.{more}"
            yield earlier, Found(Kind.CHANGED, key(earlier), message, _COPY)


def _broken(files: dict[int, _File], odd: dict[int, Found]) -> Iterator[int]:
    """Numbers of entries that do not follow the one before, both in their places."""
    for place, file in files.items():
        before = files.get(place - 1)
        if file.entry is None or place in odd or place - 1 in odd or (place > 1 and not before):
            continue
        if file.entry.previous != (before.sha256 if before else GENESIS):
            yield place


def _clock(entries: Sequence[Entry]) -> Iterator[Found]:
    """Entries whose time stands before that of earlier ones."""
    latest = None
    for entry in entries:
        if latest and entry.time < latest - log.SKEW:
            marked = log.is_marked(entry)
            said = "; it was said that its clock is right" if marked else ""
            message = f"says {_told(entry)}, but the log was at {latest:%Y-%m-%d %H:%M} UTC{said}."
            remedy = "" if marked else "Ask who wrote it; reporter writes none such unmarked."
            yield Found(Kind.CLOCK, key(entry.number), message, remedy, note=marked)
        latest = log.later(latest, entry)


def _told(entry: Entry) -> str:
    return f"{entry.time:%Y-%m-%d %H:%M} UTC"


def _anchored(
    files: dict[int, _File], heads: Sequence[Head], matched: Sequence[Head], told: set[int]
) -> Iterator[Found]:
    """What heads show beyond the chain: an end cut off, a chain recomputed, a head of another."""
    last, sure = max(files, default=0), max((head.number for head in matched), default=0)
    missed = sorted((h for h in heads if h not in matched), key=lambda head: head.number)
    departed = False
    for head in missed:
        if head.number > last or head.number not in files or head.number in told:
            continue  # cut off, missing or found changed without the head
        if head.number <= sure and not any(head.number <= place < sure for place in told):
            message = f"is none of this log: the head of entry {sure} holds, and names another."
            remedy = "See whether it is of another archive, or was changed where it was kept."
            yield Found(Kind.HEAD, f"the head of entry {head.number}", message, remedy)
        elif not departed:
            departed = True
            yield _departed(head, max((m.number for m in matched if m.number < head.number),
                                      default=0))  # fmt: skip
    if missed and missed[-1].number > last:
        yield _cut(last, missed[-1])


def _departed(head: Head, good: int) -> Found:
    first = good + 1
    where = key(head.number) if first == head.number else f"{key(first)} to {key(head.number)}"
    since = f"up to entry {good} the heads hold" if good else "no earlier head was given"
    message = (
        f"is not the log that the head of entry {head.number} was taken of: entries were changed "
        f"here and the chain computed again ({since})."
    )
    return Found(Kind.RECOMPUTED, where, message, _CHAIN)


def _cut(last: int, head: Head) -> Found:
    message = (
        f"ends at entry {last}, but a head was taken of entry {head.number}: "
        "its end was cut off, or an older state was put in its place."
    )
    return Found(Kind.TRUNCATED, "log", message, _CHAIN)
