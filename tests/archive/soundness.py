"""Whether an archive is whole, asked of its files alone: sha256 and JSON, none of the package."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any


def chain(folder: Path) -> list[dict[str, Any]]:
    """The log's entries; each is there, in its order, and names the one before."""
    files = sorted(path for path in (folder / "log").glob("[!.]*"))
    assert [path.name for path in files] == [f"{at:08d}.json" for at in range(1, len(files) + 1)]
    previous, found = "0" * 64, []
    for number, path in enumerate(files, 1):
        data = path.read_bytes()
        entry = json.loads(data)
        assert (entry["number"], entry["previous"]) == (number, previous)
        previous = sha256(data).hexdigest()
        found.append(entry)
    return found


def held(folder: Path, digest: str) -> bytes:
    """An object, whose bytes are those of its name."""
    data = (folder / "objects" / digest[:2] / digest).read_bytes()
    assert sha256(data).hexdigest() == digest
    return data


def editions(folder: Path) -> dict[str, dict[str, bytes]]:
    """Every edition that is filed and not purged, with the bytes of its parts.

    Whatever an entry or a record names is there; every other object has the bytes of its name.
    """
    for path in (folder / "objects").glob("*/[!.]*"):
        held(folder, path.name)
    entries = chain(folder)
    purged = {entry["edition"] for entry in entries if entry["act"] == "purged"}
    found = {}
    for entry in entries:
        if entry["act"] == "added" and entry["edition"] not in purged:
            record = json.loads(held(folder, entry["objects"]["record"]))
            assert record["id"] == entry["edition"]
            assert record["id"] not in found
            parts = record["parts"].items()
            found[record["id"]] = {name: held(folder, part["sha256"]) for name, part in parts}
            assert all(len(held(folder, p["sha256"])) == p["size"] for _, p in parts)
    return found


def leavings(folder: Path) -> list[Path]:
    """Hidden files: what a killed writer left."""
    return [path for path in folder.rglob(".*") if path.is_file()]
