"""What the source gives when Yahoo fails: the real yfinance against a server with every fault."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporter.model import Gap, Reason
from reporter.sources.base import DataRequest, Quotes
from reporter.sources.yahoo import MOST_SILENT, PARDON, Manners, fetch
from tests.sources.fake_yahoo import (
    BROKEN,
    DENIED,
    GARBAGE,
    LOST,
    OUTAGE,
    OUTSIDE,
    TOO_MANY,
    UNKNOWN,
    FakeYahoo,
    Reply,
    Time,
    bar,
    changed,
    chart,
    failed,
    forget,
    refused,
    serving,
    slow,
)

ZONE = timezone(timedelta(hours=1))
NOW = datetime(2026, 1, 20, 17, 0, tzinfo=ZONE)
WEEK = [bar(f"2026-01-{day}", 2600.0 + day) for day in (12, 13, 14, 15, 16)]
GOOD = chart(WEEK)
CUT = replace(GOOD, cut=True)
SLOW = slow(GOOD, 0.9)
NO_ADJUSTED = changed(GOOD, without=["adjclose"])
NO_OPEN = changed(GOOD, without=["open"])
NO_DAYS = changed(GOOD, without=["timestamp"])
NO_META = changed(GOOD, without=["meta"])
NO_RESULT = Reply(200, '{"chart": {"result": [], "error": null}}')
INTERNAL = failed(500, "internal-error", "Internal server error")
NUMBER = Reply(200, "7")


@pytest.fixture(autouse=True)
def _fresh_yfinance() -> Iterator[None]:
    yield
    forget()


class Run:
    """What the source gave, what the server was asked, what was waited."""

    def __init__(
        self,
        replies: Mapping[str, Sequence[Reply]],
        folder: Path,
        *,
        budget: float = 300,
    ) -> None:
        self.time = Time()
        late = any(reply.delay for turns in replies.values() for reply in turns)
        manners = Manners(
            sleep=self.time.sleep, clock=self.time, timeout=0.5 if late else 20,
            budget=budget, budget_each=0,
        )  # fmt: skip
        with serving(replies) as self.fake:
            request = DataRequest(tuple(replies), now=NOW)
            got = fetch(request, cache=folder / "c", manners=manners, opener=self.fake.opener)
            self.answers = list(got.answers)

    @property
    def gaps(self) -> list[Gap]:
        """What could not be had."""
        return [answer for answer in self.answers if isinstance(answer, Gap)]

    @property
    def quotes(self) -> list[Quotes]:
        """What was had."""
        return [answer for answer in self.answers if isinstance(answer, Quotes)]

    @property
    def rests(self) -> list[float]:
        """The waits that are longer than the pause between any two requests."""
        return [wait for wait in self.time.waits if wait > 0.5]


FAULTS = {
    "500": (BROKEN, Reason.UNAVAILABLE, "HTTP status 500", 4),
    "500 in json": (INTERNAL, Reason.UNAVAILABLE, "HTTP status 500", 4),
    "404 of an edge": (LOST, Reason.UNAVAILABLE, "HTTP status 404", 4),
    "outage page": (OUTAGE, Reason.UNAVAILABLE, "page for outages", 4),
    "cut off": (CUT, Reason.UNAVAILABLE, "the connection failed", 4),
    "garbage": (GARBAGE, Reason.BAD_PAYLOAD, "no table of prices", 4),
    "a number": (NUMBER, Reason.BAD_PAYLOAD, "no table of prices", 4),
    "no result": (NO_RESULT, Reason.BAD_PAYLOAD, "no table of prices", 4),
    "no meta": (NO_META, Reason.BAD_PAYLOAD, "no table of prices", 4),
    "no open": (NO_OPEN, Reason.BAD_PAYLOAD, "cannot be read", 4),
    "no adjusted close": (NO_ADJUSTED, Reason.BAD_PAYLOAD, "lacks the adjusted close", 4),
    "slow": (SLOW, Reason.TIMEOUT, "no answer within 0.5 seconds", 2),
    "empty": (NO_DAYS, Reason.NO_DATA, "holds no day", 2),
    "outside its history": (OUTSIDE, Reason.NO_DATA, "Data doesn't exist", 2),
}
PASSING = {
    **{name: fault for name, (fault, *_) in FAULTS.items()},
    "unknown for once": UNKNOWN,
    "denied": DENIED,
    "refused for once": TOO_MANY,
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_lasting_fault_is_a_gap_with_its_reason_and_the_others_still_come(
    name: str, tmp_path: Path
) -> None:
    fault, reason, words, tries = FAULTS[name]
    run = Run({"^RUT": [GOOD], "^GSPC": [fault], "IWM": [GOOD]}, tmp_path)
    (gap,) = run.gaps
    assert (gap.subject, gap.metric, gap.reason) == ("^GSPC", "prices", reason)
    assert words in gap.message
    assert "^GSPC" in gap.message
    assert "another source" in gap.message
    assert "curl.se" not in gap.message
    assert [one.symbol for one in run.quotes] == ["^RUT", "IWM"]
    assert run.fake.asked["^GSPC"] == tries
    assert run.fake.asked["IWM"] == 1


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_fault_is_mended_by_asking_again(name: str, tmp_path: Path) -> None:
    run = Run({"^RUT": [PASSING[name], GOOD]}, tmp_path)
    (one,) = run.quotes
    assert list(one.frame["Close"]) == [2612.0, 2613.0, 2614.0, 2615.0, 2616.0]
    assert run.fake.asked["^RUT"] == 2


def test_several_faults_in_turn_are_mended(tmp_path: Path) -> None:
    run = Run({"^RUT": [BROKEN, OUTAGE, GARBAGE, GOOD]}, tmp_path)
    assert len(run.quotes) == 1
    first, second, third = run.rests
    assert 1 <= first < 1.5
    assert 2 <= second < 3
    assert 4 <= third < 6


def test_a_symbol_lost_once_is_had_in_the_next_run_of_the_process(tmp_path: Path) -> None:
    assert Run({"^RUT": [BROKEN]}, tmp_path).gaps
    assert not Run({"^RUT": [GOOD]}, tmp_path).gaps


# --- symbols Yahoo does not know ---


def test_an_unknown_symbol_is_asked_for_once_and_the_nearest_is_named(tmp_path: Path) -> None:
    run = Run({"XLQQ": [UNKNOWN], "^RUT": [GOOD]}, tmp_path)
    (gap,) = run.gaps
    assert (gap.subject, gap.reason) == ("XLQQ", Reason.UNKNOWN_SYMBOL)
    assert "Did you mean" in gap.message
    assert run.fake.asked["XLQQ"] == 1
    assert not run.rests
    assert len(run.quotes) == 1


def test_a_listed_symbol_that_yahoo_forgot_is_no_data_not_unknown(tmp_path: Path) -> None:
    run = Run({"^RUT": [GOOD], "^SOX": [UNKNOWN]}, tmp_path)
    (gap,) = run.gaps
    assert gap.reason is Reason.NO_DATA
    assert "at the moment" in gap.message
    assert run.fake.asked["^SOX"] == 2


def test_a_number_of_a_security_is_no_symbol_and_not_searched_for(tmp_path: Path) -> None:
    run = Run({"US4642876555": [GOOD]}, tmp_path)
    assert run.gaps[0].reason is Reason.UNKNOWN_SYMBOL
    assert not run.fake.asked


# --- refusals ---


def test_one_refusal_is_pardoned_after_a_pause(tmp_path: Path) -> None:
    run = Run({"^RUT": [TOO_MANY, GOOD], "IWM": [GOOD]}, tmp_path)
    assert not run.gaps
    assert run.rests == [PARDON]


def test_the_wait_that_yahoo_names_is_kept_where_it_is_short(tmp_path: Path) -> None:
    run = Run({"^RUT": [refused("20"), GOOD]}, tmp_path)
    assert not run.gaps
    assert run.rests == [20]


@pytest.mark.parametrize("status", [429, 999])
def test_a_second_refusal_ends_the_asking(status: int, tmp_path: Path) -> None:
    no = replace(TOO_MANY, status=status)
    replies = {"^RUT": [no, GOOD], "^GSPC": [no], "IWM": [GOOD], "QQQ": [GOOD]}
    run = Run(replies, tmp_path)
    assert [one.symbol for one in run.quotes] == ["^RUT"]
    assert [gap.subject for gap in run.gaps] == ["^GSPC", "IWM", "QQQ"]
    assert {gap.reason for gap in run.gaps} == {Reason.RATE_LIMITED}
    for gap in run.gaps:
        assert f"no prices of {gap.subject}: " in gap.message
        assert "rate limit" in gap.message
        assert "Try again in an hour" in gap.message
    assert run.fake.asked["^GSPC"] == 1
    assert run.fake.asked["IWM"] == run.fake.asked["QQQ"] == 0


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ("2690", "Try again at 17:45, or"),
        ("2699", "Try again at 17:45, or"),
        ("2700", "Try again at 17:46, or"),
        ("28790", "Try again at 01:00 on 21 January 2026, or"),
        ("99999999999", "Try again at 17:01 on 21 January 2026, or"),
        ("-5", "in an hour"),
        ("soon", "in an hour"),
        ("", "in an hour"),
    ],
)
def test_a_refusal_says_when_to_try_again_by_the_readers_clock(
    after: str, words: str, tmp_path: Path
) -> None:
    run = Run({"^RUT": [refused(after)], "IWM": [GOOD]}, tmp_path)
    first, second = run.gaps
    assert words in first.message
    assert first.message == second.message.replace("IWM", "^RUT")


def test_a_long_wait_is_not_waited_for(tmp_path: Path) -> None:
    run = Run({"^RUT": [refused("61"), GOOD]}, tmp_path)
    assert run.gaps
    assert not run.rests
    assert run.fake.asked["^RUT"] == 1


def test_a_moment_is_understood_as_well_as_seconds(tmp_path: Path) -> None:
    later = datetime.now(UTC) + timedelta(hours=2)  # noqa: TID251  the server tells its own time
    run = Run({"^RUT": [refused(format_datetime(later, usegmt=True))]}, tmp_path)
    assert re.search(r"Try again at (18:59|19:0[01])", run.gaps[0].message)
    assert not run.rests


# --- silence and time ---


@pytest.mark.parametrize("fault", [BROKEN, SLOW, GARBAGE], ids=["500", "slow", "garbage"])
def test_several_silent_symbols_in_a_row_end_the_asking(fault: Reply, tmp_path: Path) -> None:
    silent = ["^RUT", "^GSPC", "IWM"][:MOST_SILENT]
    replies = {**{symbol: [fault] for symbol in silent}, "QQQ": [GOOD]}
    run = Run(replies, tmp_path)
    assert run.gaps[-1].subject == "QQQ"
    assert run.gaps[-1].reason is run.gaps[0].reason
    assert "QQQ was not asked for" in run.gaps[-1].message
    assert run.fake.asked["QQQ"] == 0


def test_an_answer_between_them_lets_the_asking_go_on(tmp_path: Path) -> None:
    replies = {"A": [BROKEN], "B": [BROKEN], "C": [GOOD], "D": [BROKEN], "E": [BROKEN], "F": [GOOD]}
    assert [one.symbol for one in Run(replies, tmp_path).quotes] == ["C", "F"]


def test_when_the_time_is_used_up_the_rest_is_not_asked_for_and_says_so(tmp_path: Path) -> None:
    replies = {"^RUT": [GOOD], "^GSPC": [GOOD], "IWM": [GOOD], "QQQ": [GOOD]}
    run = Run(replies, tmp_path, budget=1.7)
    assert run.time.now == 2  # a cookie, a crumb, two symbols, and the turn of the third
    assert [one.symbol for one in run.quotes] == ["^RUT", "^GSPC"]
    assert [gap.subject for gap in run.gaps] == ["IWM", "QQQ"]
    assert {gap.reason for gap in run.gaps} == {Reason.TIMEOUT}
    assert all("the time for asking is used up" in gap.message for gap in run.gaps)
    assert run.fake.asked["IWM"] == run.fake.asked["QQQ"] == 0


def test_no_wait_leads_beyond_the_time(tmp_path: Path) -> None:
    run = Run({"^RUT": [BROKEN, GOOD]}, tmp_path, budget=2)
    (gap,) = run.gaps
    assert gap.reason is Reason.UNAVAILABLE
    assert run.fake.asked["^RUT"] == 1
    assert not run.rests


# --- bars: passed on as they came ---


def closes(run: Run) -> list[tuple[str, float]]:
    (one,) = run.quotes
    return [(f"{day:%d}", close) for day, close in one.frame[["Date", "Close"]].to_numpy()]


def test_a_last_bar_without_a_price_is_passed_on_as_it_is(tmp_path: Path) -> None:
    run = Run({"^RUT": [chart([*WEEK, bar("2026-01-20", None)])]}, tmp_path)
    (one,) = run.quotes
    assert one.frame["Date"].iloc[-1] == pd.Timestamp("2026-01-20")
    assert one.frame.iloc[-1][["Open", "High", "Low", "Close", "Adj Close"]].isna().all()


def test_a_dropped_session_stays_dropped(tmp_path: Path) -> None:
    run = Run({"^RUT": [chart([one for one in WEEK if one["day"] != "2026-01-14"])]}, tmp_path)
    assert [day for day, _ in closes(run)] == ["12", "13", "15", "16"]


def test_a_last_bar_given_twice_is_one(tmp_path: Path) -> None:
    again = bar("2026-01-16", 2616.0, volume=1001)
    run = Run({"IWM": [chart([*WEEK, again])]}, tmp_path)
    assert [day for day, _ in closes(run)] == ["12", "13", "14", "15", "16"]


def test_two_different_last_bars_are_both_passed_on(tmp_path: Path) -> None:
    run = Run({"IWM": [chart([*WEEK, bar("2026-01-16", 10.0)])]}, tmp_path)
    assert closes(run)[-2:] == [("16", 10.0), ("16", 2616.0)]


def test_a_null_row_does_not_hide_the_good_one_of_its_day(tmp_path: Path) -> None:
    run = Run({"IWM": [chart([*WEEK, bar("2026-01-16", None)])]}, tmp_path)
    assert ("16", 2616.0) in closes(run)


def test_adjusted_prices_under_a_raw_name_come_with_the_dividends_that_show_it(
    tmp_path: Path,
) -> None:
    run = Run({"IWM": [chart(WEEK, dividends={"2026-01-14": 5.0})]}, tmp_path)
    (one,) = run.quotes
    assert one.frame["Dividends"].sum() == 5.0
    assert (one.frame["Close"] == one.frame["Adj Close"]).all()


# --- whatever else may come ---

JSON: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([]) | st.just({})
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every value in a document, lists by their first element."""
    if at:
        yield at
    parts = value.items() if isinstance(value, dict) else ()
    for key, part in enumerate(value[:1]) if isinstance(value, list) else parts:
        yield from paths(part, (*at, key))


