from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from reporter.errors import DataError, OutputError
from reporter.model import Schedule
from reporter.run_records import Phase, Runs, Stage, told
from reporter.schedule import Due

NOW = datetime(2026, 1, 16, 23, tzinfo=UTC)
DUE = Due("2026-W03", date(2026, 1, 16), NOW, NOW + timedelta(hours=48))
WEEKLY = Schedule("week", "XNYS")


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    made = Runs(tmp_path / "runs", "weekly")
    made.place.mkdir(parents=True)
    return made


def test_a_record_is_read_as_it_was_kept(runs: Runs) -> None:
    record = runs.record(DUE)
    assert record.phase is Phase.OPEN
    record = record.stepped(Stage.BUILD, "begun", NOW).stepped(Stage.BUILD, "done", NOW)
    assert runs.keep(record) == record
    assert runs.record(DUE) == record
    assert list(runs.newest()) == [record]
    assert record.steps["build"].tries == 1


def test_a_stage_that_begins_again_is_a_try_more(runs: Runs) -> None:
    record = runs.record(DUE)
    for _ in range(3):
        record = record.stepped(Stage.BUILD, "begun", NOW).stepped(Stage.BUILD, "waiting", NOW)
    assert record.steps["build"].tries == 3


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"phase": "odd"}'])
def test_what_is_no_record_is_refused(text: str, runs: Runs) -> None:
    (runs.place / "2026-01-16.json").write_text(text)
    with pytest.raises(OutputError, match="is no record of a run"):
        runs.record(DUE)


def test_a_line_that_was_cut_off_spoils_no_other(runs: Runs) -> None:
    runs.log(NOW, "done", stage="build")
    path = runs.folder / "log.jsonl"
    path.write_bytes(path.read_bytes() + b'{"time": "2026')
    runs.log(NOW, "done", stage="archive")
    first, cut, last = path.read_text().splitlines()
    assert json.loads(first)["stage"] == "build"
    assert cut == '{"time": "2026'
    assert json.loads(last)["stage"] == "archive"


def test_quiet_lasts_until_its_moment_and_for_its_schedule(runs: Runs) -> None:
    assert not runs.is_quiet(WEEKLY, NOW)
    runs.rest(WEEKLY, NOW, NOW + timedelta(days=7))
    assert runs.is_quiet(WEEKLY, NOW + timedelta(days=6))
    assert not runs.is_quiet(WEEKLY, NOW + timedelta(days=7))
    assert not runs.is_quiet(WEEKLY, NOW - timedelta(hours=1))
    assert not runs.is_quiet(Schedule("month", "XNYS"), NOW)


def test_one_call_at_a_time(runs: Runs) -> None:
    from threading import Thread

    seen: list[bool] = []

    def second() -> None:
        with runs.held() as mine:
            seen.append(mine)

    with runs.held() as mine:
        assert mine
        thread = Thread(target=second)
        thread.start()
        thread.join()
    second()
    assert seen == [False, True]


def test_nothing_personal_is_kept_of_a_failure() -> None:
    error = DataError("anna@client.test is refused,\nand so is Bert.", where="clients.csv")
    assert told(error) == "clients.csv: ADDRESS is refused,"
    assert told(ValueError("Anna")) == "ValueError"
