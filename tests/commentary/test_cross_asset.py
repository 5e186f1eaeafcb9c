"""Other markets, where they moved."""

from __future__ import annotations

from datetime import date

from reporter.model import Unit
from tests.facts import fact, level, move, reading, told, words

WATCH = {"bonds": ("TLT",), "commodities": ("GLD",), "volatility": ("^VIX",), "rates": ("^TNX",)}


def test_a_lively_day_elsewhere() -> None:
    made = reading(move("TLT", 0.007, "1d", z=0.8), move("GLD", 0.04, "1d", z=4.3), watch=WATCH)
    assert words("cross_asset", made)["day"] == (
        "Outside the share market gold rose 4.0% and long Treasuries rose 0.7% on the day."
    )


def test_a_quiet_day_is_not_told() -> None:
    made = reading(move("TLT", 0.002, "1d", z=0.6), move("GLD", 0.001, "1d", z=0.6), watch=WATCH)
    assert words("cross_asset", made) == {}


def test_the_year_elsewhere() -> None:
    made = reading(move("TLT", -0.048, z=-0.9), move("GLD", 0.17, z=3.0), watch=WATCH)
    assert words("cross_asset", made)["year"] == (
        "Outside the share market the year since 31 December 2025 shows gold up 17.0% and "
        "long Treasuries down 4.8%."
    )


def test_expected_volatility() -> None:
    last = level("^VIX", 61.59, week52_low=11.54, week52_high=82.69)
    made = reading(last, move("^VIX", -0.067, "1d", z=-0.4), watch=WATCH)
    assert told("cross_asset", made)["fear"].tone == 1
    assert words("cross_asset", made)["fear"].startswith("The VIX ended at 61.59, down 6.7%")


def test_the_range_is_that_of_52_weeks() -> None:
    """On 15 March 2021 the close of 16 March 2020, 82.69, lay 364 days back."""
    last = level("^VIX", 20.03, week52_low=19.97, week52_high=76.45)
    said = words("cross_asset", reading(last, move("^VIX", -0.03, "1d"), watch=WATCH))["fear"]
    assert said.endswith("its closes of the past 52 weeks run from 19.97 to 76.45.")


def test_expected_volatility_at_its_own_extreme() -> None:
    last = level("^VIX", 25.27, week52_low=10.32, week52_high=25.27, sessions_highest=344,
                 highest_since=date(2012, 6, 4), history_start=date(2000, 1, 3))  # fmt: skip
    made = reading(last, move("^VIX", 0.109, "1d"), watch=WATCH)
    assert words("cross_asset", made) == {
        "fear_high": "The VIX ended at 25.27, up 10.9% on the day; it has not closed higher since "
        "4 June 2012."
    }
    top = level("^VIX", 82.69, week52_low=11.54, week52_high=82.69, highest_since=None,
                history_start=date(2000, 1, 3))  # fmt: skip
    said = words("cross_asset", reading(top, move("^VIX", 0.43, "1d"), watch=WATCH))
    assert said["fear_unmatched"].endswith("than at any close since data begin on 3 January 2000.")


def test_figures_of_both_kinds_are_told_apart() -> None:
    bonds = move("TLT", 0.007, "1d", z=0.8, total_return=True)
    made = reading(bonds, move("GLD", 0.04, "1d", z=4.3), watch=WATCH)
    assert words("cross_asset", made)["day_mixed"] == (
        "Outside the share market gold rose 4.0% on the day; with dividends, long Treasuries rose "
        "0.7%."
    )
    paid = reading(bonds, move("GLD", 0.04, "1d", z=4.3, total_return=True), watch=WATCH)
    assert "day_paid" in words("cross_asset", paid)


def test_yields_move_in_basis_points() -> None:
    change = fact("yield_change", "^TNX", -2.0, Unit.BASIS_POINTS, window="1m", level=4.16,
                  base=None)  # fmt: skip
    shown = {**change.displays, "base_date": "15 December 2025"}
    object.__setattr__(change, "displays", shown)
    assert words("cross_asset", reading(change, watch=WATCH))["yield"] == (
        "The 10-year Treasury yield stands at 4.16, 2 basis points lower than on 15 December 2025."
    )
