"""Folders of price files, made and read by the tests of the source."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from reporter.gate import Admitted, admit
from reporter.model import Gap
from reporter.sources.base import DataRequest, sources

HEAD = "Date,Open,High,Low,Close,Adj Close,Volume\n"
ROWS = [
    "2026-01-13,10.0,11.0,9.0,10.5,10.0,100\n",
    "2026-01-14,11.0,12.0,10.0,11.5,11.0,200\n",
    "2026-01-15,12.0,13.0,11.0,12.5,12.0,300\n",
    "2026-01-16,13.0,14.0,12.0,13.5,13.5,400\n",
]
GOOD = HEAD + "".join(ROWS)
FLAT = "Date,Open,High,Low,Close,Volume\n2026-01-16,13.0,14.0,12.0,13.5,400\n"
NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)


def ask(folder: Path | str, *symbols: str, as_of: date | None = None) -> Admitted:
    """What comes through the gate of what the folder holds."""
    request = DataRequest(symbols, str(folder), as_of, NOW)
    return admit(sources.get("files")(request), request, "files")


def told(admitted: Admitted) -> list[str]:
    """What was found wrong with the files."""
    return [finding.message for finding in admitted.findings]


def only_gap(folder: Path, symbol: str, text: str | bytes) -> Gap:
    """The gap of a symbol whose file holds `text`, beside a good file."""
    data = text.encode() if isinstance(text, str) else text
    (folder / f"{symbol}.csv").write_bytes(data)
    (folder / "SPY.csv").write_text(GOOD)
    delivered = ask(folder, "SPY", symbol)
    assert [series.symbol for series in delivered.series] == ["SPY"]
    (gap,) = delivered.gaps
    return gap
