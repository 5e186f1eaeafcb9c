"""What may go out: what is refused for good, what may be set aside, and that the log says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reporter.archive.approval import lacking as asked
from reporter.archive.approving import withdraw
from reporter.archive.base import object_key
from reporter.archive.verify import verify
from reporter.delivery import clearance
from reporter.delivery.clearance import Allowance, spoken
from reporter.errors import ArchiveError, DeliveryError, SpecError, WaitingError
from reporter.filed import Act
from tests import archives
from tests.delivery import editions
from tests.delivery.posts import Posts, row
from tests.delivery.posts import posts as posts  # noqa: PLC0414  a fixture

WHY = "The vendor's letter of 2 January allows it."


def file_next(posts: Posts, **changes: object) -> None:
    """File and approve another edition of a week later, and send that from now on."""
    what = replace(editions.draft(archives.FIRST + timedelta(weeks=1)), **changes)  # type: ignore[arg-type]
    posts.edition = editions.filed(posts.archive, what, minutes=10)
    posts.time.passed += timedelta(weeks=1).total_seconds()


def test_sample_data_goes_to_nobody(posts: Posts) -> None:
    what = replace(editions.draft(archives.FIRST + timedelta(weeks=1)), sample=True)
    posts.edition = archives.add(posts.archive, what, 10).id
    with pytest.raises(DeliveryError, match="sample data"):
        posts.send(posts.many(1))


def test_terms_need_a_reason_that_the_log_keeps(posts: Posts) -> None:
    file_next(posts, terms="internal")
    with pytest.raises(DeliveryError, match="may not be passed on"):
        posts.send(posts.many(1))
    assert posts.send(posts.many(1), allowed=Allowance(frozenset({"terms"}), WHY)).sent == 1
    posts.send(posts.many(1), allowed=Allowance(frozenset({"terms"}), WHY))
    entries = [one for one in posts.archive.entries() if one.act is Act.OVERRIDDEN]
    (entry,) = entries
    assert (entry.edition, entry.actor) == (posts.edition, "jane")
    assert entry.details == {"what": ["terms"], "reason": WHY}
    assert not verify(posts.archive).found


def test_an_old_edition_is_stale(posts: Posts) -> None:
    posts.time.passed += timedelta(days=4).total_seconds()
    with pytest.raises(DeliveryError, match="over for 109 h, and the settings allow 96 h"):
        posts.send(posts.many(1))
    assert posts.send(posts.many(1), allowed=Allowance(frozenset({"stale"}), WHY)).sent == 1


def test_what_was_corrected_is_not_sent(posts: Posts) -> None:
    old = posts.edition
    newer = editions.filed(posts.archive, editions.draft(), 10, corrects=old)
    with pytest.raises(DeliveryError, match=f"was corrected by {newer}"):
        posts.send(posts.many(1))


def test_without_an_approval_it_waits(posts: Posts) -> None:
    what = editions.draft(archives.FIRST + timedelta(weeks=1))
    posts.edition = archives.add(posts.archive, what, 10).id
    posts.time.passed += timedelta(weeks=1).total_seconds()
    with pytest.raises(WaitingError, match="approved for nobody"):
        posts.send(posts.many(1))


def test_an_approval_that_was_taken_back_is_said_to_be(posts: Posts) -> None:
    withdraw(posts.archive, posts.edition, "A figure is wrong.", archives.hand(40, "login-ann"))
    with pytest.raises(WaitingError, match="its approval was withdrawn"):
        posts.send(posts.many(1))


def test_a_span_that_is_too_long_looks_longer() -> None:
    limit, day = timedelta(hours=96), timedelta(days=4)
    assert (spoken(limit), spoken(day + timedelta(seconds=1))) == ("96 h", "96 h 1 min")


def test_who_is_not_covered_by_the_approval_is_left_out_with_a_reason(posts: Posts) -> None:
    outcome = posts.send(posts.clients(row(0), row(1).replace(",CH,", ",US,"), row(2)))
    assert posts.script.clients == ["C0000", "C0002"]
    (left,) = outcome.shares.left_out
    assert (left.client, left.place, left.why) == ("C0001", "row 3", "approval")
    assert "professional in US" in left.reason


def test_the_log_is_asked_once_for_each_kind_of_reader(
    posts: Posts, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def counted(*which: object) -> str:
        calls.append(which[1:4])
        return asked(*which)  # type: ignore[arg-type]

    monkeypatch.setattr("reporter.archive.approval.lacking", counted)
    posts.send(posts.clients(*(row(n) for n in range(9)), row(9).replace(",CH,", ",EU,")))
    assert len(calls) == len(set(calls)) == 2


@pytest.mark.parametrize(
    "path", ["files/brief.json", "files/brief.pdf", "files/mail.html", "files/mail/lead.png"]
)
def test_a_file_of_the_edition_that_was_changed_is_found(posts: Posts, path: str) -> None:
    part = posts.archive.edition(posts.edition).part(path)
    assert part
    place = posts.archive.folder / object_key(part.sha256)
    place.chmod(0o600)
    place.write_bytes(b"other")
    with pytest.raises(ArchiveError, match="is not what was filed"):
        posts.send(posts.many(1))
    assert not posts.script.asked


def test_an_outbox_that_was_lost_does_not_send_all_again(posts: Posts) -> None:
    posts.send(posts.many(2))
    posts.settings = replace(posts.settings, outbox="sqlite:///another.sqlite")
    with pytest.raises(DeliveryError, match="prepared with another outbox"):
        posts.send(posts.many(2))
    assert len(posts.script.took) == 2


@pytest.mark.parametrize(
    ("names", "reason"), [({"sample"}, WHY), ({"terms"}, " "), (set(), WHY), ({"terms"}, "a\x07")]
)
def test_what_cannot_be_overridden_so(names: set[str], reason: str) -> None:
    with pytest.raises(SpecError):
        Allowance(frozenset(names), reason)


def test_a_mailing_that_goes_on_is_in_use_until_it_is_over(posts: Posts) -> None:
    hand = posts.house.hand()
    clearance.record_first(posts.archive, posts.edition, hand)
    clearance.record_first(posts.archive, posts.edition, hand)
    assert clearance.mailed_on(posts.archive, posts.edition) == ["2026-01-16"]
    posts.time.passed += timedelta(days=1).total_seconds()
    clearance.record_last(posts.archive, posts.edition, posts.house.hand())
    clearance.record_last(posts.archive, posts.edition, posts.house.hand())
    uses = [one.details for one in posts.archive.entries() if one.act is Act.USED]
    assert [one.get("until") for one in uses] == [None, "2026-01-17"]
