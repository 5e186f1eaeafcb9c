from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from reporter.errors import DataError, SpecError
from reporter.gather import gather
from reporter.instruments import describe
from reporter.model import (
    MarketData,
    Severity,
    SourceRef,
)
from tests.gathering import NOW, ask, night, sessions, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """^RUT over all sessions of January 2026 to the 16th; others by `write`."""
    write(tmp_path, "RUT", sessions(date(2026, 1, 2), date(2026, 1, 16)))
    return tmp_path


def test_without_a_day_it_is_the_subjects_last_session(folder: Path) -> None:
    data = ask(folder, ".RUT")
    assert data.as_of == date(2026, 1, 16)
    assert data.series["^RUT"].end == date(2026, 1, 16)
    assert not data.gaps
    assert not data.notes


def test_without_a_day_nothing_after_today_counts(folder: Path) -> None:
    data = ask(folder, "^RUT", now=night(date(2026, 1, 14)))
    assert data.as_of == data.series["^RUT"].end == date(2026, 1, 14)


def stale(data: MarketData) -> list[tuple[str, Severity, Sequence[date], str]]:
    found = (f for f in data.findings if f.check == "stale")
    return [(f.symbol, f.severity, f.days, f.message) for f in found]


def test_a_subject_that_ends_before_the_others_says_so(folder: Path) -> None:
    write(folder, "GSPC", sessions(date(2026, 1, 2), date(2026, 1, 12)))
    data = ask(folder, "^GSPC", "^RUT")
    assert data.as_of == date(2026, 1, 12)
    missed = tuple(date(2026, 1, day) for day in (13, 14, 15, 16))
    message = (
        "S&P 500 (^GSPC) has no price after 12 January 2026, others have up to 16 January 2026: "
        "figures are as of 12 January 2026."
    )
    assert stale(data) == [("^GSPC", Severity.REFUSE, missed, message)]
    assert all(f.remedy for f in data.findings if f.check == "stale")
    assert not stale(ask(folder, "^RUT", "^GSPC"))[1:]
    assert not stale(ask(folder, "^GSPC", "^RUT", as_of=date(2026, 1, 12)))
    assert not stale(ask(folder, "^GSPC", "^RUT", now=night(date(2026, 1, 12))))


def test_a_day_that_is_no_session_of_the_subject_is_none_it_missed(folder: Path) -> None:
    write(folder, "GSPC", sessions(date(2026, 1, 2), date(2026, 1, 16)))
    days = pd.date_range("2026-01-02", "2026-01-19").date.tolist()  # Monday 19 is a holiday
    write(folder, "BTC-USD", days)
    data = ask(folder, "^GSPC", "BTC-USD")
    assert data.as_of == date(2026, 1, 16)
    assert not stale(data)


def test_a_check_is_as_of_the_day_of_its_brief(folder: Path) -> None:
    write(folder, "GSPC", sessions(date(2026, 1, 2), date(2026, 1, 12)))
    source, wanted = SourceRef("files", str(folder)), ("^GSPC", "^RUT")
    led = gather(wanted, source, as_of=None, now=NOW, any_of=wanted, led=True)
    assert (led.as_of, led.findings) == (date(2026, 1, 12), ask(folder, *wanted).findings)
    lacking = ("QQQ", *wanted)
    led = gather(lacking, source, as_of=None, now=NOW, any_of=lacking, led=True)
    assert led.as_of == date(2026, 1, 16)


def test_a_day_far_after_the_prices_waits_for_no_hour(folder: Path) -> None:
    noon = datetime(2026, 1, 20, 17, tzinfo=UTC)
    with pytest.raises(DataError, match=r"its last before it is of 16 January 2026") as caught:
        ask(folder, "^RUT", as_of=date(2026, 1, 21), now=noon.replace(hour=4, day=21))
    assert "closes at" not in str(caught.value)


