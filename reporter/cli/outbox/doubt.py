"""`reporter outbox doubt`: the outbox was put back from a backup; what waits may have been sent."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import editions, hands, mailing, options
from reporter.cli.outbox import book
from reporter.cli.private import private
from reporter.cli.talk import Talk


@click.command()
@editions.edition_argument
@hands.place
@private
@mailing.clients
@hands.actor
@book.where
@options.loudness
@click.pass_obj
def doubt(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    edition: str,
    place: Path,
    private: Path | None,
    clients: str,
    actor: str | None,
    settings: Path,
    outbox: str | None,
) -> None:
    """Doubt what waits in an outbox put back from a backup.

    Since the backup was made, letters may have left that it does not know of.
    What is queued, deferred or failed becomes uncertain, and so do the letters
    of listed clients that are in the archive and not in the outbox. Settle
    them with `reporter outbox reconcile`; then send again.
    """
    from reporter.archive.base import opened
    from reporter.archive.clients import keys_of
    from reporter.delivery import doubting

    archive, roll = opened(place), mailing.roll(clients)
    name = editions.meant(archive, edition, talk)
    roll.check()
    keys, by = keys_of(archive, private), book.hand(actor).by
    with book.opened(settings, outbox) as ledger:
        done = doubting.doubt(
            ledger, archive, keys, name, roll.recipients(), options.clock(), by
        )  # fmt: skip
    talk.say(f"{done.rows:,} uncertain now, {done.lost:,} of which the outbox had lost.")
    talk.say(f"Settle them: reporter outbox reconcile {name}.")
