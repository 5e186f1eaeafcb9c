"""Many sealed files in few objects: packs, and an index that says which file lies in which pack.

A pack is a ZIP file that compresses nothing, its members named `<handle>/<token>`. An index is a
text: a line for each file with the client's handle, the tokens of the file's name and content, and
the number of its pack. Handles and tokens are made from the client's key (`clients.py`), so neither
names anybody or anything to whoever has not got it.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reporter.archive import log
from reporter.archive.base import Archive
from reporter.archive.findings import Evidence, Found, Kind, shown
from reporter.errors import ArchiveError
from reporter.filed import Act, Entry

FILES, SIZE = 1000, 16 * 2**20
"""So many files, or bytes of them, does a pack hold at most; a file that is larger lies alone."""
HEAD = "reporter enclosures 1"
EPOCH = (1980, 1, 1, 0, 0, 0)
DAMAGE = (LookupError, ValueError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error)
"""What reading a ZIP file makes of one that nobody here wrote."""


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
    except DAMAGE as error:
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
    where = log.key(entry.number)
    if "index" not in entry.objects:
        raise ArchiveError("encloses files and names no index of them.", where=where)
    try:
        head, *told = archive.object(entry.objects["index"]).decode().splitlines()
        if head != HEAD:
            raise ArchiveError("files were enclosed by another version of reporter.", where=where)
        split = [one.split(" ") for one in told if one.startswith(handle)]
        found = [Line(whose, name, content, int(pack)) for whose, name, content, pack in split]
    except ValueError as error:
        raise ArchiveError("the index of enclosed files cannot be read.", where=where) from error
    yield from found


def check(evidence: Evidence) -> Iterator[Found]:
    """What `verify` asks of enclosed files: that each index is one, and its packs are named."""
    gone = {one.edition for one in evidence.entries if one.act is Act.PURGED}
    for entry in evidence.entries:
        named = entry.objects.get("index")
        its = entry.act is Act.ENCLOSED and entry.edition not in gone
        if its and (named is None or named in evidence.objects):
            try:
                for line in lines(evidence.archive, entry):
                    pack(entry, line)
            except ArchiveError as error:
                remedy = "Go by a copy of the archive from before."
                where = log.key(entry.number)
                yield Found(Kind.INCONSISTENT, where, shown(error.message), remedy)


def objects(lines_: str, packed_: Iterable[str], shared: Iterable[str]) -> dict[str, str]:
    """What an entry `enclosed` refers to: the index, the packs in order, what files share."""
    found = {"index": lines_}
    found |= {f"pack.{number}": name for number, name in enumerate(packed_)}
    return found | {f"shared.{number}": name for number, name in enumerate(shared)}


def pack(entry: Entry, line: Line) -> str:
    """The hash of the pack that a file lies in.

    Raises:
        ArchiveError: the entry names no such pack.
    """
    name = f"pack.{line.pack}"
    if name not in entry.objects:
        raise ArchiveError("names no such pack as its index does.", where=log.key(entry.number))
    return entry.objects[name]
