"""The unattended run: is an edition due? Build it, file it, wait for its approval, send it.

Each call does what can be done now and remembers how far it came, so that the next goes on from
there: what was done is not done again, whoever ended the call before. Nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from reporter import schedule as calendar_of
from reporter.errors import (
    EXIT_DONE,
    EXIT_ERROR,
    EXIT_UNSENT,
    GapsError,
    ReporterError,
    SpecError,
    UnsentError,
    WaitingError,
)
from reporter.instruments import describe
from reporter.model import Schedule, State
from reporter.order import Json
from reporter.run_jobs import Call, Job, Posted, Trouble, WithdrawnError
from reporter.run_records import LOG, UNDER_WAY, Phase, Record, Runs, Stage, counted, harmless, told
from reporter.schedule import Due
from reporter.sessions import SETTLING

UNSENT = (State.QUEUED, State.SENDING, State.DEFERRED, State.FAILED, State.UNCERTAIN)
FEW = 5
LATER = (State.QUEUED, State.SENDING, State.DEFERRED)
"""What a later call may still send by itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended: its exit code, in words, and the record that it worked on, if any."""

    exit: int
    message: str
    record: Record | None = None


def run(job: Job, *, only_due: bool) -> Outcome:
    """Do what can be done now.

    Args:
        job: of which brief, with what.
        only_due: only an edition that is due by the spec's schedule and not stale. Else the one
            of the spec's as-of day, or of the newest period that is over, however late it is.

    Raises:
        WaitingError: prices or approvals are not there yet: the next call goes on.
        ReporterError: what stands in the way; the next call tries again.
    """
    now, runs = job.clock(), Runs(job.runs, job.spec.slug)
    if only_due and job.spec.schedule is None:
        tip = 'Add it, such as: [schedule] every = "week"'
        raise SpecError("has no [schedule], so nothing is ever due.", where=job.spec.path, tip=tip)
    plan = job.spec.schedule or Schedule("session", describe(job.spec.subject).exchange)
    if only_due and runs.is_quiet(plan, now):
        return Outcome(EXIT_DONE, "nothing is due.")
    with runs.held() as mine:
        if not mine:
            return Outcome(EXIT_DONE, f"another call is at work on {job.spec.slug}.")
        return Run(job, runs, plan, only_due=only_due).all(now)


class Run(Call):
    """One call, from the period it is about to what became of that."""

    __slots__ = ()

    def all(self, now: datetime) -> Outcome:
        """What is left of earlier periods, then the period that is due."""
        due = self._wanted(now)
        earlier = self._earlier(due) if self.only_due else EXIT_DONE
        if due is None:
            return Outcome(earlier, "nothing was ever due.")
        self.record = self._reopened(self.runs.record(due))
        if self.record.phase not in UNDER_WAY:
            if earlier == EXIT_DONE:
                self._rest(now)
            already = f"the edition of {due.as_of} is {self.record.phase} already."
            return Outcome(earlier, "nothing is due." if self.only_due else already, self.record)
        outcome = self._period(due, now)
        if outcome.record and outcome.record.phase not in UNDER_WAY and earlier == EXIT_DONE:
            self._rest(now)
        return replace(outcome, exit=outcome.exit or earlier)

    def _reopened(self, record: Record) -> Record:
        """The record; one that was given up, or ended with filing, goes on if somebody asks.

        So does one that was sent, but not to all, when somebody has settled or queued the rest.
        """
        ended = {Phase.SKIPPED, Phase.ARCHIVED} if self.job.mailing else {Phase.SKIPPED}
        asked = not self.only_due and record.phase in ended
        if asked:
            return replace(record, phase=Phase.OPEN)
        mailing = self.job.mailing
        if mailing and _is_unsent(record) and mailing.waits(record.edition):
            return replace(record, phase=Phase.SENDING)
        return record

    def _rest(self, now: datetime) -> None:
        """Spare the next calls the look at a calendar, unless letters may be queued again."""
        if self.only_due and not _is_unsent(self.record):
            known = calendar_of.known(self.plan, now)
            self.runs.rest(self.plan, now, calendar_of.following(self.plan, known, now))

    def _wanted(self, now: datetime) -> Due | None:
        """The period that this call is about."""
        if self.only_due:
            return calendar_of.due(self.plan, calendar_of.known(self.plan, now), now)
        if day := self.job.spec.as_of:
            known = calendar_of.known(self.plan, datetime.combine(day, now.timetz()))
            return calendar_of.of_day(self.plan, known, day)
        over = replace(self.plan, lag=SETTLING)
        return calendar_of.due(over, calendar_of.known(over, now), now)

    # --- earlier periods --------------------------------------------------------------------------

    def _earlier(self, due: Due | None) -> int:
        """Give up what is older: nobody is sent an old edition when a newer one is due."""
        code, last = EXIT_DONE, None
        for one in self.runs.newest():
            last = last or one.as_of
            if due and one.as_of < due.as_of and one.phase in UNDER_WAY:
                self.record = one
                self._skip("the edition of the next period is due.")
                code = EXIT_ERROR
        if due and last and last < due.as_of:
            self._tell_missed(last, due)
        return code

    def _tell_missed(self, last: date, due: Due) -> None:
        """Say which periods nobody called for."""
        known = calendar_of.known(self.plan, due.at)
        if missed := calendar_of.between(self.plan, known, last, due.as_of):
            days = ", ".join(map(str, missed))
            self.job.say(f"Nobody called while these editions were due: {days}.")
            self.runs.log(self.job.clock(), "missed", as_of=days)

    # --- one period -------------------------------------------------------------------------------

    def _period(self, due: Due, now: datetime) -> Outcome:
        if self.only_due and self.record.phase is Phase.OPEN and due.is_stale(now):
            if not any(self.runs.newest()):  # nobody has called before
                return Outcome(
                    EXIT_DONE, "nothing is due.", replace(self.record, phase=Phase.SKIPPED)
                )
            return self._skip(f"it was due on {due.at:%Y-%m-%d %H:%M} UTC and is stale.")
        self.runs.keep(self.record)
        return self._safely(self._stages)

    def _skip(self, why: str) -> Outcome:
        """Give an edition up, and say so: the operator must know that nobody gets it."""
        stage = _reached(self.record)
        reached = self.record.steps.get(stage)
        why = f"{why} {_sentence(reached.message)}" if reached and reached.message else why
        what = "what is left of the edition" if stage is Stage.SEND else "the edition"
        message = f"{what} of {self.record.as_of} is skipped: {why}"
        self.record = replace(self.record, phase=Phase.SKIPPED, exit=EXIT_ERROR)
        step = f"If it should go out all the same: reporter run --as-of {self.record.as_of}."
        self._notice(stage, "skipped", message, step)
        self.keep("skipped", stage, message)
        return Outcome(EXIT_ERROR, f"{message} {step}", self.record)

    def _stages(self) -> Outcome:
        from reporter import run_stages  # noqa: PLC0415  heavy

        edition = self.record.edition
        if self.record.phase is Phase.OPEN:
            edition = run_stages.filed(self)
        if self.job.mailing is None:
            self.record = replace(self.record, phase=Phase.ARCHIVED, exit=EXIT_DONE)
            self.keep("archived", Stage.ARCHIVE)
            message = f"filed as {edition}; no clients are named, so that nothing is sent."
            return Outcome(EXIT_DONE, message, self.record)
        if self.record.phase is Phase.OPEN:
            self.begin(Stage.APPROVAL)
            run_stages.check_approved(self, edition)
            self.end(Stage.APPROVAL)
        return self._sent()

    def _sent(self) -> Outcome:
        """Send the edition; afterwards all is sent, known not to be, or left to the next call."""
        assert self.job.mailing is not None
        edition = self.record.edition
        self.record = replace(self.record, phase=Phase.SENDING)
        self.begin(Stage.SEND)
        posted = self.job.mailing.send(edition)
        self._tell_left_out(posted)
        counts = posted.counts
        self.record = replace(self.record, counts={str(s): n for s, n in counts.items() if n})
        words = ", ".join(f"{number} {state}" for state, number in self.record.counts.items())
        if out := sum(map(len, posted.left_out.values())):
            words = f"{words}, {out} left out".lstrip(", ")
        if posted.waiting:
            raise WaitingError(f"{edition}: {words}. The rest of the staged release follows.")
        if any(counts.get(state) for state in LATER):
            raise UnsentError(f"{edition}: {words}.", tip="The next call goes on.")
        code = EXIT_UNSENT if any(counts.get(state) for state in UNSENT) else EXIT_DONE
        self.record = replace(self.record, phase=Phase.DONE, exit=code)
        if code:
            step = f"See which: reporter outbox list {edition}. Then: reporter outbox reconcile."
            self._notice(Stage.SEND, "unsent", f"{edition}: {words}.", step)
        self.end(Stage.SEND, words)
        return Outcome(code, f"{edition}: {words}.", self.record)

    def _tell_left_out(self, posted: Posted) -> None:
        """Say who gets nothing; log it where it is not as it was; tell the operator once."""
        edition, changed = self.record.edition, posted.left_out != self.record.left_out
        self.record = replace(self.record, left_out=posted.left_out)
        for why, clients in posted.left_out.items():
            few = f"{', '.join(clients[:FEW])}{' and others' if clients[FEW:] else ''}"
            self.job.say(f"{counted(len(clients))} left out ({why}): {few}.")
            if changed:
                ids: list[Json] = list(clients)
                self.runs.log(
                    self.job.clock(), "left out", edition=edition, reason=why, clients=ids
                )
        amiss = [f"{counted(len(posted.left_out[why]))} ({why})" for why in sorted(posted.amiss)]
        if amiss:
            message = f"{edition} goes out, but not to all of the list: {'; '.join(amiss)}."
            step = (
                f"See whom: {self.runs.folder / LOG}. Mend the list, the settings or who may "
                f"approve; then send it to them: reporter send {edition}."
            )
            self._notice(Stage.SEND, "left out", message, step)

    # --- failures ---------------------------------------------------------------------------------

    def _safely(self, work: Callable[[], Outcome]) -> Outcome:
        """Do it; a failure is remembered and told to the operator before it goes on its way."""
        try:
            return work()
        except Exception as error:
            code = error.exit_code if isinstance(error, ReporterError) else EXIT_ERROR
            stage = _reached(self.record)
            patient = isinstance(error, WaitingError | GapsError)
            result = "waiting" if patient else "failed"
            self.record = replace(self.record, exit=code)
            self.record = self.record.stepped(stage, result, self.job.clock(), told(error))
            if not patient or isinstance(error, WithdrawnError):
                tip = error.tip if isinstance(error, ReporterError) else ""
                step = tip or "Run it by hand with -v: reporter run --due -v."
                self._notice(stage, type(error).__name__, told(error), step)
            self.keep(result, stage, told(error))
            raise

    def _notice(self, stage: Stage, kind: str, message: str, step: str) -> None:
        """Tell the operator, once for each failure of a period; trouble with that is told here."""
        key = f"{stage}:{kind}"
        if self.job.notify is None or key in self.record.noticed:
            return
        trouble = Trouble(self.record.slug, self.record.as_of, str(stage), message, step)
        try:
            hindered = self.job.notify(trouble)
        except ReporterError as error:  # what is told of stays what went wrong
            hindered = harmless(error)
        if hindered:
            self.job.say(f"The operator could not be told: {hindered}")
            return
        self.record = replace(self.record, noticed=(*self.record.noticed, key))


def _reached(record: Record) -> Stage:
    """The stage that was tried last."""
    return max((Stage(name) for name in record.steps), key=list(Stage).index, default=Stage.BUILD)


def _is_unsent(record: Record) -> bool:
    """Whether it was sent to all that it could be, but not to all."""
    return record.phase is Phase.DONE and record.exit == EXIT_UNSENT


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
