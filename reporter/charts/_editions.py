"""A figure at each edition that gave it, joined by a plain line: in between nothing was said.

No kind of its own: `mountain` draws it, without filling, because its axis need not begin at zero.
What it shows comes from editions, not prices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from reporter import wording
from reporter.charts import _content as content
from reporter.model import Chart, ChartSeries, Span, Unit

KIND = "mountain"
SIZE = (660.0, 260.0)
Points = Sequence[tuple[date, float, str]]
"""Day, value and its printed form, in the order of days, no day twice."""


def of_editions(name: str, points: Points, unit: Unit, source: str) -> Chart:
    """The chart of a figure over editions; its places are all days from the first to the last.

    Args:
        name: what the figure is of, as a title says it.
        points: at least two.
        unit: of the values.
        source: the line below.
    """
    days, values = _joined(points)
    change = unit in {Unit.FRACTION, Unit.BASIS_POINTS}
    low, high = content.padded(*content.span_of([0.0, *values] if change else values))
    first, last = points[0], points[-1]
    line = ChartSeries("figure", name, days, {"value": values}, last[2])
    span = content.span_of_days(days)
    lowest, highest = (pick(points, key=lambda point: point[1]) for pick in (min, max))
    return Chart(
        id="editions",
        kind=KIND,
        title=(Span(headline(name, points)),),
        subtitle=f"As printed at each of {len(points)} editions, {span}",
        source_line=source,
        alt=f"Line chart of {name}, {span}: {_at(first)}, {_at(last)}, "
        f"highest {_at(highest)}, lowest {_at(lowest)}.",
        series=(line,),
        options={
            "mode": "change" if change else "level",
            "filled": False,
            "x_ticks": content.x_ticks(days),
            "y_ticks": content.y_ticks(low, high, _say(unit)),
            "y_range": [low, high],
        },
        size=SIZE,
    )


def headline(name: str, points: Points) -> str:
    """What a figure's last value is, and how it stands among the editions': a sentence's worth."""
    day, value, shown = points[-1]
    values = [point[1] for point in points]
    among = f"of {len(points)} editions"
    if max(values) == min(values):
        place = f"as at every one {among}"
    elif value == max(values):
        place = f"the highest {among}"
    elif value == min(values):
        place = f"the lowest {among}"
    else:
        first = points[0]
        place = f"after {first[2]} on {wording.long_date(first[0])}"
    return f"{name}: {shown} on {wording.long_date(day)}, {place}"


def _joined(points: Points) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Every day from the first point to the last, with its place on the line that joins them."""
    values: list[float] = [points[0][1]]
    for (first, low, _), (last, high, _) in pairwise(points):
        apart = (last - first).days
        values += [low + (high - low) * at / apart for at in range(1, apart)]
        values.append(high)
    begin = points[0][0]
    days = (begin + timedelta(days=at) for at in range(len(values)))
    return tuple(day.isoformat() for day in days), tuple(values)


def _at(point: tuple[date, float, str]) -> str:
    return f"{point[2]} on {wording.long_date(point[0])}"


def _say(unit: Unit) -> Callable[[float, float], str]:
    """How a tick of the axis is printed."""
    if unit is Unit.FRACTION:
        return content.say_fraction
    if unit is Unit.PERCENT:
        return lambda value, step: f"{content.say_level(value, step)}%"
    if unit in {Unit.USD, Unit.BASIS_POINTS, Unit.COUNT}:
        return lambda value, _step: wording.display(value, unit)
    return content.say_level
