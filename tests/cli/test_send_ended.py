"""What `reporter send` tells of a run that something ended after its first letters."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from reporter.channels.folder import Drop
from reporter.cli import options, run
from reporter.delivered import Answer, Verdict
from tests.cli.test_send import EDITION, Told, dropped, listed
from tests.cli.test_send import house as house  # noqa: PLC0414  a fixture

ENDED = ["send", EDITION, "--report", "report.json", "--finish-by", "2026-01-16T13:03Z"]
Act = Callable[[], Answer | None]
PAUSE = ["outbox", "pause", EDITION, "-q"]


def before_each(monkeypatch: pytest.MonkeyPatch, act: Act) -> None:
    """Something happens when a letter is handed to the channel."""
    drop = Drop.send
    monkeypatch.setattr(Drop, "send", lambda self, letter: act() or drop(self, letter))


def a_minute_passes() -> None:
    options.clock().sleep(60)


def somebody_pauses() -> None:
    assert run(PAUSE) == 0
    a_minute_passes()


def the_server_wants_nothing() -> Answer | None:
    a_minute_passes()
    halted = Answer(Verdict.HALTED, 550, "5.7.1", "your mail is against our policy")
    return halted if len(dropped(Path())) > 1 else None


@pytest.mark.parametrize(
    ("act", "ended"),
    [
        (a_minute_passes, (5, "as told by --finish-by")),
        (somebody_pauses, (5, "is paused")),
        (the_server_wants_nothing, (1, "takes nothing from this house")),
    ],
)
def test_what_ended_a_run_is_told_after_what_it_came_to(
    house: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch, act: Act, ended: tuple[int, str]
) -> None:
    listed(house, 9)
    before_each(monkeypatch, act)
    code, why = ended
    assert run(ENDED) == code
    *told, last = capsys.readouterr().err.splitlines()
    sent = len(dropped(house))
    assert 0 < sent < 9
    assert f"sent        {sent} ({sent} of them by this run)" in told
    assert f"queued      {9 - sent}" in told
    assert last.startswith("Error: ")
    assert why in last
    report = json.loads(Path("report.json").read_text())
    assert (report["sent"], report["states"]["queued"]) == (sent, 9 - sent)


def test_a_report_that_cannot_be_written_hides_nothing(
    house: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed(house, 9)
    before_each(monkeypatch, a_minute_passes)
    assert run([*ENDED, "--report", "nowhere/report.json"]) == 5
    told = capsys.readouterr().err
    assert "nowhere/report.json: cannot be written" in told
    assert "as told by --finish-by" in told.splitlines()[-1]


def test_an_outbox_that_fails_is_what_is_told(
    house: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def takes_the_outbox_away() -> None:
        (house / "outbox.sqlite").write_bytes(b"x" * 100)
        (house / "outbox.sqlite-wal").write_bytes(b"")
        a_minute_passes()

    listed(house, 9)
    before_each(monkeypatch, takes_the_outbox_away)
    assert run(ENDED) == 1
    told = capsys.readouterr().err
    assert "the outbox: the file is damaged" in told


def test_a_run_that_sent_nothing_tells_no_more_than_why(house: Path, capsys: Told) -> None:
    assert run(["send", EDITION]) == 0
    assert run(PAUSE) == 0
    capsys.readouterr()
    assert run(["send", EDITION, "--report", "report.json"]) == 5
    (told,) = capsys.readouterr().err.splitlines()
    assert "is paused" in told
    assert not Path("report.json").exists()
    assert len(dropped(house)) == 3
