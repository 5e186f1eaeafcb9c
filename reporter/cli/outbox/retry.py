"""`reporter outbox retry`: what failed or was deferred is queued again."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli.outbox import book
from reporter.cli.talk import Talk


@click.command()
@click.option(
    "--state",
    "states",
    type=click.Choice(["failed", "deferred", "suppressed"]),
    multiple=True,
    help="Only these; else what failed and what was deferred.",
)
@book.changing
def retry(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    edition: str,
    states: tuple[str, ...],
    actor: str | None,
    settings: Path,
    outbox: str | None,
) -> None:
    """Queue what failed or was deferred again.

    The next `reporter send` takes it. What was sent is never queued again, nor
    what is uncertain: settle that with `reporter outbox reconcile` first.
    """
    from reporter.delivered import State
    from reporter.delivery.ledger import RETRIED

    hand = book.hand(actor)
    with book.of(talk, edition, settings, outbox) as (ledger, name):
        wanted = {State(state) for state in states} or RETRIED
        number = ledger.retry(name, wanted, hand.now, hand.by)
        uncertain = ledger.counts(name)[State.UNCERTAIN]
    talk.say(f"{number} queued again.")
    if uncertain:
        talk.say(f"{uncertain} uncertain: settle them with reporter outbox reconcile.")
