"""Ladder: price targets as levels around the last close, with the way the price came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporter import wording
from reporter.charts import _content as content
from reporter.charts.base import ChartContext, ChartKind, charts
from reporter.model import Basis, Brand, Chart, ChartMark, ChartSeries, Fact, Gap, Span, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reporter.charts import _kit as kit
    from reporter.charts._panel import Panel
    from reporter.charts._sheet import Sheet
    from reporter.model import Json, PriceSeries

NAME = "ladder"
SIZE = (468.0, 200.0)
LEAD_IN = 126
PATH_SHARE, PATH_SHARE_NARROW = 0.5, 0.3
METRIC = "implied_advance"


def build(context: ChartContext, options: Mapping[str, Json]) -> Chart | Gap:
    """Published price targets of one instrument, as levels with what each implies.

    The closes of the last half year lead to the last close, from which the advance is counted.

    Options: `id`, `subjects` (the first counts), `sessions` (126), `size`.
    """
    symbol = content.listed(options, "subjects", context.spec.subjects)[0]
    prices = content.series_of(context, symbol)
    level = content.find(context, "level", symbol)
    facts = sorted(context.facts.of(METRIC, symbol), key=lambda fact: float(fact.value))
    if isinstance(prices, Gap) or isinstance(level, Gap):
        return next(gap for gap in (prices, level) if isinstance(gap, Gap))
    if not facts or prices.basis is not Basis.PRICE:
        found = content.find(context, METRIC, symbol)
        return found if isinstance(found, Gap) else content.missing(context, METRIC, symbol)
    return _chart(context, options, prices, level, facts)


def _chart(
    context: ChartContext, options: Mapping[str, Json], prices: PriceSeries, level: Fact,
    facts: Sequence[Fact],
) -> Chart:  # fmt: skip
    asked = options.get("sessions")
    path = prices.bars.tail(int(asked) if isinstance(asked, int | float) else LEAD_IN)
    closes, days = content.numbers(path["close"]), content.dates(path)
    name = content.name(context, prices.symbol)
    line = ChartSeries(
        prices.symbol, name, days, {"value": closes}, level.display,
        content.labels(closes, wording.price),
    )  # fmt: skip
    marks = (*(_target(fact) for fact in facts), *_negation(context, prices.symbol))
    low, high = content.padded(*content.span_of([*closes, *(mark.value for mark in marks)]))
    return Chart(
        id=content.word(options, "id", NAME),
        kind=NAME,
        title=_title(context, prices.symbol, facts),
        subtitle=(
            f"{name}, close, {content.span_of_days(days)}; targets with the change they imply "
            f"from {level.display}, %{_date_of(context, facts)}"
        ),
        source_line=content.source_line(context.data, day=level.as_of),
        alt=_alt(line, marks),
        series=(line,),
        marks=marks,
        options={
            "x_ticks": content.x_ticks(days),
            "y_ticks": content.y_ticks(low, high, content.say_level),
            "y_range": [low, high],
        },
        size=content.size(options, SIZE),
    )  # fmt: skip


def _target(fact: Fact) -> ChartMark:
    house = str(fact.detail.get("house") or "editor's own")
    weak = str(fact.detail.get("conviction") or "")
    words = f"{fact.shown('target')}  {fact.display}  {house}"
    value = float(str(fact.detail["target"]))
    return ChartMark("level", f"{words}, {weak}" if weak else words, value, fact=fact.id)


def _negation(context: ChartContext, symbol: str) -> tuple[ChartMark, ...]:
    """The level below which a breakout the targets rest on would be undone."""
    fact = context.facts.get("range_breakout", symbol)
    if fact is None or fact.detail.get("state") not in {"above", "retaken"}:
        return ()
    label = f"{fact.shown('level')}  below it, breakout undone"
    return (ChartMark("point", label, float(str(fact.detail["level"])), fact=fact.id),)


def _title(context: ChartContext, symbol: str, facts: Sequence[Fact]) -> Text:
    first, last = facts[0], facts[-1]
    subject = content.prose(context, symbol)
    if len(facts) == 1:
        house = wording.possessive(str(first.detail.get("house") or "the editor"))
        return content.sentence(
            Span(house, "name"), " target for ", subject, " of ", content.cited(first, "target"),
            " is ", *_away(first),
        )  # fmt: skip
    count = wording.counted(len(facts), "")
    ends = f"The {count} targets for " if count else "The targets for "
    return content.sentence(ends, subject, " lie from ", *_between(first, last))


def _away(fact: Fact) -> tuple[str | Span, ...]:
    way = wording.direction(fact.display)
    if way == 0:
        return ("at the last close (", content.cited(fact), ")")
    side = " above the last close" if way > 0 else " below the last close"
    return (content.cited(fact, unsigned=True), side)


def _between(first: Fact, last: Fact) -> tuple[str | Span, ...]:
    ways = wording.direction(first.display), wording.direction(last.display)
    if ways == (1, 1):
        return (content.cited(first), " to ", content.cited(last), " above the last close")
    if ways == (-1, -1):
        near, far = content.cited(last, unsigned=True), content.cited(first, unsigned=True)
        return (near, " to ", far, " below the last close")
    return (*_away(first), " to ", *_away(last))


def _date_of(context: ChartContext, facts: Sequence[Fact]) -> str:
    """When the targets were published, in their houses' words."""
    levels = {fact.detail.get("target") for fact in facts}
    told = [
        t.published_text
        for t in context.data.desk.targets
        if t.symbol == facts[0].subject and t.level in levels
    ]
    return f"; published {' and '.join(dict.fromkeys(told))}" if told else ""


