"""Editions are listed, found, shown and opened on the command line, harmlessly."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import ShellComplete

from reporter.archive.approving import Wish, approve
from reporter.archive.base import Archive
from reporter.archive.filing import Draft
from reporter.cli import reporter, run
from reporter.paper import Artifact
from tests.approvers import enforce, row, signer
from tests.archives import FIRST, add, archive, draft, fact, forge, hand

HANDBOOK = Path("ARCHIVE.md").read_text(encoding="utf-8")
SAID: dict[str, Any] = {
    "headline_spans": [{"text": "2,674.56", "kind": "fact", "fact": "record_close:^RUT"}]
}
NAMES: dict[str, Any] = {"inputs": [{"symbol": "^RUT", "name": "Russell 2000"}]}
ATTACK = "Evil\x1b[2J\x07\x9b31m \u202egnp.exe\u2066 \r\nline\u2028two\0\tend\u200b"

Asked = Callable[..., str]


def edition(day: date, headline: str, **more: Any) -> Draft:
    """An edition whose `brief.json` says this."""
    plain = draft(day, headline=headline)
    brief = {"headline": headline, "facts": [fact(display="yes")], **NAMES, **more}
    data = json.dumps(brief).encode()
    parts = (Artifact("files/brief.json", data), *plain.parts[:2], *plain.parts[3:])
    return replace(plain, parts=parts)


def file(made: Archive, day: date, headline: str, *, corrects: str = "", **more: Any) -> None:
    """File one."""
    add(made, edition(day, headline, **more), day.day, corrects)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Four editions, as the handbook shows them."""
    filed = archive(tmp_path_factory.mktemp("it"))
    file(filed, FIRST, "Small caps at a record 2,674.56, well ahead of the S&P 500", **SAID)
    file(filed, date(2026, 1, 22), "Small caps pause after their run")
    file(filed, date(2026, 1, 29), "Small caps close at another record", **SAID)
    file(filed, date(2026, 1, 29), "Small caps close just short of a record",
         corrects="2026-01-29/weekly", facts=[fact(value=False, display="no")])  # fmt: skip
    enforce(filed, row(audiences='["professional"]', jurisdictions='["CH"]'), minutes=50)
    approve(filed, Wish("2026-01-15/weekly"), signer(), hand(60, "ann"))
    return filed


@pytest.fixture
def asked(made: Archive, capsys: pytest.CaptureFixture[str]) -> Asked:
    """Runs a command on the archive; what it prints."""

    def ask(*arguments: str, code: int = 0) -> str:
        assert run(["archive", arguments[0], "--archive", str(made.folder), *arguments[1:]]) == code
        captured = capsys.readouterr()
        return captured.err if code else captured.out

    return ask


def test_editions_are_listed_the_newest_first(asked: Asked) -> None:
    lines = asked("list").splitlines()
    assert lines[0].split() == ["day", "edition", "headline", "state"]
    assert lines[1].startswith("2026-01-29  weekly.2  Small caps close just short of a record")
    assert lines[2].endswith("corrected by weekly.2")
    assert lines[4].endswith("approved for professional in CH")


def test_a_list_is_of_what_is_wanted(asked: Asked) -> None:
    told = json.loads(asked("list", "--json", "--from", "2026-01-16", "--to", "2026-01-22"))
    assert [one["id"] for one in told["editions"]] == ["2026-01-22/weekly"]
    assert len(json.loads(asked("list", "--json", "--subject", ".RUT"))["editions"]) == 4
    assert len(asked("list", "--state", "approved", "--limit", "3").splitlines()) == 2
    assert asked("list", "--slug", "nothing") == ""
    assert asked("list", "--slug", "\udcff", "--subject", "\udcff\0") == ""


SHOWN = re.findall(
    r"^```text\n\$ (reporter archive (?:list|search).*)\n((?:.*\n)*?)```$", HANDBOOK, re.MULTILINE
)


def test_the_handbook_shows_what_is_printed(asked: Asked) -> None:
    assert len(SHOWN) == 2
    for command, shown in SHOWN:
        arguments = [part.strip('"') for part in re.findall(r'"[^"]*"|\S+', command)][2:]
        assert asked(*arguments) == shown


def test_words_and_facts_are_found(asked: Asked) -> None:
    assert "[pause]" in asked("search", "pause")
    assert len(asked("search", "small caps").splitlines()) == 5
    assert len(asked("search", "caps small").splitlines()) == 0
    assert len(asked("search", "caps", "small").splitlines()) == 5
    assert len(asked("search", "caps", "--", "-pause").splitlines()) == 4
    told = json.loads(asked("search", "--json", "--metric", "record_close", "--below", "1"))
    assert [one["facts"][0]["display"] for one in told["finds"]] == ["no"]
    assert asked("search", "--subject", "IWM") == ""


