"""Letters leave once each, in order, and what becomes of them is written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from reporter.archive.bulk import Reader
from reporter.archive.enclosures import had, known_client
from reporter.archive.finra import finra_record
from reporter.archive.retention import chronicle
from reporter.archive.verify import verify
from reporter.delivered import Letter, State
from reporter.delivery import preparing
from reporter.delivery.backoff import pause
from reporter.delivery.ledger import Ledger
from reporter.delivery.message import compose
from reporter.delivery.sending import AHEAD
from reporter.delivery.settings import Limits, Rates
from reporter.errors import ArchiveError, DeliveryError, UnsentError
from tests.delivery.posts import (
    GONE,
    HALT,
    LATER,
    LOST,
    NOON,
    TAKEN,
    Posts,
    ids,
    row,
)
from tests.delivery.posts import posts as posts  # noqa: PLC0414  a fixture


def test_everybody_gets_the_bytes_that_are_archived(posts: Posts) -> None:
    outcome = posts.send(posts.many(5))
    assert posts.script.clients == ids(5)
    assert outcome.is_done
    assert outcome.sent == outcome.prepared.new == 5
    known = chronicle(posts.archive.entries())
    for letter in posts.script.took:
        owner = known_client(posts.archive, posts.house.keys, letter.client)
        (kept,) = had(posts.archive, owner, known)
        assert kept.data == letter.data
        assert letter.address.encode() in letter.data
        token = letter.message_id.strip("<").partition("@")[0]
        assert letter.envelope == f"bounces+{token[:20]}@house.example"
    record = finra_record(posts.archive, posts.edition)
    assert (record["first_use"], record["last_use"]) == ("2026-01-16", "2026-01-16")
    assert not verify(posts.archive).found


def test_a_second_run_sends_nothing_and_a_longer_list_only_the_new(posts: Posts) -> None:
    posts.send(posts.many(3))
    again = posts.send(posts.many(3))
    assert (again.sent, again.prepared.new) == (0, 0)
    assert again.is_done
    more = posts.send(posts.many(5))
    assert more.sent == 2
    assert posts.script.clients == ids(5)


def test_nothing_leaves_before_the_whole_list_is_prepared(
    posts: Posts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reporter.delivery.preparing.BATCH", 2)
    rows = [row(number) for number in range(4)] + ["C9,Nine,nine@example.com,professional,CH,,,x,"]

    def fail(*_: object, **__: object) -> None:
        raise DeliveryError("no room")

    monkeypatch.setattr(
        preparing, "compose",
        lambda paper, to, *a, **k: fail() if to.id == "C9" else compose(paper, to, *a, **k),
    )  # fmt: skip
    with pytest.raises(DeliveryError, match="no room"):
        posts.send(posts.clients(*rows))
    assert not posts.script.asked
    assert set(posts.states().values()) == {State.QUEUED}


def test_what_a_killed_run_enclosed_is_adopted(
    posts: Posts, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception):
        pass

    def killed(*_: object) -> int:
        raise KilledError

    with monkeypatch.context() as inner:
        inner.setattr(Ledger, "queue", killed)
        with pytest.raises(KilledError):
            posts.send(posts.many(3))
    assert posts.states() == {}
    posts.time.passed += 3600  # the message would say another date now
    changed = row(1).replace("person1@", "moved@")
    outcome = posts.send(posts.clients(row(0), changed, row(2)))
    assert (outcome.prepared.new, outcome.prepared.adopted) == (1, 2)
    assert [letter.address for letter in posts.script.took] == [
        "person0@example.com", "moved@example.com", "person2@example.com",
    ]  # fmt: skip
    with posts.outbox() as book:
        files = [one.file for one in book.rows(posts.edition)]
    assert files == ["message.eml", "message-2.eml", "message.eml"]


def test_the_claimed_of_a_killed_run_are_uncertain_and_not_sent_again(posts: Posts) -> None:
    class KilledError(BaseException):
        pass

    def die(letter: Letter) -> object:
        if letter.client == "C0001":
            raise KilledError
        return TAKEN

    posts.script.answer = die  # type: ignore[assignment]
    with pytest.raises(KilledError):
        posts.send(posts.many(3))
    posts.script.answer = lambda _: TAKEN
    outcome = posts.send(posts.many(3))
    assert posts.script.clients == ["C0000", "C0002"]
    assert not outcome.is_done
    assert posts.states()["C0001"] is State.UNCERTAIN
    assert "may have been taken" in posts.said[-1]


def test_deferred_letters_are_tried_again_and_given_up(posts: Posts) -> None:
    posts.settings = replace(posts.settings, limits=Limits(attempts=3))
    posts.script.answer = lambda letter: LATER if letter.client == "C0000" else TAKEN
    outcome = posts.send(posts.many(2), patience=timedelta(hours=2))
    assert posts.states() == {"C0000": State.FAILED, "C0001": State.SENT}
    tries = [letter for letter in posts.script.asked if letter.client == "C0000"]
    assert len(tries) == 3
    assert len({letter.data for letter in tries}) == 1
    assert not outcome.is_done
    waits = [line for line in posts.said if line.startswith("Deferred letters wait until 13:")]
    assert len(waits) == 2


def test_without_patience_the_deferred_wait_for_the_next_run(posts: Posts) -> None:
    posts.script.answer = lambda _: LATER
    posts.send(posts.many(1))
    assert len(posts.script.asked) == 1
    posts.script.answer = lambda _: TAKEN
    posts.send(posts.many(1))  # not due yet
    assert posts.states() == {"C0000": State.DEFERRED}
    posts.time.passed += 120
    assert posts.send(posts.many(1)).is_done


def test_a_letter_too_old_is_given_up(posts: Posts) -> None:
    posts.script.answer = lambda _: LATER
    posts.send(posts.many(1))
    posts.time.passed += timedelta(hours=49).total_seconds()
    posts.send(posts.many(1))
    assert posts.states() == {"C0000": State.FAILED}


@pytest.mark.parametrize("attempts", [1, 2, 5, 12, 400])
def test_pauses_grow_to_a_longest_and_differ(attempts: int) -> None:
    ids = [f"<{number}@x>" for number in range(50)]
    spans = [pause(one, attempts) for one in ids]
    assert len(set(spans)) == 50
    assert spans == [pause(one, attempts) for one in ids]
    whole = min(timedelta(minutes=2 ** min(attempts - 1, 9)), timedelta(hours=4))
    assert all(0.75 * whole <= span <= 1.25 * whole for span in spans)
    if whole < timedelta(hours=2):
        assert all(pause(one, attempts + 1) > span for one, span in zip(ids, spans, strict=True))


def test_a_mailbox_that_is_not_there_gets_no_more(posts: Posts) -> None:
    posts.script.answer = lambda letter: GONE if letter.client == "C0000" else TAKEN
    posts.send(posts.many(2))
    assert posts.states() == {"C0000": State.FAILED, "C0001": State.SENT}
    with posts.outbox() as book:
        assert "5.1.1" in book.is_suppressed("person0@example.com", "weekly")


def test_who_unsubscribed_after_it_was_prepared_gets_nothing(posts: Posts) -> None:
    posts.script.answer = lambda _: HALT
    with pytest.raises(DeliveryError):
        posts.send(posts.many(3))
    with posts.outbox() as book:
        book.suppress("Person1@example.com", "weekly", "one click", NOON, "page")
    posts.script.answer = lambda _: TAKEN
    assert posts.send(posts.many(3)).is_done
    assert posts.script.clients == ["C0000", "C0002"]
    assert posts.states()["C0001"] is State.SUPPRESSED


def test_a_refusal_of_the_house_stops_the_run_and_keeps_the_letter(posts: Posts) -> None:
    posts.script.answer = lambda letter: HALT if letter.client == "C0001" else TAKEN
    with pytest.raises(DeliveryError, match=r"takes nothing from this house: 550 5\.7\.1"):
        posts.send(posts.many(4))
    states = posts.states()
    assert [states[one] for one in ids(4)] == [State.SENT, *[State.QUEUED] * 3]
    posts.script.answer = lambda _: TAKEN
    assert posts.send(posts.many(4)).sent == 3


def test_a_server_quoting_an_address_does_not_put_it_into_the_message(posts: Posts) -> None:
    quoting = replace(HALT, text="<person0@example.com> of person0 refused\x1b[2J")
    posts.script.answer = lambda _: quoting
    with pytest.raises(DeliveryError) as caught:
        posts.send(posts.many(1))
    assert "person0" not in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_an_uncertain_letter_is_settled_by_nobody_here(posts: Posts) -> None:
    posts.script.answer = lambda _: LOST
    posts.send(posts.many(1), patience=timedelta(days=3))
    posts.script.answer = lambda _: TAKEN
    posts.send(posts.many(1), patience=timedelta(days=3))
    assert len(posts.script.asked) == 1
    assert posts.states() == {"C0000": State.UNCERTAIN}


def test_a_pause_stops_the_run_after_the_letter_in_hand(posts: Posts) -> None:
    posts.settings = replace(posts.settings, rates=Rates(per_minute=60))

    def pausing(letter: Letter) -> object:
        if letter.client == "C0002":
            with posts.outbox() as book:
                book.pause(posts.edition, NOON, "otto")
        return TAKEN

    posts.script.answer = pausing  # type: ignore[assignment]
    with pytest.raises(UnsentError, match="is paused"):
        posts.send(posts.many(10))
    assert posts.script.clients == ids(3)
    with pytest.raises(UnsentError, match="is paused"):
        posts.send(posts.many(10))
    with posts.outbox() as book:
        book.resume(posts.edition, NOON, "otto")
    assert posts.send(posts.many(10)).sent == 7


def test_whoever_lost_the_lease_sends_no_more(posts: Posts) -> None:
    posts.settings = replace(posts.settings, rates=Rates(per_minute=60))

    def taken_over(letter: Letter) -> object:
        if letter.client == "C0001":
            with posts.outbox() as book:
                book.lease(posts.edition, "another", posts.time.now() + timedelta(hours=1))
        return TAKEN

    posts.script.answer = taken_over  # type: ignore[assignment]
    with pytest.raises(DeliveryError, match="lost"):
        posts.send(posts.many(4))
    assert posts.script.clients == ids(2)
    assert posts.states()["C0001"] is State.SENDING


def test_what_was_claimed_ahead_leaves_only_while_the_right_to_send_is_held(posts: Posts) -> None:
    def taken_over(letter: Letter) -> object:
        if letter.client == "C0001":
            with posts.outbox() as book:
                book.lease(posts.edition, "another", posts.time.now() + timedelta(hours=1))
            posts.time.passed += 1  # and the server took its time
        return TAKEN

    posts.script.answer = taken_over  # type: ignore[assignment]
    with pytest.raises(DeliveryError, match="lost"):
        posts.send(posts.many(12))
    assert posts.script.clients == ids(2)
    states = posts.states()
    assert states["C0001"] is State.SENDING  # the new sender makes it uncertain
    assert {states[one] for one in ids(12)[2:]} <= {State.SENDING, State.QUEUED}


def test_who_unsubscribes_while_a_slow_letter_is_sent_gets_nothing(posts: Posts) -> None:
    def slow(letter: Letter) -> object:
        if letter.client == "C0001":
            with posts.outbox() as book:
                book.suppress("person3@example.com", "weekly", "one click", NOON, "page")
            posts.time.passed += 1
        return TAKEN

    posts.script.answer = slow  # type: ignore[assignment]
    assert posts.send(posts.many(6)).is_done
    assert posts.script.clients == [one for one in ids(6) if one != "C0003"]
    assert posts.states()["C0003"] is State.SUPPRESSED


def test_a_run_that_stops_gives_back_what_never_left(posts: Posts) -> None:
    def pausing(letter: Letter) -> object:
        if letter.client == "C0002":
            with posts.outbox() as book:
                book.pause(posts.edition, NOON, "otto")
            posts.time.passed += 1
        return TAKEN

    posts.script.answer = pausing  # type: ignore[assignment]
    with pytest.raises(UnsentError, match="is paused"):
        posts.send(posts.many(3 + 2 * AHEAD))
    assert posts.script.clients == ids(3)
    with posts.outbox() as book:
        rows = book.rows(posts.edition)
    assert [row.attempts for row in rows] == [1] * 3 + [0] * (2 * AHEAD)
    assert {row.state for row in rows[3:]} == {State.QUEUED}


def test_a_second_sender_is_refused(posts: Posts) -> None:
    with posts.outbox() as book:
        book.lease(posts.edition, "another", posts.time.now())
        with pytest.raises(DeliveryError, match="somebody else is sending"):
            posts.send(posts.many(1))
    assert not posts.script.asked


def test_a_slow_domain_holds_up_no_other(posts: Posts) -> None:
    rates = Rates(None, MappingProxyType({"slow.example": 6.0}))
    posts.settings = replace(posts.settings, rates=rates)
    slow = [row(number, "slow.example") for number in range(5)]
    roll = posts.clients(*slow, *(row(number) for number in range(5, 10)))
    posts.send(roll)
    assert posts.script.clients[:6] == ["C0000", *(f"C{number:04}" for number in range(5, 10))]
    assert sorted(posts.script.clients) == ids(10)
    assert 40 <= posts.time.passed <= 42


@pytest.mark.parametrize("rate", [None, 6000.0])
def test_a_list_read_anew_gives_nobody_twice(
    posts: Posts, monkeypatch: pytest.MonkeyPatch, rate: float | None
) -> None:
    """A full lane has the list read again just when the letters of others are drawn."""
    monkeypatch.setattr("reporter.delivery.turns.HELD", 1)
    slow = MappingProxyType({"slow.example": 6000.0})
    posts.settings = replace(posts.settings, rates=Rates(rate, slow))
    rows = [row(n, "slow.example" if n % 5 < 3 else "example.com") for n in range(20)]
    assert posts.send(posts.clients(*rows)).is_done
    assert sorted(posts.script.clients) == ids(20)


def test_full_lanes_are_found_again(posts: Posts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporter.delivery.turns.HELD", 2)
    monkeypatch.setattr("reporter.delivery.sending.PAGE", 3)
    slow = MappingProxyType({"a.example": 60.0, "b.example": 30.0})
    posts.settings = replace(posts.settings, rates=Rates(None, slow))
    rows = [row(n, "a.example" if n < 8 else "b.example") for n in range(16)]
    posts.send(posts.clients(*rows, row(16)))
    assert sorted(posts.script.clients) == ids(17)
    assert posts.script.clients.index("C0016") < 4
    assert posts.time.passed <= 16


def test_bytes_that_are_not_those_prepared_never_leave(
    posts: Posts, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Reader.file

    def changed(self: Reader, *which: object) -> object:
        found = read(self, *which)  # type: ignore[arg-type]
        return replace(found, data=found.data + b" ") if found else None

    monkeypatch.setattr(Reader, "file", changed)
    with pytest.raises(ArchiveError, match="not the one that was prepared"):
        posts.send(posts.many(1))
    assert not posts.script.asked
