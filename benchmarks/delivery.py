"""How fast editions are delivered: `benchmarks.delivery`.

An edition goes to many clients by `send`, signed with DKIM, and, as the baseline, the very same
bytes by plain smtplib over one connection, both to the same real Postfix; whole processes, the
rounds alternate. Preparing (every message made, signed, sealed and queued) is told apart from
sending; against the whole of it stands a baseline that signs each message with dkimpy and sends it.
`--rates` checks instead how evenly letters leave, by the stamps of the server's log.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path
from statistics import median

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
[dkim]
domain = "example.org"
selector = "s1"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
per_connection = 1000
[rates]
{rates}
"""
FAST = "per_minute = 600000"
SLOW, SLOWER = 600, 120
EVEN = f'per_minute = {SLOW}\n[rates.domains]\n"slow.example.com" = {SLOWER}'
MINUTE = 60  # seconds
TAKEN = r"^(\w+ +\d+ [\d:]+) \S+ postfix/\w+\[\d+\]: \w+: to=<\w+@([\w.]+)>"
COLUMNS = "id,name,address,audience,jurisdiction\n"
OURS = """
import re, sys
from pathlib import Path
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
most = re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())
print("memory", int(most[1]) / 1024, file=sys.stderr)
sys.exit(code)
"""
PLAIN = """
import os, pickle, re, smtplib, sys
from time import perf_counter
import dkim
with open(sys.argv[2], "rb") as file:
    letters = pickle.load(file)
key, at = os.environ["REPORTER_DKIM_KEY"].encode(), perf_counter()
for _, data in letters:
    unsigned = re.sub(rb"\\A(DKIM-Signature:.*?\\r\\n)(?![ \\t])", b"", data, flags=re.DOTALL)
    dkim.sign(unsigned, b"s1", b"example.org", key)
signed = perf_counter()
with smtplib.SMTP("127.0.0.1", int(sys.argv[1])) as server:
    for address, data in letters:
        server.sendmail("bounces@example.org", [address], data)
print(signed - at, perf_counter() - signed)
"""


@dataclass(frozen=True, slots=True)
class Round:
    """Of one round: seconds of preparing and of sending, MB at most; the baseline's seconds."""

    clients: int
    preparing: float
    sending: float
    memory: float
    signing: float
    base: float

    @property
    def ratio(self) -> float:
        """Letters a second when sending, as a share of the baseline's."""
        return self.base / self.sending

    @property
    def whole(self) -> float:
        """The same of all, to the baseline that signs."""
        return (self.signing + self.base) / (self.preparing + self.sending)


def house(folder: Path, settings: str, domains: Sequence[str], clients: int) -> str:
    """An approved edition, settings and a list; the edition's id."""
    from tests.delivery import editions

    folder.mkdir()
    _, edition = editions.archive(folder)
    rows = (
        f"C{n:05},Person {n},person{n}@{domain},professional,CH\n"
        for n, domain in enumerate(islice(cycle(domains), clients))
    )
    (folder / "clients.csv").write_text(COLUMNS + "".join(rows))
    (folder / "delivery.toml").write_text(settings)
    return edition


