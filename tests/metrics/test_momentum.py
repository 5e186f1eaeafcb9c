"""RSI as a fact: agreement with TA-Lib on real prices, states, and what has none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest
import talib

from reporter.model import Basis, Fact, Kind, Reason
from tests.market import (
    answers,
    close_of,
    detail,
    fact,
    gap,
    market,
    price_series,
    real_market,
    series,
    sessions,
    values_of,
    wave,
)

DAYS = [date(2011, 6, 1), date(2016, 2, 11), date(2020, 3, 23), date(2024, 2, 29)]


def rsi(closes: list[float]) -> Fact:
    return fact(market(series("X", closes)), "rsi", "X", window="14")


def test_the_reference_brief_is_overbought(real_data: Path) -> None:
    found = fact(real_market(real_data, date(2026, 1, 15)), "rsi", "^RUT", window="14")
    assert found.value == pytest.approx(71.18, abs=5e-3)
    assert (found.display, found.detail["state"]) == ("71.2", "overbought")
    assert found.id == "rsi:^RUT:14"


@pytest.mark.parametrize("as_of", [*DAYS, date(2026, 1, 15)], ids=str)
def test_rsi_agrees_with_talib_on_every_price(real_data: Path, as_of: date) -> None:
    data = real_market(real_data, as_of)
    symbols = list(price_series(data))
    assert len(symbols) >= 15
    for symbol in symbols:
        theirs = talib.RSI(values_of(data, symbol), 14)
        found = fact(data, "rsi", symbol, window="14")
        assert found.value == pytest.approx(theirs[-1], abs=1e-9), symbol
        assert found.detail["previous"] == pytest.approx(theirs[-2], abs=1e-9)
        hot = np.flatnonzero(theirs > 70)[-1]
        day = close_of(data, symbol).index[hot].date().isoformat()
        assert found.detail["last_overbought"] == day


def test_every_other_series_is_a_gap_with_its_reason(real_data: Path) -> None:
    data = real_market(real_data, date(2026, 1, 15))
    others = set(data.series) - set(price_series(data))
    reasons = {gap(data, "rsi", symbol, window="14").reason for symbol in others}
    assert reasons == {Reason.BASIS, Reason.SHORT_HISTORY}


def test_a_state_lasts_since_its_first_day() -> None:
    falling = [100 * 0.99**k for k in range(300)]
    found = rsi([*falling, falling[-1] * 1.5, falling[-1] * 1.6])
    assert found.detail["state"] == "overbought"
    assert found.detail["state_since"] == sessions(2)[0].isoformat()
    assert found.detail["last_oversold"] == sessions(3)[0].isoformat()
    assert rsi([*falling]).detail["state"] == "oversold"


def test_a_run_from_the_beginning_starts_with_the_first_value() -> None:
    rising = [100 * 1.01**k for k in range(300)]
    found = rsi(rising)
    assert found.value == 100
    assert found.detail["state_since"] == sessions(300)[14].isoformat()
    assert found.detail["last_oversold"] is None


def test_a_value_beside_the_threshold_is_printed_on_its_side() -> None:
    """Closes found by bisection so that RSI is 69.96 and 70.04."""
    for wanted, shown in ((69.96, "69.96"), (70.04, "70.04")):
        past, low, high = wave(299), 0.9, 1.2
        for _ in range(80):
            middle = (low + high) / 2
            value = rsi([*past, past[-1] * middle]).value
            low, high = (middle, high) if value < wanted else (low, middle)
        found = rsi([*past, past[-1] * low])
        assert found.value == pytest.approx(wanted, abs=1e-6)
        assert found.display == shown


def test_what_has_no_rsi_is_a_gap() -> None:
    holed = [day for day in sessions(301) if day != sessions(10)[0]]
    data = market(
        series("FLAT", [50.0] * 300),
        series("NAN", [*wave(280), float("nan"), *wave(19)]),
        series("SHORT", wave(249)),
        series("ADJ", wave(300), basis=Basis.ADJUSTED),
        series("HOLE", wave(300), days=holed),
        series("GOLD", wave(300), days=holed, kind=Kind.COMMODITY),
    )
    reasons = {
        "FLAT": Reason.UNDEFINED,
        "NAN": Reason.BAD_DATA,
        "SHORT": Reason.SHORT_HISTORY,
        "ADJ": Reason.BASIS,
        "HOLE": Reason.MISSING_SESSION,
    }
    for symbol, reason in reasons.items():
        assert gap(data, "rsi", symbol, window="14").reason is reason
    assert fact(data, "rsi", "GOLD", window="14").value > 0
    assert gap(data, "rsi", "GOLD", window="21").reason is Reason.WINDOW


def test_a_later_bar_changes_nothing_earlier() -> None:
    whole = series("X", wave(320))
    day = sessions(320)[-20]
    cut = market(series("X", wave(320)[:-19], days=sessions(320)[:-19]), as_of=day)
    assert answers(market(whole, as_of=day), "rsi", "X", window="14") == answers(
        cut, "rsi", "X", window="14"
    )


def test_details_can_be_printed() -> None:
    found = rsi(wave(300))
    assert detail(found, "state") == ["neutral"]
    assert set(found.displays) >= {"previous", "state_since", "magnitude", "as_of"}
