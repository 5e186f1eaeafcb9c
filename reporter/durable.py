"""Files and names that outlive a power cut: what is written is on the disk, not on its way."""

from __future__ import annotations

import contextlib
import errno
import os
from itertools import count
from pathlib import Path

from reporter import locks

LEAVINGS = ".*.tmp"
"""The names that `hidden` gives: what a killed run leaves has one of them."""
LINKLESS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
"""How a file system says that it knows no second name for a file."""


def create(path: Path, data: bytes) -> None:
    """A new file, every byte of it on the disk; a failure leaves none.

    Raises:
        FileExistsError: there is one of this name.
        OSError: the system refuses.
    """
    with path.open("xb") as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            with contextlib.suppress(OSError):
                path.unlink()
            raise


def hidden(place: Path, data: bytes) -> Path:
    """A new file under a hidden name beside `place` that nobody else uses.

    Raises:
        OSError: the system refuses; nothing is left.
    """
    for attempt in count():
        new = place.with_name(f".{place.name}.{os.getpid()}-{attempt}.tmp")
        with contextlib.suppress(FileExistsError):
            create(new, data)
            return new
    raise AssertionError  # pragma: no cover  attempts do not end


def clear(folder: Path, *patterns: str) -> None:
    """Remove the leavings that are there; the caller knows that nobody is at work on them."""
    for pattern in patterns:
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)


def name(new: Path, place: Path) -> None:
    """Give a whole file a name that must be free; whether its old name stays is left open.

    Where there are no hard links, the name is looked at and taken under a lock of its folder: a
    reader sees no file or the whole one there, too.

    Raises:
        FileExistsError: somebody has the name; their file is as it was.
        OSError: the system refuses.
    """
    try:
        os.link(new, place)
    except OSError as error:
        if error.errno not in LINKLESS:
            raise
        _rename(new, place)


def _rename(new: Path, place: Path) -> None:
    """Rename to a free name. Without POSIX locks the system's own rename replaces nothing."""
    with locks.alone(place.parent) as locked:
        if os.path.lexists(place):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place))
        if not locked and os.name == "posix":
            message = "its file system has neither hard links nor locks"
            raise OSError(errno.ENOTSUP, message, str(place))
        new.rename(place)


def settle(folder: Path) -> None:
    """Put the folder's entries on the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def why(error: OSError) -> str:
    """What the system says, as the end of a sentence."""
    told = error.strerror or str(error)
    return f"{told[:1].lower()}{told[1:]}"
