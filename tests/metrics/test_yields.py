"""Yield changes: basis points, never per cent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reporter.model import Kind, Reason, Unit
from tests.market import close_of, detail, fact, gap, market, real_market, series


def test_a_yield_from_3_to_3_and_a_half_rose_by_50_basis_points() -> None:
    data = market(series("Y", [3.0, 3.5], kind=Kind.YIELD))
    found = fact(data, "yield_change", "Y", window="1d")
    assert found.value == pytest.approx(50)
    assert (found.unit, found.display) == (Unit.BASIS_POINTS, "+50 basis points")
    assert found.displays["magnitude"] == "50 basis points"
    assert found.displays["level"] == "3.50%"
    assert detail(found, "level", "base_level") == [3.5, 3.0]


def test_a_negative_yield_is_one() -> None:
    data = market(series("Y", [0.01, -0.005], kind=Kind.YIELD))
    assert fact(data, "yield_change", "Y", window="1d").display == "\u22122 basis points"


def test_real_yields_agree_with_pandas(real_data: Path) -> None:
    data = real_market(real_data, date(2026, 1, 15))
    close = close_of(data, "^TNX")
    found = fact(data, "yield_change", "^TNX", window="ytd")
    assert found.value == pytest.approx(100 * (close.iloc[-1] - close["2025-12-31"]), abs=1e-9)
    assert fact(data, "level", "^TNX").display == "4.16%"


def test_what_is_no_yield_or_has_no_base_is_a_gap() -> None:
    nan = float("nan")
    data = market(
        series("X", [1.0, 2.0]),
        series("Y", [1.0, 2.0], kind=Kind.YIELD),
        series("N", [nan, 2.0], kind=Kind.YIELD),
    )
    reasons = {
        ("X", "1d"): Reason.NOT_APPLICABLE,
        ("Y", "1y"): Reason.SHORT_HISTORY,
        ("N", "1d"): Reason.BAD_DATA,
        ("Z", "1d"): Reason.NO_DATA,
    }
    for (symbol, window), reason in reasons.items():
        assert gap(data, "yield_change", symbol, window=window).reason is reason
