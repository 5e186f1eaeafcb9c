from __future__ import annotations

import math
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pandas as pd
import pytest

from reporter.errors import DataError
from reporter.gate import admit
from reporter.model import Basis, Gap, Kind, Reason, Terms
from reporter.sources.base import DataRequest, Quotes, sources
from reporter.sources.yahoo import MANNERS, Manners, cache_folder, fetch, jitter, open_session
from tests.sources.fake_yahoo import (
    FOUND,
    TOO_MANY,
    FakeYahoo,
    Reply,
    Time,
    bar,
    chart,
    forget,
    serving,
    stamp,
)

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
WEEK = [
    bar("2026-01-12", 2600.0),
    bar("2026-01-13", 2610.5),
    bar("2026-01-14", 2651.64),
    bar("2026-01-15", 2674.56, adjclose=2600.0),
    bar("2026-01-16", 2677.74),
]


@pytest.fixture(autouse=True)
def _fresh_yfinance() -> Iterator[None]:
    yield
    forget()


def run(
    replies: Mapping[str, Sequence[Reply]],
    symbols: Sequence[str],
    folder: Path,
    *,
    now: datetime | None = NOW,
    crumbs: Sequence[Reply] = (FOUND,),
) -> tuple[list[Quotes | Gap], FakeYahoo, Time]:
    """What the source gives, what it asked the server, and what it waited."""
    clock = Time()
    manners = Manners(sleep=clock.sleep, clock=clock, timeout=2)
    with serving(replies, crumbs=crumbs) as fake:
        request = DataRequest(symbols, now=now)
        given = fetch(request, cache=folder / "cache", manners=manners, opener=fake.opener)
        answers = list(given.answers)
    return answers, fake, clock


def quotes(reply: Reply, symbol: str, folder: Path, *, now: datetime | None = NOW) -> Quotes:
    """The quotes made of one answer."""
    ((one,), _, _) = run({symbol: [reply]}, [symbol], folder, now=now)
    assert isinstance(one, Quotes)
    return one


# --- what is given ---


def test_a_whole_table_arrives_unadjusted_by_day(tmp_path: Path) -> None:
    one = quotes(chart(WEEK, dividends={"2026-01-14": 1.25}), "IWM", tmp_path)
    assert list(one.frame["Date"]) == list(pd.bdate_range("2026-01-12", "2026-01-16"))
    assert list(one.frame["Close"]) == [2600.0, 2610.5, 2651.64, 2674.56, 2677.74]
    assert one.frame["Adj Close"].iloc[3] == 2600.0
    assert list(one.frame["Dividends"]) == [0, 0, 1.25, 0, 0]
    assert list(one.frame["Volume"]) == [1000] * 5
    assert set(one.frame["Stock Splits"]) == {0}
    assert one.basis is Basis.PRICE
    assert one.fetched == NOW
    assert "IWM" in one.origin
    assert "IWM" in one.label


def test_the_gate_makes_a_series_of_it(tmp_path: Path) -> None:
    one = quotes(chart(WEEK), "^RUT", tmp_path)
    with serving({"^RUT": [chart(WEEK)]}) as fake:
        request = DataRequest(["^RUT"], now=NOW)
        given = fetch(request, cache=tmp_path, manners=Manners(), opener=fake.opener)
        assert given.terms is Terms.PERSONAL
        admitted = admit(given, request, "yahoo")
    (series,) = admitted.series
    assert list(series.bars["close"]) == list(one.frame["Close"])
    assert series.provenance.terms is Terms.PERSONAL
    assert series.provenance.fetched == NOW
    assert series.instrument.name == "Russell 2000"


@pytest.mark.parametrize(("symbol", "kind"), [("^RUT", "INDEX"), ("ZZZZ", "INDEX")])
def test_volumes_of_indices_are_left_out(symbol: str, kind: str, tmp_path: Path) -> None:
    one = quotes(chart(WEEK, instrumentType=kind), symbol, tmp_path)
    assert one.frame["Volume"].isna().all()


def test_what_yfinance_calls_the_days_are_those_of_the_exchange(tmp_path: Path) -> None:
    one = quotes(chart(WEEK, zone="Asia/Tokyo"), "^N225", tmp_path)
    assert one.frame["Date"].iloc[-1] == pd.Timestamp("2026-01-16")


def test_the_whole_history_is_asked_for_up_to_beyond_today(tmp_path: Path) -> None:
    _, fake, _ = run({"^RUT": [chart(WEEK)]}, ["^RUT"], tmp_path)
    query = fake.queries[-1]
    assert int(query["period1"][0]) < stamp("1901-01-01")
    assert int(query["period2"][0]) > stamp("2026-01-21")


def test_an_unlisted_symbol_takes_yahoos_name_kind_and_exchange(tmp_path: Path) -> None:
    one = quotes(chart(WEEK, instrumentType="ETF", exchangeName="LSE"), "ZZZZ.L", tmp_path)
    assert (one.name, one.kind, one.exchange) == ("An Invented Fund ETF", Kind.FUND, "XLON")


