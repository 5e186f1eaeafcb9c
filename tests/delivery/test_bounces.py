"""Returned mail: published examples, what a real Postfix returns, and what others make up."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from types import MappingProxyType

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st

from reporter.delivery import bounces, ledger, mailboxes, returned, tokens
from reporter.delivery.bounces import Finding, Outcome, Reader
from reporter.delivery.ledger import Ledger
from reporter.delivery.returned import Kind
from reporter.model import Delivery, State
from tests.delivery import outboxes
from tests.delivery.outboxes import CAMPAIGN, LOST, TAKEN, URL
from tests.listening import free_port
from tests.postfix import Postfix, running

NOW = datetime(2026, 1, 16, 12, tzinfo=UTC)
KEY = b"0123456789abcdef0123456789abcdef"
PLACES = Path("tests/data/returned")


def delivery(number: int) -> Delivery:
    """The row of a client, whose message is known by the first 20 digits of its token."""
    token = f"{number + 1:020x}{number:012x}"
    return replace(outboxes.delivery(number), message_id=f"<{token}@mail.example>")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Ledger]:
    """An outbox with ten sent rows, and an uncertain one."""
    with ledger.opened(URL, tmp_path) as opened:
        lease = opened.lease(CAMPAIGN, "sender", NOW)
        opened.queue(lease, map(delivery, range(11)), NOW)
        for number in range(11):
            opened.claim(lease, f"C{number:04}", NOW)
            opened.settle(lease, f"C{number:04}", LOST if number == 10 else TAKEN, NOW)
        yield opened


def envelope(row: Delivery) -> str:
    return f"bounces+{row.message_id[1:21]}@mail.example"


def notification(
    row: Delivery, status: str = "5.1.1", action: str = "failed", **other: str
) -> bytes:
    """A delivery status notification as Postfix writes it, of a row's message."""
    said = {
        "to": envelope(row), "final": row.address, "original": row.address,
        "message_id": row.message_id, "diagnostic": "smtp; 550 no such mailbox",
    } | other  # fmt: skip
    text = (
        (PLACES / "postfix.eml").read_text().format_map(said | {"status": status, "action": action})
    )
    return text.replace("\n", "\r\n").encode()


def weighed(book: Ledger, data: bytes, soft: int = 3) -> list[Finding]:
    return list(bounces.weigh(Reader(book, lambda: NOW, soft, KEY), "k", data))


def outcome(book: Ledger, data: bytes) -> Outcome:
    (one,) = weighed(book, data)
    return one.outcome


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"])
def test_an_address_that_is_not_there_gets_no_mail_any_more(book: Ledger, status: str) -> None:
    row = delivery(1)
    (found,) = weighed(book, notification(row, status))
    assert found == Finding("k", Outcome.GONE, CAMPAIGN, "C0001", status, "550 no such mailbox")
    assert book.is_suppressed(row.address, "anything") == f"returned: {status}"
    assert [one.address for one in book.suppressions()] == [row.address]
    again = book.row(CAMPAIGN, "C0001")
    assert again is not None
    assert again.state is State.SENT
    assert (line := book.history(CAMPAIGN, "C0001")[-1]).after == "returned"
    assert (line.before, line.enhanced, line.by) == ("sent", status, "returned mail")


@pytest.mark.parametrize(
    "status", ["5.7.1", "5.7.26", "5.3.4", "5.2.3", "5.6.1", "5.1.8", "5.5.2", "5.7.0"]
)
def test_what_is_about_us_is_told_and_suppresses_nobody(book: Ledger, status: str) -> None:
    assert outcome(book, notification(delivery(1), status)) is Outcome.REFUSED
    assert book.suppressions() == ()


def test_a_status_that_says_nothing_is_looked_up_in_the_servers_words(book: Ledger) -> None:
    words = {"diagnostic": "smtp; 550 5.1.1 <x@[10.5.1.2]> unknown"}
    assert outcome(book, notification(delivery(1), "5.0.0", **words)) is Outcome.GONE
    assert outcome(book, notification(delivery(2), "5.0.0")) is Outcome.SOFT


@pytest.mark.parametrize(
    ("status", "action"), [("4.2.2", "failed"), ("4.4.7", "delayed"), ("5.2.2", "failed")]
)
def test_soft_ones_count_once_a_message_and_suppress_in_a_row(
    book: Ledger, status: str, action: str
) -> None:
    lease = book.lease("2026-01-16/weekly", "sender", NOW)
    rows = [
        replace(delivery(n), message_id=f"<{n + 99:020x}soft@mail.example>",
                address="a@example.com", campaign="2026-01-16/weekly")
        for n in range(3)
    ]  # fmt: skip
    book.queue(lease, rows, NOW)
    first, second, third = (notification(row, status, action) for row in rows)
    found = [outcome(book, data) for data in (first, first, second, second, first)]
    assert found == [Outcome.SOFT] * 5
    assert book.suppressions() == ()
    assert outcome(book, third) is Outcome.WORN_OUT
    assert book.is_suppressed("a@example.com", "weekly") == "returned 3 times in a row"


