from __future__ import annotations

import json
import socket
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pandas as pd
import pytest

from reporter import pipeline
from reporter.errors import DataError
from reporter.model import Artifacts, BriefSpec, Gap, Reason, SourceRef, Terms
from reporter.paper import FORMATS
from reporter.sources._sample_desk import DESK
from reporter.sources.base import DataRequest, Delivered, Quotes, each, silent, sources
from reporter.spec import load
from tests.recorded import EVENING, MORNING, NEXT, NIGHT, YAHOO, history, run, speak_to
from tests.sources.fake_yahoo import BROKEN, FakeYahoo, forget, serving

LATER = NEXT + timedelta(days=400)
SYMBOLS = ("^RUT", "^GSPC", "IWM", "XLE")
REPLIES = {
    "^RUT": [history(2600)],
    "^GSPC": [history(6900.123456789)],
    "IWM": [history(260)],
    "XLE": [BROKEN],
}


SPEC = """
title = "A brief"
subjects = ["^RUT"]
benchmark = "^GSPC"
source = "SOURCE"
# more
[names]
"^RUT" = "The small ones"
[watch]
world = ["^N225", "^FTSE", "IWM", "XLE"]
[[sections]]
name = "front"
[[sections]]
name = "sources_and_methods"
"""


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeYahoo]:
    with serving(dict(REPLIES)) as server:
        speak_to(server, tmp_path / "cache", monkeypatch)
        yield server
    forget()


def order(**changes: object) -> BriefSpec:
    """A brief on few instruments, one of which cannot be had."""
    spec = replace(
        load("small-caps"), subjects=("^RUT",), benchmark="^GSPC", pairs=(), source=YAHOO,
        watch={"sizes": ("IWM", "XLE")},
    )  # fmt: skip
    return replace(spec, **changes)  # type: ignore[arg-type]


def built(
    spec: BriefSpec, now: datetime, folder: Path, formats: Collection[str] = ("json",)
) -> Artifacts:
    return pipeline.build(spec, now=now, formats=formats, progress=silent, data_folder=folder)


def contents(artifacts: Artifacts) -> Mapping[str, bytes]:
    return {file.path: file.data for file in artifacts.files}


def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(request: object) -> Delivered:
        raise AssertionError(f"a replay asks nobody: {request}")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setitem(sources._entries, "yahoo", refuse)


@pytest.mark.parametrize(
    ("as_of", "formats"),
    [(None, FORMATS), (date(2026, 1, 13), ("json",))],
    ids=["latest", "earlier"],
)
def test_a_replay_is_the_live_build_byte_for_byte(
    fake: FakeYahoo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    as_of: date | None,
    formats: Collection[str],
) -> None:
    live = built(order(as_of=as_of), EVENING, tmp_path, formats)
    assert fake.asked["^RUT"]
    assert live.brief.snapshot
    assert live.brief.source == "yahoo"
    assert [gap.subject for gap in live.brief.gaps if gap.metric == "prices"] == ["XLE"]
    if "html" in formats:
        page = contents(live)["brief.html"].decode()
        assert f"UTC and recorded as snapshot {live.brief.snapshot}." in page
        assert "Fetched on 15 January 2026 " in page
    no_network(monkeypatch)
    replay = order(source=SourceRef("snapshot", live.brief.snapshot))
    again = built(replay, LATER, tmp_path, formats)
    assert again.folder == live.folder
    assert contents(again).keys() == contents(live).keys()
    for path, data in contents(live).items():
        assert contents(again)[path] == data, path
    names = {"mail": "mail.html"}
    made = {names.get(form, f"brief.{form}") for form in formats}
    assert {"manifest.json", *made} <= contents(live).keys()


