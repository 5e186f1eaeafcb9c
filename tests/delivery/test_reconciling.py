"""Evidence settles what is uncertain, and nothing but evidence does."""

from __future__ import annotations

import gzip
import smtplib
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from reporter.cli.options import now
from reporter.delivery.ledger import Ledger
from reporter.delivery.reconciling import Hand, Trust, by_copies, by_log, ids_of, take_over
from reporter.delivery.records import Lease
from reporter.errors import DeliveryError
from reporter.model import State
from tests.delivery.outboxes import CAMPAIGN, LOST, NOW, delivery, outbox
from tests.postfix import Postfix, postfix, shared_postfix

__all__ = ["postfix", "shared_postfix"]  # fixtures

AFTER = NOW + timedelta(hours=1)
HAND = Hand("op", AFTER)
WHOLE = Trust(timedelta(seconds=1))
START = "2026-01-16T08:59:00+00:00 host postfix/master[1]: daemon started\n"
END = "2026-01-16T09:{:02}:00+00:00 host postfix/anvil[1]: statistics: max message rate 1\n"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Ledger, Lease]]:
    """Three uncertain rows of 9:00, and a fourth that was not tried."""
    with outbox(tmp_path, 4) as (ledger, lease):
        for client in ("C0000", "C0001", "C0002"):
            ledger.claim(lease, client, NOW)
            ledger.settle(lease, client, LOST, NOW + timedelta(seconds=1))
        yield ledger, lease


def lines(number: int, queue: str, end: str) -> str:
    stamp = "2026-01-16T09:00:00+00:00 host postfix/"
    said = [f"smtpd[7]: {queue}: client=x[1.2.3.4]",
            f"cleanup[8]: {queue}: message-id={delivery(number).message_id}", end]  # fmt: skip
    return "".join(f"{stamp}{one}\n" for one in said)


ACTIVE = "qmgr[5]: AAAAA1: from=<b@m.example>, size=9, nrcpt=1 (queue active)"
LOSS = "smtpd[7]: lost connection after DATA (12 bytes) from x[1.2.3.4]"
TOLD = START + lines(0, "AAAAA1", ACTIVE) + lines(1, "AAAAA2", LOSS)


def states(ledger: Ledger) -> list[State]:
    return [row.state for row in ledger.rows(CAMPAIGN)]


def test_a_log_that_covers_the_attempt(made: tuple[Ledger, Lease], tmp_path: Path) -> None:
    """In two files, the older one gzipped, named in the wrong order."""
    ledger, lease = made
    (tmp_path / "mail.log").write_text(END.format(1) + END.format(30))
    with gzip.open(tmp_path / "mail.log.1.gz", "wt") as file:
        file.write(TOLD)
    settled = by_log(ledger, CAMPAIGN, [tmp_path / "mail.log", tmp_path / "mail.log.1.gz"], HAND)
    assert settled.sent == ("C0000",)
    assert settled.again == ("C0001", "C0002")
    assert not settled.left
    assert states(ledger) == [State.SENT, State.DEFERRED, State.DEFERRED, State.QUEUED]
    last = ledger.history(CAMPAIGN, "C0000")[-1]
    assert (last.text, last.code, last.by) == ("the server's log: taken as AAAAA1", 250, "op")
    row = ledger.row(CAMPAIGN, "C0001")
    assert row
    assert row.due == AFTER
    assert "AAAAA2 was broken off" in row.text
    assert ledger.claim(lease, "C0001", AFTER)
    assert not ledger.claim(lease, "C0000", AFTER)


@pytest.mark.parametrize(
    ("text", "trust"),
    [
        (TOLD + END.format(9), Trust()),  # it ends within the margin
        (TOLD.replace(START, "") + END.format(30), Trust()),  # it begins too late
        (TOLD.replace(START, "") + END.format(30), Trust(complete=True)),
    ],
)
def test_a_log_that_does_not_cover_it_proves_only_what_it_says(
    made: tuple[Ledger, Lease], tmp_path: Path, text: str, trust: Trust
) -> None:
    ledger, _ = made
    (tmp_path / "mail.log").write_text(text)
    settled = by_log(ledger, CAMPAIGN, [tmp_path / "mail.log"], HAND, trust)
    assert settled.sent == ("C0000",)
    assert [client for client, _ in settled.left] == ["C0001", "C0002"]
    assert all("does not cover" in why for _, why in settled.left)
    assert states(ledger)[1:3] == [State.UNCERTAIN] * 2


