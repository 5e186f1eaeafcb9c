"""The log: one form of an entry, read once, chained whoever writes, against the clock or not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reporter.archive import log
from reporter.archive.base import Archive, opened
from reporter.archive.log import BrokenLogError
from reporter.archive.stores import Folder
from reporter.archive.verify import verify
from reporter.errors import ArchiveError
from reporter.filed import GENESIS, Act, Entry
from tests.archives import add, archive, draft, hand
from tests.tampering import begun

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
ENTRIES = st.builds(
    Entry,
    number=st.integers(1, 10**9),
    previous=HASHES,
    time=st.datetimes(timezones=st.timezones()),
    actor=WORDS,
    act=st.sampled_from(Act),
    edition=WORDS,
    objects=st.dictionaries(WORDS, HASHES, max_size=3),
    details=st.dictionaries(WORDS, JSON, max_size=3),
)


def entry(number: int = 1) -> Entry:
    return replace(hand(number).entry(Act.HELD, "2026-01-15/weekly"), number=number,
                   previous=GENESIS)  # fmt: skip


def put(made: Archive, minutes: float = 0, *, late: bool = False) -> Entry:
    return log.append(made.store, hand(minutes).entry(Act.HELD), lambda _: None, late=late)


# --- an entry has one form ----------------------------------------------------------------------


@given(ENTRIES)
def test_what_is_written_is_read(one: Entry) -> None:
    try:
        data = log.encoded(one)
    except OverflowError:  # the first or last day there is, in another zone
        return
    read = log.decoded(data, "x")
    # in UTC: an hour that a zone has twice compares unequal to itself in another (PEP 495)
    assert replace(read, sha256="") == replace(one, time=one.time.astimezone(UTC))
    assert log.encoded(read) == data


@given(ENTRIES)
def test_any_json_reader_reads_an_entry(one: Entry) -> None:
    try:
        document = json.loads(log.encoded(one))
    except OverflowError:
        return
    assert document["number"] == one.number
    assert document["details"] == one.details
    assert list(document) == sorted(document)


@given(st.binary(max_size=300))
@example(b"")
@example(b"[" * 100_000)
@example(b'{"format": 2}')
@example(b'{"format": ' + b"9" * 5000 + b"}")
@example(log.encoded(entry()).decode().encode("utf-16"))
def test_bytes_that_are_no_entry_are_refused(data: bytes) -> None:
    with pytest.raises(BrokenLogError):
        log.decoded(data, "x")


@given(st.data())
def test_a_changed_byte_is_refused_or_another_entry(data: st.DataObject) -> None:
    whole = bytearray(log.encoded(entry()))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255))
    try:
        read = log.decoded(bytes(whole), "x")
    except BrokenLogError:
        return
    assert log.encoded(read) == bytes(whole)


@given(st.sampled_from(sorted(json.loads(log.encoded(entry())))), JSON)
def test_fields_of_another_type_are_refused_or_written_back(name: str, value: object) -> None:
    document = json.loads(log.encoded(entry())) | {name: value}
    lines = (f' "{key}": {log._JSON.encode(one)}' for key, one in document.items())
    data = ("{\n" + ",\n".join(lines) + "\n}\n").encode()
    try:
        assert log.encoded(log.decoded(data, "x")) == data
    except BrokenLogError:
        return


GOOD = log.encoded(entry()).decode()


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace('"number": 1', '"number": true'),
        GOOD.replace('"number": 1', '"number": 1.0'),
        GOOD.replace('"number": 1', '"number": 01'),
        GOOD.replace('"number": 1,', '"number": 1,\n "number": 1,'),
        GOOD.replace('"number": 1', '"number": 0'),
        GOOD.replace('"details": {}', '"details": {"x": NaN}'),
        GOOD.replace('"details": {}', '"details": {"x": 1, "x": 1}'),
        GOOD.replace('"details": {}', '"details": []'),
        GOOD.replace('"details": {}', '"details": {"x": "\\ud800"}'),
        GOOD.replace('"objects": {}', '"objects": {"record": "../../etc"}'),
        GOOD.replace('"objects": {}', '"objects": null'),
        GOOD.replace('"act"', '"more": 1,\n "act"'),
        GOOD.replace('"held"', '"burnt"'),
        GOOD.replace("+00:00", "+01:00"),
        GOOD.replace("+00:00", ""),
        GOOD.replace("2026-", "0001-").replace("+00:00", "+23:59"),
        GOOD.replace("\n", "\r\n"),
        GOOD[:-1],
        GOOD + "\n",
        "\ufeff" + GOOD,
    ],
)
def test_another_spelling_is_refused(text: str) -> None:
    log.decoded(GOOD.encode(), "x")
    assert text != GOOD
    with pytest.raises(BrokenLogError):
        log.decoded(text.encode(), "x")


def test_an_entry_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    made = begun(tmp_path, 0)
    for one in (
        hand(1, "jo\udcff").entry(Act.HELD),
        hand(1).entry(Act.HELD, details={"x": float("nan")}),
        hand(1).entry(Act.HELD, details={"x": object()}),
        hand(1).entry(Act.HELD, objects={"record": "no hash"}),
        hand(1).entry(Act.HELD, details={"x": "y" * log.LARGEST}),
    ):
        with pytest.raises(ArchiveError):
            log.append(made.store, one, lambda _: None)
    assert len(opened(made.folder).entries()) == 1


# --- a log is read once -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Counted(Folder):
    """A folder that counts what is asked of it."""

    asked: Counter[str] = field(default_factory=Counter)

    def get(self, key: str) -> bytes:
        """Count it."""
        self.asked["get"] += 1
        return Folder.get(self, key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Count it."""
        self.asked["keys"] += 1
        return Folder.keys(self, prefix)


