"""A mailbox that mail arrives in, a maildir or a folder on an IMAP server, behind one interface.

Nothing is ever deleted, and nothing is changed until a message is dealt with. If the mailbox has a
folder `Processed`, a message dealt with is moved there, whether anybody has read it or not;
otherwise it is marked as read, and only what is not marked so is looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from reporter.delivery.inbox import LARGEST, PROCESSED, Mailbox, Secret, message_id
from reporter.errors import DeliveryError

PARTS = ("new", "cur")


def opened(
    where: str, folder: Path, secret: Secret, authority: Path | None = None, timeout: float = 60.0
) -> AbstractContextManager[Mailbox]:
    """The mailbox of a house.

    Args:
        where: the path of a maildir, or `imaps://USER@HOST[:993]/FOLDER`; see `imap.py`.
        folder: what a relative path starts from.
        secret: asked for `imap-password` or `imap-token`, where one is needed.
        authority: a file of certificates that are trusted besides the system's own.
        timeout: seconds that the server may take for an answer.

    Raises:
        SpecError: `where` names no mailbox.
        DeliveryError: it is not there, cannot be read, or the server refuses.
    """
    if "://" in where:
        from reporter.delivery import imap  # noqa: PLC0415  not for a maildir

        return imap.opened(where, secret, authority, timeout)
    return _maildir(folder / Path(where).expanduser())


# --- a maildir ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Maildir:
    """A folder with `new`, `cur` and `tmp`: what the standard library calls a Maildir.

    Files are moved by renaming, which the library's own class does not do: so a program that dies
    has lost nothing and copied nothing.
    """

    folder: Path

    @property
    def _processed(self) -> Path | None:
        """The folder of what is dealt with, as Maildir++ or as a plain folder."""
        for name in (f".{PROCESSED}", PROCESSED):
            if all((self.folder / name / part).is_dir() for part in PARTS):
                return self.folder / name
        return None

    def waiting(self) -> Iterator[tuple[str, bytes]]:
        """Messages in `new`, and those in `cur` not marked as read."""
        every = self._processed is not None
        with _reading(self.folder):
            found = [p for p in self._files() if every or "S" not in _flags(p.name)]
        for path in found:
            with _reading(self.folder):
                try:
                    with path.open("rb") as file:
                        data = file.read(LARGEST)
                except FileNotFoundError:  # somebody else has moved it meanwhile
                    continue
            yield _key(path.name), data

    def done(self, key: str, *, flagged: bool = False) -> None:
        """Rename it, within `cur` or into the folder of what is dealt with."""
        with _reading(self.folder):
            path = next((p for p in self._files() if _key(p.name) == key), None)
            if path is None:
                return
            flags = "".join(sorted({*_flags(path.name), "S", *("F" if flagged else "")}))
            new = (self._processed or self.folder) / "cur" / f"{key}:2,{flags}"
            if new != path:
                os.link(path, new)  # refuses to put it over another
                path.unlink()

    def message_ids(self) -> Iterator[str]:
        """Of what lies here and of what is dealt with."""
        boxes = [self, *([Maildir(self._processed)] if self._processed else [])]
        for path in (path for box in boxes for path in box._files()):  # noqa: SLF001  its own kind
            with _reading(self.folder), path.open("rb") as file:
                head = file.read(LARGEST)
            if found := message_id(head.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")):
                yield found

    def _files(self) -> list[Path]:
        """Messages by the time in their names; what is no plain file is none."""
        paths = (path for part in PARTS for path in (self.folder / part).iterdir())
        plain = (p for p in paths if not p.name.startswith(".") and p.is_file())
        return sorted((p for p in plain if not p.is_symlink()), key=_age)


def _age(path: Path) -> tuple[int, str]:
    seconds = path.name.partition(".")[0]
    return (int(seconds) if seconds.isascii() and seconds.isdigit() else 0, path.name)


def _key(name: str) -> str:
    return name.partition(":")[0]


def _flags(name: str) -> str:
    return name.partition(":2,")[2]


@contextmanager
def _maildir(folder: Path) -> Iterator[Mailbox]:
    if not all((folder / part).is_dir() for part in PARTS):
        message = "is no maildir: folders `new` and `cur` are not in it."
        raise DeliveryError(message, where=str(folder), tip="Name the folder that holds them.")
    yield Maildir(folder)


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"returned mail cannot be read: {error.strerror or error}."
        raise DeliveryError(message, where=str(folder)) from error
