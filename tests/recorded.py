"""Runs over a Yahoo on this machine that are recorded: the real source, the real store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reporter.model import Gap, SourceRef
from reporter.recorder import ask
from reporter.records import Fetch, Snapshot
from reporter.sources import yahoo
from reporter.sources.base import DataRequest, Delivered, Quotes
from reporter.store import Ref, Store
from tests.market import sessions
from tests.sources.fake_yahoo import FakeYahoo, Reply, bar, chart, forget, serving

YAHOO = SourceRef("yahoo")
EVENING = datetime(2026, 1, 15, 22, tzinfo=UTC)  # an hour after New York's close
NIGHT = datetime(2026, 1, 16, 4, tzinfo=UTC)  # seven hours after it
MORNING = datetime(2026, 1, 16, 14, tzinfo=UTC)  # before it opens again
NEXT = datetime(2026, 1, 17, 4, tzinfo=UTC)  # seven hours after the next close


def history(level: float, count: int = 300, *, until: str = "2026-01-15") -> Reply:
    """A chart that wanders about a level, the last bar on a session."""
    days = sessions(count, until=datetime.fromisoformat(until).date())
    steps = ((at * (7919 + int(level))) % 101 / 1000 for at in range(count))
    return chart([bar(str(day), level * (1 + step)) for day, step in zip(days, steps, strict=True)])


def speak_to(fake: FakeYahoo, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the source `yahoo` asks this server, without its usual pauses."""
    manners = yahoo.Manners(sleep=lambda _: None, pause=0.0, timeout=5)
    monkeypatch.setattr(yahoo, "MANNERS", manners)
    monkeypatch.setattr(yahoo, "open_session", fake.opener)
    monkeypatch.setenv("REPORTER_CACHE_DIR", str(cache))


REPLIES = {"^RUT": [history(2600)], "^GSPC": [history(6900)], "IWM": [history(260)]}
SYMBOLS = tuple(REPLIES)


@contextmanager
def a_yahoo(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeYahoo]:
    """A Yahoo of three symbols, which the source `yahoo` asks while it runs."""
    with serving(dict(REPLIES)) as server:
        speak_to(server, folder / "cache", monkeypatch)
        yield server
    forget()


def reply(fake: FakeYahoo, **replies: object) -> None:
    """Other replies from now on."""
    fake.replies = {**REPLIES, **replies}  # type: ignore[dict-item]


def run(  # noqa: PLR0913  a run takes this much
    folder: Path,
    symbols: Sequence[str],
    now: datetime,
    *,
    source: SourceRef = YAHOO,
    refresh: bool = False,
    always: bool = False,
) -> tuple[Delivered, dict[str, Quotes | Gap]]:
    """What is delivered, and every answer by its symbol."""
    request = DataRequest(
        symbols, source.location, now=now, options=source.options, data_folder=folder,
        refresh=refresh,
    )  # fmt: skip
    given = ask(source, request, always=always)
    answers = list(given.answers)
    return given, {a.subject if isinstance(a, Gap) else a.symbol: a for a in answers}


def asked(fake: FakeYahoo) -> Mapping[str, int]:
    """How often the server was asked for each symbol since the last time this was asked."""
    told = {name: times for name, times in fake.asked.items() if "." not in name}
    told.pop("crumb", None)
    fake.asked.clear()
    return told


def verified(folder: Path) -> int:
    """How many snapshots a store holds, once everything they refer to was read and proved."""
    store = Store(folder)
    for path in (folder / "fetches").glob("*/[!.]*.json"):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        fetch = Fetch.read(store.fetch(Ref(f"{path.parent.name}/{path.name}", digest)))
        fetch.again(store.table(fetch.sha256))
    for path in (folder / "objects").glob("*/[!.]*.gz"):
        store.table(path.name.partition(".")[0])
    for name in store.names():
        for held in Snapshot.read(store.snapshot(name)).held:
            fetch = Fetch.read(store.fetch(held.ref))
            fetch.again(store.table(fetch.sha256))
    return len(store.names())
