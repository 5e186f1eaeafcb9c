"""What a chart says of the sessions it passes over: a line drawn across them would hide them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from reporter import wording
from reporter.bars import bars_of
from reporter.model import Chart, ChartSeries, Kind, MarketData

MOST_DAYS = 3
MOST_NAMED = 3
Days = tuple[date, ...]


def told(chart: Chart, data: MarketData) -> Chart:
    """The chart whose source line names the sessions that are missing within what it draws."""
    absent = {symbol: days for symbol, days in _absent(chart, data) if days}
    if not absent:
        return chart
    shown = {symbol for line in chart.series for symbol in _symbols(line, data)}
    line = f"{chart.source_line} {_sentence(absent, shown, data)}".lstrip()
    return replace(chart, source_line=line)


def _absent(chart: Chart, data: MarketData) -> Iterator[tuple[str, Days]]:
    """The symbols drawn, each with its days without a bar within the days drawn."""
    for line in chart.series:
        if (ends := _ends(line)) is not None:
            for symbol in _symbols(line, data):
                yield symbol, _lost(symbol, data, *ends)


def _ends(line: ChartSeries) -> tuple[date, date] | None:
    """The first and last day along the line; None where it runs along something else."""
    try:
        return date.fromisoformat(line.x[0]), date.fromisoformat(line.x[-1])
    except (IndexError, ValueError):
        return None


def _symbols(line: ChartSeries, data: MarketData) -> tuple[str, ...]:
    """Whose prices the line is drawn from: one instrument's, or two in relation, `A/B`."""
    keys = (line.key,) if line.key in data.series else line.key.split("/")
    return tuple(key for key in keys if key in data.series)


def _lost(symbol: str, data: MarketData, first: date, last: date) -> Days:
    """Sessions of the instrument, from `first` to `last`, whose bar was missing or left out."""
    bars, sessions = bars_of(data.series[symbol]), data.sessions_of(symbol)
    found = {day for one in data.findings if one.symbol == symbol for day in one.days}
    near = (day for day in sorted(found) if first <= day <= last and sessions.is_session(day))
    return tuple(day for day in near if bars.find(day) is None)


def _sentence(absent: Mapping[str, Days], shown: Collection[str], data: MarketData) -> str:
    """`No price for 13 January 2026.`; where only some lines lack days with their names."""
    kinds = {data.series[symbol].instrument.kind for symbol in absent}
    what = "value" if Kind.YIELD in kinds else "price"
    groups: dict[Days, list[str]] = {}
    for symbol, days in absent.items():
        groups.setdefault(days, []).append(data.series[symbol].instrument.name)
    if len(groups) == 1 and absent.keys() == shown:
        return f"No {what} for {_named(*groups)}."
    clauses = [f"{_named(days)} ({_few(names)})" for days, names in groups.items()]
    others = "; others" if len(clauses) > MOST_NAMED else ""
    return f"No {what} for {'; '.join(clauses[:MOST_NAMED])}{others}."


def _few(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return wording.listed(
        (*names[:MOST_NAMED], f"{wording.count(more)} more") if more > 0 else names
    )


def _named(days: Days) -> str:
    """The days, the year once where it is one, or of many their number and the last."""
    last = wording.long_date(days[-1])
    if len(days) > MOST_DAYS:
        return f"{wording.count(len(days))} sessions, the last on {last}"
    say = wording.day_month if days[0].year == days[-1].year else wording.long_date
    return wording.listed([*map(say, days[:-1]), last])
