"""Sessions of exchanges, by lists that the exchanges and SIFMA have published themselves."""

from __future__ import annotations

import csv
import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reporter.errors import DataError, SpecError
from reporter.sessions import SETTLING, Sessions, calendar, common, known_exchange, nyse

YEAR = 2026
FRIDAY = 4
CLOSED = {  # weekdays of 2026, as each exchange's own holiday list has them
    "XNYS": "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25",
    "XLON": "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    "XETR": "01-01 04-03 04-06 05-01 12-24 12-25 12-31",
    "XPAR": "01-01 04-03 04-06 05-01 12-25",
    "XSWX": "01-01 01-02 04-03 04-06 05-01 05-14 05-25 12-24 12-25 12-31",
    "XTKS": "01-01 01-02 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 09-21 09-22 "
    "09-23 10-12 11-03 11-23 12-31",
    "XHKG": "01-01 02-17 02-18 02-19 04-03 04-06 04-07 05-01 05-25 06-19 07-01 10-01 10-19 12-25",
    "XTSE": "01-01 02-16 04-03 05-18 07-01 08-03 09-07 10-12 12-25 12-28",
    "US_FUTURES": "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25",
    "SIFMA_US": "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
    "24/5": "",
}
EARLY = (  # day, exchange, closing time in the exchange's own zone
    ("2024-11-29", "XNYS", "13:00"),
    ("2026-11-27", "XNYS", "13:00"),
    ("2026-12-24", "XNYS", "13:00"),
    ("2025-12-24", "XLON", "12:30"),
    ("2026-12-31", "XLON", "12:30"),
    ("2026-12-24", "XPAR", "14:05"),
    ("2026-12-24", "XHKG", "12:00"),
    ("2026-12-24", "XTSE", "13:00"),
)
CLOSES = (  # day, exchange, close in UTC: on both sides of a change of the clocks
    ("2026-03-06", "XNYS", "2026-03-06 21:00"),
    ("2026-03-09", "XNYS", "2026-03-09 20:00"),
    ("2026-03-27", "XLON", "2026-03-27 16:30"),
    ("2026-03-30", "XLON", "2026-03-30 15:30"),
    ("2026-01-15", "XTKS", "2026-01-15 06:30"),
    ("2024-11-01", "XTKS", "2024-11-01 06:00"),  # half an hour longer from 5 November 2024 on
    ("2024-11-05", "XTKS", "2024-11-05 06:30"),
    ("2026-01-15", "XASX", "2026-01-15 05:00"),
    ("2026-01-15", "24/7", "2026-01-16 00:00"),
    ("2026-01-15", "24/5", "2026-01-16 00:00"),
    ("2026-07-15", "24/5", "2026-07-15 23:00"),
    ("2026-01-15", "US_FUTURES", "2026-01-15 22:00"),
    ("2026-01-15", "SIFMA_US", "2026-01-15 22:00"),
)


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def weekdays(year: int) -> list[date]:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    return [day for day in days if day.year == year and day.weekday() <= FRIDAY]


# --- days -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("exchange", CLOSED)
def test_an_exchange_is_closed_on_the_days_it_has_published(exchange: str) -> None:
    known = calendar(exchange, YEAR, YEAR)
    closed = [f"{day:%m-%d}" for day in weekdays(YEAR) if not known.is_session(day)]
    assert closed == CLOSED[exchange].split()
    assert all(day.weekday() <= FRIDAY for day in known.days)


def test_london_rested_on_boxing_day_and_new_york_did_not() -> None:
    day = date(2025, 12, 26)
    assert not calendar("XLON", 2025, 2025).is_session(day)
    assert nyse(2025, 2025).is_session(day)


def test_crypto_trades_every_day() -> None:
    known = calendar("24/7", 2024, 2024)
    assert (len(known.days), known.days[0], known.days[-1]) == (
        366, date(2024, 1, 1), date(2024, 12, 31),
    )  # fmt: skip


def test_futures_settled_when_only_the_stock_exchange_was_closed() -> None:
    futures, stocks = calendar("US_FUTURES", 2012, 2025), nyse(2012, 2025)
    more = set(futures.days) - set(stocks.days)
    assert more == {
        date(2012, 10, 29), date(2012, 10, 30), date(2018, 12, 5), date(2025, 1, 9),
    }  # fmt: skip
    assert set(stocks.days) <= set(futures.days)


