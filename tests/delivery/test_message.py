"""A client's message: his and nobody else's, as mail programs and servers want it."""

from __future__ import annotations

import io
import re
import tempfile
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr, parsedate_to_datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from reporter.archive.base import Archive
from reporter.archive.clients import Keys
from reporter.archive.enclosures import enclose, had, known_client
from reporter.archive.retention import chronicle
from reporter.delivered import Form, Recipient
from reporter.delivery import tokens
from reporter.delivery.holdings import quotes
from reporter.delivery.message import MOST_BEFORE, MOST_HTML
from reporter.delivery.settings import Sender, Unsubscribing
from reporter.delivery.stationery import PDF, Stationery, file_name, stationery
from reporter.errors import DeliveryError
from tests import archives
from tests.delivery import editions
from tests.delivery.letters import (
    ANN,
    KEY,
    MORNING,
    client,
    composed,
    files,
    read,
    secrets,
    sent,
    words,
)

SIGNS = "a é=?_<>\"'\\\r\n\t\0\u2028\u202e{}%;:,@.F\u2013\U0001d4b3\ud800"
HOSTILE = st.text(st.sampled_from(SIGNS), max_size=90)
TRICKS = (
    "Ann\r\nBcc: eve@evil.test", "=?utf-8?q?Eve?=", "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}", "Meier, Ann (Zürich)", 'A "quoted" \\ name', "x" * 300, "",
    "Ж" * 120, "--=_mixed_", ".", "From here", "[words](https://evil.test/)",
)  # fmt: skip


@cache
def _paper() -> Stationery:
    with tempfile.TemporaryDirectory() as folder:
        made, edition = editions.archive(Path(folder))
        told = editions.settings(Path("/nowhere"), link="https://house.test/{edition}")
        return stationery(made, edition, told)


@pytest.fixture
def paper() -> Stationery:
    """The stationery of an edition."""
    return _paper()


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
    paper = _paper()
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
    paper = _paper()
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


# --- what it says -------------------------------------------------------------------------------


def test_the_text_alone_carries_the_figures(paper: Stationery) -> None:
    found = words(sent(paper, holdings=("^rut",), watched=("^TNX", "UNKNOWN", "^RUT")))
    assert "6.4% AHEAD" in found
    rows = {line[:22].strip(): line[22:].split() for line in found.splitlines()}
    assert rows["Russell 2000"] == ["2,421.74", "6.4%"]
    assert rows["10-year Treasury yield"][0] == "4.09%"
    assert "basis points" in found
    assert found.count("Russell 2000") == 1
    assert "UNKNOWN" not in found
    assert "Change, this year" in found


@pytest.mark.parametrize("symbol", editions.FIGURES)
def test_holdings_are_printed_as_the_brief_prints_them(paper: Stationery, symbol: str) -> None:
    found = sent(paper, holdings=(symbol,))
    name, level, change = editions.FIGURES[symbol]
    assert all(one in words(found) for one in (name, level, change))
    html = words(found, "html")
    cells = re.findall(r"<t[dh][^>]*class=\"text small\"[^>]*>([^<]*)</t[dh]>", html)
    assert cells == [name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), level,
                     change]  # fmt: skip


def test_who_holds_nothing_of_the_brief_has_no_table(paper: Stationery) -> None:
    assert "Your holdings" not in words(sent(paper, holdings=("XYZ",)))


def test_it_speaks_the_client_s_language(paper: Stationery) -> None:
    found = words(sent(paper, language="de-CH", holdings=("^VIX",)))
    assert found.startswith("Guten Tag Ann Meier")
    assert "als PDF im Anhang" in found
    assert "Ihre Positionen" in found
    assert "Veränderung, seit Jahresbeginn" in found


