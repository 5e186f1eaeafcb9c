"""What metrics, windows and reasons are called, and what each metric means to a reader.

Definitions follow the publishers' conventions that the metrics are computed by.
"""

from __future__ import annotations

import re
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from reporter.model import Finding, Reason, Severity, Terms
from reporter.wording import long_date, short_date

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


class _Words(NamedTuple):
    """A window as a term, as a column's head, as a narrow head, and in a sentence."""

    name: str
    head: str
    short: str
    spoken: str


_WINDOWS = {
    "1d": _Words("one day", "1 day", "1D", "on the day"),
    "wtd": _Words("week to date", "Week to date", "WTD", "this week"),
    "mtd": _Words("month to date", "Month to date", "MTD", "this month"),
    "qtd": _Words("quarter to date", "Quarter to date", "QTD", "this quarter"),
    "ytd": _Words("year to date", "Year to date", "YTD", "this year"),
    "1w": _Words("one week", "1 week", "1W", "over a week"),
    "1m": _Words("one month", "1 month", "1M", "over a month"),
    "3m": _Words("three months", "3 months", "3M", "over three months"),
    "6m": _Words("six months", "6 months", "6M", "over six months"),
    "1y": _Words("one year", "1 year", "1Y", "over a year"),
    "3y": _Words("three years", "3 years", "3Y", "over three years"),
    "5y": _Words("five years", "5 years", "5Y", "over five years"),
}

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.UNKNOWN_SYMBOL: "unknown symbol",
        Reason.NO_DATA: "no data",
        Reason.UNAVAILABLE: "source unavailable",
        Reason.RATE_LIMITED: "source asked to wait",
        Reason.TIMEOUT: "source did not answer in time",
        Reason.BAD_PAYLOAD: "source answered nonsense",
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


CHECKS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "Session missing",
        "off-session": "Price outside a session",
        "unfinished": "Session not finished",
        "future": "Day in the future",
        "null": "Price missing",
        "impossible": "Impossible price",
        "repeated": "Day given twice",
        "conflict": "Two prices for a day",
        "unsorted": "Days out of order",
        "jump": "Large jump",
        "split": "Split not applied",
        "spike": "Price out of line",
        "stuck": "Price does not move",
        "stale": "Last price is old",
        "volume": "Volume of another index",
    }
)
"""What each rule of the quality gate finds, by the name findings carry."""

DONE: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.MARK: "Used; figures that rest on it are marked.",
        Severity.DROP: "Left out.",
        Severity.REFUSE: "No claim is made that needs it.",
    }
)

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "Not filled in; figures that rest on it are marked.",
        "repeated": "Counted once.",
        "split": "Prices before it are left out.",
    }
)
"""What was done about findings of some rules, where their severity does not say it."""


class Use(NamedTuple):
    """What data may be used for: in a sentence's end, and as the notice every copy carries."""

    words: str
    notice: str


USES: Mapping[Terms, Use] = MappingProxyType(
    {
        Terms.REDISTRIBUTABLE: Use("may be passed on", ""),
        Terms.INTERNAL: Use(
            "for internal use only; not to be passed on outside the house",
            "Data for internal use only",
        ),
        Terms.PERSONAL: Use(
            "for personal use only; not to be passed on", "Data for personal use only"
        ),
        Terms.UNKNOWN: Use(
            "not stated by its source; not to be passed on until it is",
            "Data not cleared for passing on",
        ),
    }
)

VENDORS: Mapping[str, str] = MappingProxyType(
    {"yahoo": "Yahoo Finance's data is for personal use by its terms."}
)
"""What vendors say of their data, by the name of the source."""


def check_name(check: str) -> str:
    """What a rule of the quality gate finds, or why it refuses; an unknown one by its own name."""
    if check in CHECKS:
        return CHECKS[check]
    words = REASONS[Reason(check)] if check in tuple(Reason) else check
    words = re.sub(r"[\W_]+", " ", words).strip()
    return words[:1].upper() + words[1:] or "Other"


def done(finding: Finding) -> str:
    """What was done about a finding; empty where its message says that something was left out.

    Nothing was left out where a dropping rule names no day, as of rows that were only sorted.
    """
    told = not finding.days or "left out" in finding.message
    return "" if finding.severity is Severity.DROP and told else DONE[finding.severity]


def in_columns(finding: Finding) -> bool:
    """Whether rule, instrument and days tell all that its message says of what was found.

    Of prices that end too early the message says too as of when the figures are.
    """
    return bool(finding.days) and finding.check in CHECKS and finding.check != "stale"


def action(finding: Finding) -> str:
    """What was done about a finding, where its message is not told."""
    return ACTIONS.get(finding.check, DONE[finding.severity])


def metric_name(metric: str) -> str:
    """The metric as a reader knows it; an unknown one by its own name."""
    term = TERMS.get(metric)
    return term.name if term else metric.replace("_", " ").capitalize()


def window_name(window: str | None) -> str:
    """The window in words: `ytd` is "year to date", `14` "14 sessions", None nothing."""
    return _words(window).name


def window_head(window: str | None) -> str:
    """The window as a column's head: `ytd` is "Year to date", `3m` "3 months"."""
    return _words(window).head


def window_short(window: str | None) -> str:
    """The window as a narrow column's head: `ytd` is "YTD", `3m` "3M"."""
    return _words(window).short


def window_spoken(window: str | None) -> str:
    """The window in a sentence: `ytd` is "this year"; empty where it has no words without digits.

    Such a window is told by its base day.
    """
    return _words(window).spoken


def _words(window: str | None) -> _Words:
    window = window or ""
    if window in _WINDOWS:
        return _WINDOWS[window]
    if window.startswith("since:"):
        return _since(window.removeprefix("since:"))
    sessions = window.removesuffix("s")
    told = f"{sessions} sessions" if sessions.isdigit() else window
    return _Words(told, told, window.upper(), "")


def _since(text: str) -> _Words:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _Words(f"since {text}", f"Since {text}", text, "")
    return _Words(f"since {long_date(day)}", f"Since {long_date(day)}", short_date(day), "")
