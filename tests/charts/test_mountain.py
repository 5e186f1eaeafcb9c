from __future__ import annotations

from dataclasses import replace

import pytest

from reporter.charts.base import ChartContext
from reporter.display import Shape
from reporter.drawing import display_list
from reporter.model import Facts, Reason, plain
from tests.charts import world
from tests.charts.checks import HOUSE, made, obeys_the_rules, refused, shown

FOUR = {"^RUT": 0.0009, "^GSPC": 0.0003, "IJH": 0.0005, "^IXIC": 0.0004}


@pytest.fixture(scope="module")
def context() -> ChartContext:
    return world.context(world.market(FOUR, adjusted=("IJH",)))


def test_one_subject_is_drawn_by_its_level(context: ChartContext) -> None:
    chart = made(context, "mountain", id="level", window="1y")
    (series,) = chart.series
    level = context.facts.get("level", "^RUT")
    assert level
    assert series.values["value"][-1] == level.value
    assert series.label == level.display
    assert series.x[0] == "2025-01-15"
    assert level.display in shown(chart)
    assert chart.subtitle == "Russell 2000, close, 15 January 2025 to 15 January 2026"
    obeys_the_rules(chart, context)


def test_several_subjects_start_at_zero_and_end_at_their_facts(context: ChartContext) -> None:
    subjects = ["^RUT", "IJH", "^IXIC"]
    chart = made(context, "mountain", subjects=list(subjects), benchmark="^GSPC", window="ytd")
    assert [one.key for one in chart.series] == [*subjects, "^GSPC"]
    for one in chart.series:
        fact = context.facts.get("period_return", one.key, window="ytd")
        assert fact
        assert one.values["value"][0] == 0
        assert one.values["value"][-1] == pytest.approx(fact.value, abs=1e-12)
        assert one.label == fact.display
        assert fact.display in shown(chart)
        assert fact.display in chart.alt
    assert [one.role for one in chart.series] == ["subject", "context", "context", "benchmark"]
    obeys_the_rules(chart, context)


def test_total_returns_are_marked(context: ChartContext) -> None:
    chart = made(context, "mountain", subjects=["^RUT", "IJH"], window="ytd")
    assert [one.name for one in chart.series] == ["Russell 2000", "S&P MidCap 400 fund*"]
    assert chart.subtitle.endswith("* Total return: dividends included")


@pytest.mark.parametrize(
    ("ours", "theirs", "words"),
    [(0.004, -0.001, " ahead of "), (-0.004, 0.001, " behind ")],
)
def test_the_title_says_who_leads(ours: float, theirs: float, words: str) -> None:
    context = world.context(world.market({"^RUT": ours, "^GSPC": theirs}))
    title = plain(made(context, "mountain", benchmark="^GSPC", window="3m").title)
    spread = context.facts.get("relative_return", "^RUT", vs="^GSPC", window="3m")
    assert spread
    assert f"{spread.displays['magnitude']}{words}the S&P 500" in title


def test_equal_returns_are_in_line(context: ChartContext) -> None:
    spread = context.facts.get("relative_return", "^RUT", vs="^GSPC", window="ytd")
    assert spread
    level = replace(spread, display="0.0 percentage points")
    facts = Facts(tuple(level if fact is spread else fact for fact in context.facts))
    chart = made(replace(context, facts=facts), "mountain", benchmark="^GSPC")
    assert ", in line with the S&P 500 at " in plain(chart.title)


def test_a_subject_without_the_fact_is_a_gap(context: ChartContext) -> None:
    gap = refused(context, "mountain", subjects=["^NONE"])
    assert gap.subject == "^NONE"
    assert gap.reason is Reason.NO_DATA


def test_sample_data_say_so() -> None:
    context = world.context(world.market(sample=True))
    assert made(context, "mountain").source_line.endswith("Sample data, not market prices.")


def test_lines_can_be_told_apart_in_grey(context: ChartContext) -> None:
    chart = made(context, "mountain", subjects=list(FOUR), benchmark="^GSPC", window="1y")
    dashes = {
        mark.pen.dash
        for mark in display_list(chart, HOUSE).marks
        if isinstance(mark, Shape)
        and mark.pen
        and mark.stroke
        and mark.stroke.colour == HOUSE.colours["context"]
    }
    assert len(dashes) == 2
    assert () not in dashes
