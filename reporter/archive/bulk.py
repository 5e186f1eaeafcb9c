"""Files of many clients, read back one after the other: each pack and index is opened once.

Who asks for clients in the order in which their files were enclosed reads every pack once; in any
other order the answers are the same, and take longer. What is held does not grow with how many
there are: a few packs, indexes and shared objects.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from reporter.archive import packs
from reporter.archive.base import Archive
from reporter.archive.clients import Client
from reporter.archive.enclosures import Enclosed, unsealed
from reporter.archive.packs import Line
from reporter.archive.retention import chronicle
from reporter.errors import ArchiveError
from reporter.filed import Act, Entry

INDEXES, PACKS, SHARED = 4, 2, 32
"""So many of each are held at a time."""


@dataclass(slots=True)
class Reader:
    """Reads clients' files of editions of an archive; `again` makes it see what was filed since."""

    archive: Archive
    _index: Callable[[int], Mapping[str, Line]] = field(init=False, repr=False)
    _pack: Callable[[str], zipfile.ZipFile] = field(init=False, repr=False)
    _object: Callable[[str], bytes] = field(init=False, repr=False)
    _entries: dict[str, tuple[Entry, ...]] = field(init=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._index = lru_cache(maxsize=INDEXES)(self._lines)
        self._pack = lru_cache(maxsize=PACKS)(self._opened)
        self._object = lru_cache(maxsize=SHARED)(self.archive.object)

    def again(self) -> None:
        """Look at the log anew before the next question."""
        self._entries = {}

    def members(self, edition: str) -> frozenset[str]:
        """What the files of an edition are called in their packs: see `member`."""
        numbers = [entry.number for entry in self._about(edition)]
        return frozenset(name for number in numbers for name in self._lines(number))

    def file(self, client: Client, edition: str, name: str) -> Enclosed | None:
        """A client's file to an edition, as it was filed; None where he has none of this name.

        Raises:
            ArchiveError: something of it is missing, or its bytes are not those that were filed.
        """
        called = member(client, edition, name)
        entries = self._about(edition)
        for at, entry in enumerate(entries):
            if line := self._index(entry.number).get(called):
                self._entries[edition] = entries[at:] + entries[:at]  # the next lies there too
                sealed = self._sealed(packs.pack(entry, line), called)
                return unsealed(sealed, client, edition, line, self._object)
        return None

    def _about(self, edition: str) -> tuple[Entry, ...]:
        if edition not in self._entries:
            known = chronicle(self.archive.entries())
            known.filed(edition)
            found = known.enclosed.get(edition, ())
            self._entries[edition] = tuple(one for one in found if one.act is Act.ENCLOSED)
        return self._entries[edition]

    def _lines(self, number: int) -> Mapping[str, Line]:
        entry = self.archive.entries()[number - 1]
        return {line.member: line for line in packs.lines(self.archive, entry)}

    def _opened(self, sha256: str) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(io.BytesIO(self.archive.object(sha256)))
        except packs.DAMAGE as error:
            raise ArchiveError("a pack cannot be read.", where=sha256) from error

    def _sealed(self, pack: str, member: str) -> bytes:
        try:
            return self._pack(pack).read(member)
        except packs.DAMAGE as error:
            message = "a pack does not hold what its index says."
            raise ArchiveError(message, where=member) from error


def member(client: Client, edition: str, name: str) -> str:
    """What a client's file to an edition is called in its pack."""
    return f"{client.handle}/{client.token('name', edition, name)}"
