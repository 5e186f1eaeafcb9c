from __future__ import annotations

from dataclasses import replace

from reporter.model import Kind
from tests.sections import scene


def test_leadership_shows_strength_sizes_and_sectors() -> None:
    built = scene.build("leadership", scene.context())
    assert built.section is not None
    assert built.section.charts == ("relative-strength", "heat-sectors")
    assert [table.id for table in built.section.tables] == ["leadership"]


def test_the_table_ranks_by_the_year_and_marks_total_returns() -> None:
    context = scene.context()
    section = scene.section_of("leadership", context)
    returns = [
        float(fact.value)
        for row in section.tables[0].rows
        for cell in row
        if cell.fact and cell.fact.endswith(":ytd")
        for fact in context.facts
        if fact.id == cell.fact
    ]
    assert returns == sorted(returns, reverse=True)
    assert section.tables[0].caption == "Returns, 15 January 2026"
    assert {row[0] for row in scene.texts(section)} == {
        "Russell 2000", "S&P 500", "S&P MidCap 400 fund *",
    }  # fmt: skip
    assert section.tables[0].note.startswith("* Total return, dividends reinvested. Base dates:")
    assert "year to date 31 Dec 2025" in section.tables[0].note
    assert "Source: test." in section.tables[0].note


def test_units_stand_in_the_head_and_not_in_the_cells() -> None:
    section = scene.section_of("leadership", scene.context())
    assert [column.unit for column in section.tables[0].columns[1:]] == ["%"] * 4
    assert not any("%" in text for row in scene.texts(section) for text in row)


def test_options_choose_lists_and_windows() -> None:
    section = scene.section_of(
        "leadership", scene.context(), lists="sectors", heat="sizes", windows=["ytd"]
    )
    assert section.charts[1] == "heat-sizes"
    assert [column.label for column in section.tables[0].columns] == ["", "Year to date"]


def test_without_lists_the_strength_remains() -> None:
    context = scene.ordered(scene.context(), watch={})
    section = scene.section_of("leadership", context)
    assert section.charts == ("relative-strength",)
    assert section.tables == ()


def test_remarks_of_the_section_are_told_a_family_a_paragraph() -> None:
    remarks = (
        scene.remark("leadership", "A.", family="one"),
        scene.remark("technicals", "Not here."),
        scene.remark("leadership", "B.", family="two"),
        scene.remark("leadership", "C.", family="one"),
    )
    section = scene.section_of("leadership", scene.context(remarks=remarks))
    assert section.paragraphs == ((remarks[0], remarks[3]), (remarks[2],))


def test_a_yield_has_no_strength_to_draw_and_lacks_none() -> None:
    context = scene.context()
    data = scene.of_kind(context.data, {"^RUT": Kind.YIELD})
    built = scene.build("leadership", replace(context, data=data))
    assert all(chart.id != "relative-strength" for chart in built.charts)
    assert built.gaps == ()
