"""Drawdown: from the record close, with the states AP's guide names."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.model import Basis, Fact, Kind, KnownHigh, Reason
from tests.market import (
    close_of,
    day_of,
    detail,
    fact,
    gap,
    market,
    real_market,
    series,
    sessions,
    wave,
)

PAST = [80.0] * 300


def drawdown(closes: list[float]) -> Fact:
    return fact(market(series("X", closes)), "drawdown", "X")


@pytest.mark.parametrize(
    ("as_of", "state"),
    [
        (date(2012, 6, 1), "correction"),
        (date(2018, 12, 24), "bear"),
        (date(2020, 3, 23), "bear"),
        (date(2025, 11, 20), "none"),
        (date(2026, 1, 15), "none"),
    ],
)
def test_drawdowns_agree_with_pandas(real_data: Path, as_of: date, state: str) -> None:
    data = real_market(real_data, as_of)
    close = close_of(data, "^RUT")
    found = fact(data, "drawdown", "^RUT")
    assert found.value == pytest.approx(close.iloc[-1] / close.max() - 1, abs=1e-12)
    assert found.detail["peak_date"] == day_of(close.idxmax())
    since = close[close.idxmax() :]
    assert found.detail["worst"] == pytest.approx(since.min() / close.max() - 1, abs=1e-12)
    assert found.detail["worst_date"] == day_of(since.idxmin())
    assert found.detail["sessions"] == len(since) - 1
    assert found.detail["state"] == state


@given(st.integers(0, 10**6), st.floats(0.01, 100))
def test_it_lies_between_minus_1_and_0_whatever_the_scale(seed: int, factor: float) -> None:
    closes = wave(300, seed=seed, volatility=0.03)
    found = drawdown(closes)
    assert -1 <= found.value <= 0
    assert found.value == pytest.approx(drawdown([c * factor for c in closes]).value, abs=1e-12)
    worst = found.detail["worst"]
    assert isinstance(worst, float)
    assert worst <= found.value


def test_a_state_begins_with_the_first_close_so_low() -> None:
    found = drawdown([*PAST, 100.0, 95.0, 90.0, 85.0, 80.0, 79.0])
    days = [day.isoformat() for day in sessions(6)]
    assert detail(found, "state", "state_since", "peak_date") == ["bear", days[4], days[0]]
    milder = drawdown([*PAST, 100.0, 90.0, 79.0, 85.0])
    assert detail(milder, "state", "state_since", "worst") == [
        "correction",
        sessions(3)[0].isoformat(),
        pytest.approx(-0.21),
    ]


@pytest.mark.parametrize(
    ("close", "shown", "state"),
    [
        (90.0, "\u221210.0%", "correction"),
        (90.03, "\u22129.97%", "none"),
        (80.02, "\u221219.98%", "correction"),
        (79.98, "\u221220.0%", "bear"),
        (99.99, "0.0%", "none"),
    ],
)
def test_the_display_never_contradicts_the_state(close: float, shown: str, state: str) -> None:
    found = drawdown([*PAST, 100.0, close])
    assert (found.display, found.detail["state"]) == (shown, state)


def test_at_a_record_it_is_zero() -> None:
    found = drawdown([*PAST, 100.0])
    assert (found.value, found.display) == (0.0, "0.0%")
    assert detail(found, "sessions", "state", "state_since") == [0, "none", None]


def test_it_is_measured_from_a_stated_earlier_high() -> None:
    known = (KnownHigh("X", 160.0, date(2007, 7, 13), "the exchange"),)
    found = fact(market(series("X", PAST), known_highs=known), "drawdown", "X")
    assert found.value == pytest.approx(-0.5)
    assert detail(found, "peak_date", "all_time") == ["2007-07-13", True]


def test_what_carries_no_drawdown_is_a_gap() -> None:
    data = market(
        series("A", wave(300), basis=Basis.ADJUSTED),
        series("S", wave(92)),
        series("Y", wave(300), kind=Kind.YIELD),
    )
    reasons = {
        "A": Reason.BASIS,
        "S": Reason.SHORT_HISTORY,
        "Y": Reason.NOT_APPLICABLE,
        "Z": Reason.NO_DATA,
    }
    for symbol, reason in reasons.items():
        assert gap(data, "drawdown", symbol).reason is reason
