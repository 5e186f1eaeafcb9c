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
        (18.5, "ratio", "18.50", Unit.RATIO),
        (6.4e9, "usd", "+$6.4bn", Unit.USD),
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
    data = market(desk=DeskInputs(figures=(figure(1, "ratio"), figure(2, "ratio"))))
    facts = [f for f in answers(data, "desk_figure", "X") if isinstance(f, Fact)]
    assert [f.display for f in facts] == ["1.00", "2.00"]
    assert len({f.id for f in facts}) == 2


def test_no_figure_or_a_later_one_is_a_gap() -> None:
    later = DeskInputs(figures=(figure(1, "ratio", on=date(2026, 2, 1)),))
    assert gap(market(desk=later), "desk_figure", "X").reason is Reason.NO_INPUT


def test_a_longer_name_does_not_count_as_the_same() -> None:
    """Ids are told apart by whole stems: what only begins alike is another figure."""
    named = [
        DeskFigure(name, "X", 1.0, "ratio", "A House", JANUARY, "")
        for name in ("P/E forward", "P/E", "P/E")
    ]
    data = market(desk=DeskInputs(figures=tuple(named)))
    ids = [f.id for f in answers(data, "desk_figure", "X") if isinstance(f, Fact)]
    stem = "desk_figure:X:a-house-p-e"
    assert ids == [f"{stem}-forward", stem, f"{stem}:2"]
