"""Where an archive's bytes lie: a store that writes each key once.

Everything else in the archive stands on this seam alone, so that an object store with write-once
semantics (`If-None-Match: *`, object lock) can serve as a folder does. A key is a path of plain
names, such as `objects/ab/ab12…` or `log/00000001.json`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

from reporter import durable
from reporter.errors import ArchiveError

TEMPORARY = ".tmp"
PIECE = 1 << 20  # bytes
LINK = "a link, not a file"
LEAVING = "left by a writer that was killed"
_KEY = re.compile(r"[a-z0-9]+(/[a-z0-9][a-z0-9.]*)+")
_TIP = "Name another archive with --archive, or see to the folder."


class TakenError(ArchiveError):
    """A key that is written already, with other bytes."""


class AbsentError(ArchiveError):
    """A key that nothing was ever written under, or whose bytes were taken away."""


class Store(Protocol):
    """Bytes under keys, each written once and whole, or not at all."""

    def put(self, key: str, data: bytes) -> bool:
        """Write a key; False where it holds the same bytes already.

        When this returns, the bytes outlive a power cut.

        Raises:
            TakenError: it holds others.
            ArchiveError: it cannot be written.
        """

    def get(self, key: str) -> bytes:
        """What a key holds.

        Raises:
            AbsentError: nothing.
            ArchiveError: it cannot be read.
        """

    def pieces(self, key: str) -> Iterator[bytes]:
        """What a key holds, a piece at a time, however much it is.

        Raises:
            AbsentError: nothing.
            ArchiveError: it cannot be read.
        """

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys that begin with `prefix/`, sorted."""

    def strays(self, prefix: str) -> Iterator[tuple[str, str]]:
        """What lies below `prefix/` and is no plain key: its place, and what it is."""

    def remove(self, key: str) -> None:
        """Take a key away, if it is there; only a purge does.

        Raises:
            ArchiveError: it cannot be removed.
        """

    def shared(self) -> AbstractContextManager[None]:
        """Within, others may write too, and nobody removes."""

    def alone(self) -> AbstractContextManager[None]:
        """Within, nobody else writes or removes.

        Raises:
            ArchiveError: the store cannot promise that.
        """


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Folder:
    """A store in a local folder, which need not be there before something is put into it."""

    root: Path
    _made: set[Path] = field(default_factory=set)

    def put(self, key: str, data: bytes) -> bool:
        """Write a key: whole under a hidden name, then linked to its own, which must be free."""
        path = self._path(key)
        with _refusing(self.root):
            self._make(path.parent)
            new = _fill(path, data)
            try:
                os.link(new, path)
            except FileExistsError:
                return self._same(key, data)
            finally:
                new.unlink(missing_ok=True)
            durable.settle(path.parent)
        return True

    def get(self, key: str) -> bytes:
        """What a key holds."""
        path = self._path(key)
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise AbsentError("is missing.", where=str(path)) from error
        except OSError as error:
            raise ArchiveError(f"cannot be read: {_why(error)}.", where=str(path)) from error

    def pieces(self, key: str) -> Iterator[bytes]:
        """What a key holds, a piece at a time."""
        path = self._path(key)
        try:
            with path.open("rb") as file:
                while piece := file.read(PIECE):
                    yield piece
        except FileNotFoundError as error:
            raise AbsentError("is missing.", where=str(path)) from error
        except OSError as error:
            raise ArchiveError(f"cannot be read: {_why(error)}.", where=str(path)) from error

    def strays(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Links, hidden and special files, and names that no key has; empty folders are none."""
        for folder, folders, files in os.walk(self.root / prefix):
            folders.sort()
            for name in sorted((*folders, *files)):
                path = Path(folder, name)
                place = path.relative_to(self.root).as_posix()
                if what := _stray(path, place):
                    yield place, what

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys that begin with `prefix/`, sorted."""
        for folder, folders, files in os.walk(self.root / prefix):
            folders.sort()
            place = Path(folder).relative_to(self.root).as_posix()
            yield from (f"{place}/{name}" for name in sorted(files) if not name.startswith("."))

    def remove(self, key: str) -> None:
        """Take a key away, if it is there."""
        path = self._path(key)
        with _refusing(self.root):
            path.unlink(missing_ok=True)
            durable.settle(path.parent)

    @contextlib.contextmanager
    def shared(self) -> Iterator[None]:
        """Within, others may write too, and nobody removes."""
        with _refusing(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
        with _locked(self.root, alone=False):
            yield

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Within, nobody else writes or removes; what a killed writer left is cleared."""
        with _locked(self.root, alone=True):
            for path in sorted(self.root.rglob(f".*{TEMPORARY}")):
                path.unlink(missing_ok=True)
            yield

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ArchiveError(f"{key!r} is no key of an archive.")
        return self.root / key

    def _make(self, folder: Path) -> None:
        """The folder, and its name durable in the ones above."""
        if folder in self._made:
            return
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for path in missing:
            durable.settle(path.parent)
        self._made.add(folder)

    def _same(self, key: str, data: bytes) -> bool:
        if self.get(key) != data:
            message = "is written already, with other bytes; what is archived is never replaced."
            raise TakenError(message, where=str(self._path(key)))
        return False


def _fill(path: Path, data: bytes) -> Path:
    """The bytes under a hidden name that nobody else uses, all of them on the disk."""
    for attempt in count():
        new = path.with_name(f".{path.name}.{os.getpid()}-{attempt}{TEMPORARY}")
        try:
            durable.create(new, data)
        except FileExistsError:
            continue
        except BaseException:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
            raise
        return new
    raise AssertionError  # pragma: no cover  attempts do not end


def _stray(path: Path, place: str) -> str:
    """What is strange about a file or folder, empty where nothing is."""
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return LINK
    if path.name.startswith(".") and path.name.endswith(TEMPORARY):
        return LEAVING
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        return "no plain file"
    if path.name.startswith("."):
        return "a hidden file"
    return "" if _KEY.fullmatch(place) else "a name that no file of an archive has"


def _why(error: OSError) -> str:
    why = error.strerror or str(error)
    return f"{why[:1].lower()}{why[1:]}"


@contextlib.contextmanager
def _refusing(root: Path) -> Iterator[None]:
    """Within, what the system refuses is one message."""
    try:
        yield
    except OSError as error:
        message = f"the archive cannot be written: {_why(error)}. Nothing in it is lost."
        tip = "Make room and try again." if error.errno == errno.ENOSPC else _TIP
        raise ArchiveError(message, where=str(error.filename or root), tip=tip) from error


@contextlib.contextmanager
def _locked(root: Path, *, alone: bool) -> Iterator[None]:
    """Holds the folder, together with other writers or alone.

    Raises:
        ArchiveError: it is to be held alone, and the system has no locks.
    """
    try:
        import fcntl  # noqa: PLC0415  POSIX only
    except ImportError as error:
        if alone:
            raise ArchiveError("this system has no locks, so nothing is removed.") from error
        yield
        return
    with _refusing(root):
        handle = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        except OSError as error:  # a file system without locks
            if alone:
                message = f"cannot be locked ({_why(error)}), so nothing is removed."
                raise ArchiveError(message, where=str(root)) from error
        yield
    finally:
        os.close(handle)
