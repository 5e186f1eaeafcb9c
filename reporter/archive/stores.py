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
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from reporter import durable, locks
from reporter.errors import ArchiveError

TEMPORARY = durable.TEMPORARY
PIECE = 1 << 20  # bytes
LINK = "a link, not a file"
LEAVING = "left by a writer that was killed"
UNDERWAY = ".writing"
"""The hidden folder of files that have no name yet."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
CLOSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_NAME = r"[a-z0-9]+(?:\.[a-z0-9]+)*"
_KEY = re.compile(rf"{_NAME}(?:/{_NAME})+")
_PREFIX = re.compile(rf"{_NAME}(?:/{_NAME})*")
_READING = os.O_RDONLY
for _flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):  # not every system has each
    _READING |= getattr(os, _flag, 0)


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

    def put_all(self, many: Iterable[tuple[str, bytes]]) -> None:
        """Write keys in any order; when this returns, all of them outlive a power cut.

        Raises:
            TakenError: one holds other bytes; some of the others may be written.
            ArchiveError: one cannot be written; some of the others may be.
        """

    def begin(self, prefix: str) -> None:
        """Make a place for keys of this prefix, so that losing it can be told from having none.

        Raises:
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
        """The keys that begin with `prefix/`, sorted.

        Raises:
            ArchiveError: they cannot be read.
        """

    def strays(self, prefix: str) -> Iterator[tuple[str, str]]:
        """What lies below `prefix/` and is no plain key: its place, and what it is."""

    def remove(self, key: str) -> None:
        """Take a key away, if it is there; only a purge does.

        Raises:
            ArchiveError: it cannot be removed.
        """

    def shared(self) -> AbstractContextManager[None]:
        """Within, others may write too, and nobody removes.

        Raises:
            ArchiveError: somebody holds the store alone, and has for some time.
        """

    def alone(self) -> AbstractContextManager[None]:
        """Within, nobody else writes or removes. Who shares the store cannot ask for this.

        Raises:
            ArchiveError: others are at work for some time, or the store cannot promise it.
        """


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Folder:
    """A store in a local folder, which need not be there before something is put into it.

    Below it are folders and files and nothing else: what leads elsewhere, such as a link that
    somebody put there, is neither read nor written through.
    """

    root: Path
    _settled: set[Path] = field(default_factory=set)
    _seen: set[Path] = field(default_factory=set)

    def put(self, key: str, data: bytes) -> bool:
        """Write a key: whole under a hidden name, then named, where the name is free."""
        touched: set[Path] = set()
        with _refusing(self.root):
            new = self._put(key, data, touched)
            self._settle(touched)
        return new

    def put_all(self, many: Iterable[tuple[str, bytes]]) -> None:
        """Write keys in any order; the folders' entries go to the disk once for all of them."""
        touched: set[Path] = set()
        with _refusing(self.root):
            for key, data in many:
                self._put(key, data, touched)
            self._settle(touched)

    def begin(self, prefix: str) -> None:
        """Make the folder of a prefix, if it is not there; it outlives a power cut."""
        with _refusing(self.root):
            if not (self.root / prefix).is_dir():
                self._settle(self._make(self.root / prefix))

    def get(self, key: str) -> bytes:
        """What a key holds."""
        return b"".join(self.pieces(key))

    def pieces(self, key: str) -> Iterator[bytes]:
        """What a key holds, a piece at a time."""
        path = self._path(key)
        try:
            with _open(path) as file:
                while piece := file.read(PIECE):
                    yield piece
        except FileNotFoundError as error:
            raise AbsentError("is missing.", where=str(path)) from error
        except OSError as error:
            raise _unreadable(path, error) from error

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys that begin with `prefix/`, sorted; what is no key is passed over."""
        if not _PREFIX.fullmatch(prefix):
            raise ArchiveError(f"{prefix!r} is no place in an archive.")
        self._look(self.root / prefix)
        return self._listed(prefix)

    def strays(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Links, hidden and special files, and names that no key has; empty folders are none."""
        if not (self.root / prefix).is_dir():
            return
        try:
            with os.scandir(self.root / prefix) as there:
                found = sorted(there, key=lambda one: one.name)
        except OSError:
            yield prefix, "no folder that can be read"
            return
        for one in found:
            place = f"{prefix}/{one.name}"
            if what := _stray(one, place):
                yield place, what
            elif one.is_dir(follow_symlinks=False):
                yield from self.strays(place)

    def remove(self, key: str) -> None:
        """Take a key away, if it is there."""
        path = self._path(key)
        with _refusing(self.root):
            path.unlink(missing_ok=True)
            durable.settle(path.parent)

    @contextlib.contextmanager
    def shared(self) -> Iterator[None]:
        """Within, others may write too; what killed writers left is cleared if nobody else does."""
        with contextlib.ExitStack() as held:
            with _refusing(self.root):
                self._settle(self._make(self.root))
                held.enter_context(locks.shared(self.root, self._clear))
            yield

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Within, nobody else writes or removes; what killed writers left is cleared."""
        with contextlib.ExitStack() as held:
            with _refusing(self.root):
                if not held.enter_context(locks.alone(self.root)):
                    message = "its file system has no locks, so nothing is removed."
                    raise ArchiveError(message, where=str(self.root))
                self._clear()
            yield

    # --- one file -----------------------------------------------------------------------------

    def _put(self, key: str, data: bytes, touched: set[Path]) -> bool:
        """Write a key, and say in `touched` which folders' entries are to be settled."""
        path = self._path(key)
        touched |= self._make(path.parent) | {path.parent}
        if os.path.lexists(path):
            return self._same(key, data)
        underway = self.root / UNDERWAY
        self._make(underway)
        new = durable.hidden(underway / path.name, data)
        try:
            durable.name(new, path)
        except FileExistsError:
            return self._same(key, data)
        finally:
            new.unlink(missing_ok=True)
        return True

    def _same(self, key: str, data: bytes) -> bool:
        if self.get(key) != data:
            message = "is written already, with other bytes; what is archived is never replaced."
            raise TakenError(message, where=str(self._path(key)))
        return False

    # --- folders ------------------------------------------------------------------------------

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ArchiveError(f"{key!r} is no key of an archive.")
        path = self.root / key
        self._look(path.parent)
        return path

    def _look(self, folder: Path) -> None:
        """Refuse a folder that is not where its name says."""
        if folder in self._seen:
            return
        meant = Path(os.path.realpath(self.root), folder.relative_to(self.root))
        if os.path.realpath(folder) != str(meant):
            message = "is reached by a link, and an archive follows none."
            tip = "Put the folder itself in the link's place."
            raise ArchiveError(message, where=str(folder), tip=tip)
        self._seen.add(folder)

    def _make(self, folder: Path) -> set[Path]:
        """Make a folder; whose entries are to be settled for its name to last.

        Those above it are settled once even if all were there: another writer may have made them
        a moment ago, and not be as far.
        """
        self._look(folder)
        above = {path for path in folder.parents if path.is_relative_to(self.root)}
        above |= {path.parent for path in self.root.parents if not path.exists()}
        folder.mkdir(parents=True, exist_ok=True)
        return (above | {self.root.parent}) - self._settled

    def _settle(self, touched: set[Path]) -> None:
        """The entries of these folders are on the disk; so is then that they are there."""
        for folder in sorted(touched):
            durable.settle(folder)
        self._settled.update(touched)

    def _clear(self) -> None:
        self._look(self.root / UNDERWAY)
        durable.clear(self.root / UNDERWAY, durable.LEAVINGS)

    def _listed(self, place: str) -> Iterator[str]:
        """The keys below a place of the archive; a folder sorts as if a stroke ended its name."""
        for name, is_folder in _scan(self.root / place):
            key = f"{place}/{name}"
            if is_folder:
                yield from self._listed(key)
            else:
                yield key


