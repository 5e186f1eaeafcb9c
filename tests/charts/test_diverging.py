from __future__ import annotations

from dataclasses import replace

import pytest

from reporter.charts.base import ChartContext
from reporter.display import Shape
from reporter.drawing import display_list
from reporter.model import Facts, Reason, plain
from tests.charts import world
from tests.charts.checks import HOUSE, made, obeys_the_rules, refused, shown


@pytest.fixture(scope="module")
def context() -> ChartContext:
    return world.context(world.market({"^RUT": 0.001, "^GSPC": 0.0, "IJH": -0.001}))


def test_flows_name_the_house_and_print_the_facts(context: ChartContext) -> None:
    chart = made(context, "diverging")
    (rows,) = chart.series
    facts = context.facts.of("net_flow")
    assert rows.x == ("Small caps", "Mid caps", "Large caps")
    assert rows.values["value"] == tuple(fact.value for fact in facts)
    assert {"+$6.4bn", "\u2212$5.7bn", "\u2212$45.9bn"} <= shown(chart)
    assert plain(chart.title) == (
        "BofA\u2019s clients bought a net $6.4bn of small caps and sold $45.9bn of large caps "
        "in 2025"
    )
    assert chart.source_line.startswith("Source: BofA, published January 2026;")
    obeys_the_rules(chart, context)


def test_flows_of_one_sign_are_said_otherwise(context: ChartContext) -> None:
    desk = world.flows((("Small caps", -6.4e9), ("Large caps", -45.9e9)))
    facts = Facts(tuple(world.flow_facts(desk)))
    chart = made(replace(context, facts=facts), "diverging")
    assert "were net sellers of all two, most of all large caps" in plain(chart.title)


def test_bars_start_at_zero(context: ChartContext) -> None:
    drawing = display_list(made(context, "diverging"), HOUSE)
    colours = (HOUSE.colours["up"], HOUSE.colours["down"])
    bars = [
        [number for _, numbers in mark.path for number in numbers[::2]]
        for mark in drawing.marks
        if isinstance(mark, Shape) and mark.fill and mark.fill.colour in colours
    ]
    zero = min(bars[0])
    assert len(bars) == 3
    assert [max(xs) for xs in bars[1:]] == [zero, zero]


def test_gains_and_losses_differ_without_colour(context: ChartContext) -> None:
    drawing = display_list(made(context, "diverging"), HOUSE)
    fills = {
        mark.fill.colour: mark.fill.alpha
        for mark in drawing.marks
        if isinstance(mark, Shape) and mark.fill
    }
    assert fills[HOUSE.colours["up"]] == 1
    assert fills[HOUSE.colours["down"]] < 0.5


def test_returns_are_sorted_and_name_their_set(context: ChartContext) -> None:
    chart = made(context, "diverging", metric="period_return", list="all", window="1y")
    values = [value or 0 for value in chart.series[0].values["value"]]
    assert values == sorted(values, reverse=True)
    assert "of the three shown" in plain(chart.title)
    obeys_the_rules(chart, context)


def test_without_flows_there_is_a_gap(context: ChartContext) -> None:
    gap = refused(replace(context, facts=Facts()), "diverging")
    assert gap.reason is Reason.NO_INPUT


def test_segments_keep_the_capitals_that_are_theirs(context: ChartContext) -> None:
    desk = world.flows((("US equities", 6.4e9), ("Large caps", -45.9e9)))
    facts = Facts(tuple(world.flow_facts(desk)))
    title = plain(made(replace(context, facts=facts), "diverging").title)
    assert "$6.4bn of US equities and sold $45.9bn of large caps" in title


def test_many_segments_are_not_counted(context: ChartContext) -> None:
    desk = world.flows(tuple((f"Segment {chr(65 + n)}", 1e9 * (n + 1)) for n in range(13)))
    facts = Facts(tuple(world.flow_facts(desk)))
    title = plain(made(replace(context, facts=facts), "diverging").title)
    assert "were net buyers of all shown, most of all segment M" in title


def test_ranked_total_returns_are_marked() -> None:
    mixed = world.context(world.market({"^RUT": 0.001, "IJH": 0.0}, adjusted=("IJH",)))
    chart = made(mixed, "diverging", metric="period_return", window="ytd")
    assert set(chart.series[0].x) == {"Russell 2000", "S&P MidCap 400 fund*"}
    assert chart.subtitle.endswith("* Total return: dividends included")