def test_only_the_address_that_failed_is_touched(book: Ledger) -> None:
    row, other = delivery(1), delivery(2)
    forged = notification(row, final=other.address, original=other.address)
    assert outcome(book, forged) is Outcome.ELSEWHERE
    assert outcome(book, notification(row, final="<>", original=" ")) is Outcome.UNCLEAR
    assert book.suppressions() == ()
    forwarded = notification(row, final="elsewhere@example.net", original=row.address.upper())
    assert outcome(book, forwarded) is Outcome.GONE
    assert [one.address for one in book.suppressions()] == [row.address]


def test_a_token_of_nobody_is_counted_and_nothing_else(book: Ledger) -> None:
    row = replace(delivery(1), message_id=f"<{'f' * 32}@mail.example>")
    assert outcome(book, notification(row)) is Outcome.STRANGE
    assert book.suppressions() == ()


def test_a_message_is_known_by_its_id_where_the_envelope_is_lost(book: Ledger) -> None:
    data = notification(delivery(1), to="postmaster@mail.example")
    assert outcome(book, data) is Outcome.GONE


def test_an_uncertain_message_that_came_back_was_sent(book: Ledger) -> None:
    assert outcome(book, notification(delivery(10), "5.7.1")) is Outcome.REFUSED
    row = book.row(CAMPAIGN, "C0010")
    assert row is not None
    assert row.state is State.SENT
    assert [line.after for line in book.history(CAMPAIGN, "C0010")][-2:] == ["sent", "returned"]


def test_again_changes_nothing(book: Ledger) -> None:
    data = notification(delivery(1))
    weighed(book, data)
    before = (book.suppressions(), book.history(CAMPAIGN, "C0001"))
    assert outcome(book, data) is Outcome.GONE
    assert (book.suppressions(), book.history(CAMPAIGN, "C0001")) == before


def test_dry_nothing_is_written(book: Ledger) -> None:
    reader = Reader(book, lambda: NOW, 1, KEY, dry=True)
    for number, status in ((1, "5.1.1"), (2, "4.2.2"), (10, "5.1.1")):
        list(bounces.weigh(reader, "k", notification(delivery(number), status)))
    assert book.suppressions() == ()
    assert book.counts(CAMPAIGN)[State.UNCERTAIN] == 1
    assert len(book.history(CAMPAIGN, "C0001")) == 3


# --- what others send ---------------------------------------------------------------------------


def example(name: str, row: Delivery) -> bytes:
    said = {"to": envelope(row), "address": row.address, "message_id": row.message_id}
    return (PLACES / name).read_text().format_map(said).encode()


@pytest.mark.parametrize(
    ("name", "meant", "enhanced"),
    [
        ("rfc3464-simple.eml", Kind.SOFT, "4.0.0"),
        ("rfc3464-delayed.eml", Kind.SOFT, "4.4.1"),
        ("rfc6533.eml", Kind.GONE, "5.1.1"),
        ("qmail.eml", Kind.GONE, "5.1.1"),
        ("exim.eml", Kind.SOFT, ""),
        ("exim-coded.eml", Kind.GONE, "5.1.1"),
        ("arf.eml", Kind.COMPLAINT, ""),
        ("away.eml", Kind.AUTOMATIC, ""),
        ("person.eml", Kind.UNCLEAR, ""),
    ],
)
def test_published_forms_are_read(name: str, meant: Kind, enhanced: str) -> None:
    (found,) = returned.read(example(name, delivery(1)))
    assert (found.kind, found.enhanced) == (meant, enhanced)


