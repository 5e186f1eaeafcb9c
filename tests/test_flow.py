from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import brands
from reporter.flow import FIRST_PAGE_MORE, PAGE_COST, Piece, emptiness, lines, orders
from reporter.model import Section
from tests import briefs

HOUSE = brands.load("house")

PIECES = st.lists(
    st.builds(
        Piece,
        step=st.floats(5, 400),
        parts=st.integers(1, 60),
        least=st.integers(1, 4),
        lead=st.floats(0, 60),
    ),
    max_size=20,
)


@given(PIECES)
def test_emptiness_is_never_less_than_nothing(pieces: list[Piece]) -> None:
    assert emptiness(pieces, 700.0) >= 0


def test_what_fits_on_one_page_leaves_no_hole() -> None:
    assert emptiness([Piece(300.0), Piece(300.0)], 700.0) == 0


def test_a_picture_that_does_not_fit_leaves_a_hole() -> None:
    first = 700.0 + FIRST_PAGE_MORE
    hole = (first - 500) / 700
    assert emptiness([Piece(500.0), Piece(300.0)], 700.0) == pytest.approx(hole**2 + PAGE_COST)


def test_words_fill_the_hole_before_a_picture() -> None:
    words, picture, opening = Piece(14.0, 15, 3), Piece(300.0), Piece(500.0)
    assert emptiness([opening, words, picture], 700.0) < emptiness([opening, picture, words], 700.0)


def test_the_table_goes_before_the_picture_where_that_fills_the_page() -> None:
    brief = briefs.rich()
    low = Section("leadership", "L", (), ("strength",), (briefs.table("sizes", 18),))
    high = replace(low, name="technicals")
    filled = replace(brief, sections=(replace(brief.sections[0], paragraphs=()), low))
    assert orders(filled, HOUSE)["leadership"] == 0
    assert orders(replace(brief, sections=(high,)), HOUSE)["technicals"] == 1


def test_a_section_without_choice_keeps_its_order() -> None:
    brief = briefs.rich()
    found = orders(brief, brands.load("meridian"))
    assert set(found) == {section.name for section in brief.sections}
    assert found["flows"] == 1


@pytest.mark.parametrize(("text", "count"), [("", 1), ("a" * 10, 1), ("a" * 11, 2)])
def test_lines_are_counted_by_letters(text: str, count: int) -> None:
    assert lines(text, 10) == count


def test_a_brief_of_very_many_sections_is_still_ordered() -> None:
    """Choices multiply from section to section: no more of them are made than are tried."""
    brief = briefs.rich()
    sections = tuple(
        Section(f"part-{n}", "P", (), ("strength",), (briefs.table(f"t{n}", 3),)) for n in range(40)
    )
    found = orders(replace(brief, sections=sections), HOUSE)
    assert set(found) == {section.name for section in sections}