def test_yields_are_published_on_the_bond_markets_days() -> None:
    folder = os.environ.get("REPORTER_REAL_DATA")
    if not folder:
        pytest.skip("REPORTER_REAL_DATA is not set: real yields are not at hand")
    with (Path(folder) / "rates_fred.csv").open(encoding="utf-8") as file:
        days = [date.fromisoformat(row["date"]) for row in csv.DictReader(file) if row["DGS10"]]
    known = calendar("SIFMA_US", days[0].year, days[-1].year).days
    assert [day for day in known if days[0] <= day <= days[-1]] == days


# --- closing times --------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "exchange", "hour"), EARLY)
def test_a_short_day_ends_early(day: str, exchange: str, hour: str) -> None:
    known = calendar(exchange, 2024, YEAR)
    short = date.fromisoformat(day)
    assert f"{known.close(short):%H:%M}" == hour
    assert short in known.early_closes


@pytest.mark.parametrize(("day", "exchange", "expected"), CLOSES)
def test_a_session_ends_by_the_exchanges_own_clock(day: str, exchange: str, expected: str) -> None:
    close = calendar(exchange, 2024, YEAR).close(date.fromisoformat(day))
    assert close.astimezone(UTC) == at(expected)


@pytest.mark.parametrize(
    ("day", "exchange", "close"),
    [
        *CLOSES,
        ("2026-11-27", "XNYS", "2026-11-27 18:00"),
        ("2025-12-24", "XLON", "2025-12-24 12:30"),
    ],
)
def test_a_bar_is_final_half_an_hour_after_the_close(day: str, exchange: str, close: str) -> None:
    known, session = calendar(exchange, 2024, YEAR), date.fromisoformat(day)
    assert timedelta(minutes=30) == SETTLING
    assert not known.is_final(session, at(close) + timedelta(minutes=29))
    assert known.is_final(session, at(close) + timedelta(minutes=30))
    elsewhere = (at(close) + timedelta(minutes=30)).astimezone(ZoneInfo("Pacific/Auckland"))
    assert known.is_final(session, elsewhere)


def test_the_clock_that_goes_back_does_not_make_a_bar_final_an_hour_early() -> None:
    late = Sessions("late", (date(2026, 11, 1),), closing=time(1, 45))  # an hour that comes twice
    assert late.close(date(2026, 11, 1)).astimezone(UTC) == at("2026-11-01 05:45")
    assert not late.is_final(date(2026, 11, 1), at("2026-11-01 06:14"))
    assert late.is_final(date(2026, 11, 1), at("2026-11-01 06:15"))


# --- names and limits -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "code"),
    [("xlon", "XLON"), (" NASDAQ ", "XNYS"), ("XNAS", "XNYS"), ("24/7", "24/7"), ("lse", "XLON")],
)
def test_an_exchange_is_known_by_its_names(written: str, code: str) -> None:
    assert known_exchange(written) == code
    assert calendar(written, YEAR, YEAR) is calendar(code, YEAR, YEAR)


def test_an_unknown_exchange_is_answered_with_the_nearest() -> None:
    with pytest.raises(SpecError, match=r"unknown exchange 'XLOM'.*Did you mean 'XLON'"):
        calendar("XLOM", YEAR, YEAR)


def test_a_calendar_that_ends_early_says_so() -> None:
    known = calendar("XBOM", 2025, 2027)
    assert known.days[-1] == date(2026, 12, 31)
    assert known.cut_short
    assert not nyse(2025, 2027).cut_short


def test_a_calendar_that_begins_late_begins_there() -> None:
    assert calendar("XTKS", 1990, 2026).days[0] == date(1997, 1, 6)
    with pytest.raises(DataError, match="the calendar of Tokyo is not known from 1980 to 1990"):
        calendar("XTKS", 1980, 1990)


def test_common_sessions_are_those_of_all() -> None:
    stocks, tokyo, crypto = (calendar(code, YEAR, YEAR) for code in ("XNYS", "XTKS", "24/7"))
    both = common(tokyo, stocks)
    assert both.name == "NYSE and Tokyo"
    assert both.days == tuple(sorted(set(stocks.days) & set(tokyo.days)))
    assert common(crypto, stocks).days == stocks.days
    assert common(stocks, stocks) is stocks
    assert common(stocks, tokyo, crypto).name == "NYSE, Tokyo and crypto (every day)"
