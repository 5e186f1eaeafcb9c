"""Other markets, where they moved."""

from __future__ import annotations

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


def test_yields_move_in_basis_points() -> None:
    change = fact("yield_change", "^TNX", -2.0, Unit.BASIS_POINTS, window="1m", level=4.16,
                  base=None)  # fmt: skip
    shown = {**change.displays, "base_date": "15 December 2025"}
    object.__setattr__(change, "displays", shown)
    assert words("cross_asset", reading(change, watch=WATCH))["yield"] == (
        "The 10-year Treasury yield stands at 4.16, 2 basis points lower than on 15 December 2025."
    )
