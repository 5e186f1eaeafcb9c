"""The log: numbered entries, each naming the hash of the one before, none ever changed.

An entry is a file `log/<number>.json` of the store. Putting it is what makes a thing so: an edition
is filed once its entry is there, and not before. Two writers cannot take the same number; the one
that comes second reads on and tries the next.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from reporter.archive.stores import Store, TakenError
from reporter.errors import ArchiveError
from reporter.filed import GENESIS, Act, Entry, Head

FORMAT = 1
LOG = "log"
SKEW = timedelta(minutes=2)
"""So far may the clocks of two writers differ; a clock further behind the log is refused."""
TRIES = 1000

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
    """The entry that these bytes are.

    Raises:
        BrokenLogError: they are none.
    """
    try:
        document: dict[str, Any] = json.loads(data)
        if document["format"] != FORMAT:
            raise BrokenLogError("was written by another version of reporter.", where=where)
        return Entry(
            document["number"],
            document["previous"],
            datetime.fromisoformat(document["time"]),
            document["actor"],
            Act(document["act"]),
            document["edition"],
            document["objects"],
            document["details"],
            hashlib.sha256(data).hexdigest(),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenLogError("is no entry of a log.", where=where) from error


def entries(store: Store, after: int = 0) -> Iterator[Entry]:
    """The entries with numbers above `after`, in order, each checked to follow the one before.

    Raises:
        BrokenLogError: one is missing, changed or out of place; `reporter archive verify` says
            what was done to it.
    """
    number, previous = after, None
    for name in store.keys(LOG):
        if name <= key(after):
            continue
        number += 1
        if name != key(number):
            raise BrokenLogError("is missing.", where=key(number), tip=_VERIFY)
        entry = decoded(store.get(name), name)
        if entry.number != number or previous not in (None, entry.previous):
            raise BrokenLogError("does not follow the entry before.", where=name, tip=_VERIFY)
        previous = entry.sha256
        yield entry


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
        there = tuple(entries(store))
        check(there)
        last = head(there)
        if there and not late:
            _check_clock(there[-1], entry.time)
        new = replace(entry, number=last.number + 1, previous=last.sha256)
        data = encoded(new)
        try:
            store.put(key(new.number), data)
        except TakenError:
            continue
        return replace(new, sha256=hashlib.sha256(data).hexdigest())
    raise ArchiveError("other writers were faster a thousand times. Try again.")


def _check_clock(last: Entry, now: datetime) -> None:
    if now < last.time - SKEW:
        message = (
            f"the clock says {_told(now)}, but the log's last entry is of {_told(last.time)}. "
            "Nothing was filed."
        )
        tip = "Set the clock; if it is right, say so with --clock-is-right."
        raise ArchiveError(message, tip=tip)


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def details(**words: Any) -> Mapping[str, Any]:  # noqa: ANN401  as JSON has it
    """Details of an entry; what is empty is left out."""
    return {name: value for name, value in words.items() if value not in ("", None, [], {})}
