"""`reporter archive verify`: whether what is filed is what was filed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import hands, options
from reporter.cli.private import private
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.archive.findings import Found, Report
    from reporter.model import Head, Json

MANY = 100
UNANCHORED = (
    "No head was given, so this cannot be known: whether the end of the log was cut off, an older "
    "state put in its place, or the log changed and its chain computed again. "
    "Keep heads elsewhere (reporter archive head) and give them with --head."
)


@click.command()
@hands.place
@hands.heads
@private
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    envvar="REPORTER_ARCHIVE_VERIFY_JSON",
    help="Print the report as JSON.",
)
@options.loudness
@click.pass_obj
def verify(
    talk: Talk, *, place: Path, heads: tuple[str, ...], private: Path | None, as_json: bool
) -> None:
    """Prove that nothing was changed, or say what was.

    Reads every entry of the log and every object. Leaves with 1 if something is
    missing, changed, out of place or against a head; notes are no failure.
    """
    from reporter.archive import heads as kept
    from reporter.archive.base import opened
    from reporter.archive.verify import verify
    from reporter.contract import dump
    from reporter.errors import EXIT_ERROR

    archive = opened(place, whole=False)
    anchors = kept.given(heads)
    with talk.progress() as progress:
        report = verify(archive, anchors, progress, private)
    if as_json:
        click.echo(dump(_document(report)), nl=False)
    else:
        for found in report.findings[:MANY]:
            click.echo(f"{found.kind}: {found}")
        if len(report.findings) > MANY:
            click.echo(f"and {len(report.findings) - MANY} more: --json has all.")
        _say(talk, report)
    if report.findings:
        click.get_current_context().exit(EXIT_ERROR)


def _say(talk: Talk, report: Report) -> None:
    """What was looked at, notes, and what it proves; -q leaves it out."""
    from reporter.cli.talk import NORMAL

    if talk.level < NORMAL:
        return
    for note in report.notes[:MANY]:
        click.echo(f"note: {note}")
    if len(report.notes) > MANY:
        click.echo(f"and {len(report.notes) - MANY} more notes: --json has all.")
    click.echo(
        f"{_count(report.entries, 'entry', 'entries')}, {_count(report.editions, 'edition')}, "
        f"{_count(report.objects, 'object')} of {report.size:,} bytes read."
    )
    if report.head and report.time:
        click.echo(f"The log ends with entry {report.head.number}, {report.head.sha256}.")
    if report.skipped:
        others = len({head.archive for head in report.skipped})
        archives = _count(others, "other archive")
        click.echo(f"Heads of {archives} passed over: {len(report.skipped)}.")
    if report.heads:
        told = ", ".join(str(head.number) for head in report.matched)
        which = f"those that hold are of entry {told}" if told else "none of them holds"
        click.echo(f"Heads given: {len(report.heads)}; {which}.")
    elif not report.skipped:
        click.echo(UNANCHORED)
    click.echo(_verdict(report))


def _verdict(report: Report) -> str:
    if report.findings:
        return f"{_count(len(report.findings), 'finding')}."
    sure = max((head.number for head in report.matched), default=0)
    if sure and report.head and sure < report.head.number:
        return (
            f"Nothing was changed or taken away up to entry {sure}; "
            f"the {_count(report.entries - sure, 'entry', 'entries')} since hold together."
        )
    return "Nothing was changed or taken away." if sure else "What is there holds together."


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _document(report: Report) -> dict[str, Json]:
    return {
        "clean": not report.findings,
        "entries": report.entries,
        "editions": report.editions,
        "objects": report.objects,
        "bytes": report.size,
        "head": _head(report.head) if report.head else None,
        "time": report.time.isoformat() if report.time else None,
        "heads": [{**_head(one), "holds": one in report.matched} for one in report.heads],
        "skipped": [_head(one) for one in report.skipped],
        "findings": [_found(one) for one in report.findings],
        "notes": [_found(one) for one in report.notes],
    }


def _head(head: Head) -> dict[str, Json]:
    return {"archive": head.archive, "number": head.number, "sha256": head.sha256}


def _found(found: Found) -> Json:
    return {
        "kind": found.kind.value,
        "where": found.where,
        "message": found.message,
        "remedy": found.remedy,
    }