def test_one_notification_may_be_of_several_recipients() -> None:
    found = returned.read(example("rfc3464-several.eml", delivery(1)))
    assert [(one.kind, one.enhanced) for one in found] == [
        (Kind.GONE, "5.1.1"), (Kind.SOFT, "4.0.0"), (Kind.DELIVERED, "2.0.0"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["qmail.eml", "exim-coded.eml", "rfc6533.eml"])
def test_older_and_newer_forms_find_their_row(book: Ledger, name: str) -> None:
    row = delivery(1)
    assert outcome(book, example(name, row)) is Outcome.GONE
    assert [one.address for one in book.suppressions()] == [row.address]


def test_a_complaint_unsubscribes_from_that_brief(book: Ledger) -> None:
    assert outcome(book, example("arf.eml", delivery(1))) is Outcome.COMPLAINT
    (one,) = book.suppressions()
    assert (one.address, one.listed, one.reason) == ("person1@example.com", "weekly", "complaint")


def test_mail_may_ask_to_unsubscribe(book: Ledger) -> None:
    row = delivery(1)
    mail = EmailMessage()
    mail["To"], mail["From"] = "unsubscribe@mail.example", "alias@example.net"
    mail["Subject"] = f"unsubscribe {tokens.make(KEY, row.handle, 'weekly')}"
    assert outcome(book, mail.as_bytes()) is Outcome.UNSUBSCRIBED
    assert book.is_suppressed(row.address, "weekly") == "unsubscribed"
    mail.replace_header("Subject", tokens.make(b"f" * 32, row.handle, "daily"))
    assert outcome(book, mail.as_bytes()) is Outcome.UNCLEAR
    mail.replace_header("Subject", tokens.make(KEY, "f" * 32, "daily"))
    assert outcome(book, mail.as_bytes()) is Outcome.STRANGER
    assert [one.address for one in book.suppressions()] == [row.address, f"handle:{'f' * 32}"]


# --- hostile ------------------------------------------------------------------------------------


def nested(depth: int, lines: int) -> bytes:
    heads = (f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return ("Subject: x\n" + "".join(heads) + "\n" * lines).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 1000,
        nested(29, 200_000),
        nested(29, 6000),
        b"Content-Type: multipart/report; boundary=b\n\n" + b"--b\n\n" * 50_000,
        nested(5000, 1000),
        b"Content-Type: multipart/report; boundary=\n\n--\n",
        b"Content-Type: message/rfc822\n\n" * 5000,
        b"Content-Type: message/delivery-status\n\n" + b"Action: failed\n\n" * 10_000,
        b"Content-Type: text/plain; charset=no-such\n\nHi. This is the qmail-send program at x",
        b"Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n====",
        b"Content-Type: multipart/report; boundary=\xff\xfe\nTo: =?utf-8?b?////?=\n\n",
        b"To: " + b"+aaaaaaaaaaaaaaaaaaaa@" * 10_000 + b"\n\n",
        b"Subject: " + b"x" * 200_000,
    ],
)
def test_what_is_hostile_is_not_understood(book: Ledger, data: bytes) -> None:
    assert {one.outcome for one in weighed(book, data)} == {Outcome.UNCLEAR}


@given(st.binary(max_size=2000))
def test_no_bytes_stop_it(data: bytes) -> None:
    assert returned.read(data)


@given(st.data())
def test_damage_suppresses_nobody_else(data: st.DataObject) -> None:
    """Bytes of a genuine one are changed, cut out and cut off: it stays of its message, or none."""
    row = delivery(1)
    whole = bytearray(notification(row))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=10))
    cut = data.draw(st.integers(0, len(whole)))
    for one in returned.read(bytes(whole[:cut])):
        assert one.kind in Kind
        assert len(one.envelopes) <= 25


# --- a real server ------------------------------------------------------------------------------


class Refusing:
    """A server that refuses by the local part of the recipient."""

    answers = MappingProxyType({
        "gone": "550 5.1.1 <gone@nowhere.example>: no such user",
        "spam": "550 5.7.1 looks like spam",
        "full": "552 5.2.2 mailbox is full",
        "bare": "550 no",
    })  # fmt: skip

    async def handle_RCPT(  # noqa: D102, N802  aiosmtpd's
        self, server: object, session: object, envelope: object, address: str, options: object
    ) -> str:
        del server, session, envelope, options
        return self.answers[address.partition("@")[0]]


@pytest.fixture
def returning() -> Iterator[Postfix]:
    """A Postfix whose mail for strangers goes to a server that refuses it."""
    port = free_port()
    refusing = Controller(Refusing(), "127.0.0.1", port)
    refusing.start()
    try:
        with running(f"smtp:[127.0.0.1]:{port}") as server:
            yield server
    finally:
        refusing.stop()


def test_what_postfix_returns_is_understood(
    book: Ledger, returning: Postfix, tmp_path: Path
) -> None:
    campaign = "2026-01-16/weekly"
    lease = book.lease(campaign, "sender", NOW)
    for number, local in enumerate(Refusing.answers):
        address = f"{local}@nowhere.example"
        row = replace(delivery(50 + number), campaign=campaign, client=local, address=address)
        book.queue(lease, [row], NOW)
        book.claim(lease, local, NOW)
        book.settle(lease, local, LOST, NOW)
        mail = EmailMessage()
        mail["Message-ID"], mail["To"], mail["Subject"] = row.message_id, address, "Markets"
        mail.set_content("Brief")
        with smtplib.SMTP(returning.host, returning.port) as server:
            sender = envelope(row).replace("mail.example", "example.com")
            server.sendmail(sender, [address], mail.as_bytes())
    returning.flush()
    with mailboxes.opened(str(returning.returns), tmp_path, str) as box:
        tally = bounces.work(box, Reader(book, lambda: NOW, 3, KEY))
        assert bounces.work(box, Reader(book, lambda: NOW, 3, KEY)).messages == 0
    assert tally.counts == {Outcome.GONE: 1, Outcome.REFUSED: 1, Outcome.SOFT: 2}
    assert {(one.client, one.enhanced) for one in tally.findings} == {
        ("gone", "5.1.1"), ("spam", "5.7.1"),
    }  # fmt: skip
    assert not any("@" in one.text for one in tally.findings)
    assert [(s.address, s.reason) for s in book.suppressions()] == [
        ("gone@nowhere.example", "returned: 5.1.1")
    ]
    assert book.counts(campaign)[State.SENT] == 4  # all were uncertain
