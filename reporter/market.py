"""What a source gives: instruments, their bars, and what could not be had.

Import these from `reporter.model`, the one door to every value that crosses between stages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from reporter.order import ConfirmedMove, DeskInputs, KnownHigh

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


class Terms(StrEnum):
    """What data may be used for, from the freest to the least known; its source declares it.

    `PERSONAL` is for the eyes of whoever fetched it, `INTERNAL` for their house, `UNKNOWN` is to
    be treated like `PERSONAL`: only `REDISTRIBUTABLE` may be sent on.
    """

    REDISTRIBUTABLE = "redistributable"
    INTERNAL = "internal"
    PERSONAL = "personal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a symbol stands for, and the words for it.

    `name` stands in tables and charts ("Russell 2000"), `prose` in a sentence
    ("the Russell 2000"), `segment` says what it represents ("small caps", "materials").
    `inception` is the index's first day, where known: a record is "all-time" only if the
    history reaches it. `exchange` names the calendar it trades by, as `reporter.sessions` knows it.
    `lag` is how many sessions after its own a value is published, as rates are on the next day.
    `every` is the usual number of days between values: 1 for what has one each session, 31 for a
    monthly series, whose only sessions are the days it has values of.
    """

    symbol: str
    name: str
    prose: str
    kind: Kind
    segment: str = ""
    inception: date | None = None
    exchange: str = "XNYS"
    lag: int = 0
    every: int = 1

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
    """Where a series came from: enough to fetch or check it again; `rows` counts its bars.

    `fetched` is when it was asked for over a network, None where it lay on this machine.
    """

    source: str
    origin: str
    sha256: str
    rows: int
    terms: Terms = Terms.UNKNOWN
    fetched: datetime | None = None


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
    RATE_LIMITED = "rate_limited"
    TIMEOUT = "timeout"
    BAD_PAYLOAD = "bad_payload"
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


class Severity(StrEnum):
    """What a finding of the quality gate does, from least to most."""

    MARK = "mark"
    DROP = "drop"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the quality gate found wrong with a series, and what it did about it.

    `check` names the rule. Severity decides: `MARK` leaves the bars and marks every fact that
    rests on them, `DROP` leaves the bars of `days` out (and marks what rests on their absence),
    `REFUSE` makes no claim that needs them. `remedy` says what the reader can do. `days` are
    ascending; empty where the finding concerns the whole series.
    """

    symbol: str
    check: str
    severity: Severity
    message: str
    remedy: str = ""
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MarketData:
    """All series of a brief, cut at the as-of session: nothing later can leak into a fact.

    `as_of` is a session of the brief's own calendar, `sessions`. `calendars` holds the others by
    the name instruments call their exchange. `ends` names the last session of those instruments
    that are published later, or trade on when the as-of session is over. `terms` are the strictest
    of any series. `label` is what pages call `source`; empty where they call it that.
    """

    series: Mapping[str, PriceSeries]
    as_of: date
    sessions: Sessions
    source: str
    sample: bool = False
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    desk: DeskInputs = field(default_factory=DeskInputs)
    known_highs: tuple[KnownHigh, ...] = ()
    confirmed: tuple[ConfirmedMove, ...] = ()
    findings: tuple[Finding, ...] = ()
    calendars: Mapping[str, Sessions] = field(default_factory=dict)
    terms: Terms = Terms.UNKNOWN
    snapshot: str = ""
    ends: Mapping[str, date] = field(default_factory=dict)
    label: str = ""

    def called(self, source: str = "") -> str:
        """What pages call a source; that of the prices where none is named."""
        return (source if source != self.source else "") or self.label or self.source

    def sessions_of(self, symbol: str) -> Sessions:
        """The calendar the instrument trades by; the brief's own where it is not known."""
        series = self.series.get(symbol)
        exchange = series.instrument.exchange if series else ""
        return self.calendars.get(exchange, self.sessions)

    def last_session(self, symbol: str) -> date:
        """The instrument's own session that counts as the as-of day: its last one known by then."""
        return self.ends.get(symbol) or self.sessions_of(symbol).on_or_before(self.as_of)
