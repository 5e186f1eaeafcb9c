"""The subject against its benchmark."""

from __future__ import annotations

from datetime import date

import pytest

from tests.facts import move, reading, spread, told, words, year

MONTH = date(2025, 12, 15)
LONG = date(2021, 1, 15)


@pytest.mark.parametrize(
    ("one", "two", "z", "key"),
    [
        (0.078, 0.014, 2.4, "well_ahead_both_up"),
        (0.078, 0.014, 1.2, "ahead_both_up"),
        (0.078, -0.014, 1.2, "ahead"),
        (0.014, 0.068, -1.2, "behind_both_up"),
        (-0.16, -0.1, -1.2, "behind_both_down"),
        (-0.01, 0.1, -1.2, "behind"),
        (0.159, 0.143, 0.2, "in_line"),
        (-0.265, -0.231, -0.4, "undecided"),
        (-0.005, 0.016, -0.3, "undecided"),
        (0.019, 0.0192, 0.0, "level"),
        (0.0, 0.038, -1.0, "flat_own"),
        (0.03, 0.0, 1.0, "flat_bench"),
    ],
)
def test_the_state_chooses_the_words(one: float, two: float, z: float, key: str) -> None:
    said = words("relative", reading(*year(one, two, z=z)))
    assert key in said
    assert "31 December 2025" in said[key]


def test_a_spread_comes_with_both_operands_as_printed() -> None:
    said = words("relative", reading(*year(0.07762, 0.01446, z=1.2)))["ahead_both_up"]
    assert said == (
        "The Russell 2000 has climbed 7.8% since 31 December 2025, against 1.4% for the S&P 500: "
        "a lead of 6.4 percentage points."
    )


def test_headlines() -> None:
    assert words("relative", reading(*year(0.159, 0.143, z=0.2)))["headline_same"] == (
        "Russell 2000 up 15.9% this year, against 14.3% for the S&P 500"
    )
    assert words("relative", reading(*year(0.014, 0.068, z=-1)))["headline_behind"] == (
        "Small caps behind: 1.4% this year against 6.8% for the S&P 500"
    )


def test_in_line_takes_the_tone_of_the_price() -> None:
    assert told("relative", reading(*year(0.159, 0.143, z=0.2)))["in_line"].tone == 1
    assert told("relative", reading(*year(-0.265, -0.231, z=-0.4)))["undecided"].tone == -1


def test_a_month_against_the_year() -> None:
    facts = [
        *year(0.014, 0.068, z=-1.0), move("^RUT", 0.055, "1m", base=MONTH),
        move("^GSPC", 0.02, "1m", base=MONTH), spread(0.055, 0.02, "1m", base=MONTH),
    ]  # fmt: skip
    said = words("relative", reading(*facts))["month_ahead"]
    assert said.startswith("Over the past month, from 15 December 2025, the order of the year")
    assert "15 December 2025" in said
    facts[:3] = year(0.1, 0.05, z=1.0)
    assert "month_ahead" not in words("relative", reading(*facts))


@pytest.mark.parametrize(
    ("one", "two", "key"),
    [
        (0.26, 0.84, "long_behind"),
        (0.9, 0.5, "long_same_ahead"),
        (0.52, 0.5, "long_turned_ahead"),
    ],
)
def test_the_longer_run(one: float, two: float, key: str) -> None:
    made = reading(*year(0.078, 0.014, z=2), spread(one, two, "5y", base=LONG))
    assert "since 15 January 2021" in words("relative", made)[key]


def test_what_a_holder_has_made() -> None:
    made = reading(*year(-0.16, -0.1, z=-1), spread(0.16, 0.376, "5y", base=LONG))
    said = words("relative", made)["long_gain"]
    assert said == "The Russell 2000 is 16.0% above its level of 15 January 2021."
    lost = reading(*year(-0.16, -0.1, z=-1), spread(-0.02, 0.376, "5y", base=LONG))
    assert "long_gain" not in words("relative", lost)


@pytest.mark.parametrize(
    ("now", "then", "older"),
    [
        ((0.194, 0.056), (1.23, 1.02), False),  # 15 March 2021 from 15 March 2016
        ((0.131, 0.194), (0.8082, 0.8747), False),  # 29 December 2017 from 28 December 2012
        ((-0.16, -0.105), (0.16, 0.376), True),
    ],
)
def test_a_lead_is_old_only_if_it_was_there_when_the_year_began(
    now: tuple[float, float], then: tuple[float, float], *, older: bool
) -> None:
    z = 2.0 if now[0] > now[1] else -2.0
    said = words("relative", reading(*year(*now, z=z), spread(*then, "5y", base=LONG)))
    assert any("older than this year" in one for one in said.values()) is older
    assert any("still the one in front" in one for one in said.values()) is not older


def test_two_in_line_have_neither_lead_nor_lag() -> None:
    made = reading(*year(0.159, 0.143, z=0.2), spread(0.9, 0.5, "5y", base=LONG))
    assert not [key for key in words("relative", made) if key.startswith("long_same")]


def test_the_year_is_not_printed_again_as_twelve_months() -> None:
    whole = spread(0.078, 0.014, "1y")
    assert "twelve_months" not in words("relative", reading(*year(0.078, 0.014), whole))
    other = spread(0.078, 0.014, "1y", base=LONG)
    assert "twelve_months" in words("relative", reading(*year(0.078, 0.014), other))


def test_nothing_known_nothing_said() -> None:
    assert words("relative", reading(move("^RUT", 0.1))) == {}
