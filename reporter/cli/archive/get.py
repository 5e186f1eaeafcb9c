"""`reporter archive get`: what was made for one client, to the byte."""

from __future__ import annotations

import re
from datetime import UTC, date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import editions, hands, options
from reporter.cli.archive import shown as showing
from reporter.cli.private import client, private
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.archive.base import Archive
    from reporter.archive.enclosures import Enclosed

MAIL = ".eml"


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
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
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
    as_json: bool,
    place: Path,
    private: Path | None,
) -> None:
    """Get what was made for a client: list it, or write it to a folder.

    A day means the editions as of it and what was filed on it. What became of
    a message, the outbox tells: `reporter outbox list`.
    """
    from reporter.archive.base import opened
    from reporter.archive.clients import keys_of
    from reporter.archive.enclosures import had, known_client
    from reporter.archive.retention import chronicle

    archive = opened(place)
    known = chronicle(archive.entries())
    owner = known_client(archive, keys_of(archive, private), client_id)
    edition, on = meant(archive, when)
    told: list[dict[str, object]] = []
    mailed: list[str] = []
    for one in had(archive, owner, known, edition=edition, on=on):
        mailed.extend([one.edition] if one.name.endswith(MAIL) else ())
        path = _written(one, to) if to else ""
        told.append(_item(one, path))
        if not as_json:
            click.echo(path or _told(one))
    if as_json:
        click.echo(showing.document({"files": told}))
    if not told:
        nothing = "Nothing was made for him then." if when else "Nothing is left of his."
        talk.say(nothing)
    tell_where(talk, *mailed)


def tell_where(talk: Talk, *editions: str) -> None:
    """Say who knows what became of messages: the archive has them before they leave."""
    for edition in dict.fromkeys(editions):
        told = showing.harmless(edition)
        talk.say(f"Whether it reached him, the outbox knows: reporter outbox list {told}.")


def meant(archive: Archive, when: str | None) -> tuple[str, date | None]:
    """The edition or the day that is meant; of none, all.

    Raises:
        BadParameter: a day that is none.
        ArchiveError: no such edition.
    """
    if not when:
        return "", None
    try:
        return "", date.fromisoformat(when)
    except ValueError as error:
        if re.fullmatch(r"\d+([./-])\d+\1\d+", when):
            message = f"{when!r} is not a day. Write it like 2026-01-15."
            raise click.BadParameter(message, param_hint="'--date'") from error
        return editions.meant(archive, when), None


def _told(one: Enclosed) -> str:
    from reporter.archive.findings import shown

    when = one.time.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{shown(one.edition)}  {shown(one.name)}  {len(one.data)}  {when}"


def _item(one: Enclosed, path: str) -> dict[str, object]:
    return {
        "edition": one.edition,
        "name": one.name,
        "size": len(one.data),
        "filed_at": one.time.isoformat(),
        "path": path or None,
    }


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
