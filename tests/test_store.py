from __future__ import annotations

import fcntl
import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.errors import DataError
from reporter.store import DamagedError, Ref, Store, _safe

NOON = datetime(2026, 1, 16, 12, tzinfo=timezone(timedelta(hours=-5)))
DAY = date(2026, 1, 16)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data")


def test_what_is_kept_is_had_again(store: Store) -> None:
    with store.open():
        sha256 = store.keep_table(b"a,b\n1,2\n")
        ref = store.keep_fetch("^RUT", NOON, {"table": sha256})
        name = store.keep_snapshot(DAY, {"fetch": ref.path})
    assert store.table(sha256) == b"a,b\n1,2\n"
    assert store.fetch(ref)["table"] == sha256
    assert list(store.fetches("^RUT")) == [(ref, store.fetch(ref))]
    assert store.snapshot(name)["fetch"] == ref.path
    assert store.names() == (name,)
    assert ref.path.startswith("^RUT/20260116T170000Z-")
    assert name.startswith("2026-01-16-")


def test_the_same_content_is_the_same_files(tmp_path: Path) -> None:
    stores = Store(tmp_path / "one"), Store(tmp_path / "two")
    for store in stores:
        with store.open():
            store.keep_table(b"x" * 100_000)
            store.keep_fetch("IWM", NOON, {"b": 1, "a": [2]})
            store.keep_snapshot(DAY, {"c": 3})
    files = [
        {path.relative_to(s.folder): path.read_bytes() for path in s.folder.rglob("*.*")}
        for s in stores
    ]
    assert files[0] == files[1]
    packed = next(data for path, data in files[0].items() if path.suffix == ".gz")
    assert packed[:4] == b"\x1f\x8b\x08\x00"  # no name
    assert packed[4:8] == bytes(4)  # no time
    assert gzip.decompress(packed) == b"x" * 100_000


def test_the_newest_fetch_comes_first_and_damaged_ones_are_left_out(store: Store) -> None:
    with store.open():
        refs = [store.keep_fetch("A", NOON + timedelta(days=d), {"day": d}) for d in (1, 0, 2)]
    assert [document["day"] for _, document in store.fetches("A")] == [2, 1, 0]
    (store.folder / "fetches" / refs[2].path).write_bytes(b"{")
    assert [document["day"] for _, document in store.fetches("A")] == [1, 0]
    assert list(store.fetches("B")) == []


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[:-5],
    "empty": lambda _: b"",
    "longer": lambda data: data + b" ",
    "another": lambda _: gzip.compress(b"something else"),
    "a letter": lambda data: data[:30] + bytes([data[30] ^ 1]) + data[31:],
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_file_is_told_by_name_and_never_used(store: Store, how: str) -> None:
    with store.open():
        sha256 = store.keep_table(b"a,b\n1,2\n" * 20)
        ref = store.keep_fetch("^RUT", NOON, {"table": sha256, "more": "of it, so that it is long"})
        name = store.keep_snapshot(DAY, {"fetch": ref.path, "more": "of it"})
    for path in [path for path in store.folder.rglob("*.*") if path.is_file()]:
        path.write_bytes(DAMAGE[how](path.read_bytes()))
    for file, read in (
        (sha256, lambda: store.table(sha256)),
        (ref.path, lambda: store.fetch(ref)),
        (name, lambda: store.snapshot(name)),
    ):
        with pytest.raises(DamagedError, match="is damaged") as told:
            read()
        assert file in str(told.value)
        assert "reporter data fetch" in str(told.value)


def test_a_missing_file_is_told(store: Store) -> None:
    for read in (
        lambda: store.table("0" * 64),
        lambda: store.fetch(Ref("A/x-1.json", "0" * 64)),
        lambda: store.snapshot("2026-01-16-00000000"),
    ):
        with pytest.raises(
            DamagedError, match=r"^\S+: is missing\. Restore it from a copy; or fetch anew: "
        ):
            read()


def test_a_record_of_another_version_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.open():
        monkeypatch.setattr("reporter.store.FORMAT", 2)
        name = store.keep_snapshot(DAY, {})
        monkeypatch.undo()
    with pytest.raises(DamagedError, match="another version"):
        store.snapshot(name)


