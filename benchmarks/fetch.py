"""What it costs to fetch 60 symbols of 16 years: `python -m benchmarks.fetch`.

A server on this machine answers like Yahoo's chart API, each answer late by 20 ms. Three ways ask
it in turn, each in a fresh process: the source as it is (paced), the source without its pause
between requests, and `yfinance.download` as its users call it, in as many threads as it likes.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
SYMBOLS = tuple(f"S{number:02}" for number in range(60))
BARS = 4000
LATENCY = 0.02
PACED, UNPACED, DOWNLOAD = "paced", "unpaced", "download"
WAYS = (PACED, UNPACED, DOWNLOAD)
MEGA = 1024  # Linux counts memory in kilobytes
Work = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Fetch:
    """One way, once: seconds by the clock and of the processor, megabytes, rows, requests.

    `peak` is the most memory the process had, `grown` how much of it came after the imports.
    """

    wall: float
    cpu: float
    peak: float
    grown: float
    rows: int
    charts: int = 0
    others: int = 0


# --- in the server's process ---


def serve() -> None:
    """Answer like Yahoo. The port is printed first, then for each line read what was asked."""
    from tests.sources.fake_yahoo import serving

    with serving(replies()) as fake:
        print(fake.port, flush=True)
        for _ in sys.stdin:
            charts = sum(fake.asked[symbol] for symbol in SYMBOLS)
            print(json.dumps([charts, fake.asked.total() - charts]), flush=True)
            fake.asked.clear()


def replies() -> dict[str, list[Any]]:
    """A late answer for every symbol."""
    import pandas as pd

    from tests.sources.fake_yahoo import bar, chart, slow

    days = pd.bdate_range(end="2026-01-16", periods=BARS).strftime("%Y-%m-%d")
    found = {}
    for number, symbol in enumerate(SYMBOLS):
        steps = ((at * 7919 + number * 104_729) % 211 / 1000 for at in range(BARS))
        bars = [bar(day, 50 + number + step) for day, step in zip(days, steps, strict=True)]
        found[symbol] = [slow(chart(bars, instrumentType="EQUITY"), LATENCY)]
    return found


# --- in the process of one way ---


def ours(port: int, cache: Path, pause: float) -> Work:
    """The source; what is given fetches and counts rows."""
    from datetime import UTC, datetime

    from reporter.sources.base import DataRequest, Quotes
    from reporter.sources.yahoo import Manners, fetch
    from tests.sources.fake_yahoo import FakeYahoo

    request = DataRequest(SYMBOLS, now=datetime(2026, 1, 20, 12, tzinfo=UTC))
    manners, opener = Manners(pause=pause), FakeYahoo({}, port=port).opener

    def go() -> int:
        given = fetch(request, cache=cache, manners=manners, opener=opener)
        tables = [answer.frame for answer in given.answers if isinstance(answer, Quotes)]
        return sum(int(table["Close"].count()) for table in tables)

    return go


def download(port: int, cache: Path) -> Work:
    """`yfinance.download`; what is given fetches and counts rows."""
    import warnings

    warnings.simplefilter("ignore")
    import yfinance
    from curl_cffi.requests import Response, Session

    from tests.sources.fake_yahoo import FakeYahoo

    fake = FakeYahoo({}, port=port)
    yfinance.set_tz_cache_location(str(cache))

    class Plain(Session[Response]):
        def request(self, method: Any, url: str, *rest: Any, **options: Any) -> Response:  # noqa: ANN401  as in the base class
            return super().request(method, fake.address(url), *rest, **options)

    def go() -> int:
        with Plain(impersonate="chrome") as session:
            table = yfinance.download(
                list(SYMBOLS), start="2000-01-01", auto_adjust=False, actions=True,
                progress=False, session=session,
            )  # fmt: skip
        return int(table["Close"].count().sum())

    return go


def work(way: str, port: int, cache: Path) -> Work:
    """The way of this name, everything imported."""
    if way == DOWNLOAD:
        return download(port, cache)
    return ours(port, cache, 0.5 if way == PACED else 0.0)


def measured(go: Work) -> Fetch:
    """What it took."""
    before, start = resource.getrusage(resource.RUSAGE_SELF), perf_counter()
    rows = go()
    wall, after = perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak, grown = after.ru_maxrss / MEGA, (after.ru_maxrss - before.ru_maxrss) / MEGA
    return Fetch(wall, cpu, peak, grown, rows)


# --- in the benchmark's own process, which imports little: a child's memory begins with it ---


@contextmanager
def server() -> Iterator[tuple[int, Callable[[], list[int]]]]:
    """The server's port, and what gives the requests since it was last asked."""
    command = [sys.executable, "-m", "benchmarks.fetch", "serve"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        ears, mouth = _pipes(process)

        def asked() -> list[int]:
            mouth.write("asked\n")
            mouth.flush()
            found: list[int] = json.loads(ears.readline())
            return found

        yield int(ears.readline()), asked
        mouth.close()


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdout is None or process.stdin is None:
        raise SystemExit("the server has no pipes")
    return process.stdout, process.stdin


def fetch_once(way: str, port: int, asked: Callable[[], list[int]]) -> Fetch:
    """One way in a fresh process with an empty cache folder.

    Raises:
        SystemExit: it failed, or did not get every bar.
    """
    with tempfile.TemporaryDirectory() as cache:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.fetch", way, str(port), cache],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{way} failed:\n{done.stderr}")
    told = json.loads(done.stdout.splitlines()[-1])
    if told["rows"] != len(SYMBOLS) * BARS:
        raise SystemExit(f"{way} got {told['rows']} bars of {len(SYMBOLS) * BARS}")
    charts, others = asked()
    return Fetch(**{**told, "charts": charts, "others": others})


