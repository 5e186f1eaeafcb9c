"""Why a symbol could not be had from Yahoo, in words: what, which symbol, what to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from reporter.instruments import known
from reporter.model import Reason
from reporter.registry import nearest
from reporter.sources._yahoo_session import AskingError
from reporter.wording import count, long_date, time_of_day

ELSEWHERE = "use another source such as files:DIR."
AGAIN = f"Try again in an hour, or {ELSEWHERE}"
NETWORK = f"Check the network (HTTPS_PROXY names a proxy), or {ELSEWHERE}"
MINUTE = 60


def explain(symbol: str, error: AskingError, now: datetime | None, *, asked: bool) -> str:
    """The message of a gap.

    Args:
        symbol: whose prices are missing.
        error: what happened, to it or to one before it.
        now: the caller's clock at that moment.
        asked: whether the symbol itself was asked for.
    """
    if error.reason is Reason.UNKNOWN_SYMBOL:
        return _unknown(symbol)
    if error.reason is Reason.RATE_LIMITED:
        return f"no prices of {symbol}: Yahoo Finance {_bare(error)}. {_when(error.wait, now)}"
    if error.reason is Reason.NO_DATA:
        return f"Yahoo Finance has no prices of {symbol} at the moment: {error}. {AGAIN}"
    todo = NETWORK if error.offline else AGAIN
    if not asked or error.spent:
        return f"{symbol} was not asked for at Yahoo Finance: {_over(error)}. {todo}"
    return f"Yahoo Finance gave no usable answer for {symbol}: {error}. {todo}"


def _bare(error: AskingError) -> str:
    return str(error).removeprefix("it ")


def _over(error: AskingError) -> str:
    return str(error) if error.spent else f"of the symbols before it none was answered ({error})"


def _unknown(symbol: str) -> str:
    if symbol in known():
        return f"Yahoo Finance has no prices of {symbol} at the moment. {AGAIN}"
    hint = nearest(symbol, known())
    hint = hint if hint.startswith("Did") else "Check the symbol at finance.yahoo.com."
    return f"Yahoo Finance does not know {symbol!r}. {hint}"


def _when(wait: float | None, now: datetime | None) -> str:
    """When to try again: by the caller's clock, where Yahoo says how long to wait."""
    if wait is None:
        return AGAIN
    if now is None:
        return f"Try again in {count(wait // MINUTE + 1)} minutes, or {ELSEWHERE}"
    then = now + timedelta(seconds=wait)
    then += timedelta(seconds=-then.second % MINUTE)  # the next full minute
    day = "" if then.date() == now.date() else f" on {long_date(then.date())}"
    return f"Try again at {time_of_day(then)}{day}, or {ELSEWHERE}"
