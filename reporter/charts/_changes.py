"""What every chart of changes since one day is made of, by whatever calendar they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporter import wording
from reporter.charts import _content as content
from reporter.model import Chart, ChartSeries, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reporter.model import Json

KIND = "mountain"
SIZE = (468.0, 200.0)


def of_changes(
    options: Mapping[str, Json],
    lines: Sequence[ChartSeries],
    *,
    title: Text,
    subtitle: str,
    source_line: str,
) -> Chart:
    """The chart of these lines, whose values are changes as fractions over the same days."""
    changes = [value for line in lines for value in line.values["value"]]
    low, high = content.padded(*content.span_of([0.0, *changes]))
    days = lines[0].x
    opening = f"Mountain chart of the change from {content.span_of_days(days)}."
    return Chart(
        id=content.word(options, "id", KIND),
        kind=KIND,
        title=title,
        subtitle=subtitle,
        source_line=source_line,
        alt=" ".join((opening, *(spoken(line, wording.fraction) for line in lines))),
        series=tuple(lines),
        options={
            "mode": "change",
            "x_ticks": content.x_ticks(days),
            "y_ticks": content.y_ticks(low, high, content.say_fraction),
            "y_range": [low, high],
        },
        size=content.size(options, SIZE),
    )


def spoken(line: ChartSeries, say: content.Say) -> str:
    """A line for those who cannot see it: its extremes and its end."""
    return f"{line.name}: {content.extremes(line, 'value', say)}, last {line.label}."
