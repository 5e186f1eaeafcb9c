"""`reporter outbox resume`: a paused edition may be sent again."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli.outbox import book
from reporter.cli.talk import Talk


@click.command()
@book.changing
def resume(
    talk: Talk, *, edition: str, actor: str | None, settings: Path, outbox: str | None
) -> None:
    """Let a paused edition be sent again.

    `reporter send` goes on with it.
    """
    hand = book.hand(actor)
    with book.of(talk, edition, settings, outbox) as (ledger, name):
        done = ledger.resume(name, hand.now, hand.by)
    talk.say(f"Resumed. Go on with: reporter send {name}" if done else "It was not paused.")
