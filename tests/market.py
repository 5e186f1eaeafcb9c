"""Small markets for tests: made from a list of closes, or read from the real data's folder."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reporter.bars import Floats
from reporter.metrics.base import Ask, metrics
from reporter.model import (
    Basis,
    DeskInputs,
    Fact,
    Gap,
    Instrument,
    Kind,
    KnownHigh,
    MarketData,
    PriceSeries,
    Provenance,
)
from reporter.sessions import Sessions, nyse

REFERENCE_DAY = date(2026, 1, 15)
_NOT_PRICES = {"^VIX": Kind.VOLATILITY, "^TNX": Kind.YIELD}


def calendar() -> Sessions:
    """The exchange's sessions from 2000 to 2027."""
    return nyse(2000, 2027)


def sessions(count: int, *, until: date = REFERENCE_DAY) -> list[date]:
    """The last `count` sessions up to `until`."""
    days = calendar().days
    end = days.index(until) + 1
    return list(days[end - count : end])


def series(  # noqa: PLR0913  each test names only what it is about
    symbol: str,
    close: Sequence[float],
    *,
    days: Sequence[date] | None = None,
    kind: Kind = Kind.INDEX,
    basis: Basis = Basis.PRICE,
    inception: date | None = None,
    spread: float = 0.0,
) -> PriceSeries:
    """A series of these closes on the last sessions; highs and lows `spread` (a share) away."""
    values = np.asarray(close, dtype=float)
    index = pd.DatetimeIndex(list(days or sessions(len(values))), name="date")
    frame = pd.DataFrame(
        {
            "open": values,
            "high": values * (1 + spread),
            "low": values * (1 - spread),
            "close": values,
            "volume": 0.0,
        },
        index=index,
    )
    instrument = Instrument(symbol, symbol, f"the {symbol}", kind, inception=inception)
    return PriceSeries(instrument, frame, basis, Provenance("test", "", "", len(frame)))


def market(
    *given: PriceSeries,
    as_of: date = REFERENCE_DAY,
    desk: DeskInputs | None = None,
    known_highs: tuple[KnownHigh, ...] = (),
    gaps: tuple[Gap, ...] = (),
) -> MarketData:
    """Market data of these series, cut at the as-of day."""
    cut = {s.symbol: _cut(s, as_of) for s in given}
    return MarketData(
        cut,
        as_of,
        calendar(),
        "test",
        desk=desk or DeskInputs(),
        known_highs=known_highs,
        gaps=gaps,
    )


def _cut(whole: PriceSeries, as_of: date) -> PriceSeries:
    bars = whole.bars.loc[: pd.Timestamp(as_of)]
    return PriceSeries(whole.instrument, bars, whole.basis, whole.provenance)


@lru_cache(maxsize=4)
def real_series(folder: Path) -> tuple[PriceSeries, ...]:
    """Every series of the real data, whole, read plainly."""
    with (folder / "prices" / "index.csv").open(encoding="utf-8") as listing:
        return tuple(_real(folder / "prices", row) for row in csv.DictReader(listing))


def _real(folder: Path, row: dict[str, str]) -> PriceSeries:
    table = pd.read_csv(folder / row["file"], parse_dates=["Date"], index_col="Date")
    bars = table.rename(columns=str.lower)[["open", "high", "low", "close", "volume"]]
    bars.index.name = "date"
    symbol = row["symbol"]
    kind = _NOT_PRICES.get(symbol, Kind.INDEX if symbol.startswith("^") else Kind.FUND)
    instrument = Instrument(symbol, row["name"], row["name"], kind)
    origin = Provenance("files", row["file"], "", len(bars))
    return PriceSeries(instrument, bars.astype(float), Basis(row["basis"]), origin)


@lru_cache(maxsize=64)
def real_market(folder: Path, as_of: date) -> MarketData:
    """The real data as of a day."""
    begun = [s for s in real_series(folder) if s.start <= as_of]
    return market(*begun, as_of=as_of)


def close_of(data: MarketData, symbol: str) -> pd.Series[float]:
    """The closes of a symbol."""
    return data.series[symbol].bars["close"]


def values_of(data: MarketData, symbol: str, column: str = "close") -> Floats:
    """A column of a symbol's bars, as the array other libraries take."""
    return data.series[symbol].bars[column].to_numpy(dtype=np.float64)


def day_of(stamp: object) -> str:
    """The ISO date of an index entry."""
    return str(stamp)[:10]


def answers(data: MarketData, metric: str, subject: str, **rest: Any) -> tuple[Fact | Gap, ...]:
    """Everything a metric answers to one question."""
    return metrics.get(metric).compute(Ask(metric, subject, **rest), data)


def fact(data: MarketData, metric: str, subject: str, **rest: Any) -> Fact:
    """The one fact a metric answers with."""
    (answer,) = answers(data, metric, subject, **rest)
    assert isinstance(answer, Fact), answer
    return answer


def gap(data: MarketData, metric: str, subject: str, **rest: Any) -> Gap:
    """The one gap a metric answers with."""
    (answer,) = answers(data, metric, subject, **rest)
    assert isinstance(answer, Gap), answer
    return answer


def detail(found: Fact, *keys: str) -> list[Any]:
    """Some entries of a fact's detail."""
    return [found.detail[key] for key in keys]


def wave(count: int, *, seed: int = 7, volatility: float = 0.01) -> list[float]:
    """A repeatable random walk of `count` closes around 100."""
    steps = np.random.default_rng(seed).normal(0.0002, volatility, count)
    closes: list[float] = (100 * np.exp(np.cumsum(steps))).tolist()
    return closes


def price_series(data: MarketData, *, bars: int = 250) -> Iterable[str]:
    """Symbols with quoted prices and at least so many bars."""
    for symbol, found in data.series.items():
        if found.basis is Basis.PRICE and len(found.bars) >= bars:
            yield symbol
