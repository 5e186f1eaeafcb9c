"""Folders of prices and what is gathered from them, for the tests of gathering."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

from reporter.gather import gather
from reporter.model import (
    MarketData,
    SourceRef,
    Target,
)
from reporter.sessions import nyse

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
SAMPLE = SourceRef("sample")
HEAD = "Date,Open,High,Low,Close,Adj Close,Volume\n"


def target(level: float, published: date) -> Target:
    return Target("^RUT", level, "House", "", published, str(published))


def sessions(first: date, last: date) -> list[date]:
    return [day for day in nyse(2025, 2026).days if first <= day <= last]


def write(folder: Path, name: str, days: Sequence[date]) -> None:
    rows = [f"{day},10,11,9,{10 + i / 100},{9 + i / 100},5\n" for i, day in enumerate(days)]
    (folder / f"{name}.csv").write_text(HEAD + "".join(rows))


def ask(folder: Path, *symbols: str, as_of: date | None = None, now: datetime = NOW) -> MarketData:
    return gather(symbols, SourceRef("files", str(folder)), as_of=as_of, now=now)


def night(day: date) -> datetime:
    """The end of a day, when its bars are final."""
    return datetime.combine(day, time(23), UTC)
