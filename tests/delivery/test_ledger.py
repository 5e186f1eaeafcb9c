"""The outbox: what is committed, who may write, and which changes there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reporter.delivery.ledger import Ledger, opened
from reporter.delivery.records import Holder, Lease, Settled, Wanted
from reporter.errors import DeliveryError
from reporter.model import Answer, State, Verdict
from tests.delivery.outboxes import CAMPAIGN, LOST, NOW, TAKEN, URL, delivery, outbox
from tests.postgres import Server

SOFT = False
LATER = NOW + timedelta(minutes=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Ledger, Lease]]:
    """An outbox with three rows, in each database."""
    url = URL
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("database")
        url = server.url()
    with outbox(tmp_path, 3, url) as made:
        yield made


def state(ledger: Ledger, client: str) -> State:
    row = ledger.row(CAMPAIGN, client)
    assert row
    return row.state


def test_a_row_goes_its_way_and_leaves_its_history(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    assert ledger.claim(lease, "C0001", NOW)
    assert state(ledger, "C0001") is State.SENDING
    ledger.settle(lease, "C0001", TAKEN, LATER)
    row = ledger.row(CAMPAIGN, "C0001")
    assert row
    assert (row.state, row.code, row.enhanced, row.attempts) == (State.SENT, 250, "2.0.0", 1)
    assert (row.changed, row.text) == (LATER, "Ok: queued as 4F1A2")
    lines = ledger.history(CAMPAIGN, "C0001")
    assert [(line.before, line.after, line.by) for line in lines] == [
        ("", "queued", "sender"),
        ("queued", "sending", "sender"),
        ("sending", "sent", "sender"),
    ]
    assert lines[-1].time == LATER
    assert ledger.counts(CAMPAIGN)[State.SENT] == 1
    assert ledger.counts(CAMPAIGN)[State.QUEUED] == 2


def test_what_is_queued_again_begins_anew(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    refused = Answer(Verdict.FAILED, 550, "5.2.0", "not at present")
    ledger.claim(lease, "C0000", NOW)
    ledger.settle(lease, "C0000", refused, NOW)
    ledger.retry(CAMPAIGN, {State.FAILED}, LATER, "op")
    row = ledger.row(CAMPAIGN, "C0000")
    assert row
    assert (row.attempts, row.code, row.enhanced, row.text) == (0, 0, "", "retry")
    ledger.claim(lease, "C0000", LATER)
    ledger.recover(lease, LATER)
    row = ledger.row(CAMPAIGN, "C0000")
    assert row
    assert (row.attempts, row.state) == (1, State.UNCERTAIN)


def test_what_is_there_is_not_entered_again(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    ledger.claim(lease, "C0000", NOW)
    assert ledger.queue(lease, map(delivery, range(5)), NOW) == 2
    assert state(ledger, "C0000") is State.SENDING
    assert list(ledger.clients(CAMPAIGN)) == [f"C{n:04}" for n in range(5)]
    assert len(ledger.history(CAMPAIGN, "C0001")) == 1


def test_a_row_is_claimed_once(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    assert ledger.claim(lease, "C0000", NOW)
    assert not ledger.claim(lease, "C0000", NOW)
    ledger.settle(lease, "C0000", TAKEN, NOW)
    assert not ledger.claim(lease, "C0000", NOW)
    with pytest.raises(DeliveryError, match="no client 'C9999'"):
        ledger.claim(lease, "C9999", NOW)


def test_deferred_ones_are_due_and_halted_ones_wait(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    ledger.claim(lease, "C0000", NOW)
    ledger.settle(lease, "C0000", Answer(Verdict.DEFERRED, 450, "4.2.0", "later"), NOW, LATER)
    row = ledger.row(CAMPAIGN, "C0000")
    assert row
    assert (row.state, row.due) == (State.DEFERRED, LATER)
    assert ledger.claim(lease, "C0000", LATER)
    ledger.settle(lease, "C0000", Answer(Verdict.HALTED, 530, "5.7.0", "log in"), LATER)
    row = ledger.row(CAMPAIGN, "C0000")
    assert row
    assert (row.state, row.due, row.attempts) == (State.QUEUED, None, 2)


def test_what_a_dead_sender_left_is_uncertain_and_stays_so(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    ledger.claim(lease, "C0000", NOW)
    ledger.claim(lease, "C0001", NOW)
    ledger.settle(lease, "C0001", LOST, NOW)
    second = ledger.lease(CAMPAIGN, "another", NOW + timedelta(seconds=61))
    assert ledger.recover(second, LATER) == 1
    assert ledger.counts(CAMPAIGN)[State.UNCERTAIN] == 2
    assert not ledger.claim(second, "C0000", LATER)
    with pytest.raises(DeliveryError, match="uncertain does not become queued"):
        ledger.retry(CAMPAIGN, {State.UNCERTAIN}, LATER, "op")


def test_a_lost_lease_writes_nothing(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    ledger.claim(lease, "C0000", NOW)
    ledger.lease(CAMPAIGN, "another", NOW + timedelta(seconds=61))
    before = ledger.rows(CAMPAIGN), ledger.history(CAMPAIGN, "C0000")
    for write in (
        lambda: ledger.claim(lease, "C0001", NOW),
        lambda: ledger.settle(lease, "C0000", TAKEN, NOW),
        lambda: ledger.suppressed(lease, "C0001", "hard", NOW),
        lambda: ledger.recover(lease, NOW),
        lambda: ledger.renew(lease, NOW),
        lambda: ledger.queue(lease, [delivery(7)], NOW),
    ):
        with pytest.raises(DeliveryError, match="was lost to somebody else"):
            write()
    ledger.release(lease)
    assert (ledger.rows(CAMPAIGN), ledger.history(CAMPAIGN, "C0000")) == before
    until = NOW + timedelta(seconds=121)
    assert ledger.holder(CAMPAIGN, NOW) == Holder("another", until)
    assert ledger.holder(CAMPAIGN, until) is None


def test_one_sender_at_a_time_whatever_the_clock_says(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    for moment in (NOW, NOW + timedelta(seconds=59), NOW - timedelta(days=400)):
        with pytest.raises(DeliveryError, match=r"somebody else .*\(sender, until 2026-01-16 09:"):
            ledger.lease(CAMPAIGN, "another", moment)
    back = NOW - timedelta(hours=5)
    ledger.renew(lease, back)  # the clock was set back
    with pytest.raises(DeliveryError, match="somebody else"):
        ledger.lease(CAMPAIGN, "another", NOW + timedelta(seconds=59))
    other = ledger.lease("2026-01-22/weekly", "another", NOW)
    assert other.token == 1
    ledger.release(lease)
    again = ledger.lease(CAMPAIGN, "another", back)
    assert again.token > lease.token
    with pytest.raises(DeliveryError, match="was lost"):
        ledger.claim(lease, "C0000", NOW)


def test_pages_hold_every_row_once(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    same = [delivery(n, stage=1) for n in range(3, 8)]
    ledger.queue(lease, (replace(row, position=3) for row in same), NOW)
    found, after = [], -1
    while page := ledger.rows(CAMPAIGN, after=after, most=4):
        found += [row.client for row in page]
        after = page[-1].position
    assert found == [f"C{n:04}" for n in range(8)]
    assert len(ledger.rows(CAMPAIGN, {State.QUEUED}, stage=1)) == 5
    assert not ledger.rows(CAMPAIGN, {State.SENT})


def test_what_waits_is_withdrawn_and_may_be_queued_anew(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    assert ledger.withdraw(lease, "C0001", "is on the list no more", NOW)
    assert ledger.row(CAMPAIGN, "C0001") is None
    assert not ledger.withdraw(lease, "C0001", "again", NOW)
    ledger.claim(lease, "C0000", NOW)
    assert not ledger.withdraw(lease, "C0000", "is being sent", NOW)
    assert ledger.queue(lease, [delivery(1)], NOW) == 1
    told = [(one.before, one.after) for one in ledger.history(CAMPAIGN, "C0001")]
    assert told == [("", "queued"), ("queued", "withdrawn"), ("", "queued")]


def test_a_person_settles_what_is_uncertain(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    for client in ("C0000", "C0001", "C0002"):
        ledger.claim(lease, client, NOW)
        ledger.settle(lease, client, LOST, NOW)
    ledger.resolve(CAMPAIGN, "C0000", State.SENT, "he answered it", LATER, "op")
    ledger.resolve(CAMPAIGN, "C0001", State.DEFERRED, "never seen", LATER, "op")
    ledger.resolve(CAMPAIGN, "C0002", State.FAILED, "left the bank", LATER, "op")
    row = ledger.row(CAMPAIGN, "C0001")
    assert row
    assert (row.state, row.due) == (State.DEFERRED, LATER)
    assert ledger.history(CAMPAIGN, "C0000")[-1].text == "he answered it"
    with pytest.raises(DeliveryError, match="sent does not become queued"):
        ledger.resolve(CAMPAIGN, "C0000", State.QUEUED, "again", LATER, "op")
    assert ledger.retry(CAMPAIGN, {State.FAILED, State.DEFERRED}, LATER, "op") == 2
    assert ledger.counts(CAMPAIGN)[State.QUEUED] == 2


def test_addresses_that_want_none(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    assert ledger.suppress("Person1@Example.com", "weekly", "unsubscribed", NOW, "page")
    assert not ledger.suppress("person1@example.com", "weekly", "again", NOW, "page")
    assert ledger.is_suppressed("person1@EXAMPLE.com", "weekly") == "unsubscribed"
    assert ledger.is_suppressed("person1@example.com", "daily") == ""
    ledger.suppress("person1@example.com", "*", "no such mailbox", NOW, "bounces")
    assert ledger.is_suppressed("person1@example.com", "daily") == "no such mailbox"
    assert [found.listed for found in ledger.suppressions()] == ["weekly", "*"]
    assert ledger.lift("person1@example.com", "*", LATER, "op")
    assert not ledger.lift("person1@example.com", "*", LATER, "op")
    assert ledger.is_suppressed("person1@example.com", "daily") == ""
    ledger.claim(lease, "C0001", NOW)
    ledger.suppressed(lease, "C0001", "unsubscribed", NOW)
    assert state(ledger, "C0001") is State.SUPPRESSED


def test_soft_returns_in_a_row(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    address = delivery(0).address
    day = timedelta(days=1)
    assert ledger.bounced(address, SOFT, "a", NOW) == 1
    assert ledger.bounced(address, SOFT, "a", NOW + day) == 1
    assert ledger.bounced(address, SOFT, "b", NOW + day) == 2
    ledger.claim(lease, "C0000", NOW + 2 * day)
    ledger.settle(lease, "C0000", TAKEN, NOW + 2 * day)
    assert ledger.bounced(address, SOFT, "c", NOW + 3 * day) == 3
    for week in (1, 2):  # two letters are sent, one of them comes back: a row is over
        campaign = f"2026-02-0{week}/weekly"
        sent = NOW + timedelta(days=10 * week)
        own = ledger.lease(campaign, "sender", sent)
        row = replace(delivery(0, campaign), message_id=f"<{week}@mail.example>")
        ledger.queue(own, [row], sent)
        ledger.claim(own, "C0000", sent)
        ledger.settle(own, "C0000", TAKEN, sent)
    assert ledger.bounced(address, SOFT, "d", NOW + 30 * day) == 1
    assert ledger.delivered_since("example.com", NOW + 15 * day) == 1
    assert len(ledger.by_handle(delivery(0).handle)) == 3


def test_rows_are_found_by_what_a_return_tells(made: tuple[Ledger, Lease]) -> None:
    ledger, _ = made
    row = ledger.row(CAMPAIGN, "C0002")
    assert row
    assert ledger.by_message(row.message_id) == row
    assert ledger.by_message("<nothing@mail.example>") is None
    assert ledger.by_envelope("no token") is None
    assert ledger.by_envelope(row.message_id[1:21].upper())


def test_pausing(made: tuple[Ledger, Lease]) -> None:
    ledger, _ = made
    assert ledger.pause(CAMPAIGN, NOW, "op")
    assert not ledger.pause(CAMPAIGN, NOW, "op")
    assert ledger.is_paused(CAMPAIGN)
    assert ledger.campaigns()[0].paused
    assert ledger.resume(CAMPAIGN, LATER, "op")
    assert not ledger.is_paused(CAMPAIGN)
    assert [(line.after, line.by) for line in ledger.history(CAMPAIGN, "")] == [
        ("paused", "op"),
        ("resumed", "op"),
    ]


@contextmanager
def unchanged(ledger: Ledger) -> Iterator[None]:
    before = [ledger.history(CAMPAIGN, client) for client in ledger.clients(CAMPAIGN)]
    yield
    assert [ledger.history(CAMPAIGN, client) for client in ledger.clients(CAMPAIGN)] == before


def test_the_past_is_not_changed(made: tuple[Ledger, Lease]) -> None:
    """Not even by a statement of one's own."""
    import sqlalchemy

    from reporter.delivery.tables import deliveries, history

    ledger, lease = made
    ledger.claim(lease, "C0000", NOW)
    ledger.settle(lease, "C0000", TAKEN, NOW)
    for statement in (
        sqlalchemy.update(history).values(text="nothing"),
        sqlalchemy.delete(history),
        sqlalchemy.update(deliveries).values(state="queued"),
    ):
        with (
            unchanged(ledger),
            pytest.raises(DeliveryError, match="contradicts"),
            ledger._database.writing() as connection,
        ):
            connection.execute(statement)
    assert state(ledger, "C0000") is State.SENT


