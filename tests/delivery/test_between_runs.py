"""What changes between two runs: whoever waited gets what he should get now, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reporter.archive.approving import withdraw
from reporter.delivered import Letter, State
from reporter.delivery.campaign import Order
from reporter.delivery.clients import opened
from reporter.delivery.outcome import check
from reporter.delivery.rehearsal import Rehearsal
from reporter.delivery.settings import Limits, Rates, Release, Variant
from reporter.delivery.unsubscriptions import unsubscribe
from reporter.errors import DeliveryError, SpecError, UnsentError
from tests import archives
from tests.archives import FIRST
from tests.delivery import editions
from tests.delivery.posts import GONE, LATER, LOST, NOON, TAKEN, Posts, german, ids, row
from tests.delivery.posts import posts as posts  # noqa: PLC0414  a fixture


def stopped(posts: Posts, *rows: str) -> None:
    """A run that is paused after its first letter, so that the others wait."""

    def answer(_: Letter) -> object:
        with posts.outbox() as book:
            book.pause(posts.edition, posts.time.now(), "jane")
        posts.time.passed += 1
        return TAKEN

    posts.script.answer = answer  # type: ignore[assignment]
    with pytest.raises(UnsentError, match="is paused"):
        posts.send(posts.clients(*rows))
    posts.script.answer = lambda _: TAKEN
    with posts.outbox() as book:
        book.resume(posts.edition, posts.time.now(), "jane")


def test_who_is_closed_or_off_the_list_gets_nothing_any_more(posts: Posts) -> None:
    stopped(posts, *(row(number) for number in range(4)))
    (posts.folder / "today.csv").write_text(
        "id,name,address,audience,jurisdiction,status\n"
        "C0000,P,person0@example.com,professional,CH,active\n"
        "C0001,P,person1@example.com,professional,CH,closed\n"
        "C0003,P,person3@example.com,professional,CH,active\n"
    )
    outcome = posts.send(opened("today.csv", posts.folder))
    assert posts.script.clients == ["C0000", "C0003"]
    assert set(posts.states()) == {"C0000", "C0003"}
    left = {one.client: one.why for one in outcome.shares.left_out}
    assert left == {"C0001": "closed", "C0002": "unlisted"}
    assert "1 letter of an earlier run withdrawn: the client is on the list no more." in posts.said
    with posts.outbox() as book:
        changes = [one.after for one in book.history(posts.edition, "C0002")]
    assert changes == ["queued", "withdrawn"]


def test_a_client_under_another_id_is_the_same_client(posts: Posts) -> None:
    posts.send(posts.many(2))
    renamed = [row(0).replace("C0000", "K-1").replace("person0@", "Person0@"), row(1)]
    outcome = posts.send(posts.clients(*renamed))
    assert posts.script.clients == ["C0000", "C0001"]
    assert outcome.is_done
    left = {one.client: one.reason for one in outcome.shares.left_out}
    assert left == {"K-1": f"was sent {posts.edition} under another id, or may have been"}
    with posts.outbox() as book:
        roll = posts.clients(*renamed)
        rehearsal = Rehearsal(posts.house, Order(posts.edition), roll, ledger=book)
        shares = rehearsal.to_folder(posts.folder / "dry")
    assert {one.client for one in shares.left_out} == {"K-1", "C0001"}


def test_two_clients_who_take_over_each_others_addresses_are_two(posts: Posts) -> None:
    stopped(posts, row(0), row(1))
    swapped = [row(0).replace("person0@", "person1@"), row(1).replace("person1@", "person0@")]
    posts.send(posts.clients(*swapped))
    assert posts.script.clients == ["C0000", "C0001"]
    assert [one.address for one in posts.script.took] == ["person0@example.com"] * 2


def test_a_letter_that_waits_goes_to_the_address_of_now(posts: Posts) -> None:
    stopped(posts, row(0), row(1), row(2))
    posts.send(posts.clients(row(0), row(1).replace("person1@", "moved@"), row(2)))
    assert sorted((one.client, one.address) for one in posts.script.took) == [
        ("C0000", "person0@example.com"), ("C0001", "moved@example.com"),
        ("C0002", "person2@example.com"),
    ]  # fmt: skip
    with posts.outbox() as book:
        assert {one.client: one.file for one in book.rows(posts.edition)}["C0001"] == (
            "message-2.eml"
        )
    assert posts.send(posts.clients(row(0), row(1), row(2))).sent == 0


def test_a_deferred_letter_is_looked_at_anew_too(posts: Posts) -> None:
    posts.script.answer = lambda letter: LATER if letter.client == "C0001" else TAKEN
    posts.send(posts.many(2))
    posts.script.answer = lambda _: TAKEN
    posts.time.passed += 3600
    outcome = posts.send(posts.clients(row(0)))
    assert posts.script.clients == ["C0000"]
    assert outcome.is_done


def test_an_approval_that_is_gone_keeps_what_waits(posts: Posts) -> None:
    german(posts)
    stopped(posts, row(0), row(1, language="de"))
    hand = archives.hand(61, "login-ann")
    withdraw(posts.archive, "2026-01-15/weekly-de", "A figure is wrong.", hand)
    posts.time.passed += 120
    outcome = posts.send(posts.clients(row(0), row(1, language="de")))
    assert posts.script.clients == ["C0000"]
    assert [one.why for one in outcome.shares.left_out] == ["missing"]


def test_a_variant_corrected_meanwhile_goes_out_corrected(posts: Posts) -> None:
    old = german(posts)
    stopped(posts, row(0), row(1, language="de"))
    new = german(posts, 61, corrects=old)
    posts.time.passed += 120
    posts.send(posts.clients(row(0), row(1, language="de")))
    assert [(one.client, one.edition) for one in posts.script.took] == [
        ("C0000", posts.edition), ("C0001", new),
    ]  # fmt: skip


def test_a_segment_asked_for_takes_nothing_back(posts: Posts) -> None:
    stopped(posts, row(0), row(1))
    roll = posts.clients(row(0), row(1), row(2, segments="gold"), row(3))
    posts.send(roll, segment="gold")
    assert sorted(posts.script.clients) == ids(3)


# --- variants -------------------------------------------------------------------------------------


def test_a_variant_is_of_one_brief(posts: Posts) -> None:
    posts.settings = replace(posts.settings, variants=(Variant("d-de", "daily", language="de"),))
    posts.send(posts.clients(row(0, language="de")))
    assert [one.edition for one in posts.script.took] == [posts.edition]


def test_a_variant_does_not_go_out_by_itself(posts: Posts) -> None:
    posts.edition = german(posts)
    with pytest.raises(DeliveryError, match="is a variant of weekly") as refused:
        posts.send(posts.many(1))
    assert "reporter send 2026-01-15/weekly" in refused.value.tip


def test_who_unsubscribed_from_the_brief_gets_no_variant_and_the_other_way_round(
    posts: Posts,
) -> None:
    german(posts)
    posts.send(posts.clients(row(0), row(1, language="de")))
    lists = {letter.client: letter.data for letter in posts.script.took}
    assert b"List-Id: <weekly." in lists["C0000"]
    assert b"List-Id: <weekly." in lists["C0001"]


def test_an_edition_is_not_had_twice_by_way_of_a_correction(posts: Posts) -> None:
    german(posts)
    rows = (row(0), row(1, language="de"))
    posts.send(posts.clients(*rows))
    old, posts.edition = (
        posts.edition,
        editions.filed(posts.archive, editions.draft(), 61, corrects=posts.edition),
    )
    posts.time.passed += 120
    posts.script.took.clear()
    outcome = posts.send(posts.clients(*rows))
    assert posts.script.clients == ["C0000"]
    assert [one.why for one in outcome.shares.left_out] == ["had"]
    assert old != posts.edition


# --- a rehearsal in between -----------------------------------------------------------------------


def test_a_rehearsal_writes_for_those_only_who_would_be_sent_something(posts: Posts) -> None:
    posts.send(posts.many(2))
    with posts.outbox() as book:
        book.suppress("person2@example.com", "weekly", "unsubscribed", posts.time.now(), "page")
        rehearsal = Rehearsal(posts.house, Order(posts.edition), posts.many(4), ledger=book)
        shares = rehearsal.to_folder(posts.folder / "dry")
        assert rehearsal.to_address("editor@house.example", 1) == 1
    assert [path.stem for path in (posts.folder / "dry").iterdir()] == ["C0003"]
    assert {one.client: one.why for one in shares.left_out} == {
        "C0000": "had", "C0001": "had", "C0002": "suppressed",
    }  # fmt: skip


def test_a_rehearsal_knows_who_unsubscribed_and_moved_as_sending_does(posts: Posts) -> None:
    """The next edition is to go to an address that no outbox has seen yet."""
    posts.send(posts.many(2))
    owner = posts.house.keys.client("C0001")
    assert owner
    posts.edition = editions.filed(posts.archive, editions.draft(FIRST + timedelta(days=7)), 61)
    posts.time.passed += timedelta(days=8).total_seconds()
    moved = posts.clients(row(0), row(1, "elsewhere.example"), row(2))
    with posts.outbox() as book:
        unsubscribe(book, owner.handle, "weekly", posts.time.now(), "page")
        rehearsal = Rehearsal(posts.house, Order(posts.edition), moved, ledger=book)
        shares = rehearsal.to_folder(posts.folder / "dry")
    posts.script.took.clear()
    posts.send(moved)
    assert posts.states()["C0001"] is State.SUPPRESSED
    assert sorted(path.stem for path in (posts.folder / "dry").iterdir()) == posts.script.clients
    assert [one.client for one in shares.left_out if one.why == "suppressed"] == ["C0001"]


# --- an address that was wrong --------------------------------------------------------------------


def not_reached(posts: Posts, *rows: str) -> None:
    """A run in which the second client's mailbox is not there."""
    posts.script.answer = lambda letter: GONE if letter.client == "C0001" else TAKEN
    with pytest.raises(UnsentError, match="1 failed") as told:
        check(posts.send(posts.clients(*rows)))
    assert "correct it in the list of clients and send again" in str(told.value)
    posts.script.answer = lambda _: TAKEN


