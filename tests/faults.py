"""Good prices, and everything that may be wrong with them, one fault at a time."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from reporter.instruments import describe
from reporter.model import Basis
from reporter.sessions import calendar
from reporter.sources.base import Quotes

NOW = datetime(2026, 1, 16, 17, tzinfo=UTC)  # noon in New York, on a Friday: a session runs
LAST = date(2026, 1, 15)
TODAY = date(2026, 1, 16)
FIRST = date(2022, 12, 1)
SYMBOLS = ("^RUT", "^GSPC", "IWM", "AAPL", "BTC-USD", "^TNX")
STOCKS = ("^RUT", "^GSPC", "IWM", "AAPL")
PAYING = ("IWM", "AAPL")
BROAD = ("^RUT", "^GSPC", "IWM")  # whose prices never move by a fifth within a day
PRICES = ["Open", "High", "Low", "Close"]
QUOTES = [*PRICES, "Adj Close"]
PIVOTAL = (LAST, date(2026, 1, 14), date(2025, 12, 31), date(2025, 12, 15), date(2026, 1, 8))

Frames = dict[str, pd.DataFrame]


@cache
def good(symbol: str) -> pd.DataFrame:
    """Three years of a feed's rows, as they should be."""
    known = calendar(describe(symbol).exchange, 2022, 2027).days
    days = [day for day in known if FIRST <= day <= LAST]
    chance = np.random.default_rng(list(symbol.encode()))
    moves = chance.normal(0.0004, 0.01, len(days))
    close = (4 if symbol == "^TNX" else 150) * np.exp(np.cumsum(moves))
    opened = close * np.exp(chance.normal(0, 0.003, len(days)))
    top, foot = np.maximum(opened, close), np.minimum(opened, close)
    volume = chance.integers(10**6, 10**7, len(days)).astype(float)
    frame = pd.DataFrame(
        {
            "Date": pd.DatetimeIndex(days),
            "Open": opened,
            "High": top * (1 + chance.uniform(0, 0.004, len(days))),
            "Low": foot * (1 - chance.uniform(0, 0.004, len(days))),
            "Close": close,
            "Volume": 0.0 if symbol == "^TNX" else volume,
        }
    )
    return _paying(frame, symbol)


def _paying(frame: pd.DataFrame, symbol: str) -> pd.DataFrame:
    """With the dividends, splits and adjusted closes that a feed states."""
    paid = np.zeros(len(frame))
    if symbol in PAYING:
        paid[40::63] = 0.5
    kept = 1 - np.append(paid[1:], 0) / frame["Close"].to_numpy()
    frame["Adj Close"] = frame["Close"] * np.cumprod(kept[::-1])[::-1]
    frame["Dividends"] = paid
    frame["Stock Splits"] = 0.0
    return frame


def quotes(symbol: str, frame: pd.DataFrame, *, file: bool) -> Quotes:
    """What a feed, or a file, gives of it."""
    numbered = frame.set_axis(pd.RangeIndex(2, len(frame) + 2))
    return Quotes(
        symbol,
        numbered,
        label=f"{symbol}.csv" if file else symbol,
        origin="here",
        basis=Basis.PRICE,
        correctable=file,
        fetched=None if file else NOW,
    )


@dataclass(frozen=True, slots=True)
class Wound:
    """Where a fault goes: whose rows, and with what luck."""

    frames: Frames
    chance: random.Random
    symbol: str

    @property
    def frame(self) -> pd.DataFrame:
        """The symbol's rows."""
        return self.frames[self.symbol]

    def put(self, frame: pd.DataFrame) -> None:
        """Replace the symbol's rows."""
        self.frames[self.symbol] = frame

    def at(self) -> int:
        """A row: often one that much rests on, never the first, which none can miss."""
        frame = self.frame
        if self.chance.random() < 0.5:
            day = pd.Timestamp(self.chance.choice(PIVOTAL))
            found = np.flatnonzero(frame["Date"] == day)
            if len(found) and found[0]:
                return int(found[0])
        return self.chance.randrange(1, len(frame))

    def set(self, columns: list[str], change: Callable[[pd.Series[float]], Any]) -> None:
        """Change some cells of one row."""
        frame = self.frame.copy()
        row = frame.index[self.at()]
        frame.loc[row, columns] = change(frame.loc[row, columns].astype(float))
        self.put(frame)

    def add(self, day: date, factor: float) -> None:
        """Append the last row again, at another day and level."""
        row = self.frame.iloc[[-1]].copy()
        row["Date"] = pd.Timestamp(day)
        row[QUOTES] = row[QUOTES] * factor
        self.put(pd.concat([self.frame, row], ignore_index=True))


