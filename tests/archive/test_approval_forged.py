"""Approvals that somebody with write access made up: found, and never counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive import ciphers, log, statements
from reporter.archive.approval import approvals, faults, is_approved
from reporter.archive.approving import withdraw
from reporter.archive.base import Archive, Hand
from reporter.filed import Act
from tests.approvers import WORDS, enforce, pem, signer
from tests.archive.approvals import ANN, FIRST, approved
from tests.archive.approvals import made as made  # noqa: PLC0414  a fixture
from tests.archives import archive, hand

EVE = "the key of somebody else"


def forged(made: Archive, change: dict[str, Any], key: str = "") -> str:
    """What is wrong with an approval somebody with write access made up; never does it count.

    `change` is what is said instead; it is signed anew with `key`, if one is named.
    """
    approved(made)
    first = made.entries()[-1]
    kept = json.loads(made.object(first.objects["approval"]))
    withdraw(made, FIRST, "To begin with.", hand(3))
    said = json.loads(kept["signed"])
    said |= {
        name: signer("eve").public if value == EVE else value for name, value in change.items()
    }
    words = json.dumps(said, sort_keys=True, separators=(",", ":"))
    signature = ciphers.sign(pem(key), WORDS, words.encode()) if key else kept["signature"]
    data = statements.signed(words.encode(), signature)
    entry = Hand("eve", first.time).entry(
        Act.APPROVED, FIRST, objects={"approval": made.keep(data)}, details=first.details
    )
    log.append(made.store, entry, lambda _: None)
    assert approvals(made, FIRST) == ()
    assert not is_approved(made, FIRST, "retail", "CH")
    (fault,) = faults(made, made.entries())
    assert fault.entry == made.entries()[-1].number
    assert fault.edition == FIRST
    return fault.message


@pytest.mark.parametrize(
    "change",
    [
        {"audiences": ["retail"]},
        {"record": "0" * 64},
        {"time": "2026-01-17T00:00:00+00:00"},
        {"key": EVE},
    ],
)
def test_a_changed_statement_is_not_signed(made: Archive, change: Any) -> None:
    assert forged(made, change) == "its signature is not that of the key it names."


@pytest.mark.parametrize(
    ("change", "key", "why"),
    [
        ({"record": "0" * 64}, "ann", "is about another record"),
        ({"edition": "2026-01-22/weekly"}, "ann", "is about another record"),
        ({"policy": "0" * 64}, "ann", "goes by another policy"),
        ({"time": "2026-01-17T00:00:00+00:00"}, "ann", "is of another time"),
        ({"time": "2026-01-16T12:02:00"}, "ann", "is of another time"),
        ({"audiences": ["retail"]}, "ann", "says something else"),
        ({"key": EVE}, "eve", "lists no such key for Ann Meier"),
        ({"kind": "receipt"}, "ann", "is no approval that this version"),
        ({"more": 1}, "ann", "is no signed statement"),
        ({"audiences": 1}, "ann", "is no signed statement"),
        ({"time": 1}, "ann", "is no signed statement"),
    ],
)
def test_a_statement_signed_by_a_wrong_hand_or_about_something_else_is_found(
    made: Archive, change: Any, key: str, why: str
) -> None:
    assert why in forged(made, change, key)


def test_an_entry_without_a_statement_is_found(made: Archive) -> None:
    """A typed name alone opens nothing."""
    details = {"approver": "Ann Meier", "audiences": ["retail"], "jurisdictions": ["CH"]}
    for objects in ({}, {"approval": made.keep(b"{}")}, {"approval": made.keep(b"[" * 10_000)},
                    {"approval": "0" * 64}, {"approval": made.keep(b"\xff")}):  # fmt: skip
        entry = hand(9).entry(Act.APPROVED, FIRST, objects=objects, details=details)
        log.append(made.store, entry, lambda _: None)
    assert len(faults(made, made.entries())) == 5
    assert approvals(made, FIRST) == ()


@given(st.sampled_from(["approver", "audiences", "jurisdictions", "statement", "title"]))
def test_a_change_of_what_the_entry_tells_is_found(name: str) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        made = archive(Path(folder), editions=1)
        enforce(made, ANN, minutes=1)
        approved(made, statement="Fine.")
        entry = made.entries()[-1]
        withdraw(made, FIRST, "x", hand(3))
        told = {**entry.details, name: "else"}
        other = Hand("eve", entry.time).entry(
            Act.APPROVED, FIRST, objects=entry.objects, details=told
        )
        log.append(made.store, other, lambda _: None)
        (fault,) = faults(made, made.entries())
        assert fault.message == "the entry says something else than the signed statement."
