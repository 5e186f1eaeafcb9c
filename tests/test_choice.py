"""What sections choose, and that all they show over the windows named is measured or a gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from reporter import choice
from reporter.measure import measure, plan
from reporter.model import BriefSpec, Json, Kind, MarketData, SectionSpec
from reporter.sections.base import Built, SectionContext, sections
from tests.market import market, series, wave

WATCH = {
    "sizes": ("IJH", "^RUT"),
    "sectors": ("XLB", "XLE"),
    "indices": ("^GSPC", "^DJI"),
    "rates": ("^TNX",),
    "scene": ("^VIX", "CL=F"),
}
KINDS = {"^TNX": Kind.YIELD, "^VIX": Kind.VOLATILITY, "CL=F": Kind.COMMODITY}
SYMBOLS = ("^RUT", "^GSPC", "IJH", "XLB", "XLE", "^DJI", *KINDS)
ODD = "37s"


def order(*parts: SectionSpec) -> BriefSpec:
    return BriefSpec("T", "t", ("^RUT",), "^GSPC", parts, watch=WATCH)


@pytest.fixture(scope="module")
def data() -> MarketData:
    given = [
        series(symbol, wave(600, seed=at), kind=KINDS.get(symbol, Kind.INDEX), spread=0.01)
        for at, symbol in enumerate(SYMBOLS)
    ]
    return market(*given)


def built(name: str, options: Mapping[str, Json], data: MarketData) -> Built:
    """A section as the pipeline makes it, from nothing but what its brief asks."""
    spec = order(SectionSpec(name, options))
    return sections.get(name)(SectionContext(spec, data, measure(plan(spec, data), data)), options)


@pytest.mark.parametrize("section", ["cross_asset", "week_behind", "leadership"])
def test_tables_show_a_window_that_no_brief_asks_by_itself(section: str, data: MarketData) -> None:
    made = built(section, {"windows": [ODD]}, data).section
    assert made is not None
    assert made.tables
    for table in made.tables:
        assert table.columns[-1].label == "37 sessions"
        assert all(row[-1].fact and row[-1].fact.endswith(f":{ODD}") for row in table.rows
                   if len(row) > 1)  # fmt: skip


def test_the_heat_table_shows_the_windows_named(data: MarketData) -> None:
    made = built("leadership", {"windows": [ODD, "5y"], "window": ODD}, data)
    heat = next(chart for chart in made.charts if chart.id == "heat-sectors")
    assert all(row.values["value"][0] is not None for row in heat.series)
    assert not any(gap.window == ODD for gap in made.gaps)


def test_a_window_too_long_for_the_history_is_a_gap(data: MarketData) -> None:
    spec = order(SectionSpec("leadership", {"windows": ["5y"]}))
    gaps = measure(plan(spec, data), data).gaps
    assert {(gap.subject, gap.window) for gap in gaps} >= {("XLB", "5y"), ("XLE", "5y")}
    assert "^DJI" not in {gap.subject for gap in gaps}


def test_page_one_shows_the_window_named(data: MarketData) -> None:
    made = built("front", {"window": ODD}, data)
    assert made.section is not None
    assert made.section.charts == ("lead",)
    assert all(figure.change for figure in made.key_figures if "RSI" not in figure.label)
    assert len(made.key_figures) >= 4
    assert not made.gaps


def test_an_instrument_charted_is_measured_though_it_is_no_subject(data: MarketData) -> None:
    made = built("technicals", {"subjects": "^DJI", "window": ODD}, data)
    assert [chart.id for chart in made.charts] == ["bars-dji"]
    assert not made.gaps


@pytest.mark.parametrize(
    ("section", "options", "expected"),
    [
        ("leadership", {}, ["sizes"]),
        ("leadership", {"lists": ["sectors", "rates"]}, ["sectors", "rates"]),
        ("week_behind", {}, ["indices"]),
        ("week_behind", {"lists": "gone"}, []),
        ("cross_asset", {}, list(WATCH)),
        ("targets", {}, []),
    ],
)
def test_lists_are_those_named_or_the_usual(
    section: str, options: Mapping[str, Json], expected: list[str]
) -> None:
    assert list(choice.lists(section, options, order())) == expected


def test_what_leadership_ranks_is_not_shown_again() -> None:
    spec = order(SectionSpec("leadership"), SectionSpec("cross_asset"))
    assert list(choice.lists("cross_asset", {}, spec)) == ["indices", "rates", "scene"]


def test_key_figures_set_the_scene() -> None:
    assert choice.key_figures({}, order(), KINDS.get) == ("^RUT", "^GSPC", "^VIX", "^TNX", "CL=F")
    assert choice.key_figures({"figures": ["IJH"]}, order(), KINDS.get) == ("IJH",)
    plain = replace(order(), watch={"sizes": ("IJH", "^RUT")})
    assert choice.key_figures({}, plain, KINDS.get) == ("^RUT", "^GSPC", "IJH")


def test_the_week_without_indices_is_that_of_subject_and_benchmark() -> None:
    spec = replace(order(), watch={})
    assert choice.shown(SectionSpec("week_behind"), spec, KINDS.get) == ("^RUT", "^GSPC")
