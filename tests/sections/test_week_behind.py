from __future__ import annotations

from dataclasses import replace

from reporter.model import DeskInputs, Event
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


def test_what_came_out_in_the_week_is_told_as_published() -> None:
    context = scene.context()
    day = context.data.as_of
    out = Event("Prices", day, None, "Office", prior="0.1%", consensus="0.2%", actual="0.3%")
    data = replace(context.data, desk=DeskInputs(events=(out, replace(out, name="B", actual=""))))
    section = scene.section_of("week_behind", replace(context, data=data))
    released = section.tables[-1]
    assert released.caption == "Released this week"
    assert [cell.text for cell in released.rows[0]][1:] == ["Prices", "0.1%", "0.2%", "0.3%"]
    assert len(released.rows) == 1