def dropped(wound: Wound) -> None:
    """A session is missing."""
    wound.put(wound.frame.drop(wound.frame.index[wound.at()]).reset_index(drop=True))


def null(wound: Wound) -> None:
    """A row has a volume and no prices."""
    wound.set(QUOTES, lambda cells: cells * np.nan)


def null_close(wound: Wound) -> None:
    """A row lacks its close alone."""
    wound.set(["Close"], lambda cells: cells * np.nan)


def zero(wound: Wound) -> None:
    """A row of zeros, or of one zero."""
    wound.set(wound.chance.choice((QUOTES, ["Close"], ["Low"])), lambda cells: cells * 0)


def negative(wound: Wound) -> None:
    """A row has the wrong sign."""
    wound.set(wound.chance.choice((QUOTES, ["Close"])), lambda cells: -cells)


def crossed(wound: Wound) -> None:
    """High and low have changed places."""
    wound.set(["High", "Low"], lambda cells: cells.to_numpy()[::-1])


def above(wound: Wound) -> None:
    """The close lies above the high."""
    wound.set(["Close"], lambda cells: cells * 1.2)


def spike(wound: Wound) -> None:
    """A decimal point has moved, for a day."""
    factor = wound.chance.choice((10, 100, 0.1, 0.01))
    where = wound.chance.choice((QUOTES, QUOTES, ["Close"], ["High"] if factor > 1 else ["Low"]))
    wound.set(where, lambda cells: cells * factor)


def split(wound: Wound) -> None:
    """A split was not applied to earlier prices; sometimes it is stated all the same."""
    ratio = wound.chance.choice((2, 3, 4, 10, 0.1, 1.5))
    if wound.symbol in BROAD and wound.chance.random() < 0.3:
        ratio = 1.25
    if wound.symbol == "BTC-USD":  # what may fall by a third in a day without having split
        ratio = max(ratio, 2)
    wound.put(wound.frame.sort_values("Date", ignore_index=True))
    frame, at = wound.frame.copy(), wound.at()
    frame.loc[frame.index[:at], QUOTES] *= ratio
    if wound.chance.random() < 0.3:
        frame.loc[frame.index[at], "Stock Splits"] = ratio
    wound.put(frame)


def off_session(wound: Wound) -> None:
    """A bar of a Saturday, a Sunday or a holiday."""
    day = wound.chance.choice((date(2026, 1, 10), date(2025, 7, 20), date(2025, 12, 25)))
    wound.add(day, wound.chance.choice((1, 1.02, 10)))


def future(wound: Wound) -> None:
    """A bar of a day that is still to come."""
    wound.add(date(2026, 3, 2), wound.chance.choice((1, 0.5)))


def repeated(wound: Wound) -> None:
    """A row stands there twice."""
    row = wound.frame.iloc[[wound.at()]]
    wound.put(pd.concat([wound.frame, row], ignore_index=True))


def contradicted(wound: Wound) -> None:
    """A day has two rows that differ."""
    row = wound.frame.iloc[[wound.at()]].copy()
    row[QUOTES] *= wound.chance.choice((1.003, 0.9, 2))
    wound.put(pd.concat([wound.frame, row], ignore_index=True))


def shuffled(wound: Wound) -> None:
    """The rows are in no order."""
    order = list(range(len(wound.frame)))
    wound.chance.shuffle(order)
    wound.put(wound.frame.iloc[order].reset_index(drop=True))


def unfinished(wound: Wound) -> None:
    """Today's bar is there before the session is over."""
    wound.add(TODAY, wound.chance.choice((1.01, 0.7, 3)))


