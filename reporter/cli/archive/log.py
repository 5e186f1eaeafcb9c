"""`reporter archive log`: who did what when, entry by entry."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import editions, hands, options
from reporter.cli.archive.shown import details, table
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.model import Entry, Json

HEAD = ("entry", "time (UTC)", "actor", "act", "edition", "what")
HASH = 12  # digits of one that are shown


@click.command()
@click.argument("edition", required=False, shell_complete=editions.complete)
@hands.place
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    envvar="REPORTER_ARCHIVE_LOG_JSON",
    help="Print the entries as JSON, each with its hash.",
)
@options.loudness
@click.pass_obj
def log(talk: Talk, *, edition: str | None, place: Path, as_json: bool) -> None:
    """Print the log: who did what when, to which edition.

    With EDITION (an id, a day, a slug, latest), what concerns that one, its
    corrections too.
    """
    from reporter.archive.base import opened
    from reporter.contract import dump

    archive = opened(place)
    entries = archive.entries()
    if edition:
        edition = editions.meant(archive, edition)
        entries = tuple(one for one in entries if _concerns(one, edition))
    if as_json:
        click.echo(dump({"entries": [_item(one) for one in entries]}), nl=False)
    elif entries:
        click.echo(table([HEAD, *map(_row, entries)]))
    else:
        talk.say("The log is empty.")


def _concerns(entry: Entry, edition: str) -> bool:
    return edition in (entry.edition, entry.details.get("corrects"))


def _row(entry: Entry) -> tuple[str, ...]:
    objects = (f"{name} {sha256[:HASH]}" for name, sha256 in entry.objects.items())
    time = entry.time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    what = ", ".join((*details(entry.details), *objects))
    return (str(entry.number), time, entry.actor, entry.act.value, entry.edition, what)


def _item(entry: Entry) -> Json:
    return {
        "number": entry.number,
        "sha256": entry.sha256,
        "previous": entry.previous,
        "time": entry.time.isoformat(),
        "actor": entry.actor,
        "act": entry.act.value,
        "edition": entry.edition,
        "objects": dict(entry.objects),
        "details": dict(entry.details),
    }