@pytest.mark.parametrize("day", [17, 18, 19])
def test_a_day_without_trading_means_the_session_before_and_says_so(folder: Path, day: int) -> None:
    data = ask(folder, "^RUT", as_of=date(2026, 1, day))
    assert data.as_of == date(2026, 1, 16)
    assert data.notes == (
        f"{day} January 2026 was not a trading day; figures are as of 16 January 2026.",
    )


def test_a_session_needs_no_note(folder: Path) -> None:
    assert not ask(folder, "^RUT", as_of=date(2026, 1, 15)).notes


def test_today_may_be_asked_for_and_tomorrow_not(folder: Path) -> None:
    today = date(2026, 1, 16)
    assert ask(folder, "^RUT", as_of=today, now=night(today)).as_of == today
    with pytest.raises(SpecError, match="17 January 2026 lies in the future"):
        ask(folder, "^RUT", as_of=date(2026, 1, 17), now=night(today))


def test_a_day_before_the_prices_is_an_error_that_says_when_they_begin(folder: Path) -> None:
    with pytest.raises(DataError, match="begin on 2 January 2026"):
        ask(folder, "^RUT", as_of=date(2025, 12, 31))


def test_a_day_after_the_prices_is_an_error_that_says_what_to_do(folder: Path) -> None:
    with pytest.raises(DataError, match="16 January 2026") as caught:
        ask(folder, "^RUT", as_of=date(2026, 1, 20), now=night(date(2026, 1, 20)))
    assert "20 January 2026" in str(caught.value)
    assert "--as-of 2026-01-16" in str(caught.value)


def test_a_session_that_is_not_over_cannot_be_asked_for(folder: Path) -> None:
    noon = datetime(2026, 1, 16, 17, tzinfo=UTC)
    with pytest.raises(DataError) as caught:
        ask(folder, "^RUT", as_of=date(2026, 1, 16), now=noon)
    assert str(caught.value) == (
        "the session of 16 January 2026 closes at 16:00 New York time; "
        "its bar counts from 16:30 New York time. Ask for --as-of 2026-01-15."
    )


@pytest.mark.parametrize(("hour", "last"), [((21, 29), 15), ((21, 30), 16)])
def test_a_bar_counts_half_an_hour_after_the_close(
    folder: Path, hour: tuple[int, int], last: int
) -> None:
    data = ask(folder, "^RUT", now=datetime(2026, 1, 16, *hour, tzinfo=UTC))
    assert data.as_of == date(2026, 1, last)
    assert [f.check for f in data.findings] == ([] if last == 16 else ["unfinished"])


def test_an_early_close_counts_early(tmp_path: Path) -> None:
    write(tmp_path, "RUT", sessions(date(2025, 11, 24), date(2025, 11, 28)))
    for minute, last in ((29, 26), (30, 28)):
        data = ask(tmp_path, "^RUT", now=datetime(2025, 11, 28, 18, minute, tzinfo=UTC))
        assert data.as_of == date(2025, 11, last)


def test_rows_of_the_future_are_left_out_and_told(folder: Path) -> None:
    data = ask(folder, "^RUT", now=night(date(2026, 1, 14)))
    (found,) = data.findings
    assert (found.check, found.severity) == ("future", Severity.DROP)
    assert found.days == (date(2026, 1, 15), date(2026, 1, 16))
    assert not ask(folder, "^RUT", as_of=date(2026, 1, 13), now=night(date(2026, 1, 14))).findings


def test_a_hole_in_the_subject_on_the_day_asked_for_is_an_error(folder: Path) -> None:
    days = sessions(date(2026, 1, 2), date(2026, 1, 16))
    write(folder, "RUT", [day for day in days if day.day != 14])
    with pytest.raises(DataError, match="14 January 2026"):
        ask(folder, "^RUT", as_of=date(2026, 1, 14))


