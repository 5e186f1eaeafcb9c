from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from reporter.errors import DataError
from reporter.model import Gap, Reason, Terms
from reporter.recorder import ask
from reporter.records import Fetch, Snapshot
from reporter.sources._sample_desk import DESK
from reporter.sources.base import DataRequest, Delivered, Quotes, each, sources
from reporter.store import Store
from tests.recorded import (
    EVENING,
    MORNING,
    NEXT,
    NIGHT,
    SYMBOLS,
    YAHOO,
    a_yahoo,
    asked,
    history,
    reply,
    run,
    verified,
)
from tests.sources.fake_yahoo import BROKEN, TOO_MANY, FakeYahoo

ROW = pd.DataFrame({"Date": ["2026-01-15"], "Close": [1.0]})


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeYahoo]:
    """A Yahoo whose replies a test may change."""
    with a_yahoo(tmp_path, monkeypatch) as server:
        yield server


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
