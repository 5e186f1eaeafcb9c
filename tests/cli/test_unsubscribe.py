"""`reporter unsubscribe`, as it is typed and served."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import keyring
import pytest
from keyring.core import load_keyring

from reporter.cli import run
from reporter.delivery import ledger, tokens
from tests import pages
from tests.cli.test_bounces import SETTINGS
from tests.delivery.outboxes import URL, delivery, outbox

KEY = "0123456789abcdef0123456789abcdef"
Told = pytest.CaptureFixture[str]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring in a file, empty."""
    monkeypatch.delenv("REPORTER_UNSUBSCRIBE_KEY", raising=False)
    monkeypatch.setenv("TEST_KEYRING", str(tmp_path / "keyring.json"))
    monkeypatch.setattr(keyring.core, "_keyring_backend", load_keyring("tests.keyrings.InFile"))
    return tmp_path / "keyring.json"


def test_a_key_goes_into_the_keyring_once(kept: Path, capsys: Told) -> None:
    assert run(["unsubscribe", "key"]) == 0
    first = kept.read_text()
    said = capsys.readouterr().out
    assert not any(part in said for part in first.split('"') if len(part) == 64)
    assert run(["unsubscribe", "key"]) == 1
    assert "there is a key already" in capsys.readouterr().err
    assert kept.read_text() == first
    assert run(["unsubscribe", "key", "--replace"]) == 0
    assert kept.read_text() != first


def test_a_key_is_printed_only_if_asked(kept: Path, capsys: Told) -> None:
    assert run(["unsubscribe", "key", "--print"]) == 0
    said = capsys.readouterr()
    assert len(tokens.key(said.out)) == 64
    assert "REPORTER_UNSUBSCRIBE_KEY" in said.err
    assert not kept.exists()


def test_the_page_is_served_until_it_is_told_to_end(tmp_path: Path) -> None:
    (tmp_path / "delivery.toml").write_text(SETTINGS, encoding="utf-8")
    with outbox(tmp_path):
        pass
    with pages.served(tmp_path, KEY) as (address, server):
        assert address.endswith("/u/")
        token = tokens.make(tokens.key(KEY), delivery(1).handle, "weekly")
        assert httpx.post(address + token, timeout=pages.PATIENCE).status_code == 200
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=pages.PATIENCE)
    assert server.returncode == 0
    assert "200: unsubscribed." in said
    assert token not in said
    assert said.endswith("Ended.\n")
    with ledger.opened(URL, tmp_path) as book:
        assert book.is_suppressed(delivery(1).address, "weekly") == "unsubscribed"


def test_without_a_key_or_an_outbox_nothing_is_served(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    monkeypatch.chdir(kept.parent)
    Path("delivery.toml").write_text(SETTINGS, encoding="utf-8")
    assert run(["unsubscribe", "serve", "--port", "0"]) == 1
    assert "'unsubscribe-key' is not set" in capsys.readouterr().err
    monkeypatch.setenv("REPORTER_UNSUBSCRIBE_KEY", KEY)
    assert run(["unsubscribe", "serve", "--port", "0"]) == 1
