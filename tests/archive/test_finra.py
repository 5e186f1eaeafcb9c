"""The record of an edition has what FINRA Rule 2210(b)(4)(A) asks for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reporter.archive.approving import Wish, approve, withdraw
from reporter.archive.base import Archive
from reporter.archive.filing import Draft
from reporter.archive.finra import Use, finra_record, record_use
from reporter.errors import ArchiveError, SpecError
from reporter.filed import Act
from reporter.paper import Artifact
from tests.approvers import enforce, row, signer
from tests.archives import add, archive, draft, fact, hand

FIRST = "2026-01-15/weekly"
DAY = date(2026, 1, 16)
LATER = 60 * 24 * 10


def with_pictures() -> Draft:
    """A draft whose brief has a chart and a table."""
    plain = draft()
    brief = json.loads(next(p.data for p in plain.parts if p.path == "files/brief.json"))
    cell = {"text": "a record close", "fact": "record_close:^RUT"}
    brief |= {
        "facts": [fact(source="Yahoo Finance")],
        "charts": [{"id": "mountain", "source_line": "Source: Yahoo Finance, 15 January 2026."}],
        "sections": [{"tables": [{"id": "returns", "rows": [[cell, {"text": "x"}]]}]}],
    }
    parts = [part for part in plain.parts if part.path != "files/brief.json"]
    data = Artifact("files/brief.json", json.dumps(brief).encode())
    return replace(plain, parts=(*parts, data))


@pytest.fixture
def made(tmp_path: Path) -> Archive:
    """An archive with an edition that Ann approved on 16 January."""
    there = archive(tmp_path)
    add(there, with_pictures())
    enforce(there, row(), minutes=1)
    approve(there, Wish(FIRST), signer(), hand(2, "ann"))
    return there


def test_the_record_has_its_fields(made: Archive) -> None:
    assert record_use(made, Use(FIRST, DAY, "Put on the site"), hand(LATER, "bo"))
    ended = Use(FIRST, date(2026, 1, 17), "Handed out", date(2026, 1, 20))
    assert record_use(made, ended, hand(LATER + 1, "cy"))
    assert finra_record(made, FIRST) == {
        "edition": FIRST,
        "first_use": "2026-01-16",
        "last_use": None,
        "uses": [
            {"on": "2026-01-16", "how": "Put on the site", "recorded_by": "bo"},
            {"on": "2026-01-17", "until": "2026-01-20", "how": "Handed out", "recorded_by": "cy"},
        ],
        "approved": [
            {
                "name": "Ann Meier", "title": "Head of Research", "on": "2026-01-16",
                "audiences": ["professional", "retail"], "jurisdictions": ["CH", "EU"],
            }
        ],
        "prepared_by": "jane",
        "filed_by": "jane",
        "distributed_by": ["bo", "cy"],
        "sources": [
            {"kind": "data", "name": "", "title": "", "source": "files"},
            {"kind": "table", "name": "returns", "title": "", "source": "Yahoo Finance"},
            {
                "kind": "chart", "name": "mountain", "title": "",
                "source": "Source: Yahoo Finance, 15 January 2026.",
            },
        ],
    }  # fmt: skip


def test_the_last_use_is_the_last_of_all_that_ended(made: Archive) -> None:
    record_use(made, Use(FIRST, DAY, "Handed out", date(2026, 1, 18)), hand(LATER))
    record_use(made, Use(FIRST, DAY, "Put on the site", date(2026, 1, 22)), hand(LATER))
    assert finra_record(made, FIRST)["last_use"] == "2026-01-22"


def test_an_edition_never_used_has_no_days(tmp_path: Path) -> None:
    there = archive(tmp_path, editions=1)
    found = finra_record(there, FIRST)
    assert (found["first_use"], found["last_use"], found["approved"]) == (None, None, [])
    assert found["prepared_by"] == "jane"


def test_the_same_use_is_recorded_once(made: Archive) -> None:
    assert record_use(made, Use(FIRST, DAY, "Handed out"), hand(LATER))
    assert not record_use(made, Use(FIRST, DAY, " Handed  out"), hand(LATER + 5))
    assert [one.act for one in made.entries()].count(Act.USED) == 1


def test_an_edition_not_approved_by_then_is_not_used_without_a_reason(made: Archive) -> None:
    early = Use(FIRST, date(2026, 1, 15), "Handed out")
    with pytest.raises(ArchiveError, match="approved only on 2026-01-16") as told:
        record_use(made, early, hand(LATER))
    assert "--unapproved-because" in str(told.value)
    withdraw(made, FIRST, "A wrong level.", hand(5))
    with pytest.raises(ArchiveError, match="was not approved"):
        record_use(made, Use(FIRST, DAY, "Handed out"), hand(LATER))
    assert record_use(made, replace(early, because="Sent before the rule."), hand(LATER, "bo"))
    (use,) = [one for one in made.entries() if one.act is Act.USED]
    assert use.details["unapproved_because"] == "Sent before the rule."
    assert finra_record(made, FIRST)["distributed_by"] == ["bo"]


def test_half_of_four_eyes_is_no_approval(tmp_path: Path) -> None:
    there = archive(tmp_path, editions=1)
    enforce(there, row(), row("Bo Lind", "bo"), required=2, minutes=1)
    approve(there, Wish(FIRST), signer(), hand(2, "ann"))
    with pytest.raises(ArchiveError, match="was not approved"):
        record_use(there, Use(FIRST, DAY, "Handed out"), hand(LATER))
    approve(there, Wish(FIRST), signer("bo"), hand(3, "bo"))
    assert record_use(there, Use(FIRST, DAY, "Handed out"), hand(LATER))


@pytest.mark.parametrize(
    ("use", "why"),
    [
        (Use(FIRST, date(2026, 1, 14), "x"), "as of 2026-01-15"),
        (Use(FIRST, date(2026, 1, 27), "x"), "2026-01-27 is still to come"),
        (Use(FIRST, DAY, "x", date(2026, 1, 27)), "2026-01-27 is still to come"),
        (Use(FIRST, DAY, "x", date(2026, 1, 15)), "is before the first"),
        (Use("2026-01-15/daily", DAY, "x"), "there is no edition"),
    ],
)
def test_days_that_cannot_be_are_refused(made: Archive, use: Use, why: str) -> None:
    before = made.entries()
    with pytest.raises(ArchiveError, match=why):
        record_use(made, use, hand(LATER))
    assert made.entries() == before


@pytest.mark.parametrize("how", ["", " ", "x\x1b[2J", "x" * 161])
def test_how_is_a_line_of_text(made: Archive, how: str) -> None:
    with pytest.raises(SpecError):
        record_use(made, Use(FIRST, DAY, how), hand(LATER))