def borrowed(wound: Wound) -> None:
    """An index has another one's volume."""
    one, other = wound.frames["^RUT"].copy(), wound.frames["^GSPC"]
    volume = other.drop_duplicates("Date").set_index("Date")["Volume"]
    known = volume.reindex(one["Date"]).fillna(0).to_numpy()
    one["Volume"] = known * (one["Volume"] > 0)
    wound.frames["^RUT"] = one


def adjusted(wound: Wound) -> None:
    """The prices are adjusted for dividends, under the name of quoted ones."""
    frame = wound.frame.copy()
    share = frame["Adj Close"] / frame["Close"]
    for column in PRICES:
        frame[column] *= share
    frame["Adj Close"] = frame["Close"]
    wound.put(frame)


def stuck(wound: Wound) -> None:
    """The feed stands still for some days."""
    wound.put(wound.frame.sort_values("Date", ignore_index=True))
    frame, at = wound.frame.copy(), wound.at()
    at = min(at, len(frame) - 4)
    for row in frame.index[at + 1 : at + 4]:
        frame.loc[row, QUOTES] = frame.loc[frame.index[at], QUOTES]
        frame.loc[row, "Volume"] = 0
    wound.put(frame)


def repeating(wound: Wound) -> None:
    """The feed gives one row again and again, its volume too, up to the last day or another."""
    wound.put(wound.frame.sort_values("Date", ignore_index=True))
    frame = wound.frame.copy()
    at = min(wound.at(), len(frame) - 5)
    columns = [*QUOTES, "Volume"]
    for row in frame.index[at + 1 : at + 5]:
        frame.loc[row, columns] = frame.loc[frame.index[at], columns]
    wound.put(frame)


def excursion(wound: Wound) -> None:
    """An index leaves its level for a day, or on the last one, or its high or low does."""
    factor = wound.chance.choice((1.36, 1.34, 1 / 1.3, 1 / 1.45))
    extreme = ["High"] if factor > 1 else ["Low"]
    wound.set(wound.chance.choice((QUOTES, QUOTES, extreme)), lambda cells: cells * factor)


def new_level(wound: Wound) -> None:
    """The last bars of an index are of another one."""
    frame = wound.frame.sort_values("Date", ignore_index=True)
    late = frame.index[-wound.chance.randint(1, 4) :]
    frame.loc[late, QUOTES] *= wound.chance.choice((1.36, 1.4, 1 / 1.3, 1 / 1.45))
    wound.put(frame)


Fault = Callable[[Wound], None]
FAULTS: Mapping[str, tuple[Fault, tuple[str, ...]]] = {
    fault.__name__: (fault, symbols)
    for fault, symbols in (
        (dropped, SYMBOLS),
        (null, SYMBOLS),
        (null_close, SYMBOLS),
        (zero, (*STOCKS, "BTC-USD")),
        (negative, (*STOCKS, "BTC-USD")),
        (crossed, SYMBOLS),
        (above, SYMBOLS),
        (spike, (*STOCKS, "BTC-USD")),
        (split, (*STOCKS, "BTC-USD")),
        (off_session, STOCKS),
        (future, SYMBOLS),
        (repeated, SYMBOLS),
        (contradicted, SYMBOLS),
        (shuffled, SYMBOLS),
        (unfinished, SYMBOLS),
        (borrowed, ("^RUT",)),
        (adjusted, PAYING),
        (stuck, STOCKS),
        (repeating, STOCKS),
        (excursion, ("^RUT", "^GSPC")),
        (new_level, ("^RUT", "^GSPC")),
    )
}


def injured(faults: int, chance: random.Random) -> tuple[Frames, list[str]]:
    """Good prices with so many random faults, and what these are."""
    frames = {symbol: good(symbol) for symbol in SYMBOLS}
    told = []
    for _ in range(faults):
        name = chance.choice(sorted(FAULTS))
        told.append(f"{name} {inflict(name, frames, chance)}")
    return frames, told


def inflict(name: str, frames: Frames, chance: random.Random) -> str:
    """One fault of this kind; gives the symbol it befell."""
    fault, symbols = FAULTS[name]
    symbol = chance.choice(symbols)
    fault(Wound(frames, chance, symbol))
    return symbol
