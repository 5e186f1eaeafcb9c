"""A key for each client, which seals what is his; to destroy it is to forget him.

Keys lie in a folder outside the store, a file a client, because nothing in the store can be
destroyed and these must be. A file is named by the hash of the client's id, so that no id, whatever
is in it, names a place outside the folder. The store knows a client by his handle alone, which is
made from his key and tells nothing once the key is gone.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import stat
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reporter import durable, locks
from reporter.archive import ciphers
from reporter.archive.base import PRIVATE, Archive
from reporter.errors import ArchiveError, SpecError

KEY = 32  # bytes
TEMPORARY = ".tmp"
DESTROYED = bytes(KEY)
"""What a key is overwritten with; a file that still holds it is a destruction cut short."""
HANDLE = 32  # hexadecimal digits
NAME = "folder.id"
OWNER_ONLY = 0o700


@dataclass(frozen=True, slots=True, repr=False)
class Client:
    """A client as the archive knows him: by his key."""

    key: bytes

    @property
    def handle(self) -> str:
        """What the store calls him."""
        return self.token("handle")

    @property
    def sealing(self) -> bytes:
        """The key that his files are sealed under."""
        return hmac.digest(self.key, b"seal", "sha256")

    def token(self, *words: str) -> str:
        """A name for words that only his key could give, and that tells nothing of them."""
        told = b"".join(len(word).to_bytes(8) + word for word in (one.encode() for one in words))
        return hmac.digest(self.key, told, "sha256").hex()[:HANDLE]


@dataclass(frozen=True, slots=True)
class Keys:
    """The folder of clients' keys: open to its owner alone."""

    folder: Path

    # --- having -------------------------------------------------------------------------------

    def name(self) -> str:
        """What this folder of keys is called in the log, so that no other is taken for it.

        Raises:
            ArchiveError: the folder cannot be read, or others can read it too.
        """
        self._check()
        try:
            return (self.folder / NAME).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            raise _unreadable(self.folder / NAME, error) from error

    def client(self, client_id: str) -> Client | None:
        """The client of this id, if he has a key."""
        self._check()
        return _read(self._path(client_id))

    def clients(self) -> Iterator[Client]:
        """All who have a key."""
        for path in sorted(self.folder.glob("??/*.key")):
            if found := _read(path):
                yield found

    def half_destroyed(self) -> int:
        """How many keys were overwritten, but their files not taken away."""
        paths = self.folder.glob("??/*.key")
        return sum(path.read_bytes() == DESTROYED for path in paths)

    # --- making -------------------------------------------------------------------------------

    def open(self) -> str:
        """Make the folder, if it is not there; its name. On the disk when this returns.

        Raises:
            ArchiveError: it cannot be made, or others can read it.
        """
        with _refusing(self.folder):
            missing = [p for p in (self.folder, *self.folder.parents) if not p.exists()]
            for path in reversed(missing):
                path.mkdir(mode=OWNER_ONLY, exist_ok=True)
                durable.settle(path.parent)
            self._check()
            if not (self.folder / NAME).exists():
                self._create({self.folder / NAME: os.urandom(16).hex().encode() + b"\n"})
        return self.name()

    def made(self, client_ids: Iterable[str]) -> dict[str, Client]:
        """The clients of these ids, each with a key: a new one for whoever had none.

        On the disk when this returns.

        Raises:
            ArchiveError: a key cannot be written, or is being destroyed.
            SpecError: an id is none.
        """
        paths = {one: self._path(one) for one in client_ids}
        found = {one: _read(path) for one, path in paths.items()}
        new = {paths[one] for one, client in found.items() if client is None}
        with _refusing(self.folder):
            if new:
                self._create({path: ciphers.new_client_key() for path in sorted(new)})
        found |= {one: _read(path) for one, path in paths.items() if path in new}
        if None in found.values():
            message = "the key of a client is being destroyed."
            tip = "Finish that first: reporter archive forget --client ID."
            raise ArchiveError(message, tip=tip)
        return {one: client for one, client in found.items() if client}

    def _create(self, files: Mapping[Path, bytes]) -> None:
        """New files; if nobody else is making any, what killed makers left is cleared away."""
        with locks.shared(self.folder, self._clear):
            _create(files)

    def _clear(self) -> None:
        durable.clear(self.folder, durable.LEAVINGS, f"??/{durable.LEAVINGS}")

    # --- destroying ---------------------------------------------------------------------------

    def is_there(self, client_id: str) -> bool:
        """Whether anything of a client's key is left, be it overwritten."""
        self._check()
        return self._path(client_id).exists()

    def destroy(self, client_id: str) -> None:
        """Overwrite a key, on the disk, and take its file away; again, if that was cut short.

        Raises:
            ArchiveError: the system refuses.
        """
        path = self._path(client_id)
        with _refusing(self.folder), contextlib.suppress(FileNotFoundError):
            with path.open("r+b") as file:
                file.write(DESTROYED)
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
            for left in path.parent.glob(f".{path.name}.*{TEMPORARY}"):
                left.unlink(missing_ok=True)
            path.unlink()
            durable.settle(path.parent)
            with locks.shared(self.folder, self._clear):
                pass

    def _path(self, client_id: str) -> Path:
        try:
            name = hashlib.sha256(client_id.encode()).hexdigest()
        except UnicodeEncodeError as error:
            raise SpecError("a client's id holds letters that are none.") from error
        if not client_id.strip():
            raise SpecError("a client's id is empty.", where="--client")
        return self.folder / name[:2] / f"{name}.key"

    def _check(self) -> None:
        """Refuse a folder that others can look into."""
        with _refusing(self.folder), contextlib.suppress(FileNotFoundError):
            mode = stat.S_IMODE(self.folder.stat().st_mode)
            if os.name == "posix" and mode & 0o077:
                message = "holds clients' keys and is open to others."
                tip = f"Close it: chmod 700 {self.folder}"
                raise ArchiveError(message, where=str(self.folder), tip=tip)


