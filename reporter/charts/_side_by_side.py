"""Several instruments of different exchanges in one picture: on the sessions all of them have."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from reporter import wording
from reporter.alignment import Frame, shared
from reporter.charts import _content as content
from reporter.charts._changes import of_changes
from reporter.model import Chart, ChartSeries, Gap, Reason, Span, Text
from reporter.windows import base_date, parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reporter.charts.base import ChartContext
    from reporter.model import Json


def side_by_side(
    context: ChartContext, options: Mapping[str, Json], symbols: Sequence[str], window: str
) -> Chart | Gap:
    """The change of each since one common day, on the days all of them traded.

    An instrument without a price on the first or the last of these days is left out.
    """
    frame = shared(symbols, context.data)
    try:
        base = base_date(parse(window), frame.as_of, frame.sessions)
    except LookupError as error:
        return Gap(symbols[0], "period_return", Reason.SHORT_HISTORY, str(error), window=window)
    days = tuple(day.isoformat() for day in frame.sessions.days if base <= day <= frame.as_of)
    found = (_line(context, options, symbol, symbol == symbols[0], days) for symbol in symbols)
    lines = [line for line in found if line]
    if not lines or lines[0].key != symbols[0]:
        return content.missing(context, "period_return", symbols[0], window)
    return _chart(context, options, lines, frame, window)


def _line(
    context: ChartContext, options: Mapping[str, Json], symbol: str, lead: bool,  # noqa: FBT001
    days: tuple[str, ...],
) -> ChartSeries | None:  # fmt: skip
    prices = content.series_of(context, symbol)
    if isinstance(prices, Gap):
        return None
    index = prices.bars.index
    closes = prices.bars["close"].reindex(type(index)(list(days)))
    change = content.numbers(closes / closes.iloc[0] - 1)
    if change[0] is None or change[-1] is None:
        return None
    fact = context.facts.get("period_return", symbol, window=content.word(options, "window", "ytd"))
    paid = "*" if fact and fact.detail.get("total_return") else ""
    benchmarks = content.listed(options, "benchmark", [context.spec.benchmark])
    role: content.Role = "subject" if lead else "benchmark" if symbol in benchmarks else "context"
    return ChartSeries(
        symbol, content.name(context, symbol) + paid, days, {"value": change},
        wording.fraction(change[-1]), content.labels(change, wording.fraction), role,
    )  # fmt: skip


def _chart(
    context: ChartContext, options: Mapping[str, Json], lines: Sequence[ChartSeries],
    frame: Frame, window: str,
) -> Chart:  # fmt: skip
    first = wording.long_date(date.fromisoformat(lines[0].x[0]))
    facts = [context.facts.get("period_return", line.key, window=window) for line in lines]
    return of_changes(
        options,
        lines,
        title=_title(context, lines, window, first),
        subtitle=f"Change in closing price since {first}, %; {frame.shared}"
        + content.total_note(facts),
        source_line=content.source_line(context.data, day=frame.as_of),
    )


def _title(context: ChartContext, lines: Sequence[ChartSeries], window: str, first: str) -> Text:
    """What the two did over the same days; of more than two, whom the picture shows."""
    lead, *others = (content.prose(context, line.key) for line in lines)
    spread = context.facts.get("relative_return", lines[0].key, vs=lines[-1].key, window=window)
    if spread is None or len(others) != 1:
        beside = [part for other in others for part in (", ", other)][1:]
        return content.sentence(lead, " beside ", *beside, Span(f" since {first}", "name"))
    way = wording.direction(spread.display)
    gap = content.cited(spread, unsigned=True)
    apart = (", ", gap, " ahead of " if way > 0 else " behind ") if way else (", in line with ",)
    return content.sentence(
        lead, " ", *content.moved(spread, "subject_return"), " ",
        *content.stretch(context, spread, window),
        *apart, others[0], " at ", content.cited(spread, "benchmark_return"),
    )  # fmt: skip
