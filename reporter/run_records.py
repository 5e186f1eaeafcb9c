"""What is remembered of unattended runs: a record a period, and a log that is only added to.

`RUNS/<slug>/<as-of>.json` says how far the edition of that day has come; it is replaced whole.
`RUNS/<slug>/quiet.json` says until when nothing is due, so that a call that has nothing to do need
not open a calendar; it can be deleted at any time. `RUNS/log.jsonl` has a line for whatever a run
did. None of them holds a name, an address or a secret.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Any

from reporter import __version__, durable, locks
from reporter.errors import OutputError, ReporterError
from reporter.order import Json, Schedule
from reporter.schedule import Due
from reporter.visible import visible

FORMAT = 1
LOG = "log.jsonl"
QUIET = "quiet.json"
LONGEST = 400
LOOKED_BACK = 10
"""Records that are looked at for what is still under way."""
_ADDRESS = re.compile(r"[^\s<>:;,]+@[^\s<>:;,]+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Stage(StrEnum):
    """The parts of a run, in their order."""

    BUILD = "build"
    ARCHIVE = "archive"
    APPROVAL = "approval"
    SEND = "send"


class Phase(StrEnum):
    """Where an edition stands: under way, being sent, or over in one way or another.

    `ARCHIVED` is over, because nobody was named to send it to.
    """

    OPEN = "open"
    SENDING = "sending"
    ARCHIVED = "archived"
    DONE = "done"
    SKIPPED = "skipped"


UNDER_WAY = frozenset({Phase.OPEN, Phase.SENDING})


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of a record: when it began, when it was last tried, how often, with what result.

    `result` is `begun`, `done`, `waiting` or `failed`; times are ISO's, with their zone.
    """

    result: str
    begun: str
    last: str
    tries: int = 1
    message: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """How far the edition of a period has come.

    `manifest` is the sha256 of what was built, `edition` the id that was filed. `exit` is the exit
    code of the last call that did something. `counts` has the messages by state, and `noticed`
    which failures the operator was told of. `left_out` has the ids of the clients who get nothing,
    by the reason.
    """

    slug: str
    period: str
    as_of: date
    due: datetime
    until: datetime
    phase: Phase = Phase.OPEN
    steps: Mapping[str, Step] = field(default_factory=dict)
    manifest: str = ""
    edition: str = ""
    exit: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    noticed: tuple[str, ...] = ()
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=lambda: {"reporter": __version__})

    def stepped(self, stage: Stage, result: str, now: datetime, message: str = "") -> Record:
        """The record after something happened in a stage; a stage begun once more is a try more."""
        time, old = now.isoformat(), self.steps.get(stage)
        tries = old.tries + (result == "begun") if old else 1
        step = Step(result, old.begun if old else time, time, tries, message)
        return replace(self, steps={**self.steps, str(stage): step})


def harmless(error: BaseException) -> str:
    """What a record and a log may keep of a failure: its first line, without any address."""
    line = str(error).strip().partition("\n")[0] or type(error).__name__
    return _ADDRESS.sub("ADDRESS", visible(line))[:LONGEST]


def told(error: BaseException) -> str:
    """What is kept of a failure; of one that is a fault of the program, only what kind it is."""
    return harmless(error) if isinstance(error, ReporterError) else type(error).__name__


def counted(clients: int) -> str:
    """So many clients, in words."""
    return f"{clients:,} client{'s'[: clients != 1]}"