def keys_of(archive: Archive, private: Path | None = None) -> Keys:
    """The clients' keys of an archive: in its own folder, or in another that is given."""
    return Keys((private or archive.folder / PRIVATE) / "clients")


def _read(path: Path) -> Client | None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(data) != KEY:
        message = "is no key: what was sealed under it cannot be opened."
        raise ArchiveError(message, where=str(path), tip="Put it back from a copy.")
    return None if data == DESTROYED else Client(data)


def _create(files: Mapping[Path, bytes]) -> None:
    """New files for their owner alone, each whole under its name, unless that is taken already.

    All are on the disk when this returns: written together first and flushed then, which takes a
    tenth of the time. The hidden name that a file has until then is the same file, so what
    overwrites the one overwrites both.
    """
    hidden = f".{os.getpid()}-{threading.get_ident()}{TEMPORARY}"
    news = {path: path.with_name(f".{path.name}{hidden}") for path in files}
    folders = {path.parent for path in files}
    try:
        for folder in folders:
            folder.mkdir(mode=OWNER_ONLY, exist_ok=True)
        for path, new in news.items():
            new.unlink(missing_ok=True)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(files[path])
        for path, new in news.items():
            with new.open("rb") as file:
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(new, path)
    finally:
        for new in news.values():
            new.unlink(missing_ok=True)
    for folder in {*folders, *(folder.parent for folder in folders)}:
        durable.settle(folder)


def _unreadable(path: Path, error: Exception) -> ArchiveError:
    return ArchiveError(f"cannot be read: {_why(error)}.", where=str(path))


def _why(error: Exception) -> str:
    why = getattr(error, "strerror", None) or str(error)
    return f"{why[:1].lower()}{why[1:]}"


@contextlib.contextmanager
def _refusing(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        message = f"the clients' keys cannot be written: {_why(error)}. None is lost."
        tip = "Name another folder with --private, or see to this one."
        raise ArchiveError(message, where=str(error.filename or folder), tip=tip) from error
