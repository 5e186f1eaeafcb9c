"""Who leads, in a set that is named."""

from __future__ import annotations

from datetime import date

import pytest

from reporter.model import Unit
from tests.facts import fact, move, reading, spread, told, words, year

WATCH = {"sizes": ("^RUT", "IJH", "^GSPC"), "sectors": ("XLB", "XLE", "SMH"), "bonds": ("TLT",)}


def sizes(small: float, mid: float, large: float, **others: float) -> dict[str, str]:
    """The words on a year of these returns."""
    facts = [
        move("^RUT", small), move("IJH", mid, total_return=True), move("^GSPC", large),
        spread(small, large, z=1.5),
        fact("advancers", "list:sectors", 2, Unit.COUNT, window="ytd", of=3),
        *(move(s, r, total_return=True) for s, r in others.items()),
    ]  # fmt: skip
    return words("leadership", reading(*facts, watch=WATCH))


def test_the_reference_year() -> None:
    said = sizes(0.07762, 0.0642, 0.01446, XLB=0.0796, SMH=0.1007, XLE=0.0649, TLT=0.3)
    assert said["smaller_gains"] == (
        "The smaller the company, the larger the gain, across three size groups: "
        "the Russell 2000 is up 7.8% since 31 December 2025, mid caps 6.4% with dividends and "
        "large caps (the S&P 500) 1.4%, which leaves small caps 6.4 percentage points ahead of "
        "large caps. Among the 3 sector funds materials (8.0%) and semiconductors (10.1%), "
        "dividends included, did better still."
    )


def test_bonds_are_another_comparison() -> None:
    assert "better still" not in sizes(0.07762, 0.0642, 0.01446, TLT=0.3)["smaller_gains"]


@pytest.mark.parametrize(
    ("small", "mid", "large", "key"),
    [
        (-0.16, -0.11, -0.10, "larger_losses"),
        (-0.10, -0.11, -0.16, "smaller_losses"),
        (0.014, 0.04, 0.068, "larger_gains"),
        (-0.07, -0.03, 0.07, "larger_better"),
        (0.07, 0.03, -0.01, "smaller_better"),
        (-0.4, -0.41, -0.31, "middle"),
        (0.08, 0.01, 0.02, "first"),
        (0.01, 0.08, 0.02, "last"),
    ],
)
def test_the_order_chooses_the_words(small: float, mid: float, large: float, key: str) -> None:
    assert list(sizes(small, mid, large)) == [key]


def test_no_order_that_dividends_may_have_made() -> None:
    """24 December 2018: mid caps, with dividends, fell 1.2 points less than small caps without."""
    facts = [
        move("^RUT", -0.175, base=date(2025, 1, 15)), move("^GSPC", -0.121), spread(-0.175, -0.121),
        move("IJH", -0.163, total_return=True, base=date(2025, 1, 15)),
    ]  # fmt: skip
    said = words("leadership", reading(*facts, watch=WATCH))
    assert list(said) == ["mixed"]
    assert said["mixed"].startswith("Across three size groups the S&P 500 is down 12.1%")


def test_figures_of_both_kinds_are_told_apart() -> None:
    facts = [
        *year(0.05, 0.01, z=2.0), move("IJH", 0.03, total_return=True), move("XLE", 0.06),
        move("XLB", 0.07, total_return=True),
    ]  # fmt: skip
    said = words("leadership", reading(*facts, watch=WATCH))["smaller_gains"]
    assert said.endswith("energy (6.0%) and materials (7.0% with dividends) did better still.")


def test_a_loss_is_told_from_the_worst() -> None:
    said = sizes(-0.16, -0.11, -0.10)["larger_losses"]
    assert said.index("Russell") < said.index("mid caps") < said.index("S&P")
    assert said.endswith("which leaves small caps 6.0 percentage points behind large caps.")


def test_a_gap_within_the_noise_is_no_lead() -> None:
    facts = [move("^RUT", 0.05), move("^GSPC", 0.04), spread(0.05, 0.04, z=0.3)]
    assert told("leadership", reading(*facts, watch=WATCH)) == {}
