"""Prices from Yahoo Finance, symbol by symbol, through yfinance.

yfinance keeps answers, bad ones too, and hides most errors; here every symbol is asked for on its
own with errors raised, its cache is emptied before another try, and each failure becomes a `Gap`
with its reason. A refusal for asking too often ends the asking at once. Prices are unadjusted
(split-adjusted, dividends left in the record): Yahoo's Close, never its Adj Close.

The bar of a session that has not closed yet is left out, by Yahoo's own clock and trading hours.
"""

from __future__ import annotations

import logging
import os
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from reporter import written
from reporter.errors import DataError
from reporter.instruments import known
from reporter.model import Basis, Gap, Reason, Terms
from reporter.registry import nearest
from reporter.sources.base import DataRequest, Delivered, NoQuotesError, Quotes, each, source
from reporter.written import MisreadError

with warnings.catch_warnings():  # importing yfinance changes the filters for everybody
    warnings.simplefilter("ignore")
    import yfinance
    import yfinance.base
    from yfinance.data import YfData
    from yfinance.exceptions import YFPricesMissingError, YFRateLimitError, YFTzMissingError

TERMS = "personal"  # by Yahoo's own terms of service
LOCATION = "none"
LIVE = True
OPTIONS: dict[str, str] = {}
COLUMNS = {"Open", "High", "Low", "Close", "Adj Close", "Volume"}
ABOUT = ("longName", "regularMarketTime", "currentTradingPeriod")
EARLIEST = date(1900, 1, 1)
TIMEOUT = 20.0  # seconds an answer may take
PAUSE = 0.3  # seconds between symbols: about two requests a second
RETRY_AFTER = (2.0, 6.0)  # seconds before the second and the third try
AGAIN = "Try again in an hour, or use another source such as files:DIR."

Sleep = Callable[[float], None]


class RateLimitedError(Exception):
    """Yahoo refuses further requests for now."""


class TroubleError(Exception):
    """An answer that another try may mend."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Yahoo's table for one symbol and what it says about the symbol."""

    frame: pd.DataFrame
    about: Mapping[str, Any]


@source("yahoo")
def yahoo(request: DataRequest) -> Delivered:
    """Daily bars from Yahoo Finance over the network."""
    return fetch(request, session=None, sleep=time.sleep, cache=cache_folder())


def cache_folder() -> Path:
    """Where yfinance may keep time zones and cookies: a folder of this program's own.

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


def fetch(request: DataRequest, *, session: Any, sleep: Sleep, cache: Path) -> Delivered:  # noqa: ANN401  yfinance has no types
    """Ask for each symbol in turn.

    Args:
        request: the symbols, and the day up to which.
        session: the HTTP session to use, None for yfinance's own.
        sleep: waits so many seconds.
        cache: the folder yfinance may write to.

    Raises:
        DataError: the cache folder cannot be written.
    """
    _prepare(cache)
    return Delivered(_answers(request, session, sleep), Terms(TERMS))


def _answers(request: DataRequest, session: object, sleep: Sleep) -> Iterator[Quotes | Gap]:
    refused = False

    def read(symbol: str) -> Quotes:
        nonlocal refused
        if refused:
            raise _refused()
        if symbol != request.symbols[0]:
            sleep(PAUSE)
        try:
            return _quotes(symbol, request, session, sleep)
        except RateLimitedError as error:
            refused = True
            raise _refused() from error

    return iter(each(request, read))


def _prepare(cache: Path) -> None:
    """Point yfinance to its own cache folder and make it raise its errors."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        (cache / ".write").touch()
    except OSError as error:
        raise DataError(
            f"the cache folder cannot be written: {error.strerror}.",
            where=str(cache),
            tip="Name another one in REPORTER_CACHE_DIR.",
        ) from error
    yfinance.set_tz_cache_location(str(cache))
    yfinance.config.debug.hide_exceptions = False
    # Skip its second guess at a symbol the chart API does not know: many requests, no prices.
    yfinance.base._tz_info_fetch_ctr = 2  # noqa: SLF001
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)


