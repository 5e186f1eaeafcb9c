from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reporter.model import Kind
from reporter.sessions import NAMES
from reporter.sources._yahoo_exchanges import CALENDARS, calendar, kind, unfinished
from tests.sources.fake_yahoo import about, bar, stamp

HALF_HOUR = timedelta(minutes=30)


def meta(**told: Any) -> dict[str, Any]:
    return {**about([bar("2026-01-16", 1.0)]), **told}


def test_every_calendar_is_one_that_exists() -> None:
    assert set(CALENDARS.values()) <= set(NAMES)


def test_no_exchange_has_two_calendars() -> None:
    assert len(CALENDARS) > 80
    assert all(code.isupper() and code.isalpha() for code in CALENDARS)


@pytest.mark.parametrize(
    ("exchange", "expected"),
    [
        ("NMS", "XNYS"), ("PCX", "XNYS"), ("LSE", "XLON"), ("GER", "XETR"), ("JPX", "XTKS"),
        ("CMX", "US_FUTURES"), ("CCY", "24/5"), ("CCC", "24/7"), ("XXX", ""), (None, ""),
    ],
)  # fmt: skip
def test_the_exchange_names_the_calendar(exchange: str | None, expected: str) -> None:
    assert calendar(meta(exchangeName=exchange, instrumentType="EQUITY")) == expected


def test_an_index_of_a_publisher_trades_where_its_zone_does() -> None:
    told = meta(exchangeName="XXX", exchangeTimezoneName="Asia/Tokyo")
    assert calendar(told) == "XTKS"
    assert calendar({**told, "exchangeTimezoneName": "Asia/Karachi"}) == ""
    assert calendar({**told, "instrumentType": "EQUITY"}) == ""
    assert calendar({}) == ""


@pytest.mark.parametrize(
    ("told", "expected"),
    [("INDEX", Kind.INDEX), ("ETF", Kind.FUND), ("FUTURE", Kind.COMMODITY),
     ("CRYPTOCURRENCY", Kind.CURRENCY), ("ECNQUOTE", None), (None, None), ([], None)],
)  # fmt: skip
def test_the_kind_is_yahoos_where_it_is_known(told: object, expected: Kind | None) -> None:
    assert kind(meta(instrumentType=told)) is expected


def at(day: str, hour: time) -> datetime:
    return datetime.fromtimestamp(stamp(day, hour), ZoneInfo("Asia/Tokyo"))


def test_a_session_is_unfinished_until_it_has_settled() -> None:
    last = date(2026, 1, 16)
    assert unfinished(meta(), at("2026-01-16", time(16, 29)), HALF_HOUR) == last
    assert unfinished(meta(), at("2026-01-16", time(16, 30)), HALF_HOUR) is None
    assert unfinished(meta(), at("2026-01-16", time(8)), HALF_HOUR) == last
    assert unfinished(meta(), None, HALF_HOUR) is None


@pytest.mark.parametrize(
    "told",
    [
        {"currentTradingPeriod": None},
        {"currentTradingPeriod": {"regular": {"start": "x", "end": 1}}},
        {"currentTradingPeriod": {"regular": {"start": 1e30, "end": 1}}},
        {"exchangeTimezoneName": "Nowhere/At_All"},
        {"exchangeTimezoneName": ""},
        {"exchangeTimezoneName": None},
    ],
)
def test_hours_that_make_no_sense_say_nothing(told: dict[str, Any]) -> None:
    assert unfinished(meta(**told), at("2026-01-16", time(12)), HALF_HOUR) is None
