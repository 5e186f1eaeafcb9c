"""`reporter doctor --mail` by the real command line, with a DNS and a server of the test's own."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from reporter.cli import run
from reporter.delivery import doctor_server, ledger, lookups
from tests.delivery.servers import dns, mail_server
from tests.delivery.written import SMTP, written

SETTINGS = written("example.com", 'operator = "desk@example.com"', SMTP)
RECORDS = {
    ("example.com", "TXT"): ("v=spf1 ip4:192.0.2.1 -all",),
    ("_dmarc.example.com", "TXT"): ("v=DMARC1; p=none",),
    ("example.com", "MX"): ("mx.example.com",),
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, records of the DNS, and a page that refuses."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lookups, "system", lambda: dns(RECORDS))
    monkeypatch.setattr(doctor_server, "web", lambda *_: 403)
    monkeypatch.setenv("REPORTER_UNSUBSCRIBE_KEY", "the-key-of-the-links")


def set_up(port: int) -> None:
    Path("delivery.toml").write_text(SETTINGS.format(port=port), encoding="utf-8")


def test_the_test_message_goes_to_the_operator(capsys: pytest.CaptureFixture[str]) -> None:
    with mail_server(None) as (port, inbox):
        set_up(port)
        assert run(["doctor", "--mail", "--leaves-from", "192.0.2.1"]) == 0
    out, err = capsys.readouterr()
    assert "ok      spf: example.com lets 192.0.2.1 send; 0 lookups of 10." in out
    assert "warning dkim: mails are not signed here. Have the server sign them" in out
    assert "ok      test message: the server took it" in out
    assert "the-key-of-the-links" not in out + err
    assert err.endswith("checks, 0 failed.\n")
    (message,) = inbox.received
    assert b"To: desk@example.com" in message


def test_without_sending_and_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    with mail_server(None) as (port, inbox):
        set_up(port)
        assert run(["doctor", "--mail", "--no-send", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    found = {one["check"]: one["grade"] for one in document["checks"]}
    assert found["test message"] == "skipped"
    assert found["spf"] == "warning"
    assert inbox.received == []


def test_an_outbox_is_looked_at_and_none_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(1)
    assert run(["doctor", "--mail", "--no-send"]) == 1
    assert "ok      outbox: is not there yet; the first sending" in capsys.readouterr().out
    assert [path.name for path in Path().iterdir()] == ["delivery.toml"]
    with ledger.opened("sqlite:///outbox.sqlite", Path()):
        pass
    assert run(["doctor", "--mail", "--no-send"]) == 1
    assert "ok      outbox: opens." in capsys.readouterr().out


def test_a_folder_that_no_outbox_can_be_made_in(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(1)
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)  # root may write everywhere
    assert run(["doctor", "--mail", "--no-send"]) == 1
    assert "failed  outbox: the outbox's folder cannot be written." in capsys.readouterr().out


def test_a_failed_check_leaves_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(1)
    assert run(["doctor", "--mail", "-q"]) == 1
    out, err = capsys.readouterr()
    assert "failed  server: 127.0.0.1:1: the mail server cannot be used" in out
    assert err == ""


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "Say --mail."),
        (["--mail", "--to", "x@client.example"], "a test message goes to nobody else"),
        (["--mail", "--to", "x@example.com", "--no-send"], "exclude each other"),
        (["--mail", "--leaves-from", "mx"], "is no IP address"),
        (["--mail", "--settings", "none.toml"], "cannot be read"),
        (["--mail", "--clients", "none.csv"], "cannot be read"),
    ],
)
def test_words_that_are_refused(
    words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up(1)
    assert run(["doctor", *words]) == 2
    assert why in capsys.readouterr().err
