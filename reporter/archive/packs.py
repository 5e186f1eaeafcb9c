"""Many sealed files in few objects: packs, and an index that says which file lies in which pack.

A pack is a ZIP file that compresses nothing, its members named `<handle>/<token>`. An index is a
text: a line for each file with the client's handle, the tokens of the file's name and content, and
the number of its pack. Handles and tokens are made from the client's key (`clients.py`), so neither
names anybody or anything to whoever has not got it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reporter.archive.base import Archive
from reporter.errors import ArchiveError
from reporter.filed import Entry

FILES, SIZE = 1000, 16 * 2**20
"""So many files, or bytes of them, does a pack hold at most; a file that is larger lies alone."""
HEAD = "reporter enclosures 1"
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """A line of an index: a file of a client, as it can be told without his key."""

    handle: str
    name: str
    content: str
    pack: int

    @property
    def member(self) -> str:
        """What the file is called in its pack."""
        return f"{self.handle}/{self.name}"


def packed(files: Mapping[str, bytes]) -> bytes:
    """A pack of sealed files by their members' names: always in the same order."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as pack:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, EPOCH)
            member.create_system = 3
            pack.writestr(member, files[name])
    return held.getvalue()


def unpacked(pack: bytes, member: str) -> bytes:
    """A sealed file of a pack.

    Raises:
        ArchiveError: it is not in it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(pack)) as held:
            return held.read(member)
    except (KeyError, zipfile.BadZipFile) as error:
        raise ArchiveError("a pack does not hold what its index says.", where=member) from error


def index(lines: Iterable[Line]) -> bytes:
    """An index of files."""
    told = (f"{one.handle} {one.name} {one.content} {one.pack}" for one in sorted(lines))
    return "\n".join([HEAD, *told, ""]).encode()


def lines(archive: Archive, entry: Entry, handle: str = "") -> Iterator[Line]:
    """The files that an entry `enclosed` is about: all, or those of one client.

    Raises:
        ArchiveError: its index is not there, or no index.
    """
    head, *told = archive.object(entry.objects["index"]).decode().splitlines()
    if head != HEAD:
        raise ArchiveError("files were enclosed by another version of reporter.")
    for one in told:
        if one.startswith(handle):
            whose, name, content, number = one.split(" ")
            yield Line(whose, name, content, int(number))


def objects(lines_: str, packed_: Iterable[str], shared: Iterable[str]) -> dict[str, str]:
    """What an entry `enclosed` refers to: the index, the packs in order, what files share."""
    found = {"index": lines_}
    found |= {f"pack.{number}": name for number, name in enumerate(packed_)}
    return found | {f"shared.{number}": name for number, name in enumerate(shared)}


def pack(entry: Entry, line: Line) -> str:
    """The hash of the pack that a file lies in."""
    return entry.objects[f"pack.{line.pack}"]
