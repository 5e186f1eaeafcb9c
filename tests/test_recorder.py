from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from reporter import recorder
from reporter.errors import DataError, SpecError
from reporter.model import Gap, Json, Reason, SourceRef, Terms
from reporter.recorder import ask, fetch, versions, wanted
from reporter.records import Fetch, Snapshot
from reporter.sessions import Sessions, calendar
from reporter.sources._sample_desk import DESK
from reporter.sources.base import DataRequest, Delivered, Quotes, each, sources
from reporter.store import Ref, Store
from tests.recorded import (
    EVENING,
    MORNING,
    NEXT,
    NIGHT,
    YAHOO,
    asked,
    history,
    run,
    speak_to,
    verified,
)
from tests.sources.fake_yahoo import BROKEN, TOO_MANY, FakeYahoo, forget, serving

REPLIES = {"^RUT": [history(2600)], "^GSPC": [history(6900)], "IWM": [history(260)]}
SYMBOLS = tuple(REPLIES)
ROW = pd.DataFrame({"Date": ["2026-01-15"], "Close": [1.0]})


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeYahoo]:
    """A Yahoo whose replies a test may change."""
    with serving(dict(REPLIES)) as server:
        speak_to(server, tmp_path / "cache", monkeypatch)
        yield server
    forget()


def reply(fake: FakeYahoo, **replies: object) -> None:
    """Other replies from now on."""
    fake.replies = {**REPLIES, **replies}  # type: ignore[dict-item]


# --- what is used again ---------------------------------------------------------------------------


def test_what_is_final_is_used_again_and_the_run_is_the_same_snapshot(
    fake: FakeYahoo, tmp_path: Path
) -> None:
    first, once = run(tmp_path, SYMBOLS, NIGHT)
    assert set(asked(fake)) == set(SYMBOLS)
    second, again = run(tmp_path, SYMBOLS, MORNING)
    assert asked(fake) == {}
    assert second.terms is first.terms is Terms.PERSONAL
    assert second.source == first.source == "yahoo"
    for symbol in SYMBOLS:
        one, other = once[symbol], again[symbol]
        assert isinstance(one, Quotes)
        assert isinstance(other, Quotes)
        pd.testing.assert_frame_equal(one.frame, other.frame, check_exact=True)
        assert (one.fetched, one.sha256, one.terms) == (other.fetched, other.sha256, other.terms)
        assert one.fetched == NIGHT
    assert first.snapshot() == "2026-01-16-" + first.snapshot()[-8:]
    assert second.snapshot() == first.snapshot()
    assert verified(tmp_path) == 1


def test_only_what_is_not_final_is_asked_again(fake: FakeYahoo, tmp_path: Path) -> None:
    run(tmp_path, ["^RUT"], EVENING)
    run(tmp_path, ["^GSPC"], NIGHT)
    asked(fake)
    _, answers = run(tmp_path, SYMBOLS, MORNING)
    assert set(asked(fake)) == {"^RUT", "IWM"}
    assert list(answers) == list(SYMBOLS)


def test_the_same_evening_nothing_is_final(fake: FakeYahoo, tmp_path: Path) -> None:
    run(tmp_path, ["^RUT"], EVENING)
    asked(fake)
    run(tmp_path, ["^RUT"], EVENING + timedelta(minutes=10))
    assert set(asked(fake)) == {"^RUT"}


def test_a_later_session_is_asked_for_and_the_whole_series_comes(
    fake: FakeYahoo, tmp_path: Path
) -> None:
    run(tmp_path, ["^RUT"], NIGHT)
    split = history(1300, until="2026-01-16")  # the vendor has rewritten the past
    reply(fake, **{"^RUT": [split]})
    _, answers = run(tmp_path, ["^RUT"], NEXT)
    one = answers["^RUT"]
    assert isinstance(one, Quotes)
    assert one.frame["Close"].max() < 1500
    assert one.frame["Date"].iloc[-1].date() == date(2026, 1, 16)


def test_an_earlier_day_is_served_by_a_later_fetch_and_not_the_other_way(
    fake: FakeYahoo, tmp_path: Path
) -> None:
    request = DataRequest(["^RUT"], as_of=date(2026, 1, 9), now=NIGHT, data_folder=tmp_path)
    list(ask(YAHOO, request).answers)
    asked(fake)
    run(tmp_path, ["^RUT"], NIGHT)
    assert set(asked(fake)) == {"^RUT"}
    list(ask(YAHOO, request).answers)
    assert asked(fake) == {}


