"""`reporter outbox suppressions`: the addresses that get no mail."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import options
from reporter.cli.archive.shown import document, table
from reporter.cli.outbox import book
from reporter.cli.talk import Talk


@click.command()
@book.where
@book.as_json
@options.loudness
@click.pass_obj
def suppressions(talk: Talk, *, settings: Path, outbox: str | None, as_json: bool) -> None:
    """List the addresses that get no mail, and why.

    This prints addresses: it is for whoever keeps the list. `handle:…` is a
    client who unsubscribed and whom this outbox has sent nothing.
    """
    from reporter.delivery.masking import masked
    from reporter.visible import visible

    with book.opened(settings, outbox) as ledger:
        found = ledger.suppressions()
    told = [
        {
            "address": visible(one.address),
            "for": visible(one.listed),
            "reason": masked(one.reason),
            "time": one.time.isoformat(),
            "by": visible(one.by),
        }
        for one in found
    ]
    if as_json:
        click.echo(document(told))
    elif told:
        times = (book.moment(one.time) for one in found)
        rows = [
            tuple((one | {"time": time}).values()) for one, time in zip(told, times, strict=True)
        ]
        click.echo(table([("address", "for", "reason", "since", "by"), *rows], give=2))
    else:
        talk.say("No address is suppressed.")
