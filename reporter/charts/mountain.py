"""Mountain: one instrument's level, or several instruments' change since one base day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporter import wording
from reporter.alignment import shared
from reporter.charts import _content as content
from reporter.charts._changes import KIND, SIZE, of_changes, spoken
from reporter.charts._side_by_side import side_by_side
from reporter.charts.base import ChartContext, ChartKind, charts
from reporter.model import Brand, Chart, ChartSeries, Fact, Gap, Reason, Span, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reporter.charts._sheet import Sheet
    from reporter.model import Json


def build(context: ChartContext, options: Mapping[str, Json]) -> Chart | Gap:
    """How one instrument, or several side by side, moved over a window, as filled lines.

    One subject is drawn by its level; several by their change since the window's base day.

    Options: `id`, `subjects`, `benchmark` (none unless named), `window` (`ytd`), `size`.
    """
    window = content.word(options, "window", "ytd")
    symbols = _symbols(context, options)
    returns = [content.change(context, symbol, window) for symbol in symbols]
    first = returns[0]
    if isinstance(first, Gap):
        return first
    facts = [f for f in returns if isinstance(f, Fact) and f.metric == first.metric]
    if len(facts) == 1 or first.metric == "yield_change":
        return _level(context, options, first, window)
    if shared([fact.subject for fact in facts], context.data).shared:
        return side_by_side(context, options, [fact.subject for fact in facts], window)
    return _change(context, options, facts, window)


def _symbols(context: ChartContext, options: Mapping[str, Json]) -> tuple[str, ...]:
    subjects = content.listed(options, "subjects", context.spec.subjects)
    return tuple(dict.fromkeys((*subjects, *content.listed(options, "benchmark"))))


# --- one subject: its level -------------------------------------------------------------------


def _level(
    context: ChartContext, options: Mapping[str, Json], fact: Fact, window: str
) -> Chart | Gap:
    prices = content.series_of(context, fact.subject)
    level = content.find(context, "level", fact.subject)
    if isinstance(prices, Gap) or fact.base_date is None or isinstance(level, Gap):
        return next(gap for gap in (prices, level, _no_base(fact)) if isinstance(gap, Gap))
    bars = content.since(prices, fact.base_date)
    closes, days = content.numbers(bars["close"]), content.dates(bars)
    series = ChartSeries(
        fact.subject, content.name(context, fact.subject), days, {"value": closes},
        level.display, content.labels(closes, wording.price),
    )  # fmt: skip
    low, high = content.padded(*content.span_of(closes))
    return Chart(
        id=content.word(options, "id", KIND),
        kind=KIND,
        title=content.sentence(
            content.prose(context, fact.subject), " ", *content.moved(fact), " ",
            *content.stretch(context, fact, window), ", at ",
            content.cited(level),
        ),
        subtitle=f"{series.name}, close, {content.span_of_days(days)}",
        source_line=content.source_line(context.data, day=fact.as_of),
        alt=f"Mountain chart. {spoken(series, wording.price)}",
        series=(series,),
        options={
            "mode": "level",
            "x_ticks": content.x_ticks(days),
            "y_ticks": content.y_ticks(low, high, content.say_level),
            "y_range": [low, high],
        },
        size=content.size(options, SIZE),
    )  # fmt: skip


def _no_base(fact: Fact) -> Gap:
    return Gap(fact.subject, fact.metric, Reason.WINDOW, "The window has no base day.")


# --- several: change since one day ------------------------------------------------------------


def _change(
    context: ChartContext, options: Mapping[str, Json], facts: list[Fact], window: str
) -> Chart | Gap:
    lines = [line for fact in facts if (line := _line(context, options, facts[0], fact))]
    return of_changes(
        options,
        lines,
        title=_title(context, facts, window),
        subtitle=f"Change in closing price since {content.base_day(facts[0])}, %"
        + content.total_note(facts),
        source_line=content.source_line(context.data),
    )


def _line(
    context: ChartContext, options: Mapping[str, Json], lead: Fact, fact: Fact
) -> ChartSeries | None:
    prices = content.series_of(context, fact.subject)
    main = content.series_of(context, lead.subject)
    if isinstance(prices, Gap) or isinstance(main, Gap) or None in (lead.base_date, fact.base_date):
        return None
    assert lead.base_date is not None
    assert fact.base_date is not None
    days = content.since(main, lead.base_date).index
    base = prices.bars["close"].loc[fact.base_date.isoformat()]
    change = prices.bars["close"].reindex(days) / base - 1
    change.iloc[0] = 0.0
    values = content.numbers(change)
    benchmarks = content.listed(options, "benchmark", [context.spec.benchmark])
    role: content.Role = (
        "subject" if fact is lead else "benchmark" if fact.subject in benchmarks else "context"
    )
    return ChartSeries(
        fact.subject, content.marked(context, fact.subject, fact), content.iso(days),
        {"value": values}, fact.display, content.labels(values, wording.fraction), role,
    )  # fmt: skip


def _title(context: ChartContext, facts: list[Fact], window: str) -> Text:
    lead, others = facts[0], facts[1:]
    subject = content.prose(context, lead.subject)
    opening = (subject, " ", *content.moved(lead), " ", content.period(lead, window))
    if len(others) == 1:
        return content.sentence(*opening, *_against(context, lead, others[0], window))
    ahead = sum(lead.value > other.value for other in others)
    place = {len(others): "ahead of", 0: "behind"}.get(ahead, "")
    named = _joined(context, others)
    if not place:
        return content.sentence(*opening, ", between ", *named)
    return content.sentence(*opening, f", {place} ", *named)


def _against(context: ChartContext, lead: Fact, other: Fact, window: str) -> tuple[str | Span, ...]:
    spread = context.facts.get("relative_return", lead.subject, vs=other.subject, window=window)
    name, theirs = content.prose(context, other.subject), content.cited(other)
    if spread is None:
        return (", against ", theirs, " for ", name)
    way = wording.direction(spread.display)
    if way == 0:
        return (", in line with ", name, " at ", theirs)
    gap = content.cited(spread, unsigned=True)
    return (", ", gap, " ahead of " if way > 0 else " behind ", name, " at ", theirs)


def _joined(context: ChartContext, facts: list[Fact]) -> list[str | Span]:
    parts: list[str | Span] = []
    for at, fact in enumerate(facts):
        if at:
            parts.append(" and " if at == len(facts) - 1 else ", ")
        parts += [content.prose(context, fact.subject), " (", content.cited(fact), ")"]
    return parts


# --- the picture ------------------------------------------------------------------------------


def draw(sheet: Sheet, chart: Chart, brand: Brand) -> None:
    """Lines over light grid lines; the first is filled down to the base, unless told otherwise."""
    from reporter.charts import _kit as kit

    low, high = kit.bounds(chart.options, "y_range")
    y_ticks = kit.ticks(chart.options, "y_ticks")
    lines = kit.styled(chart.series, brand)
    labels = [
        kit.EndLabel(last, one.label, one.name if len(chart.series) > 1 else "", line.colour)
        for one, line in zip(chart.series, lines, strict=True)
        if (last := one.values["value"][-1]) is not None
    ]
    days = len(chart.series[0].x)
    panel = kit.Panel(
        sheet, brand,
        left=kit.tick_width(sheet, y_ticks), right=sheet.width - kit.label_width(sheet, labels),
        bottom=kit.text_height(), top=sheet.height - 6, x=(0, max(days - 1, 1)), y=(low, high),
    )  # fmt: skip
    change = chart.options["mode"] == "change"
    filled = chart.options.get("filled", True)
    if filled:
        panel.area(chart.series[0].values["value"], 0.0 if change else low, lines[0].colour)
    panel.grid(y_ticks, base=0.0 if change else None)
    for one, line in reversed(list(zip(chart.series, lines, strict=True))):
        look = kit.for_length(line, days) if filled else kit.thinner(line)
        panel.line(one.values["value"], look)
    for label in labels:
        panel.end_dot(label.y, label.colour)
    panel.dates(kit.ticks(chart.options, "x_ticks"))
    kit.end_labels(panel, labels)
    panel.answers(days)


charts.register(KIND, ChartKind(KIND, build, draw))