def _scan(folder: Path) -> list[tuple[str, bool]]:
    """The names in a folder that can be part of a key, and whether each is itself a folder."""
    try:
        with os.scandir(folder) as found:
            names = [(one.name, one.is_dir(follow_symlinks=False)) for one in found]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unreadable(folder, error) from error
    fitting = (one for one in names if _PREFIX.fullmatch(one[0]))
    return sorted(fitting, key=lambda one: one[0] + "/" * one[1])


def _open(path: Path) -> BinaryIO:
    """A file for reading that is one: no link, and no pipe to wait at.

    Raises:
        OSError: there is none, or it cannot be read.
    """
    handle = os.open(path, _READING)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no file")
    return os.fdopen(handle, "rb")


def _stray(one: os.DirEntry[str], place: str) -> str:
    """What is strange about a file or folder, empty where nothing is."""
    if one.is_symlink():
        return LINK
    if not one.is_dir(follow_symlinks=False) and not one.is_file(follow_symlinks=False):
        return "no plain file"
    if one.name.startswith("."):
        return LEAVING if one.name.endswith(TEMPORARY) else "hidden"
    return "" if _KEY.fullmatch(place) else "a name that no file of an archive has"


def _unreadable(path: Path, error: OSError) -> ArchiveError:
    why = "it is a link" if error.errno == errno.ELOOP else durable.why(error)
    return ArchiveError(f"cannot be read: {why}.", where=str(path))


@contextlib.contextmanager
def _refusing(root: Path) -> Iterator[None]:
    """Within, what the system refuses is one message."""
    try:
        yield
    except locks.BusyError as error:
        message = "another process is at work on the archive, and has been for some time."
        tip = "Try again when it has ended."
        raise ArchiveError(message, where=str(root), tip=tip) from error
    except OSError as error:
        message = f"the archive cannot be written: {durable.why(error)}. Nothing in it is lost."
        tip = "See to the folder."
        tip = "Make room and try again." if error.errno in FULL else tip
        tip = "Make it writable and try again." if error.errno in CLOSED else tip
        raise ArchiveError(message, where=str(root), tip=tip) from error
