from __future__ import annotations

from dataclasses import replace

import pytest

from reporter.charts.base import ChartContext
from reporter.model import DeskInputs, Facts, Reason, Unit, plain
from tests.charts import world
from tests.charts.checks import made, obeys_the_rules, refused, shown


@pytest.fixture(scope="module")
def context() -> ChartContext:
    return world.context()


def with_targets(context: ChartContext, *steps: float) -> ChartContext:
    series = context.data.series["^RUT"]
    desk = world.targets(series, steps)
    others = tuple(fact for fact in context.facts if fact.metric != "implied_advance")
    facts = Facts((*others, *world.advances(series, desk)))
    return replace(context, facts=facts, data=replace(context.data, desk=desk))


def test_every_target_is_a_level_with_its_advance_and_house(context: ChartContext) -> None:
    chart = made(context, "ladder")
    facts = context.facts.of("implied_advance", "^RUT")
    assert [mark.fact for mark in chart.marks] == [fact.id for fact in facts]
    for mark, fact in zip(chart.marks, facts, strict=True):
        assert mark.value == fact.detail["target"]
        assert fact.displays["target"] in shown(chart)
        assert fact.display in mark.label
        assert "BofA" in mark.label
    assert "published week of 12 January 2026" in chart.subtitle
    obeys_the_rules(chart, context)


def test_the_path_ends_at_the_last_close(context: ChartContext) -> None:
    chart = made(context, "ladder", sessions=60)
    level = context.facts.get("level", "^RUT")
    assert level
    assert len(chart.series[0].x) == 60
    assert chart.series[0].values["value"][-1] == level.value
    assert level.display in shown(chart)


@pytest.mark.parametrize(
    ("steps", "ending"),
    [
        ((0.07, 0.122, 0.169), "7.0% to 16.9% above the last close"),
        ((-0.2, -0.05), "5.0% to 20.0% below the last close"),
        ((-0.1, 0.1), "10.0% below the last close to 10.0% above the last close"),
        ((0.1,), " is 10.0% above the last close"),
        ((-0.1,), " is 10.0% below the last close"),
    ],
)
def test_the_title_says_where_targets_lie(
    context: ChartContext, steps: tuple[float, ...], ending: str
) -> None:
    other = with_targets(context, *steps)
    chart = made(other, "ladder")
    assert plain(chart.title).endswith(ending)
    obeys_the_rules(chart, other)


def test_what_would_undo_the_breakout_is_on_the_ladder(context: ChartContext) -> None:
    last = float(context.data.series["^RUT"].bars["close"].iloc[-1])
    top = world.fact(
        "range_breakout", "^RUT", value=True, unit=Unit.BOOLEAN, display="yes",
        detail={"state": "above", "level": last * 0.9}, displays={"level": "4,204.66"},
    )  # fmt: skip
    chart = made(replace(context, facts=Facts((*context.facts.all, top))), "ladder")
    assert {"4,204.66", "below it, breakout undone"} <= shown(chart)


def test_without_targets_there_is_a_gap(context: ChartContext) -> None:
    bare = replace(
        context,
        facts=Facts(tuple(f for f in context.facts if f.metric != "implied_advance")),
        data=replace(context.data, desk=DeskInputs()),
    )
    assert refused(bare, "ladder").reason is Reason.NO_DATA
