"""`reporter outbox status`: how far each edition is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reporter.cli import options
from reporter.cli.archive.shown import document, table
from reporter.cli.outbox import book
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.delivery.ledger import Ledger
    from reporter.delivery.records import Campaign

URGENT = ("sent", "uncertain", "failed", "deferred", "suppressed", "sending", "queued")
"""How states are told in one line, which a narrow terminal cuts off at its end."""


@click.command()
@click.argument("edition", required=False)
@book.where
@book.as_json
@options.loudness
@click.pass_obj
def status(
    talk: Talk, *, edition: str | None, settings: Path, outbox: str | None, as_json: bool
) -> None:
    """Show how far editions are.

    How many rows are in each state, who is sending, how fast, and when
    something last changed. Without EDITION all are told.
    """
    with book.opened(settings, outbox) as ledger:
        name = book.meant(talk, ledger, edition) if edition else ""
        told = [_told(ledger, one) for one in ledger.campaigns() if name in {"", one.name}]
    if as_json:
        click.echo(document(told[0] if edition else told))
    elif edition:
        click.echo("\n".join(_lines(told[0])))
    elif told:
        click.echo(table([("edition", "rows", "states", "changed"), *map(_row, told)], give=2))
    else:
        talk.say("Nothing is in the outbox.")


def _told(ledger: Ledger, one: Campaign) -> dict[str, Any]:
    counts = {state.value: number for state, number in ledger.counts(one.name).items()}
    first, last = ledger.span(one.name)
    holder = ledger.holder(one.name, options.now())
    minutes = (last - first).total_seconds() / 60 if first and last else 0
    return {
        "edition": one.name,
        "rows": one.rows,
        "states": counts,
        "paused": one.paused,
        "sender": holder.owner if holder else None,
        "sender_until": holder.until.isoformat() if holder else None,
        "sent_per_minute": round((counts["sent"] - 1) / minutes, 1) if minutes else None,
        "begun": one.begun.isoformat(),
        "changed": one.changed.isoformat(),
    }


def _states(told: dict[str, Any]) -> str:
    found = ((told["states"][state], state) for state in URGENT)
    states = [f"{number:,} {state}" for number, state in found if number]
    return ", ".join([*states, *(["paused"] if told["paused"] else [])])


def _row(told: dict[str, Any]) -> tuple[str, ...]:
    return told["edition"], f"{told['rows']:,}", _states(told), _moment(told["changed"])


def _lines(told: dict[str, Any]) -> list[str]:
    """An edition on its own: a state a line."""
    numbers = told["states"] | {"all": told["rows"]}
    lines = [f"{state:<11}{number:>8,}" for state, number in numbers.items()]
    facts = {
        "sender": _sender(told),
        "rate": f"{told['sent_per_minute']:,} a minute" if told["sent_per_minute"] else "",
        "paused": "yes: reporter outbox resume lets it go on" if told["paused"] else "",
        "begun": _moment(told["begun"]),
        "changed": _moment(told["changed"]),
    }
    return [*lines, "", *(f"{name:<11}{text}" for name, text in facts.items() if text)]


def _sender(told: dict[str, Any]) -> str:
    """Who sends, and until when nobody else may, if he was killed."""
    if not told["sender"]:
        return "nobody is sending"
    return f"{told['sender']}, until {_moment(told['sender_until'])} unless he goes on"


def _moment(text: str) -> str:
    from datetime import datetime

    return book.moment(datetime.fromisoformat(text))