@pytest.mark.parametrize("retried", [False, True])
def test_a_corrected_address_gets_the_edition(posts: Posts, *, retried: bool) -> None:
    not_reached(posts, row(0), row(1), row(2))
    if retried:
        with posts.outbox() as book:
            book.retry(posts.edition, {State.FAILED}, posts.time.now(), "jane")
        with pytest.raises(UnsentError, match="1 because nothing gets through"):
            check(posts.send(posts.clients(row(0), row(1), row(2))))
    mended = posts.clients(row(0), row(1).replace("person1@", "right@"), row(2))
    outcome = posts.send(mended)
    check(outcome)
    assert [(one.client, one.address) for one in posts.script.took[2:]] == [
        ("C0001", "right@example.com")
    ]
    assert "the client has another address now" in posts.said[-1]
    assert posts.send(mended).sent == 0


def test_who_unsubscribed_is_not_written_to_at_another_address(posts: Posts) -> None:
    not_reached(posts, row(0), row(1), row(2))
    now = posts.time.now()
    with posts.outbox() as book:
        book.suppress("person1@example.com", "weekly", "unsubscribed", now, "page")
    posts.send(posts.clients(row(0), row(1).replace("person1@", "right@"), row(2)))
    assert posts.script.clients == ["C0000", "C0002"]