def _refused() -> NoQuotesError:
    message = f"Yahoo Finance refuses further requests for now (rate limit). {AGAIN}"
    return NoQuotesError(message, Reason.RATE_LIMITED)


def _quotes(symbol: str, request: DataRequest, session: object, sleep: Sleep) -> Quotes:
    answer = _ask_patiently(symbol, request, session, sleep)
    return Quotes(
        symbol,
        _finished(answer, request.today).rename_axis("Date").reset_index(),
        label=f"Yahoo's {symbol}",
        origin=f"https://finance.yahoo.com/quote/{symbol}",
        name=str(answer.about.get("longName") or ""),
        basis=Basis.PRICE,
        fetched=request.now,
    )


def _ask_patiently(symbol: str, request: DataRequest, session: object, sleep: Sleep) -> Answer:
    """One symbol's answer, asked for up to three times."""
    for wait in RETRY_AFTER:
        try:
            return _ask(symbol, request, session)
        except TroubleError:
            YfData.cache_get.cache_clear()
            sleep(wait)
    try:
        return _ask(symbol, request, session)
    except TroubleError as error:
        message = f"Yahoo Finance gave no usable answer for {symbol}: {error}. {AGAIN}"
        raise NoQuotesError(message, Reason.UNAVAILABLE) from error


def _ask(symbol: str, request: DataRequest, session: object) -> Answer:
    """One symbol's answer, or the failure by its kind.

    Raises:
        RateLimitedError: stop asking.
        TroubleError: the network, the server or the answer is at fault.
        NoQuotesError: Yahoo does not know the symbol, or has no prices of it.
    """
    end = (request.today or request.as_of or date.max - timedelta(days=2)) + timedelta(days=2)
    try:
        with _quiet():
            ticker = yfinance.Ticker(symbol, session=session)
            frame = ticker.history(
                start=EARLIEST,
                end=end,
                auto_adjust=False,
                actions=True,
                keepna=True,
                timeout=TIMEOUT,
            )
            told = ticker.history_metadata
            about = {key: told.get(key) for key in ABOUT}  # others would cost another request
    except YFRateLimitError as error:
        raise RateLimitedError from error
    except (YFTzMissingError, YFPricesMissingError) as error:
        raise _unknown(symbol) from error
    except Exception as error:  # what a scraper meets can raise anything
        raise TroubleError(_in_words(error)) from error
    if frame.empty or not set(frame.columns) >= COLUMNS:
        raise TroubleError("the answer holds no prices")
    return Answer(frame, about)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the warnings of pandas' future that yfinance gives at every call."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"


def _unknown(symbol: str) -> NoQuotesError:
    if symbol in known():
        message = f"Yahoo Finance has no prices of {symbol} at the moment. {AGAIN}"
        return NoQuotesError(message, Reason.NO_DATA)
    hint = nearest(symbol, known())
    hint = hint if hint.startswith("Did") else "Check the symbol at finance.yahoo.com."
    message = f"Yahoo Finance does not know {symbol!r}. {hint}"
    return NoQuotesError(message, Reason.UNKNOWN_SYMBOL)


def _finished(answer: Answer, today: date | None) -> pd.DataFrame:
    """The table by calendar day of its exchange, without the bar of a session still running."""
    frame = answer.frame.copy()
    frame.index = pd.DatetimeIndex(frame.index).tz_localize(None).normalize()
    running = _running_session(answer.about)
    last = frame.index[-1].date()
    open_still = last == running if running else today is not None and last >= today
    return frame.iloc[:-1] if open_still else frame


def _running_session(about: Mapping[str, Any]) -> date | None:
    """The day whose session Yahoo's clock says is not over; `date.min` where none is."""
    try:
        hours = about["currentTradingPeriod"]["regular"]
        now, begin, end = about["regularMarketTime"], hours["start"], hours["end"]
        return begin.date() if now < end else date.min
    except (KeyError, TypeError, AttributeError):
        return None
