"""How long a panel of prices takes from a database, and how much memory: `benchmarks.panel`.

A real PostgreSQL of its own holds 3,000 symbols of 2,500 days. Each way reads all of them in a
fresh process, the ways in turn (A B C A B C ...): `source` takes every answer of the source and
keeps it, `gate` takes what comes through the quality gate, `pandas` is `pandas.read_sql` of the
same table with the same engine, the baseline. Memory is the peak of the process less what it held
before it asked; its measure is the data itself, eight bytes for each value and day.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

ROOT = Path(__file__).resolve().parent.parent
FIRST = date(2015, 1, 2)
NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
VALUES = 6  # a day, and open, high, low, close, volume
TABLE = """CREATE TABLE prices (symbol text, date date, open float8, high float8, low float8,
    close float8, volume float8)"""
COLUMNS = "symbol, date, open, high, low, close, volume"
MEBI = 1024 * 1024

Bar = tuple[str, date, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Run:
    """One process: seconds by the clock and of the processor, and bytes above its start."""

    wall: float
    cpu: float
    memory: float


def names(symbols: int) -> list[str]:
    """The panel's symbols, which are indices by their form."""
    return [f"^S{number:04}" for number in range(symbols)]


def days(count: int) -> list[date]:
    """So many working days."""
    run = (FIRST + timedelta(at) for at in range(count * 2))
    return [day for day in run if day.weekday() < 5][:count]  # noqa: PLR2004  Saturday


def rows(symbols: int, count: int) -> Iterator[Bar]:
    """The panel: prices that wander, without chance, so that every run reads the same."""
    calendar = days(count)
    for at, name in enumerate(names(symbols)):
        level = 20.0 + at % 400
        for number, day in enumerate(calendar):
            close = level * (1 + (number * 7919 + at * 31) % 1009 / 50_000)
            yield name, day, close * 0.999, close * 1.004, close * 0.997, close, number * 100 + at


# --- one way, in its own process ------------------------------------------------------------------


def ways(symbols: int) -> dict[str, Callable[[], int]]:
    """Every way by name: it reads the panel, keeps it, and counts the rows."""
    from reporter.gate import admit
    from reporter.sources.base import DataRequest, Quotes, sources

    request = DataRequest(tuple(names(symbols)), now=NOW, options={"basis": "price"})
    ask = sources.get("sql")

    def source() -> int:
        kept = [one for one in ask(request).answers if isinstance(one, Quotes)]
        return sum(len(one.frame) for one in kept)

    def gate() -> int:
        return sum(len(one.bars) for one in admit(ask(request), request, "sql").series)

    def pandas() -> int:
        import pandas as pd
        import sqlalchemy

        engine = sqlalchemy.create_engine(os.environ["REPORTER_SQL_URL"])
        return len(pd.read_sql(f"SELECT {COLUMNS} FROM prices ORDER BY symbol, date", engine))  # noqa: S608  constants

    return {"source": source, "gate": gate, "pandas": pandas}


def measure(way: str, symbols: int) -> dict[str, float]:
    """Seconds and bytes of one way in this process; imports are over when the clock starts."""
    import reporter.database
    import reporter.sources.sql

    read = ways(symbols)[way]
    del reporter
    before, wall, cpu = _peak(), perf_counter(), process_time()
    count = read()
    return {
        "wall": perf_counter() - wall,
        "cpu": process_time() - cpu,
        "memory": _peak() - before,
        "rows": count,
    }


def _peak() -> float:
    """The largest size of this process so far, in bytes."""
    unit = 1 if platform.system() == "Darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)


# --- all of them ----------------------------------------------------------------------------------


def run(way: str, symbols: int, count: int, url: str) -> Run:
    """One way in a fresh process.

    Raises:
        SystemExit: it failed, or read something else.
    """
    command = (sys.executable, "-m", "benchmarks.panel", "--way", way, "--symbols", str(symbols))
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "REPORTER_SQL_URL": url},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{way} failed:\n{done.stderr}")
    found = json.loads(done.stdout)
    least = symbols * count * 0.9  # the gate leaves holidays out
    if found["rows"] < least:
        raise SystemExit(f"{way} read {found['rows']} rows only")
    return Run(found["wall"], found["cpu"], found["memory"])


def in_turn(symbols: int, count: int, rounds: int) -> dict[str, list[Run]]:
    """Every way once a round, against one server that holds the panel."""
    from tests.postgres import running

    found: dict[str, list[Run]] = {"source": [], "gate": [], "pandas": []}
    with running() as server:
        server.run(TABLE)
        server.copy("prices", rows(symbols, count))
        server.run("ALTER TABLE prices ADD PRIMARY KEY (symbol, date)", "VACUUM ANALYZE prices")
        for at, way in chain.from_iterable([(at, way) for way in found] for at in range(rounds)):
            print(f"\r{way} {at + 1}/{rounds}   ", end="", file=sys.stderr)
            found[way].append(run(way, symbols, count, server.url()))
    print("\r" + " " * 30, end="\r", file=sys.stderr)
    return found


def report(found: dict[str, list[Run]], size: float) -> None:
    """Medians, and their ratios to the baseline and to the data."""
    base = found["pandas"]
    print(f"the data itself: {size / MEBI:.0f} MiB")
    print("way     wall s   cpu s  wall/pandas  cpu/pandas  memory MiB  memory/data  memory/pandas")
    for way, runs in found.items():
        pairs = list(zip(runs, base, strict=True))
        memory = median(one.memory for one in runs)
        print(
            f"{way:7}{median(one.wall for one in runs):7.1f}{median(one.cpu for one in runs):8.1f}"
            f"{median(a.wall / b.wall for a, b in pairs):13.2f}"
            f"{median(a.cpu / b.cpu for a, b in pairs):12.2f}"
            f"{memory / MEBI:12.0f}{memory / size:13.2f}"
            f"{median(a.memory / b.memory for a, b in pairs):15.2f}"
        )


def main() -> None:
    """Measure and print; with --way, one way in this process, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--way", choices=("source", "gate", "pandas"))
    parser.add_argument("--symbols", type=int, default=3000)
    parser.add_argument("--days", type=int, default=2500)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(measure(given.way, given.symbols)))
        return
    found = in_turn(given.symbols, given.days, given.rounds)
    report(found, given.symbols * given.days * VALUES * 8.0)


if __name__ == "__main__":
    main()
