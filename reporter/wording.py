"""How numbers and dates are printed: the only place where one becomes text.

Rounding is half-up (away from zero) on the number's shortest decimal form, after float noise
below 1e-10 of the printed unit has been snapped away: 0.25 prints as 0.3 and 2.675 as 2.68,
where binary formatting would say 0.2 and 2.67. There is no negative zero, and the minus sign
is U+2212. A number whose printed form would contradict its state gets more decimals.
"""

from __future__ import annotations

from datetime import UTC, date
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from reporter.model import Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import datetime, time

    from reporter.model import Fact

MINUS = "\N{MINUS SIGN}"
MOST_DECIMALS = 10
_STEPS = tuple(Decimal(1).scaleb(-dp) for dp in range(MOST_DECIMALS + 1))
_EXACT = Context(prec=700, rounding=ROUND_HALF_UP)
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NUMBER_WORDS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
WEEKLY, MONTHLY = range(6, 9), range(28, 32)  # usual days between the values of a series
QUARTERLY, YEARLY = range(89, 93), range(364, 367)
_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
_NAMES = """
    Africa African America American Asia Asian Australia Australian Brazil Britain British Canada
    Canadian China Chinese Dow Eurozone Europe European France French German Germany India Indian
    Italy Italian Japan Japanese Korea Korean Latin Mexico Nasdaq Pacific Russell Spain Spanish
    Swiss Switzerland Taiwan Treasuries Treasury
"""
_KEPT = frozenset(_NAMES.split())  # words that keep their capital inside a sentence
_DOLLARS = ((12, "tn"), (9, "bn"), (6, "mn"), (3, "k"), (0, ""))


# --- rounding -------------------------------------------------------------------------------


def rounded(value: float, dp: int, *, shift: int = 0) -> Decimal:
    """`value` times 10**shift, half-up to `dp` decimals; never a negative zero.

    Raises:
        ValueError: the value is not a finite number: such a thing must not be printed.
    """
    exact = Decimal(repr(float(value)))
    if not exact.is_finite():
        raise ValueError(f"{value!r} cannot be printed")
    snapped = exact.scaleb(shift, _EXACT).quantize(_STEPS[-1], context=_EXACT)
    result = snapped.quantize(_STEPS[dp], context=_EXACT)
    return abs(result) if result.is_zero() else result


def decimals(value: float, dp: int, state: Callable[[float], Hashable], *, shift: int = 0) -> int:
    """The fewest decimals, at least `dp`, at which the printed number is still in its state.

    An RSI of 69.96 is neutral, but 70.0 would read as the threshold: it gets two decimals.
    `state` judges numbers in the unit of `value`.
    """
    meant = state(value)
    for places in range(dp, MOST_DECIMALS):
        if state(float(rounded(value, places, shift=shift).scaleb(-shift))) == meant:
            return places
    return MOST_DECIMALS


def decimals_apart(one: float, other: float, dp: int) -> int:
    """The fewest decimals, at least `dp`, at which two numbers print in their true order.

    A record must not look like the one it beat. Equal numbers keep `dp`.
    """
    meant = _order(one, other)
    for places in range(dp, MOST_DECIMALS):
        if _order(rounded(one, places), rounded(other, places)) == meant:
            return places
    return MOST_DECIMALS


def _order(one: float | Decimal, other: float | Decimal) -> int:
    return (one > other) - (one < other)


# --- numbers --------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def number(value: float, dp: int = 0) -> str:
    """A plain number with thousands commas: `2,674.56`."""
    return _text(rounded(value, dp))


def _text(value: Decimal, *, plus: bool = False) -> str:
    sign = MINUS if value < 0 else "+" if plus and value > 0 else ""
    return f"{sign}{abs(value):,f}"


def price(value: float, dp: int = 2) -> str:
    """A level, average or range in the instrument's own unit: `2,674.56`."""
    return number(value, dp)


def index(value: float, dp: int = 1) -> str:
    """An indicator between 0 and 100: `71.2`."""
    return number(value, dp)


def count(value: float) -> str:
    """A number of things: `1,250`."""
    return number(value)


