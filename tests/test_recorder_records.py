from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from reporter import recorder
from reporter.errors import DataError, SpecError
from reporter.model import Gap, Json, SourceRef
from reporter.recorder import ask, fetch, versions, wanted
from reporter.records import Fetch
from reporter.sessions import Sessions, calendar
from reporter.sources.base import DataRequest, Delivered, Quotes, each, sources
from reporter.store import Ref, Store
from tests.recorded import (
    MORNING,
    NEXT,
    NIGHT,
    SYMBOLS,
    YAHOO,
    a_yahoo,
    asked,
    reply,
    run,
)
from tests.sources.fake_yahoo import BROKEN, FakeYahoo

ROW = pd.DataFrame({"Date": ["2026-01-15"], "Close": [1.0]})


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeYahoo]:
    """A Yahoo whose replies a test may change."""
    with a_yahoo(tmp_path, monkeypatch) as server:
        yield server


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