MIDDAY = datetime(2026, 1, 15, 17, tzinfo=UTC)  # New York is open, Tokyo and London differ
WAYS: Mapping[str, tuple[datetime, str]] = {
    "a session not over": (MIDDAY, ""),
    "a session not over, asked for the day before": (MIDDAY, 'as_of = "2026-01-14"\n'),
    "a holiday": (NEXT + timedelta(days=2, hours=14), 'as_of = "2026-01-19"\n'),
    "stricter terms": (EVENING, '[sources.yahoo]\nterms = "unknown"\n'),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_spec_with_a_snapshot_is_the_live_brief_whatever_it_says(
    fake: FakeYahoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Shares of three exchanges, names of the editor's, options, gaps, findings."""
    now, more = WAYS[way]
    fake.replies = {
        **REPLIES,
        "^RUT": [history(2600, until="2026-01-16")],
        "^N225": [history(40000, until="2026-01-15")],
        "^FTSE": [history(9000, until="2026-01-14")],
    }
    text = SPEC.replace("# more\n", more)
    (tmp_path / "brief.toml").write_text(text.replace("SOURCE", "yahoo"))
    folder = tmp_path / "data"
    live = built(load(tmp_path), now, folder)
    assert {gap.subject for gap in live.brief.gaps} >= {"XLE"}
    assert b"The small ones" in contents(live)["brief.json"]
    (tmp_path / "brief.toml").write_text(text.replace("SOURCE", f"snapshot:{live.brief.snapshot}"))
    no_network(monkeypatch)
    again = built(load(tmp_path), LATER, folder)
    kept = [{**contents(one)} for one in (live, again)]
    manifests = [json.loads(files.pop("manifest.json")) for files in kept]
    assert kept[0] == kept[1]
    for told in manifests:
        told.pop("spec")  # the one line that differs
    assert manifests[0] == manifests[1]


def test_a_second_build_of_the_day_is_the_same_edition(fake: FakeYahoo, tmp_path: Path) -> None:
    fake.replies = {**REPLIES, "XLE": [history(50)]}
    first = built(order(), NIGHT, tmp_path)
    fake.asked.clear()
    second = built(order(), MORNING, tmp_path)
    assert not fake.asked
    assert contents(second) == contents(first)


def test_the_day_of_a_replay_can_be_an_earlier_one(fake: FakeYahoo, tmp_path: Path) -> None:
    live = built(order(), EVENING, tmp_path)
    assert fake.asked
    spec = order(source=SourceRef("snapshot", live.brief.snapshot), as_of=date(2026, 1, 9))
    again = built(spec, LATER, tmp_path)
    assert again.brief.as_of == date(2026, 1, 9)


def test_what_was_after_the_day_of_the_run_stays_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An evening in Honolulu: the vendor's table reaches the next day already."""
    evening = datetime(2026, 1, 14, 23, tzinfo=timezone(timedelta(hours=-10)))
    days = ["2026-01-13", "2026-01-14", "2026-01-15"]
    frame = pd.DataFrame({"Date": days, "Close": [10.0, 10.1, 10.2]})
    for name in ("Open", "High", "Low"):
        frame[name] = frame["Close"]

    def give(request: DataRequest) -> Delivered:
        return Delivered(each(request, lambda s: Quotes(s, frame, "a table", "here")))

    monkeypatch.setitem(sources._entries, "yahoo", give)
    data = pipeline.collect(order(), now=evening, progress=silent, data_folder=tmp_path)
    replayed = order(source=SourceRef("snapshot", data.snapshot))
    again = pipeline.collect(replayed, now=LATER, progress=silent, data_folder=tmp_path)
    assert again.as_of == data.as_of == date(2026, 1, 14)
    pd.testing.assert_frame_equal(again.series["^RUT"].bars, data.series["^RUT"].bars)


def replayed(folder: Path | None, location: str, symbols: tuple[str, ...] = SYMBOLS) -> Delivered:
    request = DataRequest(symbols, location, now=LATER, data_folder=folder)
    return sources.get("snapshot")(request)


def test_a_snapshot_gives_what_its_run_gave(fake: FakeYahoo, tmp_path: Path) -> None:
    given, found = run(tmp_path, SYMBOLS, NIGHT)
    assert fake.asked
    again = replayed(tmp_path, given.snapshot(), (*SYMBOLS[::-1], "QQQ"))
    answers = list(again.answers)
    assert (again.source, again.terms, again.now, again.as_of) == (
        "yahoo", Terms.PERSONAL, NIGHT, None,
    )  # fmt: skip
    assert again.snapshot() == given.snapshot()
    assert answers[0] == found["XLE"]
    rut = answers[3]
    assert isinstance(rut, Quotes)
    assert rut.fetched == NIGHT
    stranger = answers[4]
    assert isinstance(stranger, Gap)
    assert (stranger.subject, stranger.reason) == ("QQQ", Reason.NO_DATA)
    assert given.snapshot() in stranger.message


def test_a_sample_keeps_its_note_and_its_desk(tmp_path: Path) -> None:
    given, _ = run(tmp_path, ("^RUT",), NIGHT, source=SourceRef("sample"), always=True)
    again = replayed(tmp_path, given.snapshot(), ("^RUT",))
    assert again.sample
    assert again.desk == DESK
    assert again.notes == given.notes
    assert again.terms is Terms.REDISTRIBUTABLE


def test_a_unique_beginning_will_do(fake: FakeYahoo, tmp_path: Path) -> None:
    one, _ = run(tmp_path, ("^RUT",), NIGHT)
    other, _ = run(tmp_path, ("^RUT",), NEXT)
    assert fake.asked
    assert replayed(tmp_path, "2026-01-17").snapshot() == other.snapshot()
    assert replayed(tmp_path, one.snapshot()[:-3]).snapshot() == one.snapshot()
    with pytest.raises(DataError, match="several snapshots begin with '2026'") as told:
        replayed(tmp_path, "2026")
    assert one.snapshot() in str(told.value)
    assert other.snapshot() in str(told.value)
    wrong = one.snapshot()[:-1] + "x"
    with pytest.raises(DataError, match=f"Did you mean '{one.snapshot()}'"):
        replayed(tmp_path, wrong)
    with pytest.raises(DataError, match=f"The latest are {other.snapshot()}, {one.snapshot()}"):
        replayed(tmp_path, "zzz")


def test_a_folder_without_snapshots_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no snapshot lies in .*reporter data fetch SPEC"):
        replayed(tmp_path, "2026")
    with pytest.raises(DataError, match="--data"):
        replayed(None, "2026")


@pytest.mark.parametrize("part", ["objects", "fetches", "snapshots"])
def test_a_damaged_file_ends_a_replay(fake: FakeYahoo, tmp_path: Path, part: str) -> None:
    given, _ = run(tmp_path, ("^RUT",), NIGHT)
    assert fake.asked
    (path,) = [path for path in (tmp_path / part).rglob("*.*") if path.is_file()]
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="is damaged") as told:
        list(replayed(tmp_path, given.snapshot()).answers)
    assert path.name in str(told.value)


def test_the_brief_names_its_snapshot_in_its_json(fake: FakeYahoo, tmp_path: Path) -> None:
    live = built(order(), EVENING, tmp_path)
    assert fake.asked
    document = json.loads(contents(live)["brief.json"])
    assert document["inputs"][0]["sha256"]
    table = tmp_path / "objects" / live.brief.inputs[0].provenance.sha256[:2]
    assert [path.name for path in table.iterdir()] == [
        f"{live.brief.inputs[0].provenance.sha256}.csv.gz"
    ]
