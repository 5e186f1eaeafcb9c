"""What `verify` tells of one thing done at a time, and what it takes no offence at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from reporter.archive import catalogue, log
from reporter.archive import verify as verifying
from reporter.archive.base import Archive, object_key, opened
from reporter.archive.findings import Evidence, Found, Kind, shown
from reporter.archive.verify import verify
from reporter.filed import Act, Edition, Head
from tests.archive.verifying import made as made  # noqa: PLC0414  a fixture
from tests.archive.verifying import one
from tests.archives import FIRST, add, draft, hand
from tests.forging import documents, rewrite
from tests.tampering import begun

LATER = 6 * 366 * 24 * 60  # minutes: no edition need be kept any more


def head(made: Archive, number: int) -> Head:
    return Head(number, made.entries()[number - 1].sha256)


def edit(made: Archive, number: int, old: str, new: str) -> None:
    path = made.folder / log.key(number)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_what_is_read_is_counted_and_told(made: Archive) -> None:
    told: list[tuple[int, int, str]] = []
    report = verify(made, (), lambda *step: told.append(step))
    files = [path for path in (made.folder / "objects").rglob("*") if path.is_file()]
    assert (report.entries, report.editions, report.objects) == (4, 3, len(files))
    assert report.size == sum(path.stat().st_size for path in files)
    assert [step[:2] for step in told] == [(n, len(files)) for n in range(1, len(files) + 1)]


# --- the log ------------------------------------------------------------------------------------


def test_a_changed_entry_is_told_from_the_one_behind(made: Archive) -> None:
    edit(made, 2, "jane", "joan")
    found = one(made)
    assert (found.kind, found.where) == (Kind.CHANGED, log.key(2))
    assert found.message == "was changed: entry 3 follows another."


def test_a_changed_link_is_told_as_what_was_changed(made: Archive) -> None:
    before = made.entries()[1].sha256
    edit(made, 3, before, "0" * 64)
    found = one(made)
    assert (found.kind, found.where) == (Kind.CHANGED, log.key(3))


def test_of_the_last_two_either_may_have_been_changed_but_for_a_head(made: Archive) -> None:
    kept = head(made, 3)
    edit(made, 4, kept.sha256, "0" * 64)
    assert (one(made).where, "or the last entry" in one(made).message) == (log.key(3), True)
    assert one(made, kept).where == log.key(4)


def test_the_first_entry_follows_none(made: Archive) -> None:
    edit(made, 1, "0" * 64, "1" * 64)
    assert {f.where for f in verify(opened(made.folder)).findings} == {log.key(1)}


def test_two_changed_entries_in_a_row_are_both_named(made: Archive) -> None:
    edit(made, 2, "jane", "joan")
    edit(made, 3, "jane", "joan")
    found = one(made)
    assert (found.kind, found.where) == (Kind.CHANGED, log.key(3))
    assert "So may have been entry 2." in found.message


def test_holes_are_told_as_stretches(made: Archive) -> None:
    (made.folder / log.key(2)).unlink()
    (made.folder / log.key(3)).unlink()
    found = one(made)
    assert str(found).startswith(f"{log.key(2)}: this and all up to {log.key(3)} are missing.")


def test_a_far_number_is_one_hole(made: Archive) -> None:
    shutil.copy(made.folder / log.key(1), made.folder / log.key(10**8 - 1))
    found = verify(opened(made.folder)).findings
    assert {one.kind for one in found} == {Kind.MISSING, Kind.DUPLICATE}
    assert len(found) == 2


def test_an_empty_entry_says_so(made: Archive) -> None:
    (made.folder / log.key(2)).write_bytes(b"")
    assert any(f.message == "is empty." for f in verify(opened(made.folder)).findings)


def test_an_entry_too_large_is_not_read_whole(made: Archive) -> None:
    with (made.folder / log.key(2)).open("wb") as file:
        file.truncate(1 << 34)  # no byte of it lies on the disk
    found = verify(opened(made.folder)).findings
    assert any(f.message == "is far too large for an entry." for f in found)


def test_a_folder_in_place_of_an_entry(made: Archive) -> None:
    path = made.folder / log.key(2)
    path.unlink()
    path.mkdir()
    assert one(made).where == log.key(2)
    (path / "x.json").write_bytes(b"")
    assert {f.kind for f in verify(opened(made.folder)).findings} == {Kind.MISSING, Kind.FOREIGN}


def test_a_log_taken_away_whole(made: Archive) -> None:
    kept = head(made, 4)
    shutil.rmtree(made.folder / "log")
    (made.folder / "log").mkdir()
    found = one(made, kept)
    assert (found.kind, found.where) == (Kind.TRUNCATED, "log")
    assert "ends at entry 0, but a head was taken of entry 4" in found.message


# --- heads --------------------------------------------------------------------------------------


def test_it_is_told_between_which_heads_a_chain_departs(tmp_path: Path) -> None:
    made = begun(tmp_path, 8)
    kept = tuple(head(made, number) for number in (2, 4, 7, 9))
    entries = documents(made.folder)
    entries[4]["actor"] = "joan"
    rewrite(made.folder, entries)
    assert not verify(opened(made.folder)).findings
    report = verify(opened(made.folder), kept)
    (found,) = report.findings
    assert (found.kind, found.where) == (Kind.RECOMPUTED, f"{log.key(5)} to {log.key(7)}")
    assert "up to entry 4 the heads hold" in found.message
    assert report.matched == kept[:2]


def test_a_head_of_another_archive_is_told(made: Archive, tmp_path: Path) -> None:
    other = begun(tmp_path / "other")
    add(other, draft(slug="daily"))
    found = one(made, head(other, 2), head(made, 4))
    assert (found.kind, found.where) == (Kind.HEAD, "the head of entry 2")


def test_what_came_after_a_head_is_no_finding(made: Archive) -> None:
    kept = head(made, 4)
    add(made, draft(slug="daily"), 60)
    assert not verify(opened(made.folder), (kept,)).findings


def test_a_chain_recomputed_and_cut_is_told_as_both(tmp_path: Path) -> None:
    made = begun(tmp_path, 5)
    kept = (head(made, 3), head(made, 6))
    entries = documents(made.folder)[:5]
    entries[1]["actor"] = "joan"
    rewrite(made.folder, entries)
    found = verify(opened(made.folder), kept).findings
    assert [one.kind for one in found] == [Kind.RECOMPUTED, Kind.TRUNCATED]


# --- objects ------------------------------------------------------------------------------------


def part_of(made: Archive, path: str) -> Path:
    part = made.edition("2026-01-15/weekly").part(path)
    assert part
    return made.folder / object_key(part.sha256)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("do", "kind", "words"),
    [
        (lambda p: p.unlink(), Kind.MISSING, "is missing (files/brief.pdf of 2026-01-15/weekly)."),
        (lambda p: p.write_bytes(b""), Kind.TRUNCATED, "was cut off: 0 of 24 bytes are there"),
        (lambda p: p.write_bytes(b"%PDF"), Kind.TRUNCATED, "was cut off: 4 of 24 bytes are there"),
        (lambda p: p.write_bytes(b"%PDF-1.7 SMALL2026-01-15"), Kind.CHANGED, "was changed: its"),
        (lambda p: p.write_bytes(bytes(99)), Kind.CHANGED, "was changed: its sha256 is"),
        (
            pipe,
            Kind.UNREADABLE,
            "is no plain file (files/brief.pdf",
        ),
        (lambda p: (p.unlink(), p.mkdir()), Kind.MISSING, "is missing (files/brief.pdf"),
    ],
)
def test_an_object_tampered_with(
    made: Archive, do: Callable[[Path], object], kind: Kind, words: str
) -> None:
    path = part_of(made, "files/brief.pdf")
    do(path)
    found = one(made)
    assert (found.kind, found.where) == (kind, path.relative_to(made.folder).as_posix())
    assert words in found.message


def test_a_shared_object_names_one_user_and_counts_the_others(made: Archive) -> None:
    part_of(made, "program/templates/brief.html.j2").unlink()
    words = "program/templates/brief.html.j2 of 2026-01-15/weekly and 2 more"
    assert words in one(made).message


def test_a_link_to_the_same_bytes_is_no_object(made: Archive, tmp_path: Path) -> None:
    path = part_of(made, "files/brief.pdf")
    path.rename(tmp_path / "away")
    path.symlink_to(tmp_path / "away")
    assert (one(made).kind, "is a link, not a file" in one(made).message) == ("unreadable", True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_object_that_may_not_be_read(made: Archive) -> None:
    part_of(made, "files/brief.pdf").chmod(0)
    assert one(made).kind is Kind.UNREADABLE


def test_an_archive_in_daily_use_is_clean(made: Archive) -> None:
    made.keep(b"left by a killed run")
    assert catalogue.rebuild(made) == 3
    (made.folder / "private" / "clients").mkdir(parents=True, mode=0o700)
    (made.folder / "objects" / "00").mkdir(exist_ok=True)
    (made.folder / "objects" / "00" / ".x.123-0.tmp").write_bytes(b"half")
    report = verify(made)
    assert report.findings == ()
    assert [note.kind for note in report.notes] == [Kind.LEAVING, Kind.LEAVING]


# --- purges -------------------------------------------------------------------------------------


def purge(made: Archive, edition: Edition, *, remove: int) -> list[str]:
    """Purge the files of an edition that no other has, removing so many of them."""
    gone = [part.sha256 for part in edition.parts if part.path.startswith("files/")]
    entry = hand(LATER).entry(Act.PURGED, edition.id, details={"objects": gone})
    log.append(made.store, entry, lambda _: None)
    for sha256 in gone[:remove]:
        made.store.remove(object_key(sha256))
    return gone


def test_what_was_purged_is_not_missed(made: Archive) -> None:
    purge(made, made.edition("2026-01-15/weekly"), remove=9)
    report = verify(made)
    assert (report.findings, report.notes) == ((), ())


def test_a_purge_cut_short_is_a_note(made: Archive) -> None:
    purge(made, made.edition("2026-01-15/weekly"), remove=1)
    report = verify(made)
    assert report.findings == ()
    (note,) = report.notes
    assert (note.kind, "2 objects not removed yet" in note.message) == (Kind.UNFINISHED, True)


def test_a_purge_excuses_nothing_that_another_edition_needs(made: Archive) -> None:
    edition = made.edition("2026-01-15/weekly")
    shared = edition.part("inputs/spec/brief.toml")
    assert shared
    entry = hand(LATER).entry(Act.PURGED, edition.id, details={"objects": [shared.sha256]})
    log.append(made.store, entry, lambda _: None)
    made.store.remove(object_key(shared.sha256))
    found = one(made)
    assert found.kind is Kind.MISSING
    assert "of 2026-01-22/weekly and 1 more" in found.message


def test_what_was_purged_and_filed_again_is_needed(made: Archive) -> None:
    gone = purge(made, made.edition("2026-01-15/weekly"), remove=9)
    add(made, draft(FIRST, "again"), LATER)
    assert verify(made).findings == ()
    made.store.remove(object_key(gone[0]))
    assert "of 2026-01-15/again" in one(made).message


# --- checks of others, words --------------------------------------------------------------------


def test_other_checks_are_handed_what_holds(made: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(evidence: Evidence) -> Iterable[Found]:
        assert len(evidence.entries) == len(evidence.editions) + 1 == 4
        yield Found(Kind.CHANGED, "approval", "does not hold.")

    monkeypatch.setattr(verifying, "CHECKS", (check,))
    assert str(one(made)) == "approval: does not hold."


def test_names_are_shown_harmlessly() -> None:
    assert shown("a\x1b[2J\u202e\n\udcffé") == "a\\x1b[2J\\u202e\\n\\udcffé"
