"""What all families share: how a reading is asked, and what a finding is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.commentary.base import (
    Note,
    moved,
    newsworthy,
    number_of,
    remark,
    sign,
    spread_size,
    text_of,
)
from reporter.errors import ContentError
from reporter.model import plain
from reporter.phrasing import words
from tests.facts import RUT, fact, level, move, reading, spread, year

if TYPE_CHECKING:
    from reporter.model import Fact


def test_a_reading_finds_facts_by_what_they_state() -> None:
    own, other, gap = year(0.07, 0.01)
    made = reading(own, other, gap)
    assert made.move("ytd") is own
    assert made.move("ytd", "^GSPC") is other
    assert made.of("relative_return", "ytd", vs=True) is gap
    assert made.bench("level") is None
    assert [i.symbol for i, _ in made.moves(("^RUT", "^GSPC", "XLB"), "ytd")] == ["^RUT", "^GSPC"]


def test_a_remark_carries_its_pattern_and_its_facts() -> None:
    last = level("^RUT", 900.0, week52_low=800.0, week52_high=1000.0)
    made = remark("extremes.upper_half", {"s": RUT, "lv": last}, Note("x", 1, 7.0), words("And."))
    assert (made.pattern, made.family, made.tone) == ("extremes.upper_half", "extremes", 1)
    assert made.importance == 1.0
    assert made.facts == (last.id,)
    assert plain(made.text).endswith(" And.")


def test_further_sentences_pass_the_same_gate() -> None:
    last = level("^RUT", 900.0, week52_low=800.0, week52_high=1000.0)
    with pytest.raises(ContentError, match="cause"):
        remark("extremes.upper_half", {"s": RUT, "lv": last}, Note("x", 1, 1), words("Because."))


@pytest.mark.parametrize(
    ("one", "way"), [(move("^RUT", 0.01), 1), (move("^RUT", -0.01), -1), (move("^RUT", 0.0), 0)]
)
def test_signs(one: Fact, way: int) -> None:
    assert sign(one) == way
    assert moved(one) is (way != 0)


def test_details() -> None:
    one = fact("rsi", "^RUT", 50.0, state="neutral", previous=49.0, odd=True)
    assert (text_of(one, "state"), text_of(one, "none")) == ("neutral", "")
    assert (number_of(one, "previous"), number_of(one, "odd")) == (49.0, None)
    assert spread_size(spread(0.1, 0.2, z=-1.5)) == 1.5
    assert not moved(None)


@given(st.floats(-9, 9), st.floats(0, 1), st.floats(0, 1))
def test_a_finding_is_worth_between_nothing_and_all(z: float, rarity: float, new: float) -> None:
    worth = newsworthy(z=z, rarity=rarity, novelty=new)
    assert 0 <= worth <= 1
    assert worth <= newsworthy(z=z * 2, rarity=rarity, novelty=new)
