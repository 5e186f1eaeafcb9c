"""Relative strength: one instrument's price divided by another's, rebased to 100."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporter import wording
from reporter.charts import _content as content
from reporter.charts.base import ChartContext, ChartKind, charts
from reporter.model import Brand, Chart, ChartMark, ChartSeries, Fact, Gap, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from reporter.charts._sheet import Sheet
    from reporter.model import Json

NAME = "relative_strength"
SIZE = (468.0, 170.0)
BASE = 100.0
RATIO = "ratio_change"


def build(context: ChartContext, options: Mapping[str, Json]) -> Chart | Gap:
    """The ratio of one instrument's price to another's, 100 on the window's base day.

    On the days both have. The change of the ratio is not the difference of the two returns.

    Options: `id`, `subjects` (the first counts), `benchmark`, `window` (`1y`), `size`.
    """
    symbol = content.listed(options, "subjects", context.spec.subjects)[0]
    other = content.word(options, "benchmark", context.spec.benchmark)
    window = content.word(options, "window", "1y")
    fact = content.find(context, "relative_return", symbol, vs=other, window=window)
    if isinstance(fact, Gap):
        return fact
    ratio = _ratio(context, fact)
    if isinstance(ratio, Gap):
        return ratio
    return _chart(context, options, fact, ratio, window)


def _ratio(context: ChartContext, fact: Fact) -> pd.Series[float] | Gap:
    ours = content.series_of(context, fact.subject)
    theirs = content.series_of(context, str(fact.benchmark))
    for side in (ours, theirs):
        if isinstance(side, Gap):
            return side
    if fact.base_date is None or isinstance(ours, Gap) or isinstance(theirs, Gap):
        return content.missing(context, "relative_return", fact.subject, fact.window)
    both = (ours.bars["close"] / theirs.bars["close"]).dropna()
    shown = both.loc[fact.base_date.isoformat() : fact.as_of.isoformat()]
    rebased: pd.Series[float] = BASE * shown / shown.iloc[0]
    return rebased


def _chart(
    context: ChartContext, options: Mapping[str, Json], fact: Fact, ratio: pd.Series[float],
    window: str,
) -> Chart:  # fmt: skip
    values, days = content.numbers(ratio), content.dates(ratio)
    names = [content.name(context, symbol) for symbol in (fact.subject, str(fact.benchmark))]
    line = ChartSeries(
        f"{fact.subject}/{fact.benchmark}", " / ".join(names), days, {"value": values},
        fact.shown(RATIO), content.labels(values, wording.index),
    )  # fmt: skip
    low, high = content.padded(*content.span_of((BASE, *values)))
    spoken = content.extremes(line, "value", wording.index)
    return Chart(
        id=content.word(options, "id", NAME),
        kind=NAME,
        title=_title(context, fact, window),
        subtitle=f"{names[0]} divided by {names[1]}, close; {content.base_day(fact)} = 100"
        + content.calendar_note(fact),
        source_line=content.source_line(context.data, day=fact.as_of),
        alt=(
            f"Line chart of {names[0]} divided by {names[1]}, {content.span_of_days(days)}, "
            f"100 at the start: {spoken}, changed by {line.label} in all."
        ),
        series=(line,),
        marks=_streak(context, fact, days),
        options={
            "x_ticks": content.x_ticks(days),
            "y_ticks": content.y_ticks(low, high, content.say_level, most=4),
            "y_range": [low, high],
        },
        size=content.size(options, SIZE),
    )


def _title(context: ChartContext, fact: Fact, window: str) -> Text:
    ours = content.prose(context, fact.subject)
    theirs = content.prose(context, str(fact.benchmark))
    way = wording.direction(fact.shown(RATIO))
    over = content.stretch(context, fact, window)
    if way == 0:
        return content.sentence(ours, " has kept level with ", theirs, " ", *over)
    change = content.cited(fact, RATIO, unsigned=True)
    if way > 0:
        return content.sentence(ours, " has gained ", change, " on ", theirs, " ", *over)
    return content.sentence(ours, " has lost ", change, " to ", theirs, " ", *over)


def _streak(context: ChartContext, fact: Fact, days: tuple[str, ...]) -> tuple[ChartMark, ...]:
    """The run of sessions ahead or behind in which the window ends, where it is worth a mark."""
    streak = context.facts.get("outperformance_streak", fact.subject, vs=fact.benchmark)
    if streak is None or streak.value < NOTABLE or streak.base_date is None:
        return ()
    first = streak.base_date.isoformat()
    if first not in days:
        return ()
    way = str(streak.detail.get("direction") or "ahead")
    label = f"{way} on {streak.display} sessions running"
    return (ChartMark("band", label, on=first, fact=streak.id),)


NOTABLE = 5


def draw(sheet: Sheet, chart: Chart, brand: Brand) -> None:
    """One line around the level of its base day."""
    from reporter.charts import _kit as kit

    (line,) = chart.series
    y_ticks = kit.ticks(chart.options, "y_ticks")
    (look,) = kit.styled([line], brand)
    last = line.values["value"][-1]
    assert last is not None
    label = kit.EndLabel(last, line.label, "", look.colour)
    panel = kit.Panel(
        sheet,
        brand,
        left=kit.tick_width(sheet, y_ticks),
        right=sheet.width - kit.label_width(sheet, [label]),
        bottom=kit.text_height(),
        top=sheet.height - 8,
        x=(0, max(len(line.x) - 1, 1)),
        y=kit.bounds(chart.options, "y_range"),
    )
    for mark in chart.marks:
        panel.band(line.x.index(mark.on), len(line.x) - 1, mark.label, [line.values["value"]])
    panel.grid(y_ticks, base=BASE)
    panel.line(line.values["value"], look)
    panel.end_dot(last, look.colour)
    panel.dates(kit.ticks(chart.options, "x_ticks"))
    kit.end_labels(panel, [label])
    panel.answers(len(line.x))


charts.register(NAME, ChartKind(NAME, build, draw))
