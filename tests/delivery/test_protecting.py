"""PDFs that open with a client's password, and with nothing else."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from reporter.delivery.protecting import check, protected
from reporter.delivery.stationery import stationery
from reporter.errors import DeliveryError
from tests.delivery import editions
from tests.delivery.letters import files, secrets, sent, words

PASSWORD = "Zürich 2674.56"  # noqa: S105


def test_it_opens_with_the_password_and_stays_tagged() -> None:
    sealed = protected(editions.pdf(), PASSWORD, "c-17")
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(sealed))
    assert b"The Week" not in sealed
    with pikepdf.open(io.BytesIO(sealed), password=PASSWORD) as document:
        assert document.encryption.R == 6
        assert document.encryption.stream_method == pikepdf.models.EncryptionMethod.aesv3
        assert document.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in document.Root
        assert document.allow.accessibility
        assert document.allow.extract
    reader = PdfReader(io.BytesIO(sealed), password=PASSWORD)
    assert "A record close, 6.4%" in reader.pages[0].extract_text()


def test_a_client_gets_his_own(tmp_path: Path) -> None:
    made, edition = editions.archive(tmp_path)
    paper = stationery(made, edition, editions.settings(tmp_path, encrypt=True))
    found = sent(paper, secrets(password=PASSWORD))
    (data,) = files(found).values()
    with pikepdf.open(io.BytesIO(data), password=PASSWORD) as document:
        assert len(document.pages) == 1
    assert "opens with the password" in " ".join(words(found).split())
    with pytest.raises(DeliveryError, match="the client 'c-17' has no password"):
        sent(paper)


@pytest.mark.parametrize("password", ["", None, "short"])
def test_a_poor_password_is_refused_and_not_repeated(password: str | None) -> None:
    with pytest.raises(DeliveryError, match="the client 'c-17' has") as raised:
        protected(editions.pdf(), password, "c-17")
    assert "short" not in str(raised.value).replace("longer", "")


def test_who_has_no_password_is_told_all_at_once() -> None:
    known = {"a": PASSWORD, "b": "short"}
    with pytest.raises(DeliveryError, match="2 clients have no password of 8 signs") as raised:
        check(["a", "b", "c"], known.get)
    assert ": b, c." in str(raised.value)
    with pytest.raises(DeliveryError, match="c49 and 10 more"):
        check((f"c{number}" for number in range(60)), known.get)
    check(["a"], known.get)


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(DeliveryError, match="'c-17' cannot be encrypted"):
        protected(b"no PDF", PASSWORD, "c-17")