def test_a_part_of_the_log_that_is_missing_proves_nothing(
    made: tuple[Ledger, Lease], tmp_path: Path
) -> None:
    """Of three parts the middle one, of 9:00, is forgotten: what it has was not `never seen`."""
    ledger, _ = made
    (tmp_path / "mail.log.2").write_text(START.replace("08:59", "08:00"))
    (tmp_path / "mail.log").write_text(END.format(5) + END.format(30))
    settled = by_log(ledger, CAMPAIGN, [tmp_path / "mail.log", tmp_path / "mail.log.2"], HAND)
    assert not settled.again
    assert [client for client, _ in settled.left] == ["C0000", "C0001", "C0002"]
    assert all("does not cover" in why for _, why in settled.left)


def test_what_was_only_named_stays_uncertain(made: tuple[Ledger, Lease], tmp_path: Path) -> None:
    ledger, _ = made
    (tmp_path / "mail.log").write_text(START + lines(0, "A0001", "anvil[1]: x") + END.format(30))
    settled = by_log(ledger, CAMPAIGN, [tmp_path / "mail.log"], HAND)
    assert [client for client, _ in settled.left] == ["C0000"]
    assert settled.again == ("C0001", "C0002")


def test_a_list_of_what_was_taken(made: tuple[Ledger, Lease], tmp_path: Path) -> None:
    ledger, _ = made
    ids = tmp_path / "accepted.txt"
    ids.write_text(f"{delivery(0).message_id}\n\n{delivery(2).message_id.strip('<>')}\n<x@y>\n")
    settled = by_copies(ledger, CAMPAIGN, ids_of(ids), HAND)
    assert (settled.sent, [client for client, _ in settled.left]) == (("C0000", "C0002"), ["C0001"])
    whole = by_copies(ledger, CAMPAIGN, ids_of(ids), HAND, Trust(complete=True))
    assert whole.again == ("C0001",)


def test_files_that_are_no_logs(made: tuple[Ledger, Lease], tmp_path: Path) -> None:
    ledger, _ = made
    with pytest.raises(DeliveryError, match="cannot be read: no such file"):
        by_log(ledger, CAMPAIGN, [tmp_path / "mail.log"], HAND)
    (tmp_path / "mail.log").write_text("id,name\n")
    with pytest.raises(DeliveryError, match="no line of a Postfix"):
        by_log(ledger, CAMPAIGN, [tmp_path / "mail.log"], HAND)
    (tmp_path / "mail.log").write_bytes(gzip.compress(TOLD.encode())[:-9])
    with pytest.raises(DeliveryError, match="cannot be read"):
        by_log(ledger, CAMPAIGN, [tmp_path / "mail.log"], HAND)
    assert states(ledger)[0] is State.UNCERTAIN


def test_what_a_dead_sender_left_is_taken_over(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    ledger.claim(lease, "C0003", NOW)
    with pytest.raises(DeliveryError, match="somebody else is sending"):
        take_over(ledger, CAMPAIGN, Hand("op", NOW))
    assert take_over(ledger, CAMPAIGN, HAND) == 1
    assert states(ledger)[3] is State.UNCERTAIN
    assert take_over(ledger, CAMPAIGN, HAND) == 0


def offer(server: Postfix, number: int, end: bytes) -> None:
    """Hand a real server a message up to some bytes, then be gone without a word."""
    row = delivery(number)
    head = f"Message-ID: {row.message_id}\r\nSubject: {number}\r\n\r\n"
    with socket.create_connection((server.host, server.port), 10) as plain:
        file = plain.makefile("rb")
        file.readline()
        for said in ("HELO x", "MAIL FROM:<b@m.example>", f"RCPT TO:<{row.address}>", "DATA"):
            plain.sendall(said.encode() + b"\r\n")
            assert file.readline().startswith((b"2", b"3"))
        plain.sendall(head.encode() + b"text\r\n" * 2000 + end)
        time.sleep(0.3)
        file.close()


def test_the_log_of_a_real_server(postfix: Postfix, tmp_path: Path) -> None:
    """One gone before the final dot, one right behind it, one never offered."""
    began = now()
    with outbox(tmp_path, 3) as (ledger, lease):
        time.sleep(2.1)  # the log's stamps are of whole seconds
        for client in ("C0000", "C0001", "C0002"):
            ledger.claim(lease, client, now())
            ledger.settle(lease, client, LOST, now())
        offer(postfix, 0, b"half a line")
        offer(postfix, 1, b".\r\n")
        time.sleep(2.1)
        with smtplib.SMTP(postfix.host, postfix.port, timeout=10) as other:
            other.noop()
        time.sleep(0.5)
        hand = Hand("op", now())
        settled = by_log(ledger, CAMPAIGN, [postfix.log], hand, WHOLE)
        assert began < hand.now
        assert (settled.sent, settled.again, settled.left) == (("C0001",), ("C0000", "C0002"), ())
        row = ledger.row(CAMPAIGN, "C0000")
        assert row
        assert "broken off" in row.text
