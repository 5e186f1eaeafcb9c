"""What single clients were sent with an edition: sealed under their own keys, had again exactly.

A file is sealed with its name, its time and its hash, bound to the edition and the client it is of.
Bytes that many files have in common, such as an attachment that is the same for all, are kept once
and not sealed: a file then holds what is its own and the hashes of what it shares, and is put
together again when it is read.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from reporter.archive import ciphers, ends, log, outboxes, packs
from reporter.archive.base import Archive, Hand, digest
from reporter.archive.clients import Client, Keys
from reporter.archive.filing import FILES
from reporter.archive.packs import Line
from reporter.archive.retention import Chronicle, chronicle, day
from reporter.errors import ArchiveError, SpecError
from reporter.filed import Act, Entry

LEAST_SHARED = 256  # bytes; what is shorter costs more to refer to than to keep
PROBE = 64  # bytes
LONGEST_NAME = 200  # bytes
Fetch = Callable[[str], bytes]
SEALED = 28  # bytes of nonce and tag: no sealed file is shorter


@dataclass(frozen=True, slots=True)
class Enclosing:
    """What became of files: how many are new, and how many were there before, byte for byte."""

    new: int
    same: int


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A client's file to an edition, as it was filed."""

    edition: str
    name: str
    time: datetime
    data: bytes


def enclose(  # noqa: PLR0913, PLR0917  whose what to which, by whom
    archive: Archive,
    keys: Keys,
    hand: Hand,
    edition: str,
    files: Iterable[tuple[str, str, bytes]],
    shared: Iterable[bytes] = (),
    *,
    outbox: str = "",
) -> Enclosing:
    """File what clients were sent, or are about to be, with an edition.

    When this returns, it is all there and outlives a power cut; killed before, none of it is.

    Args:
        archive: where the edition is filed.
        keys: of the clients; who has none is given one.
        hand: who does it.
        edition: its id.
        files: of each the client's id, a plain file name, and the bytes. They are taken one by one.
        shared: runs of bytes that many files have in common and that are nobody's own. Each is
            kept once, unsealed; files are searched for them.
        outbox: the identity of the outbox that letters are entered in, which the log keeps.

    Raises:
        ArchiveError: the edition is not there, a client has a file of that name with other bytes,
            the keys are not those of this archive, somebody else prepared letters of it with
            another outbox meanwhile, or it cannot be written.
        SpecError: a name is no plain file name, or an id is none.
    """
    with ends.writing(archive):
        known = chronicle(archive.entries())
        known.filed(edition)
        name = keys.open()
        check_keys(known, name)
        parts = archive.edition(edition).parts
        files_of_it = (part.sha256 for part in parts if part.path.startswith(FILES))
        filing = _Filing(archive, keys, edition, hand.now, cutter(files_of_it, shared))
        filing.forgotten = known.forgotten
        for entry in known.enclosed.get(edition, ()):
            filing.there.update({line.member: line.content for line in packs.lines(archive, entry)})
        for client_id, file, data in files:
            filing.take(client_id, plain(file), data)
        filing.flush()
        if filing.lines:
            _append(archive, filing, hand, known, {"keys": name, "outbox": outbox})
        return Enclosing(len(filing.lines), filing.same)


def had(
    archive: Archive, client: Client, known: Chronicle, *, edition: str = "", on: date | None = None
) -> Iterator[Enclosed]:
    """A client's files, as they were filed; of one edition, or of one day.

    Args:
        archive: where they are.
        client: whose they are.
        known: what the log says.
        edition: only its files.
        on: only those of editions as of this day, or filed on it.

    Raises:
        ArchiveError: something of it is missing, or its bytes are not those that were filed.
    """
    if edition:
        known.filed(edition)
    fetch = lru_cache(maxsize=4)(archive.object)
    for entry in known.entries:
        if entry.act is Act.ENCLOSED and entry.edition in known and _wanted(entry, edition, on):
            for line in packs.lines(archive, entry, client.handle):
                sealed = packs.unpacked(fetch(packs.pack(entry, line)), line.member)
                yield unsealed(sealed, client, entry.edition, line, fetch)


def editions_of(archive: Archive, client: Client, known: Chronicle) -> tuple[str, ...]:
    """The editions that a client has files of, purged ones apart."""
    return tuple(
        edition
        for edition, entries in known.enclosed.items()
        if edition in known
        and any(True for one in entries for _ in packs.lines(archive, one, client.handle))
    )


