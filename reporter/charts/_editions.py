"""A figure at each edition that gave it: steps, because between two editions nothing was said.

No kind of its own: it is drawn as `mountain` draws. What it shows comes from editions, not prices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from reporter import wording
from reporter.charts import _content as content
from reporter.model import Chart, ChartSeries, Json, Span, Unit

KIND = "mountain"
SIZE = (660.0, 260.0)
MOST = 360
Points = Sequence[tuple[date, float, str]]
"""Day, value and its printed form, in the order of days, no day twice."""


def of_editions(name: str, points: Points, unit: Unit, source: str) -> Chart:
    """The chart of a figure over editions; its points are all days from the first to the last.

    Args:
        name: what the figure is of, as a title says it.
        points: at least two.
        unit: of the values.
        source: the line below.
    """
    days, values, each = _steps(points)
    change = unit in {Unit.FRACTION, Unit.BASIS_POINTS}
    low, high = content.padded(*content.span_of([0.0, *values] if change else values))
    first, last = points[0], points[-1]
    places = tuple(day for day in days for _ in range(each))[: len(values)]
    line = ChartSeries("figure", name, places, {"value": values}, last[2])
    span = content.span_of_days(days)
    lowest, highest = (pick(points, key=lambda point: point[1]) for pick in (min, max))
    return Chart(
        id="editions",
        kind=KIND,
        title=(Span(headline(name, points)),),
        subtitle=f"As printed at each of {len(points)} editions, {span}",
        source_line=source,
        alt=f"Step chart of {name}, {span}: {_at(first)}, {_at(last)}, "
        f"highest {_at(highest)}, lowest {_at(lowest)}.",
        series=(line,),
        options={
            "mode": "change" if change else "level",
            "x_ticks": _ticks(days, each),
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


def _steps(points: Points) -> tuple[tuple[str, ...], tuple[float, ...], int]:
    """Every day from the first point to the last; the value last printed, so many times a day.

    The more places a day has, the steeper a step is; a long line has one.
    """
    known = {day: value for day, value, _ in points}
    first, last = points[0][0], points[-1][0]
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    each = max(1, MOST // len(days))
    values: list[float] = []
    for day in days:
        values += [known.get(day, values[-1] if values else known[first])] * each
    return tuple(day.isoformat() for day in days), tuple(values[: len(values) - each + 1]), each


def _ticks(days: Sequence[str], each: int) -> Json:
    """Names of days along the axis, at the first place of each."""
    named = content.x_ticks(days)
    assert isinstance(named, list)
    pairs = [pair for pair in named if isinstance(pair, list)]
    return [[at * each, label] for at, label in pairs if isinstance(at, int)]


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
