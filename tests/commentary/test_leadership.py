"""Who leads, in a set that is named."""

from __future__ import annotations

import pytest

from tests.facts import move, reading, spread, told, words

WATCH = {"sizes": ("^RUT", "IJH", "^GSPC"), "sectors": ("XLB", "XLE", "SMH"), "bonds": ("TLT",)}


def sizes(small: float, mid: float, large: float, **others: float) -> dict[str, str]:
    """The words on a year of these returns."""
    facts = [
        move("^RUT", small), move("IJH", mid, total_return=True), move("^GSPC", large),
        spread(small, large, z=1.5), *(move(s, r, total_return=True) for s, r in others.items()),
    ]  # fmt: skip
    return words("leadership", reading(*facts, watch=WATCH))


def test_the_reference_year() -> None:
    said = sizes(0.07762, 0.0642, 0.01446, XLB=0.0796, SMH=0.1007, XLE=0.0649, TLT=0.3)
    assert said["smaller_gains"] == (
        "The smaller the company, the larger the gain, across three size groups: "
        "the Russell 2000 is up 7.8% since 31 December 2025, mid caps 6.4% with dividends and "
        "large caps (the S&P 500) 1.4%, which leaves small caps 6.4 percentage points ahead of "
        "large caps. Outside that set materials (8.0%) and semiconductors (10.1%), dividends "
        "included, did better still."
    )


def test_bonds_are_another_comparison() -> None:
    assert "Outside" not in sizes(0.07762, 0.0642, 0.01446, TLT=0.3)["smaller_gains"]


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


def test_a_loss_is_told_from_the_worst() -> None:
    said = sizes(-0.16, -0.11, -0.10)["larger_losses"]
    assert said.index("Russell") < said.index("mid caps") < said.index("S&P")
    assert said.endswith("which leaves small caps 6.0 percentage points behind large caps.")


def test_a_gap_within_the_noise_is_no_lead() -> None:
    facts = [move("^RUT", 0.05), move("^GSPC", 0.04), spread(0.05, 0.04, z=0.3)]
    assert told("leadership", reading(*facts, watch=WATCH)) == {}
