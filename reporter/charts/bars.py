"""Bars: a year of daily open, high, low and close with two averages, and the RSI below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reporter import wording
from reporter.charts import _content as content
from reporter.charts.base import ChartContext, ChartKind, charts
from reporter.model import (
    Basis,
    Brand,
    Chart,
    ChartMark,
    ChartSeries,
    Fact,
    Gap,
    Reason,
    Span,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reporter.charts import _kit as kit
    from reporter.charts._panel import Panel
    from reporter.charts._sheet import Sheet
    from reporter.model import Json, PriceSeries

NAME = "bars"
SIZE = (468.0, 300.0)
AVERAGES = ("50", "200")
RSI = "14"
OVERBOUGHT, OVERSOLD = 70.0, 30.0
PRICES = ("open", "high", "low", "close")
TENTH = 1
"""Decimals of upright and level strokes: finer ones cost bytes and show nothing."""
NEAR = 0.04
"""A level within this share of the bars' range belongs into the picture."""


def build(context: ChartContext, options: Mapping[str, Json]) -> Chart | Gap:
    """A year of daily bars of one instrument, with its 50-day and 200-day averages and its RSI.

    From quoted prices only. Where a multi-year range was left, its top is marked.

    Options: `id`, `subjects` (the first counts), `window` (`1y`), `size`.
    """
    symbol = content.listed(options, "subjects", context.spec.subjects)[0]
    prices = content.series_of(context, symbol)
    if isinstance(prices, Gap):
        return prices
    if prices.basis is not Basis.PRICE:
        return _adjusted(prices)
    window = content.word(options, "window", "1y")
    whole = content.find(context, "period_return", symbol, window=window)
    facts = {
        "close": content.find(context, "level", symbol),
        "rsi": content.find(context, "rsi", symbol, window=RSI),
        **{n: content.find(context, "sma", symbol, window=n) for n in AVERAGES},
    }
    for fact in (whole, *facts.values()):
        if isinstance(fact, Gap):
            return fact
    known = {key: fact for key, fact in facts.items() if isinstance(fact, Fact)}
    assert isinstance(whole, Fact)
    return _chart(context, options, prices, known, whole)


def _adjusted(prices: PriceSeries) -> Gap:
    words = f"{prices.instrument.name}: bars need quoted prices, these are adjusted for dividends"
    return Gap(prices.symbol, NAME, Reason.BASIS, words)


def _chart(
    context: ChartContext, options: Mapping[str, Json], prices: PriceSeries,
    facts: Mapping[str, Fact], whole: Fact,
) -> Chart:  # fmt: skip
    series = _series(context, prices, facts, whole)
    bars = series[0]
    marks = _range_top(context, prices.symbol, bars)
    low, high = content.padded(*_reach(series, marks))
    return Chart(
        id=content.word(options, "id", NAME),
        kind=NAME,
        title=_title(context, prices.symbol, facts),
        subtitle=_subtitle(context, prices.symbol, bars, marks),
        source_line=content.source_line(context.data, day=facts["close"].as_of),
        alt=_alt(bars, facts),
        series=series,
        marks=marks,
        options={
            "x_ticks": content.x_ticks(bars.x),
            "y_ticks": content.y_ticks(low, high, content.say_level),
            "y_range": [low, high],
            "rsi_ticks": [[at, wording.index(at, 0)] for at in (OVERSOLD, OVERBOUGHT)],
            "rsi_name": f"RSI, {RSI} days",
        },
        size=content.size(options, SIZE),
    )


# --- what is shown ------------------------------------------------------------------------------


def _series(
    context: ChartContext, prices: PriceSeries, facts: Mapping[str, Fact], whole: Fact
) -> tuple[ChartSeries, ...]:
    from reporter import indicators

    assert whole.base_date is not None
    shown = content.since(prices, whole.base_date)
    days = content.dates(shown)
    closes = prices.bars["close"].to_numpy()
    columns = {part: content.numbers(shown[part]) for part in PRICES}
    main = ChartSeries(
        prices.symbol, content.name(context, prices.symbol), days, columns,
        facts["close"].display, content.labels(columns["close"], wording.price),
    )  # fmt: skip
    lines = [
        _indicator(f"sma{n}", f"{n}-day average", days, indicators.sma(closes, int(n)), facts[n])
        for n in AVERAGES
    ]
    strength = indicators.rsi(closes, int(RSI))
    return (main, *lines, _indicator("rsi", "RSI", days, strength, facts["rsi"]))


