"""Heads: a line that says how far a log had come, kept where no writer of the archive can write.

A head may stand in any text: a file of many, a mail, the message of a tag.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from reporter.errors import ArchiveError
from reporter.filed import Entry, Head

MARK = "reporter-archive"
IDENTITY = 12  # hexadecimal digits
_GAP = r"[\s>]+"  # a mail may be wrapped and quoted
_LIKE = re.compile(
    rf"{MARK}{_GAP}(?:([0-9a-fA-F]+){_GAP})?([0-9]+){_GAP}([0-9a-fA-F]{{8,}})(?![0-9a-zA-Z])"
)
_SOFT = re.compile(r"=\r?\n")  # a line of a mail as quoted-printable goes on
_TIP = "Give a line that `reporter archive head` printed, or a file with such lines."


@dataclass(frozen=True, slots=True)
class Anchors:
    """Heads that a log is held against.

    Those `named` one by one must be of it. `files`, by their names, may hold those of other
    archives as well, as a mailbox does; but one at least must be of it.
    """

    named: tuple[Head, ...] = ()
    files: Mapping[str, Sequence[Head]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.named or self.files)


def identity(sha256: str) -> str:
    """What an archive is called in its heads, by the sha256 of its first entry."""
    return sha256[:IDENTITY]


def line(entries: Sequence[Entry]) -> str:
    """The head of a log that has these entries, and the time of the last."""
    entry = entries[-1]
    time = entry.time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return f"{MARK} {identity(entries[0].sha256)} {entry.number} {entry.sha256} {time}"


def found_in(text: str, where: str) -> tuple[Head, ...]:
    """Every head in a text, in the order of their numbers, each once.

    Args:
        text: any.
        where: what to call it in a message.

    Raises:
        ArchiveError: there is none, or one is damaged.
    """
    found: set[Head] = set()
    for match in _LIKE.finditer(_SOFT.sub("", text)):
        archive, number, sha256 = (match[1] or "").lower(), int(match[2][:19]), match[3].lower()
        head = f"the head of entry {match[2][:19]} is damaged"
        if len(sha256) != 64 or not number:  # noqa: PLR2004  hexadecimal digits of sha256
            message = f"{head}: {sha256[:80]!r} is no sha256."
            raise ArchiveError(message, where=where, tip=_TIP)
        if len(archive) != IDENTITY:
            message = f"{head}: {archive[:80]!r} names no archive."
            raise ArchiveError(message, where=where, tip=_TIP)
        found.add(Head(number, sha256, archive))
    if not found:
        raise ArchiveError("holds no head of an archive, so nothing is proved.", where=where,
                           tip=_TIP)  # fmt: skip
    return tuple(sorted(found, key=lambda head: (head.number, head.sha256, head.archive)))


def given(texts: Iterable[str]) -> Anchors:
    """The heads in texts, and in the files that texts name.

    Raises:
        ArchiveError: there is none, or the file cannot be read.
    """
    named: list[Head] = []
    files: dict[str, tuple[Head, ...]] = {}
    for text in texts:
        if MARK in text and _LIKE.search(text):
            named += found_in(text, "--head")
        else:
            files[text] = _filed(text)
    return Anchors(tuple(dict.fromkeys(named)), files)


def _filed(text: str) -> tuple[Head, ...]:
    """The heads in a file."""
    try:
        data = Path(text).read_bytes()
    except (OSError, ValueError) as error:
        message = "is neither a head nor a file that can be read."
        raise ArchiveError(message, where=f"--head {text[:80]!r}", tip=_TIP) from error
    return found_in(_text(data), text)


def _text(data: bytes) -> str:
    """Bytes as text, whatever wrote them; Windows' own shell writes UTF-16."""
    return data.decode(_encoding(data), errors="replace")


def _encoding(data: bytes) -> str:
    wide = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
    return wide.get(data[:2], "utf-8")


def keep(entries: Sequence[Entry], file: Path, archive: Path) -> bool:
    """Append a head to a file; False where it is there already.

    Raises:
        ArchiveError: the file lies in the archive, or cannot be written.
    """
    if file.resolve().is_relative_to(archive.resolve()):
        message = "lies in the archive, where a head proves nothing."
        raise ArchiveError(message, where=str(file), tip="Keep it where others write.")
    try:
        data = file.read_bytes() if file.exists() else b""
        there = _text(data)
        if line(entries) in there:
            return False
        begun = "\n" if there and not there.endswith("\n") else ""
        with file.open("a", encoding=_encoding(data)) as text:
            text.write(f"{begun}{line(entries)}\n")
    except OSError as error:
        why = error.strerror or str(error)
        raise ArchiveError(f"cannot be written: {why}.", where=str(file)) from error
    return True
