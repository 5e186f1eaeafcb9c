"""Ticks, words and lines that all kinds share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.charts import _content as content
from reporter.model import Span, plain
from tests.charts import world


def weekdays(first: date, count: int) -> list[str]:
    days = (first + timedelta(days=n) for n in range(count * 2))
    return [day.isoformat() for day in days if day.weekday() < 5][:count]


@given(
    st.floats(-1e5, 1e5, allow_nan=False),
    st.floats(1e-3, 1e5),
    st.integers(min_value=3, max_value=7),
)
def test_ticks_lie_in_their_range_and_are_few(low: float, extent: float, most: int) -> None:
    found = content.y_ticks(low, low + extent, content.say_level, most)
    assert isinstance(found, list)
    places = [pair[0] for pair in found if isinstance(pair, list)]
    assert len(places) <= most + 1
    slack = 1e-6 * max(abs(low), extent)
    assert all(
        isinstance(place, float) and low - slack <= place <= low + extent + slack
        for place in places
    )


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (94.0, 104.0, ["95.0", "97.5", "100.0", "102.5"]),
        (1700.0, 2700.0, ["1,750", "2,000", "2,250", "2,500"]),
        (2400.0, 2680.0, ["2,400", "2,500", "2,600"]),
    ],
)
def test_tick_labels_have_the_decimals_their_step_needs(
    low: float, high: float, labels: list[str]
) -> None:
    found = content.y_ticks(low, high, content.say_level, 4)
    assert isinstance(found, list)
    assert [pair[1] for pair in found if isinstance(pair, list)] == labels


def test_labels_of_fractions() -> None:
    found = content.y_ticks(-0.012, 0.031, content.say_fraction, 4)
    assert found == [[0.0, "0%"], [0.02, "2%"]]


@pytest.mark.parametrize(
    ("count", "labels"),
    [
        (10, ["2 Jan", "5 Jan", "6 Jan", "7 Jan", "8 Jan", "9 Jan", "12 Jan", "13 Jan", "14 Jan",
              "15 Jan"]),
        (40, ["5 Jan", "12 Jan", "19 Jan", "26 Jan", "2 Feb", "9 Feb", "16 Feb", "23 Feb"]),
        (80, ["Feb 2026", "Mar", "Apr"]),
        (300, ["Mar 2026", "May", "Jul", "Sep", "Nov", "Jan 2027"]),
        (900, ["2027", "2028", "2029"]),
    ],
)  # fmt: skip
def test_days_are_written_as_people_write_them(count: int, labels: list[str]) -> None:
    found = content.x_ticks(weekdays(date(2026, 1, 2), count))
    assert isinstance(found, list)
    assert [pair[1] for pair in found if isinstance(pair, list)] == labels


@pytest.mark.parametrize(
    ("count", "words"), [(2, "of the two shown"), (12, "of the twelve shown"), (13, "of all shown")]
)
def test_a_set_is_counted_while_its_number_is_a_word(count: int, words: str) -> None:
    assert content.of_all(count) == words


def test_a_sentence_begins_with_a_capital_but_keeps_a_name() -> None:
    assert plain(content.sentence("the index", " rose")) == "The index rose"
    assert plain(content.sentence(Span("iShares fund", "name"), " rose")) == "iShares fund rose"


@pytest.mark.parametrize("value", [None, 5, "wide", [100, 50]])
def test_a_size_needs_two_numbers(value: object) -> None:
    options = {"size": value}
    expected = (100.0, 50.0) if value == [100, 50] else (1.0, 2.0)
    assert content.size(options, (1.0, 2.0)) == expected  # type: ignore[arg-type]


def test_an_instrument_without_prices_goes_by_the_name_in_the_spec() -> None:
    context = world.context()
    spec = replace(context.spec, names={"GONE": "Gone fund", "^RUT": "unused"})
    named = replace(context, spec=spec)
    assert content.name(named, "GONE") == "Gone fund"
    assert content.prose(named, "GONE").text == "Gone fund"
    assert content.name(named, "^RUT") == "Russell 2000"  # the data already carry its name
