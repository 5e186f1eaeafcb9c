from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reporter.charts.base import ChartContext
from reporter.model import Facts, Unit, plain
from tests.charts import world
from tests.charts.checks import made, obeys_the_rules, refused, shown


@pytest.fixture(scope="module")
def context() -> ChartContext:
    return world.context()


def test_the_ratio_starts_at_100_and_ends_at_its_change(context: ChartContext) -> None:
    chart = made(context, "relative_strength", window="3m")
    (line,) = chart.series
    fact = context.facts.get("relative_return", "^RUT", vs="^GSPC", window="3m")
    assert fact
    change = fact.detail["ratio_change"]
    assert isinstance(change, float)
    assert line.values["value"][0] == pytest.approx(100)
    assert line.values["value"][-1] == pytest.approx(100 * (1 + change))
    assert line.label == fact.displays["ratio_change"]
    assert line.label in shown(chart)
    obeys_the_rules(chart, context)


def test_the_spread_is_not_reused_for_the_ratio(context: ChartContext) -> None:
    chart = made(context, "relative_strength", window="1y")
    assert "percentage points" not in plain(chart.title) + chart.alt + chart.subtitle


@pytest.mark.parametrize(("drift", "word"), [(0.004, " has gained "), (-0.004, " has lost ")])
def test_the_title_says_the_direction(drift: float, word: str) -> None:
    context = world.context(world.market({"^RUT": drift, "^GSPC": 0.0}))
    assert word in plain(made(context, "relative_strength").title)


def test_a_run_of_lead_is_shaded(context: ChartContext) -> None:
    streak = world.fact(
        "outperformance_streak", "^RUT", 10, Unit.COUNT, "10", vs="^GSPC",
        base=date(2026, 1, 1), detail={"direction": "ahead"},
    )  # fmt: skip
    facts = Facts((*context.facts.all, streak))
    chart = made(replace(context, facts=facts), "relative_strength", window="3m")
    assert chart.marks[0].label == "ahead on 10 sessions running"
    assert chart.marks[0].on == "2026-01-01"
    obeys_the_rules(chart, context)


def test_without_the_benchmark_there_is_a_gap(context: ChartContext) -> None:
    assert refused(context, "relative_strength", benchmark="^NONE").subject == "^RUT"
