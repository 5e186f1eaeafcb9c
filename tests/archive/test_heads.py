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
NAME = "0123456789ab"


def head(entries: tuple[Entry, ...]) -> Head:
    return Head(len(entries), entries[-1].sha256, entries[0].sha256[:12])


def filed(path: Path) -> tuple[Head, ...]:
    """The heads in a file."""
    (found,) = heads.given([str(path)]).files.values()
    return tuple(found)


@pytest.fixture
def all_(tmp_path: Path) -> tuple[Entry, ...]:
    return begun(tmp_path, 2).entries()


def test_a_line_holds_number_hash_and_time(all_: tuple[Entry, ...]) -> None:
    assert (
        heads.line(all_)
        == f"reporter-archive {all_[0].sha256[:12]} 3 {all_[-1].sha256} 2026-01-16T12:02:00Z"
    )
    assert heads.found_in(heads.line(all_), "x") == (head(all_),)


def test_every_head_of_a_file_is_found(tmp_path: Path, all_: tuple[Entry, ...]) -> None:
    text = (
        f"Dear me,\r\n\r\n> reporter-archive {NAME}\r\n> 2 {SHA.upper()} \nand {heads.line(all_)}."
    )
    for encoding in ("utf-8", "utf-16", "utf-8-sig"):
        (tmp_path / "mail").write_bytes(text.encode(encoding))
        assert filed(tmp_path / "mail") == (Head(2, SHA, NAME), head(all_))


def test_a_head_is_found_in_a_mail_as_it_was_sent(tmp_path: Path, all_: tuple[Entry, ...]) -> None:
    mail = EmailMessage(SMTP)
    mail["Subject"] = "The archive's head"
    mail.set_content(f"Jürgen,\n{heads.line(all_)}\n", cte="quoted-printable")
    assert b"=\r\n" in mail.as_bytes()
    (tmp_path / "mail.eml").write_bytes(mail.as_bytes())
    assert filed(tmp_path / "mail.eml") == (head(all_),)
    wrapped = quopri.encodestring(heads.line(all_).encode())
    assert heads.found_in(wrapped.decode(), "x") == (head(all_),)


@pytest.mark.parametrize(
    "text",
    [
        "", "no head", "reporter-archive", f"reporter-archive {SHA}", f"1 {SHA}",
        f"reporter-archive {NAME} 1 {SHA[:63]}", f"reporter-archive {NAME} 1 {SHA}0",
        f"reporter-archive {NAME} 0 {SHA}", f"reporter-archive {NAME} -1 {SHA}",
        f"reporter-archive {NAME} 1 {SHA[:40]}\nreporter-archive {NAME} 2 {SHA}",
        f"reporter-archive 1 {SHA}", f"reporter-archive {NAME[1:]} 1 {SHA}",
    ],
)  # fmt: skip
def test_a_text_without_a_whole_head_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "heads.txt").write_text(text)
    with pytest.raises(ArchiveError, match=r"so nothing is proved|is damaged"):
        heads.given([str(tmp_path / "heads.txt")])


@pytest.mark.parametrize("text", ["", "nowhere.txt", "a\0b", ".", "x" * 5000])
def test_neither_a_head_nor_a_file_is_refused(text: str) -> None:
    with pytest.raises(ArchiveError, match="neither a head nor a file"):
        heads.given([text])


@given(st.text(), st.text())
def test_no_text_around_a_head_hides_it(before: str, after: str) -> None:
    text = f"{before}\nreporter-archive {NAME} 12 {SHA} 2026-01-16T12:00:00Z\n{after}"
    assert Head(12, SHA, NAME) in heads.found_in(text, "x")


def test_a_head_is_appended_once(tmp_path: Path, all_: tuple[Entry, ...]) -> None:
    file = tmp_path / "heads.txt"
    file.write_text("Heads:")
    assert heads.keep(all_, file, tmp_path / "archive")
    assert not heads.keep(all_, file, tmp_path / "archive")
    assert file.read_text() == f"Heads:\n{heads.line(all_)}\n"
    wide = tmp_path / "wide.txt"
    wide.write_text("Heads:\n", encoding="utf-16")
    assert heads.keep(all_, wide, tmp_path / "archive")
    assert wide.read_text(encoding="utf-16") == f"Heads:\n{heads.line(all_)}\n"
    assert filed(wide) == filed(file)


def test_a_head_in_the_archive_is_refused(tmp_path: Path, all_: tuple[Entry, ...]) -> None:
    (tmp_path / "way").symlink_to(tmp_path / "archive")
    for place in (tmp_path / "archive" / "head.txt", tmp_path / "way" / "head.txt"):
        with pytest.raises(ArchiveError, match="lies in the archive"):
            heads.keep(all_, place, tmp_path / "archive")
    with pytest.raises(ArchiveError, match="cannot be written"):
        heads.keep(all_, tmp_path / "no" / "head.txt", tmp_path / "archive")
