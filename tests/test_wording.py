"""Numbers and dates as text: rounding, signs, units, and states a display may not contradict."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from math import floor, inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import wording
from reporter.model import Unit

MINUS = "\u2212"
finite = st.floats(allow_nan=False, allow_infinity=False, width=64)
moderate = st.floats(-1e9, 1e9, allow_nan=False)


def half_up(value: float, dp: int) -> Fraction:
    """The schoolbook rule on the shortest decimal form, in exact arithmetic."""
    exact = abs(Fraction(Decimal(repr(value)))) * 10**dp
    return Fraction(floor(exact + Fraction(1, 2)), 10**dp) * (1 if value >= 0 else -1)


def number_of(text: str) -> Decimal:
    """The number that a display shows."""
    return Decimal(text.replace(MINUS, "-").replace(",", "").rstrip("%"))


@pytest.mark.parametrize(
    ("value", "dp", "shown"),
    [
        (0.25, 1, "0.3"),
        (2.675, 2, "2.68"),
        (2.5, 0, "3"),
        (-2.5, 0, f"{MINUS}3"),
        (1.005, 2, "1.01"),
    ],
)
def test_halves_round_away_from_zero_where_binary_formatting_would_not(
    value: float, dp: int, shown: str
) -> None:
    assert wording.number(value, dp) == shown


@given(st.integers(-(10**9), 10**9), st.integers(0, 4))
def test_rounding_is_half_up_on_the_decimal_form(millionths: int, dp: int) -> None:
    value = millionths / 10**6
    assert Fraction(wording.rounded(value, dp)) == half_up(value, dp)


@given(finite, st.integers(0, 4))
def test_no_finite_number_prints_a_negative_zero_or_a_hyphen(value: float, dp: int) -> None:
    shown = wording.number(value, dp)
    assert "-" not in shown
    assert not shown.startswith(MINUS) or number_of(shown) < 0


@given(moderate)
def test_a_display_is_within_half_a_unit_of_its_last_place(value: float) -> None:
    assert abs(number_of(wording.price(value)) - Decimal(repr(value))) <= Decimal("0.0050000001")


@given(moderate)
def test_the_magnitude_is_the_display_without_its_sign(value: float) -> None:
    for shown in (wording.fraction(value), wording.usd(value), wording.basis_points(value)):
        assert wording.magnitude(shown) == shown.replace("+", "").replace(MINUS, "")


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_what_is_not_a_number_is_not_printed(value: float) -> None:
    with pytest.raises(ValueError, match="cannot be printed"):
        wording.fraction(value)


def test_float_noise_is_snapped_before_rounding() -> None:
    noisy = 0.1 + 0.2 - 0.05
    assert noisy != 0.25
    assert wording.number(noisy, 1) == "0.3"


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (wording.fraction(0.0776), "7.8%"),
        (wording.fraction(-0.0073), f"{MINUS}0.7%"),
        (wording.fraction(-0.0004), "0.0%"),
        (wording.price(2674.560059), "2,674.56"),
        (wording.index(71.18), "71.2"),
        (wording.percent(4.163), "4.16%"),
        (wording.ratio(1.0765), "1.08"),
        (wording.count(6550), "6,550"),
        (wording.usd(6.4e9), "+$6.4bn"),
        (wording.usd(-45.9e9), f"{MINUS}$45.9bn"),
        (wording.usd(999.97e6), "+$1.0bn"),
        (wording.usd(0.0), "$0"),
        (wording.usd(-12.4), f"{MINUS}$12"),
        (wording.basis_points(25.0), "+25 basis points"),
        (wording.basis_points(-1.2), f"{MINUS}1 basis point"),
        (wording.basis_points(0.3), "0 basis points"),
        (wording.points(0.0635), "6.4 percentage points"),
        (wording.boolean(1), "yes"),
        (wording.boolean(0), "no"),
    ],
)
def test_each_unit_has_one_form(shown: str, expected: str) -> None:
    assert shown == expected


def test_every_unit_of_the_contract_can_be_displayed() -> None:
    assert {unit: wording.display(1, unit) for unit in Unit}[Unit.FRACTION] == "100.0%"


def test_a_spread_is_the_difference_of_what_the_reader_sees() -> None:
    """Unrounded 6.316 points; 7.8% and 1.4% as printed differ by 6.4."""
    assert wording.spread(0.07762, 0.01446) == "6.4 percentage points"
    assert wording.points(0.07762 - 0.01446) == "6.3 percentage points"
    assert wording.spread(0.01, 0.01004) == "0.0 percentage points"


@given(st.floats(-0.9, 9), st.floats(-0.9, 9))
def test_a_printed_spread_can_be_checked_by_subtraction(one: float, other: float) -> None:
    shown = number_of(wording.spread(one, other).split()[0])
    assert shown == number_of(wording.fraction(one)) - number_of(wording.fraction(other))


def test_a_number_next_to_its_threshold_gets_the_decimals_its_state_needs() -> None:
    def overbought(value: float) -> bool:
        return value > 70

    assert wording.decimals(69.96, 1, lambda v: (v >= 70, v > 70)) == 2
    assert wording.decimals(70.04, 1, overbought) == 2
    assert wording.decimals(71.18, 1, overbought) == 1
    assert wording.decimals(-0.0997, 1, lambda v: v <= -0.1, shift=2) == 2
    assert wording.decimals(70 + 1e-13, 1, overbought) == wording.MOST_DECIMALS


@given(st.floats(60, 80))
def test_no_display_contradicts_its_state(value: float) -> None:
    def state(number: float) -> tuple[bool, bool]:
        return number > 70, number >= 70

    dp = wording.decimals(value, 1, state)
    if dp < wording.MOST_DECIMALS:
        assert state(float(number_of(wording.index(value, dp)))) == state(value)


@given(st.floats(1, 1e4), st.floats(-0.1, 0.1))
def test_different_numbers_print_in_their_order(one: float, step: float) -> None:
    other = one + step
    dp = wording.decimals_apart(one, other, 2)
    first, second = wording.rounded(one, dp), wording.rounded(other, dp)
    assert dp == wording.MOST_DECIMALS or (first > second, first < second) == (
        one > other,
        one < other,
    )


def test_dates_are_words() -> None:
    day = date(2026, 1, 5)
    assert wording.long_date(day) == "5 January 2026"
    assert wording.short_date(day) == "5 Jan 2026"
    assert wording.day_month(day) == "5 January"
    assert wording.month_year(day) == "January 2026"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2026-W02", "week of 5 January 2026"),
        ("2026-01", "January 2026"),
        ("2026-01-05", "5 January 2026"),
    ],
)
def test_a_stated_period_is_told_as_people_do(written: str, told: str) -> None:
    assert wording.stated_period(date(2026, 1, 5), written) == told


# --- words ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "way"), [("7.8%", 1), ("\u22123.1%", -1), ("0.0%", 0), ("+$6.4bn", 1), ("$0", 0)]
)
def test_direction_is_what_the_reader_sees(shown: str, way: int) -> None:
    assert wording.direction(shown) == way


def test_small_counts_are_words() -> None:
    assert [wording.counted(n) for n in (0, 3, 12, 13)] == ["no", "three", "twelve", "many"]
    assert wording.counted(13, "all") == "all"


@pytest.mark.parametrize(
    ("name", "owner"),
    [("BofA", "BofA\u2019s"), ("Goldman Sachs", "Goldman Sachs\u2019"), ("UBS", "UBS\u2019s")],
)
def test_owners_take_their_mark(name: str, owner: str) -> None:
    assert wording.possessive(name) == owner


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Small caps", "small caps"),
        ("Large Caps", "large caps"),
        ("US equities", "US equities"),
        ("Japanese equities", "Japanese equities"),
        ("Emerging markets ex China", "emerging markets ex China"),
        ("S&P 500 ETFs", "S&P 500 ETFs"),
        ("", ""),
    ],
)
def test_a_heading_within_a_sentence_loses_only_its_own_capital(name: str, words: str) -> None:
    assert wording.inside(name) == words


@pytest.mark.parametrize(
    ("zone", "place"),
    [("America/New_York", "New York"), ("UTC", "UTC"), ("America/Argentina/Salta", "Salta")],
)
def test_a_zone_is_called_by_its_place(zone: str, place: str) -> None:
    assert wording.place(zone) == place


def test_days_of_the_week_in_sentences_and_tables() -> None:
    day = date(2026, 1, 15)
    assert wording.weekday(day) == "Thursday 15 January"
    assert wording.weekday_short(day) == "Thu 15 Jan"


def test_a_list_has_an_and_before_its_last() -> None:
    assert wording.listed([]) == ""
    assert wording.listed(["one"]) == "one"
    assert wording.listed(["one", "two"]) == "one and two"
    assert wording.listed(["one", "two", "three"]) == "one, two and three"


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("2026-01-16T09:00:59+01:00", "on 16 January 2026 at 08:00 UTC"),
        ("2026-01-16T08:05:00+00:00", "on 16 January 2026 from 08:00 to 08:05 UTC"),
        (
            "2026-01-17T01:30:00+00:00",
            "from 16 January 2026, 08:00 UTC, to 17 January 2026, 01:30 UTC",
        ),
    ],
)
def test_moments_are_told_in_utc_by_the_minute(last: str, told: str) -> None:
    first = datetime.fromisoformat("2026-01-16T03:00:01-05:00")
    assert wording.moments(first, datetime.fromisoformat(last)) == told