PLACES = list(paths(json.loads(GOOD.body)))


def broken(place: tuple[Any, ...], value: Any) -> Reply:
    """The good answer with another value in one place."""
    said = json.loads(GOOD.body)
    holder = said
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    return Reply(200, json.dumps(said))


@settings(max_examples=8)
@given(st.lists(st.tuples(st.sampled_from(PLACES), JSON), min_size=12, max_size=12))
def test_an_answer_broken_anywhere_is_quotes_or_a_gap_never_more(
    breaks: list[tuple[tuple[Any, ...], Any]],
) -> None:
    with TemporaryDirectory() as folder:
        turns = {f"Z{chr(65 + at)}": [broken(*one), GOOD] for at, one in enumerate(breaks)}
        run = Run(turns, Path(folder))
        forget()
    assert len(run.quotes) + len(run.gaps) == len(breaks)
    for one in run.quotes:
        assert {"Date", "Open", "Close", "Adj Close"} <= set(one.frame.columns)


def test_the_server_counts_what_it_is_asked() -> None:
    fake = FakeYahoo({"IWM": [BROKEN, GOOD]})
    path = "/query2.finance.yahoo.com/v8/finance/chart/IWM"
    assert [fake.reply(path, "") for _ in range(3)] == [BROKEN, GOOD, GOOD]
    assert fake.asked["IWM"] == 3
    assert NOW.astimezone(UTC).hour == 16
