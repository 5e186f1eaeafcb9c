"""An edition is filed whole, once, and its corrections beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from reporter.archive import log, policy
from reporter.archive.base import Hand, object_key
from reporter.archive.filing import Correction, begin, corrections, file
from reporter.archive.retention import retained
from reporter.errors import ArchiveError
from reporter.filed import Act, Entry
from reporter.paper import Artifact
from tests.archives import add, archive, draft, hand


def test_what_is_filed_is_had_again(tmp_path: Path) -> None:
    made = archive(tmp_path)
    edition = add(made, draft())
    assert edition.id == "2026-01-15/weekly"
    assert made.edition(edition.id) == edition
    pdf = edition.part("files/brief.pdf")
    assert pdf
    assert made.object(pdf.sha256) == b"%PDF-1.7 small2026-01-15"


def test_filing_the_same_again_changes_nothing(tmp_path: Path) -> None:
    made = archive(tmp_path)
    first = file(made, draft(), hand())
    again = file(made, draft(), hand(5, "joe"))
    assert (first.new, again.new) == (True, False)
    assert again.edition == first.edition
    assert [one.act for one in made.entries()] == ["created", "added"]


def test_another_edition_of_the_same_day_is_a_correction_or_refused(tmp_path: Path) -> None:
    made = archive(tmp_path)
    add(made, draft())
    other = draft(headline="Russell 2000 slips")
    with pytest.raises(ArchiveError, match="filed already, with other files"):
        file(made, other, hand(1))
    corrected = add(made, other, 2, corrects="2026-01-15/weekly")
    assert corrected.id == "2026-01-15/weekly.2"
    assert made.edition("2026-01-15/weekly.2").corrects == "2026-01-15/weekly"
    assert made.edition("2026-01-15/weekly").headline == "Russell 2000 closes at a record"


def test_the_first_entry_says_how_the_archive_is_laid_out(tmp_path: Path) -> None:
    made = archive(tmp_path)
    with pytest.raises(ArchiveError, match="no edition"):
        add(made, draft(), corrects="2026-01-08/weekly")
    assert made.entries() == ()
    add(made, draft())
    begin(made, hand(3))
    first, second = made.entries()
    assert (first.act, first.details) == ("created", {"format": 1})
    assert second.act == "added"


def test_an_edition_is_to_be_kept_five_years(tmp_path: Path) -> None:
    made = archive(tmp_path)
    leap = Hand("jane", datetime(2028, 2, 29, 12, tzinfo=UTC))
    file(made, draft(), leap)
    assert made.entries()[-1].details["retain_until"] == "2033-03-01"


def test_a_policy_put_into_force_before_says_how_long(tmp_path: Path) -> None:
    made = archive(tmp_path)
    rules = b'[retention]\nyears = 3\n[[retention.rules]]\nslug = "weekly"\nyears = 9\n'
    assert policy.put(made, rules, "p.toml", hand())
    add(made, draft(), 1)
    add(made, draft(slug="daily"), 2)
    assert policy.put(made, b"[retention]\nyears = 1\n", "p.toml", hand(3))
    days = [entry.details.get("retain_until") for entry in made.entries()]
    assert [day for day in days if day] == ["2035-01-16", "2029-01-16"]
    assert retained(made, "2026-01-15/weekly").until == date(2035, 1, 16)


def test_a_correction_is_told_of_the_edition_it_corrects_and_of_one_another(tmp_path: Path) -> None:
    made = archive(tmp_path)
    first = add(made, draft()).id
    second = add(made, draft(headline="Two"), 1, corrects=first).id
    third = add(made, draft(headline="Three"), 2, corrects=second).id
    fourth = add(made, draft(headline="Four"), 3, corrects=first).id
    assert (second, third, fourth) == (f"{first}.2", f"{first}.3", f"{first}.4")
    assert corrections(made.entries()) == {first: (second, fourth), second: (third,)}
    assert made.edition(third).reason == "A wrong close."


def test_only_an_edition_of_the_same_brief_is_corrected(tmp_path: Path) -> None:
    made = archive(tmp_path)
    add(made, draft(slug="daily"))
    with pytest.raises(ArchiveError, match="is another brief's"):
        add(made, draft(), corrects="2026-01-15/daily")


def test_a_purged_edition_is_neither_corrected_nor_filed_again(tmp_path: Path) -> None:
    made = archive(tmp_path)
    first = add(made, draft())
    entry = made.added()[first.id]
    purged = hand(1).entry(Act.PURGED, first.id)
    log.append(made.store, purged, lambda _: None)
    made.store.remove(object_key(entry.objects["record"]))
    with pytest.raises(ArchiveError, match="was purged and cannot be corrected"):
        add(made, draft(headline="Other"), 2, corrects=first.id)
    with pytest.raises(ArchiveError, match="was filed and purged"):
        add(made, draft(), 3)


PART = Artifact("files/a.txt", b"a")
HOSTILE = (
    {"slug": "../etc"}, {"slug": ""}, {"slug": "a/b"}, {"slug": "weekly.2"}, {"slug": "a" * 65},
    {"slug": "Weekly"}, {"slug": "weekly\n"},
    {"title": "a\x1b[2Jb"}, {"headline": "a\u202eb"}, {"standfirst": "\ud800"},
    {"prepared_by": "a\nb"}, {"source": "a\x00"}, {"title": "a" * 5000}, {"parts": ()},
    *({"parts": (PART, Artifact(path, b"b"))} for path in (
        "files/a.txt", "files/../b", "/files/b", "files//b", "other/b", "files/b\\c", "files/",
        "files/\x07", "files/./b", "b",
        "files/a:b", f"files/{'a' * 256}", "inputs",
    )),
)  # fmt: skip


@pytest.mark.parametrize("words", HOSTILE, ids=str)
def test_what_no_build_writes_is_refused_and_leaves_nothing(
    tmp_path: Path, words: dict[str, Any]
) -> None:
    made = archive(tmp_path)
    with pytest.raises(ArchiveError) as refused:
        file(made, replace(draft(), **words), hand())
    assert str(refused.value).isprintable()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("reason", ["", "  ", "a\nb", "\x1b[31m"])
def test_a_correction_needs_a_reason_that_can_be_shown(tmp_path: Path, reason: str) -> None:
    made = archive(tmp_path)
    first = add(made, draft())
    with pytest.raises(ArchiveError, match="reason"):
        file(made, draft(headline="Other"), hand(1), Correction(first.id, reason))


def test_a_writer_who_was_faster_takes_the_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = archive(tmp_path)
    first = add(made, draft()).id
    whole, busy = log.append, [True]

    def late(*given: Any, **more: Any) -> Entry:
        if busy.pop() if busy else False:
            add(made, draft(headline="Faster"), 1, corrects=first)
        return whole(*given, **more)

    monkeypatch.setattr(log, "append", late)
    mine = add(made, draft(headline="Slower"), 1, corrects=first)
    assert mine.id == f"{first}.3"
    assert made.edition(f"{first}.2").headline == "Faster"