def test_an_outbox_is_opened_again(tmp_path: Path) -> None:
    with outbox(tmp_path) as (ledger, lease):
        ledger.claim(lease, "C0000", NOW)
    with opened(URL, tmp_path, must_exist=True) as ledger:
        assert state(ledger, "C0000") is State.SENDING


def wanted(*numbers: int, **against: str) -> Wanted:
    return Wanted({f"C{at:04}": "" for at in numbers} | against, "weekly")


def test_one_transaction_settles_claims_and_suppresses(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    ledger.suppress("Person1@Example.com", "*", "bounced", NOW, "op")
    ledger.suppress("person1@example.com", "weekly", "one click", NOW, "page")
    ledger.suppress("person2@example.com", "monthly", "one click", NOW, "page")
    assert ledger.go_on(lease, [], wanted(0, 1), NOW) == {"C0000"}
    settled = [Settled("C0000", TAKEN, LATER)]
    assert ledger.go_on(lease, settled, wanted(0, 1, 2), LATER) == {"C0002"}
    states = [state(ledger, f"C{at:04}") for at in range(3)]
    assert states == [State.SENT, State.SUPPRESSED, State.SENDING]
    assert ledger.history(CAMPAIGN, "C0001")[-1].text == "bounced"
    assert ledger.go_on(lease, [], wanted(), LATER) == frozenset()


def test_what_else_speaks_against_a_letter_suppresses_it(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    assert ledger.go_on(lease, [], wanted(1, C0000="forgotten"), NOW) == {"C0001"}
    assert ledger.history(CAMPAIGN, "C0000")[-1].text == "forgotten"


def test_one_that_cannot_be_settled_leaves_nothing_written(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    assert ledger.claim(lease, "C0000", NOW)
    both = [Settled("C0000", TAKEN, NOW), Settled("C0001", TAKEN, NOW)]
    with pytest.raises(DeliveryError, match="queued does not become sent"):
        ledger.go_on(lease, both, wanted(2), NOW)
    with pytest.raises(DeliveryError, match="no client 'nobody'"):
        ledger.go_on(lease, both[:1], wanted(2, nobody=""), NOW)
    with pytest.raises(ValueError, match="one step at a time"):
        ledger.go_on(lease, both[:1] * 2, wanted(2), NOW)
    assert state(ledger, "C0000") is State.SENDING
    assert state(ledger, "C0002") is State.QUEUED


def test_a_claim_given_back_was_no_attempt(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    assert ledger.claim(lease, "C0000", NOW)
    ledger.give_back(lease, "C0000", NOW)
    row = ledger.row(CAMPAIGN, "C0000")
    assert row
    assert (row.state, row.attempts) == (State.QUEUED, 0)
    with pytest.raises(DeliveryError):
        ledger.give_back(lease, "C0000", NOW)


def test_whoever_lost_the_lease_goes_on_with_nothing(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    assert ledger.claim(lease, "C0000", NOW)
    assert ledger.may_leave(lease, "person0@example.com", "weekly")
    ledger.suppress("person0@example.com", "weekly", "one click", NOW, "page")
    assert not ledger.may_leave(lease, "person0@example.com", "weekly")
    ledger.lease(CAMPAIGN, "another", NOW + timedelta(hours=1))
    with pytest.raises(DeliveryError, match="lost"):
        ledger.may_leave(lease, "person0@example.com", "weekly")
    with pytest.raises(DeliveryError, match="lost"):
        ledger.go_on(lease, [Settled("C0000", TAKEN, NOW)], wanted(1), NOW)
    assert state(ledger, "C0000") is State.SENDING


def test_what_waits_is_doubted_by_whoever_may_send(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    for client, answer in (("C0000", TAKEN), ("C0001", Answer(Verdict.FAILED, 550, "5.1.1", "no"))):
        ledger.claim(lease, client, NOW)
        ledger.settle(lease, client, answer, NOW)
    assert ledger.doubt(lease, LATER) == 2
    assert [state(ledger, f"C000{n}") for n in range(3)] == [
        State.SENT, State.UNCERTAIN, State.UNCERTAIN,
    ]  # fmt: skip
    assert [(one.after, one.time) for one in ledger.history(CAMPAIGN, "")] == [("doubted", LATER)]
    assert ledger.history(CAMPAIGN, "C0001")[-1].before == "failed"
    assert ledger.doubt(lease, LATER) == 0
    ledger.release(lease)
    with pytest.raises(DeliveryError, match="was lost"):
        ledger.doubt(lease, LATER)


def test_a_sender_counts_for_each_edition_and_never_back(made: tuple[Ledger, Lease]) -> None:
    ledger, lease = made
    other = ledger.lease("2026-01-22/weekly", "sender", NOW)
    assert [ledger.beat(lease), ledger.beat(lease), ledger.beat(other)] == [1, 2, 1]
    assert ledger.beat(lease, 7) == 8
    assert ledger.beat(lease, 3) == 9
    assert ledger.beats([CAMPAIGN, other.campaign, "no"]) == {
        CAMPAIGN: 9, other.campaign: 1, "no": 0,
    }  # fmt: skip
    ledger.release(lease)
    with pytest.raises(DeliveryError, match="was lost"):
        ledger.beat(lease)
