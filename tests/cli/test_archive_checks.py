"""What `verify` asks beside objects, and what `purge` leaves alone, as they are typed."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reporter.archive import log
from reporter.archive.base import Archive, opened
from reporter.archive.clients import keys_of
from reporter.cli import options, run
from reporter.errors import ArchiveError
from reporter.filed import Act
from tests.archives import add, archive, draft, hand

WEEKLY = "2026-01-15/weekly"
LATE = datetime(2040, 1, 1, tzinfo=UTC)
Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An archive with two editions here, long ago."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPORTER_ACTOR", "jane")
    monkeypatch.setattr(options, "now", lambda: LATE)
    return archive(tmp_path, 2)


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    def tell(*words: object) -> tuple[int, str, str]:
        code = run(["archive", *map(str, words)])
        out, err = capsys.readouterr()
        return code, out, err

    return tell


def cut(made: Archive) -> None:
    """Cut off the log's end: what filed the last edition."""
    (made.folder / log.key(3)).unlink()


def files(made: Archive) -> list[Path]:
    return sorted(path for path in (made.folder / "objects").rglob("*") if path.is_file())


# --- verify -------------------------------------------------------------------------------------


def test_a_catalogue_that_says_otherwise_is_found(made: Archive, told: Told) -> None:
    assert told("catalogue")[0] == 0
    assert told("verify")[0] == 0
    with closing(sqlite3.connect(made.folder / "catalogue.sqlite")) as db:
        db.execute("UPDATE editions SET headline = 'Other'")
        db.commit()
    code, out, _ = told("verify")
    assert code == 1
    assert "catalogue.sqlite: the catalogue's editions differ from the files." in out
    assert "reporter archive catalogue" in out
    assert told("catalogue")[0] == 0
    assert told("verify")[0] == 0


def test_an_approval_that_nobody_signed_is_found(made: Archive, told: Told) -> None:
    forged = {"approval": made.keep(b'{"format": 1, "signed": "{}", "signature": ""}')}
    entry = hand(60).entry(Act.APPROVED, WEEKLY, objects=forged)
    log.append(made.store, entry, lambda _: None)
    code, out, _ = told("verify")
    assert code == 1
    assert f"{log.key(4)}: an approval of {WEEKLY} does not count: is no signed statement." in out


def test_a_withdrawal_is_of_an_edition_that_is_there(made: Archive, told: Told) -> None:
    entry = hand(60).entry(Act.WITHDRAWN, "2026-01-15/dayly")
    log.append(made.store, entry, lambda _: None)
    code, out, _ = told("verify")
    assert code == 1
    assert "is about 2026-01-15/dayly, which was not filed before" in out


def test_a_key_that_must_be_gone_is_found_where_it_lies(made: Archive, told: Told) -> None:
    Path("a.eml").write_bytes(b"Dear Anna")
    assert told("enclose", WEEKLY, "a.eml", "--client", "anna", "--private", "keys")[0] == 0
    client = keys_of(made, Path("keys")).client("anna")
    assert client
    forgotten(made, client.handle)
    code, out, _ = told("verify")
    assert code == 0
    assert "is not where the keys of this archive's clients lie" in out
    code, out, _ = told("verify", "--private", "keys")
    assert code == 1
    assert f"the key of a client who is forgotten ({client.handle[:8]}) is there." in out
    assert "keys/clients" in out


def forgotten(made: Archive, handle: str) -> None:
    """Say that a client was forgotten, by a hand that left his key."""
    entry = hand(60).entry(Act.FORGOTTEN, details={"client": handle})
    entry = replace(entry, time=made.entries()[-1].time)
    log.append(made.store, entry, lambda _: None)


# --- heads of several archives ------------------------------------------------------------------


@pytest.mark.usefixtures("made")
def test_a_mailbox_of_several_archives(told: Told, tmp_path: Path) -> None:
    other = archive(tmp_path / "other")
    add(other, draft(slug="daily"), 7)
    other_line = told("head", "--archive", other.folder, "--to", "mail.txt")[1]
    code, out, _ = told("verify", "--head", "mail.txt")
    assert code == 1
    assert "head: mail.txt: has no head of this archive" in out
    assert "it holds heads of archive " + other_line.split()[1] in out
    told("head", "--to", "mail.txt")
    code, out, _ = told("verify", "--head", "mail.txt")
    assert code == 0
    assert "Heads of 1 other archive passed over: 1." in out
    assert "Heads given: 1; those that hold are of entry 3." in out
    code, out, _ = told("verify", "--head", other_line)
    assert code == 1
    assert "it is another archive's, or everything here was computed anew" in out


# --- purge --------------------------------------------------------------------------------------


