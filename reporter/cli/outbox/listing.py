"""`reporter outbox list`: what became of each client's message."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reporter.cli import options
from reporter.cli.archive.shown import document, table
from reporter.cli.outbox import book
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.delivered import Delivery

STATES = ("queued", "sending", "sent", "deferred", "failed", "suppressed", "uncertain")
COLUMNS = ("client", "state", "code", "attempts", "changed", "due", "text")


@click.command("list")
@book.edition
@click.option(
    "--state", "states", type=click.Choice(STATES), multiple=True, help="Only these; repeatable."
)
@click.option("--addresses", is_flag=True, help="Show clients' addresses too.")
@book.where
@book.as_json
@options.loudness
@click.pass_obj
def listing(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    edition: str,
    states: tuple[str, ...],
    addresses: bool,
    settings: Path,
    outbox: str | None,
    as_json: bool,
) -> None:
    """List an edition's clients and what became of each message.

    Clients are told by their ids. The server's last words are shown without the
    addresses in them.
    """
    from reporter.delivered import State
    from reporter.delivery import pages

    with book.of(talk, edition, settings, outbox) as (ledger, name):
        rows = pages.every(ledger, name, [State(state) for state in states])
        told = [_told(row, addresses=addresses) for row in rows]
    if as_json:
        click.echo(document(told))
    elif told:
        columns = (*COLUMNS[:1], "address", *COLUMNS[1:]) if addresses else COLUMNS
        lines = [tuple(_cell(row, column) for column in columns) for row in told]
        click.echo(table([columns, *lines], give=len(columns) - 1))
    else:
        talk.say("No row is in such a state.")


def _told(row: Delivery, *, addresses: bool) -> dict[str, Any]:
    from reporter.delivery.masking import masked
    from reporter.visible import visible

    told = {
        "client": visible(row.client),
        "state": row.state.value,
        "code": row.code,
        "enhanced": row.enhanced,
        "attempts": row.attempts,
        "changed": row.changed.isoformat() if row.changed else None,
        "due": row.due.isoformat() if row.due else None,
        "text": masked(row.text),
        "message_id": row.message_id,
        "edition": row.edition,
    }
    return told | {"address": visible(row.address)} if addresses else told


def _cell(told: dict[str, Any], column: str) -> str:
    from datetime import datetime

    value = told[column]
    if column == "code":
        return f"{value} {told['enhanced']}".strip() if value else ""
    if column in {"changed", "due"} and value:
        return book.moment(datetime.fromisoformat(value))
    return "" if value is None else str(value)
