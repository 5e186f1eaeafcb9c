"""Private keys for approvals: a PEM file each, encrypted, for its owner's eyes, never replaced.

The public half stands above the key in the same file, where PEM allows text, so that it can be
shown without the passphrase. It is shown only: who signs is told by the key itself.
"""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reporter import durable
from reporter.archive import ciphers
from reporter.errors import ArchiveError, SpecError
from reporter.registry import nearest

ENDING = ".pem"
LEAST, MOST = 12, 200  # letters of a passphrase
LEAST_VARIETY = 5
OWNER_ONLY = 0o600
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PUBLIC = re.compile(rf"^Public key: ({ciphers.KIND}\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key that is open: what its file is called, its public half, and what it signs.

    `sign` gives the signature of bytes, in base64.
    """

    name: str
    public: str
    sign: Callable[[bytes], str]


def make(
    folder: Path, name: str, passphrase: str, before: Callable[[str], None] | None = None
) -> str:
    """Make a private key; its public half.

    Args:
        folder: where keys lie.
        name: what the file is called.
        passphrase: under which it is encrypted.
        before: called with the public half before the file is written.

    Raises:
        SpecError: a name or a passphrase that will not do.
        ArchiveError: there is a key of this name, or the folder cannot be written.
    """
    check_free(folder, name)
    check_passphrase(passphrase)
    pem = ciphers.new_signing_key(passphrase)
    public = ciphers.public_key(pem, passphrase)
    if before:
        before(public)
    path = _path(folder, name)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(path, f"Public key: {public}\n".encode() + pem)
    except FileExistsError as error:
        raise _taken(path) from error
    except OSError as error:
        raise ArchiveError(f"cannot be written: {error.strerror}.", where=str(path)) from error
    return public


def names(folder: Path) -> tuple[str, ...]:
    """The names of the keys in a folder, sorted."""
    found = (path.stem for path in folder.glob(f"*{ENDING}") if path.is_file())
    return tuple(sorted(name for name in found if _NAME.fullmatch(name)))


def public(folder: Path, name: str) -> str:
    """The public half of a key, as its file says; no passphrase is needed.

    Raises:
        ArchiveError: there is no such key, or it says nothing.
    """
    found = _PUBLIC.search(_read(folder, name).decode("utf-8", "replace"))
    if not found or not ciphers.is_public_key(found[1]):
        tip = "Make one: reporter keys new."
        raise ArchiveError("says no public key.", where=str(_path(folder, name)), tip=tip)
    return found[1]


def opened(folder: Path, name: str, passphrase: str) -> Signer:
    """A key, open for signing.

    Raises:
        ArchiveError: there is no such key, or another passphrase opens it.
    """
    pem = _read(folder, name)
    try:
        half = ciphers.public_key(pem, passphrase)
    except ArchiveError as error:
        raise ArchiveError(error.message, where=str(_path(folder, name)), tip=error.tip) from error
    return Signer(name, half, lambda data: ciphers.sign(pem, passphrase, data))


def check_free(folder: Path, name: str) -> None:
    """Refuses a name that will not do or is taken.

    Raises:
        SpecError: no safe name of a file.
        ArchiveError: there is a key of this name.
    """
    path = _path(folder, name)
    if path.exists() or path.is_symlink():
        raise _taken(path)


def check_passphrase(passphrase: str) -> None:
    """Refuses a passphrase that is too easy to guess, or that could not be typed again.

    Raises:
        SpecError: it will not do; the message says why.
    """
    letters = unicodedata.normalize("NFC", passphrase)
    if len(letters) < LEAST:
        raise SpecError(f"the passphrase is too short: at least {LEAST} letters, please.")
    if len(letters) > MOST:
        raise SpecError(f"the passphrase is too long: at most {MOST} letters, please.")
    if len(set(letters)) < LEAST_VARIETY:
        raise SpecError(f"the passphrase has fewer than {LEAST_VARIETY} different letters.")
    if not letters.isprintable():
        raise SpecError("the passphrase holds a character that is not for printing.")


def _path(folder: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        message = f"{name!r} is no name of a key: letters, digits, points, hyphens."
        raise SpecError(message, tip="Such as ann-2026.")
    return folder / f"{name}{ENDING}"


def _read(folder: Path, name: str) -> bytes:
    path = _path(folder, name)
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        tip = nearest(name, names(folder)) if names(folder) else "Make one: reporter keys new."
        raise ArchiveError(f"there is no key {name!r} in {folder}.", tip=tip) from error
    except OSError as error:
        raise ArchiveError(f"cannot be read: {error.strerror}.", where=str(path)) from error


def _create(path: Path, data: bytes) -> None:
    """The file, whole or not at all, readable by its owner alone from its first byte on."""
    hidden = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    hidden.unlink(missing_ok=True)  # of a killed run of the same number
    handle = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(hidden, path)
    finally:
        with contextlib.suppress(OSError):
            hidden.unlink(missing_ok=True)
    durable.settle(path.parent)


def _taken(path: Path) -> ArchiveError:
    tip = "Choose another name; a key is never replaced."
    return ArchiveError("there is a key of this name.", where=str(path), tip=tip)
