"""The catalogue equals one made from nothing, whatever was done, and never stands in the way."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive import catalogue, log
from reporter.archive.approving import Wish, approve
from reporter.archive.base import Archive, object_key, opened
from reporter.archive.filing import Draft
from reporter.archive.search import Listed, Which, listed
from reporter.errors import ArchiveError
from reporter.filed import Act
from reporter.paper import Artifact
from tests.approvers import enforce, row, signer
from tests.archives import FIRST, add, archive, draft, fact, hand

TRIALS = int(os.environ.get("REPORTER_TRIALS", "10"))
WEEKLY = "2026-01-15/weekly"


def small(week: int, headline: str = "A record") -> Draft:
    """An edition to be, of its `brief.json` alone."""
    whole = draft(FIRST + timedelta(weeks=week), headline=headline)
    return replace(whole, parts=tuple(p for p in whole.parts if p.path.endswith(".json")))


def do(made: Archive, act: Act, edition: str = WEEKLY, minutes: float = 0, **details: Any) -> None:
    """Append an entry by hand."""
    entry = hand(minutes, "joe").entry(act, edition, details=details)
    log.append(made.store, entry, lambda _: None, late=True)


def every(made: Archive) -> tuple[Listed, ...]:
    return catalogue.ask(made, lambda db: listed(db, Which()))


def ids(made: Archive) -> list[str]:
    return [one.id for one in every(made)]


def path(made: Archive) -> Path:
    return made.folder / "catalogue.sqlite"


def by_hand(made: Archive, statement: str) -> None:
    """Change the file as somebody else might."""
    with closing(sqlite3.connect(path(made), isolation_level=None)) as db:
        db.execute(statement)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(0, 4)),
        st.tuples(st.just("correct"), st.integers(0, 4)),
        st.tuples(st.sampled_from([Act.PURGED, Act.HELD, Act.RELEASED, Act.APPROVED, Act.USED]),
                  st.integers(0, 4)),
        st.tuples(st.just("look"), st.just(0)),
    ),
    max_size=8,
)  # fmt: skip


@given(STEPS)
def test_whatever_was_done_it_equals_one_made_from_nothing(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    made = archive(tmp_path_factory.mktemp("it"))
    (made.folder / "log").mkdir(parents=True)
    filed: list[str] = []
    for minutes, (what, week) in enumerate(steps):
        name = f"{FIRST + timedelta(weeks=week)}/weekly"
        if what == "look":
            assert len(every(made)) == len(filed)
        elif what == "add" and name not in filed:
            filed.append(add(made, small(week), minutes).id)
        elif what == "correct" and name in made.present():
            other = small(week, f"Corrected at {minutes}")
            filed.append(add(made, other, minutes, corrects=name).id)
        elif isinstance(what, Act) and name in filed:
            do(made, what, name, minutes, hold=minutes)
    assert len(every(made)) == len(filed)
    assert catalogue.differs(made) is None


def test_it_follows_the_log(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    assert ids(made) == ["2026-01-22/weekly", WEEKLY]
    enforce(made, row(), minutes=7)
    approve(made, Wish(WEEKLY), signer(), hand(8, "ann"))
    do(made, Act.APPROVED, "2026-01-22/weekly", minutes=8, approver="Ann Lee")
    add(made, draft(headline="Russell 2000 slips"), 9, corrects=WEEKLY)
    do(made, Act.HELD, minutes=11, editions=[WEEKLY])
    first = every(made)[-1]
    assert first.corrected_by == (f"{WEEKLY}.2",)
    assert (first.approved_by, first.approved_at) == ("Ann Meier", "2026-01-16T12:08:00+00:00")
    assert first.approved_for == "professional in CH, EU; retail in CH, EU"
    assert every(made)[0].states == ("filed",)
    assert first.states == ("held", "approved", f"corrected by {WEEKLY}.2")
    do(made, Act.RELEASED, minutes=12, hold=8)
    assert not every(made)[-1].held


def test_a_hold_is_of_editions_or_of_a_slug_until_it_is_released(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    do(made, Act.HELD, "", 1, slug="weekly")
    do(made, Act.HELD, "", 2, editions=[WEEKLY])
    add(made, draft(FIRST + timedelta(weeks=1)), 3)
    assert [one.held for one in every(made)] == [True, True]
    do(made, Act.RELEASED, "", 4, hold=3)
    assert [one.held for one in every(made)] == [False, True]
    do(made, Act.RELEASED, "", 5, hold=4)
    assert [one.held for one in every(made)] == [False, False]


def test_a_log_that_no_longer_agrees_is_read_anew(tmp_path: Path) -> None:
    made, other = archive(tmp_path / "a", 3), archive(tmp_path / "b", 0)
    add(other, draft(slug="daily"))
    ids(other)
    shutil.copy(path(other), path(made))
    assert len(ids(made)) == 3
    (made.folder / "log" / "00000004.json").unlink()
    made = opened(made.folder)
    assert len(ids(made)) == 2
    assert catalogue.differs(made) is None


def test_an_entry_that_is_missing_is_no_answer(tmp_path: Path) -> None:
    made = archive(tmp_path, 3)
    ids(made)
    (made.folder / "log" / "00000003.json").unlink()
    with pytest.raises(log.BrokenLogError, match="is missing"):
        ids(opened(made.folder))


@pytest.mark.parametrize(
    "damage", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 5000, None]
)
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes | None) -> None:
    made = archive(tmp_path, 2)
    ids(made)
    whole = path(made).read_bytes()
    path(made).write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert len(ids(made)) == 2
    assert catalogue.differs(made) is None


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, bytes]:
    """An archive of two editions, and its catalogue."""
    made = archive(tmp_path_factory.mktemp("sound"), 2)
    ids(made)
    return made, path(made).read_bytes()


@given(st.data())
def test_any_damage_at_all_is_no_error(sound: tuple[Archive, bytes], data: st.DataObject) -> None:
    made, whole = sound
    start = data.draw(st.integers(0, len(whole) - 1))
    length = data.draw(st.integers(1, 4000))
    byte = data.draw(st.integers(0, 255))
    end = min(start + length, len(whole))
    path(made).write_bytes(whole[:start] + bytes([byte]) * (end - start) + whole[end:])
    every(made)
    assert catalogue.differs(made) is None or catalogue.rebuild(made) == 2


def test_another_versions_file_is_made_anew(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    ids(made)
    by_hand(made, "ALTER TABLE editions ADD COLUMN more TEXT")
    assert len(ids(made)) == 2
    with closing(sqlite3.connect(path(made))) as db:
        assert not db.execute("SELECT * FROM pragma_table_info('editions') WHERE name = 'more'"
                              ).fetchall()  # fmt: skip


def test_changed_rows_are_told(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    assert catalogue.differs(made) is None
    ids(made)
    assert catalogue.differs(made) is None
    by_hand(made, "UPDATE editions SET headline = 'Something else'")
    told = catalogue.differs(made)
    assert told
    assert told.startswith("the catalogue's editions differ from the files.")
    assert catalogue.rebuild(made) == 2
    assert catalogue.differs(made) is None
    path(made).write_bytes(b"nothing like it")
    assert catalogue.differs(made)


def test_a_locked_file_is_read_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "PATIENCE", 0.1)
    made = archive(tmp_path, 2)
    ids(made)
    add(made, draft(slug="daily"), 9)
    for kind in ("IMMEDIATE", "EXCLUSIVE"):
        with closing(sqlite3.connect(path(made), isolation_level=None)) as other:
            other.execute(f"BEGIN {kind}")
            assert len(ids(made)) == 3


def test_where_nothing_can_be_written_it_is_made_in_memory(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    path(made).mkdir()
    assert len(ids(made)) == 2
    with pytest.raises(ArchiveError, match="cannot be written"):
        catalogue.rebuild(made)


def test_an_edition_that_cannot_be_read_is_listed_as_damaged_until_it_can(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    entry = made.added()[WEEKLY]
    record = made.folder / object_key(entry.objects["record"])
    data = record.read_bytes()
    record.unlink()
    assert every(made)[-1].states == ("damaged",)
    record.write_bytes(b"{}")
    assert every(made)[-1].states == ("damaged",)
    record.write_bytes(data)
    assert every(made)[-1].headline == "Russell 2000 closes at a record"
    assert catalogue.differs(made) is None


def test_a_purge_leaves_nothing_of_the_edition_in_the_file(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    unique = "Quagmirification"
    told = fact(id="x", metric="level", subject="XYZZY", display=unique)
    add(made, draft(slug="daily", headline=f"{unique} of the market", facts=(told,)), 5)
    ids(made)
    assert unique.encode() in path(made).read_bytes()
    do(made, Act.PURGED, f"{FIRST}/daily", 9)
    gone = next(one for one in every(made) if one.slug == "daily")
    assert (gone.states, gone.headline) == (("purged",), "")
    left = path(made).read_bytes().lower()
    assert unique.lower().encode() not in left
    assert b"agmirific" not in left
    assert b"xyzzy" not in left
    assert catalogue.differs(made) is None


HOSTILE = (
    b"no json", b"[]", b"null", b"[" * 100000, b'{"facts": 5, "sections": {"a": 1}, "charts": [1]}',
    b'{"facts": [{"id": 5, "metric": null, "value": 1e999}, 7], "headline": ["x"]}',
    b'{"facts": [{"id": "a", "value": ' + b"9" * 400 + b', "detail": []}], "inputs": [{}]}',
    rb'{"headline": "\ud800 \u0000 x", "inputs": [{"symbol": "\udfff", "name": "\u0000"}]}',
    b'{"sections": [{"name": 1, "paragraphs": [[{"facts": [[]], "spans": [1]}], 3]}]}',
)  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_a_brief_of_any_make_is_taken_in(tmp_path: Path, data: bytes) -> None:
    made = archive(tmp_path)
    odd = replace(draft(), parts=(Artifact("files/brief.json", data),))
    add(made, odd)
    assert every(made)[0].states == ("filed",)
    assert catalogue.differs(made) is None


LISTING = """
import sys
from pathlib import Path
from typing import Any
from reporter.archive import catalogue
from reporter.archive.base import opened
from reporter.archive.search import Which, listed
print(len(catalogue.ask(opened(Path(sys.argv[1])), lambda db: listed(db, Which()))))
"""


def test_several_processes_at_once_all_see_everything(tmp_path: Path) -> None:
    made = archive(tmp_path, 12)
    command = [sys.executable, "-c", LISTING, str(made.folder)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [one.communicate()[0].strip() for one in running] == ["12"] * 4
    assert catalogue.differs(made) is None


def test_a_killed_process_leaves_one_that_serves(tmp_path: Path) -> None:
    made = archive(tmp_path, 8)
    chance = random.Random(4)  # noqa: S311  a trial can be run again
    command = [sys.executable, "-c", LISTING, str(made.folder)]
    start = perf_counter()
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"8\n"
    whole = perf_counter() - start
    for trial in range(TRIALS):
        if trial % 2:
            path(made).unlink(missing_ok=True)
        else:
            add(made, small(100 + trial), 100 + trial)
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            time.sleep(chance.uniform(whole / 2, whole))
            process.kill()
        assert len(every(made)) == 8 + 1 + trial // 2
        assert catalogue.differs(made) is None


def test_it_may_be_deleted_at_any_time(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    before = ids(made)
    path(made).unlink()
    assert ids(opened(made.folder)) == before
