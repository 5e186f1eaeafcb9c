"""A client's message: his and nobody else's, as mail programs and servers want it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive.base import Archive
from reporter.archive.clients import Keys
from reporter.archive.enclosures import enclose, had, known_client
from reporter.archive.retention import chronicle
from reporter.delivered import Recipient
from reporter.delivery import tokens
from reporter.delivery.settings import Sender, Unsubscribing
from reporter.delivery.stationery import Stationery, stationery
from reporter.errors import DeliveryError
from tests import archives
from tests.delivery import editions
from tests.delivery.letters import (
    ANN,
    KEY,
    MORNING,
    client,
    composed,
    read,
    secrets,
    sent,
    stationed,
    words,
)
from tests.delivery.letters import paper as paper  # noqa: PLC0414  a fixture

SIGNS = "a é=?_<>\"'\\\r\n\t\0\u2028\u202e{}%;:,@.F\u2013\U0001d4b3\ud800"
HOSTILE = st.text(st.sampled_from(SIGNS), max_size=90)
TRICKS = (
    "Ann\r\nBcc: eve@evil.test", "=?utf-8?q?Eve?=", "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}", "Meier, Ann (Zürich)", 'A "quoted" \\ name', "x" * 300, "",
    "Ж" * 120, "--=_mixed_", ".", "From here", "[words](https://evil.test/)",
)  # fmt: skip


# --- the wire -----------------------------------------------------------------------------------


def test_its_structure_is_what_readers_expect(paper: Stationery) -> None:
    found = sent(paper)
    kinds = [one.get_content_type() for one in found.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/related", "multipart/alternative", "text/plain", "text/html",
        "image/png", "image/png", "application/pdf",
    ]  # fmt: skip
    html = words(found, "html")
    pictures = {
        str(one["Content-ID"]).strip("<>"): one for one in found.walk() if one["Content-ID"]
    }
    assert re.findall(r'src="([^"]*)"', html) == [f"cid:{one}" for one in pictures]
    assert set(pictures) == {"lead@house.example", "strength@house.example"}
    assert pictures["lead@house.example"].get_content() == editions.picture()
    assert "slot:" not in html
    assert "[[" not in words(found)


def test_its_headers_are_those_of_a_bulk_message_that_can_be_ended(paper: Stationery) -> None:
    message = composed(paper)
    found = read(message.letter.data)
    assert found["Subject"] == editions.HEADLINE
    assert found["From"].addresses[0].addr_spec == "research@house.example"
    assert found["To"].addresses[0].addr_spec == "ann@client.test"
    assert found["To"].addresses[0].display_name == "Ann Meier"
    assert found["Message-ID"] == message.letter.message_id
    assert found["List-Id"] == "<weekly.house.example>"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsedate_to_datetime(found["Date"]) == MORNING
    link = str(found["List-Unsubscribe"]).strip("<>")
    assert link.startswith("https://house.example/u/")
    assert tokens.read(KEY, link.rpartition("/")[2]) == (client().handle, "weekly")
    assert link in words(found)
    assert link in words(found, "html")
    assert message.letter.envelope == f"bounces+{message.letter.message_id[1:21]}@house.example"


def test_on_the_wire_the_way_out_is_whole(paper: Stationery) -> None:
    """No encoded word, nothing folded within an address, however long it is (RFC 8058)."""
    url = "https://house.example/" + "u" * 200 + "/"
    out = Unsubscribing(url, "stop+brief@house.example")
    data = composed(replace(paper, settings=replace(paper.settings, unsubscribing=out))).letter.data
    head = data.partition(b"\r\n\r\n")[0]
    (line,) = re.findall(rb"(?m)^List-Unsubscribe: ((?:.|\r\n[ \t])*)\r\n", head)
    assert re.fullmatch(
        rb"<https://house\.example/u{200}/([\w-]+)>,\r\n "
        rb"<mailto:stop\+brief@house\.example\?subject=\1>", line
    )  # fmt: skip
    assert head.count(b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") == 1


def test_every_line_passes_any_server(paper: Stationery) -> None:
    note = "From here on.\n.\n" + "long " * 300 + "x" * 2000 + "\ntrailing \n=20 \u2013 é"
    data = composed(paper, replace(ANN, name="Jürg", note=note), secrets(signed=True)).letter.data
    assert data.isascii()
    assert data.endswith(b"--\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")
    for line in data.split(b"\r\n"):
        assert len(line) <= 200 if line.startswith(b"List-Unsubscribe:") else len(line) <= 78
        assert not line.startswith((b"From ", b"."))
        assert line == line.rstrip()
    found = words(read(data))
    assert "\nFrom here on.\n" in found
    assert "\n.\n" in found
    assert "x" * 2000 in found


def test_same_client_same_bytes(paper: Stationery) -> None:
    known = secrets(signed=True)
    one, other = (composed(paper, ANN, known) for _ in range(2))
    assert one == other
    again = composed(paper, ANN, known, group="2")
    assert again.letter.message_id != one.letter.message_id
    assert (one.file, again.file) == ("message.eml", "message-2.eml")
    later = composed(paper, ANN, known, date=MORNING + timedelta(hours=1))
    assert later.letter.message_id == one.letter.message_id
    campaign = composed(paper, ANN, known, campaign="2026-01-15/other")
    assert campaign.letter.message_id != one.letter.message_id


@given(name=HOSTILE | st.sampled_from(TRICKS), note=HOSTILE | st.sampled_from(TRICKS))
def test_what_others_wrote_stays_words(name: str, note: str) -> None:
    paper = stationed()
    whose = replace(ANN, name=name, note=note, disclosures=(note,), language=name)
    data = composed(paper, whose).letter.data
    plain = read(composed(paper).letter.data)
    found = read(data)
    assert data.isascii()
    assert found.keys() == plain.keys()
    assert [one.get_content_type() for one in found.walk()] == [
        one.get_content_type() for one in plain.walk()
    ]
    assert [one.addr_spec for one in found["To"].addresses] == ["ann@client.test"]
    assert found["Subject"] == plain["Subject"]
    elements = _Elements(words(found, "html"))
    assert elements <= _Elements(words(plain, "html")) | {"br"}


@given(headline=HOSTILE | st.sampled_from(TRICKS), house=HOSTILE | st.sampled_from(TRICKS))
def test_names_and_headlines_come_back_as_they_were(headline: str, house: str) -> None:
    paper = stationed()
    sender = Sender(house, "research@house.example", "bounces@house.example")
    settings = replace(paper.settings, sender=sender)
    data = composed(replace(paper, subject=headline, settings=settings),
                    replace(ANN, name=headline)).letter.data  # fmt: skip
    found = read(data)
    assert found["Subject"] == _shown(headline)
    assert _name(data, "To") == _shown(headline)
    assert _name(data, "From") == _shown(house)
    assert found["From"].addresses[0].addr_spec == "research@house.example"


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)


def _name(data: bytes, header: str) -> str:
    """The name in a header; the library's newer parser puts blanks between encoded words."""
    found = str(message_from_bytes(data)[header])
    shown = found.rpartition(" ")[0].strip()
    if shown.startswith('"'):
        return parseaddr(found)[0]
    return str(make_header(decode_header(shown)))


