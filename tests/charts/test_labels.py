"""Labels never stand on each other, and leave their lines no further than they must."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.charts._labels import spread
from reporter.charts._panel import lightness


@given(st.lists(st.floats(0, 200), min_size=1, max_size=6), st.floats(1, 30))
def test_labels_are_apart_and_in_order(wanted: list[float], gap: float) -> None:
    places = spread(sorted(wanted), gap, 0, 200)
    assert all(upper - lower >= gap - 1e-9 for lower, upper in pairwise(places))
    assert places[0] >= 0
    assert places[-1] <= 200


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=5))
def test_labels_that_have_room_stay(wanted: list[float]) -> None:
    ordered = sorted(wanted)
    if all(upper - lower >= 10 for lower, upper in pairwise(ordered)):
        assert spread(ordered, 10, 0, 1000) == pytest.approx(ordered)


def test_two_that_collide_share_the_way() -> None:
    assert spread([50.0, 52.0], 10, 0, 100) == [46.0, 56.0]


@pytest.mark.parametrize(
    ("colour", "light"), [("#000000", 0), ("#ffffff", 100), ("#777777", 50), ("#030303", 0.8)]
)
def test_lightness_is_cie(colour: str, light: float) -> None:
    assert lightness(colour) == pytest.approx(light, abs=0.3)
