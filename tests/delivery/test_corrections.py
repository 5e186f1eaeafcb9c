"""Corrections: to exactly those who had the edition, and marked as what they are."""

from __future__ import annotations

import pytest

from reporter.delivered import State
from reporter.delivery.campaign import Order
from reporter.delivery.rehearsal import Rehearsal
from reporter.delivery.stationery import stationery
from reporter.errors import DeliveryError
from tests.delivery import editions
from tests.delivery.posts import LOST, NOON, TAKEN, Posts, german, ids, row
from tests.delivery.posts import posts as posts  # noqa: PLC0414  a fixture


def subjects(posts: Posts) -> dict[str, bool]:
    """Of every client who got a letter since, whether its subject says that it corrects one."""
    return {
        letter.client: b"Subject: Correction: " in letter.data
        for letter in posts.script.took
    }  # fmt: skip


def corrected(posts: Posts, minutes: float = 61) -> str:
    """File a correction, which is sent from now on; the id of what it corrects."""
    old = posts.edition
    posts.edition = editions.filed(posts.archive, editions.draft(), minutes, corrects=old)
    posts.time.passed = (minutes - 60) * 60 + 120
    posts.script.took.clear()
    return old


def test_a_correction_tells_of_those_it_does_not_reach(posts: Posts) -> None:
    posts.send(posts.many(3))
    old = corrected(posts)
    roll = posts.clients(row(0), row(2).replace("person2@", "moved@"))
    outcome = posts.send(roll, corrects=old)
    assert posts.script.clients == ["C0000", "C0002"]
    assert [(one.client, one.why) for one in outcome.shares.left_out] == [("C0001", "unlisted")]
    assert [one.client for one in outcome.shares.moved] == ["C0002"]
    assert posts.script.took[1].address == "moved@example.com"


def test_a_slug_means_the_edition_that_was_corrected(posts: Posts) -> None:
    """A slug is its latest edition, and that is the correction itself."""
    posts.send(posts.many(2))
    corrected(posts)
    assert posts.send(posts.many(2), corrects="weekly").is_done
    assert subjects(posts) == {"C0000": True, "C0001": True}
    with pytest.raises(DeliveryError, match="Name the right ones"):
        posts.send(posts.many(2), corrects=posts.edition)


def test_whoever_may_have_had_it_keeps_a_correction_open(posts: Posts) -> None:
    posts.script.answer = lambda letter: LOST if letter.client == "C0001" else TAKEN
    posts.send(posts.many(2))
    old = corrected(posts)
    posts.script.answer = lambda _: TAKEN
    assert not posts.send(posts.many(2), corrects=old).is_done
    with posts.outbox() as book:
        book.resolve(old, "C0001", State.SENT, "it came", NOON, "jane")
    assert posts.send(posts.many(2), corrects=old).is_done
    assert posts.script.clients == ids(2)


def test_a_correction_of_a_variant_goes_to_its_readers(posts: Posts) -> None:
    variant, rows = german(posts), (row(0), row(1, language="de"), row(2, language="de"))
    posts.send(posts.clients(*rows))
    new = german(posts, 61, corrects=variant)
    weekly, posts.edition = posts.edition, new
    posts.time.passed += 120
    posts.script.took.clear()
    with posts.outbox() as book:
        book.suppress("person2@example.com", "weekly", "one click", NOON, "page")
    posts.send(posts.clients(*rows), corrects=variant)
    assert posts.script.clients == ["C0001"]
    assert b"List-Id: <weekly." in posts.script.took[0].data
    posts.edition = weekly
    old = corrected(posts, 90)
    outcome = posts.send(posts.clients(*rows), corrects=old)
    assert posts.script.clients == ["C0000"]
    assert "was sent 2026-01-15/weekly-de instead" in outcome.shares.left_out[0].reason


def test_a_correction_of_a_correction_reaches_those_of_the_first(posts: Posts) -> None:
    first = posts.edition
    posts.send(posts.many(2))
    second = corrected(posts)
    assert second == first
    never_sent = corrected(posts, 90)
    posts.send(posts.many(3), corrects=never_sent)
    assert posts.script.clients == ids(2)


def test_a_correction_in_between_that_nobody_had_bars_no_other(posts: Posts) -> None:
    first = posts.edition
    posts.send(posts.many(2))
    corrected(posts)
    corrected(posts, 90)
    posts.send(posts.many(3), corrects=first)
    assert posts.script.clients == ids(2)


def test_a_correction_of_what_nobody_had_is_not_sent_as_one(posts: Posts) -> None:
    old = corrected(posts)
    with pytest.raises(DeliveryError, match="was sent to nobody"):
        posts.send(posts.many(2), corrects=old)


def test_a_correction_to_all_is_marked_for_those_who_had_any_before(posts: Posts) -> None:
    posts.send(posts.many(1))
    corrected(posts)
    posts.script.answer = lambda letter: LOST if letter.client == "C0001" else TAKEN
    posts.send(posts.many(2))
    assert subjects(posts) == {"C0000": True}
    corrected(posts, 90)
    posts.script.answer = lambda _: TAKEN
    posts.send(posts.many(3))
    assert subjects(posts) == {"C0000": True, "C0001": True, "C0002": False}
    said = posts.script.took[0].data
    assert said.count(b"This is a correction") == 2  # in both parts
    assert posts.send(posts.many(3), corrects="2026-01-15/weekly").sent == 0


def test_a_variant_corrected_since_is_marked_too(posts: Posts) -> None:
    variant, rows = german(posts), (row(0), row(1, language="de"), row(2, language="de"))
    posts.send(posts.clients(*rows[:2]))
    german(posts, 61, corrects=variant)
    corrected(posts, 90)
    posts.send(posts.clients(*rows))
    assert subjects(posts) == {"C0000": True, "C0001": True, "C0002": False}


def test_a_rehearsal_marks_a_correction_as_it_will_be(posts: Posts) -> None:
    posts.send(posts.many(1))
    corrected(posts)
    with posts.outbox() as book:
        rehearsal = Rehearsal(posts.house, Order(posts.edition), posts.many(2), ledger=book)
        rehearsal.to_folder(posts.folder / "dry")
    written = [path.read_bytes() for path in sorted((posts.folder / "dry").iterdir())]
    assert [b"Subject: Correction: " in one for one in written] == [True, False]


def test_a_rehearsal_of_a_correction_is_for_those_it_concerns(posts: Posts) -> None:
    posts.send(posts.many(2))
    old = corrected(posts)
    with posts.outbox() as book:
        order = Order(posts.edition, corrects=old)
        rehearsal = Rehearsal(posts.house, order, posts.many(4), ledger=book)
        assert rehearsal.to_folder(posts.folder / "dry").total == 2


def test_what_was_corrected_is_told_from_what_a_client_had(posts: Posts) -> None:
    first = posts.archive.edition(posts.edition)
    corrected(posts)
    second = posts.archive.edition(posts.edition)
    corrected(posts, 90)
    both = stationery(posts.archive, posts.edition, posts.settings, corrected=first).reason
    last = stationery(posts.archive, posts.edition, posts.settings, corrected=second).reason
    assert both == f"{second.reason} {last}"
