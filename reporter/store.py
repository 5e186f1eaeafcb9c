"""Where fetched prices lie on the disk, so that they can be used again and proved.

A data folder holds three kinds of files, each named by what is in it:

- `objects/ab/<sha256>.csv.gz`: the table of one fetch; the name is the hash of the CSV;
- `fetches/<symbol>/<time>-<hash>.json`: one fetch: what was asked when, and which table came;
- `snapshots/<day>-<hash>.json`: one run: its fetches and what it could not have.

A file is written under a hidden name, made durable and renamed, and nothing is ever changed: a run
killed at any moment leaves whole files and perhaps a hidden one, which a later run clears. A file
whose content does not match its name is damaged: it is named, and never used.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reporter import durable, locks
from reporter.errors import DataError

SHORT = 8  # digits of a hash in a file's name
LONGEST = 100  # characters of a symbol in a folder's name
_FETCH = re.compile(r"(?!\.)[^/\\]+/[^./\\]+\.json")
PLACES = ("snapshots", "*/*")
"""The folders that files are written in."""
FORMAT = 1
Document = Mapping[str, Any]


class DamagedError(DataError):
    """A file of the store that is missing, or is not what its name says.

    `user` is who refers to it, such as a snapshot, which is lost with it.
    """

    def __init__(self, path: Path, why: str, *, gone: bool = False, user: str = "") -> None:
        self.path, self.why, self.gone = path, why, gone
        message = why if gone else f"is damaged: {why}"
        needed = f", and {user} cannot be replayed without it" if user else ""
        remove = "" if gone or user else " or remove it"
        tip = f"Restore it from a copy{remove}; or fetch anew: reporter data fetch SPEC --refresh."
        super().__init__(f"{message}{needed}.", where=str(path), tip=tip)

    def wanted_by(self, user: str) -> DamagedError:
        """The same, told with who refers to the file."""
        return DamagedError(self.path, self.why, gone=self.gone, user=user)


@dataclass(frozen=True, slots=True)
class Ref:
    """A file of the store: where it lies below its folder, and the hash of its content."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """A data folder, which need not be there before something is kept in it.

    Names and bytes only: what documents mean is for `reporter.records` to say.
    """

    folder: Path
    _touched: set[Path] = field(default_factory=set)

    # --- reading ------------------------------------------------------------------------------

    def table(self, sha256: str) -> bytes:
        """The CSV of this hash.

        Raises:
            DamagedError: it is not there, or is another.
        """
        path = self._object(sha256)
        try:
            data = gzip.decompress(_read(path))
        except (OSError, EOFError, zlib.error) as error:
            raise DamagedError(path, "it cannot be unpacked") from error
        if _digest(data) != sha256:
            raise DamagedError(path, "its content does not match its name")
        return data

    def fetch(self, ref: Ref) -> Document:
        """The record of one fetch.

        Raises:
            DamagedError: it is not there, or is another.
        """
        path = self.folder / "fetches" / ref.path
        if not _FETCH.fullmatch(ref.path):
            raise DamagedError(path, "a snapshot names it, but no fetch has such a name")
        return _document(path, _read(path), ref.sha256)

    def fetches(self, symbol: str) -> Iterator[tuple[Ref, Document]]:
        """The records of a symbol's fetches, the newest first; damaged ones are left out."""
        folder = self.folder / "fetches" / _safe(symbol)
        for path in sorted(folder.glob("[!.]*.json"), reverse=True):
            with contextlib.suppress(DamagedError):
                data = _read(path)
                yield Ref(f"{folder.name}/{path.name}", _digest(data)), _document(path, data)

    def names(self) -> tuple[str, ...]:
        """The snapshots there are, the newest first."""
        files = (self.folder / "snapshots").glob("[!.]*.json")
        return tuple(sorted((path.stem for path in files), reverse=True))

    def snapshot(self, name: str) -> Document:
        """The record of one run.

        Raises:
            DamagedError: it is not there, or is another.
        """
        path = self.folder / "snapshots" / f"{name}.json"
        return _document(path, _read(path))

    # --- writing ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Within, something can be kept; what a killed run left is cleared if nobody else writes.

        Raises:
            DataError: the folder cannot be written.
        """
        with contextlib.ExitStack() as held:
            with _refusing(self.folder):
                for part in ("objects", "fetches", "snapshots"):
                    (self.folder / part).mkdir(parents=True, exist_ok=True)
                held.enter_context(locks.shared(self.folder, self._clear, patience=None))
            yield

    def keep_table(self, data: bytes) -> str:
        """Keep a CSV; its hash, by which it is had again."""
        sha256 = _digest(data)
        self._write(self._object(sha256), _packed(data))
        return sha256

    def keep_fetch(self, symbol: str, fetched: datetime, document: Document) -> Ref:
        """Keep the record of one fetch."""
        data = _encoded(document)
        time = fetched.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        ref = Ref(f"{_safe(symbol)}/{time}-{_digest(data)[:SHORT]}.json", _digest(data))
        self._write(self.folder / "fetches" / ref.path, data)
        return ref

    def keep_snapshot(self, day: date, document: Document) -> str:
        """Keep the record of a run, once all it refers to is durable; its name."""
        data = _encoded(document)
        name = f"{day.isoformat()}-{_digest(data)[:SHORT]}"
        self._settle()
        self._write(self.folder / "snapshots" / f"{name}.json", data)
        self._settle()
        return name

    def _object(self, sha256: str) -> Path:
        return self.folder / "objects" / sha256[:2] / f"{sha256}.csv.gz"

    def _write(self, path: Path, data: bytes) -> None:
        """Put a file in its place, whole; one of the same name holds the same and is replaced."""
        with _refusing(self.folder):
            path.parent.mkdir(exist_ok=True)
            durable.hidden(path, data).replace(path)
        self._touched.update((path.parent, path.parent.parent))

    def _clear(self) -> None:
        durable.clear(self.folder, *(f"{place}/{durable.LEAVINGS}" for place in PLACES))

    def _settle(self) -> None:
        """Make the names of what was written durable, where the system can."""
        for folder in sorted(self._touched):
            durable.settle(folder)
        self._touched.clear()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _packed(data: bytes) -> bytes:
    """Gzip without a name or a time, so that the same content is the same bytes."""
    out = io.BytesIO()
    with gzip.GzipFile("", "wb", compresslevel=6, fileobj=out, mtime=0) as file:
        file.write(data)
    return out.getvalue()


def _encoded(document: Document) -> bytes:
    whole = {"format": FORMAT, **document}
    return (json.dumps(whole, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def _document(path: Path, data: bytes, sha256: str = "") -> Document:
    """The document in a file, if it is the one that the file's name, or a hash, says."""
    digest = _digest(data)
    if path.stem.rpartition("-")[2] != digest[:SHORT] or (sha256 and sha256 != digest):
        raise DamagedError(path, "its content does not match its name")
    found: Document = json.loads(data)
    if found.get("format") != FORMAT:
        raise DamagedError(path, "another version of reporter wrote it")
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise DamagedError(path, "is missing", gone=True) from error
    except OSError as error:
        raise DamagedError(path, f"it cannot be read ({error.strerror})") from error


def _safe(symbol: str) -> str:
    """A symbol as the name of a folder: `^RUT` stays, what could lead elsewhere is spelled out."""
    name = quote(symbol, safe="^=&")
    name = f"%2E{name[1:]}" if name.startswith(".") else name
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}-{_digest(symbol.encode())[:SHORT]}"


@contextlib.contextmanager
def _refusing(folder: Path) -> Iterator[None]:
    """Within, what the system refuses is one message."""
    try:
        yield
    except OSError as error:
        message = f"the data folder cannot be written: {durable.why(error)}."
        tip = "Name another one with --data."
        raise DataError(message, where=str(error.filename or folder), tip=tip) from error
