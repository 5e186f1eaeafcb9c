"""Files of many clients read back in bulk are those that each is given alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter.archive.base import Archive
from reporter.archive.bulk import Reader
from reporter.errors import ArchiveError
from tests.archive.test_enclosures import WEEKLY, filed, message
from tests.archives import archive


def test_every_file_is_had_and_each_pack_is_opened_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = archive(tmp_path, 1)
    names = [f"client{number}" for number in range(40)]
    keys = filed(made, *names[:20])
    filed(made, *names[20:], minutes=6)
    opened: list[str] = []
    read = Archive.object

    def counted(self: Archive, sha256: str) -> bytes:
        opened.append(sha256)
        return read(self, sha256)

    monkeypatch.setattr(Archive, "object", counted)
    reader = Reader(made)
    for name in names:
        owner = keys.client(name)
        assert owner
        found = reader.file(owner, WEEKLY, "message.eml")
        assert found
        assert found.data == message(name)
        assert reader.file(owner, WEEKLY, "other.eml") is None
    assert len(opened) == len(set(opened))
    assert len(reader.members(WEEKLY)) == 40


def test_what_was_filed_since_is_seen_when_it_looks_again(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    keys = filed(made, "anna")
    reader, anna = Reader(made), keys.client("anna")
    assert anna
    assert reader.file(anna, WEEKLY, "message.eml")
    filed(made, "otto", minutes=6)
    otto = keys.client("otto")
    assert otto
    assert reader.file(otto, WEEKLY, "message.eml") is None
    reader.again()
    assert reader.file(otto, WEEKLY, "message.eml")


def test_an_edition_that_is_not_there(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    anna = filed(made, "anna").client("anna")
    assert anna
    with pytest.raises(ArchiveError, match="there is no edition"):
        Reader(made).file(anna, "2026-01-22/weekly", "message.eml")