def test_a_subject_that_trades_at_weekends_counts_its_own_days(folder: Path) -> None:
    days = [day.date() for day in pd.date_range("2026-01-02", "2026-01-18")]
    write(folder, "BTC-USD", days)
    data = ask(folder, "BTC/USD", "^RUT")
    assert data.as_of == date(2026, 1, 18)
    assert data.sessions is data.calendars["24/7"]
    assert [d.date() for d in data.series["BTC-USD"].bars.index] == days
    assert data.series["^RUT"].end == data.last_session("^RUT") == date(2026, 1, 16)
    assert not data.gaps
    assert not data.findings


def test_what_still_trades_when_the_session_is_over_ends_the_day_before(folder: Path) -> None:
    days = [day.date() for day in pd.date_range("2026-01-02", "2026-01-16")]
    write(folder, "BTC-USD", days)
    data = ask(folder, "^RUT", "BTC-USD", now=datetime(2026, 1, 16, 22, tzinfo=UTC))
    assert data.as_of == date(2026, 1, 16)
    assert data.last_session("BTC-USD") == date(2026, 1, 15)
    assert not data.gaps


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "UTC", "Asia/Tokyo"])
@pytest.mark.parametrize("as_of", [None, date(2026, 1, 16)])
def test_an_edition_is_the_same_whatever_the_machines_zone(
    folder: Path, zone: str, as_of: date | None
) -> None:
    """At this hour Tokyo's Friday is over, and in California it is Thursday."""
    write(folder, "N225", [date(2026, 1, 14), date(2026, 1, 15), date(2026, 1, 16)])
    moment = datetime(2026, 1, 16, 7, tzinfo=UTC).astimezone(ZoneInfo(zone))
    data = ask(folder, "^N225", "^RUT", as_of=as_of, now=moment)
    assert data.as_of == date(2026, 1, 16)
    assert data.series["^RUT"].end == date(2026, 1, 15)
    assert [(f.symbol, f.check) for f in data.findings] == [("^RUT", "unfinished")]


def test_a_subject_without_a_bar_of_a_session_is_an_error(folder: Path) -> None:
    write(folder, "IWM", [date(2026, 1, 17), date(2026, 1, 18)])
    with pytest.raises(DataError, match="no bar is left"):
        ask(folder, "IWM")


def test_values_published_later_may_be_older(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, "ZZZ", sessions(date(2026, 1, 2), date(2026, 1, 15)))
    late = replace(describe("ZZZ"), lag=1)
    monkeypatch.setattr("reporter.gate.describe", lambda *_: late)
    data = ask(folder, "ZZZ", as_of=date(2026, 1, 15))
    assert data.last_session("ZZZ") == date(2026, 1, 15)
    write(folder, "RUT", sessions(date(2026, 1, 2), date(2026, 1, 16)))
    data = ask(folder, "ZZZ", now=NOW)
    assert data.as_of == date(2026, 1, 15)


def test_a_value_published_after_the_as_of_day_is_not_known_yet(folder: Path) -> None:
    """However late the edition is built; `DGS10` of a day comes out on the next."""
    write(folder, "DGS10", sessions(date(2026, 1, 2), date(2026, 1, 16)))
    data = ask(folder, "^RUT", "DGS10", as_of=date(2026, 1, 15))
    assert data.series["DGS10"].end == data.last_session("DGS10") == date(2026, 1, 14)
    assert data.series["^RUT"].end == date(2026, 1, 15)
    assert not data.gaps
    write(folder, "DGS10", sessions(date(2026, 1, 2), date(2026, 1, 14)))
    then = ask(folder, "^RUT", "DGS10", as_of=date(2026, 1, 15), now=night(date(2026, 1, 15)))
    assert then.series["DGS10"].bars.equals(data.series["DGS10"].bars)


def test_a_calendar_that_begins_after_the_as_of_day_is_no_obstacle(folder: Path) -> None:
    write(folder, "RUT", [date(1990, 1, 3), date(1990, 1, 4)])
    write(folder, "N225", [date(1990, 1, 4)])
    data = ask(folder, "^RUT", "^N225", as_of=date(1990, 1, 4))
    assert data.as_of == date(1990, 1, 4)
    assert set(data.series) == {"^RUT", "^N225"}