def test_a_listed_symbol_keeps_what_the_catalogue_says(tmp_path: Path) -> None:
    one = quotes(chart(WEEK, instrumentType="EQUITY", exchangeName="LSE"), "IWM", tmp_path)
    assert (one.kind, one.exchange) == (None, "")


@pytest.mark.parametrize(
    ("at", "last"),
    [(time(15, 59), "2026-01-15"), (time(16, 29), "2026-01-15"), (time(16, 30), "2026-01-16")],
)
def test_without_a_calendar_yahoos_hours_say_whether_a_bar_is_whole(
    at: time, last: str, tmp_path: Path
) -> None:
    now = datetime.fromtimestamp(stamp("2026-01-16", at), UTC)
    reply = chart(WEEK, instrumentType="EQUITY", exchangeName="XXX")
    one = quotes(reply, "ZZZZ", tmp_path, now=now)
    assert one.exchange == ""
    assert one.frame["Date"].iloc[-1] == pd.Timestamp(last)


def test_with_a_calendar_the_gate_judges_whether_a_bar_is_whole(tmp_path: Path) -> None:
    now = datetime.fromtimestamp(stamp("2026-01-16", time(15, 59)), UTC)
    one = quotes(chart(WEEK), "ZZZZ", tmp_path, now=now)
    assert one.frame["Date"].iloc[-1] == pd.Timestamp("2026-01-16")


def test_without_a_clock_all_of_it_is_given(tmp_path: Path) -> None:
    reply = chart(WEEK, instrumentType="EQUITY", exchangeName="XXX")
    one = quotes(reply, "ZZZZ", tmp_path, now=None)
    assert len(one.frame) == 5
    assert one.fetched is None


