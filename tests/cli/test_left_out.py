"""Whoever unsubscribed or is not there is left out by the very next send: from end to end."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import httpx
import pytest

from reporter.archive.base import opened
from reporter.cli import run
from reporter.errors import EXIT_UNSENT
from tests import archives, pages
from tests.cli import test_send
from tests.delivery import editions, test_bounces
from tests.delivery.posts import HEAD, KEY, row
from tests.delivery.written import written
from tests.postfix import Postfix

Told = pytest.CaptureFixture[str]
house, returning = test_send.house, test_bounces.returning
NEXT = "2026-01-16/weekly"
SERVER = """
[smtp]
host = "127.0.0.1"
port = {port}
authority = "{authority}"
"""
SETTINGS = written("example.com", 'mailbox = "{returns}"', SERVER)


def next_edition(house: Path) -> None:
    """The next one of the same brief is filed and approved."""
    what = editions.draft(archives.FIRST + timedelta(days=1))
    assert editions.filed(opened(house / "archive"), what, 10) == NEXT


def test_who_pressed_the_button_of_his_mail_is_left_out(house: Path, capsys: Told) -> None:
    """As a mail program does it: by the headers of the message that was sent (RFC 8058)."""
    next_edition(house)
    assert run(["send", test_send.EDITION, "-q"]) == 0
    mail = next((house / "drop").glob("*/C0001.eml")).read_bytes()
    message = BytesParser(policy=default).parsebytes(mail)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (token,) = re.findall(r"<https://house\.example/u/([\w-]+)>", message["List-Unsubscribe"])
    with pages.served(house, KEY.decode()) as (address, _), httpx.Client(timeout=60) as browser:
        assert browser.get(address + token).status_code == 200
        assert (
            browser.post(address + token, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        )
    capsys.readouterr()
    assert run(["send", NEXT, "--report", "report.json"]) == 0
    assert "suppressed  1" in capsys.readouterr().err
    (left_out,) = json.loads(Path("report.json").read_text())["letters"]
    assert (left_out["client"], left_out["said"]) == ("C0001", "unsubscribed")
    assert sorted(path.stem for path in (house / "drop").glob("2026-01-16*/*.eml")) == [
        "C0000", "C0002",
    ]  # fmt: skip


def test_whose_mailbox_is_not_there_is_left_out(
    house: Path, returning: Postfix, capsys: Told
) -> None:
    """As a real server tells it after it has taken the message: by the mail that it returns."""
    next_edition(house)
    told = {"returns": returning.returns, "port": returning.port, "authority": returning.authority}
    (house / "delivery.toml").write_text(SETTINGS.format_map(told))
    gone = row(1).replace("person1@example.com", "gone@nowhere.example")
    (house / "clients.csv").write_text(HEAD + f"{row(0)}\n{gone}\n{row(2)}\n")
    assert run(["send", test_send.EDITION, "-q"]) == 0
    returning.flush()
    assert run(["bounces"]) == 0
    assert "1  gone " in (said := capsys.readouterr()).out
    assert said.err == "2026-01-15/weekly C0001: gone: 5.1.1 550 5.1.1 <…>: no such user\n"
    returning.empty()
    assert run(["send", NEXT]) == EXIT_UNSENT  # somebody who should have it cannot be reached
    assert "suppressed  1" in capsys.readouterr().err
    returning.flush()
    assert sorted(returning.mailboxes()) == ["person0@example.com", "person2@example.com"]
    assert run(["outbox", "list", NEXT, "--state", "suppressed"]) == 0
    assert re.search(r"C0001 .* returned: 5[.]1[.]1", capsys.readouterr().out)
