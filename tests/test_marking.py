from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import marking
from reporter.model import Brief, Cell, ChartMark, Span, Terms, Text, plain
from tests import briefs
from tests.briefs import BY_ID, DOUBT, FACTS, RUT_YTD, doubtful, words

IDS = [fact.id for fact in FACTS]
KNOWN = {RUT_YTD: BY_ID[RUT_YTD]}


def shown(text: Text) -> str:
    return plain(marking.text(text, KNOWN))


def texts(brief: Brief) -> Iterator[Text]:
    """Every text that a page prints."""
    yield from (brief.headline, brief.standfirst, *(chart.title for chart in brief.charts))
    for section in brief.sections:
        yield from (remark.text for run in section.paragraphs for remark in run)
        for table in section.tables:
            yield from (cell.spans for row in table.rows for cell in row)


def test_a_dagger_stands_behind_the_figure() -> None:
    assert shown(words(f"Up {{{RUT_YTD}}} so far.")) == "Up 7.8%\N{DAGGER} so far."


def test_a_figure_said_twice_is_marked_once() -> None:
    text = words(f"Up {{{RUT_YTD}}}, that is {{{RUT_YTD}}}.")
    assert shown(text) == "Up 7.8%\N{DAGGER}, that is 7.8%."


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("31 December 2025", "7.8%"), "31 December 2025|7.8%\N{DAGGER}"),
        (("2,481.91", "31 December 2025"), "2,481.91\N{DAGGER}|31 December 2025"),
        (("climbed", "31 December 2025"), "climbed|31 December 2025\N{DAGGER}"),
        (("led", "climbed"), "led|climbed\N{DAGGER}"),
    ],
)
def test_the_value_goes_before_other_figures_and_these_before_words(
    parts: tuple[str, str], expected: str
) -> None:
    first, second = (Span(part, "fact", RUT_YTD) for part in parts)
    assert shown((first, Span("|"), second)) == expected


def test_a_brief_without_doubts_stays_as_it_is() -> None:
    brief = briefs.rich()
    assert marking.daggers(brief) is brief
    assert marking.doubts(brief) == ()


@given(st.sets(st.sampled_from(IDS)))
def test_every_text_marks_its_doubtful_facts_once_and_no_other(ids: set[str]) -> None:
    brief = doubtful(*ids)
    for before, after in zip(texts(brief), texts(marking.daggers(brief)), strict=True):
        marks = [span for span in after if span.kind == "mark"]
        whole = after if before else ()
        assert {span.fact for span in whole} & ids == {span.fact for span in marks if before}
        assert len({span.fact for span in marks}) == len(marks)
        assert {span.text for span in marks} <= {marking.MARK}
        if before:
            assert tuple(span for span in after if span.kind != "mark") == before


@given(st.sets(st.sampled_from(IDS)))
def test_a_tables_doubtful_figures_are_marked_and_no_other(ids: set[str]) -> None:
    for section in marking.daggers(doubtful(*ids)).sections:
        for table in section.tables:
            for cell in (cell for row in table.rows for cell in row):
                told = plain(cell.spans) or cell.text
                assert told == cell.text + marking.MARK * (cell.fact in ids)


def test_a_cell_of_several_figures_marks_the_doubtful_one() -> None:
    gspc = BY_ID[briefs.GSPC_YTD]
    spans = (Span("7.8%", "fact", RUT_YTD), Span("; "), Span("1.4%", "fact", gspc.id))
    brief = doubtful(gspc.id)
    table = replace(brief.sections[1].tables[0], rows=((Cell(plain(spans), spans=spans),),))
    section = replace(brief.sections[1], tables=(table,))
    marked = marking.daggers(replace(brief, sections=(section,)))
    assert plain(marked.sections[0].tables[0].rows[0][0].spans) == "7.8%; 1.4%\N{DAGGER}"


def test_a_chart_that_draws_a_doubtful_figure_says_so_below() -> None:
    brief = doubtful("level:^RUT")
    mark = ChartMark("level", "2,674.56", 2674.56, fact="level:^RUT")
    charts = (replace(brief.charts[0], marks=(mark,)), *brief.charts[1:])
    first, second, *_ = marking.daggers(replace(brief, charts=charts)).charts
    assert first.source_line.endswith(" \N{DAGGER} Rests on incomplete or doubtful prices.")
    assert second.source_line == charts[1].source_line
    assert marking.doubts(replace(brief, charts=charts, sections=(), key_figures=())) == (DOUBT,)


# --- the explanation ----------------------------------------------------------------------------


def test_doubts_are_told_once_and_only_of_what_is_printed() -> None:
    assert marking.doubts(doubtful(*IDS)) == (DOUBT,)
    assert marking.doubts(doubtful("level:^GSPC", sections=(), key_figures=())) == ()
    assert marking.doubts(doubtful("level:^GSPC")) == (DOUBT,)


def test_very_many_doubts_are_cut() -> None:
    facts = tuple(
        replace(fact, marks=tuple(f"Doubt {n}." for n in range(20))) for fact in FACTS[:1]
    )
    told = marking.doubts(replace(briefs.rich(), facts=(*facts, *FACTS[1:])))
    assert told[:2] == ("Doubt 0.", "Doubt 1.")
    assert len(told) == marking.MOST_TOLD + 1
    assert told[-1] == "And 8 more, which brief.json tells."


# --- charts that are handed on alone ------------------------------------------------------------


def test_a_chart_alone_says_what_its_data_may_be_used_for() -> None:
    lines = [chart.source_line for chart in marking.standing_alone(doubtful())]
    assert all(line.endswith("2026. Data for personal use only.") for line in lines), lines


def test_a_chart_alone_explains_the_dagger_of_its_title() -> None:
    charts = {chart.id: chart for chart in marking.standing_alone(doubtful(RUT_YTD))}
    assert plain(charts["lead"].title).endswith("7.8%\N{DAGGER}")
    assert "\N{DAGGER} Rests on incomplete or doubtful prices." in charts["lead"].source_line
    assert "\N{DAGGER}" not in charts["strength"].source_line


def test_a_chart_that_may_be_passed_on_stays_as_it_is() -> None:
    brief = replace(briefs.rich(), terms=Terms.REDISTRIBUTABLE)
    assert tuple(marking.standing_alone(brief)) == brief.charts
