from __future__ import annotations

from dataclasses import replace

from reporter.model import Kind
from reporter.sections.front import key_figures
from tests.charts import world
from tests.sections import scene


def test_the_front_holds_the_lead_chart_and_the_argument() -> None:
    argument = ((scene.remark("", "One."),), (scene.remark("", "Two."),))
    section = scene.section_of("front", scene.context(argument=argument))
    assert section.paragraphs == argument
    assert section.charts == ("lead",)
    assert section.title == "The argument"


def test_the_lead_chart_holds_subject_against_benchmark() -> None:
    built = scene.build("front", scene.context())
    assert {figure.chart for figure in built.key_figures} <= {c.id for c in built.charts} | {""}
    chart = built.charts[0]
    assert [one.key for one in chart.series] == ["^RUT", "^GSPC"]
    assert chart.size[0] == 468


def test_options_choose_title_window_and_chart() -> None:
    built = scene.build(
        "front", scene.context(), title="In short", chart="relative_strength", window="3m"
    )
    assert built.section is not None
    assert built.section.title == "In short"
    assert built.charts[0].kind == "relative_strength"


def test_key_figures_begin_with_subject_momentum_and_benchmark() -> None:
    figures, drawn = key_figures(scene.context())
    assert [figure.label for figure in figures][:3] == [
        "Russell 2000", "RSI, Russell 2000", "S&P 500",
    ]  # fmt: skip
    assert 4 <= len(figures) <= 6
    assert {figure.chart for figure in figures if figure.chart} == {c.id for c in drawn.charts}
    assert figures[0].value.fact == "level:^RUT"
    assert figures[0].change is not None
    assert figures[0].change.fact == "period_return:^RUT:ytd"
    assert figures[0].note == "this year"


def test_volatility_and_yields_set_the_scene() -> None:
    plain = scene.context()
    data = scene.of_kind(plain.data, {"^DJI": Kind.VOLATILITY, "^IXIC": Kind.YIELD})
    change = scene.context().facts.get("period_return", "^IXIC", window="ytd")
    assert change is not None
    moved = replace(change, id="y", metric="yield_change", display="+2 basis points")
    figures, _ = key_figures(scene.adding(replace(plain, data=data), moved))
    assert [figure.label for figure in figures][3:] == ["Dow Jones Industrials", "Nasdaq Composite"]
    assert figures[-1].change is not None
    assert figures[-1].change.text == "+2 basis points"


def test_figures_can_be_chosen() -> None:
    figures, _ = key_figures(scene.context(), {"figures": ["^DJI", "IJH"], "window": "1y"})
    assert [figure.label for figure in figures] == ["Dow Jones Industrials", "S&P MidCap 400 fund"]
    assert figures[0].note.startswith("from ")


def test_a_series_without_level_shows_its_return() -> None:
    figures, _ = key_figures(scene.without(scene.context(), "level"))
    assert figures[0].value.fact == "period_return:^RUT:ytd"
    assert figures[0].change is None


def test_a_level_whose_change_is_not_known_names_no_window() -> None:
    figures, _ = key_figures(scene.without(scene.context(), "period_return"))
    assert figures[0].value.fact == "level:^RUT"
    assert (figures[0].change, figures[0].note) == (None, "")


def test_what_is_not_known_is_no_figure() -> None:
    figures, drawn = key_figures(scene.without(scene.context(), "level", "period_return", "rsi"))
    assert figures == ()
    assert drawn.charts == ()


def test_without_prices_the_front_is_words_alone() -> None:
    bare = world.context(world.market({"^RUT": 0.001, "^GSPC": 0.0}))
    told = ((scene.remark("", "Only words."),),)
    context = scene.context(argument=told, data=bare.data)
    built = scene.build("front", scene.without(context, "period_return"))
    assert built.section is not None
    assert built.section.charts == ()
    assert built.gaps
