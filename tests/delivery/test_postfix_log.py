"""What a Postfix log proves, and what it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.delivery import postfix_log
from reporter.delivery.postfix_log import SEAM, Log, Proof, Seen

NOW = datetime(2026, 1, 16, 12, tzinfo=UTC)
ONE, OTHER = "<one@mail.example>", "<other@mail.example>"
BSD, ISO = "Jan 16 09:00:{:02} host ", "2026-01-16T09:00:{:02}.250000+00:00 host "


def log(text: str, stamp: str = BSD, service: str = "postfix") -> list[str]:
    """Lines with a stamp a second apart; `x:` stands for a part of the service."""
    lines = [line.strip() for line in text.strip().splitlines()]
    return [f"{stamp.format(at)}{service}/{line}\n" for at, line in enumerate(lines)]


def read(lines: list[str], wanted: set[str], now: datetime) -> Log:
    """What a log of a single part says."""
    return postfix_log.read([lines], wanted, now)


TAKEN = """
    smtpd[7]: connect from localhost[127.0.0.1]
    smtpd[7]: 4F1A2C3: client=localhost[127.0.0.1]
    cleanup[8]: 4F1A2C3: message-id=<one@mail.example>
    qmgr[5]: 4F1A2C3: from=<bounces+ab@mail.example>, size=2048, nrcpt=1 (queue active)
    smtp[9]: 4F1A2C3: to=<a@b.example>, relay=x[1.2.3.4]:25, delay=1, dsn=2.0.0, status=sent (250)
    qmgr[5]: 4F1A2C3: removed
"""
BROKEN = """
    smtpd[7]: 4F1A2C3: client=localhost[127.0.0.1]
    cleanup[8]: 4F1A2C3: message-id=<one@mail.example>
    smtpd[7]: lost connection after DATA (1841 bytes) from localhost[127.0.0.1]
    smtpd[7]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4
