"""Targets: what they imply from the last close, with who said so and when."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reporter.model import Basis, DeskInputs, Fact, Gap, MarketData, Reason, Target
from tests.market import answers, gap, market, real_market, series

JANUARY = date(2026, 1, 12)


def target(level: float, symbol: str = "X", house: str = "BofA", on: date = JANUARY) -> Target:
    return Target(symbol, level, house, "An Analyst", on, "week of 12 January 2026", "technical")


def asked(data: MarketData, symbol: str = "X") -> list[Fact]:
    return [a for a in answers(data, "implied_advance", symbol) if isinstance(a, Fact)]


def with_targets(*targets: Target, close: float = 100.0) -> MarketData:
    return market(series("X", [close]), desk=DeskInputs(targets=targets))


def test_the_reference_brief_has_three_targets(real_data: Path) -> None:
    given = real_market(real_data, date(2026, 1, 15))
    levels = (3000.0, 2861.0, 3126.0)
    desk = DeskInputs(targets=tuple(target(level, "^RUT") for level in levels))
    facts = asked(market(given.series["^RUT"], desk=desk), "^RUT")
    assert [f.id for f in facts] == [f"implied_advance:^RUT:bofa-{n}" for n in (2861, 3000, 3126)]
    expected = [level / 2674.560059 - 1 for level in sorted(levels)]
    assert [f.value for f in facts] == pytest.approx(expected, abs=1e-12)
    assert [f.display for f in facts] == ["7.0%", "12.2%", "16.9%"]


def test_factset_printed_the_same_for_its_own_target() -> None:
    """FactSet, July 2025: 6,694.55 from 6,227.42 is 7.5 %."""
    (found,) = asked(with_targets(target(6694.55), close=6227.42))
    assert found.display == "7.5%"
    assert found.displays["target"] == "6,694.55"


def test_a_target_names_its_house_and_day() -> None:
    (found,) = asked(with_targets(target(110.0)))
    assert found.source == found.detail["house"] == "BofA"
    assert found.window is None
    assert found.displays["published"] == "week of 12 January 2026"
    assert found.displays["published_short"] == "12 Jan 2026"
    assert found.displays["target"] == "110"
    assert found.detail["reference_close"] == 100.0


def test_equal_targets_are_told_apart() -> None:
    facts = asked(with_targets(target(110.0), target(110.0), target(110.0, house="")))
    ids = [f.id for f in facts]
    assert ids == [
        "implied_advance:X:bofa-110",
        "implied_advance:X:bofa-110:2",
        "implied_advance:X:editor-110",
    ]


def test_a_target_published_later_does_not_exist() -> None:
    data = with_targets(target(110.0, on=date(2026, 1, 16)))
    assert gap(data, "implied_advance", "X").reason is Reason.NO_INPUT


def test_targets_need_quoted_prices() -> None:
    adjusted = series("X", [1.0], basis=Basis.ADJUSTED)
    data = market(adjusted, desk=DeskInputs(targets=(target(2.0),)))
    (found,) = answers(data, "implied_advance", "X")
    assert isinstance(found, Gap)
    assert found.reason is Reason.BASIS
