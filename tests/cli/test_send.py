"""`reporter send` and `reporter archive show --client`, as they are typed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import click
import pytest

from reporter.archive.base import opened
from reporter.cli import options, run
from reporter.delivered import State
from reporter.delivery import ledger
from reporter.delivery.clock import Clock
from tests import archives
from tests.delivery import editions
from tests.delivery.posts import HEAD, KEY, Time, ids, row
from tests.delivery.written import written

ROOT = Path(__file__).parent.parent.parent
Told = pytest.CaptureFixture[str]
ABOVE = 'channel = "folder"\ndrop = "drop"\noperator = "editor@house.example"'
SETTINGS = written("house.example", ABOVE)
EDITION = "2026-01-15/weekly"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of a house with an edition that three clients may have."""
    editions.archive(tmp_path)
    (tmp_path / "delivery.toml").write_text(SETTINGS)
    listed(tmp_path, 3)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPORTER_ACTOR", "jane")
    monkeypatch.setenv("REPORTER_UNSUBSCRIBE_KEY", KEY.decode())
    time = Time()
    monkeypatch.setattr(options, "now", time.now)
    monkeypatch.setattr(options, "clock", lambda: Clock(time.now, time.ticks, time.sleep))
    return tmp_path


def listed(folder: Path, count: int) -> None:
    (folder / "clients.csv").write_text(HEAD + "".join(f"{row(n)}\n" for n in range(count)))


def dropped(house: Path) -> list[str]:
    return sorted(path.stem for path in (house / "drop").glob("*/*.eml"))


def test_it_is_sent_once_and_told(house: Path, capsys: Told) -> None:
    assert run(["send", "latest", "--report", "report.json"]) == 0
    told = capsys.readouterr()
    assert "sent        3 (3 of them by this run)" in told.err
    assert not told.out
    assert dropped(house) == ids(3)
    report = json.loads(Path("report.json").read_text())
    assert (report["edition"], report["sent"], report["letters"]) == (EDITION, 3, [])
    assert "example.com" not in Path("report.json").read_text()
    listed(house, 4)
    assert run(["send", EDITION]) == 0
    assert "sent        4 (1 of them by this run)" in capsys.readouterr().err
    assert run(["send", EDITION]) == 0
    assert "Nothing was left to send." in capsys.readouterr().err


def test_what_a_client_was_sent_is_shown_to_the_byte(
    house: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["send", EDITION, "-q"]) == 0
    sent = next((house / "drop").glob("*/C0001.eml")).read_bytes()
    capfdbinary.readouterr()
    assert run(["archive", "show", "--client", "C0001", "--date", "2026-01-15"]) == 0
    shown = capfdbinary.readouterr()
    assert shown.out == sent
    assert f"reporter outbox list {EDITION}".encode() in shown.err
    words = ["archive", "show", "--client", "C0001", "--date", EDITION]
    assert run([*words, "--to", "one.eml"]) == 0
    assert Path("one.eml").read_bytes() == sent
    assert run([*words, "--to", "one.eml"]) == 1
    assert run(["archive", "show", "--client", "C0009", "--date", EDITION]) == 1
    assert run(["archive", "show"]) == 2


def test_a_dry_run_says_where_and_leaves_nothing(house: Path, capsys: Told) -> None:
    before = len(opened(house / "archive").entries())
    assert run(["send", EDITION, "--dry-run"]) == 0
    place = Path(capsys.readouterr().out.strip())
    assert place == Path("output/mail/2026-01-15-weekly")
    assert sorted(path.stem for path in place.iterdir()) == ids(3)
    assert not (house / "outbox.sqlite").exists()
    assert not dropped(house)
    assert len(opened(house / "archive").entries()) == before


def test_settings_in_another_folder_send_nothing_twice(house: Path, capsys: Told) -> None:
    assert run(["send", EDITION]) == 0
    (house / "sub").mkdir()
    (house / "sub" / "delivery.toml").write_text(SETTINGS.replace('"drop"', '"../drop"'))
    listed(house, 4)
    words = ["send", EDITION, "--settings", "sub/delivery.toml"]
    capsys.readouterr()
    assert run(words) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert f"{house}/sub/outbox.sqlite (by {house}/sub/delivery.toml)" in told
    assert dropped(house) == ids(3)
    assert run([*words, "--dry-run"]) == 0
    assert "It would not be sent: " in capsys.readouterr().err
    assert run([*words, "--override", "outbox"]) == 2
    assert run(["send", EDITION]) == 0
    assert dropped(house) == ids(4)