@lru_cache(maxsize=8192)
def fraction(value: float, dp: int = 1) -> str:
    """A fraction as per cent: 0.0776 is `7.8%`."""
    return f"{_text(rounded(value, dp, shift=2))}%"


def percent(value: float, dp: int = 2) -> str:
    """A number that is in per cent already, such as a yield: 4.16 is `4.16%`."""
    return f"{number(value, dp)}%"


def ratio(value: float, dp: int = 2) -> str:
    """One number divided by another: `1.08`."""
    return number(value, dp)


def as_given(value: float) -> str:
    """A number with the decimals it was stated with, at least one unless it is whole."""
    stated = rounded(value, MOST_DECIMALS).normalize(_EXACT)
    return _text(stated.quantize(Decimal(1)) if stated == stated.to_integral_value() else stated)


def points(value: float, dp: int = 1) -> str:
    """A difference of two fractions in percentage points: 0.064 is `6.4 percentage points`."""
    return _points(rounded(value, dp, shift=2))


def spread(one: float, other: float, dp: int = 1) -> str:
    """The difference of two fractions as printed: 7.8% and 1.4% are `6.4 percentage points`.

    The reader sees both operands and must be able to subtract them.
    """
    difference = rounded(one, dp, shift=2) - rounded(other, dp, shift=2)
    return _points(abs(difference) if difference.is_zero() else difference)


def _points(value: Decimal) -> str:
    return f"{_text(value)} percentage points"


def basis_points(value: float, dp: int = 0) -> str:
    """A change of a yield, with its sign: `+25 basis points`."""
    change = rounded(value, dp)
    return f"{_text(change, plus=True)} basis {'point' if abs(change) == 1 else 'points'}"


def usd(value: float, dp: int = 1) -> str:
    """Net dollars, with their sign: 6.4e9 is `+$6.4bn`."""
    size = abs(value)
    power, word = next((p, w) for p, w in _DOLLARS if p == 0 or rounded(size, dp, shift=-p) >= 1)
    amount = rounded(value, dp if power else 0, shift=-power)
    sign = MINUS if amount < 0 else "+" if amount > 0 else ""
    return f"{sign}${abs(amount):,f}{word}"


def boolean(value: float) -> str:
    """`yes` or `no`."""
    return "yes" if value else "no"


_PRINTERS: dict[Unit, Callable[[float], str]] = {
    Unit.FRACTION: fraction,
    Unit.PRICE: price,
    Unit.INDEX: index,
    Unit.USD: usd,
    Unit.BASIS_POINTS: basis_points,
    Unit.COUNT: count,
    Unit.BOOLEAN: boolean,
    Unit.PERCENT: percent,
    Unit.RATIO: ratio,
}


def display(value: float, unit: Unit) -> str:
    """`value` as its unit is printed."""
    return _PRINTERS[unit](value)


def magnitude(shown: str) -> str:
    """A display without its sign, for a sentence whose verb carries the direction."""
    return shown.lstrip(f"+{MINUS}")


def direction(shown: str) -> int:
    """1, 0 or -1 as a reader sees the display: a change shown as zero has no direction."""
    if not any(digit in shown for digit in "123456789"):
        return 0
    return -1 if shown.startswith(MINUS) else 1


# --- words ----------------------------------------------------------------------------------


def counted(number: int, many: str = "many") -> str:
    """A small count as a word; `many` above twelve."""
    return NUMBER_WORDS[number] if number < len(NUMBER_WORDS) else many


def listed(texts: Sequence[str]) -> str:
    """`one`, `one and two`, `one, two and three`."""
    return " and ".join(part for part in (", ".join(texts[:-1]), *texts[-1:]) if part)


def possessive(name: str) -> str:
    """`BofA` owns `BofA's`, `Goldman Sachs` owns `Goldman Sachs'`, with a typographic mark."""
    return f"{name}{_APOSTROPHE}{'' if name.endswith('s') else 's'}"


def inside(name: str) -> str:
    """A heading within a sentence: `Small caps` is `small caps`, `US equities` stays."""
    return " ".join(_lowered(word) for word in name.split(" "))


def _lowered(word: str) -> str:
    kept = word in _KEPT or not word[1:].islower()
    return word if kept else word.lower()


