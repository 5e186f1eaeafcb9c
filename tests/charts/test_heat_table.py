from __future__ import annotations

from dataclasses import replace

import pytest

from reporter.charts.base import ChartContext
from reporter.display import Shape
from reporter.drawing import display_list
from reporter.model import Facts, Reason, plain
from tests.charts import world
from tests.charts.checks import HOUSE, made, obeys_the_rules, refused, shown, texts

WINDOWS = ["1d", "1m", "ytd", "1y"]


@pytest.fixture(scope="module")
def context() -> ChartContext:
    return world.context(world.market({"^RUT": 0.001, "^GSPC": 0.0, "^IXIC": -0.001}))


def test_every_cell_prints_its_fact(context: ChartContext) -> None:
    chart = made(context, "heat_table", list="all", windows=list(WINDOWS))
    for row in chart.series:
        facts = [context.facts.get("period_return", row.key, window=w) for w in WINDOWS]
        assert row.labels == tuple(fact.display for fact in facts if fact)
        assert row.values["value"] == tuple(fact.value for fact in facts if fact)
        assert set(row.labels) <= shown(chart)
    obeys_the_rules(chart, context)


def test_rows_are_sorted_by_the_main_window(context: ChartContext) -> None:
    chart = made(context, "heat_table", windows=list(WINDOWS), window="1y")
    column = [row.values["value"][3] or 0 for row in chart.series]
    assert column == sorted(column, reverse=True)
    assert plain(chart.title).startswith(f"The {chart.series[0].name} is ")
    assert "over a year" in plain(chart.title)


def test_losses_are_told_by_weight_and_sign_not_by_tint_alone(context: ChartContext) -> None:
    chart = made(context, "heat_table", windows=list(WINDOWS))
    weights = {words.text: words.weight for words in texts(display_list(chart, HOUSE))}
    labels = {label for row in chart.series for label in row.labels}
    falls = {label for label in labels if label.startswith("\u2212")}
    assert falls
    assert {weights[label] for label in falls} == {600}
    assert {weights[label] for label in labels - falls} == {400}


def test_a_move_shown_as_zero_has_no_tint(context: ChartContext) -> None:
    fact = context.facts.get("period_return", "^RUT", window="1d")
    assert fact
    flat = replace(fact, value=-0.0004, display="0.0%")
    chart = made(
        replace(context, facts=Facts((flat,))), "heat_table", subjects=["^RUT"], windows=["1d"]
    )
    fills = [m for m in display_list(chart, HOUSE).marks if isinstance(m, Shape) and m.fill]
    assert fills == []


def test_a_missing_return_is_an_empty_cell(context: ChartContext) -> None:
    facts = Facts(tuple(f for f in context.facts if (f.subject, f.window) != ("^GSPC", "1m")))
    chart = made(replace(context, facts=facts), "heat_table", windows=list(WINDOWS))
    row = next(row for row in chart.series if row.key == "^GSPC")
    assert row.labels[1] == "\N{EN DASH}"
    assert row.values["value"][1] is None


def test_without_returns_there_is_a_gap(context: ChartContext) -> None:
    gap = refused(replace(context, facts=Facts()), "heat_table")
    assert gap.reason is Reason.NO_DATA


def test_total_returns_are_marked() -> None:
    mixed = world.context(world.market({"^RUT": 0.001, "IJH": 0.0}, adjusted=("IJH",)))
    chart = made(mixed, "heat_table", windows=list(WINDOWS))
    assert {row.name for row in chart.series} == {"Russell 2000", "S&P MidCap 400 fund*"}
    assert chart.subtitle.endswith("%. * Total return: dividends included")
    assert "*" not in made(world.context(), "heat_table", windows=list(WINDOWS)).subtitle


def test_windows_are_headed_as_in_every_table(context: ChartContext) -> None:
    facts = [f for f in context.facts.of("period_return") if f.window in {"1m", "ytd"}]
    names = {"1m": "20s", "ytd": "since:2025-12-31"}
    renamed = tuple(replace(f, window=names[str(f.window)]) for f in facts)
    chart = made(replace(context, facts=Facts(renamed)), "heat_table", windows=list(names.values()))
    assert chart.series[0].x == ("20 sessions", "Since 31 December 2025")
    assert chart.options["short_heads"] == ["20S", "31 Dec 2025"]


def test_a_large_set_is_not_counted() -> None:
    many = world.context(world.market({f"S{n}": n / 1e4 for n in range(13)}))
    assert ", the most of all shown; " in plain(made(many, "heat_table").title)
    ranked = made(many, "diverging", metric="period_return")
    assert ", the best of all shown; " in plain(ranked.title)
