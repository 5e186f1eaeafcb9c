"""Prices from Yahoo Finance, symbol by symbol, through yfinance.

Every symbol is asked for on its own, with errors raised; each failure becomes a `Gap` with its
reason. What another try may mend is asked for again, a little later each time; all of it within
a bounded time, at two requests a second. A refusal for asking too often is pardoned once, where
the wait it names is short; the next one ends the asking, and the gaps say when to try again. So
does silence: after several symbols in a row without an answer nobody else is asked for.

Prices are quoted ones (split-adjusted, dividends left in the record): Yahoo's Close. Its Adj Close,
dividends and splits go along, for the gate to judge by. Its volumes of indices are left out: they
are another index's, or zero. yfinance keeps one of two rows for a day; where their prices differ
both are given, since nobody here knows which is right.

Outside the catalogue the calendar is the one of the exchange that Yahoo names; where that is not
known here, the bar of a session that Yahoo's own hours say is still open is left out.
"""

from __future__ import annotations

import logging
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from zlib import crc32

import pandas as pd

from reporter import written
from reporter.errors import DataError
from reporter.instruments import known
from reporter.model import Basis, Gap, Kind, Reason, Terms
from reporter.sessions import SETTLING
from reporter.sources import _yahoo_exchanges as exchanges
from reporter.sources._yahoo_rows import rivals
from reporter.sources._yahoo_session import AskingError, Clock, Pace, PoliteSession, Sleep, in_words
from reporter.sources._yahoo_words import explain
from reporter.sources.base import DataRequest, Delivered, NoQuotesError, Quotes, each, source
from reporter.written import MisreadError

with warnings.catch_warnings():  # importing yfinance changes the filters for everybody
    warnings.simplefilter("ignore")
    import yfinance
    import yfinance.cache
    from yfinance.data import YfData
    from yfinance.utils import is_isin

TERMS = "personal"  # by Yahoo's own terms of service
LOCATION = "none"
LIVE = True
LIBRARY = "yfinance"
OPTIONS: dict[str, str] = {}
COLUMNS = frozenset({"Open", "High", "Low", "Close", "Adj Close", "Volume"})
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
TRIES = {Reason.UNKNOWN_SYMBOL: 1, Reason.NO_DATA: 2, Reason.TIMEOUT: 2, Reason.RATE_LIMITED: 2}
USUAL_TRIES = 4
PARDON = 15.0  # seconds to wait after a first refusal that names no time
LONGEST_PARDON = 60.0  # who is told to wait longer stops asking
SILENCE = frozenset({Reason.UNAVAILABLE, Reason.TIMEOUT, Reason.BAD_PAYLOAD})
MOST_SILENT = 3  # symbols in a row without an answer, and nobody else is asked for


@dataclass(frozen=True, slots=True)
class Manners:
    """How Yahoo is asked.

    Args:
        sleep: waits so many seconds.
        clock: seconds that never run backwards.
        pause: seconds between the beginnings of two requests.
        timeout: seconds an answer may take.
        first_wait: seconds before the second try; before each further one it is twice as long.
        budget: seconds for the whole run, and
        budget_each: seconds more for every symbol.
    """

    sleep: Sleep = time.sleep
    clock: Clock = time.monotonic
    pause: float = 0.5
    timeout: float = 20.0
    first_wait: float = 1.0
    budget: float = 300.0
    budget_each: float = 2.0

    def pace(self, symbols: int) -> Pace:
        """The pace of a run for so many symbols, which begins now."""
        return Pace(self.clock, self.sleep, self.pause, self.budget + self.budget_each * symbols)


MANNERS = Manners()


def open_session(pace: Pace, timeout: float) -> PoliteSession:
    """A session that speaks to Yahoo itself."""
    return PoliteSession(pace, timeout)


Opener = Callable[[Pace, float], PoliteSession]


@source("yahoo")
def yahoo(request: DataRequest) -> Delivered:
    """Daily bars from Yahoo Finance over the network."""
    return fetch(request, cache=cache_folder(), manners=MANNERS, opener=open_session)


