from __future__ import annotations

from dataclasses import replace

import pytest

from reporter.charts.base import ChartContext
from reporter.model import Facts, Reason, Unit, plain
from tests.charts import world
from tests.charts.checks import made, obeys_the_rules, refused, shown


@pytest.fixture(scope="module")
def context() -> ChartContext:
    return world.context()


def test_the_last_values_are_the_facts(context: ChartContext) -> None:
    chart = made(context, "bars")
    bars, short, long, strength = chart.series
    expected = {
        "close": (bars.values["close"], bars.label, context.facts.get("level", "^RUT")),
        "50": (short.values["value"], short.label, context.facts.get("sma", "^RUT", window="50")),
        "200": (long.values["value"], long.label, context.facts.get("sma", "^RUT", window="200")),
        "rsi": (
            strength.values["value"],
            strength.label,
            context.facts.get("rsi", "^RUT", window="14"),
        ),
    }
    for values, label, fact in expected.values():
        assert fact
        assert values[-1] == pytest.approx(fact.value, rel=1e-12)
        assert label == fact.display
        assert fact.display in shown(chart)
        assert fact.display in chart.alt
    obeys_the_rules(chart, context)


def test_bars_are_those_of_the_year(context: ChartContext) -> None:
    bars = made(context, "bars").series[0]
    frame = context.data.series["^RUT"].bars.loc["2025-01-15":]
    assert bars.values["high"] == tuple(frame["high"])
    assert bars.x[0] == "2025-01-15"
    assert bars.x[-1] == "2026-01-15"


def test_the_rsi_bounds_are_marked(context: ChartContext) -> None:
    assert {"30", "70", "RSI, 14 days"} <= shown(made(context, "bars"))


@pytest.mark.parametrize(
    ("drift", "side", "state"),
    [(0.02, "above its 50-day and 200-day averages", "is overbought"),
     (-0.02, "below its 50-day and 200-day averages", "is oversold")],
)  # fmt: skip
def test_the_title_follows_the_market(drift: float, side: str, state: str) -> None:
    context = world.context(world.market({"^RUT": drift, "^GSPC": 0.0}))
    title = plain(made(context, "bars").title)
    assert side in title
    assert title.endswith(state)


def test_the_top_of_a_range_is_marked_with_its_date_and_what_undoes_it(
    context: ChartContext,
) -> None:
    last = float(context.data.series["^RUT"].bars["close"].iloc[-1])
    top = world.fact(
        "range_breakout", "^RUT", value=True, unit=Unit.BOOLEAN, display="yes",
        detail={"state": "retaken", "level": last * 0.97},
        displays={"level": "4,531.68", "level_date": "8 November 2021"},
    )  # fmt: skip
    chart = made(replace(context, facts=Facts((*context.facts.all, top))), "bars")
    assert chart.marks[0].label == "4,531.68, record close of 8 November 2021"
    assert chart.marks[0].fact == top.id
    assert "A close back below 4,531.68 would negate the breakout" in chart.subtitle
    assert chart.marks[0].label in shown(chart)
    obeys_the_rules(chart, context)


def test_adjusted_prices_are_refused() -> None:
    context = world.context(world.market(adjusted=("^RUT",)))
    assert refused(context, "bars").reason is Reason.BASIS


def test_a_missing_average_is_a_gap(context: ChartContext) -> None:
    facts = Facts(tuple(fact for fact in context.facts if fact.metric != "sma"))
    assert refused(replace(context, facts=facts), "bars").metric == "sma"