def known_client(archive: Archive, keys: Keys, client_id: str) -> Client:
    """The client of this id, of whom something is kept.

    Raises:
        ArchiveError: nothing is, he is forgotten, or these are not the keys of this archive.
    """
    known = chronicle(archive.entries())
    check_keys(known, keys.name())
    client = keys.client(client_id)
    if client is None or client.handle in known.forgotten:
        raise ArchiveError(f"no files are kept of the client {client_id!r}.")
    return client


def check_keys(known: Chronicle, name: str) -> None:
    """Refuse a folder of keys that is not the one this archive's files were sealed with.

    Raises:
        ArchiveError: it is another.
    """
    before = {str(one.details.get("keys")) for many in known.enclosed.values() for one in many}
    if before - {name}:
        message = "the keys of this archive's clients lie in another folder."
        raise ArchiveError(message, tip="Name it: --private DIR, or REPORTER_PRIVATE.")


def plain(name: str) -> str:
    """A name that names a file in a folder, and nothing else.

    Raises:
        SpecError: it is none.
    """
    hostile = {"/", "\\", ":"} & set(name) or name in {"", ".", ".."}
    unseen = any(unicodedata.category(letter).startswith("C") for letter in name)
    if hostile or unseen or len(name.encode(errors="replace")) > LONGEST_NAME:
        raise SpecError(f"{name[:LONGEST_NAME]!r} is no plain name of a file.")
    return name


# --- filing -----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Filing:
    """Files on their way into packs; no more of them is held than one pack takes."""

    archive: Archive
    keys: Keys
    edition: str
    now: datetime
    cutter: Cutter
    there: dict[str, str] = field(default_factory=dict)
    forgotten: frozenset[str] = frozenset()
    lines: list[Line] = field(default_factory=list)
    packs: list[str] = field(default_factory=list)
    shared: dict[str, None] = field(default_factory=dict)
    same: int = 0
    waiting: list[_Waiting] = field(default_factory=list)
    size: int = 0

    def take(self, client_id: str, name: str, data: bytes) -> None:
        """A file more; what waits is packed where it would be too much."""
        sha256 = digest(data)
        cut = self.cutter.cut(data, sha256)
        if len(self.waiting) == packs.FILES or self.size + len(cut.own) > packs.SIZE:
            self.flush()
        self.waiting.append(_Waiting(client_id, name, sha256, len(data), cut))
        self.size += len(cut.own)

    def flush(self) -> None:
        """Pack what waits: the keys first, so that nothing is ever sealed under a lost one."""
        clients = self.keys.made(one.client for one in self.waiting)
        sealed: dict[str, bytes] = {}
        for one in self.waiting:
            client = clients[one.client]
            line = self._line(client, one)
            if self._is_new(line, one):
                sealed[line.member] = _sealed(one, client, _about(self.edition, line), self.now)
                self._keep(one.cut)
                self.lines.append(line)
        if sealed:
            self.packs.append(self.archive.keep(packs.packed(sealed)))
        self.waiting, self.size = [], 0

    def _line(self, client: Client, one: _Waiting) -> Line:
        if client.handle in self.forgotten:
            message = f"the client {one.client!r} is being forgotten."
            tip = "Finish that first: reporter archive forget --client ID."
            raise ArchiveError(message, tip=tip)
        name = client.token("name", self.edition, one.name)
        content = client.token("content", self.edition, one.name, one.sha256)
        return Line(client.handle, name, content, len(self.packs))

    def _is_new(self, line: Line, one: _Waiting) -> bool:
        before = self.there.setdefault(line.member, "")
        self.there[line.member] = before or line.content
        if before and before != line.content:
            message = f"the client {one.client!r} has a file {one.name!r} with other bytes."
            tip = "What is filed is never replaced: give it another name."
            raise ArchiveError(message, where=self.edition, tip=tip)
        self.same += bool(before)
        return not before

    def _keep(self, cut: Cut) -> None:
        for piece in cut.pieces:
            if isinstance(piece, str) and piece in self.cutter.runs and piece not in self.shared:
                self.shared[self.archive.keep(self.cutter.runs[piece])] = None


@dataclass(frozen=True, slots=True)
class _Waiting:
    client: str
    name: str
    sha256: str
    size: int
    cut: Cut


