"""An approval is a signature over one record, by somebody whom the policy of its time lets."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive import approval, ciphers, statements
from reporter.archive.approval import approvals, faults, is_approved, lacking
from reporter.archive.approving import Wish, approve, withdraw
from reporter.archive.base import Archive, Hand
from reporter.archive.policy import Approver, Policy
from reporter.errors import ArchiveError, ReporterError
from reporter.filed import Edition
from tests.approvers import enforce, row, signer
from tests.archive.approvals import ANN, BO, FIRST, approved
from tests.archive.approvals import made as made  # noqa: PLC0414  a fixture
from tests.archives import NOON, add, draft, hand

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
