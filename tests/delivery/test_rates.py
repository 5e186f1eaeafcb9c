"""Letters leave evenly: judged by the minutes of a virtual clock."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.delivery.rates import Lanes, Pace
from reporter.delivery.settings import Rates

HOUR = 3600.0


def pace(per_minute: float | None, **domains: float) -> Pace:
    return Pace(Rates(per_minute, {name.replace("_", "."): rate for name, rate in domains.items()}))


def run(
    by: Pace, until: float, domain: str = "example.com", late: tuple[float, ...] = (0.0,)
) -> list[float]:
    """When letters leave if there are always more, each so many seconds late in turn."""
    ticks = 0.0
    left: list[float] = []
    while ticks < until:
        wait = by.ready(domain, ticks)
        ticks += wait + (late[len(left) % len(late)] if wait else 0.0)
        if by.ready(domain, ticks) == 0:
            by.took(domain, ticks)
            left.append(ticks)
    return left


def most_in_a_minute(left: list[float]) -> int:
    """The most letters in any 60 seconds that begin with one."""
    return max(bisect_left(left, start + 60) - n for n, start in enumerate(left))


def least_in_a_minute(left: list[float]) -> int:
    """The fewest in any 60 seconds that begin behind one, before the last minute."""
    starts = [(n, one) for n, one in enumerate(left) if one + 60 < left[-1]]
    return min(bisect_right(left, start + 60) - n - 1 for n, start in starts)


RATES = st.floats(20, 600)
LATE = st.lists(st.floats(0, 1.9), min_size=1, max_size=7).map(tuple)


@given(RATES, st.floats(0, 0.05))
def test_any_minute_holds_the_rate_within_five_percent(rate: float, late: float) -> None:
    left = run(pace(rate), 130, late=(late, 0.0))
    assert most_in_a_minute(left) <= rate * 1.05 + 1
    assert least_in_a_minute(left) >= rate * 0.95 - 1


@given(RATES, LATE)
def test_lateness_never_brings_too_many(rate: float, late: tuple[float, ...]) -> None:
    assert most_in_a_minute(run(pace(rate), 130, late=late)) <= rate * 1.05 + 1


@given(RATES, st.lists(st.floats(0, 20), min_size=5, max_size=200))
def test_neither_do_pauses(rate: float, gaps: list[float]) -> None:
    by, ticks = pace(rate), 0.0
    left: list[float] = []
    for gap in gaps:
        ticks += gap
        while by.ready("example.com", ticks) == 0 and len(left) < 3000:
            by.took("example.com", ticks)
            left.append(ticks)
    assert most_in_a_minute(left) <= rate * 1.05 + 1


def test_the_first_letter_leaves_at_once_and_the_next_in_its_turn() -> None:
    by = pace(60)
    assert by.ready("example.com", HOUR) == 0
    by.took("example.com", HOUR)
    assert by.ready("example.com", HOUR + 0.25) == pytest.approx(0.75)


def test_a_pause_is_followed_by_no_burst() -> None:
    by = pace(60)
    by.took("example.com", 0)
    by.took("example.com", HOUR)
    assert by.ready("example.com", HOUR) == 1


def test_a_domain_has_its_own_rate_besides() -> None:
    by = pace(600, slow_example=6)
    by.took("SLOW.example", 0)
    assert by.ready("slow.example", 0.2) == pytest.approx(9.8)
    assert by.ready("other.example", 0.2) == 0
    assert by.ready("mail.slow.example", 0.2) == 0


def test_without_rates_nothing_waits() -> None:
    by = pace(None)
    by.took("example.com", 0)
    assert by.ready("example.com", 0) == 0


def test_a_slow_domain_holds_up_no_other() -> None:
    lanes: Lanes[str] = Lanes(pace(600, slow_example=6))
    for number in range(50):
        lanes.add("slow.example", f"slow {number}")
    for number in range(300):
        lanes.add("other.example", f"other {number}")
    ticks, left = 0.0, []
    while len(lanes):
        ticks += lanes.wait(ticks)
        one = lanes.take(ticks)
        if one is not None:
            left.append((ticks, one))
    others = [when for when, one in left if one.startswith("other")]
    slow = [when for when, one in left if one.startswith("slow")]
    assert max(others) < 31
    assert most_in_a_minute(slow) <= 7
    assert [one for _, one in left if one.startswith("slow")] == [f"slow {n}" for n in range(50)]


def test_lanes_tell_what_waits() -> None:
    lanes: Lanes[int] = Lanes(pace(60, slow_example=6))
    assert lanes.take(0) is None
    assert lanes.wait(0) == 0
    lanes.add("slow.example", 1)
    lanes.add("a.example", 2)
    lanes.add("b.example", 3)
    assert (len(lanes), lanes.waiting("slow.example"), lanes.waiting("a.example")) == (3, 1, 2)
    assert lanes.take(0) == 1
    assert lanes.take(0) is None
    assert lanes.wait(0) == 1
    assert lanes.take(1) == 2
