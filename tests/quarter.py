"""A quarter as a desk lives it: prices arrive day by day, editions are approved, mail is received.

The prices are the real ones, cut at the simulated day; the mail server is a real one, on loopback.
"""

from __future__ import annotations

import csv
import os
import signal
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

FILES = {"^RUT": "RUT.csv", "^GSPC": "GSPC.csv"}
FIRST_ROW = "2022-01-01"
SPEC = """
title = "The Week in Small Caps"
slug = "weekly"
subjects = ["^RUT"]
benchmark = "^GSPC"
source = "files:prices"
[sources.files]
terms = "redistributable"
[schedule]
every = "week"
lag = "2h"
until = "48h"
[[sections]]
name = "front"
"""
SETTINGS = """
channel = "smtp"
operator = "desk@house.test"
[sender]
name = "The House"
address = "research@house.test"
bounces = "bounces@house.test"
[smtp]
host = "127.0.0.1"
port = {port}
security = "none"
[rates]
per_minute = "unlimited"
[unsubscribing]
url = "https://house.test/u/"
"""
CLIENTS = """\
id,name,address,audience,jurisdiction,status
C1,Anna Client,anna@client.test,professional,CH,active
C2,Bert Client,bert@client.test,retail,CH,active
C3,Cleo Client,cleo@client.test,professional,EU,active
C4,Dora Client,dora@client.test,professional,CH,paused
C5,Emil Client,emil@client.test,retail,EU,active
"""
GETTING = frozenset({"anna", "bert", "cleo", "emil"})


@dataclass
class Feed:
    """A folder in which each session's prices arrive some time after its close."""

    source: Path
    folder: Path
    rows: dict[str, list[str]] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    until: date | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir()
        for name in FILES.values():
            head, *rows = (self.source / name).read_text().splitlines(keepends=True)
            self.heads[name] = head
            self.rows[name] = [row for row in rows if row >= FIRST_ROW]
        with (self.source / "index.csv").open() as file:
            titles, *listed = csv.reader(file)
        kept = [titles, *(row for row in listed if set(row) & FILES.keys())]
        with (self.folder / "index.csv").open("w", newline="") as file:
            csv.writer(file).writerows(kept)

    def arrive(self, day: date) -> None:
        """The prices up to a day are there."""
        if day != self.until:
            self.until, last = day, f"{day}~"
            for name, rows in self.rows.items():
                kept = [row for row in rows if row < last]
                (self.folder / name).write_text("".join([self.heads[name], *kept]))


class Mailbox:
    """The mail server: it keeps what it takes, and can end its client by SIGKILL while it does."""

    def __init__(self) -> None:
        self.received: list[tuple[str, bytes]] = []
        self.victim: Callable[[], int] | None = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a message; of a call that is to die one is taken and not answered."""
        (address,) = envelope.rcpt_tos
        self.received.append((address, envelope.content))
        if self.victim:
            os.kill(self.victim(), signal.SIGKILL)
            self.victim = None
        return "250 2.0.0 taken"

    def per_edition(self) -> Counter[tuple[str, str]]:
        """How many messages each client got of each edition, by the subject and Message-ID."""
        return Counter(
            (address.partition("@")[0], str(message_from_bytes(data)["Message-ID"]))
            for address, data in self.received
            if not address.startswith("desk@")
        )

    def notices(self) -> list[str]:
        """The subjects of what the operator was told."""
        return [
            str(message_from_bytes(data)["Subject"])
            for address, data in self.received
            if address.startswith("desk@")
        ]


@contextmanager
def serving(mailbox: Mailbox) -> Iterator[int]:
    """The server's port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def child_of(process: int) -> int:
    """The only child of a process."""
    (found,) = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return int(found)


def written(folder: Path, port: int) -> None:
    """The desk's files: its brief, how it delivers, its clients."""
    (folder / "brief.toml").write_text(SPEC)
    (folder / "delivery.toml").write_text(SETTINGS.format(port=port))
    (folder / "clients.csv").write_text(CLIENTS)


def utc(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(f"{text}+00:00")