def _alt(line: ChartSeries, marks: Sequence[ChartMark]) -> str:
    path = f"{line.name}, {content.span_of_days(line.x)}"
    spoken = content.extremes(line, "value", wording.price)
    levels = "; ".join(mark.label.replace("  ", ", ") for mark in marks)
    return f"Line chart with price targets. {path}: {spoken}, last {line.label}. Levels: {levels}."


# --- the picture --------------------------------------------------------------------------------


def draw(sheet: Sheet, chart: Chart, brand: Brand) -> None:
    """The path at the left; from its end a rung to every target, with its words at the right."""
    from reporter.charts import _kit as kit

    (line,) = chart.series
    y_ticks = kit.ticks(chart.options, "y_ticks")
    left = kit.tick_width(sheet, y_ticks)
    labels = [_label(chart, brand), *_rungs(chart, brand)]
    wide = kit.label_width(sheet, labels)
    share = (sheet.width - left - wide) * 0.78
    panel = kit.Panel(
        sheet, brand, left=left, right=sheet.width - wide, bottom=kit.text_height(),
        top=sheet.height - 8, y=kit.bounds(chart.options, "y_range"),
        x=(0, (len(line.x) - 1) * (sheet.width - left - wide) / share),
    )  # fmt: skip
    panel.grid(y_ticks)
    closes = line.values["value"]
    start = (panel.px(len(closes) - 1), panel.py(closes[-1] or 0.0))
    for mark in chart.marks:
        _draw_rung(panel, mark, start, brand)
    (look,) = kit.styled([line], brand)
    panel.line(closes, look)
    sheet.stroke([[start, (panel.right, start[1])]], kit.Line(look.colour, 0.8))
    sheet.dot(start, 2.4, look.colour)
    panel.dates(kit.ticks(chart.options, "x_ticks"))
    kit.end_labels(panel, labels)
    panel.answers(len(closes))


def _label(chart: Chart, brand: Brand) -> kit.EndLabel:
    from reporter.charts import _kit as kit

    (line,) = chart.series
    return kit.EndLabel(
        line.values["value"][-1] or 0.0, line.label, "last close", brand.colours["subject"]
    )


def _rungs(chart: Chart, brand: Brand) -> list[kit.EndLabel]:
    from reporter.charts import _kit as kit

    colours = {"level": brand.colours["accent"], "point": brand.colours["muted"]}
    found = []
    for mark in chart.marks:
        level, _, rest = mark.label.partition("  ")
        if mark.value is not None:
            words = rest.replace("  ", " · ")
            found.append(kit.EndLabel(mark.value, level, words, colours[mark.kind]))
    return found


def _draw_rung(panel: Panel, mark: ChartMark, start: tuple[float, float], brand: Brand) -> None:
    from reporter.charts import _kit as kit

    assert mark.value is not None
    if mark.kind == "point":
        across = [(panel.left, panel.py(mark.value)), (panel.right, panel.py(mark.value))]
        panel.sheet.stroke([across], kit.Line(brand.colours["muted"], 0.8, (1.2, 1.6)))
        return
    height = panel.py(mark.value)
    colour = brand.colours["accent"]
    panel.sheet.stroke([[start, (panel.right - 18, height)]], kit.Line(colour, 0.5, (1.2, 1.6)))
    panel.sheet.stroke([[(panel.right - 18, height), (panel.right, height)]], kit.Line(colour, 1.6))


charts.register(NAME, ChartKind(NAME, build, draw))
