"""`reporter outbox`: each command on an outbox, and what is never shown."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reporter.cli import options, run
from reporter.delivery.ledger import opened
from reporter.delivery.unsubscriptions import unsubscribe
from reporter.model import Answer, State, Verdict
from tests.delivery.outboxes import CAMPAIGN, LOST, NOW, TAKEN, URL, delivery, outbox

REFUSED = Answer(
    Verdict.FAILED,
    550,
    "5.1.1",
    "<person1@example.com>: no such\x1b[31m user 'person1@example.com'",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an outbox: one sent, one failed, one uncertain, one queued."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPORTER_OUTBOX", URL)
    monkeypatch.setenv("REPORTER_ACTOR", "op")
    with outbox(tmp_path, 4) as (ledger, lease):
        for client, answer in (("C0000", TAKEN), ("C0001", REFUSED), ("C0002", LOST)):
            ledger.claim(lease, client, NOW)
            ledger.settle(lease, client, answer, NOW + timedelta(seconds=1))
        ledger.release(lease)
    return tmp_path


def states(folder: Path) -> list[str]:
    with opened(URL, folder) as ledger:
        return [row.state.value for row in ledger.rows(CAMPAIGN)]


@pytest.mark.usefixtures("folder")
def test_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["outbox", "status"]) == 0
    told = capsys.readouterr().out
    assert "2026-01-15/weekly" in told
    assert "1 sent, 1 uncertain, 1 failed, 1 queued" in told
    assert run(["outbox", "status", "weekly"]) == 0
    told = capsys.readouterr().out
    assert "uncertain         1" in told
    assert "all               4" in told
    assert run(["outbox", "status", CAMPAIGN, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["states"]["sent"] == 1
    assert found["sender"] is None


def test_status_says_until_when_a_sender_has_the_right(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    until = options.now().replace(microsecond=0) + timedelta(minutes=1)
    with opened(URL, folder) as ledger:
        ledger.lease(CAMPAIGN, "somebody", until, seconds=0)
    assert run(["outbox", "status", "weekly"]) == 0
    assert f"sender     somebody, until {until:%Y-%m-%d %H:%M:%S} unless" in capsys.readouterr().out
    assert run(["outbox", "status", "weekly", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert datetime.fromisoformat(found["sender_until"]) == until


@pytest.mark.usefixtures("folder")
def test_list_shows_no_address_unless_asked(capsys: pytest.CaptureFixture[str]) -> None:
    for more in ([], ["--json"], ["--state", "failed"]):
        assert run(["outbox", "list", "latest", *more]) == 0
        told = capsys.readouterr().out
        assert "C0001" in told
        assert "person1@" not in told
        assert "\x1b" not in told
        assert "(address)" in told
    assert run(["outbox", "list", "latest", "--addresses"]) == 0
    assert "person1@example.com" in capsys.readouterr().out


def test_retry_leaves_what_is_sent_or_uncertain(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["outbox", "retry", CAMPAIGN]) == 0
    assert "1 queued again.\n1 uncertain" in capsys.readouterr().err
    assert states(folder) == ["sent", "queued", "uncertain", "queued"]


def test_pause_and_resume(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["outbox", "pause", "weekly"]) == 0
    assert run(["outbox", "status"]) == 0
    assert "paused" in capsys.readouterr().out
    capsys.readouterr()
    assert run(["outbox", "resume", "weekly"]) == 0
    assert f"reporter send {CAMPAIGN}" in capsys.readouterr().err
    with opened(URL, folder) as ledger:
        assert not ledger.is_paused(CAMPAIGN)


@pytest.mark.parametrize(("word", "state"), [("sent", "sent"), ("again", "queued")])
def test_resolve(folder: Path, word: str, state: str) -> None:
    words = ["outbox", "resolve", CAMPAIGN, "--as", word, "--reason", "he said so", "--client"]
    assert run([*words, "C0002"]) == 0
    assert states(folder)[2] == state
    with opened(URL, folder) as ledger:
        last = ledger.history(CAMPAIGN, "C0002")[-1]
    assert (last.text, last.by) == ("he said so", "op")
    assert run([*words, "C0000"]) == 1
    assert run([*words, "nobody"]) == 1


def test_reconcile(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids = folder / "ids.txt"
    ids.write_text("<somebody@else>\n")
    assert run(["outbox", "reconcile", CAMPAIGN, "--accepted", "ids.txt"]) == 5
    assert "C0002: not found" in capsys.readouterr().err
    assert states(folder)[2] == "uncertain"
    ids.write_text(delivery(2).message_id)
    assert run(["outbox", "reconcile", CAMPAIGN, "--accepted", "ids.txt", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sent"] == ["C0002"]
    assert run(["outbox", "reconcile", CAMPAIGN]) == 2


def test_reconcile_by_a_maildir(folder: Path) -> None:
    for part in ("new", "cur", "tmp"):
        (folder / "copies" / part).mkdir(parents=True)
    message = f"Message-ID: {delivery(2).message_id}\r\nSubject: x\r\n\r\ntext\r\n"
    (folder / "copies" / "new" / "1.x.host").write_bytes(message.encode())
    assert run(["outbox", "reconcile", CAMPAIGN, "--mailbox", "copies"]) == 0
    assert states(folder)[2] == "sent"


@pytest.mark.usefixtures("folder")
def test_suppressing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["outbox", "suppress", "Person3@example.com", "--reason", "wrote to us"]) == 0
    assert run(["outbox", "suppressions", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["address"], found["for"], found["by"]) == ("person3@example.com", "*", "op")
    assert run(["outbox", "lift", "person3@example.com"]) == 0
    assert run(["outbox", "suppressions"]) == 0
    assert "No address" in capsys.readouterr().err
    assert run(["outbox", "suppress", "no address"]) == 2
    assert "no address'" not in capsys.readouterr().err


def test_who_is_not_in_the_outbox_yet_is_lifted_by_his_handle(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(URL, folder) as ledger:
        unsubscribe(ledger, "f" * 32, "weekly", NOW, "page")
    assert run(["outbox", "suppressions"]) == 0
    shown = capsys.readouterr().out.splitlines()[1].split()[0]
    assert shown == f"handle:{'f' * 32}"
    assert run(["outbox", "lift", shown, "--for", "weekly"]) == 0
    assert "may get mail again" in capsys.readouterr().err
    assert run(["outbox", "suppress", shown]) == 2


def test_what_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["outbox", "status", "daily"]) == 1
    assert "no edition 'daily'" in capsys.readouterr().err
    assert run(["outbox", "status", "--outbox", "sqlite:///other.sqlite"]) == 1
    assert "there is no outbox" in capsys.readouterr().err
    assert not (folder / "other.sqlite").exists()


def test_reconcile_takes_over_from_a_dead_sender(folder: Path) -> None:
    with opened(URL, folder) as ledger:
        lease = ledger.lease(CAMPAIGN, "gone", NOW)
        ledger.claim(lease, "C0003", NOW)
    (folder / "ids.txt").write_text(delivery(3).message_id)
    assert run(["outbox", "reconcile", CAMPAIGN, "--accepted", "ids.txt"]) == 5
    assert states(folder) == [
        State.SENT.value, State.FAILED.value, State.UNCERTAIN.value, State.SENT.value,
    ]  # fmt: skip
