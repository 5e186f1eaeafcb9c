"""Series that are not daily, invented, with when each of their values was published."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import numpy as np
import pandas as pd

from reporter.gather import gather
from reporter.model import Json, MarketData, SourceRef

SYMBOLS = {"UNRATE": "MS", "MORTGAGE30US": "W-THU", "GROWTH": "QS"}
LATE = {"UNRATE": 37, "MORTGAGE30US": 0, "GROWTH": 120}  # days after its date, at least


def invented(symbol: str, seed: int = 1) -> pd.DataFrame:
    """Values of 2022 to 2025 with the day each was published, and a revision of every third."""
    chance = np.random.default_rng(seed)
    day = pd.date_range("2022-01-01", "2025-12-31", freq=SYMBOLS[symbol])
    value = np.round(4 + chance.normal(0, 0.2, len(day)).cumsum(), 2)
    late = pd.to_timedelta(LATE[symbol] + chance.integers(0, 3, len(day)), unit="D")
    first = pd.DataFrame({"date": day, symbol: value, "published": day + late})
    again = first.iloc[::3].copy()
    again[symbol] += 0.1
    again["published"] += pd.Timedelta(days=45)
    return pd.concat([first, again]).sort_values(["date", "published"], ignore_index=True)


def write(folder: Path, *symbols: str, seed: int = 1) -> None:
    """Their files, with those of a share index that has traded every day since 2023."""
    for symbol in symbols:
        invented(symbol, seed).to_csv(folder / f"{symbol}.csv", index=False)
    listed = "GROWTH,GROWTH.csv,Economic growth,yield\n" if "GROWTH" in symbols else ""
    (folder / "index.csv").write_text(f"symbol,file,name,kind\n{listed}")
    days = pd.bdate_range("2023-01-02", "2026-01-16")
    level = 100 + np.sin(np.arange(len(days)) / 9)
    prices = dict.fromkeys(("Open", "High", "Low", "Close"), level)
    for name in ("RUT", "GSPC"):
        pd.DataFrame({"Date": days, **prices}).to_csv(folder / f"{name}.csv", index=False)


def market(source: str, *symbols: str, as_of: date, **options: Json) -> MarketData:
    """What is known of them on a day; the clock stands at the end of January 2026."""
    now = datetime.combine(date(2026, 1, 31), time(12), UTC)
    name, _, location = source.partition(":")
    return gather(["^RUT", *symbols], SourceRef(name, location, options), as_of=as_of, now=now)


def seen(symbol: str, as_of: date, seed: int = 1) -> pd.Series[float]:
    """By pandas alone: each observation as it was known on a day, ascending."""
    rows = invented(symbol, seed)
    rows = rows[rows["published"] <= pd.Timestamp(as_of)]
    return rows.groupby("date")[symbol].last()


def back(day: pd.Timestamp, months: int) -> pd.Timestamp:
    """The same day so many months before; of the last day of a month, the last one."""
    earlier = day - pd.DateOffset(months=months)
    return earlier + pd.offsets.MonthEnd(0) if day.is_month_end else earlier


def asof(known: pd.Series[float], day: pd.Timestamp) -> float:
    """The last value on or before a day."""
    return float(known.loc[:day].iloc[-1])
