from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from reporter.channels.folder import Drop
from reporter.delivered import Answer, Verdict
from reporter.delivery import notices
from reporter.delivery.settings import Settings
from reporter.run_jobs import Trouble
from tests.delivery.editions import settings

NOW = datetime(2026, 1, 16, 23, tzinfo=UTC)
TROUBLE = Trouble("weekly", date(2026, 1, 16), "build", "no prices of ^RUT.", "Update the prices.")


def house(folder: Path, **changes: object) -> Settings:
    told = {"channel": "folder", "drop": Path("out"), "operator": "desk@house.example"}
    return settings(folder, **{**told, **changes})


def test_the_operator_is_told_what_and_what_to_do(tmp_path: Path) -> None:
    assert notices.tell(TROUBLE, house(tmp_path), NOW) == ""
    (path,) = tmp_path.glob("out/*/operator.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert mail["To"] == "desk@house.example"
    assert mail["Subject"] == "reporter: weekly of 2026-01-16: build"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert "no prices of ^RUT." in text
    assert "Update the prices." in text


def test_the_same_trouble_is_the_same_message(tmp_path: Path) -> None:
    first = notices.letter(TROUBLE, house(tmp_path), NOW, None)
    assert first == notices.letter(TROUBLE, house(tmp_path), NOW, None)
    other = notices.letter(replace(TROUBLE, stage="send"), house(tmp_path), NOW, None)
    assert other.message_id != first.message_id


def test_every_trouble_of_a_stage_is_told(tmp_path: Path) -> None:
    assert notices.tell(TROUBLE, house(tmp_path), NOW) == ""
    other = replace(TROUBLE, message="no prices of ^GSPC.")
    assert notices.tell(other, house(tmp_path), NOW) == ""
    assert len(list(tmp_path.glob("out/*/operator.eml"))) == 2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(Verdict.FAILED, 550, "5.1.10"), "the notice is failed: 550 5.1.10."),
        (Answer(Verdict.DEFERRED, 450), "the notice is deferred: 450."),
        (Answer(Verdict.UNCERTAIN), "the notice is uncertain."),
    ],
)
def test_a_server_s_refusal_is_told_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Answer, told: str
) -> None:
    monkeypatch.setattr(Drop, "send", lambda _self, _letter: answer)
    assert notices.tell(TROUBLE, house(tmp_path), NOW) == told


def test_what_hinders_a_notice_is_told(tmp_path: Path) -> None:
    assert "no operator" in notices.tell(TROUBLE, house(tmp_path, operator=""), NOW)
    assert "needs a folder" in notices.tell(TROUBLE, house(tmp_path, drop=None), NOW)
    (tmp_path / "file").write_text("")
    assert notices.tell(TROUBLE, house(tmp_path, drop=Path("file")), NOW)
