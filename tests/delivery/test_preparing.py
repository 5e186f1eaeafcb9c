"""Who gets which edition, corrections, and rehearsals that touch neither archive nor outbox."""

from __future__ import annotations

import re
from dataclasses import replace
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest

from reporter.delivered import Answer, Letter, State
from reporter.delivery import returned, tokens
from reporter.delivery.addresses import ENVELOPE
from reporter.delivery.campaign import Order
from reporter.delivery.rehearsal import Rehearsal
from reporter.errors import DeliveryError, OutputError, SpecError
from tests.delivery import editions
from tests.delivery.posts import GERMAN, HALT, KEY, LOST, NOON, TAKEN, Posts, german, ids, row
from tests.delivery.posts import posts as posts  # noqa: PLC0414  a fixture


def rehearsal(posts: Posts, count: int = 3) -> Rehearsal:
    return Rehearsal(posts.house, Order(posts.edition), posts.many(count))


def test_a_variant_goes_to_those_it_is_for(posts: Posts) -> None:
    variant = german(posts)
    roll = posts.clients(row(0), row(1, language="de"), row(2))
    posts.send(roll)
    sent = {letter.client: letter.edition for letter in posts.script.took}
    assert sent == {"C0000": posts.edition, "C0001": variant, "C0002": posts.edition}
    assert set(posts.states()) == set(ids(3))
    assert posts.send(roll).sent == 0


def test_a_variant_that_is_not_there_leaves_its_readers_out(posts: Posts) -> None:
    posts.settings = replace(posts.settings, variants=GERMAN)
    outcome = posts.send(posts.clients(row(0), row(1, language="de")))
    assert posts.script.clients == ["C0000"]
    assert [one.why for one in outcome.shares.left_out] == ["missing"]
    assert "the variant weekly-de goes to nobody" in posts.said[0]


def test_what_the_server_takes_decides_who_gets_the_pdf(posts: Posts) -> None:
    posts.send(posts.many(1))
    (whole,) = posts.script.took
    posts.script.limit = len(whole.data) - 1
    posts.send(posts.many(2))
    small = posts.script.took[1]
    assert len(small.data) <= posts.script.limit
    message = BytesParser(policy=default).parsebytes(small.data)
    assert "application/pdf" not in [part.get_content_type() for part in message.walk()]
    text = message.get_body(("plain",))
    assert text is not None
    assert "too large" in text.get_content()


def test_a_segment_and_allowed_domains(posts: Posts) -> None:
    posts.settings = replace(posts.settings, allowed=("example.com",))
    roll = posts.clients(
        row(0, segments="gold"), row(1), row(2, "example.org", segments="gold; new")
    )
    outcome = posts.send(roll, segment="gold")
    assert posts.script.clients == ["C0000"]
    assert [(o.client, o.why) for o in outcome.shares.left_out] == [
        ("C0001", "segment"), ("C0002", "domain"),
    ]  # fmt: skip


def test_a_correction_goes_to_those_who_had_the_old_one(posts: Posts) -> None:
    old = posts.edition

    def answer(letter: Letter) -> Answer:
        return LOST if letter.client == "C0001" else TAKEN

    posts.script.answer = answer
    posts.send(posts.many(4))
    with posts.outbox() as book:
        book.suppress("person2@example.com", "weekly", "one click", NOON, "page")
    posts.edition = editions.filed(posts.archive, editions.draft(), 61, corrects=old)
    posts.time.passed += 120
    posts.script.took.clear()
    posts.script.answer = lambda _: TAKEN
    outcome = posts.send(posts.many(6), corrects=old)
    assert posts.script.clients == ["C0000", "C0003"]
    assert [(one.client, one.reason[:8]) for one in outcome.shares.left_out] == [
        ("C0001", "may have"), ("C0004", "was not "), ("C0005", "was not "),
    ]  # fmt: skip
    assert posts.states()["C0002"] is State.SUPPRESSED
    message = BytesParser(policy=default).parsebytes(posts.script.took[0].data)
    assert str(message["Subject"]).startswith("Correction: ")


def test_a_correction_of_something_else_is_refused(posts: Posts) -> None:
    with pytest.raises(DeliveryError, match="is no correction"):
        posts.send(posts.many(1), corrects=posts.edition)


def test_a_dry_run_writes_what_would_be_sent_and_nothing_else(posts: Posts) -> None:
    before = len(posts.archive.entries())
    folder = posts.folder / "mail"
    shares = rehearsal(posts).to_folder(folder)
    assert shares.total == 3
    assert sorted(path.name for path in folder.iterdir()) == [f"{one}.eml" for one in ids(3)]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in folder.iterdir())
    message = BytesParser(policy=default).parsebytes((folder / "C0001.eml").read_bytes())
    assert "person1@example.com" in str(message["To"])
    link = str(message["List-Unsubscribe"]).strip("<>").rpartition("/")[2].partition(">")[0]
    with pytest.raises(tokens.ForgedError):
        tokens.read(KEY, link)
    assert len(posts.archive.entries()) == before
    assert not list((posts.archive.folder / "private").glob("**/*.key"))
    assert posts.states() == {}
    assert not posts.script.asked
    rehearsal(posts, 2).to_folder(folder)  # what an earlier one wrote is replaced
    assert len(list(folder.iterdir())) == 2


def test_a_dry_run_replaces_nothing_of_somebody_else(posts: Posts, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="other things"):
        rehearsal(posts).to_folder(tmp_path)


def test_samples_go_to_one_address_and_unsubscribe_nobody(posts: Posts) -> None:
    assert rehearsal(posts, 5).to_address("editor@house.example", 2) == 2
    assert [letter.address for letter in posts.script.took] == ["editor@house.example"] * 2
    message = BytesParser(policy=default).parsebytes(posts.script.took[0].data)
    assert str(message["Subject"]).startswith("[Sample] ")
    assert "example.com" not in str(message["To"])
    link = str(message["List-Unsubscribe"]).strip("<>").rpartition("/")[2].partition(">")[0]
    with pytest.raises(tokens.ForgedError):
        tokens.read(KEY, link)  # the page answers that it is none
    handle, _ = tokens.read(tokens.TRIAL, link)
    assert posts.house.keys.client("C0000") is None
    assert posts.states() == {}
    posts.send(posts.many(5))
    with posts.outbox() as book:
        assert not book.by_handle(handle)


def test_samples_go_where_mail_may_go(posts: Posts) -> None:
    with pytest.raises(SpecError):
        rehearsal(posts).to_address("nobody", 1)
    posts.settings = replace(posts.settings, allowed=("house.example",))
    with pytest.raises(SpecError, match="no domain that mail may go to"):
        rehearsal(posts).to_address("editor@elsewhere.example", 1)
    posts.settings = replace(posts.settings, allowed=())
    posts.script.answer = lambda _: HALT
    with pytest.raises(DeliveryError, match="a sample was not taken"):
        rehearsal(posts).to_address("editor@house.example", 1)


def test_what_comes_back_to_a_letter_s_sender_tells_which_it_was(posts: Posts) -> None:
    """Composed, sent, kept in the outbox and read from a return: one address, one token."""
    posts.send(posts.many(1))
    [letter] = posts.script.took
    assert re.fullmatch(r"bounces\+[0-9a-f]{20}@house\.example", letter.envelope)
    back = f"To: {letter.envelope}\nX-Failed-Recipients: {letter.address}\n\nno\n".encode()
    [token] = returned.read(back)[0].envelopes
    with posts.outbox() as book:
        found = book.by_envelope(token)
    assert found
    assert (found.client, len(token)) == ("C0000", ENVELOPE)
