"""Filed parts as files of a folder again; a name that would lead out of it is refused."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from reporter import durable
from reporter.errors import ArchiveError

LONGEST = 255  # bytes of a name: what file systems take
_DELETE = 0x7F


def lay_out(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files below a folder that holds nothing yet.

    Raises:
        ArchiveError: a path leads out of the folder, or is no path of every system.
        OSError: the folder cannot be written.
    """
    for path, data in files:
        place = folder.joinpath(*safe(path))
        place.parent.mkdir(parents=True, exist_ok=True)
        durable.create(place, data)


def safe(path: str) -> tuple[str, ...]:
    """The names of a relative path that stays below where it starts.

    Raises:
        ArchiveError: it does not, or no system would take it.
    """
    names = PurePosixPath(path).parts
    good = names and path == "/".join(names) and all(map(_is_plain, names))
    if not good:
        raise ArchiveError(f"{path!r} is no path below an edition's folder.")
    return names


def _is_plain(name: str) -> bool:
    """Whether a name is that of a file or folder, here and on other systems."""
    printable = all(ord(letter) >= ord(" ") and ord(letter) != _DELETE for letter in name)
    whole = not set(name) & {"\\", "/", ":"} and name not in {"..", "."}
    try:
        return printable and whole and len(name.encode()) <= LONGEST
    except UnicodeEncodeError:
        return False
