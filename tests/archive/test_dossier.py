"""Of one edition everything is told: who, when, from what, what was done since."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from reporter.archive import log
from reporter.archive.base import Archive, object_key
from reporter.archive.dossier import document, dossier
from reporter.filed import Act
from reporter.paper import Artifact
from tests.archives import add, archive, draft, fact, hand

WEEKLY = "2026-01-15/weekly"
FIGURE = {"label": "Russell 2000", "value": {"text": "2,674.56", "fact": "record_close:^RUT"},
          "change": None, "note": ""}  # fmt: skip
BRIEF = {
    "source": "files:prices",
    "facts": [fact(), fact(id="t", source="BofA")],
    "key_figures": [FIGURE],
    "sections": [{"tables": [
        {"id": "targets", "caption": "Targets", "rows": [[{"text": "x", "fact": "t"}]]},
        {"id": "notes", "caption": "Notes", "rows": []},
    ]}],
    "charts": [{"id": "lead", "title": {"text": "Up"}, "source_line": "Source: BofA."}],
}  # fmt: skip


def done(made: Archive, act: Act, minutes: int, edition: str = WEEKLY, **details: Any) -> None:
    entry = hand(minutes, "joe").entry(act, edition, details=details)
    log.append(made.store, entry, lambda _: None)


def filed(folder: Path) -> Archive:
    made = archive(folder)
    data = json.dumps(BRIEF).encode()
    add(made, replace(draft(), parts=(Artifact("files/brief.json", data),), prepared_by="Ann"))
    return made


def test_the_record_has_what_the_rule_asks_for(tmp_path: Path) -> None:
    made = filed(tmp_path)
    done(made, Act.APPROVED, 1, approver="Bea Chief")
    done(made, Act.USED, 2, on="2026-01-17", until="2026-01-20", how="mail")
    done(made, Act.USED, 3, on="2026-01-16", until="2026-01-18", how="web")
    told = document(dossier(made, WEEKLY))
    assert told["record"] == {
        "first_use": "2026-01-16",
        "last_use": "2026-01-20",
        "approved_by": "Bea Chief",
        "approved": "2026-01-16T12:01:00+00:00",
        "prepared_by": "Ann",
        "sources": [
            {"kind": "figure", "id": "", "title": "Russell 2000", "source": "sample"},
            {"kind": "table", "id": "targets", "title": "Targets", "source": "BofA"},
            {"kind": "table", "id": "notes", "title": "Notes", "source": "files:prices"},
            {"kind": "chart", "id": "lead", "title": "Up", "source": "Source: BofA."},
        ],
    }
    assert [one["act"] for one in told["log"]] == ["added", "approved", "used", "used"]  # type: ignore[union-attr, call-overload, index]
    assert told["key_figures"] == [["Russell 2000", "2,674.56", "", ""]]


def test_a_use_that_lasts_has_no_last_day(tmp_path: Path) -> None:
    made = filed(tmp_path)
    done(made, Act.USED, 2, on="2026-01-17", how="mail")
    record = document(dossier(made, WEEKLY))["record"]
    assert isinstance(record, dict)
    assert (record["first_use"], record["last_use"]) == ("2026-01-17", None)


def test_holds_that_take_it_in_are_told(tmp_path: Path) -> None:
    made = filed(tmp_path)
    done(made, Act.HELD, 1, "", slug="weekly")
    done(made, Act.HELD, 2, "", editions=["2026-01-22/weekly", WEEKLY])
    done(made, Act.HELD, 3, "", slug="daily")
    done(made, Act.RELEASED, 4, "", hold=4)
    done(made, Act.RELEASED, 5, "", hold=3)
    known = dossier(made, WEEKLY)
    assert [one.number for one in known.done] == [1, 2, 3, 6]
    assert known.listed.held


def test_corrections_are_told_both_ways(tmp_path: Path) -> None:
    made = filed(tmp_path)
    add(made, draft(headline="Corrected"), 5, corrects=WEEKLY)
    first, second = document(dossier(made, WEEKLY)), document(dossier(made, f"{WEEKLY}.2"))
    assert (first["corrected_by"], first["corrects"]) == ([f"{WEEKLY}.2"], None)
    assert (second["corrects"], second["reason"]) == (WEEKLY, "A wrong close.")


def test_of_a_purged_or_damaged_one_what_is_left_is_told(tmp_path: Path) -> None:
    made = filed(tmp_path)
    sha256 = made.added()[WEEKLY].objects["record"]
    part = made.edition(WEEKLY).parts[0]
    (made.folder / object_key(part.sha256)).write_bytes(b"[")
    assert document(dossier(made, WEEKLY))["key_figures"] == []
    (made.folder / object_key(sha256)).unlink()
    assert document(dossier(made, WEEKLY))["files"] == []
    done(made, Act.PURGED, 9)
    told = document(dossier(made, WEEKLY))
    assert (told["state"], told["purged"]) == (["purged"], "2026-01-16T12:09:00+00:00")
    assert told["filed"] == {"at": "2026-01-16T12:00:00+00:00", "by": "jane"}
