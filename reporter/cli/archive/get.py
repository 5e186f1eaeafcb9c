"""`reporter archive get`: what one client was sent, to the byte."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import editions, hands, options
from reporter.cli.private import client, private
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.archive.base import Archive
    from reporter.archive.enclosures import Enclosed


@click.command()
@client
@click.option(
    "--date",
    "when",
    metavar="DAY|EDITION",
    shell_complete=editions.complete,
    help="Only of this day, or this edition.",
)
@click.option(
    "--to",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write the files to DIR/<as-of>/<edition>/; else they are only listed.",
)
@hands.place
@private
@options.loudness
@click.pass_obj
def get(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    client_id: str,
    when: str | None,
    to: Path | None,
    place: Path,
    private: Path | None,
) -> None:
    """Get what a client was sent: list it, or write it as it was, to the byte.

    A day means the editions as of it and what was filed on it.
    """
    from reporter.archive.base import opened
    from reporter.archive.clients import keys_of
    from reporter.archive.enclosures import had, known_client
    from reporter.archive.retention import chronicle

    archive = opened(place)
    known = chronicle(archive.entries())
    owner = known_client(archive, keys_of(archive, private), client_id)
    edition, on = _meant(archive, when)
    told = False
    for one in had(archive, owner, known, edition=edition, on=on):
        click.echo(_written(one, to) if to else _told(one))
        told = True
    if not told:
        talk.say("He was sent nothing then.")


def _meant(archive: Archive, when: str | None) -> tuple[str, date | None]:
    """The edition or the day that is meant."""
    if not when:
        return "", None
    try:
        return "", date.fromisoformat(when)
    except ValueError:
        return editions.meant(archive, when), None


def _told(one: Enclosed) -> str:
    from reporter.archive.findings import shown

    return f"{shown(one.edition)}  {shown(one.name)}  {len(one.data)}  {one.time.isoformat()}"


def _written(one: Enclosed, to: Path) -> str:
    from reporter import durable
    from reporter.archive.enclosures import plain
    from reporter.archive.findings import shown
    from reporter.archive.layout import safe
    from reporter.errors import OutputError

    path = to.joinpath(*safe(one.edition), plain(one.name))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.create(path, one.data)
    except FileExistsError as error:
        raise OutputError("is there already.", where=str(path), tip="Name another --to.") from error
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}.", where=str(path)) from error
    return shown(str(path))