def process(code: str, words: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """A whole process of Python.

    Raises:
        SystemExit: it failed.
    """
    from tests.delivery.letters import pem

    secrets = {"REPORTER_UNSUBSCRIBE_KEY": KEY, "REPORTER_DKIM_KEY": pem().decode()}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=folder, capture_output=True, text=True,
        env={**os.environ, **secrets, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    return done


def sent(folder: Path, edition: str, more: Sequence[str] = ()) -> tuple[float, float, float]:
    """Seconds of preparing and of sending, and MB at most, of `send`."""
    words = ["send", edition, "--override", "stale", "--reason", "A benchmark.", "--wait", "0"]
    said = process(OURS, [*words, *more], folder).stderr
    told = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line.strip()}
    preparing, sending = map(float, told["times"])
    return preparing, sending, float(told["memory"][0])


def baseline(folder: Path, edition: str, port: int) -> tuple[float, float]:
    """Seconds that plain dkimpy and smtplib take for the bytes that the archive has."""
    import pickle

    place = folder / "letters.pickle"
    place.write_bytes(pickle.dumps(list(letters(folder, edition))))
    signing, sending = process(PLAIN, [str(port), str(place)], folder).stdout.split()
    return float(signing), float(sending)


def letters(folder: Path, edition: str) -> Iterator[tuple[str, bytes]]:
    """The address and the bytes of every message."""
    from reporter.archive.base import opened
    from reporter.archive.bulk import Reader
    from reporter.archive.clients import keys_of
    from reporter.delivery import ledger

    archive = opened(folder / "archive")
    reader, keys, after = Reader(archive), keys_of(archive), -1
    with ledger.opened("sqlite:///outbox.sqlite", folder) as book:
        while rows := book.rows(edition, after=after):
            after = rows[-1].position
            for row in rows:
                owner = keys.client(row.client)
                found = reader.file(owner, edition, row.file) if owner else None
                if found:
                    yield row.address, found.data


@contextmanager
def place() -> Iterator[Path]:
    """A folder for a round."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "house"


def measure(clients: int, rounds: int, more: Sequence[str]) -> Iterator[Round]:
    """So many rounds with so many clients."""
    from tests.postfix import running

    for _ in range(rounds):
        with place() as folder, running() as server:
            settings = SETTINGS.format(port=server.port, rates=FAST)
            edition = house(folder, settings, ["example.com"], clients)
            times = sent(folder, edition, more)
            server.flush(600)
            yield Round(clients, *times, *baseline(folder, edition, server.port))


def report(found: Sequence[Round]) -> None:
    """Medians at each size."""
    names = ("clients", "prepared/s", "sent/s", "smtplib/s", "ratio", "whole", "MB")
    print("".join(f"{name:>12}" for name in names))
    for size in sorted({one.clients for one in found}):
        rounds = [one for one in found if one.clients == size]
        speeds = (
            size / median(one.preparing for one in rounds),
            size / median(one.sending for one in rounds),
            size / median(one.base for one in rounds),
        )
        ratios = (median(one.ratio for one in rounds), median(one.whole for one in rounds))
        told = "".join(f"{speed:>12.0f}" for speed in speeds)
        told += "".join(f"{ratio:>12.2f}" for ratio in ratios)
        print(f"{size:>12,}{told}{median(one.memory for one in rounds):>12.0f}", flush=True)


# --- how evenly letters leave -------------------------------------------------------------------


def rates(seconds: int) -> None:
    """Letters at a rate in all and one of a single domain: the most uneven minutes of the log."""
    from tests.postfix import running

    clients = SLOW * seconds // MINUTE
    with place() as folder, running() as server:
        settings = SETTINGS.format(port=server.port, rates=EVEN)
        # One in five to the slower domain is what its rate is of the whole.
        domains = ["slow.example.com", *["example.com"] * (SLOW // SLOWER - 1)]
        edition = house(folder, settings, domains, clients)
        sent(folder, edition)
        server.flush(600)
        log = server.log.read_text()
    taken = re.findall(TAKEN, log, re.MULTILINE)
    for rate, domain in ((SLOW, ""), (SLOWER, "slow.example.com")):
        stamps = [moment(at) for at, to in taken if domain in {"", to}]
        least, most = window(sorted(stamps))
        print(f"{rate} a minute {domain}: {least} to {most} letters in any {MINUTE} s "
              f"({least / rate - 1:+.1%}, {most / rate - 1:+.1%})")  # fmt: skip


def moment(stamp: str) -> datetime:
    """A moment of the log, which names no year."""
    return datetime.strptime(f"2000 {stamp} +0000", "%Y %b %d %H:%M:%S %z")


def window(stamps: Sequence[datetime]) -> tuple[int, int]:
    """The fewest and the most of these moments in any minute that lies within them."""
    ticks = [(stamp - stamps[0]).total_seconds() for stamp in stamps]
    counts = []
    for start in ticks:
        if start + MINUTE <= ticks[-1]:
            counts.append(sum(start <= tick < start + MINUTE for tick in ticks))
            counts.append(sum(start < tick < start + MINUTE for tick in ticks))
    return min(counts), max(counts)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=[1000, 20000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--finish-by", default="")
    parser.add_argument("--rates", type=int, default=0, help="seconds of the check of rates")
    given = parser.parse_args()
    if given.rates:
        rates(given.rates)
        return
    more = ["--finish-by", given.finish_by] if given.finish_by else []
    report([one for size in sorted(given.clients) for one in measure(size, given.rounds, more)])


if __name__ == "__main__":
    main()
