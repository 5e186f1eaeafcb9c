from __future__ import annotations

from dataclasses import replace

import pytest

from reporter import marking, view
from reporter.model import ChartSeries, plain
from tests import briefs


def chart_of(*series: ChartSeries, kind: str = "mountain") -> view.DataTable | None:
    return view.data_table(replace(briefs.line("x", "Title"), series=series, kind=kind))


def test_a_paragraph_is_its_remarks_with_spaces_between() -> None:
    joined = view.joined([briefs.remark("One."), briefs.remark("Two {rsi:^RUT:14}.")])
    assert plain(joined) == "One. Two 71.2."
    assert [span.fact for span in joined if span.fact] == ["rsi:^RUT:14"]


@pytest.mark.parametrize(
    ("value", "display", "tone"),
    [(0.01, "1.0%", "up"), (-0.01, "−1.0%", "down"), (0.0001, "0.0%", ""), (0.0, "0.0%", "")],  # noqa: RUF001
)
def test_tone_follows_what_is_printed(value: float, display: str, tone: str) -> None:
    assert view.tone(briefs.fact("period_return", "^RUT", value, display)) == tone
    assert view.tone(None) == ""


def test_strips_carry_tone_and_sparkline() -> None:
    brief = briefs.rich()
    spark = view.Figure(brief.charts[-1], "x")
    strips = view.strips(brief, {"spark-e": spark})
    assert [strip.tone for strip in strips] == ["up", "up", "down", "", "down"]
    assert [strip.spark for strip in strips] == [None, None, None, None, spark]


def test_a_number_tells_where_it_comes_from() -> None:
    lines = view.provenance(briefs.rich())["relative_return:^RUT/^GSPC:ytd"]
    told = {line[0]: line[1] for line in lines}
    assert told == {
        "Measure": "Relative return",
        "Of": "^RUT against ^GSPC",
        "Window": "year to date",
        "Base": "31 December 2025",
        "As of": "15 January 2026",
        "Source": "sample",
    }


def test_a_number_tells_its_doubts() -> None:
    lines = view.provenance(briefs.doubtful("level:^RUT"))
    assert lines["level:^RUT"][-1] == ["Doubt", briefs.DOUBT]
    assert lines["level:^GSPC"][-1] == ["Source", "sample"]


def test_key_figures_mark_what_is_doubtful() -> None:
    strips = view.strips(briefs.doubtful("level:^RUT", briefs.GSPC_YTD), {})
    told = [(plain(strip.value), plain(strip.change)) for strip in strips]
    assert told[:2] == [("2,674.56\N{DAGGER}", "7.8%"), ("6,944.47", "1.4%\N{DAGGER}")]
    assert told[3] == ("71.2", "")


def test_a_charts_label_has_no_dagger() -> None:
    chart = marking.daggers(briefs.doubtful(briefs.RUT_YTD)).charts[0]
    assert view.Figure(chart, "").title == "Small caps lead with a rise of 7.8%"


def test_only_printed_facts_are_told_of() -> None:
    brief = briefs.rich()
    spare = replace(briefs.FACTS[0], id="level:spare")
    assert "level:spare" not in view.provenance(replace(brief, facts=(*brief.facts, spare)))
    assert "level:^RUT" in view.provenance(brief)


def test_lines_are_tabled_by_day_with_the_charts_own_labels() -> None:
    days = ("2026-01-14", "2026-01-15")
    table = chart_of(
        ChartSeries("a", "A", days, {"value": (1.0, 2.0)}, labels=("1.0%", "2.0%")),
        ChartSeries("b", "B", days[1:], {"value": (3.0,)}),
    )
    assert table == view.DataTable(
        ("", "A", "B"), (("14 Jan 2026", "1.0%", ""), ("15 Jan 2026", "2.0%", "3.00"))
    )


def test_bars_are_tabled_by_part() -> None:
    values = {"open": (1.0,), "close": (None,)}
    table = chart_of(ChartSeries("a", "A", ("2026-01-15",), values, labels=("",)))
    assert table == view.DataTable(("", "A, open", "A, close"), (("15 Jan 2026", "1.00", ""),))


def test_categories_are_tabled_with_a_row_for_each_thing() -> None:
    table = chart_of(
        ChartSeries("a", "A", ("Day", "Year"), {"value": (1.0, 2.0)}, labels=("1%", "2%")),
        ChartSeries("b", "B", ("Day", "Year"), {"value": (3.0, 4.0)}, labels=("3%", "4%")),
    )
    assert table == view.DataTable(("", "Day", "Year"), (("A", "1%", "2%"), ("B", "3%", "4%")))


def test_an_empty_chart_and_a_sparkline_have_no_table() -> None:
    assert chart_of() is None
    assert (
        chart_of(ChartSeries("a", "A", ("2026-01-15",), {"value": (1.0,)}), kind="sparkline")
        is None
    )


def test_plots_give_the_heights_of_charts_over_days() -> None:
    lead, spark = briefs.line("lead", "x", points=3), briefs.spark("a")
    bars = replace(lead, id="bars", series=(ChartSeries("a", "A", ("Small",), {"value": (1.0,)}),))
    found = view.plots([lead, spark, bars])
    assert list(found) == ["lead"]
    assert [one["role"] for one in found["lead"]] == ["subject", "benchmark"]
    assert found["lead"][0]["y"] == list(lead.series[0].values["close"])
