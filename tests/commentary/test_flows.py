"""Client flows, attributed, with the interpretation labelled."""

from __future__ import annotations

from datetime import date

from reporter.model import Fact, Unit
from tests.facts import fact, reading, spread, told, words


def flow(segment: str, usd: float, house: str = "BofA") -> Fact:
    """A house's clients' net purchases."""
    return fact(
        "net_flow", f"flow:{segment}", usd, Unit.USD, segment=segment, house=house, who="clients",
        period="2025", basis="single stocks and ETFs" if usd > 0 else "",
        published=date(2026, 1, 1),
    )  # fmt: skip


SMALL, MID, LARGE = flow("Small caps", 6.4e9), flow("Mid caps", -5.7e9), flow("Large caps", -45.9e9)


def test_the_reference_flows() -> None:
    said = words("flows", reading(SMALL, MID, LARGE, spread(0.078, 0.014)))
    assert said["rotation_with"] == (
        "In 2025 BofA\N{RIGHT SINGLE QUOTATION MARK}s clients bought a net $6.4bn of small caps "
        "(single stocks and ETFs) and sold $5.7bn of mid caps and $45.9bn of large caps; we read "
        "that as a rotation, which prices have followed since 31 December 2025, "
        "with 7.8% against 1.4%."
    )
    assert "\N{MINUS SIGN}$45.9bn in large caps" in said["further"]


def test_prices_that_have_not_followed() -> None:
    said = words("flows", reading(SMALL, MID, spread(0.1, 0.2)))["rotation_against"]
    assert said.endswith("have not followed since 31 December 2025, with 10.0% against 20.0%.")


def test_buying_alone_is_no_rotation() -> None:
    said = told("flows", reading(SMALL, spread(0.1, 0.05)))
    assert list(said) == ["plain_with"]


def test_flows_of_other_segments_and_other_houses() -> None:
    year = spread(0.1, 0.05)
    assert words("flows", reading(LARGE, year)) == {}
    said = words("flows", reading(SMALL, flow("Mid caps", -1e9, "Acme"), year))
    assert all("$1.0bn" not in one for one in said.values())


def test_a_year_of_prices_that_only_overlaps_the_flows_is_not_held_against_them() -> None:
    past = spread(0.182, 0.167, "1y", base=date(2025, 1, 15))
    assert words("flows", reading(SMALL, MID, past)) == {}


def test_no_flows_no_word() -> None:
    assert words("flows", reading(spread(0.1, 0.05))) == {}
