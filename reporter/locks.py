"""Locks on folders: held together with others, or alone.

A thread that holds a folder may hold it again within; other threads and processes wait. A system
or a file system without locks is said to have none, and the caller decides what that means. The
lock ends with the process, however that ends.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

LOCKS = find_spec("fcntl") is not None
"""POSIX has locks on folders."""
PAUSE = 0.1
"""Seconds between two looks at a folder that others hold."""
PATIENCE = 100
"""Looks until others are said to be at work: ten seconds."""

Folder = tuple[int, int]


class BusyError(OSError):
    """Others hold the folder, and have for the whole time that was waited."""


class _Mine(threading.local):
    """The folders that this thread holds: whether alone."""

    def __init__(self) -> None:
        self.folders: dict[Folder, bool] = {}


_mine = _Mine()


@contextlib.contextmanager
def shared(
    folder: Path, first: Callable[[], None] | None = None, *, patience: int | None = PATIENCE
) -> Iterator[bool]:
    """Within, the folder is held together with others; the value says whether there are locks.

    Args:
        folder: which must be there.
        first: done before, if nobody else holds it; what the system refuses then is no matter.
        patience: looks at what others hold until that is an error; None, wait.

    Raises:
        BusyError: somebody holds it alone.
        OSError: the folder cannot be opened.
    """
    with _opened(folder) as (handle, which):
        if which in _mine.folders:
            yield True
            return
        if first and _try(handle, alone=True):
            with contextlib.suppress(OSError):
                first()
        locked = _take(handle, folder, alone=False, patience=patience)
        with _noted(which, alone=False):
            yield locked


@contextlib.contextmanager
def alone(folder: Path, *, patience: int | None = PATIENCE) -> Iterator[bool]:
    """Within, nobody else holds the folder; the value says whether there are locks.

    Args:
        folder: which must be there.
        patience: looks at what others hold until that is an error; None, wait.

    Raises:
        BusyError: others hold it.
        OSError: the folder cannot be opened.
        RuntimeError: this thread shares it, and would wait for itself.
    """
    with _opened(folder) as (handle, which):
        if _mine.folders.get(which) is False:
            raise RuntimeError("who shares a folder cannot hold it alone.")
        if which in _mine.folders:
            yield True
            return
        locked = _take(handle, folder, alone=True, patience=patience)
        with _noted(which, alone=True):
            yield locked


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[tuple[int, Folder]]:
    """The folder, and what it is under every name; closing it lets the lock go."""
    if not LOCKS:  # pragma: no cover  Windows
        found = folder.stat()
        yield -1, (found.st_dev, found.st_ino)
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        found = os.fstat(handle)
        yield handle, (found.st_dev, found.st_ino)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _noted(which: Folder, *, alone: bool) -> Iterator[None]:
    _mine.folders[which] = alone
    try:
        yield
    finally:
        del _mine.folders[which]


def _take(handle: int, folder: Path, *, alone: bool, patience: int | None) -> bool:
    """Wait for the lock; whether there is such a thing."""
    if patience is None:
        return bool(_try(handle, alone=alone, wait=True))
    for look in range(patience):
        if look:
            time.sleep(PAUSE)
        got = _try(handle, alone=alone)
        if got is not False:
            return bool(got)
    raise BusyError(errno.EAGAIN, "another process is at work on it", str(folder))


def _try(handle: int, *, alone: bool, wait: bool = False) -> bool | None:
    """Whether the lock is had now; None where there are no locks."""
    if not LOCKS:  # pragma: no cover  Windows
        return None
    import fcntl  # noqa: PLC0415  POSIX only

    how = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
    try:
        fcntl.flock(handle, how if wait else how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