class _Elements(HTMLParser, set):  # type: ignore[type-arg]
    """The names of a page's elements."""

    def __init__(self, page: str) -> None:
        HTMLParser.__init__(self)
        set.__init__(self)
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not [one for one, _ in attrs if one.startswith("on")]
        self.add(tag)


def test_an_address_beyond_ascii_stands_as_it_is(paper: Stationery) -> None:
    data = composed(paper, replace(ANN, address="jürg@bücher.test")).letter.data
    assert "To: Ann Meier <jürg@xn--bcher-kva.test>\r\n".encode() in data
    assert data.replace("jürg".encode(), b"").isascii()
    assert composed(paper, replace(ANN, address="jurg@bücher.test")).letter.data.isascii()


def test_who_has_no_address_is_named_by_his_id(paper: Stationery) -> None:
    with pytest.raises(DeliveryError, match="'c-17' has no address") as raised:
        composed(paper, replace(ANN, address="ann@client.test>\r\nBcc: x@y.test"))
    assert "client.test" not in str(raised.value)


# --- nobody else's ------------------------------------------------------------------------------


def test_no_message_holds_anything_of_another_client(paper: Stationery) -> None:
    def whose(number: int) -> Recipient:
        mark = f"mark{number:04}x"
        return replace(ANN, id=f"id-{mark}", name=f"Name {mark}", address=f"{mark}@client.test",
                       note=f"Note {mark}", disclosures=(f"Told {mark}",),
                       holdings=(mark, "^RUT"), watched=(mark,),
                       language=("en", "de")[number % 2])  # fmt: skip

    for number in range(200):
        message = composed(paper, whose(number))
        found = read(message.letter.data)
        told = message.letter.data.decode() + words(found) + words(found, "html")
        assert set(re.findall(r"mark\d{4}x", told)) == {f"mark{number:04}x"}
        assert f"id-mark{number:04}x" not in told


def test_the_archive_keeps_what_messages_share_once(tmp_path: Path) -> None:
    made, edition = editions.archive(tmp_path)
    paper = stationery(made, edition, editions.settings(tmp_path))
    keys, ids = Keys(tmp_path / "keys"), [f"c-{number}" for number in range(20)]
    keys.open()
    known = keys.made(ids)
    letters = {one: composed(paper, replace(ANN, id=one)) for one in ids}
    assert letters["c-1"].sha256 != letters["c-2"].sha256
    before = _size(made)
    enclose(made, keys, archives.hand(9), edition,
            [(one, letters[one].file, letters[one].letter.data) for one in ids],
            paper.shared)  # fmt: skip
    whole = sum(len(one.letter.data) for one in letters.values())
    assert _size(made) - before < whole / 3
    (kept,) = had(made, known_client(made, keys, "c-7"), chronicle(made.entries()))
    assert kept.data == letters["c-7"].letter.data
    assert known


def _size(made: Archive) -> int:
    return sum(path.stat().st_size for path in made.folder.rglob("*") if path.is_file())