def test_what_is_uncertain_points_to_how_it_is_settled(posts: Posts) -> None:
    posts.script.answer = lambda _: LOST
    with pytest.raises(UnsentError, match="reporter outbox reconcile 2026-01-15/weekly"):
        check(posts.send(posts.many(1)))


# --- an order that makes no sense -----------------------------------------------------------------


def test_nobody_to_send_to_is_no_success(posts: Posts) -> None:
    posts.settings = replace(posts.settings, allowed=("example.org",))
    with pytest.raises(DeliveryError, match=r"nobody of the 2 clients.*in no domain"):
        posts.send(posts.many(2))
    assert not posts.states()


def test_a_segment_that_nobody_is_in_is_a_mistake(posts: Posts) -> None:
    roll = posts.clients(row(0, segments="gold"), row(1))
    posts.send(roll, segment="gold")
    with pytest.raises(SpecError, match="in the segment 'gild'") as refused:
        posts.send(roll, segment="gild")
    assert refused.value.tip == "Did you mean 'gold'?"
    with pytest.raises(SpecError, match="has no segments"):
        posts.send(posts.many(1), segment="gold")


def test_only_what_is_left_must_be_out_by_a_time(posts: Posts) -> None:
    posts.settings = replace(posts.settings, rates=Rates(per_minute=2))
    posts.script.answer = lambda _: slow(posts)  # type: ignore[assignment,return-value]
    with pytest.raises(UnsentError, match="finish-by"):
        posts.send(posts.many(10), finish_by=NOON + timedelta(minutes=6))
    left = sum(state is State.QUEUED for state in posts.states().values())
    assert 0 < left < 10
    posts.script.answer = lambda _: TAKEN
    until = posts.time.now() + timedelta(minutes=left / 2 + 0.1)
    assert posts.send(posts.many(10), finish_by=until).is_done


def slow(posts: Posts) -> object:
    posts.time.passed += 60
    return TAKEN


def test_without_waiting_the_wait_of_a_release_costs_no_time(posts: Posts) -> None:
    posts.settings = replace(posts.settings, release=Release(2, timedelta(hours=2)))
    with pytest.raises(DeliveryError, match="5 letters take 2 h"):
        posts.send(posts.many(5), finish_by=NOON + timedelta(minutes=5))
    assert posts.send(posts.many(5), stage="all", finish_by=NOON + timedelta(minutes=5)).is_done


def test_a_letter_that_is_retried_is_as_patient_as_a_new_one(posts: Posts) -> None:
    """Days after it failed, one more "later" must not make it fail at once."""
    posts.settings = replace(posts.settings, limits=Limits(attempts=2))
    roll, day = posts.many(1), timedelta(days=1)
    posts.script.answer = lambda _: LATER
    posts.send(roll, patience=day)
    assert posts.states() == {"C0000": State.FAILED}
    posts.settings = replace(posts.settings, limits=Limits(stale=60 * day))
    posts.time.passed += 5 * day.total_seconds()
    with posts.outbox() as book:
        book.retry(posts.edition, {State.FAILED}, posts.time.now(), "jane")
    for _ in range(3):
        posts.time.passed += 3600
        posts.send(roll)
        assert posts.states() == {"C0000": State.DEFERRED}
    posts.time.passed += 3 * day.total_seconds()
    posts.send(roll)
    assert posts.states() == {"C0000": State.FAILED}
