"""What an unattended run is asked to do, and one call of it as its stages see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reporter.errors import DataError, WaitingError
from reporter.model import BriefSpec, Schedule, State
from reporter.run_records import Record, Runs, Stage

if TYPE_CHECKING:
    from reporter.sources.base import Progress


class WithdrawnError(WaitingError):
    """An approval was taken back: nothing is wrong with the program, but somebody must look."""


class LateError(WaitingError, DataError):
    """Prices of the as-of day are not there yet."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What sending came to: how many messages are in which state.

    `waiting`: the rest of a staged release is still to be sent, as it should be. `left_out` has,
    by the reason, the ids of those on the list who get nothing; `amiss` are those of the reasons
    that an operator must look into: nothing in the list says that these clients are to get nothing.
    """

    counts: Mapping[State, int]
    waiting: bool = False
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    amiss: frozenset[str] = frozenset()


class Readers(NamedTuple):
    """Clients who get the same: of which brief, the run's own or a variant of it, and who reads it.

    `slug` is the brief's; the others are as editions are approved for.
    """

    slug: str
    audience: str
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class Mailing:
    """How editions of a run go to clients.

    `readers` gives, for the slug of a brief, every kind of readers on the list, after that was
    checked as a whole. `send` sends an edition by its id, as far as that can be done now; a second
    call sends nothing twice. `waits` says whether letters of an edition wait to be sent.
    """

    readers: Callable[[str], Iterable[Readers]]
    send: Callable[[str], Posted]
    waits: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an operator is told of: which brief and day, in which stage, what, and what to do."""

    slug: str
    as_of: date
    stage: str
    message: str
    step: str


def unwatched(_done: int, _total: int, _symbol: str) -> None:
    """Progress nobody watches."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is run.

    Args:
        spec: the brief as ordered; its `as_of` is a day asked for on the command line.
        clock: what time it is, with its zone.
        actor: who files editions.
        archive: the archive's folder.
        output: where editions are built.
        runs: where records lie.
        data: where fetches are recorded.
        formats: what is made.
        strict: whether an edition with gaps is not made.
        mailing: how it is sent; None stops once it is filed.
        notify: tells the operator, and says what hindered that, empty if nothing did.
        say: told what is worth knowing.
        progress: told of every symbol.
    """

    spec: BriefSpec
    clock: Callable[[], datetime]
    actor: str
    archive: Path
    output: Path
    runs: Path
    data: Path
    formats: tuple[str, ...]
    strict: bool = False
    mailing: Mailing | None = None
    notify: Callable[[Trouble], str] | None = None
    say: Callable[[str], None] = lambda _: None
    progress: Progress = unwatched


@dataclass(slots=True)
class Call:
    """One call, which holds the brief's records; `record` is that of the period it is about."""

    job: Job
    runs: Runs
    plan: Schedule
    only_due: bool
    record: Record = field(init=False)

    def begin(self, stage: Stage) -> None:
        """Note that a stage begins, before anything of it is done."""
        self.record = self.record.stepped(stage, "begun", self.job.clock())
        self.runs.keep(self.record)

    def end(self, stage: Stage, message: str = "") -> None:
        """Note that a stage is done."""
        self.record = self.record.stepped(stage, "done", self.job.clock(), message)
        self.keep("done", stage, message)

    def keep(self, event: str, stage: Stage, message: str = "") -> None:
        """Put the record on the disk, and a line into the log."""
        self.runs.keep(self.record)
        self.runs.log(
            self.job.clock(),
            event,
            as_of=self.record.as_of.isoformat(),
            stage=str(stage),
            edition=self.record.edition,
            exit=self.record.exit,
            message=message,
        )
