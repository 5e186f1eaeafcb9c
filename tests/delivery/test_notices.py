from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from pathlib import Path

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


def test_what_hinders_a_notice_is_told(tmp_path: Path) -> None:
    assert "no operator" in notices.tell(TROUBLE, house(tmp_path, operator=""), NOW)
    assert "needs a folder" in notices.tell(TROUBLE, house(tmp_path, drop=None), NOW)
    (tmp_path / "file").write_text("")
    assert notices.tell(TROUBLE, house(tmp_path, drop=Path("file")), NOW)
