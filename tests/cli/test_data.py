from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from reporter import gather
from reporter.cli import options, run
from reporter.model import Finding, MarketData, Severity
from tests.recorded import EVENING, NEXT, NIGHT, history, speak_to
from tests.sources.fake_yahoo import BROKEN, FakeYahoo, forget, serving

SPEC = """
title = "A brief"
subjects = ["^RUT"]
benchmark = "^GSPC"
source = "yahoo"
[watch]
sizes = ["IWM"]
[[sections]]
name = "front"
"""
REPLIES = {"^RUT": [history(2600)], "^GSPC": [history(6900)], "IWM": [history(260)]}


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeYahoo]:
    (tmp_path / "brief").mkdir()
    (tmp_path / "brief" / "brief.toml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    at(NIGHT, monkeypatch)
    with serving(dict(REPLIES)) as server:
        speak_to(server, tmp_path / "cache", monkeypatch)
        yield server
    forget()


def at(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line's clock."""
    monkeypatch.setattr(options, "now", lambda: now)


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    """What a command prints and what it tells beside."""
    assert run(list(arguments)) == code
    told = capsys.readouterr()
    return told.out, told.err


def test_fetch_prints_the_snapshot_and_records_it_beside_the_spec(
    fake: FakeYahoo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = said(capsys, "data", "fetch", "brief")
    assert fake.asked
    assert out.startswith("2026-01-16-")
    assert err == "3 of 3 series from yahoo.\n"
    assert (tmp_path / "brief" / "data" / "snapshots" / f"{out.strip()}.json").is_file()
    fake.asked.clear()
    assert said(capsys, "data", "fetch", "brief/brief.toml") == (out, err)
    assert not fake.asked
    said(capsys, "data", "fetch", "brief", "--refresh")
    assert fake.asked["IWM"]


def test_fetch_tells_gaps_and_goes_on(fake: FakeYahoo, capsys: pytest.CaptureFixture[str]) -> None:
    fake.replies = {**REPLIES, "IWM": [BROKEN]}
    out, err = said(capsys, "data", "fetch", "brief")
    assert out.startswith("2026-01-16-")
    assert err.startswith("2 of 3 series from yahoo.\nIWM prices: ")
    out, err = said(capsys, "data", "fetch", "brief", "--strict", code=3)
    assert out.startswith("2026-01-16-")
    assert "the snapshot has gaps.\nIWM prices: " in err


def test_fetch_of_nothing_is_an_error(fake: FakeYahoo, capsys: pytest.CaptureFixture[str]) -> None:
    fake.replies = {}
    out, err = said(capsys, "data", "fetch", "brief", code=1)
    assert not out
    assert err.startswith("Error:\nnothing could be fetched.")


def test_fetch_into_another_folder(
    fake: FakeYahoo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    said(capsys, "data", "fetch", "brief", "--data", "elsewhere")
    assert fake.asked
    monkeypatch.setenv("REPORTER_DATA", str(tmp_path / "named"))
    said(capsys, "data", "fetch", "brief")
    monkeypatch.delenv("REPORTER_DATA")
    said(capsys, "data", "fetch", "daily", "--source", "sample")
    for folder in ("elsewhere", "named", "data"):
        assert list((tmp_path / folder / "snapshots").iterdir())
    (tmp_path / "file").write_text("")
    _, err = said(capsys, "data", "fetch", "brief", "--data", "file", code=1)
    assert "the data folder cannot be written" in err
    assert "Name another one with --data." in err


def test_fetch_refuses_a_day_in_the_future_and_a_snapshot(
    fake: FakeYahoo, capsys: pytest.CaptureFixture[str]
) -> None:
    _, err = said(capsys, "data", "fetch", "brief", "--as-of", "2026-02-01", code=2)
    assert "lies in the future" in err
    _, err = said(capsys, "data", "fetch", "brief", "--source", "snapshot:2026", code=2)
    assert "recorded already" in err
    _, err = said(capsys, "data", "fetch", "brief", "--source", "snapshot", code=2)
    assert "reporter data list" in err
    assert not fake.asked


def test_list_tells_snapshots_the_newest_first(
    fake: FakeYahoo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at(EVENING, monkeypatch)
    fake.replies = {**REPLIES, "IWM": [BROKEN]}
    first, _ = said(capsys, "data", "fetch", "brief")
    at(NEXT, monkeypatch)
    second, _ = said(capsys, "data", "fetch", "brief", "--as-of", "2026-01-15")
    out, err = said(capsys, "data", "list", "brief")
    assert not err
    head, *rows = [line.split() for line in out.splitlines()]
    assert head[:3] == ["snapshot", "fetched", "source"]
    assert rows == [
        [
            second.strip(),
            "2026-01-17",
            "04:00",
            "UTC",
            "yahoo",
            "2026-01-15",
            "2026-01-15",
            "2",
            "1",
        ],
        [first.strip(), "2026-01-15", "22:00", "UTC", "yahoo", "latest", "2026-01-15", "2", "1"],
    ]
    out, _ = said(capsys, "data", "list", "brief", "--json")
    told = json.loads(out)["snapshots"]
    assert [one["id"] for one in told] == [second.strip(), first.strip()]
    assert told[0] == {
        "id": second.strip(),
        "fetched": NEXT.isoformat(),
        "source": "yahoo",
        "as_of": "2026-01-15",
        "last": "2026-01-15",
        "series": 2,
        "gaps": 1,
        "sample": False,
        "terms": "personal",
    }


@pytest.mark.usefixtures("fake")
def test_list_of_none_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, "data", "list")
    assert not out
    assert err == "No snapshot lies in data. Make one: reporter data fetch SPEC.\n"
    out, _ = said(capsys, "data", "list", "--json")
    assert json.loads(out) == {"snapshots": []}


@pytest.mark.usefixtures("fake")
def test_list_names_a_damaged_snapshot_and_tells_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, _ = said(capsys, "data", "fetch", "brief")
    bad = tmp_path / "brief" / "data" / "snapshots" / "2026-01-14-00000000.json"
    bad.write_text("{")
    out, err = said(capsys, "data", "list", "brief", code=1)
    assert out.splitlines()[1].startswith(good.strip())
    assert "2026-01-14-00000000.json: is damaged" in err
    out, err = said(capsys, "data", "list", "brief", "--json", code=1)
    assert [one["id"] for one in json.loads(out)["snapshots"]] == [good.strip()]
    (tmp_path / "brief" / "data" / "snapshots" / f"{good.strip()}.json").unlink()
    out, err = said(capsys, "data", "list", "brief", code=1)
    assert not out
    assert "No snapshot" not in err


def test_a_replay_without_an_object_names_it_and_its_snapshot(
    fake: FakeYahoo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, _ = said(capsys, "data", "fetch", "brief")
    assert fake.asked
    for path in (tmp_path / "brief" / "data" / "objects").glob("*/*"):
        path.unlink()
    _, err = said(capsys, "build", "brief", "--source", f"snapshot:{name.strip()}", code=1)
    assert ".csv.gz: is missing, and ^RUT of the snapshot " in err
    assert f"{name.strip()} cannot be replayed without it. Restore it from a copy; or " in err
    assert "Remove" not in err


def test_a_day_after_a_replay_s_prices_says_where_they_end(
    fake: FakeYahoo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name, _ = said(capsys, "data", "fetch", "brief")
    assert fake.asked
    at(datetime(2026, 3, 1, 12, tzinfo=UTC), monkeypatch)
    replay = ["--source", f"snapshot:{name.strip()}", "--as-of", "2026-02-10"]
    _, err = said(capsys, "build", "brief", *replay, code=1)
    assert "^RUT has no price for the as-of day 10 February 2026; its last before it is of" in err
    assert "closes at" not in err


def test_a_build_is_recorded_and_replayed(
    fake: FakeYahoo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "build", "brief", "--format", "json", "--output", "live")
    assert fake.asked
    fake.asked.clear()
    said(capsys, "build", "brief", "--format", "json", "--output", "live")
    assert not fake.asked
    (path,) = (tmp_path / "brief" / "data" / "snapshots").iterdir()
    source = f"snapshot:{path.stem[:12]}"
    said(capsys, "build", "brief", "--format", "json", "--output", "again", "--source", source)
    files = list((tmp_path / "live").glob("2*/*/*.*"))
    assert len(files) > 1
    for live in files:
        again = tmp_path / "again" / live.relative_to(tmp_path / "live")
        assert again.read_bytes() == live.read_bytes()
    said(capsys, "build", "brief", "--format", "json", "--refresh")
    assert fake.asked


def test_metrics_are_recorded_and_replayed(
    fake: FakeYahoo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["metrics", "^RUT", "--metric", "level"]
    live, _ = said(capsys, *arguments, "--source", "yahoo")
    assert fake.asked
    fake.asked.clear()
    assert said(capsys, *arguments, "--source", "snapshot:2026-01-16")[0] == live
    assert not fake.asked
    assert len(list((tmp_path / "data" / "snapshots").iterdir())) == 1


# --- check ----------------------------------------------------------------------------------------

FOUND = (
    Finding("^RUT", "null", Severity.DROP, "a bar has no close.", "Wait.",
            (date(2026, 1, 13), date(2026, 1, 14))),
    Finding("IWM", "stale", Severity.MARK, "the last bar is old."),
)  # fmt: skip
REFUSED = Finding("^GSPC", "split", Severity.REFUSE, "a split was not applied.", "Fetch again.")


@pytest.fixture
def findings(fake: FakeYahoo, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What the gate is made to find."""
    assert not fake.asked
    found = list(FOUND)
    real = gather.gather

    def told(*arguments: Any, **named: Any) -> MarketData:
        return replace(real(*arguments, **named), findings=tuple(found))

    monkeypatch.setattr(gather, "gather", told)
    return found


@pytest.mark.usefixtures("findings")
def test_check_prints_what_was_found(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, "data", "check", "brief")
    assert out.splitlines() == [
        "symbol  check  severity  days           finding",
        "^RUT    null   drop      2026-01-13 +1  a bar has no close. Wait.",
        "IWM     stale  mark                     the last bar is old.",
        "2 findings, on 2 of 3 series.",
    ]
    assert err.endswith("to ask anew: reporter data fetch SPEC --refresh.\n")
    assert said(capsys, "data", "check", "brief", "--source", "snapshot:2026") == (out, "")
    out, _ = said(capsys, "data", "check", "brief", "--json")
    told = json.loads(out)
    assert told["as_of"] == "2026-01-15"
    assert told["source"] == "yahoo"
    assert told["snapshot"].startswith("2026-01-16-")
    assert told["findings"][0] == {
        "symbol": "^RUT",
        "check": "null",
        "severity": "drop",
        "days": ["2026-01-13", "2026-01-14"],
        "message": "a bar has no close.",
        "remedy": "Wait.",
    }


def test_check_under_strict_refuses_only_what_is_refused(
    findings: list[Finding], capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "data", "check", "brief", "--strict")
    findings.append(REFUSED)
    said(capsys, "data", "check", "brief")
    out, err = said(capsys, "data", "check", "brief", "--strict", code=3)
    assert "split" in out
    assert "claims are refused.\n^GSPC split: a split was not applied." in err


def test_a_refused_series_counts_among_all(
    fake: FakeYahoo, findings: list[Finding], capsys: pytest.CaptureFixture[str]
) -> None:
    fake.replies = {**REPLIES, "^GSPC": [BROKEN]}
    findings.append(REFUSED)
    out, _ = said(capsys, "data", "check", "brief")
    assert out.splitlines()[-1] == "3 findings, on 3 of 3 series."


def test_build_and_check_tell_alike_of_a_subject_that_ends_early(
    fake: FakeYahoo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.replies = {**REPLIES, "^RUT": [history(2600, until="2026-01-09")]}
    last_page = '[[sections]]\nname = "sources_and_methods"\n'
    (tmp_path / "brief" / "brief.toml").write_text(SPEC + last_page)
    _, err = said(capsys, "build", "brief", "--format", "json", "--output", "out", "-v")
    told = (
        "Russell 2000 (^RUT) has no price after 9 January 2026, others have up to "
        "15 January 2026: figures are as of 9 January 2026."
    )
    assert told in err
    _, err = said(capsys, "build", "brief", "--format", "json", "--output", "out")
    assert told in err.splitlines()
    (path,) = (tmp_path / "out").glob("*/*/brief.json")
    brief = json.loads(path.read_text(encoding="utf-8"))
    assert brief["as_of"] == "2026-01-09"
    assert told in str(brief["sections"])
    out, _ = said(capsys, "data", "check", "brief", "--json")
    checked = json.loads(out)
    assert checked["findings"] == brief["findings"]
    assert checked["as_of"] == "2026-01-09"
    (finding,) = checked["findings"]
    assert (finding["symbol"], finding["check"], finding["message"]) == ("^RUT", "stale", told)
    assert finding["days"] == ["2026-01-12", "2026-01-13", "2026-01-14", "2026-01-15"]
    _, err = said(capsys, "metrics", "^RUT", "--vs", "^GSPC", "--source", "yahoo")
    assert "^RUT) has no price for the as-of day 15 January 2026; its last is of 9 January" in err


def test_check_tells_gaps_even_of_the_subject(
    fake: FakeYahoo, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.replies = {**REPLIES, "^RUT": [BROKEN]}
    out, err = said(capsys, "data", "check", "brief")
    assert out == "No findings, on 2 series.\n"
    assert err.startswith("^RUT prices: ")


def test_snapshots_are_completed(fake: FakeYahoo, capsys: pytest.CaptureFixture[str]) -> None:
    name, _ = said(capsys, "data", "fetch", "brief")
    assert fake.asked
    for typed, offered in (("snapshot:20", f"snapshot:{name.strip()}"), ("sn", "snapshot:")):
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parent.parent.parent),
            "_REPORTER_COMPLETE": "bash_complete",
            "COMP_WORDS": f"reporter build brief --source {typed}",
            "COMP_CWORD": "4",
        }
        program = [sys.executable, "-m", "reporter"]
        done = subprocess.run(program, env=environment, capture_output=True, text=True, check=True)
        assert f"plain,{offered}" in done.stdout.splitlines()