def _indicator(
    key: str, name: str, days: tuple[str, ...], values: object, fact: Fact
) -> ChartSeries:
    import pandas as pd

    column = content.numbers(pd.Series(values).tail(len(days)))
    say = wording.index if key == "rsi" else wording.price
    role: content.Role = "benchmark" if key == "sma200" else "subject"
    return ChartSeries(
        key, name, days, {"value": column}, fact.display, content.labels(column, say), role
    )


def _reach(series: tuple[ChartSeries, ...], marks: tuple[ChartMark, ...]) -> tuple[float, float]:
    bars, *averages = series[:-1]
    return content.span_of(
        [
            *bars.values["high"], *bars.values["low"],
            *(value for line in averages for value in line.values["value"]),
            *(mark.value for mark in marks),
        ]
    )  # fmt: skip


def _range_top(context: ChartContext, symbol: str, bars: ChartSeries) -> tuple[ChartMark, ...]:
    """The top of the multi-year range, where there is one near the bars shown."""
    fact = context.facts.get("range_breakout", symbol)
    level = fact.detail.get("level") if fact else None
    if fact is None or not isinstance(level, int | float) or fact.detail.get("state") == "none":
        return ()
    low, high = content.span_of([*bars.values["high"], *bars.values["low"]])
    air = (high - low) * NEAR
    if not low - air <= level <= high + air:
        return ()
    label = f"{fact.shown('level')}, record close of {fact.shown('level_date')}"
    return (ChartMark("level", label, float(level), fact=fact.id),)


# --- what is said -------------------------------------------------------------------------------


def _title(context: ChartContext, symbol: str, facts: Mapping[str, Fact]) -> Text:
    closed = (content.prose(context, symbol), " closed at ", content.cited(facts["close"]), ", ")
    return content.sentence(
        *closed, *_averages(facts), *_momentum(facts["rsi"])
    )  # fmt: skip


def _momentum(rsi: Fact) -> tuple[str | Span, ...]:
    state = str(rsi.detail.get("state"))
    if state in {"overbought", "oversold"}:
        return ("; its RSI of ", content.cited(rsi), f" is {state}")
    return ("; its RSI is ", content.cited(rsi))


def _averages(facts: Mapping[str, Fact]) -> tuple[str | Span, ...]:
    short, long = (Span(f"{n}-day", "name") for n in AVERAGES)
    above = [bool(facts[n].detail.get("above")) for n in AVERAGES]
    if above[0] == above[1]:
        side = "above" if above[0] else "below"
        return (f"{side} its ", short, " and ", long, " averages")
    over, under = (short, long) if above[0] else (long, short)
    return ("above its ", over, " but below its ", under, " average")


def _subtitle(
    context: ChartContext, symbol: str, bars: ChartSeries, marks: tuple[ChartMark, ...]
) -> str:
    measure = f"{bars.name}, open, high, low and close of each day, {content.span_of_days(bars.x)}"
    fact = context.facts.get("range_breakout", symbol)
    if marks and fact and fact.detail.get("state") in {"above", "retaken"}:
        return f"{measure}. A close back below {fact.shown('level')} would negate the breakout"
    return measure


def _alt(bars: ChartSeries, facts: Mapping[str, Fact]) -> str:
    low = content.extremes(bars, "low", wording.price).partition(", lowest ")[2]
    high = content.extremes(bars, "high", wording.price).partition(", lowest ")[0]
    averages = " and ".join(f"{n}-day average {facts[n].display}" for n in AVERAGES)
    return (
        f"Bar chart of open, high, low and close. {bars.name}, {content.span_of_days(bars.x)}: "
        f"{high}, lowest {low}, last close {facts['close'].display}; {averages}; "
        f"RSI {facts['rsi'].display}."
    )


