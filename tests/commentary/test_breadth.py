"""How widely a move is shared."""

from __future__ import annotations

import pytest

from reporter.model import Fact, Unit
from tests.facts import YEAR_END, fact, move, reading, told, words

WATCH = {"sectors": ("XLB", "XLE", "SMH", "IJH", "TLT")}


def count(risen: int, window: str) -> list[Fact]:
    """So many of five risen, materials first and energy last."""
    best = 0.02 if risen else -0.001
    worst = 0.001 if risen == 5 else -0.03
    return [
        fact("advancers", "list:sectors", risen, Unit.COUNT, window=window, base=YEAR_END, of=5,
             best="XLB", worst="XLE"),
        move("XLB", best, window), move("XLE", worst, window),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("risen", "end", "tone"),
    [(0, "_none", -1), (1, "_one", -1), (2, "", -1), (3, "", 1), (4, "_but_one", 1),
     (5, "_all", 1)],
)  # fmt: skip
def test_the_share_chooses_the_words(risen: int, end: str, tone: int) -> None:
    said = told("breadth", reading(*count(risen, "1d"), watch=WATCH))
    assert said[f"day{end}"].tone == tone
    said = told("breadth", reading(*count(risen, "ytd"), watch=WATCH))
    assert said[f"year{end}"].tone == tone


def test_day_and_year_alike_are_not_told_alike_on_one_page() -> None:
    made = reading(*count(0, "1d"), *count(0, "ytd"), watch=WATCH)
    assert told("breadth", made)["year_none"].section == "cross_asset"
    made = reading(*count(0, "1d"), *count(3, "ytd"), watch=WATCH)
    assert told("breadth", made)["year"].section == ""


def test_both_ends_are_named() -> None:
    said = words("breadth", reading(*count(3, "1d"), watch=WATCH))["day"]
    assert said == (
        "On the day 3 of the 5 sector funds rose, with materials (2.0%) in front and "
        "energy (\N{MINUS SIGN}3.0%) at the back."
    )


def test_figures_of_both_kinds_are_told_apart() -> None:
    best, worst = count(3, "1d")[1:]
    paid = move("XLB", 0.02, "1d", total_return=True)
    said = words("breadth", reading(count(3, "1d")[0], paid, worst, watch=WATCH))["day"]
    assert "materials (2.0% with dividends) in front and energy (" in said
    both = [paid, move("XLE", -0.03, "1d", total_return=True)]
    said = words("breadth", reading(count(3, "1d")[0], *both, watch=WATCH))["day"]
    assert "dividends" not in said
    assert "dividends" not in words("breadth", reading(*count(3, "1d"), watch=WATCH))["day"]
    assert best.subject == paid.subject


def test_funds_that_are_younger_than_the_year_are_not_counted_unsaid() -> None:
    young = fact("advancers", "list:sectors", 1, Unit.COUNT, window="ytd", base=YEAR_END, of=6,
                 best="XLB", worst="XLE")  # fmt: skip
    more = fact("advancers", "list:sectors", 3, Unit.COUNT, window="1d", base=YEAR_END, of=7,
                best="XLB", worst="XLE")  # fmt: skip
    moves = [*count(1, "ytd")[1:], *count(3, "1d")[1:]]
    said = words("breadth", reading(young, more, *moves, watch=WATCH))["year_one"]
    assert said.startswith("Of the 6 sector funds with prices since the year began one alone")


def test_without_the_list_nothing() -> None:
    assert words("breadth", reading()) == {}
