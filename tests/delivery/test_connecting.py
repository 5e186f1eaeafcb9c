"""Opening an outbox: what is refused, in words, and who may read the file."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from reporter.delivery.ledger import Ledger, opened
from reporter.delivery.records import Lease
from reporter.errors import DeliveryError
from reporter.model import State
from tests.archive.test_archive_faults import mounted, small
from tests.delivery.outboxes import CAMPAIGN, NOW, TAKEN, URL, outbox
from tests.postgres import Server

WRONG = "hunter2"


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def refused(folder: Path, words: str, url: str = URL) -> str:
    with pytest.raises(DeliveryError, match=words) as caught, opened(url, folder):
        pass
    return str(caught.value)


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    with outbox(tmp_path):
        found = {file.name: mode(file) for file in tmp_path.iterdir()}
    assert found == dict.fromkeys(
        ("outbox.sqlite", "outbox.sqlite-wal", "outbox.sqlite-shm"), 0o600
    )
    (tmp_path / "outbox.sqlite").chmod(0o644)
    with opened(URL, tmp_path):
        assert mode(tmp_path / "outbox.sqlite") == 0o600


def test_a_folder_that_everybody_writes_in_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    refused(tmp_path, "everybody may write in the outbox's folder")
    tmp_path.chmod(0o1777)
    with opened(URL, tmp_path):
        pass


def test_what_is_kept_is_on_the_disk(tmp_path: Path) -> None:
    with outbox(tmp_path) as (ledger, _), ledger._database.writing() as connection:
        asked = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert asked == ["wal", 2, 1]


def test_none_is_made_where_one_must_be(tmp_path: Path, database: Server) -> None:
    for url in (URL, database.url()):
        with (
            pytest.raises(DeliveryError, match="there is no outbox"),
            opened(url, tmp_path, must_exist=True),
        ):
            pass
    assert not list(tmp_path.iterdir())


def test_somebody_elses_database(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "outbox.sqlite")
    db.execute("CREATE TABLE prices (close REAL)")
    db.close()
    refused(tmp_path, "is not an outbox, but somebody else's")
    db = sqlite3.connect(tmp_path / "outbox.sqlite")
    assert db.execute("SELECT name FROM sqlite_master").fetchall() == [("prices",)]
    db.close()


@pytest.mark.parametrize(
    ("version", "words"), [("2", "version 2; this program knows up to 1"), ("x", "not an outbox")]
)
def test_another_version(tmp_path: Path, version: str, words: str) -> None:
    with outbox(tmp_path):
        pass
    db = sqlite3.connect(tmp_path / "outbox.sqlite")
    db.execute("UPDATE outbox_about SET value = ?", (version,))
    db.commit()
    db.close()
    refused(tmp_path, words)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "outbox.sqlite").write_text("id,name,address\n" * 100, encoding="utf-8")
    refused(tmp_path, "the file is damaged, or is no database")


def test_a_damaged_file(tmp_path: Path) -> None:
    with outbox(tmp_path, 300):
        pass
    file = tmp_path / "outbox.sqlite"
    data = bytearray(file.read_bytes())
    for at in range(4096, len(data), 4096):
        data[at : at + 200] = bytes(200)
    file.write_bytes(data)
    with pytest.raises(DeliveryError, match="damaged"), opened(URL, tmp_path) as ledger:
        ledger.rows(CAMPAIGN)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    refused(tmp_path / "none", "the outbox's folder cannot be read: no such file")
    (tmp_path / "outbox.sqlite").mkdir()
    refused(tmp_path, "the outbox is not a file")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_one_in_memory_is_none(tmp_path: Path, url: str) -> None:
    refused(tmp_path, "would forget what was sent", url)


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "no url with hunter2", "x://hunter2@h"])
def test_other_addresses_are_refused_without_their_passwords(tmp_path: Path, url: str) -> None:
    assert "hunter2" not in refused(tmp_path, "outbox", url)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    url = "postgresql://me:hunter2@127.0.0.1:1/outbox"
    assert "hunter2" not in refused(tmp_path, "cannot be reached", url)


def test_a_wrong_password(tmp_path: Path, database: Server) -> None:
    said = refused(tmp_path, "does not let your user in", database.url(password=WRONG))
    assert WRONG not in said


def send(ledger: Ledger, lease: Lease) -> None:
    for at in range(20):
        ledger.claim(lease, f"C{at:04}", NOW)
        ledger.settle(lease, f"C{at:04}", TAKEN, NOW)


def test_a_full_disk(tmp_path: Path) -> None:
    """What was committed stays, and what did not fit is not there in part."""
    with mounted(tmp_path / "disk", *small("1m")) as disk:
        disk.chmod(0o700)
        with outbox(disk, 20) as (ledger, lease):
            ballast = disk / "ballast"
            ballast.write_bytes(bytes(max(0, os.statvfs(disk).f_bavail * 4096 - 70_000)))
            with pytest.raises(DeliveryError, match="no room left on its disk"):
                send(ledger, lease)
            counts = ledger.counts(CAMPAIGN)
            assert sum(counts.values()) == 20
            assert counts[State.SENDING] <= 1
            ballast.unlink()
            left = [row.client for row in ledger.rows(CAMPAIGN, {State.QUEUED})]
            assert ledger.claim(lease, left[0], NOW)


def test_a_limit_on_files(tmp_path: Path) -> None:
    """The same where nothing may be mounted."""
    program = (
        "import sys; from pathlib import Path; from tests.delivery.outboxes import outbox\n"
        "from reporter.errors import DeliveryError\n"
        "try:\n    with outbox(Path(sys.argv[1]), 3000): pass\n"
        "except DeliveryError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000)),
    )  # fmt: skip
    assert "no room left" in done.stdout or "disk fails" in done.stdout, done.stdout
    with opened(URL, tmp_path) as ledger:
        assert ledger.counts(CAMPAIGN)[State.QUEUED] % 500 == 0


def test_a_read_only_disk(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", *small("4m")) as disk:
        disk.chmod(0o700)
        with outbox(disk):
            pass
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        refused(disk, "cannot be")