def in_turn(rounds: int) -> dict[str, list[Fetch]]:
    """Every way once a round."""
    found: dict[str, list[Fetch]] = {way: [] for way in WAYS}
    with server() as (port, asked):
        for at in range(rounds):
            for way in WAYS:
                print(f"\r{way} {at + 1}/{rounds}   ", end="", file=sys.stderr)
                found[way].append(fetch_once(way, port, asked))
    print("\r" + " " * 30, end="\r", file=sys.stderr)
    return found


def ratio(one: list[Fetch], other: list[Fetch], what: str) -> float:
    """The median of the rounds' ratios."""
    pairs = zip(one, other, strict=True)
    return float(median(getattr(a, what) / getattr(b, what) for a, b in pairs))


def table(found: dict[str, list[Fetch]]) -> str:
    """The figures as lines to read."""
    rounds = len(found[DOWNLOAD])
    lines = [f"{len(SYMBOLS)} symbols of {BARS} bars, medians of {rounds} rounds.", ""]
    lines.append(f"{'':<10}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}{'grown':>7}{'requests':>22}")
    for way, runs in found.items():
        mid = {key: median(getattr(run, key) for run in runs) for key in asdict(runs[0])}
        asked = f"{mid['charts'] / len(SYMBOLS):.2f} a symbol + {mid['others']:.0f}"
        line = f"{way:<10}{mid['wall']:8.2f}{mid['cpu']:8.2f}{mid['peak']:9.0f}{mid['grown']:7.0f}"
        lines.append(f"{line}{asked:>22}")
    lines += ["", f"{'Ours against download':<24}{'wall':>6}{'CPU':>6}{'peak':>6}{'grown':>7}"]
    for way in (PACED, UNPACED):
        parts = [ratio(found[way], found[DOWNLOAD], key) for key in ("wall", "cpu", "peak")]
        grown = ratio(found[way], found[DOWNLOAD], "grown")
        lines.append(f"{way:<24}" + "".join(f"{part:6.2f}" for part in parts) + f"{grown:7.2f}")
    return "\n".join(lines)


def main() -> None:
    """Measure and print; or be the server, or one way of asking it."""
    if sys.argv[1:] == ["serve"]:
        serve()
    elif sys.argv[1:2] and sys.argv[1] in WAYS:
        way, port, cache = sys.argv[1:]
        print(json.dumps(asdict(measured(work(way, int(port), Path(cache))))))
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--rounds", type=int, default=5)
        parser.add_argument("--json", action="store_true", help="the figures as JSON")
        asked = parser.parse_args()
        found = in_turn(asked.rounds)
        whole = {way: [asdict(run) for run in runs] for way, runs in found.items()}
        print(json.dumps(whole, indent=2) if asked.json else table(found))


if __name__ == "__main__":
    main()