def test_an_append_reads_no_more_than_the_end(tmp_path: Path) -> None:
    first = archive(tmp_path)
    for minute in range(30):
        put(first, minute)
    store = Counted(first.folder)
    second = Archive(store, first.folder)
    assert len(second.entries()) == 30
    store.asked.clear()
    for minute in range(30, 40):
        put(second, minute)
    assert store.asked["keys"] == 0
    assert store.asked["get"] <= 2 * 10
    assert first.entries() == second.entries() == opened(first.folder).entries()
    assert first.entries(35) == opened(first.folder).entries(35) == first.entries()[35:]
    assert opened(first.folder).entries(99) == ()


def test_another_writer_s_entries_are_seen(tmp_path: Path) -> None:
    first = begun(tmp_path, 0)
    second = opened(first.folder)
    for minute in range(5, 15):
        put((first, second)[minute % 2], minute)
    numbers = [one.number for one in first.entries()]
    assert numbers == list(range(1, 12))
    assert second.entries() == first.entries()


def test_many_writers_at_once_write_one_chain(tmp_path: Path) -> None:
    made = begun(tmp_path, 0)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: [put(opened(made.folder), n / 10) for _ in range(5)], range(4)))
    assert len(opened(made.folder).entries()) == 21
    assert verify(opened(made.folder)).findings == ()


def test_an_older_state_put_in_place_is_read_anew(tmp_path: Path) -> None:
    made = begun(tmp_path, 2)
    assert len(made.entries()) == 3
    (made.folder / log.key(3)).unlink()
    assert len(made.entries()) == 2
    assert put(made, 9).number == 3
    assert opened(made.folder).entries() == made.entries()


def test_a_hole_or_a_break_stops_readers_and_writers(tmp_path: Path) -> None:
    made = begun(tmp_path, 3)
    lost = made.folder / log.key(2)
    kept = lost.read_bytes()
    lost.unlink()
    with pytest.raises(BrokenLogError, match=r"00000002.json: is missing. .*archive verify"):
        opened(made.folder).entries()
    with pytest.raises(BrokenLogError):
        put(opened(made.folder), 9)
    lost.write_bytes(kept.replace(b"jane", b"joe"))
    with pytest.raises(BrokenLogError, match="does not follow the entry before"):
        opened(made.folder).entries()
    with pytest.raises(BrokenLogError, match="does not follow the entry before"):
        opened(made.folder).entries(2)
    lost.write_bytes(kept)
    assert len(opened(made.folder).entries()) == 4


# --- the clock ----------------------------------------------------------------------------------


def test_a_clock_behind_the_log_is_refused_unless_said_to_be_right(tmp_path: Path) -> None:
    made = archive(tmp_path)
    put(made, 60)
    assert not put(made, 59).details  # two clocks may differ so much
    with pytest.raises(ArchiveError, match=r"clock says 2026-01-16 12:50 UTC.*up to .* 13:00 UTC"):
        put(made, 50)
    assert len(opened(made.folder).entries()) == 2
    assert put(made, 50, late=True).details == {"clock": "behind"}
    assert not put(made, 50).details  # from there on that clock counts
    assert not put(made, 70, late=True).details
    report = verify(opened(made.folder))
    assert report.findings == ()
    (note,) = report.notes
    assert (note.kind, note.where) == ("clock", log.key(3))
    assert "said that its clock is right" in note.message


def test_no_clock_creeps_back_unseen(tmp_path: Path) -> None:
    made = archive(tmp_path)
    put(made, 60)
    put(made, 59)
    with pytest.raises(ArchiveError, match="clock"):
        put(made, 57.5)


def test_time_that_runs_back_unmarked_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = archive(tmp_path)
    put(made, 60)
    monkeypatch.setattr(log, "SKEW", timedelta(days=1))
    put(made, 10)
    monkeypatch.undo()
    (found,) = verify(opened(made.folder)).findings
    assert (found.kind, found.where) == ("clock", log.key(2))
    assert "12:10 UTC, but the log was at 2026-01-16 13:00 UTC" in found.message


def test_filing_with_a_clock_behind(tmp_path: Path) -> None:
    made = begun(tmp_path)
    add(made, draft(), 60)
    with pytest.raises(ArchiveError, match="--clock-is-right"):
        add(made, draft(slug="daily"), 0)
    assert len(made.entries()) == 2
