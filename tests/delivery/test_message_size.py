"""What is attached to a message, and what is left out of one that would be too large."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from reporter.delivered import Form
from reporter.delivery.message import MOST_BEFORE, MOST_HTML
from reporter.delivery.stationery import PDF, Stationery, file_name, stationery
from reporter.errors import DeliveryError
from tests.delivery import editions
from tests.delivery.letters import (
    ANN,
    composed,
    files,
    read,
    sent,
    words,
)
from tests.delivery.letters import paper as paper  # noqa: PLC0414  a fixture

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