# --- the picture --------------------------------------------------------------------------------


def draw(sheet: Sheet, chart: Chart, brand: Brand) -> None:
    """Bars and averages above, the RSI with its bounds below."""
    from reporter.charts import _kit as kit

    bars, short, long, strength = chart.series
    y_ticks = kit.ticks(chart.options, "y_ticks")
    labels = _labels(chart, brand)
    left = max(kit.tick_width(sheet, y_ticks), 24)
    right = sheet.width - kit.label_width(sheet, labels)
    across = (0, max(len(bars.x) - 1, 1))
    below = kit.text_height()
    lower_top = below + sheet.height * 0.2
    main = kit.Panel(
        sheet, brand, left=left, right=right, bottom=lower_top + 20, top=sheet.height - 6,
        x=across, y=kit.bounds(chart.options, "y_range"),
    )  # fmt: skip
    lower = kit.Panel(
        sheet, brand, left=left, right=right, bottom=below, top=lower_top, x=across, y=(5, 95)
    )
    main.grid(y_ticks)
    _levels(main, chart, brand)
    _ohlc(main, bars, brand)
    for line, look in zip((short, long), kit.styled((short, long), brand), strict=True):
        main.line(line.values["value"], kit.thinner(look))
    _strength(lower, strength, chart, brand)
    lower.dates(kit.ticks(chart.options, "x_ticks"))
    kit.end_labels(main, labels)
    main.answers(len(bars.x))


def _labels(chart: Chart, brand: Brand) -> list[kit.EndLabel]:
    from reporter.charts import _kit as kit

    bars, short, long, _ = chart.series
    colours = (brand.colours["ink"], *(look.colour for look in kit.styled((short, long), brand)))
    columns = (bars.values["close"], short.values["value"], long.values["value"])
    names = ("last close", short.name, long.name)
    return [
        kit.EndLabel(values[-1], one.label, name, colour)
        for one, values, name, colour in zip(chart.series, columns, names, colours, strict=False)
        if values[-1] is not None
    ]


def _levels(panel: Panel, chart: Chart, brand: Brand) -> None:
    bars, *averages = chart.series[:-1]
    others = [bars.values["high"], bars.values["low"], *(a.values["value"] for a in averages)]
    for mark in chart.marks:
        if mark.value is not None:
            panel.level(mark.value, mark.label, brand.colours["accent"], others)


def _ohlc(panel: Panel, bars: ChartSeries, brand: Brand) -> None:
    """Each day a stroke from low to high, a tick left for the open and right for the close."""
    from reporter.charts import _kit as kit

    half = round((panel.px(1) - panel.px(0)) * 0.42, TENTH)
    strokes: list[list[tuple[float, float]]] = []
    for at, prices in enumerate(zip(*(bars.values[part] for part in PRICES), strict=True)):
        known = [round(panel.py(price), TENTH) for price in prices if price is not None]
        if len(known) < len(PRICES):
            continue
        opened, high, low, close = known
        x = round(panel.px(at), TENTH)
        strokes.append([(x, low), (x, high)])
        strokes.append([(x - half, opened), (x, opened)])
        strokes.append([(x, close), (x + half, close)])
    panel.sheet.stroke(strokes, kit.Line(brand.colours["ink"], 0.55))


def _strength(panel: Panel, series: ChartSeries, chart: Chart, brand: Brand) -> None:
    from reporter.charts import _kit as kit

    ticks = kit.ticks(chart.options, "rsi_ticks")
    panel.grid(ticks)
    (look,) = kit.styled([series], brand)
    values = series.values["value"]
    panel.beyond(values, OVERBOUGHT, look.colour, above=True)
    panel.beyond(values, OVERSOLD, look.colour, above=False)
    panel.line(values, kit.thinner(look))
    panel.caption(str(chart.options["rsi_name"]))
    last = values[-1]
    if last is not None:
        label = kit.EndLabel(last, series.label, series.name, look.colour)
        kit.end_labels(panel, [label])


charts.register(NAME, ChartKind(NAME, build, draw))
