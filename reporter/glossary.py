"""What metrics, windows and reasons are called, and what each metric means to a reader.

Definitions follow the publishers' conventions that the metrics are computed by.
"""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from reporter.model import Reason
from reporter.wording import long_date

if TYPE_CHECKING:
    from collections.abc import Mapping


class Term(NamedTuple):
    """A metric's name and its definition in a sentence or two."""

    name: str
    definition: str


TERMS: Mapping[str, Term] = MappingProxyType(
    {
        "level": Term("Close", "The last close of the day stated, adjusted for splits only."),
        "period_return": Term(
            "Return",
            "Last close divided by the close of the base date, less one. The base date is the "
            "last session on or before the window's first day.",
        ),
        "relative_return": Term(
            "Relative return",
            "Return of the first less return of the second, both from the same base date, in "
            "percentage points: the difference of the two figures as printed.",
        ),
        "record_close": Term(
            "Record close",
            "A close strictly above every earlier close of the history; a tie is not a record.",
        ),
        "record_high": Term(
            "Record high",
            "An intraday high strictly above every earlier intraday high of the history.",
        ),
        "drawdown": Term(
            "Drawdown",
            "Last close against the highest close so far. A correction is a close at least a "
            "tenth below it, a bear market a close at least a fifth below it.",
        ),
        "rsi": Term(
            "RSI",
            "Relative strength index by Wilder's method, on closes, between nought and a hundred. "
            "Above seventy is called overbought, below thirty oversold.",
        ),
        "sma": Term(
            "Moving average",
            "Arithmetic mean of the last closes, as many as stated, the latest included.",
        ),
        "cross": Term(
            "Cross",
            "The close on which the fifty-session average passes the two-hundred-session one.",
        ),
        "atr": Term("Average true range", "Mean true range of a session, by Wilder's method."),
        "realised_volatility": Term(
            "Realised volatility",
            "Root mean square of daily log returns over the sessions stated, scaled to a year of "
            "two hundred and fifty-two sessions; the mean is set to zero.",
        ),
        "outperformance_streak": Term(
            "Run of outperformance",
            "Number of sessions in a row in which the first rose more, or fell less, than the "
            "second.",
        ),
        "range_breakout": Term(
            "Breakout",
            "A close above the highest close of a range that held for more than a year. A close "
            "back below that level means that it failed.",
        ),
        "implied_advance": Term(
            "Implied advance", "The published target divided by the last close, less one."
        ),
        "net_flow": Term(
            "Net flow", "Purchases less sales by the clients of the house named, in US dollars."
        ),
        "yield_change": Term(
            "Change in yield",
            "Last yield less the yield of the base date, in hundredths of a percentage point.",
        ),
        "advancers": Term(
            "Advancers", "Members of the list named whose return over the window is above zero."
        ),
        "desk_figure": Term("Desk figure", "A figure as published by the house named."),
    }
)

_WINDOWS = {
    "1d": ("one day", "1 day"),
    "wtd": ("week to date", "Week to date"),
    "mtd": ("month to date", "Month to date"),
    "qtd": ("quarter to date", "Quarter to date"),
    "ytd": ("year to date", "Year to date"),
    "1w": ("one week", "1 week"),
    "1m": ("one month", "1 month"),
    "3m": ("three months", "3 months"),
    "6m": ("six months", "6 months"),
    "1y": ("one year", "1 year"),
    "3y": ("three years", "3 years"),
    "5y": ("five years", "5 years"),
}

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.UNKNOWN_SYMBOL: "unknown symbol",
        Reason.NO_DATA: "no data",
        Reason.UNAVAILABLE: "source unavailable",
        Reason.BAD_DATA: "faulty data",
        Reason.BASIS: "prices include dividends",
        Reason.SHORT_HISTORY: "history too short",
        Reason.MISSING_SESSION: "session missing",
        Reason.STALE: "prices are stale",
        Reason.WINDOW: "window out of reach",
        Reason.NOT_APPLICABLE: "not applicable",
        Reason.NO_INPUT: "no published input",
        Reason.UNDEFINED: "not defined",
    }
)


def metric_name(metric: str) -> str:
    """The metric as a reader knows it; an unknown one by its own name."""
    term = TERMS.get(metric)
    return term.name if term else metric.replace("_", " ").capitalize()


def window_name(window: str | None) -> str:
    """The window in words: `ytd` is "year to date", `14` "14 sessions", None nothing."""
    return _window(window, 0)


def window_head(window: str | None) -> str:
    """The window as a column's head: `ytd` is "Year to date", `3m` "3 months"."""
    return _window(window, 1)


def _window(window: str | None, form: int) -> str:
    if not window:
        return ""
    if window in _WINDOWS:
        return _WINDOWS[window][form]
    if window.startswith("since:"):
        return f"{('since', 'Since')[form]} {_date(window.removeprefix('since:'))}"
    sessions = window.removesuffix("s")
    return f"{sessions} sessions" if sessions.isdigit() else window


def _date(text: str) -> str:
    try:
        return long_date(date.fromisoformat(text))
    except ValueError:
        return text
