"""How long an archive of many editions takes: `benchmarks.archive`.

Small editions, made by hand, are filed in an archive and, as the baseline, committed to a Git
repository, each with the same files. Then every question is asked of both by whole fresh processes,
in turn: what there is, which hold a word, whether all is as it was written. The archive alone, at
ten times as many, says how it grows. Git keeps no log of acts, no catalogue and no web site: what
has no counterpart is timed alone.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reporter.archive.filing import Draft

ROOT = Path(__file__).resolve().parent.parent
FIRST = date(1990, 1, 1)
NOW = datetime(2026, 1, 16, 12, tzinfo=UTC)
FACTS = 20
SHARED = 6  # templates and styles, the same in every edition
OURS = {
    "list": ("list",),
    "list, 20 newest": ("list", "--limit", "20"),
    "search a word": ("search", "number7"),
    "search a fact": ("search", "--metric", "record_close", "--subject", "^S3"),
    "verify": ("verify",),
    "catalogue anew": ("catalogue",),
    "site": ("site", "{site}"),
}
GIT = {
    "list": ("log", "--format=%as %s"),
    "list, 20 newest": ("log", "--format=%as %s", "-20"),
    "search a word": ("log", "--format=%as %s", "--grep", "number7"),
    "verify": ("fsck", "--full", "--no-progress"),
}


def files(number: int) -> dict[str, bytes]:
    """The files of an edition by their paths: of the size of a small brief, each one's own."""
    day = (FIRST + timedelta(number)).isoformat()
    facts: list[dict[str, Any]] = [
        {
            "id": f"fact{at}", "metric": "record_close" if at == number % FACTS else "close",
            "subject": f"^S{at}", "benchmark": None, "window": None, "value": number * 0.5 + at,
            "unit": "points", "display": f"{number * 0.5 + at:,.2f}", "base_date": None,
            "as_of": day, "source": "files", "detail": {}, "marks": [],
        }
        for at in range(FACTS)
    ]  # fmt: skip
    brief = {
        "title": "The day", "headline": headline(number), "as_of": day, "slug": "daily",
        "source": "files", "sample": False, "terms": "redistributable", "snapshot": None,
        "standfirst": {"text": f"Edition {number} of many."}, "facts": facts, "key_figures": [],
        "sections": [], "charts": [], "gaps": [], "findings": [], "notes": [],
    }  # fmt: skip
    own = {
        "files/brief.pdf": b"%PDF-1.7" + f"{number:08}".encode() * 2500,
        "files/brief.html": f"<p>{headline(number)}</p>".encode() * 300,
        "files/brief.json": json.dumps(brief, sort_keys=True).encode(),
        "inputs/run.json": json.dumps({"now": day}).encode(),
    }
    same = {f"program/templates/{at}.j2": b"{{ brief }}\n" * 200 * at for at in range(1, SHARED)}
    return own | same


def headline(number: int) -> str:
    """What an edition says: every hundredth holds the same rare word."""
    return f"Small caps close higher, number{number % 100}"


def draft(number: int) -> Draft:
    """An edition to be filed."""
    from reporter.archive.filing import Draft
    from reporter.paper import Artifact

    parts = tuple(Artifact(path, data) for path, data in files(number).items())
    return Draft(
        FIRST + timedelta(number), "daily", "The day", headline(number),
        f"Edition {number} of many.", "files", sample=False, terms="redistributable", snapshot="",
        parts=parts,
    )  # fmt: skip


# --- writing ------------------------------------------------------------------------------------


def filed(folder: Path, numbers: range) -> list[float]:
    """Seconds that each edition took to be filed."""
    from reporter.archive.base import Hand, opened
    from reporter.archive.filing import file

    made, taken = opened(folder, must_exist=False), []
    for number in numbers:
        what, hand = draft(number), Hand("jane", NOW + timedelta(minutes=number))
        begun = perf_counter()
        file(made, what, hand)
        taken.append(perf_counter() - begun)
    return taken