@dataclass(frozen=True, slots=True)
class Runs:
    """The folder of records and log, for one brief."""

    folder: Path
    slug: str

    @property
    def place(self) -> Path:
        """Where the records of the brief lie."""
        return self.folder / self.slug

    @contextlib.contextmanager
    def held(self) -> Iterator[bool]:
        """Within, no other call is at work on this brief; False if one is.

        Raises:
            OutputError: the folder cannot be written.
        """
        with _written(self.place), contextlib.ExitStack() as stack:
            self.place.mkdir(parents=True, exist_ok=True)
            try:
                stack.enter_context(locks.alone(self.place, patience=1))
                durable.clear(self.place, durable.LEAVINGS)
                mine = True
            except locks.BusyError:
                mine = False
            kept = stack.pop_all()
        with kept:
            yield mine

    # --- records ----------------------------------------------------------------------------------

    def record(self, due: Due) -> Record:
        """The record of a period, or a new one."""
        path = self.place / f"{due.as_of}.json"
        if (found := _read(path)) is not None:
            return _record(found, path)
        return Record(self.slug, due.period, due.as_of, due.at, due.until)

    def newest(self) -> Iterator[Record]:
        """The records of late, the newest first."""
        paths = [p for p in self.place.glob("*.json") if _DAY.fullmatch(p.stem)]
        for path in sorted(paths, reverse=True)[:LOOKED_BACK]:
            if (found := _read(path)) is not None:
                yield _record(found, path)

    def keep(self, record: Record) -> Record:
        """Put a record in the place of the one before; it outlives a power cut."""
        self._put(f"{record.as_of}.json", {"format": FORMAT, **asdict(record)})
        return record

    def _put(self, name: str, document: Mapping[str, Any]) -> None:
        path = self.place / name
        data = json.dumps(document, indent=1, ensure_ascii=False, default=_plain) + "\n"
        with _written(path):
            durable.hidden(path, data.encode()).replace(path)
            durable.settle(self.place)

    # --- quiet ------------------------------------------------------------------------------------

    def is_quiet(self, schedule: Schedule, now: datetime) -> bool:
        """Whether it is known, without a calendar, that nothing is due by this schedule."""
        found = _read(self.place / QUIET)
        try:
            told = found or {}
            return told["rests_on"] == _rests_on(schedule) and _moment(
                told["from"]
            ) <= now < _moment(told["until"])
        except (KeyError, TypeError, ValueError):
            return False

    def rest(self, schedule: Schedule, now: datetime, until: datetime) -> None:
        """Note that nothing is due from now until a moment."""
        told = {"rests_on": _rests_on(schedule), "from": now, "until": until}
        self._put(QUIET, told)

    # --- the log ----------------------------------------------------------------------------------

    def log(self, now: datetime, event: str, **details: Json) -> None:
        """Add a line to the log, which is on the disk afterwards.

        What a killed run left of a line is closed first, so that every later line is whole.
        """
        line = {"time": now.isoformat(), "brief": self.slug, "event": event, **details}
        data = json.dumps(line, ensure_ascii=False).encode() + b"\n"
        path = self.folder / LOG
        with _written(path), path.open("ab+") as file:
            if end := file.seek(0, os.SEEK_END):
                file.seek(end - 1)
                data = data if file.read(1) == b"\n" else b"\n" + data
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


@contextlib.contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"cannot be written: {durable.why(error)}."
        tip = "Name another folder with --runs."
        raise OutputError(message, where=str(path), tip=tip) from error


def _read(path: Path) -> dict[str, Any] | None:
    """The document in a file; None where there is no file.

    Raises:
        OutputError: it cannot be read, or holds something else.
    """
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise OutputError(f"cannot be read: {durable.why(error)}.", where=str(path)) from error
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _strange(path)
    return found


def _record(found: Mapping[str, Any], path: Path) -> Record:
    try:
        kept = {key: value for key, value in found.items() if key != "format"}
        return Record(
            **{
                **kept,
                "as_of": date.fromisoformat(found["as_of"]),
                "due": datetime.fromisoformat(found["due"]),
                "until": datetime.fromisoformat(found["until"]),
                "phase": Phase(found["phase"]),
                "steps": {str(Stage(name)): Step(**one) for name, one in found["steps"].items()},
                "noticed": tuple(found["noticed"]),
                "left_out": {why: tuple(ids) for why, ids in found.get("left_out", {}).items()},
            }
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _strange(path) from error


def _strange(path: Path) -> OutputError:
    tip = "Move it away; what is filed and sent already is found again."
    return OutputError("is no record of a run.", where=str(path), tip=tip)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _rests_on(schedule: Schedule) -> str:
    """What a moment was reckoned by: another schedule, or other calendars, make another."""
    parts = (schedule.every, schedule.exchange, schedule.lag, schedule.until)
    return " ".join([*map(str, parts), metadata.version("exchange-calendars")])