def _append(
    archive: Archive, filing: _Filing, hand: Hand, known: Chronicle, told: Mapping[str, str]
) -> None:
    mine = {line.member for line in filing.lines}

    def check(entries: tuple[Entry, ...]) -> None:
        faster = chronicle(entries[len(known.entries) :]).enclosed.get(filing.edition, ())
        if any(line.member in mine for one in faster for line in packs.lines(archive, one)):
            message = "somebody else filed some of these files at the same time."
            raise ArchiveError(message, where=filing.edition, tip="Try again.")
        last = outboxes.of_edition(entries, filing.edition)
        if told["outbox"] and last not in {"", told["outbox"]}:
            message = "somebody else is preparing its letters with another outbox."
            raise ArchiveError(message, where=filing.edition, tip="Send from one place only.")

    details = log.details(files=len(filing.lines), **told)
    lines = archive.keep(packs.index(filing.lines))
    objects = packs.objects(lines, filing.packs, filing.shared)
    entry = hand.entry(Act.ENCLOSED, filing.edition, objects=objects, details=details)
    log.append(archive.store, entry, check, late=hand.late)


def _wanted(entry: Entry, edition: str, on: date | None) -> bool:
    if edition and entry.edition != edition:
        return False
    return on is None or entry.edition.startswith(f"{on.isoformat()}/") or day(entry.time) == on


# --- taking files apart and together ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cut:
    """A file taken apart: its own bytes, and of what pieces it is made, in order.

    A number is so many of its own bytes, a word the hash of an object that comes in between.
    """

    own: bytes
    pieces: tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Cutter:
    """What files may share, by its hash: whole files of an edition, and runs of bytes within."""

    parts: frozenset[str]
    runs: Mapping[str, bytes]

    def cut(self, data: bytes, sha256: str) -> Cut:
        """A file of this hash taken apart."""
        if sha256 in self.parts:
            return Cut(b"", (sha256,))
        found: list[bytes | str] = [data]
        for name, run in self.runs.items():
            found = [piece for one in found for piece in _split(one, name, run)]
        own = (one for one in found if isinstance(one, bytes))
        return Cut(b"".join(own), tuple(one if isinstance(one, str) else len(one) for one in found))


def joined(cut: Cut, fetch: Fetch) -> bytes:
    """A file put together again; `fetch` gives the objects it shares."""
    pieces, start = [], 0
    for one in cut.pieces:
        if isinstance(one, str):
            pieces.append(fetch(one))
        else:
            pieces.append(cut.own[start : start + one])
            start += one
    return b"".join(pieces)


def cutter(parts: Iterable[str], shared: Iterable[bytes]) -> Cutter:
    """What files may share: whole files of these hashes, and these runs, the longest first."""
    runs = sorted((run for run in shared if len(run) >= LEAST_SHARED), key=lambda run: -len(run))
    return Cutter(frozenset(parts), {digest(run): run for run in runs})


def _split(piece: bytes | str, name: str, run: bytes) -> Iterator[bytes | str]:
    if isinstance(piece, str):
        yield piece
        return
    start = 0
    for at in _places(piece, run):
        yield from [piece[start:at]] if at > start else ()
        yield name
        start = at + len(run)
    yield from [piece[start:]] if len(piece) > start else ()


def _places(piece: bytes, run: bytes) -> Iterator[int]:
    """Where a run stands in a piece, one after the other.

    Its beginning is searched for and the rest compared: to search for all of it is far slower.
    """
    at = piece.find(run[:PROBE])
    while at >= 0:
        is_there = piece.startswith(run, at)
        if is_there:
            yield at
        at = piece.find(run[:PROBE], at + (len(run) if is_there else 1))


def _about(edition: str, line: Line) -> bytes:
    """What a sealed file is bound to: it opens as no other."""
    return f"{edition}\n{line.member}\n{line.content}".encode()


def _sealed(one: _Waiting, client: Client, about: bytes, now: datetime) -> bytes:
    told = {
        "name": one.name,
        "time": now.astimezone(UTC).isoformat(),
        "sha256": one.sha256,
        "size": one.size,
        "pieces": one.cut.pieces,
    }
    header = json.dumps(told, sort_keys=True).encode()
    return ciphers.seal(client.sealing, header + b"\n" + one.cut.own, about)


def unsealed(sealed: bytes, client: Client, edition: str, line: Line, fetch: Fetch) -> Enclosed:
    """A file of a pack, opened with its client's key and put together again.

    Raises:
        ArchiveError: it is not what was filed, or something that it shares is missing.
    """
    if len(sealed) < SEALED:
        raise ArchiveError("a pack holds a file that is cut short.", where=line.member)
    clear = ciphers.unseal(client.sealing, sealed, _about(edition, line))
    header, _, own = clear.partition(b"\n")
    told: dict[str, Any] = json.loads(header)
    data = joined(Cut(own, tuple(told["pieces"])), fetch)
    if digest(data) != told["sha256"]:
        raise ArchiveError("a client's file is not what was filed.", where=line.member)
    return Enclosed(edition, told["name"], datetime.fromisoformat(told["time"]), data)
