"""What one may do to an archive who knows its format and computes the whole chain anew.

Nothing here uses the code that writes or reads the log: who recomputes a chain does it himself.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from random import Random
from typing import Any

from reporter.archive.base import object_key
from tests.tampering import Done, World, done

Document = dict[str, Any]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _entry(document: Document) -> bytes:
    lines = (
        f' "{name}": {json.dumps(value, sort_keys=True, ensure_ascii=False)}'
        for name, value in sorted(document.items())
    )
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _bytes(document: Document) -> bytes:
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
    return (text + "\n").encode()


def _put(folder: Path, data: bytes) -> str:
    path = folder / object_key(_digest(data))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return _digest(data)


def _object(folder: Path, sha256: str) -> bytes:
    return (folder / object_key(sha256)).read_bytes()


def documents(folder: Path) -> list[Document]:
    """The entries of a log."""
    return [json.loads(path.read_bytes()) for path in sorted((folder / "log").iterdir())]


def rewrite(folder: Path, entries: list[Document]) -> None:
    """Put entries in place of a log: numbered, chained, without objects nobody needs."""
    shutil.rmtree(folder / "log")
    (folder / "log").mkdir()
    previous, needed = "0" * 64, set()
    for number, entry in enumerate(entries, 1):
        data = _entry(entry | {"number": number, "previous": previous})
        (folder / "log" / f"{number:08d}.json").write_bytes(data)
        previous = _digest(data)
        needed |= set(entry["objects"].values())
        if record := entry["objects"].get("record"):
            parts = json.loads(_object(folder, record))["parts"]
            needed |= {part["sha256"] for part in parts.values()}
    for path in (folder / "objects").rglob("*"):
        if path.is_file() and path.name not in needed:
            path.unlink()


def _added(entries: list[Document], *, kept: bool = True) -> list[int]:
    """Where entries file an edition; without those whose objects were purged."""
    purged = {entry["edition"] for entry in entries if entry["act"] == "purged"}
    return [
        at
        for at, entry in enumerate(entries)
        if entry["act"] == "added" and not (kept and entry["edition"] in purged)
    ]


def change_a_file(random: Random, folder: Path, entries: list[Document]) -> int:
    """Another price in an edition's page: its object, record and entry made to fit."""
    at = random.choice(_added(entries))
    record = json.loads(_object(folder, entries[at]["objects"]["record"]))
    path = random.choice(sorted(path for path in record["parts"] if path.startswith("files/")))
    data = _object(folder, record["parts"][path]["sha256"]) + random.randbytes(4)
    record["parts"][path] = {"sha256": _put(folder, data), "size": len(data)}
    entries[at]["objects"]["record"] = _put(folder, _bytes(record))
    return at + 1


def change_the_headline(random: Random, folder: Path, entries: list[Document]) -> int:
    at = random.choice(_added(entries, kept=False))
    record = json.loads(_object(folder, entries[at]["objects"]["record"]))
    record["headline"] = f"Nothing of note, {random.random()}"
    entries[at]["objects"]["record"] = _put(folder, _bytes(record))
    return at + 1


def drop_an_edition(random: Random, _folder: Path, entries: list[Document]) -> int:
    at = random.choice(_added(entries))
    name = entries[at]["edition"]
    about = [at for at, one in enumerate(entries) if one["edition"].partition(".")[0] == name
             or one["edition"] == name or one["details"].get("corrects") == name]  # fmt: skip
    for one in reversed(about):
        del entries[one]
    return about[0] + 1


def exchange_an_edition(random: Random, folder: Path, entries: list[Document]) -> int:
    """An edition dropped and the log filled up again to the number it had."""
    count = len(entries)
    first = drop_an_edition(random, folder, entries)
    while len(entries) < count:
        entries.append(entries[-1] | {"act": "held", "edition": "", "objects": {}, "details": {}})
    return first


def change_a_time(random: Random, _folder: Path, entries: list[Document]) -> int:
    at = random.randrange(len(entries))
    entries[at]["time"] = entries[at]["time"].replace(":00+00:00", ":01+00:00")
    return at + 1


def change_an_actor(random: Random, _folder: Path, entries: list[Document]) -> int:
    at = random.randrange(len(entries))
    entries[at]["actor"] = "somebody else"
    return at + 1


def undo_a_hold(_random: Random, _folder: Path, entries: list[Document]) -> int:
    at = next(at for at, entry in enumerate(entries) if entry["act"] == "held")
    del entries[at]
    return at + 1


ADVERSARY = (
    change_a_file, change_a_file, change_the_headline, drop_an_edition, exchange_an_edition,
    change_a_time, change_an_actor, undo_a_hold,
)  # fmt: skip


def recomputed(random: Random, folder: Path, world: World) -> tuple[Done, int]:
    """One who can write to the archive and knows its format, at work: what, and from where on."""
    act = random.choice(ADVERSARY)
    entries = documents(folder)
    first = act(random, folder, entries)
    rewrite(folder, entries)
    del world
    return done(f"{act.__name__} from {first}", "recomputed truncated"), first
