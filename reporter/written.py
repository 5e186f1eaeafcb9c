"""What people write, as it comes from disk: paths, text and TOML, refused in words.

Each refusal is a `MisreadError` whose message says what is wrong; the caller says where.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

LONGEST_NAME = 255  # bytes: what file systems take
LONGEST_PATH = 3000
LARGEST_INTEGER = 2**63  # TOML promises no more


class MisreadError(ValueError):
    """Bytes or a path that cannot be understood; the message is a clause with a full stop."""


def path(name: str) -> Path:
    """The path that was written, with `~` resolved.

    Raises:
        MisreadError: no path of any system, or the home of somebody unknown.
    """
    _check_name(name)
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise MisreadError(f"{name!r} names the home of nobody known here.") from error


def _check_name(name: str) -> None:
    if any(ord(letter) < ord(" ") for letter in name):
        raise MisreadError(f"{name!r} holds a control character.")
    parts = [len(os.fsencode(part)) for part in Path(name).parts]
    if len(os.fsencode(name)) > LONGEST_PATH or max(parts, default=0) > LONGEST_NAME:
        raise MisreadError(f"'{name[:20]}…' is too long for the name of a file.")


def beside(name: str, folder: Path) -> Path:
    """The file of this name in `folder` or below it, which need not be there.

    Raises:
        MisreadError: no name of a file, or one that leads out of the folder.
    """
    _check_name(name)
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise MisreadError(f"{name!r} lies outside the folder and is not read. Copy it there.")
    return folder / name


def text(data: bytes) -> str:
    """UTF-8, with or without a byte order mark.

    Raises:
        MisreadError: it is something else.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MisreadError(f"is not UTF-8 text (byte {error.start}). Save it as UTF-8.") from error


def toml(content: str) -> dict[str, object]:
    """The tables of a TOML file.

    Raises:
        MisreadError: it is not TOML, or beyond what TOML promises.
    """
    try:
        tables = tomllib.loads(content)
        _check_integers(tables)
    except tomllib.TOMLDecodeError as error:
        raise MisreadError(f"is not TOML: {error}.") from error
    except RecursionError as error:
        raise MisreadError("is not TOML: nested too deeply.") from error
    except ValueError as error:  # Python refuses to read thousands of digits
        raise MisreadError("is not TOML: a number has too many digits.") from error
    return tables


def _check_integers(value: object) -> None:
    """Refuses what no later stage could even print."""
    if isinstance(value, int) and abs(value) >= LARGEST_INTEGER:
        raise ValueError(value.bit_length())
    for item in _items(value):
        _check_integers(item)


def _items(value: object) -> tuple[object, ...]:
    if isinstance(value, dict):
        return tuple(value.values())
    return tuple(value) if isinstance(value, list) else ()
