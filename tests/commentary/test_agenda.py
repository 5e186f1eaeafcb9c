"""What the desk marks as important among the events ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reporter.agenda import Due
from reporter.model import Event
from tests.facts import reading, told, words


def due(day: int, name: str = "Consumer prices", importance: str = "high") -> Due:
    on = date(2026, 1, day)
    return Due(Event(name, on, None, "Office", "US", importance=importance), on, None)


@pytest.mark.parametrize(
    ("ahead", "key", "sentence"),
    [
        ((due(20),), "one", "The date to watch is Tuesday 20 January: Consumer prices (US)."),
        (
            (due(20), due(21, "Rates"), due(22, "Third")),
            "two",
            (
                "The dates to watch are Tuesday 20 January, for Consumer prices (US), and "
                "Wednesday 21 January, for Rates (US)."
            ),
        ),
        (
            (due(20), due(20, "Rates")),
            "two_together",
            "The date to watch is Tuesday 20 January: Consumer prices (US) and Rates (US).",
        ),
    ],
)
def test_one_or_two_are_named_with_their_day(
    ahead: tuple[Due, ...], key: str, sentence: str
) -> None:
    made = words("agenda", replace(reading(), ahead=ahead))
    assert made == {key: sentence}


def test_what_the_desk_does_not_mark_is_not_judged() -> None:
    plain = (due(20, importance=""), due(21, importance="medium"))
    assert told("agenda", replace(reading(), ahead=plain)) == {}


def test_it_belongs_to_the_week_ahead_and_its_digits_are_the_calendar_s() -> None:
    made = told("agenda", replace(reading(), ahead=(due(20, "Payrolls 2026"),)))["one"]
    assert (made.section, made.tone, made.facts) == ("week_ahead", 0, ())
    assert [span.kind for span in made.text if "2026" in span.text] == ["quote"]
