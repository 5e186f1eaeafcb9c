"""A folder as a store: each key written once and whole, durable in its order, nothing outside."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive.stores import UNDERWAY, AbsentError, Folder, TakenError
from reporter.errors import ArchiveError
from tests.archives import add, archive, draft
from tests.test_durable import linkless
from tests.test_locks import holder

KEY = "objects/ab/ab12"


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "deep" / "archive")


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(params=["links", "no links"])
def any_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system with hard links, and one without."""
    if request.param == "no links":
        linkless(monkeypatch)


@pytest.mark.usefixtures("any_system")
def test_a_key_is_written_once(store: Folder) -> None:
    assert store.put(KEY, b"one")
    assert not store.put(KEY, b"one")
    with pytest.raises(TakenError, match="never replaced"):
        store.put(KEY, b"two")
    assert tree(store.root) == {KEY: b"one"}
    store.remove(KEY)
    store.remove(KEY)
    with pytest.raises(AbsentError, match="ab12: is missing"):
        store.get(KEY)


@pytest.mark.usefixtures("any_system")
def test_many_keys_are_written_together(store: Folder) -> None:
    many = [(f"objects/a{digit}/b", bytes([digit])) for digit in range(9)]
    store.put_all([*many, many[0]])
    assert [(key, store.get(key)) for key in store.keys("objects")] == many
    with pytest.raises(TakenError):
        store.put_all([("objects/aa/b", b""), ("objects/a1/b", b"other")])
    assert store.get("objects/a1/b") == b"\1"


NAMES = st.from_regex(r"[a-z0-9]{1,2}(\.[a-z0-9])?", fullmatch=True)
KEYS = st.lists(NAMES, min_size=1, max_size=3).map(lambda names: "/".join(("k", *names)))


def fits(keys: set[str]) -> set[str]:
    """The keys of which none is a folder of another."""
    return {key for key in keys if not any(other.startswith(f"{key}/") for other in keys)}


@given(st.dictionaries(KEYS, st.binary(max_size=9), max_size=6), st.lists(KEYS, max_size=2))
def test_a_store_is_a_mapping_listed_in_order(model: dict[str, bytes], gone: list[str]) -> None:
    model = {key: model[key] for key in fits(set(model))}
    with tempfile.TemporaryDirectory() as folder:
        store = Folder(Path(folder))
        store.put_all(model.items())
        for key in set(gone) & set(model):
            store.remove(key)
            del model[key]
        assert [(key, store.get(key)) for key in store.keys("k")] == sorted(model.items())


# --- hostile names ------------------------------------------------------------------------------

PIECES = st.sampled_from(
    ["..", ".", "", "/", "//", "\\", "a", "objects", "log", "~", "\0", "\n", "é", "COM1", "..%2f",
     "a..b", ".hidden", "a.", "$HOME", "-rf", "a b", "C:", "\u202e", "x" * 300],
)  # fmt: skip
HOSTILE = st.one_of(
    st.text(max_size=20),
    st.lists(PIECES, max_size=5).map("/".join),
    st.lists(PIECES, max_size=5).map("".join),
    PIECES.map(lambda piece: f"objects/../../{piece}"),
)


@given(HOSTILE)
def test_no_name_leads_outside(key: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Folder(Path(folder, "root"))
        Path(folder, "secret").write_bytes(b"theirs")
        told = 0
        for act in (lambda: store.put(key, b"mine"), lambda: store.get(key),
                    lambda: store.remove(key), lambda: list(store.keys(key))):  # fmt: skip
            try:
                act()
            except ArchiveError:
                told += 1
        outside = [path for path in Path(folder).iterdir() if path.name != "root"]
        assert [path.read_bytes() for path in outside] == [b"theirs"]
        written = [path for path in store.root.rglob("*") if path.is_file()]
        assert told >= (0 if key.isascii() and key.replace("/", "").isalnum() else 2)
        assert not written


@pytest.mark.parametrize(
    "key",
    ["", "a", "/etc/passwd", "a/../b", "../a/b", "a//b", "a/.", "a/b/", "a/B", "a/.b", "a/b.",
     "a/b\n", "a\\b/c", "a/b\0", "a/é"],
)  # fmt: skip
def test_what_is_no_key_is_refused(store: Folder, key: str) -> None:
    for act in (lambda: store.put(key, b""), lambda: store.get(key), lambda: store.remove(key)):
        with pytest.raises(ArchiveError, match="is no key of an archive"):
            act()
    assert not store.root.exists()


@pytest.mark.parametrize("place", ["", "..", "objects/..", "/", "Objects", "."])
def test_what_is_no_place_is_not_listed(store: Folder, place: str) -> None:
    with pytest.raises(ArchiveError, match="is no place"):
        list(store.keys(place))


@pytest.mark.parametrize("linked", ["objects", "objects/ab", UNDERWAY])
def test_a_folder_that_is_a_link_is_not_followed(store: Folder, linked: str) -> None:
    elsewhere = store.root.parent / "elsewhere"
    elsewhere.mkdir(parents=True)
    link = store.root / linked
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(elsewhere)
    (elsewhere / ".x.1-0.tmp").touch()
    with pytest.raises(ArchiveError, match=r"is reached by a link.*Put the folder itself"):
        store.put(KEY, b"mine")
    if linked == UNDERWAY:
        with pytest.raises(ArchiveError, match="is reached by a link"), store.alone():
            pass
    else:
        with pytest.raises(ArchiveError, match="is reached by a link"):
            store.get(KEY)
        with pytest.raises(ArchiveError, match="is reached by a link"):
            store.remove(KEY)
    assert [path.name for path in elsewhere.iterdir()] == [".x.1-0.tmp"]


def test_a_file_that_is_a_link_is_neither_read_nor_written(store: Folder) -> None:
    store.put("objects/ab/other", b"")
    secret = store.root.parent / "secret"
    secret.write_bytes(b"theirs")
    (store.root / KEY).symlink_to(secret)
    for act in (lambda: store.get(KEY), lambda: store.put(KEY, b"mine")):
        with pytest.raises(ArchiveError, match=r"ab12: cannot be read: it is a link\.$"):
            act()
    assert list(store.keys("objects")) == [KEY, "objects/ab/other"]
    store.remove(KEY)
    assert secret.read_bytes() == b"theirs"


def test_the_archive_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "archive").symlink_to(tmp_path / "disk")
    Folder(tmp_path / "archive").put(KEY, b"one")
    assert Folder(tmp_path / "disk").get(KEY) == b"one"