"""


@pytest.mark.parametrize("stamp", [BSD, ISO])
@pytest.mark.parametrize("service", ["postfix", "postfix-x", "postfix-out/submission", "mta"])
def test_the_queue_managers_line_proves(stamp: str, service: str) -> None:
    found = read(log(TAKEN, stamp, service), {ONE}, NOW)
    seen = found.seen[ONE]
    assert (seen.proof, seen.queue, seen.fate) == (Proof.TAKEN, "4F1A2C3", "sent")
    assert seen.time.replace(microsecond=0) == datetime(2026, 1, 16, 9, 0, 3, tzinfo=UTC)
    ((first, last),) = found.spans
    assert last - first == timedelta(seconds=5)


def test_a_name_alone_proves_nothing() -> None:
    begun = log(TAKEN)[:3]
    assert read(begun, {ONE}, NOW).seen[ONE].proof is Proof.BEGUN
    assert read(log(BROKEN), {ONE}, NOW).seen[ONE].proof is Proof.BROKEN
    assert not read(log(TAKEN), {OTHER}, NOW).seen


def test_an_end_after_the_final_dot_is_no_breaking_off() -> None:
    lines = log(BROKEN.replace("after DATA (1841 bytes)", "after END-OF-MESSAGE"))
    assert read(lines, {ONE}, NOW).seen[ONE].proof is Proof.BEGUN


def test_a_filter_that_refuses_at_the_end() -> None:
    refused = (
        "cleanup[8]: 4F1A2C3: milter-reject: END-OF-MESSAGE from x[1.2.3.4]: 5.7.1 no; from=<a>"
    )
    lines = log("\n".join([*BROKEN.strip().splitlines()[:2], refused]))
    assert read(lines, {ONE}, NOW).seen[ONE].proof is Proof.BROKEN


def test_another_process_that_loses_its_client_is_another_matter() -> None:
    lines = log(BROKEN.replace("smtpd[7]: lost", "smtpd[77]: lost"))
    assert read(lines, {ONE}, NOW).seen[ONE].proof is Proof.BEGUN


def test_a_second_attempt_that_was_taken_counts() -> None:
    again = TAKEN.replace("4F1A2C3", "5B00000")
    assert read(log(BROKEN + again), {ONE}, NOW).seen[ONE].queue == "5B00000"
    assert read(log(again + BROKEN), {ONE}, NOW).seen[ONE].proof is Proof.TAKEN


def test_a_queue_id_that_is_used_again_is_another_message() -> None:
    reused = TAKEN.replace("one@", "other@")
    found = read(log(BROKEN + reused), {ONE, OTHER}, NOW).seen
    assert found[ONE].proof is Proof.BROKEN
    assert found[OTHER].proof is Proof.TAKEN
    unknown = read(log(BROKEN + reused), {ONE}, NOW).seen
    assert unknown == {ONE: found[ONE]}


@pytest.mark.parametrize("fate", ["bounced", "deferred", "expired"])
def test_fates(fate: str) -> None:
    found = read(log(TAKEN.replace("status=sent", f"status={fate}")), {ONE}, NOW)
    assert found.seen[ONE].fate == fate


def test_stamps_without_a_year_are_of_the_last_one_that_fits() -> None:
    zone = timezone(timedelta(hours=2))
    new_year = datetime(2026, 1, 1, 0, 30, tzinfo=zone)
    lines = [line.replace("Jan 16 09", "Dec 31 23") for line in log(TAKEN)]
    assert read(lines, {ONE}, new_year).spans[0][0] == datetime(2025, 12, 31, 23, tzinfo=zone)
    leap = [line.replace("Jan 16", "Feb 29") for line in log(TAKEN)]
    assert read(leap, {ONE}, NOW).spans[0][0] == datetime(2024, 2, 29, 9, tzinfo=UTC)
    assert not read([line.replace("Jan 16", "Feb 30") for line in log(TAKEN)], {ONE}, NOW).spans
    assert not read([line.replace("Jan", "Xxx") for line in log(TAKEN)], {ONE}, NOW).spans


def test_what_a_log_covers() -> None:
    found = read(log(TAKEN), {ONE}, NOW)
    at = datetime(2026, 1, 16, 9, 0, 2, tzinfo=UTC)
    assert found.covers(at, timedelta(seconds=3))
    assert not found.covers(at, timedelta(seconds=4))
    assert found.covers(at, None)
    assert not found.covers(datetime(2026, 1, 16, 9, tzinfo=UTC), None)
    assert not read([], {ONE}, NOW).covers(at, None)


def test_a_log_of_several_parts_covers_what_lies_in_no_hole_between_them() -> None:
    at = datetime(2026, 1, 16, 9, 0, 2, tzinfo=UTC)
    later = at + timedelta(seconds=3) + SEAM  # the first part ends at five seconds past nine
    for begins, seen in ((later, True), (later + timedelta(seconds=1), False)):
        part = [f"{begins + timedelta(minutes=n):%b %d %H:%M:%S} h postfix/x[1]: y" for n in (0, 9)]
        found = postfix_log.read([log(TAKEN), part], {ONE}, NOW)
        assert found.covers(at, timedelta(minutes=5)) is seen
        assert found.covers(begins + timedelta(minutes=1), timedelta(minutes=5))
        assert found.covers(at, timedelta(seconds=3))


def test_parts_of_a_log_may_overlap() -> None:
    (span,) = postfix_log.read([log(TAKEN), log(BROKEN)], {ONE}, NOW).spans
    assert span == read(log(TAKEN), {ONE}, NOW).spans[0]


NOISE = st.lists(st.one_of(st.text(max_size=80), st.sampled_from(log(TAKEN) + log(BROKEN))))


@given(NOISE)
def test_whatever_a_log_holds_it_is_read(lines: list[str]) -> None:
    for seen in read(lines, {ONE}, NOW).seen.values():
        assert isinstance(seen, Seen)


@given(st.lists(st.sampled_from(["begin", "name", "active", "lost", "other"]), max_size=12))
def test_taken_is_never_said_without_the_queue_managers_word(order: list[str]) -> None:
    said = {
        "begin": "smtpd[7]: 4F1A2C3: client=x[1.2.3.4]",
        "name": "cleanup[8]: 4F1A2C3: message-id=<one@mail.example>",
        "active": "qmgr[5]: 4F1A2C3: from=<a@b.example>, size=1, nrcpt=1 (queue active)",
        "lost": "smtpd[7]: lost connection after DATA (12 bytes) from x[1.2.3.4]",
        "other": "cleanup[8]: 4F1A2C3: message-id=<other@mail.example>",
    }
    mine, taken = False, False  # whose the queue id is now
    for word in order:
        mine = word == "name" or (mine and word not in {"begin", "other"})
        taken = taken or (mine and word == "active")
    seen = read(log("\n".join(said[word] for word in order)), {ONE}, NOW).seen.get(ONE)
    assert taken == (seen is not None and seen.proof is Proof.TAKEN)
