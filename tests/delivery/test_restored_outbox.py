"""An outbox put back from an older copy passes for itself; what left since must not leave again.

Judged by what the channel took, not by what any outbox says.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reporter.archive import outboxes
from reporter.archive.verify import verify
from reporter.delivered import Answer, Letter, State, Verdict
from reporter.delivery import doubting, reconciling
from reporter.delivery.clearance import OUTBOX, Allowance
from reporter.delivery.clients import Roll
from reporter.delivery.doubting import Doubted
from reporter.delivery.ledger import Ledger
from reporter.errors import ArchiveError, DeliveryError
from reporter.filed import Act
from tests.delivery import editions
from tests.delivery.posts import GONE, LATER, LOST, TAKEN, Posts, ids, row
from tests.delivery.posts import posts as posts  # noqa: PLC0414  a fixture

WHY = Allowance(frozenset({OUTBOX}), "The disk of the newer one burnt.")
TOO_LARGE = Answer(Verdict.FAILED, 552, "5.3.4", "too large")
OLDER = "is an older copy of itself"


def copied(posts: Posts, name: str = "backup") -> None:
    """A copy of the outbox, as a backup makes it, even while somebody sends."""
    copy = posts.folder / f"{name}.sqlite"
    with (
        closing(sqlite3.connect(posts.folder / "outbox.sqlite")) as here,
        closing(sqlite3.connect(copy)) as there,
    ):
        here.backup(there)


def put_back(posts: Posts, name: str = "backup") -> None:
    for path in posts.folder.glob("outbox.sqlite*"):
        path.unlink()
    shutil.copy(posts.folder / f"{name}.sqlite", posts.folder / "outbox.sqlite")


def answering(posts: Posts, answer: Answer, *clients: str, other: Answer = TAKEN) -> None:
    posts.script.answer = lambda letter: answer if letter.client in clients else other


def doubt(posts: Posts, roll: Roll, edition: str = "") -> Doubted:
    house = posts.house
    with posts.outbox() as book:
        return doubting.doubt(
            book, house.archive, house.keys, edition or posts.edition, roll.recipients(),
            house.clock, "jane",
        )  # fmt: skip


def reconcile(posts: Posts, edition: str = "") -> reconciling.Settled:
    """By what the channel took, which somebody calls complete."""
    hand = reconciling.Hand("jane", posts.time.now())
    taken = [letter.message_id for letter in posts.script.took]
    trust = reconciling.Trust(complete=True)
    with posts.outbox() as book:
        return reconciling.by_copies(book, edition or posts.edition, taken, hand, trust)


def each_has_one(posts: Posts, count: int) -> None:
    assert Counter(posts.script.clients) == Counter(ids(count))


def refused(posts: Posts, roll: Roll) -> str:
    """Send, which must be refused, and refused again; nothing was handed over."""
    before, told = len(posts.script.asked), ""
    for _ in range(3):
        posts.time.passed += 3600
        with pytest.raises(DeliveryError, match=OLDER) as found:
            posts.send(roll)
        told = str(found.value)
    assert len(posts.script.asked) == before
    return told


def test_what_left_since_the_backup_does_not_leave_again(posts: Posts) -> None:
    roll = posts.many(8)
    answering(posts, TOO_LARGE, "C0007", other=LATER)
    posts.send(roll)  # seven wait, one failed
    copied(posts)
    posts.time.passed += 3600
    answering(posts, LATER, "C0005", "C0006")
    posts.send(roll)  # five are taken
    with posts.outbox() as book:
        book.retry(posts.edition, {State.FAILED}, posts.time.now(), "jane")
    answering(posts, LATER, "C0005", "C0006")
    posts.send(roll)  # and the one that had failed
    assert len(posts.script.took) == 6
    put_back(posts)
    told = refused(posts, roll)
    assert f"reporter outbox doubt {posts.edition}" in told
    assert "--override outbox --reason" in told
    assert doubt(posts, roll) == Doubted(8, 0)
    posts.script.answer = lambda _: TAKEN
    posts.send(roll)
    assert len(posts.script.took) == 6  # what is uncertain leaves by no send
    settled = reconcile(posts)
    assert (len(settled.sent), sorted(settled.again)) == (6, ["C0005", "C0006"])
    posts.send(roll)
    each_has_one(posts, 8)
    assert set(posts.states().values()) == {State.SENT}
    assert not verify(posts.archive).findings


def test_letters_that_the_backup_has_no_row_for_are_doubted_too(posts: Posts) -> None:
    answering(posts, LATER, other=LATER)
    posts.send(posts.many(2))
    copied(posts)
    posts.time.passed += 3600
    answering(posts, LATER, "C0004")
    posts.send(posts.many(5))  # three of them new
    put_back(posts)
    roll = posts.many(6)  # and one newer still
    refused(posts, roll)
    assert doubt(posts, roll) == Doubted(5, 3)
    assert sorted(posts.states()) == ids(5)
    assert reconcile(posts).again == ("C0004",)
    posts.script.answer = lambda _: TAKEN
    posts.send(roll)
    each_has_one(posts, 6)


def test_an_edition_that_the_backup_does_not_know_at_all(posts: Posts) -> None:
    roll = posts.many(3)
    posts.send(roll)
    copied(posts)
    weekly, posts.edition = posts.edition, editions.filed(
        posts.archive, editions.draft(slug="daily"), 61
    )  # fmt: skip
    answering(posts, LATER, "C0002")
    posts.send(roll)
    daily, posts.edition = posts.edition, weekly
    put_back(posts)
    assert daily in refused(posts, roll)  # whatever is to be sent
    posts.edition = daily
    with pytest.raises(DeliveryError, match="knows nothing of it"):
        posts.send(roll)
    assert doubt(posts, roll) == Doubted(3, 3)
    assert reconcile(posts).again == ("C0002",)
    posts.script.answer = lambda _: TAKEN
    posts.send(roll)
    assert Counter(posts.script.clients) == Counter([*ids(3), *ids(3)])
    posts.edition = weekly
    posts.send(roll)
    assert len(posts.script.took) == 6


def test_a_copy_that_was_made_while_somebody_sent_is_older_too(posts: Posts) -> None:
    def answer(letter: Letter) -> Answer:
        if letter.client == "C0003":
            copied(posts)
        return TAKEN

    posts.script.answer = answer
    roll = posts.many(8)
    posts.send(roll)
    put_back(posts)
    refused(posts, roll)
    doubt(posts, roll)
    assert not reconcile(posts).again
    posts.send(roll)
    each_has_one(posts, 8)


def test_a_sender_that_was_killed_is_no_older_copy_but_what_is_older_than_it_is(
    posts: Posts,
) -> None:
    """The disk as it is when he dies: nothing was noted at his end."""
    kept = posts.house.keys.folder.parent / "outboxes"
    remembered: list[tuple[Path, bytes]] = []

    def answer(letter: Letter) -> Answer:
        posts.time.passed += 2
        if letter.client == "C0002":
            copied(posts, "older")
        if letter.client == "C0030":
            [known] = kept.glob("*.json")  # first: the sender notes it in the outbox first
            remembered.append((known, known.read_bytes()))
            copied(posts)
        return TAKEN if letter.client <= "C0030" else LATER

    posts.script.answer = answer
    roll = posts.many(40)
    posts.send(roll)
    remembered[0][0].write_bytes(remembered[0][1])
    posts.script.answer = lambda _: TAKEN
    put_back(posts, "older")
    refused(posts, roll)
    put_back(posts)
    posts.time.passed += 3600
    posts.send(roll)
    assert max(Counter(posts.script.clients).values()) == 1
    assert State.UNCERTAIN in posts.states().values()
    reconcile(posts)
    posts.send(roll)
    each_has_one(posts, 40)


def test_a_first_run_and_lost_memories_stand_in_nobodys_way(posts: Posts) -> None:
    posts.send(posts.many(2))
    kept = posts.house.keys.folder.parent / "outboxes"
    assert [one.suffix for one in kept.iterdir()] == [".json"]
    assert kept.stat().st_mode & 0o077 == 0
    assert "C0000" not in next(kept.iterdir()).read_text(encoding="utf-8")
    shutil.rmtree(kept)
    posts.send(posts.many(3))
    each_has_one(posts, 3)


def test_a_memory_that_cannot_be_read_is_said(posts: Posts) -> None:
    posts.send(posts.many(2))
    kept = posts.house.keys.folder.parent / "outboxes"
    next(kept.iterdir()).write_text("[]", encoding="utf-8")
    with pytest.raises(ArchiveError, match="remembered of the outbox cannot be read"):
        posts.send(posts.many(3))
    each_has_one(posts, 2)


def test_set_aside_it_is_sent_from_and_the_log_says_so(posts: Posts) -> None:
    roll = posts.many(2)
    answering(posts, LATER, other=LATER)
    posts.send(roll)
    copied(posts)
    posts.send(roll)
    put_back(posts)
    posts.script.answer = lambda _: TAKEN
    posts.time.passed += 3600
    posts.send(roll, allowed=WHY)
    told = [one for one in posts.archive.entries() if one.act is Act.OVERRIDDEN]
    assert [dict(one.details)["reason"] for one in told] == [WHY.reason]
    posts.send(posts.many(3))  # without a word: this one goes on by now
    each_has_one(posts, 3)


def test_doubt_is_refused_while_somebody_sends(posts: Posts) -> None:
    posts.send(posts.many(2))
    with posts.outbox() as book:
        lease = book.lease(posts.edition, "sender", posts.time.now())
        with pytest.raises(DeliveryError, match="somebody else is sending"):
            doubt(posts, posts.many(2))
        book.release(lease)


def test_a_doubt_that_was_cut_short_is_doubted_again(
    posts: Posts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the letters that it entered and the doubt: they wait, and must not leave."""
    posts.send(posts.many(1))
    copied(posts)
    posts.send(posts.many(3))
    put_back(posts)
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "doubt", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            doubt(posts, posts.many(3))
    assert list(posts.states().values()).count(State.QUEUED) == 2
    refused(posts, posts.many(3))
    doubt(posts, posts.many(3))
    assert not reconcile(posts).again
    posts.send(posts.many(3))
    each_has_one(posts, 3)


