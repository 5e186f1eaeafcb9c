"""A recorded run, replayed: the same tables, gaps and notes, without asking anybody.

The gate decides as it did then, by the clock of the run and the time of each fetch; so a brief
built from a snapshot is the one that was built when it was made, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator

from reporter.errors import DataError
from reporter.model import DeskInputs, Gap, Reason
from reporter.records import Fetch, Snapshot
from reporter.registry import nearest
from reporter.sources._sample_desk import DESK
from reporter.sources.base import (
    DataRequest,
    Delivered,
    NoQuotesError,
    Quotes,
    each,
    source,
)
from reporter.store import DamagedError, Store

RECENT = 3  # so many snapshots are named where none was meant
TERMS = "unknown"  # each recorded table carries its own
LOCATION = "text"
NEEDS = "the snapshot's name. Write snapshot:ID; `reporter data list` tells them."
OPTIONS: dict[str, str] = {}


@source("snapshot")
def snapshot(request: DataRequest) -> Delivered:
    """A recorded run of another source, offline: snapshot:ID."""
    if request.data_folder is None:
        message = "a snapshot is asked for, but no data folder."
        raise DataError(message, tip="Name the folder it lies in with --data.")
    store = Store(request.data_folder)
    name = named(store, request.location)
    run = Snapshot.read(store.snapshot(name))
    told = run.delivery
    return Delivered(
        _answers(store, name, run, request),
        told.terms,
        told.notes,
        sample=told.sample,
        desk=DESK if told.sample else DeskInputs(),
        source=told.source,
        snapshot=lambda: name,
        as_of=run.as_of,
        now=run.now,
    )


def named(store: Store, start: str) -> str:
    """The one snapshot whose name begins so.

    Raises:
        DataError: there is none, or there are several; the message names some.
    """
    names = store.names()
    found = [name for name in names if name.startswith(start)]
    if start in names or (start and len(found) == 1):
        return start if start in names else found[0]
    if not names:
        message = f"no snapshot lies in {store.folder}."
        tip = "Make one: reporter data fetch SPEC. Or name another folder with --data."
        raise DataError(message, tip=tip)
    if start and found:
        raise DataError(f"several snapshots begin with {start!r}: {_listed(found)}.")
    raise DataError(f"there is no snapshot {start!r} in {store.folder}.", tip=_hint(start, names))


def _hint(start: str, names: tuple[str, ...]) -> str:
    near = nearest(start, names)
    return near if near.startswith("Did") else f"The latest are {_listed(names)}."


def _listed(names: tuple[str, ...] | list[str]) -> str:
    more = f" and {len(names) - RECENT} more" if len(names) > RECENT else ""
    return ", ".join(names[:RECENT]) + more


def _answers(
    store: Store, name: str, run: Snapshot, request: DataRequest
) -> Iterator[Quotes | Gap]:
    """As they were then; a gap for what the snapshot was not asked for."""
    held = {one.symbol: one.ref for one in run.held}
    gaps = {gap.subject: gap for gap in run.gaps}

    def read(symbol: str) -> Quotes:
        if symbol not in held:
            message = (
                f"the snapshot {name} holds no prices of {symbol}. Fetch them: reporter data fetch."
            )
            raise NoQuotesError(message, Reason.NO_DATA)
        try:
            fetch = Fetch.read(store.fetch(held[symbol]))
            return fetch.again(store.table(fetch.sha256))
        except DamagedError as error:
            raise error.wanted_by(f"{symbol} of the snapshot {name}") from error

    for answer in each(request, read):
        yield gaps.get(answer.subject, answer) if isinstance(answer, Gap) else answer
