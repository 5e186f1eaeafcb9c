"""Private keys: for their owner's eyes, under a passphrase, never replaced."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive import ciphers, keys
from reporter.errors import ArchiveError, SpecError

WORDS = "correct horse battery"


def test_a_key_is_made_shown_and_opened(tmp_path: Path) -> None:
    folder = tmp_path / "own" / "keys"
    public = keys.make(folder, "ann", WORDS)
    assert keys.public(folder, "ann") == public
    assert keys.names(folder) == ("ann",)
    opened = keys.opened(folder, "ann", WORDS)
    assert (opened.name, opened.public) == ("ann", public)
    assert ciphers.is_signed(b"x", opened.sign(b"x"), public)
    assert WORDS not in repr(opened)


@pytest.mark.skipif(os.name != "posix", reason="POSIX says who may read a file")
def test_a_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keys.make(tmp_path / "keys", "ann", WORDS)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys" / "ann.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    keys.make(tmp_path, "ann", WORDS)
    before = (tmp_path / "ann.pem").read_bytes()
    with pytest.raises(ArchiveError, match="there is a key of this name"):
        keys.make(tmp_path, "ann", WORDS)
    (tmp_path / "bo.pem").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ArchiveError, match="there is a key of this name"):
        keys.make(tmp_path, "bo", WORDS)
    with pytest.raises(FileExistsError):
        keys._create(tmp_path / "ann.pem", b"other")
    assert (tmp_path / "ann.pem").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ann.pem", "bo.pem"]


@pytest.mark.parametrize(
    "name", ["", "../ann", "ann/2", ".ann", "ann meier", "a" * 65, "-rf", "ann\n", "a\x00"]
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    for ask in (keys.check_free, keys.public):
        with pytest.raises(SpecError, match="is no name of a key"):
            ask(tmp_path / "keys", name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "too short"),
        ("elevenlette", "too short"),
        ("e\u0301" * 6, "too short"),
        ("a" * 201, "too long"),
        ("ababababababab", "fewer than 5 different"),
        ("correct horse\n", "not for printing"),
    ],
)
def test_a_passphrase_that_will_not_do_is_refused(tmp_path: Path, words: str, why: str) -> None:
    with pytest.raises(SpecError, match=why) as told:
        keys.make(tmp_path, "ann", words)
    assert not words or words not in str(told.value)
    assert not list(tmp_path.iterdir())


@given(st.text(min_size=12, max_size=200))
def test_what_is_taken_as_a_passphrase_opens_the_key(words: str) -> None:
    try:
        keys.check_passphrase(words)
    except SpecError:
        return
    pem = ciphers.new_signing_key(words)
    assert ciphers.public_key(pem, words).startswith(ciphers.KIND)


def test_a_key_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"Make one: reporter keys new\."):
        keys.public(tmp_path, "ann")
    keys.make(tmp_path, "ann", WORDS)
    with pytest.raises(ArchiveError, match="Did you mean 'ann'"):
        keys.opened(tmp_path, "anm", WORDS)
    with pytest.raises(ArchiveError, match=r"ann\.pem: the passphrase does not open the key"):
        keys.opened(tmp_path, "ann", WORDS + "x")


def test_what_a_file_says_above_its_key_is_not_believed(tmp_path: Path) -> None:
    public = keys.make(tmp_path, "ann", WORDS)
    other = keys.make(tmp_path, "bo", WORDS)
    path = tmp_path / "ann.pem"
    path.write_bytes(path.read_bytes().replace(public.encode(), other.encode()))
    assert keys.opened(tmp_path, "ann", WORDS).public == public
    path.write_bytes(b"nothing")
    with pytest.raises(ArchiveError, match="says no public key"):
        keys.public(tmp_path, "ann")


def test_what_is_asked_before_may_refuse(tmp_path: Path) -> None:
    def refuse(public: str) -> None:
        raise ArchiveError(public)

    with pytest.raises(ArchiveError, match="ed25519:"):
        keys.make(tmp_path, "ann", WORDS, refuse)
    assert not list(tmp_path.iterdir())