def test_editions_of_a_log_cut_short_are_not_cleared_away(made: Archive, told: Told) -> None:
    before, edition = files(made), made.edition("2026-01-22/weekly")
    cut(made)
    code, _, err = told("purge", "--yes")
    assert code == 0
    assert files(made) == before
    assert "objects that no entry refers to" in err
    assert "they stay." in err
    assert "2026-01-22/weekly: its record is among them; no entry files it." in err
    for sure in ("--dry-run", "--yes"):
        code, _, err = told("purge", "--leavings", sure)
        assert (code, files(made)) == (1, before)
        assert "no entry files 2026-01-22/weekly" in err
        assert "purge --leavings --head" in err
    out = told("verify")[1]
    assert "that no entry files are among them: 2026-01-22/weekly. The log's end may be" in out
    assert "clears it away" not in out
    assert told("purge", WEEKLY, "--yes")[0] == 0
    lost = {part.sha256 for part in edition.parts} & {path.name for path in files(made)}
    assert len(lost) == len({part.sha256 for part in edition.parts}), "none of its parts went"
    head = told("head")[1].strip()
    assert told("purge", "--leavings", "--yes", "--head", head)[0] == 0
    assert told("purge", "--yes")[0] == 0
    assert files(made) == []


@pytest.mark.parametrize("way", ["line", "file"])
def test_purge_goes_by_a_head(made: Archive, told: Told, way: str) -> None:
    line = told("head", "--to", "heads.txt")[1]
    head = line if way == "line" else "heads.txt"
    assert told("purge", WEEKLY, "--yes", "--dry-run", "--head", head)[0] == 0
    cut(made)
    before = files(made)
    code, out, err = told("purge", "--due", "--leavings", "--yes", "--head", head)
    assert (code, out, files(made)) == (1, "", before)
    assert "ends at entry 2, but a head was taken of entry 3" in err
    assert "Nothing was purged" in err


def test_the_catalogue_remembers_a_longer_log(made: Archive, told: Told) -> None:
    assert told("list")[0] == 0
    cut(made)
    assert told("list")[0] == 0, "made anew, it remembers"
    before = files(made)
    (made.folder.parent / "policy.toml").write_text("")
    use = ("used", WEEKLY, "--on", "2026-01-16", "--how", "Sent", "--unapproved-because", "Paper")
    for words in (
        ("purge", "--due", "--yes"),
        ("purge", "--leavings", "--yes"),
        ("hold", WEEKLY, "--reason", "A claim."),
        use,
    ):
        code, _, err = told(*words)
        assert (code, files(made), len(opened(made.folder).entries())) == (1, before, 2)
        assert "the catalogue has seen entry 3" in err
    with pytest.raises(ArchiveError, match="has seen entry 3"):
        add(opened(made.folder), draft(slug="daily"), 60)
    code, out, _ = told("verify")
    assert code == 1
    assert "the catalogue has seen entry 3" in out
    code, _, err = told("catalogue")
    assert code == 0
    assert "That is forgotten now." in err
    assert told("verify")[0] == 0
    assert told(*use)[0] == 0


def test_what_is_written_is_seen_at_once(made: Archive, told: Told) -> None:
    assert told("list")[0] == 0
    add(made, draft(slug="daily"), 60)
    (made.folder / log.key(4)).unlink()
    code, _, err = told("hold", WEEKLY, "--reason", "A claim.")
    assert code == 1
    assert "the catalogue has seen entry 4" in err


def test_a_log_that_is_gone(made: Archive, told: Told) -> None:
    head = told("head")[1].strip()
    shutil.rmtree(made.folder / "log")
    before = files(made)
    for words in (("list",), ("hold", WEEKLY, "--reason", "A claim."), ("add", "output/x")):
        code, _, err = told(*words)
        assert (code, files(made)) == (1, before)
        assert "holds objects but no log" in err
    with pytest.raises(ArchiveError, match="holds objects but no log"):
        add(made, draft(slug="daily"), 60)
    code, out, _ = told("verify")
    assert code == 1
    assert "missing: log: holds objects but no log" in out
    code, out, _ = told("verify", "--head", head)
    assert code == 1
    assert "none of them holds." in out
    assert not (made.folder / "log").exists()


@pytest.mark.usefixtures("made")
def test_an_edition_in_use_is_not_purged(told: Told) -> None:
    use = ("used", WEEKLY, "--on", "2026-01-16", "--how", "On a site")
    assert told(*use, "--unapproved-because", "Paper")[0] == 0
    code, _, err = told("purge", WEEKLY, "--yes")
    assert code == 1
    assert "in use since 2026-01-16 without a last day, so its time has not begun" in err
    assert told(*use, "--until", "2026-01-20")[0] == 0
    code, _, err = told("purge", WEEKLY, "--yes")
    assert code == 1, "kept five years after it was told"
    assert "in use" not in err
    assert "kept through 2045" in err
