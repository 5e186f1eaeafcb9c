"""How fast editions are delivered: `benchmarks.delivery`.

An edition goes to many clients by `send`, and, as the baseline, the very same signed bytes by plain
smtplib over one connection, both to the same real Postfix; the rounds alternate. Preparing (every
message made, sealed and queued) is told apart from sending, which alone has a counterpart. Whole
runs at two sizes say whether memory grows with the list.
"""

from __future__ import annotations

import argparse
import os
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).resolve().parent.parent
KEY = "k" * 40
SETTINGS = """
outbox = "sqlite:///outbox.sqlite"
[sender]
name = "Sample House"
address = "research@example.org"
bounces = "bounces@example.org"
[unsubscribing]
url = "https://house.example/u/"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
per_connection = 1000
[rates]
per_minute = 600000
"""
COLUMNS = "id,name,address,audience,jurisdiction\n"
CHILD = """
import os, resource, sys
from time import perf_counter
from reporter.cli import run
from reporter.delivery.dispatch import Dispatch
stages, began = Dispatch._stages, perf_counter()
def timed(self, sending):
    at = perf_counter()
    try:
        return stages(self, sending)
    finally:
        print("times", at - began, perf_counter() - at, file=sys.stderr)
Dispatch._stages = timed
code = run(sys.argv[1:])
print("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, file=sys.stderr)
sys.exit(code)
"""


@dataclass(frozen=True, slots=True)
class Round:
    """One run: seconds of preparing and of sending, MB at most, seconds of the baseline."""

    clients: int
    preparing: float
    sending: float
    memory: float
    base: float

    @property
    def ratio(self) -> float:
        """Letters a second, as a share of the baseline's."""
        return self.base / self.sending


def house(folder: Path, port: int, clients: int) -> str:
    """An approved edition, settings and a list; the edition's id."""
    from tests.delivery import editions

    folder.mkdir()
    _, edition = editions.archive(folder)
    rows = (f"C{n:05},Person {n},person{n}@example.com,professional,CH\n" for n in range(clients))
    (folder / "clients.csv").write_text(COLUMNS + "".join(rows))
    (folder / "delivery.toml").write_text(SETTINGS.format(port=port))
    return edition


def sent(folder: Path, edition: str, more: list[str]) -> tuple[float, float, float]:
    """Seconds of preparing and of sending, and MB at most, of a whole process.

    Raises:
        SystemExit: it failed.
    """
    words = ["send", edition, "--override", "stale", "--reason", "A benchmark.", "--wait", "0"]
    command = [sys.executable, "-c", CHILD, *words, *more]
    environment = {**os.environ, "REPORTER_UNSUBSCRIBE_KEY": KEY, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    told = {line.split()[0]: line.split()[1:] for line in done.stderr.splitlines() if line}
    preparing, sending = map(float, told["times"])
    return preparing, sending, float(told["memory"][0])


def baseline(folder: Path, edition: str, port: int) -> float:
    """Seconds that plain smtplib takes for the bytes that the archive has."""
    from reporter.archive.base import opened
    from reporter.archive.bulk import Reader
    from reporter.archive.clients import keys_of
    from reporter.delivery import ledger

    archive = opened(folder / "archive")
    reader, keys, letters, after = Reader(archive), keys_of(archive), [], -1
    with ledger.opened("sqlite:///outbox.sqlite", folder) as book:
        while rows := book.rows(edition, after=after):
            after = rows[-1].position
            for row in rows:
                owner = keys.client(row.client)
                found = reader.file(owner, edition, row.file) if owner else None
                if found:
                    letters.append((row.address, found.data))
    begun = perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for address, data in letters:
            server.sendmail("bounces@example.org", [address], data)
    return perf_counter() - begun


@contextmanager
def places() -> Iterator[Path]:
    """A folder for a round."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "house"


def measure(clients: int, rounds: int, more: list[str]) -> Iterator[Round]:
    """So many rounds with so many clients."""
    from tests.postfix import running

    for _ in range(rounds):
        with places() as folder, running() as server:
            edition = house(folder, server.port, clients)
            times = sent(folder, edition, more)
            server.flush(600)
            yield Round(clients, *times, baseline(folder, edition, server.port))


def report(found: list[Round]) -> None:
    """Medians at each size."""
    print(f"{'clients':>9}{'prepared/s':>12}{'sent/s':>10}{'smtplib/s':>11}{'ratio':>8}{'MB':>8}")
    for size in sorted({one.clients for one in found}):
        rounds = [one for one in found if one.clients == size]
        speeds = (
            size / median(one.preparing for one in rounds),
            size / median(one.sending for one in rounds),
            size / median(one.base for one in rounds),
        )
        ratio, memory = median(o.ratio for o in rounds), median(o.memory for o in rounds)
        told = "".join(f"{s:>{w}.0f}" for s, w in zip(speeds, (12, 10, 11), strict=True))
        print(f"{size:>9,}{told}{ratio:>8.2f}{memory:>8.0f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=[1000, 20000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--finish-by", default="")
    given = parser.parse_args()
    more = ["--finish-by", given.finish_by] if given.finish_by else []
    report([one for size in sorted(given.clients) for one in measure(size, given.rounds, more)])


if __name__ == "__main__":
    main()
