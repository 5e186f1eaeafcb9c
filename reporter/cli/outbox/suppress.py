"""`reporter outbox suppress`: an address gets no mail any more."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import hands, options
from reporter.cli.outbox import book
from reporter.cli.talk import Talk


@click.command()
@click.argument("address")
@book.listed
@click.option("--reason", metavar="TEXT", default="asked by letter or telephone", help="Why.")
@hands.actor
@book.where
@options.loudness
@click.pass_obj
def suppress(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    address: str,
    listed: str,
    reason: str,
    actor: str | None,
    settings: Path,
    outbox: str | None,
) -> None:
    """Send no more to an address, from the next letter on."""
    book.check_address(address)
    hand = book.hand(actor)
    with book.opened(settings, outbox) as ledger:
        done = ledger.suppress(address, listed, reason, hand.now, hand.by)
    talk.say("It gets no mail any more." if done else "It got none before.")
