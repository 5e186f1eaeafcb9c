"""What comes back and who unsubscribes is written into the archive's own outbox, or nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter.archive.base import opened
from reporter.cli import run
from reporter.delivery import ledger
from reporter.delivery.clearance import OUTBOX, record_override
from tests import archives
from tests.cli.test_bounces import SETTINGS, returned
from tests.cli.test_bounces import house as house  # noqa: PLC0414  a fixture
from tests.delivery.outboxes import URL

Told = pytest.CaptureFixture[str]
COMMANDS = (["bounces"], ["unsubscribe", "serve", "--port", "0"])


def sent_from(house: Path, identity: str) -> None:
    """An archive beside the outbox, of which an edition was sent from some outbox."""
    made = archives.archive(house, 1)
    edition = archives.FIRST.isoformat() + "/weekly"
    record_override(made, edition, {OUTBOX}, "Another disk.", archives.hand(9), identity)


def own(house: Path) -> str:
    with ledger.opened(URL, house) as book:
        return book.identity


@pytest.mark.parametrize("command", COMMANDS)
def test_another_outbox_than_the_archive_names_is_refused(
    house: Path, capsys: Told, command: list[str]
) -> None:
    sent_from(house, "f" * 32)
    returned(house, "5.1.1")
    assert run(command) == 1
    said = capsys.readouterr().err
    assert "the archive's editions were sent with another outbox" in said
    assert "outbox.sqlite (by " in said
    assert (house / "returns" / "new" / "1.one").exists()  # it is dealt with by the right one
    with ledger.opened(URL, house) as book:
        assert not book.suppressions()


def test_the_archive_s_own_outbox_is_written(house: Path, capsys: Told) -> None:
    sent_from(house, own(house))
    returned(house, "5.1.1")
    assert run(["bounces", "--archive", "archive"]) == 0
    assert "1  gone " in capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_an_archive_that_is_named_must_be_there(
    house: Path, capsys: Told, command: list[str]
) -> None:
    assert run([*command, "--archive", "elsewhere"]) == 1
    assert "holds no archive" in capsys.readouterr().err
    assert not (house / "elsewhere").exists()


def test_without_an_archive_here_no_outbox_is_refused(house: Path) -> None:
    (house / "delivery.toml").write_text(SETTINGS, encoding="utf-8")
    assert run(["bounces"]) == 0
    assert not (house / "archive").exists()
    assert not opened(house / "archive", must_exist=False).entries()
