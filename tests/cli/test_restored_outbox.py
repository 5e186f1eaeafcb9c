"""A backup takes the outbox's place: refused, doubted, settled and sent, as it is typed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from reporter.cli import run
from tests.cli.test_send import EDITION, dropped, listed
from tests.cli.test_send import house as house  # noqa: PLC0414  a fixture
from tests.delivery.posts import ids

Told = pytest.CaptureFixture[str]


def test_each_client_has_one_letter_all_the_same(house: Path, capsys: Told) -> None:
    assert run(["send", EDITION]) == 0
    shutil.copy("outbox.sqlite", "backup.sqlite")
    listed(house, 6)
    assert run(["send", EDITION]) == 0
    assert dropped(house) == ids(6)
    taken = b"".join(path.read_bytes() for path in (house / "drop").glob("*/*.eml"))
    found = re.findall(rb"^Message-ID: (\S+)", taken, re.MULTILINE)
    Path("accepted").write_bytes(b"\n".join(found))
    shutil.rmtree("drop")  # what is there is somebody else's by now
    shutil.copy("backup.sqlite", "outbox.sqlite")
    listed(house, 7)
    for _ in range(2):
        capsys.readouterr()
        assert run(["send", EDITION]) == 1
        said = capsys.readouterr().err
        assert "outbox.sqlite is an older copy of itself" in said
        assert f"reporter outbox doubt {EDITION}" in said
    assert run(["send", EDITION, "--dry-run"]) == 0
    assert "It would not be sent" in capsys.readouterr().err
    assert run(["outbox", "doubt", "weekly"]) == 0
    assert "3 uncertain now, 3 of which the outbox had lost." in capsys.readouterr().err
    assert run(["send", EDITION]) == 5  # whoever is new gets his, and nobody else
    assert dropped(house) == ["C0006"]
    assert run(["outbox", "reconcile", EDITION, "--accepted", "accepted", "--complete"]) == 0
    assert run(["send", EDITION]) == 0
    assert dropped(house) == ["C0006"]
    assert run(["archive", "verify"]) == 0


def test_what_cannot_be_doubted_is_said(house: Path, capsys: Told) -> None:
    assert run(["outbox", "doubt", EDITION]) == 1
    assert "there is no outbox" in capsys.readouterr().err
    assert run(["send", EDITION]) == 0
    assert run(["outbox", "doubt", "monthly"]) == 1
    (house / "clients.csv").write_text("id\n", encoding="utf-8")
    assert run(["outbox", "doubt", EDITION]) == 2
