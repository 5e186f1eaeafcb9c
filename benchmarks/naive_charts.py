"""Charts the plain way: Matplotlib axes with their own ticks, tight layout, its own SVG.

The baseline the product is measured against, on the same content; not part of the product.
"""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from itertools import cycle

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reporter.model import Chart, ChartSeries

COLOURS = ("#0b3d6b", "#b4560f", "#6e747b", "#0d6b57")
MOST_TICKS = 6


def svg(chart: Chart) -> str:
    """The chart as Matplotlib writes it."""
    figure = Figure(figsize=(chart.size[0] / 72, chart.size[1] / 72))
    _DRAW.get(chart.kind, _lines)(figure, chart)
    if chart.kind != "sparkline":
        figure.tight_layout()
    text = StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


def _axes(figure: Figure) -> Axes:
    axes = figure.add_subplot()
    axes.grid(axis="y", alpha=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def _numbers(series: ChartSeries, column: str = "value") -> list[float]:
    return [float("nan") if value is None else value for value in series.values[column]]


def _dates(axes: Axes, days: tuple[str, ...]) -> None:
    step = max(1, len(days) // MOST_TICKS)
    axes.set_xticks(range(0, len(days), step), [days[at] for at in range(0, len(days), step)])


def _lines(figure: Figure, chart: Chart) -> None:
    axes = _axes(figure)
    for series, colour in zip(chart.series, cycle(COLOURS), strict=False):
        values = _numbers(series)
        axes.plot(values, color=colour, label=series.name)
        axes.annotate(series.label, (len(values) - 1, values[-1]), color=colour)
    values = _numbers(chart.series[0])
    axes.fill_between(range(len(values)), values, axes.get_ylim()[0], alpha=0.15)
    _dates(axes, chart.series[0].x)


def _spark(figure: Figure, chart: Chart) -> None:
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.plot(_numbers(chart.series[0]), color=COLOURS[0])


def _bars(figure: Figure, chart: Chart) -> None:
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    bars, short, long, strength = chart.series
    columns = [_numbers(bars, name) for name in ("open", "high", "low", "close")]
    for at, (opened, high, low, close) in enumerate(zip(*columns, strict=True)):
        upper.plot([at, at], [low, high], color="black", linewidth=0.6)
        upper.plot([at - 0.4, at], [opened, opened], color="black", linewidth=0.6)
        upper.plot([at, at + 0.4], [close, close], color="black", linewidth=0.6)
    for series, colour in ((short, COLOURS[0]), (long, COLOURS[1])):
        upper.plot(_numbers(series), color=colour, label=series.name)
    lower.plot(_numbers(strength), color=COLOURS[0])
    lower.axhline(70, linewidth=0.5)
    lower.axhline(30, linewidth=0.5)
    _dates(lower, bars.x)


def _diverging(figure: Figure, chart: Chart) -> None:
    axes = _axes(figure)
    (rows,) = chart.series
    axes.barh(rows.x[::-1], _numbers(rows)[::-1], color=COLOURS[0])
    for at, (value, label) in enumerate(zip(_numbers(rows)[::-1], rows.labels[::-1], strict=True)):
        axes.annotate(label, (value, at))


def _ladder(figure: Figure, chart: Chart) -> None:
    _lines(figure, chart)
    axes = figure.axes[0]
    for mark in chart.marks:
        if mark.value is not None:
            axes.axhline(mark.value, linestyle=":")
            axes.annotate(mark.label, (0, mark.value))


def _heat(figure: Figure, chart: Chart) -> None:
    axes = figure.add_subplot()
    axes.imshow([_numbers(row) for row in chart.series], aspect="auto", cmap="RdYlGn")
    axes.set_xticks(range(len(chart.series[0].x)), chart.series[0].x)
    axes.set_yticks(range(len(chart.series)), [row.name for row in chart.series])
    for at, row in enumerate(chart.series):
        for column, label in enumerate(row.labels):
            axes.text(column, at, label, ha="center", va="center")


_DRAW: dict[str, Callable[[Figure, Chart], None]] = {
    "bars": _bars,
    "diverging": _diverging,
    "heat_table": _heat,
    "ladder": _ladder,
    "sparkline": _spark,
}