def test_another_language_is_named_for_those_who_hear_it(paper: Stationery) -> None:
    german = sent(paper, language="de-CH", holdings=("^VIX",))
    assert german["Content-Language"] == "en, de"
    html = words(german, "html")
    for element in ("p", "h2", "tr"):
        assert re.search(f'<{element}[^>]* lang="de"', html)
    plain = sent(paper, language="fr")
    assert plain["Content-Language"] == "en"
    assert words(plain, "html").count("lang=") == 1


def test_holdings_are_a_table_of_figures(paper: Stationery) -> None:
    """Heads are marked as heads, and figures are not broken on a narrow screen."""
    html = words(sent(paper, holdings=("^RUT", "^VIX")), "html")
    (table,) = re.findall(r'<table role="table".*?</table>', html, re.DOTALL)
    assert len(re.findall(r'<th scope="col"', table)) == 3
    assert re.findall(r'<th scope="row"[^>]*>([^<]*)<', table) == ["Russell 2000", "VIX"]
    figures = re.findall(r"<td[^>]*>", table)
    assert len(figures) == 4
    assert all('align="right"' in one and "white-space:nowrap" in one for one in figures)


def _facts_of(paper: Stationery, *facts: dict[str, object]) -> Stationery:
    """The same stationery with more facts in its brief."""
    told = editions.brief()
    names = [{"symbol": "XLB", "name": "Materials, with a name that goes on and on " * 2}]
    inputs = [*cast("list[object]", told["inputs"]), *names]
    found = [*cast("list[object]", told["facts"]), *facts]
    return replace(paper, quotes=quotes(told | {"facts": found, "inputs": inputs}))


def test_what_the_brief_has_with_dividends_only_is_said_to_be(paper: Stationery) -> None:
    change = archives.fact("XLB", "period_return", id="period_return:XLB:ytd", window="ytd",
                           display="8.0%", detail={"total_return": True})  # fmt: skip
    known = _facts_of(paper, change)
    found = sent(known, holdings=("XLB", "^RUT"))
    told = words(found)
    assert re.search(r"\*  +\N{EN DASH}  +8\.0%\n", told)
    assert "\n* Change with dividends.\n" in told
    assert "* Change with dividends.</p>" in words(found, "html")
    assert max(map(len, told.splitlines()[:-1])) <= 72
    assert "dividends" not in words(sent(known, holdings=("^RUT",)))


def test_a_doubtful_figure_keeps_its_dagger_which_is_explained(tmp_path: Path) -> None:
    level = archives.fact("GC=F", "level", id="level:GC=F", display="4,600", marks=["doubtful"])
    made, edition = editions.archive(tmp_path)
    (tmp_path / "templates" / "mail").mkdir(parents=True)
    (tmp_path / "templates/mail/holdings.txt.j2").write_text("Yours\nName | Level | Change")
    for folder in (Path("/nowhere"), tmp_path):  # the house's own template is silent about it
        paper = stationery(made, edition, editions.settings(folder))
        found = sent(_facts_of(paper, level), holdings=("GC=F",))
        for kind in ("plain", "html"):
            assert "GC=F \N{DAGGER}" in words(found, kind)
            meaning = "\N{DAGGER} Rests on incomplete or doubtful prices."
            assert meaning in words(found, kind)


def test_a_house_s_own_words_win(tmp_path: Path) -> None:
    (tmp_path / "templates" / "mail").mkdir(parents=True)
    cover = "Note of {{ house }} on {{ title }}, {{ date }}: {{ note }}"
    (tmp_path / "templates/mail/cover.txt.j2").write_text(cover)
    made, edition = editions.archive(tmp_path)
    paper = stationery(made, edition, editions.settings(tmp_path))
    told = "Note of Sample House on The Week, 15 January 2026: {{ 7 * 7 }}"
    assert told in words(sent(paper, note="{{ 7 * 7 }}"))


