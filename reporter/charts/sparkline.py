"""Sparkline: the path of one instrument in the space of a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporter import wording
from reporter.charts import _content as content
from reporter.charts.base import ChartContext, ChartKind, charts
from reporter.model import Brand, Chart, ChartSeries, Gap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reporter.charts._sheet import Sheet
    from reporter.model import Json

NAME = "sparkline"
SIZE = (64.0, 18.0)
MARGIN = 2.6


def build(context: ChartContext, options: Mapping[str, Json]) -> Chart | Gap:
    """The closes of one instrument over a window, without axes, its last value as a dot.

    Options: `id`, `subjects` (the first counts), `window` (`3m`), `size`.
    """
    symbol = content.listed(options, "subjects", context.spec.subjects)[0]
    window = content.word(options, "window", "3m")
    prices = content.series_of(context, symbol)
    fact = content.change(context, symbol, window)
    if isinstance(prices, Gap) or isinstance(fact, Gap):
        return next(gap for gap in (prices, fact) if isinstance(gap, Gap))
    assert fact.base_date is not None
    bars = content.since(prices, fact.base_date)
    closes, days = content.numbers(bars["close"]), content.dates(bars)
    line = ChartSeries(
        symbol, content.name(context, symbol), days, {"value": closes}, fact.display,
        content.labels(closes, wording.price),
    )  # fmt: skip
    spoken = content.extremes(line, "value", wording.price)
    over = content.period(fact, window)
    return Chart(
        id=content.word(options, "id", f"{NAME}-{symbol}"),
        kind=NAME,
        title=content.sentence(
            content.prose(context, symbol), " ", *content.moved(fact), " ", over
        ),
        subtitle=f"{line.name}, close, {content.span_of_days(days)}",
        source_line=content.source_line(context.data, day=fact.as_of),
        alt=f"Small line chart of {line.name}, {content.span_of_days(days)}: {spoken}, "
        f"changed by {fact.display}.",
        series=(line,),
        size=content.size(options, SIZE),
    )  # fmt: skip


def draw(sheet: Sheet, chart: Chart, brand: Brand) -> None:
    """A thin line that ends in a dot."""
    from reporter.charts import _kit as kit

    (line,) = chart.series
    values = line.values["value"]
    low, high = kit.extent(values)
    panel = kit.Panel(
        sheet, brand, left=1, right=sheet.width - MARGIN, bottom=MARGIN, top=sheet.height - MARGIN,
        x=(0, max(len(values) - 1, 1)), y=(low, high),
    )  # fmt: skip
    panel.line(values, kit.Line(brand.colours["subject"], 1.0))
    if values[-1] is not None:
        sheet.dot((panel.right, panel.py(values[-1])), 1.8, brand.colours["subject"])


charts.register(NAME, ChartKind(NAME, build, draw))
