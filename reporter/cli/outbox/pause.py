"""`reporter outbox pause`: an edition is sent no further for now."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli.outbox import book
from reporter.cli.talk import Talk


@click.command()
@book.changing
def pause(
    talk: Talk, *, edition: str, actor: str | None, settings: Path, outbox: str | None
) -> None:
    """Stop sending an edition after the letter in hand.

    Nothing is lost: the rest waits until `reporter outbox resume` and the next
    `reporter send`.
    """
    hand = book.hand(actor)
    with book.of(talk, edition, settings, outbox) as (ledger, name):
        done = ledger.pause(name, hand.now, hand.by)
    talk.say(
        "Paused: nothing of it is sent until it is resumed." if done else "It was paused before."
    )
