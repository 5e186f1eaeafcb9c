"""`reporter bounces`, as it is typed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reporter.cli import options, run
from reporter.delivery import ledger
from tests.delivery.outboxes import CAMPAIGN, TAKEN, URL, delivery, outbox
from tests.delivery.written import written

NOW = datetime(2026, 1, 16, 12, tzinfo=UTC)
Told = pytest.CaptureFixture[str]
SETTINGS = written("mail.example.com", 'mailbox = "returns"')
EXAMPLE = Path("tests/data/returned/postfix.eml").read_text(encoding="utf-8")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with settings, an outbox whose first row is sent, and a mailbox with its return."""
    monkeypatch.setattr(options, "now", lambda: NOW)
    monkeypatch.setenv("REPORTER_UNSUBSCRIBE_KEY", "0123456789abcdef0123456789abcdef")
    for part in ("cur", "new", "tmp"):
        (tmp_path / "returns" / part).mkdir(parents=True)
    (tmp_path / "delivery.toml").write_text(SETTINGS, encoding="utf-8")
    with outbox(tmp_path) as (book, lease):
        book.claim(lease, "C0000", NOW)
        book.settle(lease, "C0000", TAKEN, NOW)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def returned(house: Path, status: str) -> None:
    row = delivery(0)
    text = EXAMPLE.format(
        to=f"bounces+{row.message_id[1:21]}@x.example", final=row.address, original=row.address,
        status=status, action="failed", message_id=row.message_id, diagnostic="smtp; 550 no",
    )  # fmt: skip
    (house / "returns" / "new" / "1.one").write_text(text, encoding="utf-8")


def test_what_came_back_is_counted_and_listed(house: Path, capsys: Told) -> None:
    returned(house, "5.1.1")
    assert run(["bounces", "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["messages"], told["dry_run"], told["counts"]) == (1, True, {"gone": 1})
    assert told["findings"][0]["client"] == "C0000"
    assert run(["bounces"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("1 message read.\n      1  gone ")
    assert said.err == f"{CAMPAIGN} C0000: gone: 5.1.1 550 no\n"
    with ledger.opened(URL, house) as book:
        assert book.is_suppressed("person0@example.com", "weekly") == "returned: 5.1.1"
    assert run(["bounces"]) == 0
    assert capsys.readouterr().out == "0 messages read.\n"


def test_what_somebody_must_act_on_is_exit_code_4(house: Path, capsys: Told) -> None:
    returned(house, "5.7.1")
    assert run(["bounces", "--from", "returns"]) == 4
    assert "person0" not in "".join(capsys.readouterr())


def test_a_mailbox_or_outbox_that_is_not_there_is_told(house: Path, capsys: Told) -> None:
    assert run(["bounces", "--from", "nowhere"]) == 1
    assert run(["bounces", "--outbox", "sqlite:///other.sqlite"]) == 1
    (house / "delivery.toml").write_text(SETTINGS.replace('mailbox = "returns"', ""))
    assert run(["bounces"]) == 2
    assert "where does returned mail arrive?" in capsys.readouterr().err
