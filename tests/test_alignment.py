"""Figures in their instruments' own sessions, and comparisons in those that several share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import pipeline
from reporter.alignment import calendar_notes, own, shared, tellable
from reporter.measure import measure, plan
from reporter.metrics.base import Ask, metrics
from reporter.model import Brief, Fact, Facts, Gap, MarketData, Reason, Table, plain
from reporter.sessions import Sessions, calendar
from reporter.spec import load
from tests.exchanges import lacking, market, prices

MONDAY, FRIDAY, SUNDAY = date(2026, 1, 12), date(2026, 1, 9), date(2026, 1, 11)
TRADED = calendar("XNYS", 2024, 2026).days
ELSEWHERE = ("^N225", "^FTSE", "BTC-USD", "EURUSD=X", "000001.SS")


def answer(data: MarketData, metric: str, subject: str, **rest: str) -> Fact | Gap:
    ask = Ask(metric, subject, rest.get("vs"), rest.get("window"))
    (found,) = metrics.get(metric).compute(ask, data)
    return found


def fact(data: MarketData, metric: str, subject: str, **rest: str) -> Fact:
    found = answer(data, metric, subject, **rest)
    assert isinstance(found, Fact), found
    return found


# --- one instrument: its own sessions -------------------------------------------------------------


@pytest.mark.parametrize(
    ("symbol", "window", "base"),
    [
        ("^GSPC", "1d", "2026-01-09"),
        ("^GSPC", "ytd", "2025-12-31"),
        ("^GSPC", "20s", "2025-12-11"),
        ("BTC-USD", "1d", "2026-01-11"),
        ("BTC-USD", "wtd", "2026-01-11"),
        ("BTC-USD", "1w", "2026-01-05"),
        ("BTC-USD", "20s", "2025-12-23"),
        ("EURUSD=X", "1d", "2026-01-09"),
        ("EURUSD=X", "20s", "2025-12-15"),
        ("^N225", "1d", "2026-01-08"),
        ("^N225", "ytd", "2025-12-30"),
        ("^FTSE", "20s", "2025-12-10"),
    ],
)
def test_a_window_counts_the_sessions_of_its_own_exchange(
    symbol: str, window: str, base: str
) -> None:
    data = market("^GSPC", *ELSEWHERE, as_of=MONDAY)
    found = fact(data, "period_return", symbol, window=window)
    assert str(found.base_date) == base


def test_a_fact_is_as_of_its_instruments_own_last_session() -> None:
    data = market("^GSPC", *ELSEWHERE, as_of=MONDAY)  # Coming of Age Day: Tokyo was closed
    days = {symbol: fact(data, "level", symbol).as_of for symbol in data.series}
    assert days == dict.fromkeys(data.series, MONDAY) | {"^N225": FRIDAY}
    assert fact(data, "level", "^N225").displays["as_of"] == "9 January 2026"
    assert own("^N225", data).as_of == FRIDAY
    assert own("nothing", data).as_of == MONDAY


def refused(data: MarketData, metric: str, subject: str, window: str, vs: str = "") -> str:
    rest = {"vs": vs} if vs else {}
    found = answer(data, metric, subject, window=window, **rest)
    assert isinstance(found, Gap), found
    assert found.reason is Reason.WINDOW
    return found.message


def test_last_weeks_return_is_not_told_as_this_weeks() -> None:
    """Tokyo kept Coming-of-Age Day on Monday 12 January 2026; New York traded."""
    data = market("^GSPC", "^N225", as_of=MONDAY)
    told = refused(data, "period_return", "^N225", "wtd")
    assert told == "Tokyo had no session yet in the week of 12 January 2026"
    assert fact(data, "period_return", "^GSPC", window="wtd").as_of == MONDAY
    assert fact(data, "period_return", "^N225", window="1d").as_of == FRIDAY
    assert fact(data, "period_return", "^N225", window="mtd").as_of == FRIDAY
    assert fact(data, "period_return", "^N225", window="1w").as_of == FRIDAY
    versus = refused(data, "relative_return", "^GSPC", "wtd", "^N225")
    assert "had no common session yet in the week of 12 January 2026" in versus


@pytest.mark.parametrize(
    ("window", "period"),
    [("mtd", "January 2026"), ("qtd", "the quarter from 1 January 2026"), ("ytd", "2026")],
)
def test_last_years_return_is_not_told_as_this_years(window: str, period: str) -> None:
    """On Friday 2 January 2026 New York traded; Tokyo began on the Monday after."""
    data = market("^GSPC", "^N225", as_of=date(2026, 1, 2))
    assert (
        refused(data, "period_return", "^N225", window) == f"Tokyo had no session yet in {period}"
    )
    assert fact(data, "period_return", "^GSPC", window=window).base_date == date(2025, 12, 31)


def test_a_rate_published_later_has_no_value_on_a_weeks_first_day() -> None:
    data = market("^GSPC", "^TNX", as_of=MONDAY)
    late = replace(data, ends={"^TNX": FRIDAY})
    told = refused(late, "yield_change", "^TNX", "wtd")
    assert told.endswith(" has no value yet in the week of 12 January 2026")
    assert fact(late, "yield_change", "^TNX", window="1d").as_of == FRIDAY
    assert fact(late, "yield_change", "^TNX", window="mtd").as_of == FRIDAY
    assert fact(data, "yield_change", "^TNX", window="wtd").as_of == MONDAY


@given(st.sampled_from(TRADED[30:-30]), st.sampled_from(("wtd", "mtd", "qtd", "ytd")))
def test_a_period_to_date_lies_within_its_period(day: date, window: str) -> None:
    data = market("^GSPC", "^N225", as_of=day)
    found = answer(data, "period_return", "^N225", window=window)
    last = data.last_session("^N225")
    same = {
        "wtd": last.isocalendar()[:2] == day.isocalendar()[:2],
        "mtd": (last.year, last.month) == (day.year, day.month),
        "qtd": (last.year, (last.month - 1) // 3) == (day.year, (day.month - 1) // 3),
        "ytd": last.year == day.year,
    }
    assert isinstance(found, Fact) is same[window]


def test_sessions_since_a_day_are_the_instruments_own() -> None:
    data = market("^GSPC", "BTC-USD", as_of=MONDAY)
    found = fact(data, "drawdown", "BTC-USD")
    peak = date.fromisoformat(str(found.detail["peak_date"]))
    assert found.detail["sessions"] == (MONDAY - peak).days


def test_a_history_is_unbroken_by_its_own_calendar() -> None:
    day = date(2026, 1, 2)  # New York traded, Tokyo did not until Monday the 5th
    data = market("^GSPC", "^N225", "EURUSD=X", as_of=MONDAY)
    for symbol in data.series:
        assert isinstance(answer(data, "rsi", symbol, window="14"), Fact)
    for symbol in ("^GSPC", "EURUSD=X"):
        broken = answer(lacking(data, symbol, day), "rsi", symbol, window="14")
        assert isinstance(broken, Gap)
        assert "are missing" in broken.message


# --- several: common sessions ---------------------------------------------------------------------


@given(
    as_of=st.sampled_from([day for day in TRADED if day < date(2026, 11, 1)]),
    other=st.sampled_from(ELSEWHERE),
    window=st.sampled_from(["1d", "1w", "20s", "since:2023-11-20"]),
    seed=st.integers(0, 999),
    turned=st.sampled_from([1, -1]),
)
def test_a_spread_is_that_of_the_days_both_have(
    as_of: date, other: str, window: str, seed: int, turned: int
) -> None:
    data = market("^GSPC", other, as_of=as_of, seed=seed)
    subject, against = ("^GSPC", other)[::turned]
    found = fact(data, "relative_return", subject, vs=against, window=window)
    joined = pd.concat(
        [data.series[symbol].bars["close"] for symbol in (subject, against)],
        axis="columns", join="inner", keys=["ours", "theirs"],
    )  # fmt: skip
    last = joined.index[-1]
    base = {
        "1d": joined.index[-2],
        "1w": joined.loc[: last - pd.Timedelta(days=7)].index[-1],
        "20s": joined.index[-21],
        "since:2023-11-20": joined.loc[:"2023-11-20"].index[-1],
    }[window]
    moved = joined.loc[last] / joined.loc[base] - 1
    assert (found.as_of, found.base_date) == (last.date(), base.date())
    assert found.value == pytest.approx(moved["ours"] - moved["theirs"], abs=1e-12)
    assert str(found.detail["calendar"]).startswith("sessions common to ")


def test_a_spread_of_one_exchange_says_nothing_of_calendars() -> None:
    data = market("^GSPC", "^RUT", "BTC-USD", as_of=MONDAY)
    alone = replace(data, calendars={})
    for metric, rest in (("relative_return", {"window": "ytd"}), ("outperformance_streak", {})):
        found = fact(data, metric, "^RUT", vs="^GSPC", **rest)
        assert found == fact(alone, metric, "^RUT", vs="^GSPC", **rest)
        assert "calendar" not in found.detail


def test_a_comparison_names_the_sessions_it_counts() -> None:
    data = market("^GSPC", "^N225", as_of=MONDAY)
    found = fact(data, "relative_return", "^GSPC", vs="^N225", window="ytd")
    assert (found.as_of, found.base_date) == (FRIDAY, date(2025, 12, 30))
    assert found.displays["calendar"] == "sessions common to NYSE and Tokyo"


def test_a_run_counts_common_sessions() -> None:
    data = market("BTC-USD", "^GSPC", as_of=SUNDAY, drifts={"BTC-USD": 0.2})
    found = fact(data, "outperformance_streak", "BTC-USD", vs="^GSPC")
    start = date.fromisoformat(str(found.detail["start"]))
    assert found.as_of == FRIDAY
    assert found.value == sum(start <= day <= FRIDAY for day in data.calendars["XNYS"].days)
    lacks = lacking(data, "BTC-USD", date(2026, 1, 7))
    assert isinstance(answer(lacks, "outperformance_streak", "BTC-USD", vs="^GSPC"), Gap)


def test_a_common_session_without_a_price_is_a_gap_and_not_another_day() -> None:
    data = lacking(market("^GSPC", "BTC-USD", as_of=MONDAY), "BTC-USD", date(2025, 12, 31))
    found = answer(data, "relative_return", "^GSPC", vs="BTC-USD", window="ytd")
    assert isinstance(found, Gap)
    assert "no prices on 31 December 2025" in found.message


def test_advancers_are_counted_between_sessions_of_all() -> None:
    data = market("^GSPC", "^N225", "BTC-USD", as_of=MONDAY)
    ask = Ask("advancers", "list:all", None, "1d", tuple(data.series))
    (found,) = metrics.get("advancers").compute(ask, data)
    assert isinstance(found, Fact)
    assert (found.as_of, found.base_date) == (FRIDAY, date(2026, 1, 8))
    closes = [s.bars["close"] for s in data.series.values()]
    risen = [c.loc["2026-01-09"] > c.loc["2026-01-08"] for c in closes]
    assert found.value == sum(risen)
    assert found.detail["calendar"] == "sessions common to NYSE, Tokyo and crypto (every day)"


def test_calendars_without_a_day_in_common_cannot_be_compared() -> None:
    data = market("^GSPC", "BTC-USD", as_of=MONDAY)
    odd = Sessions("odd", (date(2026, 1, 10), date(2026, 1, 11)))
    apart = replace(data, calendars={**data.calendars, "24/7": odd})
    found = answer(apart, "relative_return", "^GSPC", vs="BTC-USD", window="1d")
    assert isinstance(found, Gap)
    assert "NYSE and odd" in found.message
    with pytest.raises(LookupError):
        shared(("^GSPC", "BTC-USD"), apart)


# --- a brief --------------------------------------------------------------------------------------


def order(data: MarketData, subject: str, benchmark: str, *watched: str) -> Brief:
    spec = replace(
        load("daily"), subjects=(subject,), benchmark=benchmark, pairs=(), known_highs=(),
        watch={"other": watched},
    )  # fmt: skip
    return pipeline.compose(spec, data)


def test_watching_crypto_and_currencies_changes_no_figure_of_shares() -> None:
    shares, others = ("^RUT", "^GSPC", "IWM"), ("BTC-USD", "EURUSD=X")
    plainly = order(market(*shares, as_of=MONDAY), "^RUT", "^GSPC", "IWM")
    data = market(*shares, *others, as_of=MONDAY)
    beside = order(data, "^RUT", "^GSPC", "IWM", *others)
    facts = {one.id: one for one in beside.facts}
    theirs = [one for one in plainly.facts if not one.subject.startswith("list:")]
    assert theirs
    assert [facts[one.id] for one in theirs] == theirs
    assert plain(beside.headline) == plain(plainly.headline)
    days = data.series["BTC-USD"].bars.index
    assert {5, 6} <= {pd.Timestamp(day).weekday() for day in days}


def test_crypto_on_a_sunday_is_compared_with_shares_on_the_days_both_have() -> None:
    brief = order(market("BTC-USD", "^GSPC", as_of=SUNDAY), "BTC-USD", "^GSPC", "^GSPC")
    assert brief.as_of == SUNDAY
    days = {(one.subject, one.benchmark): one.as_of for one in brief.facts}
    assert days["BTC-USD", None] == SUNDAY
    assert days["^GSPC", None] == days["BTC-USD", "^GSPC"] == FRIDAY
    told = " ".join(plain(r.text) for s in brief.sections for p in s.paragraphs for r in p)
    assert "bitcoin" in told.lower()
    assert "S&P 500" not in told


def test_words_leave_out_what_is_of_another_day_and_tables_date_it() -> None:
    data = market("^GSPC", "^RUT", "^N225", as_of=MONDAY, drifts={"^N225": 0.004})
    brief = order(data, "^GSPC", "^RUT", "^N225")
    cited = {
        i for s in brief.sections for p in s.paragraphs for r in p for i in r.facts
    }  # fmt: skip
    assert cited
    assert all(brief.fact(i).as_of == MONDAY for i in cited)
    tables = [t for s in brief.sections for t in s.tables if _row_of("Nikkei 225", t)]
    assert tables
    assert all(t.note.startswith("As of another day: Nikkei 225 9 Jan 2026. ") for t in tables)
    (figure,) = (f for f in brief.key_figures if f.label == "Nikkei 225")
    assert figure.note.endswith(", 9 Jan 2026")
    for chart in brief.charts:
        assert not any(line.name == "Nikkei 225" for line in chart.series) or "spark" in chart.id


def _row_of(name: str, table: Table) -> bool:
    return any(row[0].text.startswith(name) for row in table.rows)


def test_a_spread_is_told_only_beside_returns_of_its_own_days() -> None:
    day = date(2026, 1, 15)
    data = market("^GSPC", "^N225", as_of=day)
    pairs = [Ask("period_return", s, None, w) for s in data.series for w in ("ytd", "1w")]
    asks = [*pairs, *(Ask("relative_return", "^GSPC", "^N225", w) for w in ("ytd", "1w"))]
    facts = measure(asks, data)
    told = tellable(facts, day)
    assert facts.get("relative_return", "^GSPC", vs="^N225", window="ytd")  # from 30 December
    assert told.get("relative_return", "^GSPC", vs="^N225", window="ytd") is None
    assert told.get("relative_return", "^GSPC", vs="^N225", window="1w")
    assert told.get("period_return", "^N225", window="ytd")
    assert tellable(Facts(), day) == Facts()


def test_all_that_a_brief_asks_of_one_exchange_is_tellable() -> None:
    data = market("^RUT", "^GSPC", as_of=MONDAY)
    spec = replace(load("daily"), subjects=("^RUT",), benchmark="^GSPC", watch={}, pairs=())
    facts = measure(plan(spec, data), data)
    assert tellable(facts, data.as_of) == facts


# --- notes ----------------------------------------------------------------------------------------


def test_the_reader_is_told_how_calendars_are_compared() -> None:
    (note,) = calendar_notes(market("^GSPC", "^N225", "BTC-USD", as_of=MONDAY))
    assert note == (
        "Calendars: NYSE, Tokyo and crypto (every day). A figure counts its own instrument's "
        "sessions; comparisons across calendars run between sessions common to both sides."
    )
    assert calendar_notes(market("^GSPC", "^RUT", as_of=MONDAY)) == ()


def test_the_reader_is_told_where_a_calendar_ends() -> None:
    data = market("^GSPC", "000001.SS", as_of=MONDAY)
    assert len(calendar_notes(data)) == 1
    late = market("^GSPC", "000001.SS", as_of=date(2026, 12, 14))
    assert calendar_notes(late)[1:] == (
        "The trading days of Shanghai are known up to 31 December 2026 only.",
    )


def test_prices_are_those_of_the_exchanges_days() -> None:
    assert prices("^N225", MONDAY).end == FRIDAY
