"""Who wants no mail: addresses, and clients whatever their address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from reporter.delivery.ledger import Ledger
from reporter.delivery.suppressions import client
from reporter.delivery.unsubscriptions import Wish, unsubscribe
from tests.delivery.outboxes import CAMPAIGN, NOW, URL, delivery, outbox
from tests.postgres import Server

NEXT = "2026-01-22/weekly"
HANDLE = delivery(0).handle


@pytest.fixture(params=["sqlite", "postgresql"])
def book(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ledger]:
    """An outbox of three clients, each with a row, in both kinds of database."""
    url = URL
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("database")
        url = server.url()
    with outbox(tmp_path, url=url) as (opened, _):
        yield opened


def moved(book: Ledger, address: str, handle: str = HANDLE) -> None:
    """The next edition goes to another address of a client."""
    lease = book.lease(NEXT, "sender", NOW)
    book.queue(lease, [replace(delivery(0, NEXT), address=address, handle=handle)], NOW)
    book.release(lease)


def test_who_unsubscribed_stays_so_at_another_address(book: Ledger) -> None:
    assert unsubscribe(book, HANDLE, "weekly", NOW, "page") == Wish(new=True, known=True)
    assert unsubscribe(book, HANDLE, "weekly", NOW, "page") == Wish(new=False, known=True)
    moved(book, "New@Example.org")
    for address in ("person0@example.com", "new@example.org"):
        assert book.is_suppressed(address, "weekly") == "unsubscribed"
        assert book.is_suppressed(address, "daily") == ""
    assert book.is_suppressed("person1@example.com", "weekly") == ""
    told = [one.address for one in book.suppressions()]
    assert told == ["new@example.org", "person0@example.com"]


def test_who_was_not_known_is_left_out_once_he_is(book: Ledger) -> None:
    """His wish came before any row of his, and is shown by his handle until then."""
    wish = unsubscribe(book, "f" * 32, "weekly", NOW, "page")
    assert wish == Wish(new=True, known=False)
    assert [one.address for one in book.suppressions()] == [client("f" * 32)]
    moved(book, "new@example.org", "f" * 32)
    assert book.is_suppressed("new@example.org", "weekly") == "unsubscribed"
    assert [one.address for one in book.suppressions()] == ["new@example.org"]


def test_lifting_at_one_address_lifts_the_client(book: Ledger) -> None:
    unsubscribe(book, HANDLE, "weekly", NOW, "page")
    moved(book, "new@example.org")
    assert not book.lift("New@example.org", "*", NOW, "jane")
    assert book.lift("New@example.org", "weekly", NOW, "jane")
    assert book.suppressions() == ()
    assert book.is_suppressed("person0@example.com", "weekly") == ""
    assert unsubscribe(book, HANDLE, "weekly", NOW, "page").new


def test_an_address_is_no_client(book: Ledger) -> None:
    """A row whose address reads like a client's name suppresses nobody else."""
    assert book.suppress("person1@example.com", "*", "asked", NOW, "jane")
    assert book.is_suppressed("person1@example.com", "weekly") == "asked"
    assert book.is_suppressed("person0@example.com", "weekly") == ""
    assert book.row(CAMPAIGN, "C0001")
    assert [one.address for one in book.suppressions()] == ["person1@example.com"]
