"""Thirteen weeks of real prices, `run --due` called every hour, with all that goes wrong.

A run that is killed while it sends leaves letters of which nobody knows whether they left; the
operator, who is told, settles them by what the mail server took.
"""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from reporter.archive import policy
from reporter.archive.approving import Wish, approve, withdraw
from reporter.archive.base import Archive, Hand, opened
from reporter.archive.clients import keys_of
from reporter.archive.verify import verify
from reporter.cli.send import secrets_of
from reporter.delivered import State
from reporter.delivery import notices, settings_form
from reporter.delivery.campaign import House
from reporter.delivery.clients import opened as roll_of
from reporter.delivery.clock import Clock
from reporter.delivery.ledger import opened as outbox_of
from reporter.delivery.reconciling import Hand as Operator
from reporter.delivery.reconciling import Settled, Trust, by_copies
from reporter.delivery.sending import AHEAD
from reporter.delivery.unattended import mailing
from reporter.errors import UnsentError, WaitingError
from reporter.run_jobs import Job, Trouble
from reporter.running import run
from reporter.sessions import nyse
from reporter.spec import load
from tests import approvers
from tests.killing import Nursery, nurseries
from tests.quarter import GETTING, Feed, Mailbox, child_of, serving, utc, written

BEGIN, END = utc("2025-10-20T00:00"), utc("2026-01-19T00:00")
HOURS = 13 * 7 * 24
EDITIONS = (
    "2025-10-24", "2025-10-31", "2025-11-07", "2025-11-14", "2025-11-21", "2025-11-28",
    "2025-12-05", "2025-12-12", "2025-12-19", "2025-12-26", "2026-01-02", "2026-01-09",
    "2026-01-16",
)  # fmt: skip
LATE = date(2025, 11, 14)  # its prices arrive a day late
REFUSED = "2025-12-05/weekly"
KILLED = {"2025-10-31": "output", "2025-11-28": "archive", "2025-12-19": "send"}
QUICK = 0.02  # seconds of work that a call may take that has nothing to do
HOUR = timedelta(hours=1)


@dataclass
class Desk:
    """Everything of the simulated house."""

    folder: Path
    feed: Feed
    mailbox: Mailbox
    nursery: Nursery
    now: datetime = BEGIN
    codes: Counter[int] = field(default_factory=Counter)
    idle: list[float] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)
    refused: bool = False
    settled: list[Settled] = field(default_factory=list)

    def job(self) -> Job:
        """What is called every hour."""
        house = settings_form.load(self.folder / "delivery.toml")
        clock = Clock(lambda: self.now, time.monotonic, time.sleep)
        roll = roll_of(str(self.folder / "clients.csv"), self.folder)

        def sender() -> House:
            made = opened(self.folder / "archive")
            keys, secrets = keys_of(made, None), secrets_of(house)
            return House(made, keys, house, secrets, clock, "robot", "a test")

        def tell(trouble: Trouble) -> str:
            return notices.tell(trouble, house, self.now)

        return Job(
            spec=load(self.folder), clock=lambda: self.now, actor="robot",
            archive=self.folder / "archive", output=self.folder / "output",
            runs=self.folder / "runs", data=self.folder / "data", formats=("pdf", "json", "mail"),
            mailing=mailing(house, sender, roll, (house.outbox, house.folder)), notify=tell,
        )  # fmt: skip

    @property
    def archive(self) -> Archive:
        """The archive, as it is now."""
        return opened(self.folder / "archive")

    def hour(self, job: Job) -> None:
        """An hour passes: prices arrive, the run is called, the approver and the operator look."""
        self._arrive()
        doomed = self._doomed()
        if doomed:
            self._killed(*doomed)
        else:
            self._called(job)
        self._approve()
        self._settle()
        self.now += HOUR

    def _arrive(self) -> None:
        """Prices are there half an hour after the close, those of one Friday a day later."""
        late = self.now - timedelta(minutes=30)
        days = nyse(2025, 2026)
        day = days.on_or_before(late.date())
        if days.close(day) > late:
            day = days.back(day, 1)
        if day == LATE and self.now < utc("2025-11-15T22:00"):
            day = days.back(day, 1)
        self.feed.arrive(day)

    def _called(self, job: Job) -> None:
        begun = time.thread_time()
        try:
            outcome = run(job, only_due=True)
            code, message = outcome.exit, outcome.message
        except (WaitingError, UnsentError) as error:
            code, message = error.exit_code, str(error)
        if message == "nothing is due.":
            self.idle.append(time.thread_time() - begun)
        self.codes[code] += 1

    def places(self, pattern: str) -> list[Path]:
        """Records by the names of their files, in order."""
        return sorted((self.folder / "runs" / "weekly").glob(pattern))

    # --- the approver -----------------------------------------------------------------------------

    def _approve(self) -> None:
        """Two hours after it was filed an edition is approved; one is refused for a while."""
        for edition in self._waiting():
            filed = self.archive.added()[edition].time
            if edition == REFUSED and not self.refused and self.now >= filed + 2 * HOUR:
                self._sign(edition)
                withdraw(self.archive, edition, "The lead is wrong.", Hand("Ann Meier", self.now))
                self.refused = True
            elif self.now >= filed + (5 if edition == REFUSED else 2) * HOUR:
                self._sign(edition)

    def _waiting(self) -> list[str]:
        found = []
        for path in self.places("2*.json")[-2:]:
            told = json.loads(path.read_text())
            if told["phase"] == "open" and told["edition"]:
                found.append(told["edition"])
        return found

    def _sign(self, edition: str) -> None:
        if not any(one.act == "policy" for one in self.archive.entries()):
            text = f"{approvers.row()}[approval]\nrequired = 1\n"
            policy.put(self.archive, text.encode(), "policy.toml", Hand("officer", self.now))
        self.signed.append(edition)
        approve(self.archive, Wish(edition), approvers.signer(), Hand("Ann Meier", self.now))

    # --- the operator -----------------------------------------------------------------------------

    def _settle(self) -> None:
        """Who was told that letters are not sent settles by what was taken what is uncertain."""
        told = [subject for subject in self.mailbox.notices() if subject.endswith(": send")]
        for subject in told[len(self.settled) :]:
            edition = f"{subject.split()[3].rstrip(':')}/weekly"
            taken = [name for _, name in self.mailbox.per_edition()]
            with outbox_of("sqlite:///outbox.sqlite", self.folder) as ledger:
                hand, trust = Operator("operator", self.now), Trust(complete=True)
                self.settled.append(by_copies(ledger, edition, taken, hand, trust))

    # --- killed runs ------------------------------------------------------------------------------

    def _doomed(self) -> tuple[str, str] | None:
        """Whether this call is to be killed, of which edition, at what."""
        for day, where in KILLED.items():
            if day not in self.killed:
                ready = f"{day}/weekly" in self.signed if where == "send" else self._due(day)
                return (day, where) if ready else None
        return None

    def _due(self, day: str) -> bool:
        return self.now >= nyse(2025, 2026).close(date.fromisoformat(day)) + 2 * HOUR

    def _killed(self, day: str, where: str) -> None:
        """The command line in a process of its own, which is ended by SIGKILL."""
        if where == "send":
            self.mailbox.victim = lambda: child_of(self.nursery.process.pid)
        at = {"output": 4, "archive": 30}.get(where)
        ended = self.nursery.run(self._arguments(), self.folder / where, self.now, at=at)
        assert ended.code == -signal.SIGKILL, ended.said
        self.killed.append(day)

    def _arguments(self) -> list[str]:
        places = ("archive", "output", "runs", "data")
        named = [word for name in places for word in (f"--{name}", str(self.folder / name))]
        return [
            "run", str(self.folder), "--due", *named, "--actor", "robot",
            "--settings", str(self.folder / "delivery.toml"),
            "--clients", str(self.folder / "clients.csv"),
            "--format", "pdf", "--format", "json", "--format", "mail",
        ]  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("REPORTER_UNSUBSCRIBE_KEY", "0123456789abcdef0123456789abcdef")
    mailbox, folder = Mailbox(), tmp_path / "desk"
    folder.mkdir()
    with serving(mailbox) as port, nurseries(tmp_path / "cache") as nursery:
        written(folder, port)
        feed = Feed(real_data / "prices", folder / "prices")
        yield Desk(folder, feed, mailbox, nursery)


