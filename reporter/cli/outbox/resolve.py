"""`reporter outbox resolve`: a person settles what is uncertain."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli.outbox import book
from reporter.cli.talk import Talk

MEANINGS = {"sent": "sent", "failed": "failed", "again": "queued"}


@click.command()
@click.option("--client", metavar="ID", required=True, help="Whose message.")
@click.option(
    "--as",
    "become",
    type=click.Choice(list(MEANINGS)),
    required=True,
    help="It arrived; it did not and shall not; it did not and is sent again.",
)
@book.reason
@book.changing
def resolve(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    edition: str,
    client: str,
    become: str,
    reason: str,
    actor: str | None,
    settings: Path,
    outbox: str | None,
) -> None:
    """Say what became of an uncertain message.

    For what no log tells: ask the client. Only what is uncertain can be settled
    so, and what is said here is kept with your name.
    """
    from reporter.delivered import State
    from reporter.delivery.reconciling import take_over

    hand = book.hand(actor)
    with book.of(talk, edition, settings, outbox) as (ledger, name):
        take_over(ledger, name, hand)
        state = State(MEANINGS[become])
        ledger.resolve(name, client, state, reason, hand.now, hand.by)
    talk.say("Settled." if become != "again" else "Queued: reporter send takes it.")
