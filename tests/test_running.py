"""What a call does next; the stages themselves are tried by the quarter."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reporter import run_stages
from reporter.delivered import State
from reporter.errors import DeliveryError, OutputError, SpecError, UnsentError, WaitingError
from reporter.model import BriefSpec, Schedule
from reporter.run_jobs import Job, Mailing, Posted, Trouble
from reporter.run_records import Phase, Runs, Stage
from reporter.running import Outcome, Run, run
from reporter.spec import load

FRIDAY = datetime(2026, 1, 16, 23, tzinfo=UTC)  # two hours after the close
SPEC = BriefSpec("A brief", "weekly", ("^RUT",), "^GSPC", (), schedule=Schedule("week", "XNYS"))


@dataclass
class World:
    """A job whose stages are as the test says."""

    folder: Path
    now: datetime = FRIDAY
    filed: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    told: list[Trouble] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    hindrance: Exception | None = None
    left_out: dict[str, tuple[str, ...]] = field(default_factory=dict)
    amiss: frozenset[str] = frozenset()
    dumb: Exception | None = None
    counts: dict[State, int] = field(default_factory=lambda: {State.SENT: 3})
    waits: bool = False

    def job(self, *, mails: bool = True, spec: BriefSpec = SPEC) -> Job:
        """What is called."""
        return Job(
            spec, lambda: self.now, "robot", self.folder, self.folder, self.folder / "runs",
            self.folder, ("json",), notify=self._tell, say=self.said.append,
            mailing=Mailing(lambda _: (), self._send, lambda _: self.waits) if mails else None,
        )  # fmt: skip

    def call(self, *, mails: bool = True) -> Outcome:
        """A call as cron makes it."""
        return run(self.job(mails=mails), only_due=True)

    def _send(self, edition: str) -> Posted:
        self.sent.append(edition)
        return Posted(self.counts, left_out=self.left_out, amiss=self.amiss)

    def _tell(self, trouble: Trouble) -> str:
        self.told.append(trouble)
        if self.dumb:
            raise self.dumb
        return ""

    def file(self, one: Run) -> str:
        """Files the edition, unless something hinders it."""
        one.begin(Stage.BUILD)
        if self.hindrance:
            raise self.hindrance
        edition = f"{one.record.as_of}/weekly"
        self.filed.append(edition)
        one.record = replace(one.record, edition=edition)
        return edition


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path)
    check: Callable[[Run, str], None] = lambda _run, _edition: None  # noqa: E731
    monkeypatch.setattr(run_stages, "filed", made.file)
    monkeypatch.setattr(run_stages, "check_approved", check)
    return made


def test_an_edition_is_made_and_sent_once(world: World) -> None:
    outcome = world.call()
    assert (outcome.exit, outcome.message) == (0, "2026-01-16/weekly: 3 sent.")
    for hours in range(1, 60):
        world.now = FRIDAY + timedelta(hours=hours)
        assert world.call().message == "nothing is due."
    assert world.sent == ["2026-01-16/weekly"]


def test_before_the_first_period_nothing_is_due(world: World) -> None:
    world.now = FRIDAY + timedelta(days=3)
    assert world.call().message == "nothing is due."
    assert not world.filed


def test_without_clients_it_ends_with_filing(world: World) -> None:
    outcome = world.call(mails=False)
    assert outcome.exit == 0
    assert "no clients are named" in outcome.message
    assert world.call(mails=False).message == "nothing is due."
    assert not world.sent


def test_what_is_late_is_asked_again_until_it_is_stale(world: World) -> None:
    world.hindrance = WaitingError("waits for data: no prices.")
    for hours in range(48):
        world.now = FRIDAY + timedelta(hours=hours)
        with pytest.raises(WaitingError):
            world.call()
    assert not world.told
    world.now = FRIDAY + timedelta(hours=48)
    outcome = world.call()
    assert outcome.exit == 1
    assert "is skipped: it was due on 2026-01-16 23:00 UTC and is stale" in outcome.message
    assert "reporter run --as-of 2026-01-16" in outcome.message
    assert [one.stage for one in world.told] == ["build"]
    assert world.call().exit == 0


def test_a_failure_is_told_once_and_tried_again(world: World) -> None:
    world.hindrance = DeliveryError("x@client.test is broken.")
    for hours in range(3):
        world.now = FRIDAY + timedelta(hours=hours)
        with pytest.raises(DeliveryError):
            world.call()
    assert [one.message for one in world.told] == ["ADDRESS is broken."]
    world.hindrance = None
    assert world.call().exit == 0
    log = (world.folder / "runs" / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in log] == ["failed"] * 3 + ["done"] * 2


def test_what_an_operator_settled_goes_out_with_the_next_call(world: World) -> None:
    world.counts = {State.SENT: 1, State.UNCERTAIN: 2}
    assert world.call().exit == 5
    assert world.call().message == "nothing is due."
    assert len(world.sent) == 1
    world.waits, world.counts = True, {State.SENT: 3}
    assert world.call().message == "2026-01-16/weekly: 3 sent."
    assert world.call().message == "nothing is due."
    assert world.sent == ["2026-01-16/weekly"] * 2
    assert [one.stage for one in world.told] == ["send"]


def test_deferred_letters_are_left_to_the_next_call(world: World) -> None:
    world.counts = {State.SENT: 2, State.DEFERRED: 1}
    with pytest.raises(UnsentError, match="2 sent, 1 deferred"):
        world.call()
    world.now, world.counts = FRIDAY + timedelta(days=6), {State.SENT: 3}
    assert world.call().exit == 0
    assert world.filed == ["2026-01-16/weekly"]


def test_an_edition_of_an_earlier_week_is_never_sent(world: World) -> None:
    world.counts = {State.SENT: 2, State.DEFERRED: 1}
    with pytest.raises(UnsentError):
        world.call()
    world.now, world.counts = FRIDAY + timedelta(weeks=1), {State.SENT: 3}
    world.sent.clear()
    assert world.call().exit == 1  # once, because somebody must know
    assert world.sent == ["2026-01-23/weekly"]
    one = next(one for one in reversed(world.told) if one.as_of == FRIDAY.date())
    assert "what is left of the edition of 2026-01-16 is skipped" in one.message
    assert "2 sent, 1 deferred" in one.message
    assert world.call().exit == 0
    assert world.sent == ["2026-01-23/weekly"]


def test_who_is_left_out_is_said_kept_logged_and_told_once(world: World) -> None:
    world.left_out = {
        "is closed": ("C1",),
        "there is no edition in the brand x": ("C2", "C3", "C4", "C5", "C6", "C7"),
    }
    world.amiss = frozenset({"there is no edition in the brand x"})
    world.counts = {State.SENT: 2, State.DEFERRED: 1}
    with pytest.raises(UnsentError):
        world.call()
    world.counts = {State.SENT: 3}
    outcome = world.call()
    assert outcome.message == "2026-01-16/weekly: 3 sent, 7 left out."
    assert "1 client left out (is closed): C1." in world.said
    assert any("6 clients left out" in one and "C6 and others." in one for one in world.said)
    assert outcome.record
    assert outcome.record.left_out == world.left_out
    (told,) = (one for one in world.told if "not to all of the list" in one.message)
    assert "6 clients (there is no edition in the brand x)" in told.message
    assert "is closed" not in told.message
    log = (world.folder / "runs" / "log.jsonl").read_text().splitlines()
    lines = [one for one in map(json.loads, log) if one["event"] == "left out"]
    assert [one["clients"] for one in lines] == [["C1"], list(world.left_out[lines[1]["reason"]])]


def test_a_notice_that_cannot_be_made_hides_nothing(world: World) -> None:
    world.hindrance, world.dumb = DeliveryError("no room."), DeliveryError("no key for x@y.test.")
    with pytest.raises(DeliveryError, match="no room"):
        world.call()
    assert world.said == ["The operator could not be told: no key for ADDRESS"]
    assert '"message": "no room."' in (world.folder / "runs" / "log.jsonl").read_text()


def test_a_clock_that_jumps_sends_nothing_twice(world: World) -> None:
    world.call()
    for jump in (timedelta(days=-3), timedelta(hours=1), timedelta(days=-400), timedelta(days=2)):
        world.now = FRIDAY + jump
        world.call()
    assert world.sent == ["2026-01-16/weekly"]


def test_records_that_cannot_be_written_are_told(world: World) -> None:
    (world.folder / "runs").write_text("no folder")
    with pytest.raises(OutputError, match="Name another folder with --runs"):
        world.call()
    assert not world.sent


def test_what_is_uncertain_is_told_and_not_sent_again(world: World) -> None:
    world.counts = {State.SENT: 2, State.UNCERTAIN: 1}
    outcome = world.call()
    assert outcome.exit == 5
    assert [one.stage for one in world.told] == ["send"]
    assert outcome.record
    assert outcome.record.phase is Phase.DONE
    assert world.call().message == "nothing is due."


def test_missed_periods_are_said(world: World) -> None:
    world.call()
    world.now = FRIDAY + timedelta(weeks=3)
    world.call()
    assert any("2026-01-23, 2026-01-30" in line for line in world.said)


def test_without_a_schedule_nothing_can_be_due(world: World) -> None:
    with pytest.raises(SpecError, match=r"has no \[schedule\]"):
        run(world.job(spec=replace(SPEC, schedule=None)), only_due=True)
    world.now = FRIDAY - timedelta(hours=1)
    unscheduled = run(world.job(spec=replace(SPEC, schedule=None)), only_due=False)
    assert unscheduled.message == "2026-01-16/weekly: 3 sent."


def test_what_was_skipped_is_made_when_somebody_asks(world: World) -> None:
    world.hindrance = WaitingError("waits for data.")
    with pytest.raises(WaitingError):
        world.call()
    world.now, world.hindrance = FRIDAY + timedelta(hours=50), None
    assert world.call().exit == 1
    asked = replace(SPEC, as_of=FRIDAY.date())
    assert run(world.job(spec=asked), only_due=False).message == "2026-01-16/weekly: 3 sent."
    again = run(world.job(spec=asked), only_due=False)
    assert again.message == "the edition of 2026-01-16 is done already."


SCHEDULED = """
title = "A"
slug = "weekly"
subjects = ["^RUT"]
benchmark = "^GSPC"
[schedule]
every = "week"
[[sections]]
name = "front"
"""
LIGHT = """
import sys
from reporter.cli import run
code = run(["run", sys.argv[1], "--due", "--runs", sys.argv[2]])
print(code, sorted({"pandas", "matplotlib", "sqlalchemy", "weasyprint"} & sys.modules.keys()))
"""


def test_a_call_with_nothing_to_do_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "brief.toml").write_text(SCHEDULED)
    runs = Runs(tmp_path / "runs", "weekly")
    runs.place.mkdir(parents=True)
    now = datetime.now(UTC)  # noqa: TID251  the command's own clock is met
    schedule = load(tmp_path).schedule
    assert schedule
    runs.rest(schedule, now - timedelta(hours=1), now + timedelta(hours=1))
    words = [sys.executable, "-c", LIGHT, str(tmp_path), str(runs.folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout == "nothing is due.\n0 []\n"
