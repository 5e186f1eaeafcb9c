"""Who may not approve, and what may not be approved: refused, with nothing written."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reporter.archive import log, policy
from reporter.archive.approval import approvals, faults, is_approved, lacking
from reporter.archive.approving import Wish, approve
from reporter.archive.base import Archive
from reporter.archive.keys import Signer
from reporter.errors import ArchiveError, ReporterError
from reporter.filed import Act
from tests.approvers import enforce, row, signer
from tests.archive.approvals import ANN, BO, FIRST, approved
from tests.archive.approvals import made as made  # noqa: PLC0414  a fixture
from tests.archives import add, archive, draft, hand


def refused(made: Archive, why: str, who: str = "ann", actor: str = "somebody", **wish: Any) -> str:
    """The refusal; nothing was written."""
    before, objects = made.entries(), list(made.store.keys("objects"))
    with pytest.raises(ReporterError, match=why) as told:
        approve(made, Wish(**({"edition": FIRST} | wish)), signer(who), hand(30, actor))
    assert made.entries() == before
    assert list(made.store.keys("objects")) == objects
    return str(told.value)


def test_without_a_policy_nobody_approves(tmp_path: Path) -> None:
    refused(archive(tmp_path, editions=1), "no policy is in force")


def test_sample_data_are_never_approved(made: Archive) -> None:
    add(made, draft(date(2026, 1, 16), sample=True))
    refused(made, "made from sample data", edition="2026-01-16/weekly")


def test_an_edition_that_is_not_there_is_refused(made: Archive) -> None:
    refused(made, "there is no edition '2026-01-16/weekly'", edition="2026-01-16/weekly")


def test_a_purged_edition_is_refused(made: Archive) -> None:
    approved(made)
    log.append(made.store, hand(9).entry(Act.PURGED, FIRST), lambda _: None)
    refused(made, "was purged")
    assert approvals(made, FIRST) == ()
    assert faults(made, made.entries()) == ()
    with pytest.raises(ArchiveError, match="was purged"):
        lacking(made, FIRST, "retail", "CH")


def test_a_correction_starts_unapproved_and_the_corrected_is_refused(made: Archive) -> None:
    approved(made)
    add(made, draft(headline="Russell 2000 slips"), 3, corrects=FIRST)
    assert not is_approved(made, f"{FIRST}.2", "retail", "CH")
    told = refused(made, r"is corrected by 2026-01-15/weekly\.2", jurisdictions=("US",))
    assert told.endswith("Approve the correction: 2026-01-15/weekly.2.")
    assert approved(made, minutes=4, edition=f"{FIRST}.2").new


def test_a_key_that_is_not_listed_opens_nothing(made: Archive) -> None:
    refused(made, "does not list the key bo", "bo")
    listed = Signer("Ann Meier", signer("bo").public, signer("bo").sign)
    with pytest.raises(ArchiveError, match="another key for Ann Meier; a name opens nothing"):
        approve(made, Wish(FIRST), listed, hand(30, "somebody"))


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"jurisdictions": ("US",)}, "nobody may approve for US"),
        ({"audiences": ("institutional",)}, "may not approve for institutional in CH"),
        ({"statement": "x\x07"}, "control character"),
    ],
)
def test_what_the_policy_does_not_allow_is_refused(
    made: Archive, wish: dict[str, Any], why: str
) -> None:
    refused(made, why, **wish)


def test_other_briefs_and_other_days_are_refused(made: Archive) -> None:
    enforce(made, row(more='slugs = ["daily"]'), minutes=2)
    refused(made, "may not approve weekly on 2026-01-16")
    enforce(made, row(more="from = 2026-02-01"), minutes=3)
    refused(made, "may not approve weekly on 2026-01-16")


def test_rows_do_not_lend_each_other_their_readers(made: Archive) -> None:
    retail = row(audiences='["retail"]', jurisdictions='["CH"]')
    enforce(made, retail, row(audiences='["professional"]', jurisdictions='["EU"]'), minutes=2)
    refused(made, "may not approve for professional in CH")
    assert approved(made, minutes=31, audiences=("retail",), jurisdictions=("CH",)).new


@pytest.mark.parametrize("name", ["jane", "JANE", " Jane ", "\uff4aane", "j\u200bane"])
def test_who_prepared_it_does_not_approve_it(made: Archive, name: str) -> None:
    enforce(made, row(name), minutes=2)
    refused(made, "jane prepared or filed it")


def test_other_names_of_the_author_are_his_too(made: Archive) -> None:
    enforce(made, row(more='logins = ["jane"]'), minutes=2)
    refused(made, "jane prepared or filed it")


def test_who_is_logged_in_as_the_author_approves_nothing(made: Archive) -> None:
    refused(made, "jane prepared or filed it", actor="Jane")


def test_who_filed_it_does_not_approve_it(tmp_path: Path) -> None:
    made = archive(tmp_path)
    from dataclasses import replace

    from reporter.archive.filing import file

    file(made, replace(draft(), prepared_by="joe"), hand(0, "ann meier"))
    enforce(made, ANN, minutes=1)
    refused(made, "ann meier prepared or filed it")


def test_the_policy_may_let_authors_approve(made: Archive) -> None:
    text = row("jane") + "[approval]\nown = true\n"
    policy.put(made, text.encode(), "p.toml", hand(2))
    assert approve(made, Wish(FIRST), signer(), hand(3)).new
    assert is_approved(made, FIRST, "retail", "EU")


def test_a_policy_changed_by_a_faster_writer_is_seen(
    made: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = type(made.store).put
    done: list[str] = []

    def interfering(store: Any, key: str, data: bytes) -> bool:
        if key.startswith("objects") and not done:
            done.append(key)
            enforce(made, ANN, BO, minutes=2)
        return put(store, key, data)

    monkeypatch.setattr(type(made.store), "put", interfering)
    with pytest.raises(ArchiveError, match="the policy was changed meanwhile"):
        approved(made, minutes=3)
    assert approvals(made, FIRST) == ()
