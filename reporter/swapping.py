"""Folders that are made whole or not at all: filled beside their place, then swapped in.

A folder is filled under a hidden name and renamed. A reader sees the earlier one or the new one,
never a mixture; an interrupted or failed run leaves the earlier one as it was: once the renaming
begins, a request to end is no longer heard. What a killed run left, the next run clears.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from reporter import durable, locks
from reporter.interrupts import settle


@contextlib.contextmanager
def swapped(place: Path, check: Callable[[Path], None], *, last: bool = True) -> Iterator[Path]:
    """Within, a new folder to be filled; afterwards it stands in its place.

    One writer at a time is within, for all places beside each other.

    Args:
        place: where; an earlier folder there is replaced.
        check: refuses, by raising, a place that must stay as it is.
        last: nothing follows, so that a request to end is not heard once it is in place.

    Raises:
        OSError: the system refuses; the earlier folder stands as it did.
    """
    with made(place.parent), locks.alone(place.parent, patience=None):
        _recover(place)
        check(place)
        try:
            new = _new(place)
            new.mkdir()
            yield new
            if last:
                settle()
            _swap_in(new, place)
        except BaseException:
            settle()
            raise
        finally:
            _recover(place)


@contextlib.contextmanager
def made(folder: Path) -> Iterator[None]:
    """The folder exists within; what was made for it goes again if the work fails."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for path in missing:
            with contextlib.suppress(OSError):
                path.rmdir()
        raise


def _new(place: Path) -> Path:
    return place.with_name(f".{place.name}.new")


def _old(place: Path) -> Path:
    return place.with_name(f".{place.name}.old")


def _recover(place: Path) -> None:
    """Clear what a run left, this one or one that was killed; what was set aside comes back.

    The lock says that nobody else is at work here.
    """
    if _old(place).exists() and not place.exists():
        _old(place).rename(place)
    for leftover in (_new(place), _old(place)):
        if leftover.exists():
            shutil.rmtree(leftover)


def _swap_in(new: Path, place: Path) -> None:
    """Put the new folder in its place; the earlier one steps aside, for `_recover` to clear."""
    if place.exists():
        place.rename(_old(place))
    new.rename(place)
    durable.settle(place.parent)
