"""An approval is a signature over one record, by somebody whom the policy of its time lets."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive import approval, ciphers, log, policy, statements
from reporter.archive.approval import approvals, faults, is_approved, lacking
from reporter.archive.approving import Approved, Wish, approve, withdraw
from reporter.archive.base import Archive, Hand
from reporter.archive.keys import Signer
from reporter.archive.policy import Approver, Policy
from reporter.errors import ArchiveError, ReporterError
from reporter.filed import Act, Edition
from tests.approvers import WORDS, enforce, pem, row, signer
from tests.archives import NOON, add, archive, draft, hand

FIRST = "2026-01-15/weekly"
EVE = "the key of somebody else"
ANN, BO = row(), row("Bo Lind", "bo")


@pytest.fixture
def made(tmp_path: Path) -> Archive:
    """An archive with one edition, prepared by jane, and a policy that lists Ann."""
    there = archive(tmp_path, editions=1)
    enforce(there, ANN, minutes=1)
    return there


def approved(
    made: Archive, who: str = "ann", minutes: float = 2, edition: str = FIRST, **wish: Any
) -> Approved:
    return approve(made, Wish(edition, **wish), signer(who), hand(minutes, f"login-{who}"))


# --- what counts -------------------------------------------------------------------------------


def test_an_approved_edition_is_approved_for_its_readers_and_no_others(made: Archive) -> None:
    assert not is_approved(made, FIRST, "retail", "CH")
    assert lacking(made, FIRST, "retail", "CH") == "is not approved for retail in CH."
    done = approved(made, audiences=("retail",), jurisdictions=("CH",), statement="Read twice.")
    assert (done.new, done.lacking) == (True, "")
    assert is_approved(made, FIRST, "retail", "CH")
    assert not is_approved(made, FIRST, "retail", "EU")
    assert not is_approved(made, FIRST, "professional", "CH")
    (one,) = approvals(made, FIRST)
    assert one == done.approval
    assert (one.approver, one.title, one.statement) == (
        "Ann Meier", "Head of Research", "Read twice.",
    )  # fmt: skip
    assert one.time == NOON + timedelta(minutes=2)
    assert faults(made, made.entries()) == ()


def test_what_is_not_named_is_all_that_the_approver_may(made: Archive) -> None:
    one = approved(made).approval
    assert one.audiences == ("professional", "retail")
    assert one.jurisdictions == ("CH", "EU")


def test_what_is_signed_is_the_hash_of_the_record(made: Archive) -> None:
    one = approved(made).approval
    entry = made.entries()[-1]
    kept = json.loads(made.object(entry.objects["approval"]))
    assert ciphers.is_signed(kept["signed"].encode(), kept["signature"], signer().public)
    said = json.loads(kept["signed"])
    assert kept["signed"] == json.dumps(said, sort_keys=True, separators=(",", ":"))
    assert said["record"] == made.added()[FIRST].objects["record"] == one.record
    assert said["policy"] == made.entries()[2].objects["policy"]
    assert said["edition"] == FIRST


def test_approving_again_changes_nothing(made: Archive) -> None:
    approved(made)
    before = made.entries()
    again = approved(made, minutes=9, audiences=("retail",))
    assert (again.new, again.approval.entry) == (False, before[-1].number)
    assert made.entries() == before


def test_more_readers_are_another_approval(made: Archive) -> None:
    approved(made, audiences=("retail",))
    assert approved(made, minutes=3, audiences=("professional",)).new
    assert is_approved(made, FIRST, "retail", "CH")
    assert is_approved(made, FIRST, "professional", "CH")


# --- four eyes ---------------------------------------------------------------------------------


def test_two_must_be_two_people(made: Archive) -> None:
    enforce(made, ANN, BO, required=2, minutes=2)
    first = approved(made, minutes=3)
    assert first.lacking == "has 1 of 2 approvals for professional in CH."
    assert not approved(made, minutes=4).new
    assert not is_approved(made, FIRST, "retail", "CH")
    assert approved(made, "bo", minutes=5, audiences=("retail",)).lacking == ""
    assert is_approved(made, FIRST, "retail", "CH")
    assert not is_approved(made, FIRST, "professional", "CH")


def test_two_keys_of_one_person_are_one_person(made: Archive) -> None:
    enforce(made, ANN, row("ANN  meier", "ann-2"), BO, required=2, minutes=2)
    approved(made, minutes=3, audiences=("retail",))
    again = approved(made, "ann-2", minutes=4)
    assert again.lacking == "has 1 of 2 approvals for professional in CH."
    assert not is_approved(made, FIRST, "retail", "CH")


def test_a_stricter_policy_later_takes_no_approval_away(made: Archive) -> None:
    approved(made)
    enforce(made, ANN, BO, required=2, minutes=3)
    assert is_approved(made, FIRST, "retail", "CH")


def test_a_laxer_policy_later_gives_none(made: Archive) -> None:
    enforce(made, ANN, BO, required=2, minutes=2)
    approved(made, minutes=3)
    enforce(made, ANN, BO, required=1, minutes=4)
    assert not is_approved(made, FIRST, "retail", "CH")


# --- rotation ----------------------------------------------------------------------------------


def test_old_approvals_stand_when_a_key_is_changed_or_somebody_leaves(made: Archive) -> None:
    approved(made)
    enforce(made, row(key="ann-2"), minutes=3)
    assert is_approved(made, FIRST, "retail", "CH")
    add(made, draft(date(2026, 1, 22)), minutes=4)
    with pytest.raises(ArchiveError, match="lists another key for Ann Meier; a name opens nothing"):
        approved(made, minutes=5, edition="2026-01-22/weekly")
    assert approved(made, "ann-2", minutes=6, edition="2026-01-22/weekly").new
    enforce(made, BO, minutes=7)
    assert is_approved(made, "2026-01-22/weekly", "retail", "CH")
    assert faults(made, made.entries()) == ()


@pytest.mark.parametrize(
    ("zone", "hour", "may"),
    [(0, 23, True), (-5, 23, True), (14, 0, False), (-11, 23, True), (0, 24, False)],
)
def test_the_last_day_is_a_day_where_the_approver_is(
    made: Archive,
    zone: int,
    hour: int,
    may: bool,  # noqa: FBT001
) -> None:
    enforce(made, row(more="until = 2026-01-20"), minutes=1)
    there = timezone(timedelta(hours=zone))
    now = datetime(2026, 1, 20, tzinfo=there) + timedelta(hours=hour)
    now = now + timedelta(days=1) if zone == 14 else now
    who = Hand("login-ann", now)
    if may:
        approve(made, Wish(FIRST), signer(), who)
        assert is_approved(made, FIRST, "retail", "CH"), "and after a way through UTC"
        assert faults(made, made.entries()) == ()
    else:
        with pytest.raises(ArchiveError, match="may not approve weekly on 2026-01-21"):
            approve(made, Wish(FIRST), signer(), who)


# --- refusals ----------------------------------------------------------------------------------


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


# --- withdrawal --------------------------------------------------------------------------------


def test_an_approval_withdrawn_is_none(made: Archive) -> None:
    approved(made)
    withdraw(made, FIRST, "A wrong level.", hand(3, "bo"))
    assert not is_approved(made, FIRST, "retail", "CH")
    assert lacking(made, FIRST, "retail", "CH") == (
        "is not approved for retail in CH: withdrawn on 2026-01-16 (A wrong level.)."
    )
    with pytest.raises(ArchiveError, match="nothing to withdraw"):
        withdraw(made, FIRST, "Again.", hand(4))
    assert approved(made, minutes=5).new, "it can be approved anew"
    assert is_approved(made, FIRST, "retail", "CH")


def test_a_withdrawal_says_why(made: Archive) -> None:
    approved(made)
    with pytest.raises(ReporterError, match="is empty"):
        withdraw(made, FIRST, " ", hand(3))
    with pytest.raises(ArchiveError, match="there is no edition"):
        withdraw(made, "2026-01-15/daily", "x", hand(3))


# --- tampering ---------------------------------------------------------------------------------


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


# --- any policy --------------------------------------------------------------------------------

DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 31))
SUBSETS = st.lists(st.sampled_from(["CH", "EU", "US"]), min_size=1, unique=True).map(tuple)
READERS = st.lists(st.sampled_from(["retail", "professional"]), min_size=1, unique=True).map(tuple)
NAMES = st.sampled_from(["Ann", "ANN", "Bo", "jane"])
ROWS = st.builds(
    Approver, NAMES, st.just(""), st.sampled_from(["k1", "k2"]), READERS, SUBSETS,
    slugs=st.sampled_from([(), ("weekly",), ("daily",)]), logins=st.sampled_from([(), ("joe",)]),
    since=st.none() | DAYS, until=st.none() | DAYS,
)  # fmt: skip


@given(
    rows=st.lists(ROWS, max_size=4),
    own=st.booleans(),
    readers=READERS,
    places=SUBSETS,
    key=st.sampled_from(["k1", "k2", "k3"]),
    name=NAMES,
    day=DAYS,
    sample=st.booleans(),
    author=st.sampled_from(["jane", "joe", "ann", "eve"]),
)
def test_an_approval_counts_exactly_where_the_policy_says(  # noqa: PLR0913
    *, rows: list[Approver], own: bool, readers: tuple[str, ...], places: tuple[str, ...], key: str,
    name: str, day: date, sample: bool, author: str,
) -> None:  # fmt: skip
    """Against the rule written a second time, the plain way: all pairs, one row after another."""
    found = Policy(tuple(rows), own=own)
    edition = Edition(
        FIRST, day, "weekly", 1, "", "", "", "files", sample, "", "", author, ()
    )  # fmt: skip
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    one = statements.Approval(FIRST, "", name, "", key, readers, places, now, "")
    mine = [row for row in rows if row.key == key and row.name.lower() == name.lower()]
    authors = {row.name.lower() for row in mine} | {n for row in mine for n in row.logins}
    wanted = (
        not sample
        and bool(mine)
        and (own or author not in authors | {"actor"})
        and all(
            any(
                a in row.audiences
                and j in row.jurisdictions
                and (not row.slugs or "weekly" in row.slugs)
                and (row.since is None or row.since <= day)
                and (row.until is None or day <= row.until)
                for row in mine
            )
            for a in readers
            for j in places
        )
    )
    assert (approval.objection(found, one, edition, [author], "actor") == "") == wanted