def test_a_fetch_without_the_last_session_is_not_used_again(
    fake: FakeYahoo, tmp_path: Path
) -> None:
    reply(fake, **{"^RUT": [history(2600, until="2026-01-14")]})
    run(tmp_path, ["^RUT"], NIGHT)
    reply(fake)
    _, answers = run(tmp_path, ["^RUT"], MORNING)
    one = answers["^RUT"]
    assert isinstance(one, Quotes)
    assert one.frame["Date"].iloc[-1].date() == date(2026, 1, 15)


def test_refresh_asks_for_all(fake: FakeYahoo, tmp_path: Path) -> None:
    run(tmp_path, SYMBOLS, NIGHT)
    asked(fake)
    run(tmp_path, SYMBOLS, MORNING, refresh=True)
    assert set(asked(fake)) == set(SYMBOLS)


def test_a_fetch_of_the_future_is_not_used(fake: FakeYahoo, tmp_path: Path) -> None:
    run(tmp_path, ["^RUT"], MORNING)
    asked(fake)
    run(tmp_path, ["^RUT"], NIGHT)
    assert set(asked(fake)) == {"^RUT"}


@pytest.mark.parametrize("how", ["cut", "other", "gone", "empty"])
@pytest.mark.parametrize("part", ["objects", "fetches"])
def test_a_damaged_file_is_fetched_again(
    fake: FakeYahoo, tmp_path: Path, part: str, how: str
) -> None:
    run(tmp_path, ["^RUT"], NIGHT)
    (path,) = (tmp_path / part).glob("*/*.*")
    data = path.read_bytes()
    path.write_bytes({"cut": data[:-9], "other": data[:50] + b"9" + data[51:]}.get(how, b""))
    if how == "gone":
        path.unlink()
    asked(fake)
    given, answers = run(tmp_path, ["^RUT"], MORNING)
    assert set(asked(fake)) == {"^RUT"}
    assert isinstance(answers["^RUT"], Quotes)
    fetched = Snapshot.read(Store(tmp_path).snapshot(given.snapshot())).held[0]
    Store(tmp_path).table(Fetch.read(Store(tmp_path).fetch(fetched.ref)).sha256)


# --- runs that were cut short ---------------------------------------------------------------------


def test_a_run_that_was_broken_off_is_completed_even_on_the_same_evening(
    fake: FakeYahoo, tmp_path: Path
) -> None:
    request = DataRequest(SYMBOLS, now=EVENING, data_folder=tmp_path)
    answers = iter(ask(YAHOO, request).answers)
    next(answers)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    asked(fake)
    given, found = run(tmp_path, SYMBOLS, EVENING + timedelta(minutes=10))
    assert set(asked(fake)) == {"IWM"}
    assert not [one for one in found.values() if isinstance(one, Gap)]
    assert given.snapshot()


def test_a_run_that_was_refused_is_completed_by_the_next(fake: FakeYahoo, tmp_path: Path) -> None:
    reply(fake, **{"^GSPC": [TOO_MANY]})
    given, found = run(tmp_path, SYMBOLS, EVENING)
    reasons = {s: a.reason for s, a in found.items() if isinstance(a, Gap)}
    assert reasons == {"^GSPC": Reason.RATE_LIMITED, "IWM": Reason.RATE_LIMITED}
    assert given.snapshot()
    reply(fake)
    asked(fake)
    _, found = run(tmp_path, SYMBOLS, EVENING + timedelta(hours=1))
    assert set(asked(fake)) == {"^GSPC", "IWM"}
    assert not [one for one in found.values() if isinstance(one, Gap)]
    run(tmp_path, SYMBOLS, EVENING + timedelta(hours=2))
    assert set(asked(fake)) == set(SYMBOLS)  # that run came to its end; nothing is final yet


def test_a_source_that_refuses_the_rest_leaves_what_was_recorded(
    fake: FakeYahoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, ["^RUT"], NIGHT)
    asked(fake)
    monkeypatch.setenv("REPORTER_CACHE_DIR", "/dev/null")
    given, found = run(tmp_path, SYMBOLS, MORNING)
    assert isinstance(found["^RUT"], Quotes)
    gap = found["IWM"]
    assert isinstance(gap, Gap)
    assert "cache folder" in gap.message
    assert given.terms is Terms.PERSONAL
    with pytest.raises(DataError, match="cache folder"):
        run(tmp_path, ["IWM"], MORNING)


