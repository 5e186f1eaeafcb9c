"""The sample's desk inputs: invented houses, people, targets, flows and views."""

from __future__ import annotations

from datetime import date

from reporter.model import DeskFigure, DeskInputs, DeskView, Flow, Target

HOUSE, RIVAL = "Sample Research", "Example Securities"
WEEK, MONTH = date(2026, 1, 12), date(2026, 1, 5)
IN_WEEK, IN_MONTH = "week of 12 January 2026", "5 January 2026"


def _target(level: float, conviction: str) -> Target:
    return Target("^RUT", level, HOUSE, "Alex Invented", WEEK, IN_WEEK, "technical", conviction)


def _flow(segment: str, net_usd: float, basis: str = "") -> Flow:
    return Flow(segment, net_usd, HOUSE, "clients", "2025", basis, MONTH, IN_MONTH)


def _driver(text: str) -> DeskView:
    return DeskView("driver", "^RUT", "", "", "supportive", text, MONTH, IN_MONTH)


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
)
