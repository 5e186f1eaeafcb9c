from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path

import pandas as pd
import pytest
from yfinance import base, cache
from yfinance.data import SingletonMeta, YfData

from reporter.errors import DataError
from reporter.model import Basis, Reason
from reporter.sources.base import DataRequest, Delivered, sources
from reporter.sources.yahoo import cache_folder, fetch
from tests.sources.fake_yahoo import (
    BROKEN,
    GARBAGE,
    TOO_MANY,
    FakeYahoo,
    Reply,
    bar,
    chart,
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
    """Give every test a yfinance that remembers nothing: it keeps state for the whole process."""
    yield
    YfData.cache_get.cache_clear()
    SingletonMeta._instances.clear()
    base._tz_info_fetch_ctr = 0
    for store in (cache._TzDBManager, cache._CookieDBManager, cache._ISINDBManager):
        store.close_db()
        store._db = None
    cache._TzCacheManager._tz_cache = None
    cache._CookieCacheManager._Cookie_cache = None
    cache._ISINCacheManager._isin_cache = None


class Sleeper:
    """Counts the seconds instead of waiting."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def __call__(self, seconds: float) -> None:
        """Remember the wait."""
        self.waits.append(seconds)


def run(
    replies: Mapping[str, Sequence[Reply]],
    symbols: Sequence[str],
    folder: Path,
    *,
    as_of: date | None = None,
    now: datetime = NOW,
) -> tuple[Delivered, FakeYahoo, Sleeper]:
    sleeper = Sleeper()
    with serving(replies) as fake, fake.session() as session:
        request = DataRequest(symbols, "", as_of, now)
        delivered = fetch(request, session=session, sleep=sleeper, cache=folder / "cache")
    return delivered, fake, sleeper


def test_a_good_series_arrives_unadjusted_by_day_and_in_order(tmp_path: Path) -> None:
    delivered, fake, _ = run({"^RUT": [chart(WEEK)]}, ["^RUT"], tmp_path)
    (series,) = delivered.series
    assert not delivered.gaps
    assert not delivered.notes
    assert list(series.bars["close"]) == [2600.0, 2610.5, 2651.64, 2674.56, 2677.74]
    assert series.bars.index.equals(pd.bdate_range("2026-01-12", "2026-01-16", name="date"))
    assert list(series.bars.columns) == ["open", "high", "low", "close", "volume"]
    assert series.basis is Basis.PRICE
    assert series.instrument.name == "Russell 2000"
    assert series.provenance.source == "yahoo"
    assert series.provenance.rows == 5
    assert fake.asked["^RUT"] == 2  # the time zone, then the bars
    assert "includePrePost" in fake.queries[-1]


def test_an_unknown_symbol_is_a_gap_and_the_others_still_come(tmp_path: Path) -> None:
    delivered, _, sleeper = run({"^RUT": [chart(WEEK)]}, ["XLQQ", "^RUT"], tmp_path)
    (gap,) = delivered.gaps
    assert (gap.subject, gap.reason) == ("XLQQ", Reason.UNKNOWN_SYMBOL)
    assert "Did you mean" in gap.message
    assert [series.symbol for series in delivered.series] == ["^RUT"]
    assert sum(sleeper.waits) < 1  # nothing is gained by asking again


def test_a_known_symbol_without_prices_is_no_data_not_unknown(tmp_path: Path) -> None:
    delivered, _, _ = run({"^RUT": [chart(WEEK)]}, ["^RUT", "^SOX"], tmp_path)
    assert delivered.gaps[0].reason is Reason.NO_DATA


def test_being_refused_ends_the_asking_and_says_when_to_try_again(tmp_path: Path) -> None:
    replies = {"^RUT": [chart(WEEK)], "^GSPC": [TOO_MANY], "IWM": [chart(WEEK)]}
    delivered, fake, _ = run(replies, ["^RUT", "^GSPC", "IWM", "QQQ"], tmp_path)
    assert [series.symbol for series in delivered.series] == ["^RUT"]
    assert [gap.subject for gap in delivered.gaps] == ["^GSPC", "IWM", "QQQ"]
    assert {gap.reason for gap in delivered.gaps} == {Reason.UNAVAILABLE}
    assert all("rate limit" in gap.message and "hour" in gap.message for gap in delivered.gaps)
    assert fake.asked["IWM"] == fake.asked["QQQ"] == 0


def test_being_refused_at_once_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="rate limit"):
        run({"^RUT": [TOO_MANY]}, ["^RUT", "^GSPC"], tmp_path)


@pytest.mark.parametrize("fault", [BROKEN, GARBAGE], ids=["500", "garbage"])
def test_a_passing_fault_is_mended_by_asking_again(tmp_path: Path, fault: Reply) -> None:
    delivered, _, sleeper = run({"^RUT": [fault, fault, chart(WEEK)]}, ["^RUT"], tmp_path)
    assert len(delivered.series) == 1
    assert sleeper.waits[0] == 2.0


def test_a_lasting_fault_is_a_gap_after_three_tries(tmp_path: Path) -> None:
    replies = {"^RUT": [chart(WEEK)], "^GSPC": [BROKEN]}
    delivered, _, sleeper = run(replies, ["^RUT", "^GSPC"], tmp_path)
    (gap,) = delivered.gaps
    assert (gap.subject, gap.reason) == ("^GSPC", Reason.UNAVAILABLE)
    assert "^GSPC" in gap.message
    assert [wait for wait in sleeper.waits if wait > 1] == [2.0, 6.0]


def test_a_last_bar_without_a_price_is_left_out_and_named(tmp_path: Path) -> None:
    empty = bar("2026-01-20", None)
    delivered, _, _ = run({"^RUT": [chart([*WEEK, empty])]}, ["^RUT"], tmp_path)
    assert delivered.series[0].end == date(2026, 1, 16)
    assert "20 January 2026" in delivered.notes[0]


def test_the_bar_of_a_running_session_is_left_out(tmp_path: Path) -> None:
    one_minute_before = stamp("2026-01-16", time(15, 59))
    delivered, _, _ = run({"^RUT": [chart(WEEK, now=one_minute_before)]}, ["^RUT"], tmp_path)
    assert delivered.series[0].end == date(2026, 1, 15)


def test_the_bar_of_a_closed_session_is_kept_on_the_same_evening(tmp_path: Path) -> None:
    today = date(2026, 1, 16)
    delivered, _, _ = run({"^RUT": [chart(WEEK)]}, ["^RUT"], tmp_path, today=today)
    assert delivered.series[0].end == today


def test_a_day_with_an_impossible_price_is_left_out_and_named(tmp_path: Path) -> None:
    spring = [bar("2020-04-17", 18.27), bar("2020-04-20", -37.63), bar("2020-04-21", 10.01)]
    delivered, _, _ = run({"^RUT": [chart(spring)]}, ["^RUT"], tmp_path)
    assert list(delivered.series[0].bars["close"]) == [18.27, 10.01]
    assert "20 April 2020" in delivered.notes[0]


def test_oil_below_zero_is_a_price(tmp_path: Path) -> None:
    below = bar("2020-04-20", -37.63, open=17.73, high=17.85, low=-40.32)
    spring = [bar("2020-04-17", 18.27), below, bar("2020-04-21", 10.01)]
    delivered, _, _ = run({"CL=F": [chart(spring)]}, ["CL=F"], tmp_path)
    assert list(delivered.series[0].bars["close"]) == [18.27, -37.63, 10.01]
    assert not delivered.notes


def test_an_opening_price_yahoo_never_had_is_unknown_not_zero(tmp_path: Path) -> None:
    old = [bar("1975-01-02", 70.23, open=0.0), bar("1975-01-03", 70.71)]
    delivered, _, _ = run({"^GSPC": [chart(old)]}, ["^GSPC"], tmp_path)
    bars = delivered.series[0].bars
    assert bars["open"].isna().tolist() == [True, False]
    assert list(bars["close"]) == [70.23, 70.71]


def test_bars_after_the_as_of_day_are_not_delivered(tmp_path: Path) -> None:
    as_of = date(2026, 1, 14)
    delivered, _, _ = run({"^RUT": [chart(WEEK)]}, ["^RUT"], tmp_path, as_of=as_of)
    assert delivered.series[0].end == as_of


def test_the_whole_history_is_asked_for_up_to_beyond_today(tmp_path: Path) -> None:
    _, fake, _ = run({"^RUT": [chart(WEEK)]}, ["^RUT"], tmp_path)
    query = fake.queries[-1]
    assert int(query["period1"][0]) < stamp("1901-01-01")
    assert int(query["period2"][0]) > stamp("2026-01-21")


def test_an_unlisted_symbol_takes_yahoos_name(tmp_path: Path) -> None:
    delivered, _, _ = run({"ZZZZ": [chart(WEEK)]}, ["ZZZZ"], tmp_path)
    assert delivered.series[0].instrument.name == "An Invented Fund ETF"


def test_no_network_ends_with_one_message(tmp_path: Path) -> None:
    with serving({}) as fake:
        session = fake.session()
    request = DataRequest(["^RUT"], "", None, NOW)
    with session, pytest.raises(DataError, match="gave no usable answer") as caught:
        fetch(request, session=session, sleep=Sleeper(), cache=tmp_path / "cache")
    assert "Try again" in str(caught.value)


def test_a_cache_folder_that_cannot_be_written_is_said_clearly(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the way")
    with pytest.raises(DataError, match="REPORTER_CACHE_DIR"):
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
