"""Client flows, attributed, with the interpretation labelled."""

from __future__ import annotations

from datetime import date

from reporter.model import Fact, Unit
from tests.facts import fact, reading, spread, told, words

BASE = date(2025, 1, 15)


def flow(segment: str, usd: float, house: str = "BofA") -> Fact:
    """A house's clients' net purchases."""
    return fact(
        "net_flow", f"flow:{segment}", usd, Unit.USD, segment=segment, house=house, who="clients",
        period="2025", basis="single stocks and ETFs" if usd > 0 else "",
        published=date(2026, 1, 1),
    )  # fmt: skip


SMALL, MID, LARGE = flow("Small caps", 6.4e9), flow("Mid caps", -5.7e9), flow("Large caps", -45.9e9)


def test_the_reference_flows() -> None:
    said = words("flows", reading(SMALL, MID, LARGE, spread(0.182, 0.167, "1y", base=BASE)))
    assert said["rotation_with"] == (
        "In 2025 BofA\N{RIGHT SINGLE QUOTATION MARK}s clients bought a net $6.4bn of small caps "
        "(single stocks and ETFs) and sold $5.7bn of mid caps and $45.9bn of large caps; we read "
        "that as a rotation, and prices lean the same way: 18.2% for the Russell 2000 since "
        "15 January 2025 and 16.7% for the S&P 500."
    )
    assert "\N{MINUS SIGN}$45.9bn in large caps" in said["further"]


def test_prices_that_lean_the_other_way() -> None:
    said = words("flows", reading(SMALL, MID, spread(0.1, 0.2, "1y", base=BASE)))
    assert "but prices lean the other way" in said["rotation_against"]


def test_buying_alone_is_no_rotation() -> None:
    said = told("flows", reading(SMALL, spread(0.1, 0.05, "1y", base=BASE)))
    assert list(said) == ["plain_with"]


def test_flows_of_other_segments_and_other_houses() -> None:
    year = spread(0.1, 0.05, "1y", base=BASE)
    assert words("flows", reading(LARGE, year)) == {}
    said = words("flows", reading(SMALL, flow("Mid caps", -1e9, "Acme"), year))
    assert all("$1.0bn" not in one for one in said.values())


def test_no_flows_no_word() -> None:
    assert words("flows", reading(spread(0.1, 0.05, "1y", base=BASE))) == {}
