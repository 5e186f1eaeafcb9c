"""What changes between two runs: whoever waited gets what he should get now, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reporter.archive.approving import withdraw
from reporter.delivered import Letter, State
from reporter.delivery.campaign import Order
from reporter.delivery.clients import opened
from reporter.delivery.dispatch import check
from reporter.delivery.rehearsal import Rehearsal
from reporter.delivery.settings import Rates, Release, Variant
from reporter.delivery.stationery import stationery
from reporter.errors import DeliveryError, SpecError, UnsentError
from tests import archives
from tests.delivery import editions
from tests.delivery.posts import GONE, LATER, LOST, NOON, TAKEN, Posts, ids, row
from tests.delivery.posts import posts as posts  # noqa: PLC0414  a fixture

GERMAN = (Variant("weekly-de", "weekly", language="de"),)


def german(posts: Posts, minutes: float = 10, corrects: str = "") -> str:
    """File the German variant, or a correction of it, and have it sent to those who read German."""
    posts.settings = replace(posts.settings, variants=GERMAN)
    what = editions.draft(slug="weekly-de", headline="Russell 2000 auf Rekord")
    return editions.filed(posts.archive, what, minutes, corrects)


def subjects(posts: Posts) -> dict[str, bool]:
    """Of every client who got a letter since, whether its subject says that it corrects one."""
    return {
        letter.client: b"Subject: Correction: " in letter.data
        for letter in posts.script.took
    }  # fmt: skip


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


# --- corrections ----------------------------------------------------------------------------------


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


def test_what_was_corrected_is_told_from_what_a_client_had(posts: Posts) -> None:
    first = posts.archive.edition(posts.edition)
    corrected(posts)
    second = posts.archive.edition(posts.edition)
    corrected(posts, 90)
    both = stationery(posts.archive, posts.edition, posts.settings, corrected=first).reason
    last = stationery(posts.archive, posts.edition, posts.settings, corrected=second).reason
    assert both == f"{second.reason} {last}"


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
