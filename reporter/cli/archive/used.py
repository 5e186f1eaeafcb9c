"""`reporter archive used`: that an edition was handed out, put on a site, quoted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from reporter.cli import editions, hands, options
from reporter.cli.talk import Talk


@click.command()
@editions.edition_argument
@hands.place
@click.option("--on", "on", type=options.Day(), metavar="DAY", required=True, help="First used.")
@click.option(
    "--until", type=options.Day(), metavar="DAY", help="Last used; leave it away while it still is."
)
@click.option("--how", metavar="TEXT", required=True, help="How: handed out, put on a site.")
@click.option(
    "--unapproved-because", metavar="TEXT", default="", help="Why, although it was not approved."
)
@hands.actor
@hands.late
@options.loudness
@click.pass_obj
def used(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    edition: str,
    place: Path,
    on: date,
    until: date | None,
    how: str,
    unapproved_because: str,
    actor: str | None,
    late: bool,
) -> None:
    """Record that an edition was used outside of this program.

    Refused for an edition that was not approved by that day, unless you say why
    it was used all the same; the record then names you. While a use has no
    last day, the edition is not purged: tell the same --on again with --until.
    """
    from reporter.archive.base import opened
    from reporter.archive.finra import Use, record_use

    archive = opened(place)
    edition = editions.meant(archive, edition, talk)
    use = Use(edition, on, how, until, unapproved_because)
    new = record_use(archive, use, hands.hand(actor, late=late))
    later = [
        name for name, entry in archive.added().items() if entry.details.get("corrects") == edition
    ]
    if later:
        talk.say(f"{edition} is corrected by {later[-1]}.")
    click.echo(f"{edition}: use on {on} recorded{'' if new else ' already'}.")