def test_symbols_come_in_the_order_asked_with_the_progress_told(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []

    def progress(done: int, total: int, symbol: str) -> None:
        told.append((done, total, symbol))

    with serving({"IWM": [chart(WEEK)], "QQQ": [chart(WEEK)]}) as fake:
        request = DataRequest(["QQQ", "IWM"], now=NOW, progress=progress)
        given = fetch(request, cache=tmp_path, manners=Manners(pause=0), opener=fake.opener)
        assert not fake.asked  # nothing is asked before somebody wants the answers
        assert [answer.symbol for answer in given.answers if isinstance(answer, Quotes)] == [
            "QQQ",
            "IWM",
        ]
    assert told == [(0, 2, "QQQ"), (1, 2, "IWM"), (2, 2, "")]


# --- how it asks ---


def test_one_request_a_symbol_after_a_cookie_and_a_crumb(tmp_path: Path) -> None:
    names = ["^RUT", "^GSPC", "IWM", "QQQ", "ZZZZ"]
    answers, fake, _ = run({name: [chart(WEEK)] for name in names}, names, tmp_path)
    assert all(isinstance(answer, Quotes) for answer in answers)
    assert {name: fake.asked[name] for name in names} == dict.fromkeys(names, 1)
    assert fake.asked["crumb"] == fake.asked["fc.yahoo.com"] == 1
    assert fake.asked.total() == len(names) + 2


@pytest.mark.parametrize("crumb", [TOO_MANY, Reply(500, ""), Reply(200, "<html>consent</html>")])
def test_a_crumb_refused_stops_no_chart_and_is_not_asked_for_again(
    crumb: Reply, tmp_path: Path
) -> None:
    names = ["^RUT", "^GSPC", "IWM", "QQQ"]
    replies = {name: [chart(WEEK)] for name in names}
    answers, fake, _ = run(replies, names, tmp_path, crumbs=[crumb])
    assert all(isinstance(answer, Quotes) for answer in answers)
    assert {name: fake.asked[name] for name in names} == dict.fromkeys(names, 1)
    assert fake.asked.total() - len(names) <= 6
    assert not any("crumb" in query for query in fake.queries)


def test_no_more_than_two_requests_a_second(tmp_path: Path) -> None:
    names = ["^RUT", "^GSPC", "IWM", "QQQ"]
    _, fake, clock = run({name: [chart(WEEK)] for name in names}, names, tmp_path)
    assert clock.waits == [MANNERS.pause] * (fake.asked.total() - 1)
    assert MANNERS.pause == 0.5


def test_a_second_run_of_the_same_process_asks_with_its_own_session(tmp_path: Path) -> None:
    for _ in range(2):
        (one,), fake, _ = run({"IWM": [chart(WEEK)]}, ["IWM"], tmp_path)
        assert isinstance(one, Quotes)
        assert fake.asked["IWM"] == fake.asked["crumb"] == 1


@pytest.mark.parametrize("symbol", ["^RUT", "IWM", "ZZZZ"])
def test_jitter_spreads_and_repeats(symbol: str) -> None:
    values = [jitter(symbol, turn) for turn in range(50)]
    assert values == [jitter(symbol, turn) for turn in range(50)]
    assert all(0 <= value < 1 for value in values)
    assert max(values) - min(values) > 0.8


def test_the_manners_wait_and_count_for_real() -> None:
    pace = Manners(budget=100, budget_each=2).pace(10)
    assert pace.budget == 120
    assert 119 < pace.left <= 120
    with open_session(pace, 3) as session:
        assert session.pace is pace


# --- the cache folder ---


def test_the_cache_folder_is_private(tmp_path: Path) -> None:
    run({"IWM": [chart(WEEK)]}, ["IWM"], tmp_path)
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700


def test_a_cache_folder_that_cannot_be_written_is_said_clearly(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the way")
    with pytest.raises(DataError, match="REPORTER_CACHE_DIR"):
        run({"^RUT": [chart(WEEK)]}, ["^RUT"], tmp_path)


def test_a_damaged_cache_folder_is_said_clearly(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "cookies.db").write_text("no database, but long enough to be one" * 99)
    with pytest.raises(DataError, match=r"damaged: .*Remove it; nothing is lost"):
        run({"^RUT": [chart(WEEK)]}, ["^RUT"], tmp_path)


def test_the_cache_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REPORTER_CACHE_DIR", str(tmp_path))
    assert cache_folder().is_relative_to(tmp_path)
    monkeypatch.delenv("REPORTER_CACHE_DIR")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder().is_relative_to(Path.home())


def test_a_cache_folder_in_nobodys_home_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTER_CACHE_DIR", "~nosuchuser/cache")
    with pytest.raises(DataError, match=r"no cache folder: .* Name one in REPORTER_CACHE_DIR"):
        cache_folder()


def test_the_source_is_registered_with_a_summary() -> None:
    assert "yahoo" in sources.names()
    assert "Yahoo" in sources.summary("yahoo")


# --- through the gate ---


def admitted(reply: Reply, symbol: str, folder: Path) -> tuple[list[float], list[str]]:
    """The closes the gate lets through, and what it says of the others."""
    with serving({symbol: [reply]}) as fake:
        request = DataRequest([symbol], now=NOW + timedelta(hours=1))
        given = fetch(request, cache=folder, manners=Manners(pause=0), opener=fake.opener)
        through = admit(given, request, "yahoo")
    (series,) = through.series
    return list(series.bars["close"]), [finding.message for finding in through.findings]


def test_a_day_with_an_impossible_price_is_left_out_and_named(tmp_path: Path) -> None:
    spring = [bar("2020-04-17", 18.27), bar("2020-04-20", -37.63), bar("2020-04-21", 10.01)]
    closes, said = admitted(chart(spring), "^RUT", tmp_path)
    assert closes == [18.27, 10.01]
    assert any("20 April 2020" in message for message in said)


def test_oil_below_zero_is_a_price(tmp_path: Path) -> None:
    below = bar("2020-04-20", -37.63, open=17.73, high=17.85, low=-40.32)
    spring = [bar("2020-04-17", 18.27), below, bar("2020-04-21", 10.01)]
    closes, _ = admitted(chart(spring), "CL=F", tmp_path)
    assert closes == [18.27, -37.63, 10.01]


def test_an_opening_price_yahoo_never_had_is_unknown_not_zero(tmp_path: Path) -> None:
    old = [bar("1975-01-02", 70.23, open=0.0), bar("1975-01-03", 70.71)]
    one = quotes(chart(old), "^GSPC", tmp_path)
    assert math.isclose(one.frame["Open"].iloc[0], 0)
    closes, _ = admitted(chart(old), "^GSPC", tmp_path)
    assert closes == [70.23, 70.71]


def test_no_network_ends_with_one_message(tmp_path: Path) -> None:
    with serving({}) as fake:
        pass  # the server is gone
    clock = Time()
    manners = Manners(sleep=clock.sleep, clock=clock)
    given = fetch(
        DataRequest(["^RUT"], now=NOW), cache=tmp_path, manners=manners, opener=fake.opener
    )
    (gap,) = given.answers
    assert isinstance(gap, Gap)
    assert gap.reason is Reason.UNAVAILABLE
    assert "Check the network" in gap.message
    assert date(2026, 1, 20) == NOW.date()


TWO_RUNS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from reporter.sources.base import DataRequest, Quotes
from reporter.sources.yahoo import Manners, fetch
from tests.sources.fake_yahoo import FakeYahoo

port, cache = int(sys.argv[1]), Path(sys.argv[2])
request = DataRequest(["IWM", "QQQ", "^RUT"], now=datetime(2026, 1, 20, tzinfo=UTC))
opener = FakeYahoo({}, port=port).opener
given = fetch(request, cache=cache, manners=Manners(pause=0), opener=opener)
assert all(isinstance(answer, Quotes) for answer in given.answers)
"""


def test_two_runs_share_a_cache_folder(tmp_path: Path) -> None:
    with serving({symbol: [chart(WEEK)] for symbol in ("IWM", "QQQ", "^RUT")}) as fake:
        command = [sys.executable, "-c", TWO_RUNS, str(fake.port), str(tmp_path)]
        runs = [
            subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=Path.cwd())
            for _ in range(2)
        ]
        for run_ in runs:
            _, said = run_.communicate()
            assert run_.returncode == 0, said
