from __future__ import annotations

from tests.sections import scene


def test_the_week_is_told_of_subject_and_benchmark_where_no_indices_are_watched() -> None:
    section = scene.section_of("week_behind", scene.context())
    assert [row[0] for row in scene.texts(section)] == ["Russell 2000", "S&P 500"]
    assert [column.label for column in section.tables[0].columns] == [
        "", "Close", "1 day", "Week to date",
    ]  # fmt: skip


def test_the_lists_and_windows_can_be_chosen() -> None:
    section = scene.section_of(
        "week_behind", scene.context(), lists=["sectors"], windows=["1d"], title="Five days"
    )
    assert section.title == "Five days"
    assert [row[0] for row in scene.texts(section)] == ["Dow Jones Industrials", "Nasdaq Composite"]


def test_remarks_are_told() -> None:
    told = scene.remark("week_behind", "It rose.")
    section = scene.section_of("week_behind", scene.context(remarks=(told,)))
    assert section.paragraphs == ((told,),)
