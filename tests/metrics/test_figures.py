"""Free figures: in the unit they were given in."""

from __future__ import annotations

from datetime import date

import pytest

from reporter.model import DeskFigure, DeskInputs, Fact, Reason, Unit
from tests.market import answers, fact, gap, market

JANUARY = date(2026, 1, 5)


def figure(value: float, unit: str, on: date = JANUARY) -> DeskFigure:
    return DeskFigure("Forward P/E", "X", value, unit, "A House", on, "5 January 2026", "a note")


@pytest.mark.parametrize(
    ("value", "unit", "shown", "kept"),
    [
        (18.5, "x", "18.5x", Unit.RATIO),
        (18.0, "times", "18x", Unit.RATIO),
        (1234.5, "dollars a share", "1,234.5 dollars a share", Unit.RATIO),
        (0.125, "", "0.125", Unit.RATIO),
        (0.125, "fraction", "12.5%", Unit.FRACTION),
        (4.2, "percent", "4.20%", Unit.PERCENT),
    ],
)
def test_a_figure_keeps_its_unit(value: float, unit: str, shown: str, kept: Unit) -> None:
    data = market(desk=DeskInputs(figures=(figure(value, unit),)))
    found = fact(data, "desk_figure", "X")
    assert (found.display, found.unit, found.value) == (shown, kept, value)
    assert found.id == "desk_figure:X:a-house-forward-p-e"
    assert found.source == "A House"
    assert found.displays["published"] == "5 January 2026"


def test_two_figures_are_two_facts() -> None:
    data = market(desk=DeskInputs(figures=(figure(1, "x"), figure(2, "x"))))
    facts = [f for f in answers(data, "desk_figure", "X") if isinstance(f, Fact)]
    assert [f.display for f in facts] == ["1x", "2x"]
    assert len({f.id for f in facts}) == 2


def test_no_figure_or_a_later_one_is_a_gap() -> None:
    later = DeskInputs(figures=(figure(1, "x", on=date(2026, 2, 1)),))
    assert gap(market(desk=later), "desk_figure", "X").reason is Reason.NO_INPUT