def test_a_newer_letter_than_the_row_of_the_backup_is_the_doubtful_one(posts: Posts) -> None:
    """His address was wrong when the backup was made, and right when the letter left."""
    answering(posts, GONE, "C0001")
    posts.send(posts.many(2))
    copied(posts)
    moved = posts.clients(row(0), row(1, "elsewhere.example"))
    posts.time.passed += 3600
    posts.script.answer = lambda _: TAKEN
    posts.send(moved)
    put_back(posts)
    refused(posts, moved)
    assert doubt(posts, moved) == Doubted(1, 1)
    assert reconcile(posts).sent == ("C0001",)
    posts.send(moved)
    each_has_one(posts, 2)


def test_who_was_not_on_the_list_when_it_was_doubted_is_sent_nothing(posts: Posts) -> None:
    posts.send(posts.many(1))
    copied(posts)
    posts.send(posts.many(3))
    put_back(posts)
    posts.time.passed += 3600
    doubt(posts, posts.many(2))
    with pytest.raises(DeliveryError, match="'C0002' has a letter that the outbox lost"):
        posts.send(posts.many(3))
    doubt(posts, posts.many(3))
    reconcile(posts)
    posts.send(posts.many(3))
    each_has_one(posts, 3)


def test_what_was_doubted_is_settled_by_no_log_that_ends_before_the_doubt(posts: Posts) -> None:
    """Its attempt, if there was one, may have been made up to then."""
    roll = posts.many(2)
    answering(posts, LATER, other=LATER)
    begun = posts.time.now()
    posts.send(roll)
    copied(posts)
    posts.time.passed += 7200
    put_back(posts)
    doubt(posts, roll)
    log = posts.folder / "mail.log"

    def settled(until: timedelta) -> reconciling.Settled:
        lines = (begun - timedelta(hours=1), begun + timedelta(hours=1), posts.time.now() + until)
        log.write_text("".join(
            f"{at:%Y-%m-%dT%H:%M:%S.%f}+00:00 host postfix/qmgr[1]: 4F1A2: removed\n"
            for at in lines
        ), encoding="utf-8")  # fmt: skip
        hand = reconciling.Hand("jane", posts.time.now() + timedelta(days=1))
        with posts.outbox() as book:
            return reconciling.by_log(book, posts.edition, [log], hand)

    assert len(settled(-timedelta(minutes=30)).left) == 2
    assert len(settled(timedelta(minutes=11)).again) == 2


