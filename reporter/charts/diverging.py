"""Diverging bars: amounts on both sides of zero, such as what was bought and what was sold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporter import wording
from reporter.charts import _content as content
from reporter.charts.base import ChartContext, ChartKind, charts
from reporter.model import Brand, Chart, ChartSeries, Fact, Gap, Reason, Span, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reporter.charts._panel import Panel
    from reporter.charts._sheet import Sheet
    from reporter.model import Json

NAME = "diverging"
WIDTH, ROW, ENDS = 468.0, 21.0, 14.0
FLOWS = "net_flow"


def build(context: ChartContext, options: Mapping[str, Json]) -> Chart | Gap:
    """Horizontal bars around zero: client flows by segment, or a list's returns over a window.

    Flows are those of one house and one period: the first the desk inputs name, or those asked
    for. Returns are sorted, the best on top.

    Options: `id`, `metric` (`net_flow` or `period_return`), `house`, `period`, `list`, `subjects`,
    `window` (`ytd`), `size`.
    """
    if content.word(options, "metric", FLOWS) == FLOWS:
        return _flows(context, options)
    return _returns(context, options)


# --- flows --------------------------------------------------------------------------------------


def _flows(context: ChartContext, options: Mapping[str, Json]) -> Chart | Gap:
    known = context.facts.of(FLOWS)
    house = content.word(options, "house", _part(known, "house"))
    period = content.word(
        options, "period", _part([f for f in known if f.detail.get("house") == house], "period")
    )
    facts = [f for f in known if (f.detail.get("house"), f.detail.get("period")) == (house, period)]
    if not facts:
        return Gap("flow:*", FLOWS, Reason.NO_INPUT, "There are no client flows to draw.")
    who = f"{wording.possessive(house)} {_part(facts, 'who') or 'clients'}"
    basis = _part(facts, "basis")
    return _chart(
        options, facts,
        names=[str(fact.detail.get("segment")) for fact in facts],
        title=_bought(facts, who, period),
        subtitle=f"Net buying (+) and selling ({wording.MINUS}) by {who}, US dollars, {period}"
        + (f"; {basis}" if basis else ""),
        source=content.source_line(
            context.data, f"{house}, published {_published(context, facts[0])}"
        ),
    )  # fmt: skip


def _part(facts: Sequence[Fact], key: str) -> str:
    return str(facts[0].detail.get(key) or "") if facts else ""


def _published(context: ChartContext, fact: Fact) -> str:
    """When the house published the figure, in its own words."""
    segment, house = fact.detail.get("segment"), fact.detail.get("house")
    for flow in context.data.desk.flows:
        if (flow.segment, flow.house) == (segment, house):
            return flow.published_text
    return str(fact.detail.get("published"))


def _bought(facts: Sequence[Fact], who: str, period: str) -> Text:
    most, least = max(facts, key=_value), min(facts, key=_value)
    over = (" in ", Span(period, "name")) if period else ()
    if most.value > 0 > least.value:
        return content.sentence(
            Span(who, "name"), " bought a net ", content.cited(most, unsigned=True), " of ",
            _segment(most), " and sold ", content.cited(least, unsigned=True), " of ",
            _segment(least), *over,
        )  # fmt: skip
    one, way = (most, "buyers") if most.value > 0 else (least, "sellers")
    everything = f" were net {way} of {_all(len(facts))}, most of all "
    return content.sentence(
        Span(who, "name"), everything, _segment(one), " (", content.cited(one), ")", *over
    )


def _all(count: int) -> str:
    """Every segment shown, counted where that is a word."""
    return f"all {wording.counted(count, 'shown')}"


def _segment(fact: Fact) -> Span:
    return Span(wording.inside(str(fact.detail.get("segment", ""))), "name")


def _value(fact: Fact) -> float:
    return float(fact.value)


# --- returns ------------------------------------------------------------------------------------


def _returns(context: ChartContext, options: Mapping[str, Json]) -> Chart | Gap:
    window = content.word(options, "window", "ytd")
    listed = context.spec.watch.get(content.word(options, "list", ""), ())
    symbols = content.listed(options, "subjects", listed or context.spec.symbols)
    found = [content.find(context, "period_return", symbol, window=window) for symbol in symbols]
    facts = sorted((f for f in found if isinstance(f, Fact)), key=_value, reverse=True)
    if not facts:
        return next(gap for gap in found if isinstance(gap, Gap))
    return _chart(
        options, facts,
        names=[content.marked(context, fact.subject, fact) for fact in facts],
        title=_ranking(context, content.ranked(context, facts), window),
        subtitle=f"Change in closing price since {content.base_days(facts)}, %"
        + content.total_note(facts),
        source=content.source_line(context.data, day=max(fact.as_of for fact in facts)),
    )  # fmt: skip


def _ranking(context: ChartContext, facts: Sequence[Fact], window: str) -> Text:
    best, worst = facts[0], facts[-1]
    over = content.period(best, window)
    first = (content.prose(context, best.subject), " ", *content.moved(best), " ", over)
    if len(facts) == 1:
        return content.sentence(*first)
    return content.sentence(
        *first, f", the best {content.of_all(len(facts))}; ",
        content.prose(context, worst.subject), " ", *content.moved(worst),
    )  # fmt: skip


# --- both ---------------------------------------------------------------------------------------


def _chart(  # noqa: PLR0913  keywords mostly
    options: Mapping[str, Json], facts: Sequence[Fact], *,
    names: Sequence[str], title: Text, subtitle: str, source: str,
) -> Chart:  # fmt: skip
    line = ChartSeries(
        "value", subtitle.partition(",")[0], tuple(names),
        {"value": tuple(_value(fact) for fact in facts)},
        labels=tuple(fact.display for fact in facts),
    )  # fmt: skip
    spoken = "; ".join(f"{n} {fact.display}" for n, fact in zip(names, facts, strict=True))
    height = ROW * len(facts) + ENDS
    return Chart(
        id=content.word(options, "id", NAME),
        kind=NAME,
        title=title,
        subtitle=subtitle,
        source_line=source,
        alt=f"Bar chart around zero. {subtitle}: {spoken}.",
        series=(line,),
        options={"facts": [fact.id for fact in facts]},
        size=content.size(options, (WIDTH, height)),
    )


def draw(sheet: Sheet, chart: Chart, brand: Brand) -> None:
    """One bar a row from a common zero line; names at the left, values at the bars' ends."""
    from reporter.charts import _kit as kit

    (rows,) = chart.series
    values = [value or 0.0 for value in rows.values["value"]]
    low, high = min(0.0, *values), max(0.0, *values)
    names = max(sheet.width_of(name) for name in rows.x) + 12
    room = max(sheet.width_of(label, weight=kit.BOLD) for label in rows.labels) + 8
    panel = kit.Panel(
        sheet, brand, left=names + (room if low < 0 else 0), bottom=2, top=sheet.height - 2,
        right=sheet.width - (room if high > 0 else 0), x=(low, high if high > low else low + 1),
        y=(len(values), 0),
    )  # fmt: skip
    for at, (name, value, label) in enumerate(zip(rows.x, values, rows.labels, strict=True)):
        _row(panel, at, name, value, label)
    zero = panel.px(0)
    sheet.stroke([[(zero, panel.bottom), (zero, panel.top)]], kit.base_line(brand))


def _row(panel: Panel, at: int, name: str, value: float, label: str) -> None:
    from reporter.charts import _kit as kit

    sheet, colours = panel.sheet, panel.brand.colours
    thick = abs(panel.py(0) - panel.py(1)) * 0.62
    middle = panel.py(at + 0.5)
    zero, end = panel.px(0), panel.px(value)
    colour = colours["up"] if value >= 0 else colours["down"]
    if value >= 0:
        sheet.block((zero, middle - thick / 2, end - zero, thick), colour)
    else:
        box = (end, middle - thick / 2, zero - end, thick)
        sheet.block(box, colour, 0.35)
        sheet.outline(box, kit.Line(colour, 0.8))
    base = kit.middle_base(middle)
    sheet.write((0, base), name, colours["ink"])
    if value >= 0:
        sheet.write((end + 4, base), label, colour, weight=kit.BOLD)
    else:
        sheet.write((end - 4, base), label, colour, weight=kit.BOLD, anchor="right")


charts.register(NAME, ChartKind(NAME, build, draw))