def test_a_quarter(desk: Desk) -> None:  # takes a minute
    """13 editions, each sent once to each client who gets it, whatever went wrong."""
    job = desk.job()
    while desk.now < END:
        desk.hour(job)
    assert sorted(desk.killed) == sorted(KILLED)
    assert desk.archive.present() == tuple(f"{day}/weekly" for day in EDITIONS)
    assert_records(desk)
    assert_received(desk)
    assert_proved(desk)
    assert_told(desk)
    assert len(desk.idle) > HOURS - 300
    assert sorted(desk.idle)[len(desk.idle) * 99 // 100] < QUICK


def assert_records(desk: Desk) -> None:
    records = [json.loads(path.read_text()) for path in desk.places("2*.json")]
    assert [(one["as_of"], one["phase"]) for one in records] == [(day, "done") for day in EDITIONS]
    late = next(one for one in records if one["as_of"] == LATE.isoformat())
    assert late["steps"]["build"]["tries"] == 24
    lines = (desk.folder / "runs" / "log.jsonl").read_text().splitlines()
    assert all(json.loads(line)["brief"] == "weekly" for line in lines)
    for word in ("client.test", "Anna", "C1"):
        assert word not in "".join(lines) + json.dumps(records)


def assert_received(desk: Desk) -> None:
    """Judged by the mailboxes: everybody got each edition once."""
    got = desk.mailbox.per_edition()
    assert set(got.values()) == {1}
    assert Counter(name for name, _ in got) == dict.fromkeys(GETTING, len(EDITIONS))
    with outbox_of("sqlite:///outbox.sqlite", desk.folder) as ledger:
        for day in EDITIONS:
            assert ledger.counts(f"{day}/weekly")[State.SENT] == len(GETTING)
    (settled,) = desk.settled
    assert (len(settled.sent), len(settled.again), settled.left) == (1, min(AHEAD, 4) - 1, ())


def assert_proved(desk: Desk) -> None:
    assert not verify(desk.archive).findings


def assert_told(desk: Desk) -> None:
    """The operator was told once of each failure, clients of none."""
    assert desk.codes.keys() == {0, 4, 5}
    assert desk.mailbox.notices() == [
        "reporter: weekly of 2025-12-05: approval",
        "reporter: weekly of 2025-12-19: send",
    ]
