"""How long lists and searches of a big archive take: `python -m benchmarks.finding [BRIEF.json]`.

Editions are filed by hand, without a build; with a `brief.json` each holds the contents of that
one. Every figure is of whole fresh processes, the start of Python included.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from reporter.archive import log
from reporter.archive.base import Archive, digest, object_key, opened, record
from reporter.filed import GENESIS, Act, Edition, Part
from tests.archives import draft, hand

ROUNDS = 5
ASKED: dict[str, Sequence[str]] = {
    "list": ("list",),
    "list --limit 20": ("list", "--limit", "20"),
    "search words": ("search", "small caps led"),
    "search facts": ("search", "--metric", "record_close", "--subject", ".RUT", "--said"),
    "search all of a subject": ("search", "--subject", ".RUT"),
    "show": ("show", "latest"),
}


def fill(made: Archive, first: int, last: int, brief: dict[str, Any] | None) -> None:
    """Editions numbered from `first` to before `last`, filed straight into the log."""
    previous = log.head(made.entries()).sha256 if first else GENESIS
    for number in range(first, last):
        day = date(1990, 1, 1) + timedelta(days=number)
        what = draft(day, headline=f"Small caps led in week {number}")
        data = next(part.data for part in what.parts if part.path.endswith(".json"))
        if brief:
            data = json.dumps({**brief, "headline": what.headline}, indent=1).encode()
        part = Part("files/brief.json", keep(made, data), len(data))
        edition = Edition(
            what.place, day, what.slug, 1, what.title, what.headline, what.standfirst, what.source,
            sample=False, terms=what.terms, snapshot="", prepared_by="jane", parts=(part,),
        )  # fmt: skip
        said = {"record": keep(made, record(edition))}
        entry = hand(number).entry(Act.ADDED, edition.id, objects=said)
        bytes_ = log.encoded(replace(entry, number=number + 1, previous=previous))
        put(made, log.key(number + 1), bytes_)
        previous = digest(bytes_)


def keep(made: Archive, data: bytes) -> str:
    """Keep an object as the archive does, but in no hurry to have it on the disk."""
    put(made, object_key(digest(data)), data)
    return digest(data)


def put(made: Archive, key: str, data: bytes) -> None:
    """Put a key, in no hurry."""
    path = made.folder / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def timed(folder: Path, *arguments: str) -> tuple[float, float]:
    """Seconds that a command takes in a fresh process: by the clock, and of the processor."""
    command = [sys.executable, "-m", "reporter", "archive", *arguments, "--archive", str(folder)]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    wall, after = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def told(name: str, *times: tuple[float, float]) -> None:
    """Print the medians."""
    wall, cpu = (median(one) for one in zip(*times, strict=True))
    print(f"  {name:<24} {wall:6.2f} s  {cpu:6.2f} s of the processor", flush=True)


def measure(folder: Path, size: int) -> None:
    """Tell how long everything takes at this size."""
    made = timed(folder, "catalogue")
    mega = (folder / "catalogue.sqlite").stat().st_size / 1e6
    print(f"{size} editions: the catalogue has {mega:.1f} MB", flush=True)
    told("catalogue", made)
    for name, arguments in ASKED.items():
        told(name, *(timed(folder, *arguments) for _ in range(ROUNDS)))


def main() -> None:
    """Fill an archive step by step, and measure at each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("brief", nargs="?", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10000])
    given = parser.parse_args()
    brief = json.loads(given.brief.read_text(encoding="utf-8")) if given.brief else None
    with tempfile.TemporaryDirectory() as folder:
        made, filled = opened(Path(folder), must_exist=False), 0
        for size in given.sizes:
            fill(made, filled, size, brief)
            measure(Path(folder), size)
            fill(made, size, size + 1, brief)
            told("list after a new one", timed(Path(folder), "list"))
            filled = size + 1


if __name__ == "__main__":
    main()
