"""`reporter outbox lift`: an address may get mail again."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import hands, options
from reporter.cli.outbox import book
from reporter.cli.talk import Talk


@click.command()
@click.argument("address")
@book.listed
@hands.actor
@book.where
@options.loudness
@click.pass_obj
def lift(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    address: str,
    listed: str,
    actor: str | None,
    settings: Path,
    outbox: str | None,
) -> None:
    """Let mail go to an address again.

    Only where its owner wants that: who unsubscribed must have asked for it.
    What was suppressed for one brief is lifted with --for.
    """
    from reporter.delivery.suppressions import is_client

    if not is_client(address):
        book.check_address(address)
    hand = book.hand(actor)
    with book.opened(settings, outbox) as ledger:
        done = ledger.lift(address, listed, hand.now, hand.by)
    talk.say("It may get mail again." if done else "It was not suppressed so.")