# --- dates ----------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def long_date(day: date) -> str:
    """`15 January 2026`."""
    return f"{day_month(day)} {day.year}"


@lru_cache(maxsize=4096)
def short_date(day: date) -> str:
    """`15 Jan 2026`."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


@lru_cache(maxsize=4096)
def day_month(day: date) -> str:
    """`15 January`."""
    return f"{day.day} {MONTHS[day.month - 1]}"


@lru_cache(maxsize=4096)
def month_year(day: date) -> str:
    """`January 2026`."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def observed(day: date, every: int, *, short: bool = False) -> str:
    """The period that a value stands for: `December 2025`, `Q4 2025`, `2025`, or its day.

    Args:
        day: the day the value is dated.
        every: the usual number of days between values; 1 for daily ones.
        short: `Dec 2025` instead.
    """
    if period := _period(day, every):
        return period.replace(MONTHS[day.month - 1], MONTHS[day.month - 1][:3]) if short else period
    return _day(day, short=short)


def _period(day: date, every: int) -> str:
    if every in MONTHLY:
        return month_year(day)
    if every in QUARTERLY:
        return f"Q{(day.month + 2) // 3} {day.year}"
    return str(day.year) if every in YEARLY else ""


def is_period(every: int) -> bool:
    """Whether values so many days apart stand for a calendar month, quarter or year each."""
    return bool(_period(date.min, every))


def as_of(fact: Fact, *, short: bool = False) -> str:
    """The day a fact is as of, or the period its value stands for."""
    return fact.displays.get("as_of" + "_short" * short) or _day(fact.as_of, short=short)


def base(fact: Fact, *, short: bool = False) -> str:
    """The day, or the period, whose value a fact is measured from; empty where there is none."""
    if fact.base_date is None:
        return ""
    return fact.displays.get("base_date" + "_short" * short) or _day(fact.base_date, short=short)


def _day(day: date, *, short: bool) -> str:
    return short_date(day) if short else long_date(day)


def frequency(every: int) -> str:
    """How often a series has a value: `monthly`, or `14-daily` where there is no word for it."""
    known = ((WEEKLY, "weekly"), (MONTHLY, "monthly"), (QUARTERLY, "quarterly"), (YEARLY, "yearly"))
    return next((word for days, word in known if every in days), f"{every}-daily")


def weekday(day: date) -> str:
    """`Thursday 15 January`."""
    return f"{DAYS[day.weekday()]} {day_month(day)}"


def weekday_short(day: date) -> str:
    """`Thu 15 Jan`, for tables."""
    return f"{DAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]}"


def time_of_day(moment: datetime | time) -> str:
    """The time of day, a moment's in its own zone, without its seconds: `17:45`."""
    return f"{moment:%H:%M}"


def stated_period(first: date, written: str) -> str:
    """A publication date as people write it: `week of 12 January 2026`, `January 2026`, a day.

    Args:
        first: the period's first day.
        written: how the desk file has it: an ISO week, a month or a day.
    """
    if "W" in written:
        return f"week of {long_date(first)}"
    return month_year(first) if written.count("-") == 1 else long_date(first)


def clock(moment: datetime, zone: str) -> str:
    """An hour of a zone: `16:00 New York time`, `00:00 UTC`."""
    where = place(zone)
    return f"{time_of_day(moment)} {where}" + ("" if where == "UTC" else " time")


def moments(first: datetime, last: datetime) -> str:
    """When something went on, by the minute: `on 16 January 2026 from 08:00 to 08:02 UTC`.

    Args:
        first: when it began, in any zone.
        last: when it ended; within the same minute only one time is told.
    """
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    began, ended = time_of_day(first), clock(last, "UTC")
    if first.date() != last.date():
        days = long_date(first.date()), long_date(last.date())
        return f"from {days[0]}, {began} UTC, to {days[1]}, {ended}"
    told = f"at {ended}" if began == time_of_day(last) else f"from {began} to {ended}"
    return f"on {long_date(first.date())} {told}"


def place(zone: str) -> str:
    """What a time zone is called: `America/New_York` is `New York`."""
    return zone.rpartition("/")[2].replace("_", " ")
