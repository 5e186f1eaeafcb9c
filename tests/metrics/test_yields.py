"""Yield changes: basis points, never per cent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

from reporter.gather import gather
from reporter.model import Kind, MarketData, Reason, SourceRef, Unit
from tests.market import close_of, detail, fact, gap, market, real_market, series, sessions


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


# --- rates by file ---

RATES = ("DGS3MO", "DGS2", "DGS10", "DGS30", "SOFR", "DFF")
NOW = datetime(2026, 2, 2, 12, tzinfo=UTC)
BASES: Mapping[str, Any] = MappingProxyType(
    {  # by pandas alone: the last value on or before these days
        "1d": pd.Timedelta(days=1),
        "mtd": pd.offsets.MonthEnd(1),
        "ytd": pd.offsets.YearEnd(1),
        "1m": pd.DateOffset(months=1),
        "1y": pd.DateOffset(years=1),
    }
)


def gathered(folder: Path, as_of: date, *symbols: str) -> MarketData:
    """What the source of files gives of these symbols, through the gate, as of a day."""
    return gather(symbols, SourceRef("files", str(folder)), as_of=as_of, now=NOW)


@pytest.mark.parametrize(
    "as_of",
    [
        date(2020, 3, 23),
        date(2022, 6, 16),
        date(2024, 10, 15),  # the day after Columbus Day
        date(2025, 11, 12),  # the day after Veterans Day
        date(2025, 11, 13),  # a month after Columbus Day, when there were no yields
        date(2026, 1, 15),
    ],
)
def test_rates_by_file_agree_with_pandas(real_data: Path, as_of: date) -> None:
    plain = pd.read_csv(real_data / "rates_fred.csv", parse_dates=["date"], index_col="date")
    data = gathered(real_data, as_of, *RATES)
    assert data.gaps == ()
    for symbol in RATES:
        known = plain[symbol].dropna().loc[: str(as_of)]
        level = fact(data, "level", symbol)
        assert level.value == known.iloc[-1]
        assert level.display == f"{known.iloc[-1]:.2f}%"
        assert (level.unit, level.as_of) == (Unit.PERCENT, as_of)
        for window, step in BASES.items():
            base = known.loc[: pd.Timestamp(as_of) - step]
            found = fact(data, "yield_change", symbol, window=window)
            expected = round(100 * (known.iloc[-1] - base.iloc[-1]), 6)
            assert found.value == pytest.approx(expected, abs=1e-6)
            assert found.base_date == base.index[-1].date()


def test_a_holiday_of_the_bond_market_is_none_of_the_brief(real_data: Path, tmp_path: Path) -> None:
    """Shares traded on Columbus Day: yields are as of the session before, and say so."""
    (tmp_path / "GSPC.csv").symlink_to(real_data / "prices" / "GSPC.csv")
    (tmp_path / "rates.csv").symlink_to(real_data / "rates_fred.csv")
    data = gathered(tmp_path, date(2025, 10, 13), "^GSPC", "DGS10")
    assert (data.gaps, data.findings) == ((), ())
    level = fact(data, "level", "DGS10")
    assert (level.display, level.as_of) == ("4.05%", date(2025, 10, 10))
    assert fact(data, "yield_change", "DGS10", window="1d").base_date == date(2025, 10, 9)
    assert fact(data, "level", "^GSPC").as_of == date(2025, 10, 13)


def test_a_rate_not_published_yet_is_as_of_its_last_day(tmp_path: Path) -> None:
    """FRED has a day's yield on the next day: by the evening the brief has the day before's."""
    days = [day for day in sessions(30) if day.isoformat() != "2025-12-26"]
    shares = "".join(f"{day},10,11,9,10,10,100\n" for day in days)
    (tmp_path / "GSPC.csv").write_text(f"Date,Open,High,Low,Close,Adj Close,Volume\n{shares}")
    rates = "".join(f"{day},{4 + at / 100:.2f}\n" for at, day in enumerate(days[:-1]))
    (tmp_path / "DGS10.csv").write_text(f"observation_date,DGS10\n{rates}")
    (tmp_path / "DGS2.csv").write_text(f"observation_date,DGS2\n{rates[: rates.rindex('2026')]}")
    data = gathered(tmp_path, days[-1], "^GSPC", "DGS10", "DGS2")
    level = fact(data, "level", "DGS10")
    assert (level.display, level.as_of) == ("4.27%", days[-2])
    assert fact(data, "yield_change", "DGS10", window="1d").display == "+1 basis point"
    assert gap(data, "level", "DGS2").reason is Reason.STALE
