"""Passphrases go into the system's keyring and come out again, or it is said why not."""

from __future__ import annotations

import sys
from pathlib import Path

import keyring
import pytest
from keyring.core import load_keyring

from reporter import keychain
from reporter.errors import ArchiveError

PUBLIC = "ed25519:AAAA"
WORDS = "correct horse battery"


@pytest.fixture(autouse=True)
def _in_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path / "keyring.json"))
    monkeypatch.setattr(keyring.core, "_keyring_backend", load_keyring("tests.keyrings.InFile"))


def use(monkeypatch: pytest.MonkeyPatch, backend: object) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", backend)


def test_what_is_kept_is_found() -> None:
    assert keychain.find(PUBLIC) is None
    keychain.keep(PUBLIC, WORDS)
    assert keychain.find(PUBLIC) == WORDS
    assert keychain.find("ed25519:BBBB") is None


def test_a_refusal_tells_no_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, load_keyring("tests.keyrings.Chatty"))
    with pytest.raises(ArchiveError, match="the keyring refuses: OSError: cannot keep '…'") as told:
        keychain.keep(PUBLIC, WORDS)
    assert WORDS not in str(told.value)
    assert told.value.__cause__ is None
    with pytest.raises(ArchiveError, match="is locked"):
        keychain.find(PUBLIC)


def test_a_keyring_that_keeps_nothing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, load_keyring("tests.keyrings.Forgetful"))
    with pytest.raises(ArchiveError, match="did not keep the passphrase"):
        keychain.keep(PUBLIC, WORDS)


def test_no_keyring_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, load_keyring("keyring.backends.fail.Keyring"))
    with pytest.raises(ArchiveError, match="no keyring that could be used") as told:
        keychain.find(PUBLIC)
    assert "REPORTER_PASSPHRASE" in str(told.value)


def test_a_backend_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, None)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "nowhere.Keyring")
    with pytest.raises(ArchiveError, match="the keyring refuses: ModuleNotFoundError"):
        keychain.find(PUBLIC)


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ArchiveError, match=r"pip install 'market-brief-reporter\[keyring\]'"):
        keychain.find(PUBLIC)
