"""The log: numbered entries, each naming the hash of the one before, none ever changed.

An entry is a file `log/<number>.json` of the store. Putting it is what makes a thing so: an edition
is filed once its entry is there, and not before. Two writers cannot take the same number; the one
that comes second reads on and tries the next.

A process reads a log once: what it has read and checked it keeps by store, and asks again only for
what follows, and whether the last entry is still the same. `verify` never goes by that.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from reporter.archive.stores import AbsentError, Store, TakenError
from reporter.errors import ArchiveError
from reporter.filed import GENESIS, Act, Entry, Head

FORMAT = 1
LOG = "log"
SKEW = timedelta(minutes=2)
"""So far may the clocks of two writers differ; a clock further behind the log is refused."""
TRIES = 1000
LARGEST = 16 << 20  # bytes of an entry
CLOCK, BEHIND = "clock", "behind"
"""So an entry says in its details that its clock stood before the log and was said to be right."""

Check = Callable[[tuple[Entry, ...]], None]
"""Refuses an entry, by raising, after a look at those that are there."""


class BrokenLogError(ArchiveError):
    """An entry that is missing, out of its place, or cannot be read."""


def key(number: int) -> str:
    """Where an entry lies in the store."""
    return f"{LOG}/{number:08d}.json"


def encoded(entry: Entry) -> bytes:
    """The bytes of an entry: what is hashed and kept."""
    document = {
        "format": FORMAT,
        "number": entry.number,
        "previous": entry.previous,
        "time": entry.time.astimezone(UTC).isoformat(),
        "actor": entry.actor,
        "act": entry.act.value,
        "edition": entry.edition,
        "objects": dict(entry.objects),
        "details": dict(entry.details),
    }
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode()


def decoded(data: bytes, where: str) -> Entry:
    """The entry that these bytes are, to the byte.

    Whatever `encoded` would not write is refused, so that an entry has one form only: no unknown or
    repeated fields, no other order, spacing or spelling of a number or a time.

    Raises:
        BrokenLogError: they are none.
    """
    try:
        document: dict[str, Any] = json.loads(data)
        if type(document["format"]) is int and document["format"] != FORMAT:
            raise BrokenLogError("was written by another version of reporter.", where=where)
        entry = Entry(
            _whole(document["number"]),
            _hash(document["previous"]),
            datetime.fromisoformat(document["time"]),
            _text(document["actor"]),
            Act(document["act"]),
            _text(document["edition"]),
            {_text(name): _hash(sha256) for name, sha256 in document["objects"].items()},
            dict(document["details"].items()),
            hashlib.sha256(data).hexdigest(),
        )
        if encoded(entry) != data:
            raise BrokenLogError("is written otherwise than reporter writes.", where=where)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise BrokenLogError("is no entry of a log.", where=where) from error
    except RecursionError as error:
        raise BrokenLogError("is no entry of a log.", where=where) from error
    return entry


def _whole(value: object) -> int:
    if type(value) is not int or value < 1:
        raise ValueError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _hash(value: object) -> str:
    if not re.fullmatch("[0-9a-f]{64}", _text(value)):
        raise ValueError
    return _text(value)


def number_of(name: str) -> int:
    """The number in a key of the store, 0 where the key is no entry's."""
    found = re.fullmatch(rf"{LOG}/([0-9]{{8,}})\.json", name)
    number = int(found[1]) if found else 0
    return number if name == key(number) else 0


def entries(store: Store, after: int = 0) -> Iterator[Entry]:
    """The entries with numbers above `after`, in order, each checked to follow the one before.

    Raises:
        BrokenLogError: one is missing, changed or out of place; `reporter archive verify` says
            what was done to it.
    """
    if after and store not in _KNOWN:
        yield from _listed(store, after)
    else:
        yield from _all(store)[after:]


_KNOWN: WeakKeyDictionary[Store, tuple[Entry, ...]] = WeakKeyDictionary()
"""What this process has read of a log, from the first entry on, each checked."""


def _all(store: Store) -> tuple[Entry, ...]:
    """Every entry; what was read before is not read again."""
    known = _KNOWN.get(store, ())
    if known and _still(store, known[-1]):
        known += tuple(_following(store, known[-1]))
    else:
        known = tuple(_listed(store))
    _KNOWN[store] = known
    return known


