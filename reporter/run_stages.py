"""The stages of an unattended run that make an edition: built from whole data, filed, approved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from reporter import pipeline
from reporter.archive.approval import lacking
from reporter.archive.base import Archive, Hand, opened
from reporter.archive.intake import add
from reporter.archive.policy import Policy, in_force
from reporter.errors import (
    ArchiveError,
    DataError,
    DeliveryError,
    GapsError,
    SpecError,
    WaitingError,
)
from reporter.filed import Act
from reporter.model import Brief, Reason, Severity
from reporter.output import MANIFEST, write
from reporter.run_jobs import Call, LateError, Readers, WithdrawnError
from reporter.run_records import Stage

LATE = frozenset(
    {Reason.STALE, Reason.UNAVAILABLE, Reason.RATE_LIMITED, Reason.TIMEOUT, Reason.BAD_PAYLOAD}
)
"""Why a series is missing that may be there an hour later."""


def filed(run: Call) -> str:
    """The id of the edition of the run's day, built and filed unless it was before.

    Once one is filed it is the edition of that day, and its newest correction takes its place.

    Raises:
        WaitingError: prices are not there yet.
        ReporterError: it cannot be built or filed.
    """
    archive = opened(run.job.archive, must_exist=False)
    edition = _newest(archive, f"{run.record.as_of}/{run.record.slug}")
    if not edition:
        folder = _built(run)
        run.begin(Stage.ARCHIVE)
        try:
            (added,) = add(archive, [folder], Hand(run.job.actor, run.job.clock()))
        except ArchiveError:
            run.record = replace(run.record, manifest="")  # the next call builds it anew
            raise
        edition = added.edition.id
    if run.record.edition != edition:
        run.record = replace(run.record, edition=edition)
        run.end(Stage.ARCHIVE)
        run.job.say(f"Filed as {edition}.")
    return edition


def _newest(archive: Archive, place: str) -> str:
    """The edition that was filed last of a day and slug; empty where there is none."""
    entries = archive.entries()
    gone = {one.edition for one in entries if one.act is Act.PURGED}
    mine = [
        one.edition
        for one in entries
        if one.act is Act.ADDED and one.edition.partition(".")[0] == place
    ]
    return next((one for one in reversed(mine) if one not in gone), "")


# --- build ---------------------------------------------------------------------------------------


def _built(run: Call) -> Path:
    """The folder of the edition, built unless an earlier call did it and it is whole."""
    folder = run.job.output / run.record.as_of.isoformat() / run.record.slug
    if run.record.manifest and run.record.manifest == _manifest(folder):
        return folder
    run.begin(Stage.BUILD)
    job = run.job
    try:
        made = pipeline.build(
            replace(job.spec, as_of=run.record.as_of),
            now=job.clock(),
            formats=job.formats,
            progress=job.progress,
            data_folder=job.data,
        )
    except DataError as error:
        if not run.only_due:
            raise
        raise LateError(f"waits for data: {error.message}", where=error.where) from error
    _check_day(run, made.brief)
    if job.strict and made.brief.gaps:
        count = f"{len(made.brief.gaps)} gap{'s'[: len(made.brief.gaps) != 1]}"
        raise GapsError(f"the brief has {count}; nothing was written.")
    if run.only_due and (why := next(_late(made.brief), "")):
        raise LateError(f"waits for data: {why}")
    write(made, job.output)
    run.record = replace(run.record, manifest=_manifest(folder))
    run.end(Stage.BUILD)
    return folder


def _check_day(run: Call, brief: Brief) -> None:
    if brief.as_of != run.record.as_of:
        message = f"{run.record.as_of} is no session of {run.job.spec.subject}."
        tip = "Name the exchange of the first subject in [schedule]."
        raise SpecError(message, where=run.job.spec.path, tip=tip)


def _late(brief: Brief) -> Iterator[str]:
    """What is missing of the as-of day that may yet come."""
    yield from (g.message for g in brief.gaps if g.metric == "prices" and g.reason in LATE)
    for one in brief.findings:
        if one.severity is Severity.REFUSE and brief.as_of in one.days:
            yield one.message


def _manifest(folder: Path) -> str:
    """The hash of what was built in a folder; empty where there is nothing."""
    try:
        return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    except OSError:
        return ""


# --- approval ------------------------------------------------------------------------------------


def check_approved(run: Call, edition: str) -> None:
    """Refuse an edition that is not yet approved for every reader whom somebody may approve it for.

    Clients for whom nobody may approve it are not waited for: sending leaves them out, and says so.

    Raises:
        WaitingError: an approval is missing, or was withdrawn.
        ReporterError: the list of clients holds mistakes, or has nobody in it.
    """
    assert run.job.mailing is not None
    readers = sorted(set(run.job.mailing.readers(run.record.slug)))
    if not readers:
        tip = "Add clients, or run without --clients."
        raise DeliveryError("the list of clients has nobody to send to.", tip=tip)
    archive = opened(run.job.archive)
    entries = archive.entries()
    policy = in_force(archive, found=entries) or Policy()
    day = run.job.clock().date()
    possible = [one for one in readers if _may(policy, one, day)]
    if not possible:
        tip = "Put approvers into the policy: reporter archive policy FILE."
        raise WaitingError(f"nobody may approve {run.record.slug} for its readers.", tip=tip)
    for slug in sorted({one.slug for one in possible}):
        which = edition if slug == run.record.slug else _variant(archive, run, slug)
        mine = [one for one in possible if one.slug == slug]
        why = [w for one in mine if (w := lacking(archive, which, *one[1:], entries))]
        if why:
            kind = WithdrawnError if any("withdrawn" in one for one in why) else WaitingError
            raise kind(why[0], where=which, tip=f"Have it approved: reporter approve {which}.")


def _variant(archive: Archive, run: Call, slug: str) -> str:
    """The newest edition of a variant of the run's day.

    Raises:
        WaitingError: there is none yet.
    """
    place = f"{run.record.as_of}/{slug}"
    if found := _newest(archive, place):
        return found
    tip = (
        f"File it: build it with --archive, or by its own `reporter run`, before {run.record.slug}."
    )
    raise WaitingError("is not filed, and some clients get it instead.", where=place, tip=tip)


def _may(policy: Policy, reader: Readers, day: date) -> bool:
    return any(one.may(*reader, day) for one in policy.approvers)
