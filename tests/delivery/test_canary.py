"""No message holds anything of another client: everybody has words that nobody else has.

A soak has a thousand clients.
"""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from reporter.delivery.clients import opened
from tests.delivery import canaries, editions
from tests.delivery.posts import Posts
from tests.delivery.posts import posts as posts  # noqa: PLC0414  a fixture
from tests.killing import TRIALS

CLIENTS = 1000 if TRIALS > 10 else 60
THEIRS = 23  # somebody's number
QUOTES = {"^RUT": editions.FIGURES["^RUT"], **canaries.quotes(range(CLIENTS))}


def test_no_message_holds_anothers_words(posts: Posts) -> None:
    edition = editions.filed(posts.archive, editions.draft(slug="marked", facts=QUOTES), 10)
    posts.edition = edition
    path = posts.folder / "clients.csv"
    path.write_text(canaries.HEAD + "".join(map(canaries.row, range(CLIENTS))))
    posts.send(opened(str(path), posts.folder))
    took = posts.script.took
    assert [letter.address for letter in took] == list(map(canaries.address, range(CLIENTS)))
    for number, letter in enumerate(took):
        canaries.assert_his(letter.data, number)
    assert_opaque([letter.message_id for letter in took], [letter.data for letter in took])
    with pytest.raises(AssertionError):
        canaries.assert_his(took[1].data, 0)


def assert_opaque(ids: list[str], messages: list[bytes]) -> None:
    """A message is named by its own token, and no other's stands in it."""
    tokens = [one.strip("<").partition("@")[0].encode() for one in ids]
    assert len(set(tokens)) == len(tokens)
    whole = b"\0".join(messages)
    for token, data in zip(tokens, messages, strict=True):
        assert whole.count(token) == data.count(token) > 0


# --- the canaries sing ----------------------------------------------------------------------------


def his(number: int = 0) -> EmailMessage:
    """A message with all words of a client."""
    message = EmailMessage(policy=SMTP)
    message["To"] = f"Name {canaries.word('name', number)} <{canaries.address(number)}>"
    rest = " ".join(canaries.word(one, number) for one in ("note", "disc", "hold", "watch"))
    message.set_content(rest)
    message.add_alternative(f"<p>{rest}</p>", subtype="html", cte="quoted-printable")
    return message


FOREIGN = canaries.word("note", THEIRS)
SMUGGLED: dict[str, Callable[[EmailMessage], object]] = {
    "a header": lambda one: one.add_header("Reply-To", canaries.address(THEIRS)),
    "an encoded header": lambda one: one.add_header("Subject", f"Für {FOREIGN}"),
    "base64": lambda one: one.add_attachment(FOREIGN.encode(), maintype="a", subtype="b"),
    "an attachment's name": lambda one: one.add_attachment("x", filename=f"{FOREIGN}.txt"),
    "a folded line": lambda one: one.add_attachment("x" * 70 + FOREIGN, cte="quoted-printable"),
    "capitals": lambda one: one.add_attachment(FOREIGN.upper()),
}


@pytest.mark.parametrize("place", SMUGGLED)
def test_a_word_of_somebody_else_is_found_wherever_it_stands(place: str) -> None:
    message = his()
    canaries.assert_his(message.as_bytes(), 0)
    SMUGGLED[place](message)
    with pytest.raises(AssertionError):
        canaries.assert_his(message.as_bytes(), 0)


@pytest.mark.parametrize("field", sorted(canaries.FIELDS))
def test_a_word_that_is_missing_is_missed(field: str) -> None:
    data = his().as_bytes().replace(canaries.word(field, 0).encode(), b"")
    with pytest.raises(AssertionError):
        canaries.assert_his(data, 0)