def cache_folder() -> Path:
    """Where yfinance may keep cookies: a folder of this program's own.

    Raises:
        DataError: the environment names none that can be.
    """
    chosen = os.environ.get("REPORTER_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    try:
        base = written.path(chosen or "~/.cache")
    except MisreadError as error:
        message = f"no cache folder: {error}"
        raise DataError(message, tip="Name one in REPORTER_CACHE_DIR.") from error
    return base / "market-brief-reporter" / "yfinance"


def fetch(request: DataRequest, *, cache: Path, manners: Manners, opener: Opener) -> Delivered:
    """Ask for each symbol in turn, when its turn comes.

    Args:
        request: the symbols, and the day up to which.
        cache: the folder yfinance may write to.
        manners: how to ask.
        opener: opens the HTTP session.

    Raises:
        DataError: the cache folder cannot be written or read.
    """
    _prepare(cache)
    return Delivered(_answers(request, manners, opener), Terms(TERMS))


def _prepare(cache: Path) -> None:
    """Give yfinance its own cache folder and make it raise its errors."""
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        (cache / ".write").touch()
    except OSError as error:
        message = f"the cache folder cannot be written: {error.strerror}."
        tip = "Name another one in REPORTER_CACHE_DIR."
        raise DataError(message, where=str(cache), tip=tip) from error
    yfinance.set_tz_cache_location(str(cache))
    yfinance.config.debug.hide_exceptions = False
    yfinance.config.network.retries = 0
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    YfData._instances.pop(YfData, None)  # noqa: SLF001  a crumb belongs to the session that got it
    try:
        yfinance.cache.get_cookie_cache().lookup("curlCffi")
    except Exception as error:  # whatever a database or a pickle can raise
        message = f"the cache folder is damaged: {in_words(error)}."
        raise DataError(message, where=str(cache), tip="Remove it; nothing is lost.") from error


def _answers(request: DataRequest, manners: Manners, opener: Opener) -> Iterator[Quotes | Gap]:
    pace = manners.pace(len(request.symbols))
    with opener(pace, manners.timeout) as session:
        yield from each(request, _Run(request, manners, pace, session).read)


@dataclass(slots=True)
class _Run:
    """One run through all symbols: what it has met decides how it goes on."""

    request: DataRequest
    manners: Manners
    pace: Pace
    session: PoliteSession
    over: AskingError | None = None
    pardoned: bool = False
    silent: int = 0
    moment: datetime | None = None

    def read(self, symbol: str) -> Quotes:
        """One symbol's quotes.

        Raises:
            NoQuotesError: why they cannot be had.
        """
        if self.over:
            raise self._explained(symbol, self.over, asked=False)
        try:
            table = self._patiently(symbol)
        except AskingError as error:
            self._learn(error)
            raise self._explained(symbol, error, asked=True) from error
        self.silent = 0
        return _quotes(symbol, table, self.session.chart["meta"], self.request)

    def _patiently(self, symbol: str) -> pd.DataFrame:
        """The answer, asked for again as long as that makes sense."""
        for turn in count(1):
            try:
                return _ask(symbol, self.request, self.session, self.manners.timeout)
            except AskingError as error:
                YfData.cache_get.cache_clear()
                if not (turn < _tries(symbol, error) and self._rest(symbol, turn, error)):
                    raise
        raise AssertionError  # `count` never ends

    def _rest(self, symbol: str, turn: int, error: AskingError) -> bool:
        """Wait before the next try; whether there shall be one."""
        if error.spent:
            return False
        if error.reason is not Reason.RATE_LIMITED:
            wait = self.manners.first_wait * 2 ** (turn - 1)
            return self.pace.rest(wait * (1 + jitter(symbol, turn) / 2))
        wait = PARDON if error.wait is None else error.wait
        if self.pardoned or wait > LONGEST_PARDON:
            return False
        self.pardoned = True
        return self.pace.rest(wait)

    def _learn(self, error: AskingError) -> None:
        """When it happened, and whether the asking is over."""
        if self.request.now:
            self.moment = self.request.now + timedelta(seconds=self.pace.gone)
        self.silent = self.silent + 1 if error.reason in SILENCE else 0
        if error.spent or error.reason is Reason.RATE_LIMITED or self.silent == MOST_SILENT:
            self.over = error

    def _explained(self, symbol: str, error: AskingError, *, asked: bool) -> NoQuotesError:
        message = explain(symbol, error, self.moment, asked=asked)
        return NoQuotesError(message, _reason(symbol, error))


def jitter(symbol: str, turn: int) -> float:
    """A number in [0, 1) that spreads the tries of several symbols, the same in every run."""
    return crc32(f"{symbol} {turn}".encode()) / 2**32


def _tries(symbol: str, error: AskingError) -> int:
    """How often to ask in all; Yahoo now and then forgets a symbol that is surely there."""
    forgot = error.reason is Reason.UNKNOWN_SYMBOL and symbol in known()
    return 2 if forgot else TRIES.get(error.reason, USUAL_TRIES)


def _reason(symbol: str, error: AskingError) -> Reason:
    forgot = error.reason is Reason.UNKNOWN_SYMBOL and symbol in known()
    return Reason.NO_DATA if forgot else error.reason


def _ask(symbol: str, request: DataRequest, session: PoliteSession, timeout: float) -> pd.DataFrame:
    """Yahoo's table for one symbol as yfinance gives it, by day.

    Raises:
        AskingError: why there is none.
    """
    if is_isin(symbol):  # yfinance would go and search for it
        raise AskingError(Reason.UNKNOWN_SYMBOL, "an ISIN is no symbol")
    session.chart = {}
    end = (request.today or LATEST) + timedelta(days=2)
    try:
        with _quiet():
            ticker = yfinance.Ticker(symbol, session=session)
            # Any zone will do, since the answer names the right one; asking costs a request.
            ticker._tz = "UTC"  # noqa: SLF001
            frame: pd.DataFrame = ticker.history(
                start=EARLIEST, end=end, auto_adjust=False, actions=True, keepna=True,
                timeout=timeout,
            )  # fmt: skip
            table = rivals(_by_day(frame), session.chart)
    except AskingError:
        raise
    except Exception as error:  # what a scraper meets can raise anything
        clause = f"its answer cannot be read ({in_words(error)})"
        raise AskingError(Reason.BAD_PAYLOAD, clause) from error
    if table.empty:
        raise AskingError(Reason.NO_DATA, "its answer holds no day")
    if lacking := sorted(COLUMNS - set(table.columns)):
        clause = f"its answer lacks the column {lacking[0]}"
        raise AskingError(Reason.BAD_PAYLOAD, clause)
    return table


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings of pandas' future that yfinance gives at every call."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _quotes(
    symbol: str, table: pd.DataFrame, meta: Mapping[str, Any], request: DataRequest
) -> Quotes:
    kind = None if symbol in known() else exchanges.kind(meta)
    calendar = "" if symbol in known() else exchanges.calendar(meta)
    if symbol not in known() and not calendar:
        open_still = exchanges.unfinished(meta, request.now, SETTLING)
        table = table[table["Date"] != pd.Timestamp(open_still or EARLIEST)]
    if symbol.startswith("^") or kind is Kind.INDEX:
        table["Volume"] = float("nan")
    return Quotes(
        symbol,
        table,
        label=f"Yahoo's {symbol}",
        origin=f"https://finance.yahoo.com/quote/{symbol}",
        name=str(meta.get("longName") or ""),
        basis=Basis.PRICE,
        kind=kind,
        exchange=calendar,
        fetched=request.now,
    )


def _by_day(frame: pd.DataFrame) -> pd.DataFrame:
    """The table by calendar day of its exchange."""
    days = pd.DatetimeIndex(frame.index).tz_localize(None).normalize()
    return frame.set_axis(days).rename_axis("Date").reset_index()