def test_a_house_s_own_words_win_over_shipped_ones_of_the_language(tmp_path: Path) -> None:
    (tmp_path / "templates" / "mail").mkdir(parents=True)
    (tmp_path / "templates/mail/salutation.txt.j2").write_text("Grüezi {{ name }}")
    made, edition = editions.archive(tmp_path)
    paper = stationery(made, edition, editions.settings(tmp_path))
    for language in ("en", "de", "de-CH"):
        assert words(sent(paper, language=language)).startswith("Grüezi Ann Meier\n")
    assert "als PDF im Anhang" in words(sent(paper, language="de"))


def test_what_a_client_must_read_stands_in_both_parts(paper: Stationery) -> None:
    found = sent(paper, disclosures=("We hold <shares>.", "And & bonds."), note="Call me.\nAnn")
    assert "We hold <shares>.\n\nAnd & bonds." in words(found)
    assert "We hold &lt;shares&gt;.</p>" in words(found, "html")
    assert "Call me.<br>Ann</p>" in words(found, "html")


def test_a_correction_says_what_it_corrects(tmp_path: Path) -> None:
    made, old = editions.archive(tmp_path)
    what = editions.draft(headline="Russell 2000 closes below its record")
    new = editions.filed(made, what, 5, corrects=old)
    paper = stationery(made, new, editions.settings(tmp_path), corrected=made.edition(old))
    found = sent(paper)
    assert found["Subject"] == "Correction: Russell 2000 closes below its record"
    for kind in ("plain", "html"):
        told = " ".join(words(found, kind).split())
        assert "edition of 15 January 2026" in told
        assert "A wrong close." in told
    assert "correction" not in words(sent(stationery(made, new, editions.settings(tmp_path))))


def test_its_colours_are_those_of_the_mail_body(paper: Stationery) -> None:
    html = words(sent(paper, note="Hello."), "html")
    text = "font-family:Charter, serif;font-size:17px;line-height:26px;color:#101112"
    assert f'{text}">Hello.' in html
    assert 'color:#606162">You receive' in html


# --- what is attached ---------------------------------------------------------------------------


def test_the_pdf_arrives_and_opens(paper: Stationery) -> None:
    ((name, data),) = files(sent(paper)).items()
    assert (name, data) == ("The-Week-2026-01-15.pdf", editions.pdf())
    assert "A record close, 6.4%" in PdfReader(io.BytesIO(data)).pages[0].extract_text()
    assert "attached as a PDF." in words(sent(paper))


def test_an_edition_without_a_pdf_goes_to_those_who_want_none(tmp_path: Path) -> None:
    what = editions.draft()
    bare = replace(what, parts=tuple(one for one in what.parts if one.path != PDF))
    made, edition = editions.archive(tmp_path, bare)
    paper = stationery(made, edition, editions.settings(tmp_path, link="https://house.test/"))
    for form in (Form.LINKED, Form.BODY):
        assert not files(sent(paper, form=form))
    with pytest.raises(DeliveryError, match="'c-17' is to get a PDF, and the edition has none"):
        composed(paper)
    with pytest.raises(DeliveryError, match="has none"):
        composed(replace(paper, link=""), replace(ANN, form=Form.LINKED))


@pytest.mark.parametrize(
    ("title", "number", "name"),
    [
        ("US Small Caps", 1, "US-Small-Caps-2026-01-15.pdf"),
        ("US Small Caps", 2, "US-Small-Caps-2026-01-15-2.pdf"),
        ('Börse "heute"\r\n../../etc', 1, "Borse-heute-etc-2026-01-15.pdf"),
        ("市場", 1, "weekly-2026-01-15.pdf"),
        ("x" * 300, 1, f"{'x' * 60}-2026-01-15.pdf"),
    ],
)
def test_the_pdf_is_named_as_one_files_it(
    paper: Stationery, title: str, number: int, name: str
) -> None:
    assert file_name(replace(paper.edition, title=title, number=number)) == name