def _still(store: Store, last: Entry) -> bool:
    """Whether an entry lies where it lay; not so where an older state was put in place."""
    try:
        return hashlib.sha256(store.get(key(last.number))).hexdigest() == last.sha256
    except AbsentError:
        return False


def _following(store: Store, last: Entry) -> Iterator[Entry]:
    """The entries behind one, found without listing the log."""
    while True:
        name = key(last.number + 1)
        try:
            data = store.get(name)
        except AbsentError:
            return
        last = _next(data, name, last.number + 1, last.sha256)
        yield last


def _listed(store: Store, after: int = 0) -> Iterator[Entry]:
    """The entries above `after`, found by listing the log, which shows a hole as one."""
    names = [name for name in store.keys(LOG) if number_of(name) > after]
    previous = GENESIS
    if names and after:
        previous = hashlib.sha256(store.get(key(after))).hexdigest()
    for number, name in enumerate(names, after + 1):
        if name != key(number):
            raise BrokenLogError("is missing.", where=key(number), tip=_VERIFY)
        entry = _next(store.get(name), name, number, previous)
        previous = entry.sha256
        yield entry


def _next(data: bytes, name: str, number: int, previous: str) -> Entry:
    entry = decoded(data, name)
    if entry.number != number or entry.previous != previous:
        raise BrokenLogError("does not follow the entry before.", where=name, tip=_VERIFY)
    return entry


_VERIFY = "See what was done to it: reporter archive verify."


def head(found: tuple[Entry, ...]) -> Head:
    """How far a log has come."""
    return Head(found[-1].number, found[-1].sha256) if found else Head(0, GENESIS)


def append(store: Store, entry: Entry, check: Check, *, late: bool = False) -> Entry:
    """Put an entry behind the last one, whoever else writes at the same time.

    Args:
        store: of the archive; the caller holds it, shared or alone.
        entry: without number, previous and hash.
        check: looks at what is there, again each time another writer was faster.
        late: a clock behind the log's last entry is the right one.

    Raises:
        ArchiveError: `check` refuses, the clock stands before the log, or it cannot be written.
    """
    for _ in range(TRIES):
        there = _all(store)
        check(there)
        new = _placed(entry, there, late=late)
        data = _bytes(new)
        try:
            if not store.put(key(new.number), data):
                continue  # somebody else did the very same at the same moment
        except TakenError:
            continue
        new = decoded(data, key(new.number))
        _KNOWN[store] = (*there, new)
        return new
    raise ArchiveError("other writers were faster a thousand times. Try again.")


def _placed(entry: Entry, there: tuple[Entry, ...], *, late: bool) -> Entry:
    """An entry as it stands behind those that are there."""
    latest = latest_time(there)
    if latest and entry.time < latest - SKEW:
        if not late:
            raise _behind(entry.time, latest)
        entry = replace(entry, details={**entry.details, CLOCK: BEHIND})
    last = head(there)
    return replace(entry, number=last.number + 1, previous=last.sha256)


def _bytes(entry: Entry) -> bytes:
    """An entry's bytes.

    Raises:
        ArchiveError: it says what cannot be written, or would not be read again.
    """
    try:
        data = encoded(entry)
    except (ValueError, TypeError) as error:
        message = f"an entry of {entry.actor!a} says what cannot be written as text."
        raise ArchiveError(message, tip="Leave letters out that are none.") from error
    if len(data) > LARGEST:
        raise ArchiveError("is larger than an entry may be.", where=key(entry.number))
    decoded(data, key(entry.number))
    return data


def latest_time(entries: Iterable[Entry]) -> datetime | None:
    """The latest time of a log, from the last entry on whose clock was said to be right."""
    latest: datetime | None = None
    for entry in entries:
        latest = entry.time if latest is None or is_marked(entry) else max(latest, entry.time)
    return latest


def is_marked(entry: Entry) -> bool:
    """Whether an entry says that its clock stood before the log and was right."""
    return entry.details.get(CLOCK) == BEHIND


def _behind(now: datetime, latest: datetime) -> ArchiveError:
    message = (
        f"the clock says {_told(now)}, but the log goes up to {_told(latest)}. "
        "Nothing was written to it."
    )
    tip = "Set the clock; if it is right, say so with --clock-is-right."
    return ArchiveError(message, tip=tip)


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def details(**words: Any) -> Mapping[str, Any]:  # noqa: ANN401  as JSON has it
    """Details of an entry; what is empty is left out."""
    return {name: value for name, value in words.items() if value not in ("", None, [], {})}
