from __future__ import annotations

import errno
import fcntl
import os
import threading
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


def test_a_failed_file_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(KeyboardInterrupt):
        durable.hidden(tmp_path / "one", b"all of it")
    assert not list(tmp_path.iterdir())


def test_a_hidden_name_is_nobody_elses(tmp_path: Path) -> None:
    new = [durable.hidden(tmp_path / "one", bytes([digit])) for digit in range(3)]
    assert [path.read_bytes() for path in new] == [b"\0", b"\1", b"\2"]
    (tmp_path / ".mine").touch()
    durable.clear(tmp_path, durable.LEAVINGS)
    assert [path.name for path in tmp_path.iterdir()] == [".mine"]


def linkless(monkeypatch: pytest.MonkeyPatch, number: int = errno.EPERM) -> None:
    """From now on the file system knows no hard links."""

    def refuse(_source: object, _target: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.parametrize("number", [None, errno.EPERM, errno.ENOTSUP, errno.ENOSYS])
def test_a_name_is_given_once(
    tmp_path: Path, number: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if number:
        linkless(monkeypatch, number)
    place = tmp_path / "one"
    durable.name(durable.hidden(place, b"first"), place)
    with pytest.raises(FileExistsError):
        durable.name(durable.hidden(place, b"other"), place)
    assert place.read_bytes() == b"first"


def test_another_failure_of_a_link_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    linkless(monkeypatch, errno.ENOSPC)
    with pytest.raises(OSError, match="No space"):
        durable.name(durable.hidden(tmp_path / "one", b""), tmp_path / "one")


def test_without_links_and_locks_no_name_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no locks here")

    linkless(monkeypatch)
    monkeypatch.setattr(fcntl, "flock", refuse)
    new = durable.hidden(tmp_path / "one", b"")
    with pytest.raises(OSError, match="neither hard links nor locks"):
        durable.name(new, tmp_path / "one")
    assert not (tmp_path / "one").exists()


def test_of_many_that_want_a_name_one_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linkless(monkeypatch)
    place, won, lost = tmp_path / "one", list[bytes](), list[bytes]()

    def want(data: bytes) -> None:
        try:
            durable.name(durable.hidden(place, data), place)
        except FileExistsError:
            lost.append(data)
        else:
            won.append(data)

    threads = [threading.Thread(target=want, args=(bytes([at]),)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lost) == 7
    assert [place.read_bytes()] == won
