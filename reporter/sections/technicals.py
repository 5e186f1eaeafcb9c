"""Technicals: the year's bars with averages and RSI, and the indicators in figures."""

from __future__ import annotations

from collections.abc import Iterator

from reporter import choice, glossary, wording
from reporter.model import Cell, Column, Fact, Json, Table
from reporter.sections._common import (
    Drawn,
    Options,
    assemble,
    called,
    draw,
    handle,
    is_yield,
    other_days,
    paragraphs,
    titled,
)
from reporter.sections.base import Built, SectionContext, section

OPTIONS = {
    "title": "The section's title.",
    "window": "Window of the bar chart: 1y unless another is named.",
    "subjects": "Symbols to chart: the first subject unless others are named.",
}
BARS_SIZE: list[Json] = [468.0, 200.0]


@section("technicals")
def technicals(context: SectionContext, options: Options) -> Built:
    """Trend, momentum and records of the subjects: bar chart, remarks, indicators."""
    symbols = choice.words(options, "subjects", [context.spec.subject])
    drawn = sum((_bars(context, symbol, options) for symbol in symbols), Drawn())
    return assemble(
        "technicals",
        titled(options, "The technical picture"),
        paragraphs=paragraphs(context, "technicals"),
        drawn=drawn,
        tables=[_table(context, symbol) for symbol in symbols],
    )


def _bars(context: SectionContext, symbol: str, options: Options) -> Drawn:
    """The symbol's bars; of a yield, which has no return to title them with, only if asked for."""
    if is_yield(context, symbol) and "subjects" not in options:
        return Drawn()
    chosen: Options = {
        "id": f"bars-{handle(context, symbol)}",
        "subjects": [symbol],
        "window": options.get("window", "1y"),
        "size": BARS_SIZE,
    }
    return draw(context, "bars", chosen)


def _table(context: SectionContext, symbol: str) -> Table | None:
    known = tuple(_indicators(context, symbol))
    rows = tuple(
        (Cell(_label(fact)), Cell(fact.display, fact.id), Cell(told)) for fact, told in known
    )
    if not rows:
        return None
    note = other_days(context, (fact for fact, _ in known)).rstrip()
    columns = (Column("Indicator", align="left"), Column("Value"), Column("Reading", align="left"))
    name = called(context, symbol)
    key = f"indicators-{handle(context, symbol)}"
    return Table(key, f"{name}: indicators", columns, rows, note)


def _label(fact: Fact) -> str:
    window = glossary.window_name(fact.window)
    return glossary.metric_name(fact.metric) + (f", {window}" if window else "")


def _indicators(context: SectionContext, symbol: str) -> Iterator[tuple[Fact, str]]:
    """The facts that are known, each with what it says in words."""
    wanted = (
        ("level", None, _since_high),
        ("drawdown", None, _peak),
        ("rsi", "14", _state),
        ("sma", "50", _side),
        ("sma", "200", _side),
        ("atr", "14", _share),
        ("realised_volatility", "21", _nothing),
    )
    for metric, window, told in wanted:
        fact = context.facts.get(metric, symbol, window=window)
        if fact is not None:
            yield fact, told(fact)


def _nothing(_fact: Fact) -> str:
    return ""


def _since_high(fact: Fact) -> str:
    day = fact.displays.get("highest_since", "")
    return f"highest close since {day}" if day and _long_ago(fact) else ""


def _long_ago(fact: Fact) -> bool:
    sessions = fact.detail.get("sessions_highest")
    return isinstance(sessions, int) and sessions > 1


def _peak(fact: Fact) -> str:
    level, day = fact.displays.get("peak_level", ""), fact.displays.get("peak_date", "")
    return f"from the highest close, {level} on {day}" if level and fact.value else "at the high"


def _state(fact: Fact) -> str:
    return str(fact.detail.get("state", ""))


def _side(fact: Fact) -> str:
    gap, above = fact.displays.get("gap", ""), fact.detail.get("above")
    side = "above" if above else "below"
    since = fact.displays.get("since", "")
    told = f"the close is {wording.magnitude(gap)} {side} it" + (
        f", since {since}" if since else ""
    )
    return told if gap else ""


def _share(fact: Fact) -> str:
    share = fact.displays.get("fraction", "")
    return f"{share} of the close" if share else ""
