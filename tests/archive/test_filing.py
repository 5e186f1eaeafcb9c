"""An edition is filed whole, once, and its corrections beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter.archive.filing import file
from reporter.errors import ArchiveError
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
