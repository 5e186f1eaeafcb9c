"""Front: the lead chart and the argument; with the strip of key figures above them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reporter import choice, wording
from reporter.model import Fact, Json, KeyFigure, Kind
from reporter.sections._common import (
    Drawn,
    Options,
    assemble,
    called,
    cited,
    draw,
    gains,
    handle,
    instrument,
    is_yield,
    other_day,
    titled,
)
from reporter.sections.base import Built, SectionContext, section

OPTIONS = {
    "title": "What the argument is called, for screen readers.",
    "chart": "Kind of the lead chart: mountain unless another is named.",
    "window": "Window of the lead chart and of the key figures: ytd unless another is named.",
    "figures": "Symbols of the key figures, four to six of them.",
}
MOST = 5
SHORT = {"1d": "on the day", "wtd": "this week", "mtd": "this month", "ytd": "this year"}
SPARK_SIZE: list[Json] = [76.0, 14.0]
LEAD_SIZE: list[Json] = [468.0, 176.0]


@section("front")
def front(context: SectionContext, options: Options) -> Built:
    """The argument of page 1 below its lead chart."""
    spec = context.spec
    chosen: Options = {
        "id": "lead",
        "subjects": list(spec.subjects),
        "benchmark": spec.benchmark,
        "window": _window(options),
        "size": LEAD_SIZE,
    }
    kind = choice.words(options, "chart", ["mountain"])[0]
    figures, sparks = key_figures(context, options)
    built = assemble(
        "front",
        titled(options, "The argument"),
        paragraphs=context.argument,
        drawn=draw(context, kind, chosen),
    )
    return replace(
        built,
        charts=(*built.charts, *sparks.charts),
        gaps=(*built.gaps, *sparks.gaps),
        key_figures=figures,
    )


def key_figures(
    context: SectionContext, options: Options | None = None
) -> tuple[tuple[KeyFigure, ...], Drawn]:
    """Four to six figures: the subjects and the benchmark first, then what sets the scene.

    Returns:
        The figures, and their sparklines with the gaps of those that could not be drawn.
    """
    options = options or {}
    window = _window(options)
    figures: list[KeyFigure] = []
    drawn = Drawn()
    for symbol in _symbols(context, options):
        spark = draw(context, "sparkline", _spark(context, symbol, window))
        figure = _price(context, symbol, window, spark)
        if figure and len(figures) < MOST:
            figures.append(figure)
            drawn += spark
        if symbol == context.spec.subject:
            figures.extend(_momentum(context))
    return tuple(figures), drawn


def _window(options: Options) -> str:
    return choice.words(options, "window", ["ytd"])[0]


def _symbols(context: SectionContext, options: Options) -> tuple[str, ...]:
    """The symbols to show, those named or those that set the scene."""

    def kind_of(symbol: str) -> Kind | None:
        known = instrument(context, symbol)
        return known.kind if known else None

    return choice.key_figures(options, context.spec, kind_of)


def _spark(context: SectionContext, symbol: str, window: str) -> Options:
    return {
        "id": f"spark-{handle(context, symbol)}",
        "subjects": [symbol],
        "window": window,
        "size": SPARK_SIZE,
    }


def _price(context: SectionContext, symbol: str, window: str, spark: Drawn) -> KeyFigure | None:
    """Level and change; a series that is no price shows its return as the value."""
    level = context.facts.get("level", symbol)
    metric = "yield_change" if is_yield(context, symbol) else "period_return"
    moved = context.facts.get(metric, symbol, window=window)
    value = level or moved
    if value is None:
        return None
    chart = spark.charts[0].id if spark.charts else ""
    note = _over(context, moved, window) if moved else _dated(context, value, "")
    change = cited(moved) if level and moved else None
    neutral = not gains(context, symbol)
    return KeyFigure(called(context, symbol), cited(value), change, note, chart, neutral)


def _over(context: SectionContext, fact: Fact, window: str) -> str:
    """The window, with the day where the figure is not of the brief's own.

    A month of last year has another "this year": it is told with both its ends.
    """
    if fact.base_date and fact.as_of.year != context.data.as_of.year:
        return f"{wording.base(fact, short=True)} to {wording.as_of(fact, short=True)}"
    return _dated(context, fact, _since(fact, window))


def _since(fact: Fact, window: str) -> str:
    """The window in as few words as a narrow column takes."""
    return SHORT.get(window) or f"from {fact.displays.get('base_date_short', '')}"


def _dated(context: SectionContext, fact: Fact, note: str) -> str:
    """The note, with the day where the figure is not of the brief's own."""
    return ", ".join(part for part in (note, other_day(context, fact)) if part)


def _momentum(context: SectionContext) -> Iterator[KeyFigure]:
    """The subject's RSI, with its state in a word."""
    rsi = context.facts.get("rsi", context.spec.subject, window="14")
    if rsi is not None:
        label = f"RSI, {called(context, context.spec.subject)}"
        note = _dated(context, rsi, str(rsi.detail.get("state", "")))
        yield KeyFigure(label, cited(rsi), None, note)
