"""`reporter archive hold`: keep what must not be purged, whatever its date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import editions as naming
from reporter.cli import hands, options
from reporter.cli.private import private
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.archive.base import Archive
    from reporter.archive.retention import Hold


@click.command()
@naming.editions_argument
@click.option("--slug", metavar="NAME", default="", help="Hold every edition of this brief.")
@click.option("--client", "client_id", metavar="ID", help="Hold all that this client was sent.")
@click.option("--reason", metavar="TEXT", help="Why, in a sentence.")
@hands.place
@private
@hands.actor
@hands.late
@options.loudness
@click.pass_obj
def hold(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    editions: tuple[str, ...],
    slug: str,
    client_id: str | None,
    reason: str | None,
    place: Path,
    private: Path | None,
    actor: str | None,
    late: bool,
) -> None:
    """Hold editions: none is purged until the hold is released.

    Prints the hold's number, by which it is released. Without anything named,
    it lists the holds there are.
    """
    from reporter.archive import retention
    from reporter.archive.base import opened

    archive = opened(place)
    if not (editions or slug or client_id):
        for one in retention.chronicle(archive.entries()).holds:
            click.echo(_told(one))
        return
    made = retention.hold(
        archive,
        hands.hand(actor, late=late),
        reason or "",
        editions=naming.all_meant(archive, editions, talk),
        slug=slug,
        client=_handle(archive, private, client_id) if client_id else "",
    )
    talk.say(f"Held: {made.what}.")
    click.echo(made.number)


def _told(one: Hold) -> str:
    when = one.time.date().isoformat()
    return f"{one.number}  {when}  {one.actor}  {one.what}  {one.reason}"


def _handle(archive: Archive, private: Path | None, client_id: str) -> str:
    from reporter.archive.clients import keys_of
    from reporter.archive.enclosures import known_client

    return known_client(archive, keys_of(archive, private), client_id).handle
