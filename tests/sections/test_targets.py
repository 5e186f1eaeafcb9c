from __future__ import annotations

from tests.sections import scene


def test_targets_are_told_with_house_date_and_what_they_imply() -> None:
    section = scene.section_of("targets", scene.context())
    assert section.charts == ("targets",)
    rows = scene.texts(section)
    assert len(rows) == 3
    assert rows[0][0] == "BofA, A. Analyst"
    assert rows[0][2:] == ["7.0", "technical, base", "week of 12 January 2026"]
    assert section.tables[0].columns[2].unit == "%"
    assert section.tables[0].caption.endswith("15 January 2026")


def test_no_published_targets_no_section() -> None:
    assert scene.build("targets", scene.without(scene.context(), "implied_advance")).section is None


def test_several_subjects_are_told_apart() -> None:
    context = scene.ordered(scene.context(), subjects=("^RUT", "^GSPC"))
    section = scene.section_of("targets", context)
    assert scene.texts(section)[0][0] == "Russell 2000: BofA, A. Analyst"
