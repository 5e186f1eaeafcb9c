from __future__ import annotations

from reporter.model import Pair
from tests.sections import scene

PAIR = Pair("^RUT", "^GSPC", ("3m", "1y"))


def test_the_case_against_is_told_in_remarks() -> None:
    against = scene.remark("counter_view", "It went fast.")
    section = scene.section_of("counter_view", scene.context(remarks=(against,)))
    assert section.paragraphs == ((against,),)
    assert section.tables == ()


def test_pairs_carry_both_returns_the_gap_and_the_base_date() -> None:
    context = scene.ordered(scene.context(), pairs=(PAIR,))
    table = scene.section_of("counter_view", context).tables[0]
    first = table.rows[0]
    assert first[0].text == "Russell 2000 against S&P 500"
    assert first[1].text == "15 October 2025 (three months)"
    assert [cell.fact for cell in first[2:]] == [
        "period_return:^RUT:3m", "period_return:^GSPC:3m", "relative_return:^RUT/^GSPC:3m",
    ]  # fmt: skip
    assert [column.unit for column in table.columns[2:]] == ["%", "%", "percentage points"]
    assert "base date is part of the claim" in table.note


def test_one_window_needs_no_warning() -> None:
    context = scene.ordered(scene.context(), pairs=(Pair("^RUT", "^GSPC", ("3m",)),))
    assert scene.section_of("counter_view", context).tables[0].note == ""


def test_a_pair_that_cannot_be_had_is_left_out() -> None:
    context = scene.ordered(scene.context(), pairs=(Pair("^RUT", "^NONE", ("3m",)),))
    assert scene.build("counter_view", context).section is None
