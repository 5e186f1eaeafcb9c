"""A head is found in any text that holds one, and a text without one proves nothing."""

from __future__ import annotations

import quopri
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive import heads
from reporter.errors import ArchiveError
from reporter.filed import Entry, Head
from tests.tampering import begun

SHA = "0f" * 32


@pytest.fixture
def last(tmp_path: Path) -> Entry:
    return begun(tmp_path, 2).entries()[-1]


def test_a_line_holds_number_hash_and_time(last: Entry) -> None:
    assert heads.line(last) == f"reporter-archive 3 {last.sha256} 2026-01-16T12:02:00Z"
    assert heads.found_in(heads.line(last), "x") == (Head(3, last.sha256),)


def test_every_head_of_a_file_is_found(tmp_path: Path, last: Entry) -> None:
    text = f"Dear me,\r\n\r\n> reporter-archive 2\r\n> {SHA.upper()} \nand {heads.line(last)}."
    for encoding in ("utf-8", "utf-16", "utf-8-sig"):
        (tmp_path / "mail").write_bytes(text.encode(encoding))
        assert heads.given(str(tmp_path / "mail")) == (Head(2, SHA), Head(3, last.sha256))


def test_a_head_is_found_in_a_mail_as_it_was_sent(tmp_path: Path, last: Entry) -> None:
    mail = EmailMessage(SMTP)
    mail["Subject"] = "The archive's head"
    mail.set_content(f"Jürgen,\n{heads.line(last)}\n", cte="quoted-printable")
    assert b"=\r\n" in mail.as_bytes()
    (tmp_path / "mail.eml").write_bytes(mail.as_bytes())
    assert heads.given(str(tmp_path / "mail.eml")) == (Head(3, last.sha256),)
    wrapped = quopri.encodestring(heads.line(last).encode())
    assert heads.found_in(wrapped.decode(), "x") == (Head(3, last.sha256),)


@pytest.mark.parametrize(
    "text",
    [
        "", "no head", "reporter-archive", f"reporter-archive {SHA}", f"1 {SHA}",
        f"reporter-archive 1 {SHA[:63]}", f"reporter-archive 1 {SHA}0", f"reporter-archive 0 {SHA}",
        f"reporter-archive 1 {SHA[:40]}\nreporter-archive 2 {SHA}", f"reporter-archive -1 {SHA}",
    ],
)  # fmt: skip
def test_a_text_without_a_whole_head_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "heads.txt").write_text(text)
    with pytest.raises(ArchiveError, match=r"so nothing is proved|is damaged"):
        heads.given(str(tmp_path / "heads.txt"))


@pytest.mark.parametrize("text", ["", "nowhere.txt", "a\0b", ".", "x" * 5000])
def test_neither_a_head_nor_a_file_is_refused(text: str) -> None:
    with pytest.raises(ArchiveError, match="neither a head nor a file"):
        heads.given(text)


@given(st.text(), st.text())
def test_no_text_around_a_head_hides_it(before: str, after: str) -> None:
    text = f"{before}\nreporter-archive 12 {SHA} 2026-01-16T12:00:00Z\n{after}"
    assert Head(12, SHA) in heads.found_in(text, "x")


def test_a_head_is_appended_once(tmp_path: Path, last: Entry) -> None:
    file = tmp_path / "heads.txt"
    file.write_text("Heads:")
    assert heads.keep(last, file, tmp_path / "archive")
    assert not heads.keep(last, file, tmp_path / "archive")
    assert file.read_text() == f"Heads:\n{heads.line(last)}\n"
    wide = tmp_path / "wide.txt"
    wide.write_text("Heads:\n", encoding="utf-16")
    assert heads.keep(last, wide, tmp_path / "archive")
    assert wide.read_text(encoding="utf-16") == f"Heads:\n{heads.line(last)}\n"
    assert heads.given(str(wide)) == heads.given(str(file))


def test_a_head_in_the_archive_is_refused(tmp_path: Path, last: Entry) -> None:
    (tmp_path / "way").symlink_to(tmp_path / "archive")
    for place in (tmp_path / "archive" / "head.txt", tmp_path / "way" / "head.txt"):
        with pytest.raises(ArchiveError, match="lies in the archive"):
            heads.keep(last, place, tmp_path / "archive")
    with pytest.raises(ArchiveError, match="cannot be written"):
        heads.keep(last, tmp_path / "no" / "head.txt", tmp_path / "archive")
