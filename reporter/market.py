"""What a source gives: instruments, their bars, and what could not be had.

Import these from `reporter.model`, the one door to every value that crosses between stages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from reporter.order import DeskInputs, KnownHigh

if TYPE_CHECKING:
    import pandas as pd

    from reporter.sessions import Sessions


class Kind(StrEnum):
    """What an instrument is; decides what may be said of it."""

    INDEX = "index"
    FUND = "fund"
    EQUITY = "equity"
    VOLATILITY = "volatility"
    YIELD = "yield"
    COMMODITY = "commodity"
    CURRENCY = "currency"


SIGNED = frozenset({Kind.YIELD, Kind.COMMODITY})
"""What can stand at or below zero: a yield, and a commodity, as oil did on 20 April 2020."""


class Basis(StrEnum):
    """What the prices are adjusted for.

    `PRICE` is split-adjusted only: levels and records are as quoted.
    `ADJUSTED` is also dividend-adjusted: returns are total returns, past levels are not quotes.
    """

    PRICE = "price"
    ADJUSTED = "adjusted"


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a symbol stands for, and the words for it.

    `name` stands in tables and charts ("Russell 2000"), `prose` in a sentence
    ("the Russell 2000"), `segment` says what it represents ("small caps", "materials").
    `inception` is the index's first day, where known: a record is "all-time" only if the
    history reaches it.
    """

    symbol: str
    name: str
    prose: str
    kind: Kind
    segment: str = ""
    inception: date | None = None

    @property
    def full(self) -> str:
        """The name with the symbol, once: `S&P 500 (^GSPC)`, `Russell 2000 (IWM)`, `ZZZ`."""
        told = self.name == self.symbol or f"({self.symbol})" in self.name
        return self.name if told else f"{self.name} ({self.symbol})"

    @property
    def signed(self) -> bool:
        """Whether its values may be zero or negative."""
        return self.kind in SIGNED


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a series came from: enough to fetch or check it again; `rows` counts its bars."""

    source: str
    origin: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True, eq=False)
class PriceSeries:
    """Daily bars of one instrument.

    `bars` has a tz-naive, strictly increasing DatetimeIndex named "date" of sessions and the
    float64 columns open, high, low, close, volume; an open or volume that was never recorded is
    NaN, the other prices never are. Where `basis` is PRICE the four prices are split-adjusted
    and dividend-free. A yield's values are percent levels.
    """

    instrument: Instrument
    bars: pd.DataFrame
    basis: Basis
    provenance: Provenance

    @property
    def symbol(self) -> str:
        """The instrument's symbol in Yahoo's form."""
        return self.instrument.symbol

    @property
    def start(self) -> date:
        """The first day of the history."""
        return self.bars.index[0].date()  # type: ignore[no-any-return]

    @property
    def end(self) -> date:
        """The day of the last bar."""
        return self.bars.index[-1].date()  # type: ignore[no-any-return]


class Reason(StrEnum):
    """Why something is missing."""

    UNKNOWN_SYMBOL = "unknown_symbol"
    NO_DATA = "no_data"
    UNAVAILABLE = "unavailable"
    BAD_DATA = "bad_data"
    BASIS = "basis"
    SHORT_HISTORY = "short_history"
    MISSING_SESSION = "missing_session"
    STALE = "stale"
    WINDOW = "window"
    NOT_APPLICABLE = "not_applicable"
    NO_INPUT = "no_input"
    UNDEFINED = "undefined"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that cannot be had, with the reason; it travels to the reader."""

    subject: str
    metric: str
    reason: Reason
    message: str
    benchmark: str | None = None
    window: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MarketData:
    """All series of a brief, cut at the as-of session: nothing later can leak into a fact."""

    series: Mapping[str, PriceSeries]
    as_of: date
    sessions: Sessions
    source: str
    sample: bool = False
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    desk: DeskInputs = field(default_factory=DeskInputs)
    known_highs: tuple[KnownHigh, ...] = ()
