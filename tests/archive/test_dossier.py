"""Of one edition everything is told: who, when, from what, what was done since."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from reporter.archive import catalogue, log, policy, retention
from reporter.archive.approving import Wish, approve, withdraw
from reporter.archive.base import Archive, object_key
from reporter.archive.clients import keys_of
from reporter.archive.dossier import document, dossier
from reporter.archive.enclosures import enclose, known_client
from reporter.archive.finra import finra_record
from reporter.filed import Act
from reporter.paper import Artifact
from tests.approvers import enforce, row, signer
from tests.archives import FIRST, add, archive, draft, fact, hand

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


def done(made: Archive, act: Act, minutes: float, edition: str = WEEKLY, **details: Any) -> None:
    entry = hand(minutes, "joe").entry(act, edition, details=details)
    log.append(made.store, entry, lambda _: None)


def filed(folder: Path) -> Archive:
    made = archive(folder)
    data = json.dumps(BRIEF).encode()
    add(made, replace(draft(), parts=(Artifact("files/brief.json", data),), prepared_by="Ann"))
    return made


def test_the_record_has_what_the_rule_asks_for(tmp_path: Path) -> None:
    made = filed(tmp_path)
    enforce(made, row("Bea Chief", "bea"), minutes=0.5)
    approve(made, Wish(WEEKLY), signer("bea"), hand(1, "bea"))
    done(made, Act.APPROVED, 1.5, approver="Nobody", audiences=["retail"])
    done(made, Act.USED, 2, on="2026-01-17", until="2026-01-20", how="mail")
    done(made, Act.USED, 3, on="2026-01-16", until="2026-01-18", how="web")
    told = document(dossier(made, WEEKLY))
    record: Any = told["record"]
    assert record == finra_record(made, WEEKLY)
    assert (record["first_use"], record["last_use"]) == ("2026-01-16", "2026-01-20")
    assert [one["name"] for one in record["approved"]] == ["Bea Chief"]
    assert record["sources"][1:] == [
        {"kind": "figure", "name": "", "title": "Russell 2000", "source": "sample"},
        {"kind": "table", "name": "targets", "title": "Targets", "source": "BofA"},
        {"kind": "table", "name": "notes", "title": "Notes", "source": "files:prices"},
        {"kind": "chart", "name": "lead", "title": "Up", "source": "Source: BofA."},
    ]
    entries: Any = told["log"]
    assert [one["act"] for one in entries] == ["added", "approved", "approved", "used", "used"]
    approvals: Any = told["approvals"]
    assert [one["approver"] for one in approvals] == ["Bea Chief"]
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
    done(made, Act.RELEASED, 4, "", hold=5)
    done(made, Act.RELEASED, 5, "", hold=4)
    known = dossier(made, WEEKLY)
    assert [one.number for one in known.done] == [2, 3, 4, 7]
    assert known.listed.held
    assert [hold["number"] for hold in told_holds(made)] == [3]


def told_holds(made: Archive) -> Any:
    return document(dossier(made, WEEKLY))["holds"]


def test_a_hold_on_a_client_takes_in_what_he_was_sent(tmp_path: Path) -> None:
    made = filed(tmp_path)
    keys = keys_of(made)
    enclose(made, keys, hand(1), WEEKLY, [("acme", "letter.txt", b"Dear client")])
    other = add(made, draft(FIRST + timedelta(weeks=1)), 2).id
    owner = known_client(made, keys, "acme")
    retention.hold(made, hand(3), "A complaint.", client=owner.handle)
    assert dossier(made, WEEKLY).listed.held
    assert [hold["number"] for hold in told_holds(made)] == [5]
    assert not dossier(made, other).listed.held
    assert catalogue.differs(made) is None
    retention.release(made, hand(4), 5, "Settled.")
    assert not dossier(made, WEEKLY).listed.held


def test_what_approvals_are_lacking_and_withdrawn_is_told(tmp_path: Path) -> None:
    made = filed(tmp_path)
    enforce(made, row("Bea Chief", "bea"), row("Bo Lind", "bo"), required=2, minutes=1)
    approve(made, Wish(WEEKLY, ("retail",), ("CH",)), signer("bea"), hand(2, "bea"))
    known = dossier(made, WEEKLY)
    assert known.lacking == ("has 1 of 2 approvals for retail in CH.",)
    assert (known.listed.states, known.listed.approved_by) == (("approvals lacking",), "Bea Chief")
    approve(made, Wish(WEEKLY, ("retail",), ("CH",)), signer("bo"), hand(3, "bo"))
    known = dossier(made, WEEKLY)
    assert (known.lacking, known.standing.whom) == ((), "retail in CH")
    assert (known.listed.states, known.listed.approved_for) == (("approved",), "retail in CH")
    withdraw(made, WEEKLY, "A wrong close.", hand(4, "bo"))
    known = dossier(made, WEEKLY)
    assert (known.listed.states, known.standing.whom) == (("withdrawn",), "")
    assert document(known)["withdrawn"] == "2026-01-16T12:04:00+00:00"
    assert catalogue.differs(made) is None


def test_a_longer_policy_lengthens_what_is_told(tmp_path: Path) -> None:
    made = filed(tmp_path)
    assert dossier(made, WEEKLY).listed.retain_until == "2031-01-16"
    policy.put(made, b"[retention]\nyears = 9\n", "policy.toml", hand(1))
    known = dossier(made, WEEKLY)
    assert known.retention is not None
    assert known.listed.retain_until == known.retention.until.isoformat() == "2035-01-16"
    assert catalogue.differs(made) is None


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
