"""Outboxes for tests: rows of made-up clients, and where to keep them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from reporter.delivery.ledger import Ledger, opened
from reporter.delivery.records import Lease
from reporter.model import Answer, Delivery, Verdict

CAMPAIGN = "2026-01-15/weekly"
NOW = datetime(2026, 1, 16, 9, tzinfo=UTC)
URL = "sqlite:///outbox.sqlite"
TAKEN = Answer(Verdict.SENT, 250, "2.0.0", "Ok: queued as 4F1A2")
LOST = Answer(Verdict.UNCERTAIN, 0, "", "the connection was lost")


def delivery(number: int, campaign: str = CAMPAIGN, *, stage: int = 0) -> Delivery:
    """The row of a client who is called by a number."""
    token = f"{campaign[8:10]}{number:030x}"[:32]
    return Delivery(
        campaign=campaign, client=f"C{number:04}", handle=f"{number:032x}", edition=campaign,
        address=f"person{number}@example.com", domain="example.com", position=number, stage=stage,
        message_id=f"<{number:030x}{token[:2]}@mail.example>", file="message.eml", sha256="0" * 64,
        size=1000,
    )  # fmt: skip


@contextmanager
def outbox(folder: Path, rows: int = 3, url: str = URL) -> Iterator[tuple[Ledger, Lease]]:
    """An outbox with so many queued rows, and the lease to send them."""
    with opened(url, folder) as ledger:
        lease = ledger.lease(CAMPAIGN, "sender", NOW)
        ledger.queue(lease, map(delivery, range(rows)), NOW)
        yield ledger, lease