def test_keeping_again_mends_a_damaged_file(store: Store) -> None:
    with store.open():
        sha256 = store.keep_table(b"a\n")
        (path,) = store.folder.glob("objects/*/*")
        path.write_bytes(b"")
        assert store.keep_table(b"a\n") == sha256
    assert store.table(sha256) == b"a\n"


def leavings(store: Store) -> list[Path]:
    """What killed runs leave: files under hidden names, cut off anywhere."""
    left = [
        store.folder / "objects" / "ab" / ".x.csv.gz.1-0.tmp",
        store.folder / "fetches" / "^RUT" / ".x.json.1-0.tmp",
        store.folder / "snapshots" / ".x.json.1-0.tmp",
    ]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half of")
    return left


def test_leavings_are_cleared_and_nothing_else(store: Store) -> None:
    left = leavings(store)
    strange = store.folder / "objects" / "ab" / "notes.txt"
    strange.write_text("mine")
    with store.open():
        pass
    assert not any(path.exists() for path in left)
    assert strange.exists()


def test_leavings_stay_while_another_run_is_at_work(store: Store) -> None:
    with store.open():
        left = leavings(store)
        with store.open():
            assert all(path.exists() for path in left)
            store.keep_table(b"meanwhile")
    with store.open():
        assert not any(path.exists() for path in left)


def test_a_file_system_without_locks_will_do(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no locks here")

    left = leavings(store)
    monkeypatch.setattr(fcntl, "flock", refuse)
    with store.open():
        store.keep_table(b"a\n")
    assert all(path.exists() for path in left)


def test_a_hidden_name_that_is_taken_is_not_used(store: Store) -> None:
    with store.open():
        sha256 = store.keep_table(b"a\n")
        (path,) = store.folder.glob("objects/*/*")
        taken = path.with_name(f".{path.name}.{os.getpid()}-0.tmp")
        taken.write_bytes(b"another's")
        store.keep_table(b"a\n")
        assert taken.read_bytes() == b"another's"
    assert store.table(sha256) == b"a\n"


WRITER = """
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta, UTC
from pathlib import Path
from reporter.store import Store
store, own = Store(Path(sys.argv[1])), int(sys.argv[2])
for turn in range(40):
    with store.open():
        sha256 = store.keep_table(b"shared %d" % turn * 500)
        fetched = datetime(2026, 1, 16, tzinfo=UTC) + timedelta(seconds=turn)
        ref = store.keep_fetch("^RUT", fetched, {"table": sha256})
        store.keep_snapshot(date(2026, 1, 16), {"fetch": ref.path, "own": own % 2, "turn": turn})
"""


def test_runs_at_once_do_not_hurt_each_other(store: Store) -> None:
    store.folder.mkdir()
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(store.folder), str(own)])
        for own in range(4)
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    assert len(store.names()) == 80
    assert len(list(store.fetches("^RUT"))) == 40
    for name in store.names():
        assert store.snapshot(name)["turn"] in range(40)
    for _, document in store.fetches("^RUT"):
        assert store.table(document["table"]).startswith(b"shared")
    assert not list(store.folder.rglob(".*"))


@given(st.lists(st.text(min_size=1, max_size=150), min_size=2, max_size=2, unique=True))
def test_a_symbol_is_a_safe_and_own_name_of_a_folder(symbols: list[str]) -> None:
    one, other = map(_safe, symbols)
    assert one != other
    assert len(one) < 255
    assert not one.startswith(".")
    assert "/" not in one
    assert one.isascii()
    assert one.isprintable()


def test_symbols_stay_readable() -> None:
    assert [_safe(s) for s in ("^RUT", "CL=F", "BRK-B", "7203.T")] == [
        "^RUT", "CL=F", "BRK-B", "7203.T",
    ]  # fmt: skip
    assert _safe("..") == "%2E."


@pytest.mark.parametrize("part", ["", "objects", "fetches", "snapshots"])
def test_a_folder_that_cannot_be_written_is_told(store: Store, part: str) -> None:
    place = store.folder / part
    place.parent.mkdir(exist_ok=True)
    place.write_text("in the way")
    with pytest.raises(DataError, match=r"cannot be written: .*--data") as told, store.open():
        pass
    assert str(place) in str(told.value)
