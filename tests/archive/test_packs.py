"""Packs are ZIP files that any program reads, and an index says what lies in which."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reporter.archive import packs
from reporter.archive.packs import Line
from reporter.errors import ArchiveError


def test_a_pack_is_the_same_bytes_in_whatever_order(tmp_path: Path) -> None:
    files = {"b/1": b"two", "a/1": b"one", "a/2": b""}
    made = packs.packed(files)
    assert made == packs.packed(dict(reversed(files.items())))
    assert packs.unpacked(made, "b/1") == b"two"
    (tmp_path / "pack").write_bytes(made)
    listed = [sys.executable, "-m", "zipfile", "--list", str(tmp_path / "pack")]
    told = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
    assert [line.split()[0] for line in told.splitlines()[1:]] == ["a/1", "a/2", "b/1"]
    with pytest.raises(ArchiveError, match="does not hold"):
        packs.unpacked(made, "c/1")
    with pytest.raises(ArchiveError, match="does not hold"):
        packs.unpacked(b"no pack", "c/1")


def test_an_index_is_sorted_and_names_no_file_twice() -> None:
    lines = [Line("b", "1", "x", 0), Line("a", "1", "y", 1)]
    assert packs.index(lines) == b"reporter enclosures 1\na 1 y 1\nb 1 x 0\n"
