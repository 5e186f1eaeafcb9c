from __future__ import annotations

from reporter.display import Words
from reporter.drawing import display_list
from tests.charts import world
from tests.charts.checks import HOUSE, made, obeys_the_rules, refused


def test_a_sparkline_has_no_words_and_is_small() -> None:
    context = world.context()
    chart = made(context, "sparkline", id="kf-1", window="3m")
    drawing = display_list(chart, HOUSE)
    assert not any(isinstance(mark, Words) for mark in drawing.marks)
    assert (drawing.width, drawing.height) == (64, 18)
    assert chart.id == "kf-1"
    obeys_the_rules(chart, context)


def test_it_ends_at_the_last_close_and_says_its_change() -> None:
    context = world.context()
    chart = made(context, "sparkline", window="1m")
    fact = context.facts.get("period_return", "^RUT", window="1m")
    assert fact
    assert chart.series[0].values["value"][-1] == context.data.series["^RUT"].bars["close"].iloc[-1]
    assert chart.alt.endswith(f"changed by {fact.display}.")


def test_no_prices_no_sparkline() -> None:
    assert refused(world.context(), "sparkline", subjects=["^NONE"]).subject == "^NONE"