def test_what_was_uncertain_before_is_doubted_up_to_the_same_moment(posts: Posts) -> None:
    """The outbox that was lost may have settled and sent it."""
    roll = posts.many(1)
    posts.script.answer = lambda _: LOST
    posts.send(roll)
    copied(posts)
    assert reconcile(posts).again == ("C0000",)
    posts.script.answer = lambda _: TAKEN
    posts.time.passed += 3600
    posts.send(roll)
    put_back(posts)
    refused(posts, roll)
    assert doubt(posts, roll) == Doubted(0, 0)
    with posts.outbox() as book:
        [one] = book.rows(posts.edition)
        until = reconciling._tried(book, one, doubting.doubted(book, posts.edition))[1]
    assert until == posts.time.now()
    assert reconcile(posts).sent == ("C0000",)
    posts.send(roll)
    each_has_one(posts, 1)


def test_another_outbox_has_memories_of_its_own(posts: Posts) -> None:
    posts.send(posts.many(1))
    second = replace(posts, settings=replace(posts.settings, outbox="sqlite:///second.sqlite"))
    second.send(second.many(2), allowed=WHY)
    assert len(list((posts.house.keys.folder.parent / "outboxes").iterdir())) == 2
    assert len(outboxes.known(posts.archive.entries())) == 2


def test_without_any_backup_a_new_outbox_learns_from_the_archive_what_is_doubtful(
    posts: Posts,
) -> None:
    answering(posts, LATER, "C0002")
    posts.send(posts.many(3))
    posts.settings = replace(posts.settings, outbox="sqlite:///new.sqlite")
    posts.script.answer = lambda _: TAKEN
    roll = posts.many(4)
    assert doubt(posts, roll) == Doubted(3, 3)
    assert reconcile(posts).again == ("C0002",)
    with pytest.raises(DeliveryError, match="prepared with another outbox"):
        posts.send(roll)
    posts.send(roll, allowed=WHY)
    each_has_one(posts, 4)
