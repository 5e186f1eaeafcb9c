"""Several processes at one outbox: each row is claimed once, and one lease is held."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from reporter.delivery.ledger import opened
from reporter.model import State
from tests.delivery.outboxes import CAMPAIGN, NOW, URL, outbox
from tests.postgres import Server

CLAIMING = """
import sys
from pathlib import Path
from reporter.delivery.ledger import opened
from reporter.delivery.records import Lease
from tests.delivery.outboxes import CAMPAIGN, NOW
url, folder, token = sys.argv[1:]
with opened(url, Path(folder)) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    lease = Lease(CAMPAIGN, "sender", int(token))
    for at in range(120):
        if ledger.claim(lease, f"C{at:04}", NOW):
            print(f"C{at:04}", flush=True)
"""
TAKING = """
import sys
from datetime import timedelta
from pathlib import Path
from reporter.delivery.ledger import opened
from reporter.errors import DeliveryError
from tests.delivery.outboxes import CAMPAIGN, NOW
url, folder, name = sys.argv[1:]
with opened(url, Path(folder)) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    for hour in range(1, 31):
        try:
            print(hour, ledger.lease(CAMPAIGN, name, NOW + timedelta(hours=hour)).token)
        except DeliveryError:
            pass
"""


def together(program: str, words: list[list[str]]) -> list[list[str]]:
    """What processes of a program print that begin at one moment."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, *one], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True,
        )
        for one in words
    ]  # fmt: skip
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate(timeout=60)[0].split("\n")[:-1] for process in started]
    assert not any(process.returncode for process in started)
    return told


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_row_is_claimed_once(tmp_path: Path, kind: str, database: Server) -> None:
    url = URL if kind == "sqlite" else database.url()
    with outbox(tmp_path, 120, url) as (ledger, lease):
        told = together(CLAIMING, [[url, str(tmp_path), str(lease.token)]] * 3)
        claimed = [client for one in told for client in one]
        assert sorted(claimed) == [f"C{at:04}" for at in range(120)]
        assert ledger.counts(CAMPAIGN)[State.SENDING] == 120
        assert all(len(ledger.history(CAMPAIGN, client)) == 2 for client in claimed)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_one_gets_the_lease(tmp_path: Path, kind: str, database: Server) -> None:
    """Of several who ask at each hour, one; and every token is a new one."""
    url = URL if kind == "sqlite" else database.url()
    with outbox(tmp_path, 1, url):
        pass
    told = together(TAKING, [[url, str(tmp_path), name] for name in "abc"])
    got = [line.split() for one in told for line in one]
    assert len({hour for hour, _ in got}) == len(got) == len({token for _, token in got})
    assert len(got) >= 1
    with opened(url, tmp_path) as ledger:
        assert ledger.lease(CAMPAIGN, "d", NOW + timedelta(days=9)).token == len(got) + 2


def test_several_make_one_outbox(tmp_path: Path) -> None:
    told = together(TAKING, [[URL, str(tmp_path), name] for name in "abcd"])
    assert sum(map(len, told)) >= 1