def test_what_no_edition_knows_is_told(made: Archive, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, told in (
        (["--metric", "record_clos"], "of the metric 'record_clos'. There are: record_close."),
        (["--subject", "IWM"], "No edition has a fact about 'IWM'."),
        (["--vs", "\x1b[2J"], "No edition has a fact about '\\x1b[2J'."),
        (["--subject", ".RUT", "--window", "ytd"], "No edition says that."),
    ):
        assert run(["archive", "search", "--archive", str(made.folder), *arguments]) == 0
        assert told in capsys.readouterr().err


def test_what_cannot_be_asked_is_refused(asked: Asked) -> None:
    assert "Say what to find" in asked("search", code=2)
    assert "Say what to find" in asked("search", " - ", code=2)
    assert "'x%' is not a number" in asked("search", "--above", "x%", code=2)
    assert "not a number" in asked("search", "--above", "nan", code=2)
    assert "there is no edition 'weakly'. Nearest: weekly" in asked("show", "weakly", code=1)
    assert "may be" in asked("show", "2026-01-29", code=1)


@pytest.mark.parametrize(
    "text", ["\udcff", "\0", '"', "AND", "NEAR(", "a:b", "*", "'; DROP TABLE texts", "(x", "^"]
)
def test_no_words_make_an_error(asked: Asked, text: str) -> None:
    asked("search", f"small {text}")


def test_everything_about_one_is_shown(asked: Asked) -> None:
    told = asked("show", "2026-01-15")
    for words in (
        "edition       2026-01-15/weekly",
        "approved      2026-01-16 13:00 UTC by Ann Meier (Head of Research)",
        "may go to     professional in CH", "audiences: professional; jurisdictions: CH",
        "files/brief.pdf", "inputs/ (1 file)", "program/ (1 file)",
        "2026-01-16 12:15 UTC  added by jane",
    ):  # fmt: skip
        assert words in told
    assert "inputs/spec/brief.toml" not in told
    assert "inputs/spec/brief.toml" in asked("show", "2026-01-15", "-v")
    document = json.loads(asked("show", "2026-01-15", "--json"))
    assert document["approvals"][0]["approver"] == "Ann Meier"
    assert document["files"][0]["path"] == "files/brief.html"


def test_files_are_opened(asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def launch(url: str) -> int:
        opened.append(url)
        return 0

    monkeypatch.setattr(click, "launch", launch)
    monkeypatch.setenv("DISPLAY", ":0")
    path = Path(asked("open", "2026-01-15", "brief.html", "--to", str(tmp_path / "out")).strip())
    assert path == tmp_path / "out" / "brief.html"
    assert opened == [str(path)]
    assert not path.stat().st_mode & stat.S_IWUSR
    assert "is not empty" in asked("open", "2026-01-15", "--to", str(tmp_path / "out"), code=1)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    asked("open", "latest", "--no-view")
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    asked("open", "latest")
    assert len(opened) == 1
    assert "has no file" in asked("open", "latest", "../secret", code=2)


def test_the_catalogue_is_made_anew(asked: Asked) -> None:
    assert asked("catalogue") == "The catalogue holds 4 editions.\n"


def test_hostile_words_do_nothing_to_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = archive(tmp_path)
    told = fact(display=ATTACK, subject=ATTACK)
    chart = {"id": ATTACK, "title": {"text": ATTACK}, "source_line": ATTACK}
    section = {"name": ATTACK, "title": ATTACK, "paragraphs": [[{"text": ATTACK}]]}
    figure = {"label": ATTACK, "value": {"text": ATTACK}}
    more = {"facts": [told], "charts": [chart], "sections": [section], "key_figures": [figure]}
    forge(made, edition(FIRST, ATTACK, **more))
    for arguments in (
        ["list"], ["list", "--json"], ["search", "evil"], ["search", "evil", "--json"],
        ["search", "--metric", "record_close"], ["show", "latest"], ["show", "latest", "--json"],
    ):  # fmt: skip
        assert run(["archive", *arguments, "--archive", str(made.folder)]) == 0
        printed = capsys.readouterr().out
        assert "Evil" in printed
        assert printed.replace("\n", "").isprintable()
        if "--json" in arguments:
            assert "\\u202e" in printed
            json.loads(printed)


def test_a_headline_is_cut_to_the_terminal(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    from reporter.cli.archive import shown

    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    table = shown.table([("a", "x" * 200, "b"), ("a", "日本" * 50, "b")], 1)
    assert [shown.width(line) <= 60 for line in table.splitlines()] == [True, True]
    assert "…" in table
    assert asked("list")


def test_editions_are_completed(made: Archive) -> None:
    complete = ShellComplete(reporter, {}, "reporter", "_X")
    arguments = ["archive", "show", "--archive", str(made.folder)]
    found = [item.value for item in complete.get_completions(arguments, "2026-01-2")]
    assert found == ["2026-01-29/weekly.2", "2026-01-29/weekly", "2026-01-22/weekly"]
    assert complete.get_completions(["archive", "show", "--archive", "/nowhere"], "x") == []