def test_who_wants_a_link_or_the_mail_alone_gets_no_pdf(paper: Stationery) -> None:
    linked, body = (sent(paper, form=form) for form in (Form.LINKED, Form.BODY))
    assert not files(linked)
    assert not files(body)
    assert "here: https://house.test/2026-01-15/weekly" in words(linked)
    assert 'href="https://house.test/2026-01-15/weekly"' in words(linked, "html")
    assert linked.get_content_type() == "multipart/related"


def test_without_a_page_to_link_to_the_pdf_is_attached(paper: Stationery) -> None:
    assert files(sent(replace(paper, link=""), form=Form.LINKED))


def test_a_pdf_too_large_for_the_server_is_left_out_and_that_is_said(paper: Stationery) -> None:
    whole = composed(paper, replace(ANN, holdings=("^RUT",)))
    size = len(whole.letter.data)
    assert not whole.detached
    fits = composed(replace(paper, limit=size), replace(ANN, holdings=("^RUT",)))
    assert fits.letter.data == whole.letter.data
    small = composed(replace(paper, limit=size - 1), replace(ANN, holdings=("^RUT",)))
    assert small.detached
    assert len(small.letter.data) < size
    found = read(small.letter.data)
    assert not files(found)
    for kind in ("plain", "html"):
        told = " ".join(words(found, kind).split())
        assert "too large" in told
        assert "https://house.test/2026-01-15/weekly" in told
        assert "2,421.74" in told
    bare = replace(paper, link="")
    unlinked = composed(replace(bare, limit=len(composed(bare).letter.data) - 1))
    assert "reply to this mail" in words(read(unlinked.letter.data))


def test_a_message_too_large_without_its_pdf_is_refused(paper: Stationery) -> None:
    with pytest.raises(DeliveryError, match="'c-17' has"):
        composed(replace(paper, limit=1000))


def test_the_server_s_limit_counts_where_it_is_lower(tmp_path: Path) -> None:
    made, edition = editions.archive(tmp_path)
    settings = editions.limited(tmp_path, 5000)
    assert stationery(made, edition, settings).limit == 5000
    assert stationery(made, edition, settings, limit=4000).limit == 4000
    assert stationery(made, edition, settings, limit=9000).limit == 5000


# --- room ---------------------------------------------------------------------------------------


def _html_bytes(data: bytes) -> bytes:
    body = read(data).get_body(("html",))
    assert body is not None
    decoded = body.get_payload(decode=True)
    assert isinstance(decoded, bytes)
    return decoded


def test_no_reader_cuts_it_off(tmp_path: Path) -> None:
    """Holdings go first; what must be read stands before byte 90,000, the end before 100,000."""
    made, edition = editions.archive(tmp_path, editions.draft(filler=95_000))
    paper = stationery(made, edition, editions.settings(tmp_path))
    plain = composed(paper)
    assert not plain.short
    room = MOST_HTML - len(_html_bytes(plain.letter.data))
    assert 0 < room < 4000
    short = composed(paper, replace(ANN, holdings=tuple(editions.FIGURES)))
    assert short.short
    assert "Your holdings" not in words(read(short.letter.data))
    with pytest.raises(DeliveryError, match="'c-17' would be cut off"):
        composed(paper, replace(ANN, note="n" * room))
    nearly = composed(paper, replace(ANN, note="n" * (room - 400)))
    assert len(_html_bytes(nearly.letter.data)) <= MOST_HTML


def test_what_must_be_read_is_not_pushed_down(paper: Stationery) -> None:
    note = "word " * 17_000
    long = composed(paper, replace(ANN, note=note, disclosures=("The end.",)))
    decoded = _html_bytes(long.letter.data)
    assert max(decoded.index(b"The end."), decoded.index(b">unsubscribe</a>")) < MOST_BEFORE
    with pytest.raises(DeliveryError, match="cut off"):
        composed(paper, replace(ANN, note=note + "word " * 1000))


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