def test_a_source_that_refuses_in_the_middle_costs_what_it_had_not_given(
    fake: FakeYahoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may answer in an order of its own."""
    run(tmp_path, ["^RUT"], NIGHT)
    assert fake.asked

    def give(request: DataRequest) -> Delivered:
        def answers() -> Iterator[Quotes]:
            yield Quotes(request.symbols[-1], ROW, "a row", "here", fetched=MORNING)
            raise DataError("no more today.")

        return Delivered(answers(), Terms.PERSONAL)

    monkeypatch.setitem(sources._entries, "yahoo", give)
    given, found = run(tmp_path, SYMBOLS, MORNING)
    assert isinstance(found["IWM"], Quotes)
    gap = found["^GSPC"]
    assert isinstance(gap, Gap)
    assert gap.message == "no more today."
    assert given.terms is Terms.PERSONAL


def test_desk_inputs_are_refused_since_no_replay_would_have_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give(request: DataRequest) -> Delivered:
        answers = each(request, lambda symbol: Quotes(symbol, ROW, "a row", "here"))
        return Delivered(answers, desk=DESK)

    monkeypatch.setitem(sources._entries, "yahoo", give)
    with pytest.raises(DataError, match=r"'yahoo' gives desk inputs.*\[desk\]"):
        run(tmp_path, ["A"], NIGHT)


def test_a_gap_is_recorded_as_it_was(fake: FakeYahoo, tmp_path: Path) -> None:
    reply(fake, IWM=[BROKEN])
    given, found = run(tmp_path, SYMBOLS, NIGHT)
    kept = Snapshot.read(Store(tmp_path).snapshot(given.snapshot()))
    assert kept.gaps == (found["IWM"],)
    assert [one.symbol for one in kept.held] == ["^RUT", "^GSPC"]


# --- what is recorded -----------------------------------------------------------------------------


def test_a_fetch_says_what_was_asked_when_and_by_which_library(
    fake: FakeYahoo, tmp_path: Path
) -> None:
    run(tmp_path, ["^RUT"], NIGHT)
    assert fake.asked
    ((_, document),) = Store(tmp_path).fetches("^RUT")
    kept = Fetch.read(document)
    assert (kept.symbol, kept.asked.source, kept.fetched) == ("^RUT", "yahoo", NIGHT)
    assert kept.until == date(2026, 1, 16)
    assert kept.versions == versions("yahoo")
    assert {"reporter", "yfinance"} == set(kept.versions)
    assert kept.days is not None
    assert kept.days[1] == date(2026, 1, 15)
    assert kept.rows == 300
    (path,) = (tmp_path / "fetches" / "^RUT").iterdir()
    assert path.name.startswith("20260116T040000Z-")


def test_a_library_that_is_not_installed_has_no_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recorder, "library_of", lambda _: "no-such-library")
    assert set(versions("yahoo")) == {"reporter"}


def test_without_a_data_folder_nothing_is_recorded(
    fake: FakeYahoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = ask(YAHOO, DataRequest(["^RUT"], now=NIGHT))
    assert len(list(given.answers)) == 1
    assert fake.asked
    assert not given.snapshot()
    assert not list(tmp_path.glob("data*"))


def test_sources_that_do_not_fetch_are_recorded_only_on_request(tmp_path: Path) -> None:
    sample = SourceRef("sample")
    given, _ = run(tmp_path, ["^RUT"], NIGHT, source=sample)
    assert not given.snapshot()
    given, found = run(tmp_path, ["^RUT"], NIGHT, source=sample, always=True)
    assert given.snapshot()
    assert given.sample
    assert isinstance(found["^RUT"], Quotes)


def test_fetch_counts_what_it_brought(fake: FakeYahoo, tmp_path: Path) -> None:
    reply(fake, IWM=[BROKEN])
    request = DataRequest(SYMBOLS, now=NIGHT, data_folder=tmp_path)
    brought = fetch(YAHOO, request)
    assert (brought.series, [gap.subject for gap in brought.gaps]) == (2, ["IWM"])
    assert brought.snapshot in Store(tmp_path).names()


def test_a_fetch_of_nothing_is_an_error(fake: FakeYahoo, tmp_path: Path) -> None:
    request = DataRequest(["NOWHERE"], now=NIGHT, data_folder=tmp_path)
    with pytest.raises(DataError, match=r"nothing could be fetched\.\n.*NOWHERE"):
        fetch(YAHOO, request)
    assert fake.asked["NOWHERE"]


def test_a_snapshot_is_not_fetched(tmp_path: Path) -> None:
    request = DataRequest(["^RUT"], now=NIGHT, data_folder=tmp_path)
    with pytest.raises(SpecError, match="recorded already"):
        fetch(SourceRef("snapshot", "2026"), request)


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_asked(
    fake: FakeYahoo, tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(DataError, match=r"data folder cannot be written.*--data"):
        run(tmp_path / "data", ["^RUT"], NIGHT)
    assert not fake.asked


def test_no_password_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def give(request: DataRequest) -> Delivered:
        answers = each(request, lambda symbol: Quotes(symbol, ROW, "a row", "here"))
        return Delivered(answers, source="sql:prices")

    monkeypatch.setitem(sources._entries, "sample", give)
    options: Mapping[str, Json] = {
        "password": "hunter2",
        "url": "postgresql://me:hunter2@host:5/prices?sslpassword=hunter2&options=x",
        "columns": {"close": "px_last", "api_key": "hunter2"},
        "dsn": "host=h password = 'hunter2' dbname=d;Pwd=hunter2;API_KEY=hunter2",
        "jdbc": "jdbc:sqlserver://host;user=me;password=hunter2;database=d",
        "also": ["mysql://:hunter2@host", "http://[hunter2"],
    }
    source = SourceRef("sample", "postgresql+psycopg://u:hunter2@h/db", options)
    given, _ = run(tmp_path, ["^RUT"], NIGHT, source=source, always=True)
    assert given.source == "sql:prices"
    written = b"".join(path.read_bytes() for path in tmp_path.glob("*/**/*.json"))
    assert b"px_last" in written
    assert b"me@host:5" in written
    assert b"hunter2" not in written


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (datetime(2026, 1, 15, 20, 59, tzinfo=UTC), date(2026, 1, 14)),
        (datetime(2026, 1, 15, 21, 29, tzinfo=UTC), date(2026, 1, 14)),
        (datetime(2026, 1, 15, 21, 30, tzinfo=UTC), date(2026, 1, 15)),
        (datetime(2026, 1, 18, 12, tzinfo=UTC), date(2026, 1, 16)),
        (datetime(2025, 11, 28, 18, 30, tzinfo=UTC), date(2025, 11, 28)),  # closes at one
    ],
)
def test_the_last_session_wanted_is_one_whose_bar_is_final(now: datetime, last: date) -> None:
    known = wanted("XNYS", now.date(), now)
    assert known
    assert known[1] == last


@pytest.mark.parametrize(
    ("exchange", "day"),
    [("NOWHERE", MORNING), ("XTKS", datetime(1960, 1, 5, tzinfo=UTC))],
    ids=["no such exchange", "before its calendar"],
)
def test_of_some_days_no_calendar_can_tell(exchange: str, day: datetime) -> None:
    assert wanted(exchange, day.date(), MORNING) is None


def test_where_a_calendar_has_ended_nothing_is_used_again(
    fake: FakeYahoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some exchanges announce their holidays only a year ahead."""

    def known(exchange: str, first: int, last: int) -> Sessions:
        whole = calendar(exchange, first, last)
        return replace(whole, days=[day for day in whole.days if day < date(2026, 1, 16)])

    run(tmp_path, ["^RUT"], NIGHT)
    asked(fake)
    monkeypatch.setattr(recorder, "calendar", known)
    run(tmp_path, ["^RUT"], NEXT + timedelta(days=30))
    assert set(asked(fake)) == {"^RUT"}


def test_a_second_run_survives_an_exchange_that_nobody_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give(request: DataRequest) -> Delivered:
        return Delivered(each(request, lambda s: Quotes(s, ROW, "a row", "here", exchange="FOO")))

    monkeypatch.setitem(sources._entries, "yahoo", give)
    for now in (NIGHT, MORNING):
        _, found = run(tmp_path, ["A"], now)
        assert isinstance(found["A"], Quotes)


def test_fetches_that_are_too_early_are_not_all_read(
    fake: FakeYahoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(4):
        run(tmp_path, ["^RUT"], NIGHT - timedelta(days=day))
    read: list[Ref] = []
    real = Store.fetches

    def counted(store: Store, symbol: str) -> Iterator[tuple[Ref, Mapping[str, object]]]:
        for ref, document in real(store, symbol):
            read.append(ref)
            yield ref, document

    monkeypatch.setattr(Store, "fetches", counted)
    asked(fake)
    run(tmp_path, ["^RUT"], NEXT)
    assert set(asked(fake)) == {"^RUT"}
    assert len(read) == 1


def test_what_was_asked_with_a_secret_is_asked_anew(fake: FakeYahoo, tmp_path: Path) -> None:
    """The secret is not written down, so that nobody can tell whether it was the same."""
    for secret in ("one", "other"):
        source = SourceRef("yahoo", options={"url": f"https://host/feed?token={secret}"})
        run(tmp_path, ["^RUT"], NIGHT, source=source)
        assert set(asked(fake)) == {"^RUT"}


def test_a_symbol_that_the_source_left_out_is_recorded_as_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give(request: DataRequest) -> Delivered:
        answers: Iterable[Quotes] = [Quotes(s, ROW, "a row", "here") for s in ("B",)]
        assert request.symbols == ("A", "B")
        return Delivered(answers)

    monkeypatch.setitem(sources._entries, "sample", give)
    _, found = run(tmp_path, ("A", "B"), NIGHT, source=SourceRef("sample"), always=True)
    assert isinstance(found["A"], Gap)
    assert isinstance(found["B"], Quotes)