def test_a_pipe_or_a_folder_in_a_files_place_is_told(store: Folder) -> None:
    store.put("objects/ab/other", b"")
    os.mkfifo(store.root / KEY)
    with pytest.raises(ArchiveError, match=r"cannot be read: it is no file\.$"):
        store.get(KEY)
    (store.root / KEY).unlink()
    (store.root / KEY).mkdir()
    with pytest.raises(ArchiveError, match=r"cannot be read: i"):
        store.get(KEY)


def test_what_is_no_key_is_passed_over(store: Folder) -> None:
    store.put(KEY, b"one")
    for name in (".DS_Store", "Thumbs.db", "notes (1).txt"):
        (store.root / "objects" / name).touch()
    assert list(store.keys("objects")) == [KEY]


def test_a_folder_that_cannot_be_listed_is_not_an_empty_one(
    store: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(KEY, b"one")

    def refuse(_folder: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ArchiveError, match=r"cannot be read: permission denied\.$"):
        list(store.keys("objects"))


# --- writers --------------------------------------------------------------------------------------


def left(store: Folder) -> Path:
    """What a killed writer leaves."""
    path = store.root / UNDERWAY / ".ab12.1-0.tmp"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half of")
    return path


@pytest.mark.parametrize("how", ["shared", "alone"])
def test_leavings_are_cleared_where_nobody_else_writes(store: Folder, how: str) -> None:
    path = left(store)
    with getattr(store, how)():
        assert not path.exists()


def test_leavings_stay_while_others_write(store: Folder) -> None:
    path = left(store)
    with holder(store.root, "shared"), store.shared():
        assert path.exists()


@pytest.mark.parametrize("how", ["shared", "alone"])
def test_who_waits_too_long_is_told(
    store: Folder, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(KEY, b"one")
    monkeypatch.setattr("reporter.locks.PAUSE", 0.0)
    with (
        holder(store.root, "alone"),
        pytest.raises(ArchiveError, match=r"another process is at work .* Try again when"),
        getattr(store, how)(),
    ):
        pass


def test_locks_may_be_held_again_within(store: Folder) -> None:
    with store.shared(), store.shared():
        store.put(KEY, b"one")
    with store.alone(), store.shared(), store.alone():
        store.remove(KEY)


def test_nothing_is_removed_without_locks(store: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr("fcntl.flock", refuse)
    with store.shared():
        store.put(KEY, b"one")
    with pytest.raises(ArchiveError, match="no locks, so nothing is removed"), store.alone():
        pass


# --- what outlives a power cut ------------------------------------------------------------------


@contextmanager
def power(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """What is synced and named below a folder, in its order: ("sync" or "name", path)."""
    seen: list[tuple[str, str]] = []
    sync, link = os.fsync, os.link

    def told(path: str) -> str:
        return Path(path).relative_to(root.parent).as_posix()

    def noted_sync(handle: int) -> None:
        seen.append(("sync", told(str(Path(f"/proc/self/fd/{handle}").readlink()))))
        sync(handle)

    def noted_link(source: Any, target: Any) -> None:
        seen.append(("name", told(target)))
        assert ("sync", told(source)) in seen
        link(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", noted_sync)
        patch.setattr(os, "link", noted_link)
        yield seen


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="handles cannot be looked up")
def test_all_that_an_entry_refers_to_is_durable_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = archive(tmp_path)
    with power(tmp_path / "archive", monkeypatch) as seen:
        add(made, draft())
    at = seen.index(("name", "archive/log/00000001.json"))
    for what, path in seen[:at]:
        if what == "name":
            named = seen.index((what, path))
            folder = str(Path(path).parent)
            assert ("sync", folder) in seen[named:at]
    for folder in (".", "archive", "archive/objects"):
        assert ("sync", folder) in seen[:at]
    assert seen[at + 1 :].count(("sync", "archive/log")) == 1


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="handles cannot be looked up")
def test_what_another_wrote_is_durable_too_before_it_is_relied_on(
    store: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(KEY, b"one")
    with power(store.root, monkeypatch) as seen:
        assert not Folder(store.root).put(KEY, b"one")
    assert seen == [
        ("sync", path) for path in (".", "archive", "archive/objects", "archive/objects/ab")
    ]
