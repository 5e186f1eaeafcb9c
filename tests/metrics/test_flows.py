"""Flows: as the house states them."""

from __future__ import annotations

from datetime import date

from reporter.model import DeskInputs, Fact, Flow, Reason
from tests.market import answers, fact, gap, market

JANUARY = date(2026, 1, 1)


def flow(segment: str, net: float, period: str = "2025", on: date = JANUARY) -> Flow:
    return Flow(segment, net, "BofA", "clients", period, "stocks and funds", on, "January 2026")


DESK = DeskInputs(
    flows=(flow("Small caps", 6.4e9), flow("Large caps", -45.9e9), flow("Small caps", 1e9, "2024"))
)


def test_every_segment_is_answered_in_its_order() -> None:
    facts = [f for f in answers(market(desk=DESK), "net_flow", "flow:*") if isinstance(f, Fact)]
    assert [(f.id, f.display) for f in facts] == [
        ("net_flow:flow:Small caps", "+$6.4bn"),
        ("net_flow:flow:Large caps", "\u2212$45.9bn"),
        ("net_flow:flow:Small caps:bofa-2024", "+$1.0bn"),
    ]
    assert {f.subject for f in facts} == {"flow:Small caps", "flow:Large caps"}


def test_a_flow_names_its_house_and_period() -> None:
    found = fact(market(desk=DESK), "net_flow", "flow:Large caps")
    assert found.source == "BofA"
    assert found.detail["period"] == "2025"
    assert found.displays["magnitude"] == "$45.9bn"
    assert found.displays["published"] == "January 2026"


def test_no_flow_or_a_later_one_is_a_gap() -> None:
    later = DeskInputs(flows=(flow("Small caps", 1e9, on=date(2026, 2, 1)),))
    assert gap(market(desk=later), "net_flow", "flow:*").reason is Reason.NO_INPUT
    assert gap(market(desk=DESK), "net_flow", "flow:Gold").reason is Reason.NO_INPUT
