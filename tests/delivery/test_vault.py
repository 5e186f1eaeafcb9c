"""Secrets come from the environment, a file or the keyring, and are told nowhere."""

from __future__ import annotations

import sys
from pathlib import Path

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.core import load_keyring

from reporter.delivery import vault
from reporter.errors import DeliveryError

WORDS = "correct horse battery"


@pytest.fixture(autouse=True)
def _in_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path / "keyring.json"))
    use(monkeypatch, "tests.keyrings.InFile")
    for name in ("SMTP_PASSWORD", "SMTP_PASSWORD_FILE", "DKIM_KEY", "DKIM_KEY_FILE"):
        monkeypatch.delenv(f"REPORTER_{name}", raising=False)


def use(monkeypatch: pytest.MonkeyPatch, backend: str) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", load_keyring(backend))


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("smtp-password", "REPORTER_SMTP_PASSWORD"),
        ("dkim-key", "REPORTER_DKIM_KEY"),
        ("pdf-password:c-7", "REPORTER_PDF_PASSWORD_C_7"),
        ("pdf-password:c-7/x", "REPORTER_PDF_PASSWORD_C_7_2fX"),
        ("pdf-password:c.7_x", "REPORTER_PDF_PASSWORD_C_2e7_5fX"),
    ],
)
def test_a_secret_has_its_variable(
    name: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vault.variable(name) == variable
    monkeypatch.setenv(variable, WORDS)
    assert vault.secret(name) == WORDS


@given(
    st.text(st.sampled_from("aZ25Ff._/-"), min_size=1, max_size=8),
    st.text(st.sampled_from("aZ25Ff._/-"), min_size=1, max_size=8),
)
def test_no_client_opens_another_s_pdf(one: str, other: str) -> None:
    """Ids that differ in more than case, which a list refuses, never share a variable."""
    names = (vault.variable(f"pdf-password:{one}"), vault.variable(f"pdf-password:{other}"))
    assert (names[0] == names[1]) == (one.upper() == other.upper())
    assert names[0].isidentifier()


def test_the_environment_is_asked_first_then_a_file_then_the_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.set_password("reporter", "smtp-password", "of the keyring")
    assert vault.secret("smtp-password") == "of the keyring"
    file = tmp_path / "secret"
    file.write_text("of the file\n")
    monkeypatch.setenv("REPORTER_SMTP_PASSWORD_FILE", str(file))
    assert vault.secret("smtp-password") == "of the file"
    monkeypatch.setenv("REPORTER_SMTP_PASSWORD", "of the environment")
    assert vault.secret("smtp-password") == "of the environment"


def test_what_is_nowhere_is_told_with_its_cure() -> None:
    assert vault.secret_or_none("smtp-password") is None
    with pytest.raises(DeliveryError, match="the secret 'smtp-password' is not set") as told:
        vault.secret("smtp-password")
    assert "REPORTER_SMTP_PASSWORD" in told.value.tip
    assert "keyring set reporter smtp-password" in told.value.tip


def test_what_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTER_SMTP_PASSWORD", "")
    assert vault.secret_or_none("smtp-password") is None


def test_what_is_no_text_is_told_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTER_SMTP_PASSWORD", "geheim\udcff")
    with pytest.raises(DeliveryError, match=r"^REPORTER_SMTP_PASSWORD: .* no text") as told:
        vault.secret("smtp-password")
    assert told.value.__cause__ is None
    assert "geheim" not in str(told.value)


def test_no_keyring_has_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "keyring.backends.fail.Keyring")
    assert vault.secret_or_none("smtp-password") is None
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert vault.secret_or_none("smtp-password") is None


def test_a_keyring_that_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, "tests.keyrings.Chatty")
    with pytest.raises(DeliveryError, match=r"the keyring refuses: .* is locked") as told:
        vault.secret("smtp-password")
    assert "environment" in told.value.tip


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_told_without_its_content(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key.pem"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("REPORTER_DKIM_KEY_FILE", str(file))
    with pytest.raises(DeliveryError, match=r"^REPORTER_DKIM_KEY_FILE: the file of the secret"):
        vault.secret("dkim-key")