def committed(folder: Path, numbers: range) -> list[float]:
    """Seconds that each edition took to be added and committed, files written already."""
    if not (folder / ".git").exists():
        folder.mkdir(exist_ok=True)
        git(folder, "init", "--quiet")
        git(folder, "config", "core.fsync", "all")
        git(folder, "config", "gc.auto", "0")
    taken = []
    for number in numbers:
        day = folder / (FIRST + timedelta(number)).isoformat()
        for path, data in files(number).items():
            (day / path).parent.mkdir(parents=True, exist_ok=True)
            (day / path).write_bytes(data)
        begun = perf_counter()
        git(folder, "add", day.name)
        git(folder, "commit", "--quiet", "-m", headline(number))
        taken.append(perf_counter() - begun)
    return taken


def git(folder: Path, *words: str) -> None:
    """A command of Git.

    Raises:
        SystemExit: it failed.
    """
    who = ("-c", "user.name=jane", "-c", "user.email=jane@localhost")
    timed("git", "-C", str(folder), *who, *words)


def timed(*command: str) -> float:
    """Seconds that a process took from its start to its end.

    Raises:
        SystemExit: it failed.
    """
    begun = perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    taken = perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}{done.stdout}")
    return taken


# --- asking -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """Seconds of an archive and of Git, round by round; empty where Git has no counterpart."""

    ours: list[float]
    base: list[float]

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' ratios."""
        pairs = list(zip(self.ours, self.base, strict=False))
        return median(ours / base for ours, base in pairs) if pairs else None


Table = dict[str, Pair]


def asked(place: Path, repository: Path | None, rounds: int) -> Table:
    """Every question to both, in turn; the first time does not count."""
    found: Table = {}
    for name, words in OURS.items():
        site = str(place.parent / "site")
        ours = [sys.executable, "-m", "reporter", "archive", *words, "--archive", str(place)]
        ours = [word.format(site=site) for word in ours]
        ways: list[Callable[[], float]] = [lambda ours=ours: timed(*ours)]  # type: ignore[misc]
        if repository and name in GIT:
            base = ["git", "-C", str(repository), *GIT[name]]
            ways.append(lambda base=base: timed(*base))  # type: ignore[misc]
        taken = [[way() for way in ways] for _ in range(rounds + 1)][1:]
        found[name] = Pair([one[0] for one in taken], [one[1] for one in taken if one[1:]])
        print(f"\r{name}{' ' * 20}", end="", file=sys.stderr)
    print("\r" + " " * 30, end="\r", file=sys.stderr)
    return found


def measure(folder: Path, sizes: list[int], rounds: int) -> Iterator[tuple[int, Table]]:
    """For each size, an archive grown to it and all that is asked of it; at the first, of Git too.

    Ten thousand commits would take half an hour.
    """
    there = 0
    for size in sizes:
        repository = folder / "git" if shutil.which("git") and size == sizes[0] else None
        ours = filed(folder / "archive", range(there, size))
        base = committed(repository, range(there, size)) if repository else []
        last = max(1, min(len(ours), size // 10))
        table = {"add, one of the last tenth": Pair(ours[-last:], base[-last:])}
        yield size, table | asked(folder / "archive", repository, rounds)
        there = size


# --- the table ------------------------------------------------------------------------------------


def report(found: list[tuple[int, Table]]) -> None:
    """Medians at each size, what they are of Git's, and how they grow."""
    first, last = found[0], found[-1]
    sizes = [f"{size:,}" for size, _ in found]
    heads = [word for size in sizes for word in (f"s at {size}", "git s", "ours/git")]
    print(f"{'':28}" + "".join(f"{head:>14}" for head in heads) + f"{'growth':>10}")
    for name in first[1]:
        cells = [cell for _, table in found for cell in _cells(table[name])]
        growth = median(last[1][name].ours) / median(first[1][name].ours)
        told = f"{growth:10.1f}" if len(found) > 1 else f"{'':>10}"
        print(f"{name:28}" + "".join(f"{cell:>14}" for cell in cells) + told)


def _cells(pair: Pair) -> tuple[str, str, str]:
    base = f"{median(pair.base):.3f}" if pair.base else "-"
    ratio = pair.ratio
    return f"{median(pair.ours):.3f}", base, f"{ratio:.2f}" if ratio else "-"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--editions", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report(list(measure(Path(folder), sorted(given.editions), given.rounds)))


if __name__ == "__main__":
    main()
