"""How an unattended run sends: to whom, in stages, and what it waits for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reporter import run_stages
from reporter.delivered import State
from reporter.delivery.clients import opened
from reporter.delivery.settings import Release
from reporter.delivery.unattended import mailing
from reporter.errors import WaitingError
from reporter.model import BriefSpec, Schedule
from reporter.run_jobs import Job, Mailing, Readers
from reporter.run_records import Record, Runs
from reporter.running import Run
from tests import archives
from tests.archives import FIRST
from tests.delivery import editions
from tests.delivery.posts import GERMAN, Posts, ids, row
from tests.delivery.posts import posts as posts  # noqa: PLC0414  a fixture

SPEC = BriefSpec("A brief", "weekly", ("^RUT",), "^GSPC", (), schedule=Schedule("week", "XNYS"))


def by(posts: Posts, *rows: str) -> Mailing:
    """How a run sends to a list."""
    outbox = posts.settings.outbox, posts.folder
    return mailing(posts.settings, lambda: posts.house, posts.clients(*rows), outbox)


def test_the_rest_of_a_release_is_left_to_a_later_call(posts: Posts) -> None:
    posts.settings = replace(posts.settings, release=Release(2, timedelta(hours=2)))
    rows = [row(number) for number in range(5)]
    first = by(posts, *rows).send(posts.edition)
    assert first.waiting
    assert posts.script.clients == ids(2)
    assert posts.time.passed < 60
    assert by(posts, *rows).send(posts.edition).waiting
    posts.time.passed += 7200
    rest = by(posts, *rows).send(posts.edition)
    assert (rest.waiting, rest.counts[State.SENT]) == (False, 5)
    assert posts.script.clients == ids(5)


def test_who_is_left_out_is_handed_on_by_id(posts: Posts) -> None:
    us = "C0009,Uncle Sam,sam@example.com,retail,XX,,,,"
    closed = "C0010,P,person10@example.com,professional,CH,,,,"
    posts.send(posts.clients(closed))
    found = by(posts, row(0), us).send(posts.edition)
    ((why, clients),) = found.left_out.items()
    assert clients == ("C0009",)
    assert "retail in XX" in why
    assert found.amiss == {why}


def test_whoever_is_paused_on_purpose_is_nothing_to_look_into(posts: Posts) -> None:
    (posts.folder / "today.csv").write_text(
        "id,name,address,audience,jurisdiction,status\n"
        "C0000,P,person0@example.com,professional,CH,active\n"
        "C0001,P,person1@example.com,professional,CH,paused\n"
    )
    outbox = "sqlite:///outbox.sqlite", posts.folder
    roll = opened("today.csv", posts.folder)
    found = mailing(posts.settings, lambda: posts.house, roll, outbox).send(posts.edition)
    assert (dict(found.left_out), found.amiss) == ({"is paused": ("C0001",)}, frozenset())


def test_readers_are_told_apart_by_what_they_get(posts: Posts) -> None:
    posts.settings = replace(posts.settings, variants=GERMAN)
    found = by(posts, row(0), row(1, language="de-CH"), row(2)).readers("weekly")
    assert set(found) == {
        Readers("weekly", "professional", "CH"), Readers("weekly-de", "professional", "CH"),
    }  # fmt: skip
    other = by(posts, row(1, language="de")).readers("daily")
    assert set(other) == {Readers("daily", "professional", "CH")}


def test_a_run_does_not_wait_for_readers_who_get_no_mail(posts: Posts) -> None:
    posts.settings = replace(posts.settings, allowed=("example.com",))
    elsewhere = "C0009,Uncle Sam,sam@elsewhere.example,retail,US,,,,"
    by_mail = by(posts, row(0), elsewhere)
    assert set(by_mail.readers("weekly")) == {Readers("weekly", "professional", "CH")}
    found = by_mail.send(posts.edition)
    assert found.left_out == {"his address is in no domain that mail may go to": ("C0009",)}


def test_a_run_waits_for_the_variants_of_its_brief(posts: Posts) -> None:
    posts.settings = replace(posts.settings, variants=GERMAN)
    run = waiting(posts, by(posts, row(0), row(1, language="de")))
    with pytest.raises(WaitingError, match="2026-01-15/weekly-de: is not filed"):
        run_stages.check_approved(run, posts.edition)
    what = editions.draft(slug="weekly-de", headline="Russell 2000 auf Rekord")
    archives.add(posts.archive, what, 10)
    with pytest.raises(WaitingError, match="not approved") as refused:
        run_stages.check_approved(run, posts.edition)
    assert refused.value.tip == "Have it approved: reporter approve 2026-01-15/weekly-de."


def waiting(posts: Posts, by_mail: Mailing) -> Run:
    """A run whose edition is filed."""
    due = datetime(2026, 1, 15, 23, tzinfo=UTC)
    job = Job(
        SPEC, posts.time.now, "robot", posts.folder / "archive", posts.folder, posts.folder,
        posts.folder, ("json",), mailing=by_mail,
    )  # fmt: skip
    run = Run(job, Runs(posts.folder / "runs", "weekly"), Schedule("week", "XNYS"), only_due=True)
    run.record = Record("weekly", "2026-W03", FIRST, due, due + timedelta(days=2))
    return run