def test_samples_go_to_the_operator(house: Path, capsys: Told) -> None:
    assert run(["send", EDITION, "--sample", "1"]) == 0
    assert "1 sample sent, and to no client." in capsys.readouterr().err
    (path,) = (house / "drop").glob("*/*.eml")
    message = BytesParser(policy=default).parsebytes(path.read_bytes())
    assert "editor@house.example" in str(message["To"])
    assert str(message["Subject"]).startswith("[Sample] ")
    assert not (house / "outbox.sqlite").exists()
    path.unlink()
    assert run(["send", EDITION, "--to", "me@house.example"]) == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--override", "sample", "--reason", "x"], 2, "'sample' cannot be set aside"),
        (["--override", "stale"], 2, "says not why"),
        (["--to-folder", "there"], 2, "--to-folder is for a dry run"),
        (["--dry-run", "--sample", "3"], 2, "--dry-run mails nothing"),
        (["--dry-run", "--report", "r.json"], 2, "--report is of what was sent"),
        (["--segment", "gild"], 2, "no client of the list is in the segment"),
        (["--stage", "first"], 2, "know no staged release"),
        (["--finish-by", "2026-01-16T12:00"], 1, "is past, and 3 letters are not sent"),
        (["--finish-by", "noon"], 2, "--finish-by"),
        (["--corrects", EDITION], 1, "is no correction"),
        (["--clients", "nowhere.csv"], 2, "nowhere.csv"),
        (["--settings", "nowhere.toml"], 2, "nowhere.toml"),
    ],
)
def test_what_is_refused(house: Path, capsys: Told, words: list[str], code: int, said: str) -> None:
    assert run(["send", EDITION, *words]) == code
    assert said in capsys.readouterr().err
    assert not dropped(house)


def test_without_its_key_nothing_is_sent(
    house: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REPORTER_UNSUBSCRIBE_KEY")
    assert run(["send", EDITION]) == 1
    told = capsys.readouterr().err
    assert "Set REPORTER_UNSUBSCRIBE_KEY, or make one: reporter unsubscribe key" in told
    assert not dropped(house)
    assert run(["send", EDITION, "--dry-run"]) == 0


def test_an_approval_that_is_missing_is_waited_for(house: Path, capsys: Told) -> None:
    what = editions.draft(archives.FIRST, "other")
    archives.add(opened(house / "archive"), what, 10)
    assert run(["send", "2026-01-15/other"]) == 4
    assert "reporter approve" in capsys.readouterr().err


def test_terms_and_age_are_overridden_with_a_reason(house: Path, capsys: Told) -> None:
    what = replace(editions.draft(archives.FIRST - timedelta(days=30)), terms="personal")
    name = editions.filed(opened(house / "archive"), what, 10)
    assert run(["send", name, "--override", "stale", "--reason", "Asked for."]) == 1
    assert "may not be passed on" in capsys.readouterr().err
    words = ["--override", "stale", "--override", "terms", "--reason", "Asked for."]
    assert run(["send", name, *words]) == 0
    log = opened(house / "archive").entries()
    assert [dict(one.details) for one in log if one.act == "overridden"] == [
        {"what": ["stale", "terms"], "reason": "Asked for."}
    ]


def test_a_list_with_faults_sends_nothing(house: Path, capsys: Told) -> None:
    text = HEAD + row(0) + "\n" + row(1).replace("person1@example.com", "no-address") + "\n"
    (house / "clients.csv").write_text(text)
    assert run(["send", EDITION]) == 2
    told = capsys.readouterr().err
    assert "3" in told
    assert "no-address" not in told
    assert not dropped(house)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_ends_the_letter_in_hand_and_says_how_to_go_on(
    house: Path, number: signal.Signals
) -> None:
    listed(house, 40)
    (house / "delivery.toml").write_text(SETTINGS + "[rates]\nper_minute = 300\n")
    command = [sys.executable, "-m", "reporter", "send", EDITION]
    why = ["--override", "stale", "--reason", "The edition of the tests is an old one."]
    with subprocess.Popen(
        [*command, *why], cwd=house, text=True, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as program:  # fmt: skip
        while len(dropped(house)) < 3 and program.poll() is None:
            time.sleep(0.02)
        program.send_signal(number)
        _, said = program.communicate()
    assert program.returncode == 130, said
    assert "the same command sends the rest" in said
    assert re.search(r"^queued +\d+$", said, re.MULTILINE)
    with ledger.opened("sqlite:///outbox.sqlite", house) as book:
        rows = book.rows(EDITION)
        assert {one.state for one in rows} == {State.SENT, State.QUEUED}
        assert [one.client for one in rows if one.state is State.SENT] == dropped(house)
        book.lease(EDITION, "the next", min(one.changed for one in rows if one.changed))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-01-15T17:30Z", "2026-01-15T17:30:00+00:00"),
        ("2026-01-15 17:30+01:00", "2026-01-15T16:30:00+00:00"),
    ],
)
def test_a_moment_with_its_zone(written: str, meant: str) -> None:
    found = options.Moment().convert(written, None, None)
    assert found == datetime.fromisoformat(meant)


def test_a_moment_without_a_zone_is_this_machine_s(monkeypatch: pytest.MonkeyPatch) -> None:
    today = datetime.fromisoformat("2026-01-15T09:00").astimezone()
    monkeypatch.setattr(options, "now", lambda: today)
    read = options.Moment().convert
    assert read("17:30", None, None) == today.replace(hour=17, minute=30)
    assert read("2026-01-15T17:30", None, None) == today.replace(hour=17, minute=30)
    for wrong in ("noon", "2026-01-15", ""):
        with pytest.raises(click.BadParameter, match="Write it like"):
            read(wrong, None, None)
