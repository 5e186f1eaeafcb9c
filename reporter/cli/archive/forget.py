"""`reporter archive forget`: destroy a client's key."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import hands, options
from reporter.cli.private import client, private
from reporter.cli.talk import Talk


@click.command()
@client
@click.option("--yes", is_flag=True, help="Do not ask first.")
@hands.place
@private
@hands.actor
@hands.late
@options.loudness
@click.pass_obj
def forget(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    client_id: str,
    yes: bool,
    place: Path,
    private: Path | None,
    actor: str | None,
    late: bool,
) -> None:
    """Forget a client: destroy the key of all that he was sent.

    Refused while any of it must be kept or is held. What is left cannot be read
    by anybody, and the archive still proves the rest.
    """
    from reporter.archive import purging
    from reporter.archive.base import opened
    from reporter.archive.clients import keys_of
    from reporter.archive.retention import chronicle

    archive = opened(place)
    keys, hand = keys_of(archive, private), hands.hand(actor, late=late)
    purging.check_forgettable(archive, keys, hand, client_id, chronicle(archive.entries()))
    if not yes:
        hands.confirm("Destroy his key for good?")
    purging.forget(archive, keys, hands.hand(actor, late=late), client_id)
    talk.say("Forgotten.")
