"""Clients who can be told apart in any bytes: each of their fields holds a word of their own.

A word is a client's number and a field's name, `q00017qnote`; the names of two instruments, one
held and one watched, are such words too, so that a table of holdings tells whose it is.
"""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

WORD = re.compile(rb"q(\d{5})q(name|mail|note|disc|hold|watch)")
FIELDS = frozenset({"name", "mail", "note", "disc", "hold", "watch"})
HEAD = "id,name,address,audience,jurisdiction,holdings,watch,disclosures,note\n"


def word(field: str, number: int) -> str:
    """A client's word in a field."""
    return f"q{number:05}q{field}"


def address(number: int) -> str:
    """A client's address."""
    return f"{word('mail', number)}@example.com"


def row(number: int, readers: str = "professional,CH", more: str = "") -> str:
    """A client's line; `readers` are his audience and jurisdiction, `more` his other holdings."""
    return (
        f"C{number:05},Name {word('name', number)},{address(number)},{readers},"
        f"H{number:05}{more},W{number:05},We hold {word('disc', number)}.,"
        f"For {word('note', number)} alone\n"
    )


def quotes(numbers: range) -> dict[str, tuple[str, str, str]]:
    """What a brief says of the clients' instruments: name, level, change."""
    return {
        f"{field[0].upper()}{number:05}": (f"Fund {word(field, number)}", "1,234.50", "6.4%")
        for number in numbers
        for field in ("hold", "watch")
    }


def words(data: bytes) -> set[tuple[str, int]]:
    """The words in a message, whose field and number they are: as sent and decoded, every part."""
    message: EmailMessage = BytesParser(policy=default).parsebytes(data)
    leaves = (part.get_payload(decode=True) for part in message.walk())
    heads = (f"{name}: {value}".encode() for part in message.walk() for name, value in part.items())
    told = b"\n".join([data, *heads, *(leaf for leaf in leaves if isinstance(leaf, bytes))])
    return {(field.decode(), int(number)) for number, field in WORD.findall(told.lower())}


def assert_his(data: bytes, number: int, fields: frozenset[str] = FIELDS) -> None:
    """See that a message holds a client's words, all of them, and nobody else's."""
    assert words(data) == {(field, number) for field in fields}
