from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.typesetting import FEWEST, level, line_count, unparted

COUNTS = st.lists(st.integers(1, 30), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("the S&P 500 since 6 June 2008", "the S&P~500 since 6~June 2008"),
        ("the S&amp;P 500", "the S&amp;P~500"),
        ("Russell 2000, at 2,674.56", "Russell~2000, at 2,674.56"),
        ("It closed at 500 in May 2011", "It closed at 500 in May 2011"),
        ("IWM 265.51", "IWM 265.51"),
    ],
)
def test_names_and_days_stay_together(text: str, kept: str) -> None:
    assert unparted(text) == kept.replace("~", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("text", "width", "count"),
    [
        ("", 5, 1), ("aaaa bbbb", 9, 1), ("aaaa bbbb", 8, 2), ("aaaa bbbb", 4, 2),
        ("aa-bb cc", 5, 2), ("aa-bb cc", 3, 3), ("aaaaaaaaa b", 4, 2),
    ],
)  # fmt: skip
def test_lines_are_filled_greedily(text: str, width: float, count: int) -> None:
    assert line_count(text, width, len) == count


def test_an_indent_takes_room_from_the_first_line_only() -> None:
    assert line_count("aa bb cc", 8, len) == 1
    assert line_count("aa bb cc", 8, len, indent=1) == 2


@given(st.text("ab -", max_size=60), st.integers(1, 30))
def test_a_wider_column_never_takes_more_lines(text: str, width: int) -> None:
    assert line_count(text, width + 1, len) <= line_count(text, width, len)


@pytest.mark.parametrize(
    ("paragraphs", "height"),
    [([], 0), ([1], 1), ([30], 15), ([14, 8, 5, 7, 7], 21), ([9, 10, 3], 11), ([3, 3], 3),
     ([3, 3, 3], 6)],
)  # fmt: skip
def test_columns_are_level(paragraphs: list[int], height: int) -> None:
    assert level(paragraphs, 2) == height


@given(COUNTS)
def test_level_columns_hold_everything_and_are_nearly_even(paragraphs: list[int]) -> None:
    height = level(paragraphs, 2)
    assert 2 * height >= sum(paragraphs)
    assert height <= -(-sum(paragraphs) // 2) + FEWEST


@given(COUNTS)
def test_one_column_is_as_high_as_its_lines(paragraphs: list[int]) -> None:
    assert level(paragraphs, 1) == sum(paragraphs)
