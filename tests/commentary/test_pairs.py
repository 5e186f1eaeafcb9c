"""Pairs, their base day, and the opinions beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from reporter.model import DeskInputs, DeskView, Fact, Pair
from tests.facts import fact, level, move, reading, told, words

BASE = date(2025, 10, 15)
LATER = date(2025, 10, 16)
MINUS = "\N{MINUS SIGN}"
PAIR = (Pair("IWM", "QQQ", ("3m",)),)


def compared(one: float, two: float, window: str = "3m", **detail: Any) -> list[Fact]:
    """Both returns of the pair and their spread."""
    gap = fact(
        "relative_return", "IWM", one - two, vs="QQQ", window=window, base=BASE,
        subject_return=one, benchmark_return=two, **detail,
    )  # fmt: skip
    return [move("IWM", one, window, base=BASE), move("QQQ", two, window, base=BASE), gap]


@pytest.mark.parametrize(
    ("one", "two", "key", "tone"),
    [
        (0.06, 0.03, "ahead_up", 1),
        (0.03, 0.06, "behind_up", -1),
        (-0.03, -0.06, "ahead_down", 1),
        (-0.06, -0.03, "behind_down", -1),
        (0.03, -0.06, "apart", 1),
    ],
)
def test_the_state_chooses_the_words(one: float, two: float, key: str, tone: int) -> None:
    said = told("pairs", reading(*compared(one, two), pairs=PAIR))
    assert said[key].tone == tone
    assert "15 October 2025" in words("pairs", reading(*compared(one, two), pairs=PAIR))[key]


def sensitive() -> list[Fact]:
    """The reference pair, whose gap hangs on the base day."""
    facts = compared(
        0.0606, 0.0325, base_sensitive=True, base_later={"date": "2025-10-16", "value": 0.0471},
        base_earlier={"date": "2025-10-14", "value": 0.03},
    )  # fmt: skip
    shown = {
        "base_later": "4.7 percentage points",
        "base_later_date": "16 October 2025",
        "base_later_subject_return": "8.3%",
        "base_later_benchmark_return": "3.6%",
    }
    gap = facts[2]
    object.__setattr__(gap, "displays", {**gap.displays, **shown})
    return facts


def test_a_base_that_matters_is_part_of_the_claim() -> None:
    said = words("pairs", reading(*sensitive(), pairs=PAIR))["sensitive_later_ahead"]
    assert said == (
        "How far IWM is ahead of QQQ depends on the starting day: 8.3% against 3.6% since "
        "16 October 2025, but 6.1% against 3.3% since 15 October 2025, a lead of 4.7 or "
        "2.8 percentage points."
    )


def around(one: float, two: float, later: float) -> list[Fact]:
    """A pair whose spread is another one from the next day on."""
    facts = compared(
        one, two, base_sensitive=True, base_later={"date": "2025-10-16", "value": later}
    )
    shown = {
        "base_later": f"{MINUS if later < 0 else ''}{abs(later) * 100:.1f} percentage points",
        "base_later_date": "16 October 2025",
        "base_later_subject_return": "0.0%",
        "base_later_benchmark_return": "0.0%",
    }
    object.__setattr__(facts[2], "displays", {**facts[2].displays, **shown})
    return facts


@pytest.mark.parametrize(
    ("one", "two", "later", "key", "tone"),
    [
        (0.06, 0.03, 0.047, "sensitive_later_ahead", 1),
        (-0.094, -0.069, -0.011, "sensitive_later_behind", -1),
        (0.134, 0.129, -0.024, "sensitive_later_either", 0),
    ],
)
def test_a_pair_that_agrees_is_no_objection(
    one: float, two: float, later: float, key: str, tone: int
) -> None:
    assert told("pairs", reading(*around(one, two, later), pairs=PAIR))[key].tone == tone


def test_a_lead_of_the_rival_is_no_good_news() -> None:
    made = reading(*compared(0.06, 0.03), pairs=PAIR)
    turned = replace(made, spec=replace(made.spec, subjects=("^GSPC",), benchmark="^RUT"))
    assert told("pairs", turned)["ahead_up"].tone == -1
    apart = replace(made, spec=replace(made.spec, subjects=("XLE",), benchmark="XLB"))
    assert told("pairs", apart)["ahead_up"].tone == 0


def test_a_lag_has_no_sign() -> None:
    said = words("pairs", reading(*around(-0.094, -0.069, -0.011), pairs=PAIR))
    assert said["sensitive_later_behind"].endswith("a lag of 1.1 or 2.5 percentage points.")


def test_what_a_critic_has_raised_goes_with_his_objection() -> None:
    made = reading(*around(0.06, 0.03, 0.047), pairs=PAIR, desk=opinion("IWM over QQQ; less"))
    assert told("pairs", made)["sensitive_later_ahead"].tone == -1


def test_a_pair_within_half_a_point_is_in_line() -> None:
    assert "in line" in words("pairs", reading(*compared(0.142, 0.141), pairs=PAIR))["level"]


def opinion(text: str) -> DeskInputs:
    """Barclays' traders' view."""
    return DeskInputs(
        views=(
            DeskView("opinion", "^RUT", "Barclays", "traders", "cautious", text, BASE, "2026-01"),
        )
    )


def test_an_opinion_on_the_pair_stands_beside_its_price() -> None:
    made = reading(
        *compared(0.06, 0.03), level("IWM", 265.51), pairs=PAIR, desk=opinion("IWM over QQQ; less")
    )
    said = words("pairs", made)["opinion_cautious"]
    assert said == (
        "The view of Barclays\N{RIGHT SINGLE QUOTATION MARK} traders, with IWM at 265.51, "
        "is cautious: IWM over QQQ; less."
    )


def test_an_opinion_without_a_pair_stands_beside_the_subject() -> None:
    said = words("pairs", reading(level("^RUT", 2674.56), desk=opinion("less compelling")))
    assert "with the Russell 2000 at 2,674.56" in said["opinion_cautious"]
    assert "opinion_cautious_bare" in words("pairs", reading(desk=opinion("less compelling")))


def test_further_windows_go_beside_the_leadership() -> None:
    pair = (Pair("IWM", "QQQ", ("3m", "1m")),)
    other = [
        move("IWM", 0.02, "1m", base=LATER), move("QQQ", 0.01, "1m", base=LATER),
        fact("relative_return", "IWM", 0.01, vs="QQQ", window="1m", base=LATER,
             subject_return=0.02, benchmark_return=0.01),
    ]  # fmt: skip
    said = told("pairs", reading(*compared(0.06, 0.03), *other, pairs=pair))
    assert said["window_same"].section == "leadership"


def test_a_pair_without_prices_is_silent() -> None:
    assert words("pairs", reading(pairs=PAIR)) == {}
