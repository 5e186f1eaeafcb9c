from __future__ import annotations

import os
from pathlib import Path

import pytest

from reporter import durable


def test_a_new_file_is_synced_before_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bytes] = []
    path = tmp_path / "one"
    monkeypatch.setattr(os, "fsync", lambda _handle: synced.append(path.read_bytes()))
    durable.create(path, b"all of it")
    assert synced == [b"all of it"]


def test_a_file_that_is_there_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        durable.create(tmp_path / "one", b"other")
    assert (tmp_path / "one").read_bytes() == b"mine"


def test_a_folder_is_synced_where_the_system_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    durable.settle(tmp_path)
    durable.settle(tmp_path / "nowhere")
    assert len(synced) == 1
