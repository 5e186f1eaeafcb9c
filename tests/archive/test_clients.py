"""Clients' keys: nobody else's to read, no name leads out of the folder, destroyed for good."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from reporter.archive.clients import DESTROYED, Client, Keys
from reporter.errors import ArchiveError, SpecError

HOSTILE = ["../x", "/etc/passwd", "x" * 300, "a\x00b", "🦊", "..", "CON", "a/b\\c", "ä", "-rf"]


def keys(folder: Path) -> Keys:
    made = Keys(folder / "private" / "clients")
    made.open()
    return made


def test_a_key_is_made_once_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    os.umask(0)
    try:
        made = keys(tmp_path)
        first = made.made(["anna"])["anna"]
    finally:
        os.umask(0o022)
    assert made.made(["anna"])["anna"] == first == made.client("anna")
    assert made.client("otto") is None
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "private").rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o700


def test_no_id_leads_out_of_the_folder(tmp_path: Path) -> None:
    made = keys(tmp_path)
    clients = made.made(HOSTILE)
    assert len({one.handle for one in clients.values()}) == len(HOSTILE)
    files = list(tmp_path.rglob("*.key"))
    names = {hashlib.sha256(one.encode()).hexdigest() + ".key" for one in HOSTILE}
    assert {path.name for path in files} == names
    assert all(path.parent.parent == made.folder for path in files)
    assert {path.name for path in tmp_path.iterdir()} == {"private"}
    for one in ("", " ", "\udc80"):
        with pytest.raises(SpecError):
            made.made([one])


def test_a_destroyed_key_is_gone_and_a_half_destroyed_one_is_not_used(tmp_path: Path) -> None:
    made = keys(tmp_path)
    first = made.made(["anna"])["anna"]
    (path,) = tmp_path.rglob("*.key")
    other = path.with_name("second name")
    other.hardlink_to(path)  # as a key killed in the making has for a moment
    made.destroy("anna")
    assert other.read_bytes() == DESTROYED
    assert not path.exists()
    made.destroy("anna")
    assert made.made(["anna"])["anna"] != first
    path.write_bytes(DESTROYED)
    assert made.client("anna") is None
    assert made.is_there("anna")
    assert made.half_destroyed() == 1
    with pytest.raises(ArchiveError, match="being destroyed"):
        made.made(["anna"])
    made.destroy("anna")
    assert not made.is_there("anna")


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    made = keys(tmp_path)
    made.folder.chmod(0o750)
    with pytest.raises(ArchiveError, match="chmod 700"):
        made.client("anna")


def test_a_damaged_key_is_told(tmp_path: Path) -> None:
    made = keys(tmp_path)
    made.made(["anna"])
    (path,) = tmp_path.rglob("*.key")
    path.write_bytes(b"short")
    with pytest.raises(ArchiveError, match="is no key"):
        made.client("anna")


def test_tokens_are_of_the_key_and_of_the_words_apart(tmp_path: Path) -> None:
    one, two = (keys(tmp_path).made(["a", "b"])[name] for name in "ab")
    assert one.token("ab", "c") != one.token("a", "bc")
    assert one.token("x") != two.token("x")
    assert one.sealing not in {one.key, two.sealing}
    assert repr(one.key) not in repr(one)
    assert Client(one.key).handle == one.handle
