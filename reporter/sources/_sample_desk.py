"""The sample's desk inputs: invented houses, people, targets, flows, views and events."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from reporter.model import DeskFigure, DeskInputs, DeskView, Event, Flow, Target

HOUSE, RIVAL = "Sample Research", "Example Securities"
WEEK, MONTH = date(2026, 1, 12), date(2026, 1, 5)
IN_WEEK, IN_MONTH = "week of 12 January 2026", "5 January 2026"
CALENDAR, ZONE = "Sample Statistics", ZoneInfo("America/New_York")


def _target(level: float, conviction: str) -> Target:
    return Target("^RUT", level, HOUSE, "Alex Invented", WEEK, IN_WEEK, "technical", conviction)


def _flow(segment: str, net_usd: float, basis: str = "") -> Flow:
    return Flow(segment, net_usd, HOUSE, "clients", "2025", basis, MONTH, IN_MONTH)


def _driver(text: str) -> DeskView:
    return DeskView("driver", "^RUT", "", "", "supportive", text, MONTH, IN_MONTH)


def _event(  # noqa: PLR0913, PLR0917  a row of the calendar
    day: int,
    hour: time,
    name: str,
    period: str,
    prior: str,
    consensus: str,
    actual: str = "",
    importance: str = "",
) -> Event:
    """An invented release of January 2026."""
    at = datetime.combine(date(2026, 1, day), hour, ZONE)
    told = (period, prior, consensus, actual, importance, MONTH, IN_MONTH)
    return Event(name, at.date(), at, CALENDAR, "US", *told)


_EARLY, _LATE = time(8, 30), time(10)
EVENTS = (
    _event(13, _EARLY, "Consumer prices", "December", "0.3%", "0.2%", "0.2%"),
    _event(14, _EARLY, "Retail sales", "November", "0.1%", "0.3%", "0.4%"),
    _event(15, _EARLY, "Jobless claims", "week to 10 January", "208,000", "212,000", "205,000"),
    _event(16, time(9, 15), "Industrial production", "December", "0.2%", "0.1%", "0.1%"),
    _event(21, _EARLY, "Housing starts", "December", "1.31 million", "1.33 million"),
    _event(22, _EARLY, "Jobless claims", "week to 17 January", "205,000", "210,000"),
    _event(22, _EARLY, "Personal income", "December", "0.4%", "0.3%", "", "high"),
    _event(23, _LATE, "Consumer sentiment", "January, final", "54.0", "54.0"),
)


DESK = DeskInputs(
    targets=(_target(2560.0, "base"), _target(2690.0, "possible"), _target(2815.0, "possible")),
    flows=(
        _flow("Small caps", 4.1e9, "single stocks and funds"),
        _flow("Mid caps", -2.3e9),
        _flow("Large caps", -18.4e9),
    ),
    views=(
        DeskView(
            "technical",
            "^RUT",
            HOUSE,
            "Alex Invented",
            "supportive",
            "breakout from a multi-year range; relative strength against the S&P 500 improving",
            WEEK,
            IN_WEEK,
        ),
        DeskView(
            "opinion",
            "^RUT",
            RIVAL,
            "strategists",
            "cautious",
            "small caps may go on rising, but the reward for the risk has shrunk; "
            "would take some profits",
            WEEK,
            IN_WEEK,
        ),
        _driver("lower interest rates expected later in the year"),
        _driver("firm domestic growth, from which smaller companies earn more of their sales"),
    ),
    figures=(
        DeskFigure(
            "forward price-earnings ratio",
            "^RUT",
            23.6,
            "ratio",
            HOUSE,
            MONTH,
            IN_MONTH,
            "on the next twelve months' earnings, loss-making companies left out",
        ),
    ),
    events=EVENTS,
)
