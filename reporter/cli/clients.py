"""`reporter clients`: the list of clients looked at before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import mailing, options
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.delivery.census import Census
    from reporter.model import Json


@click.group()
def clients() -> None:
    """Look at the list of clients.

    A CSV file, or a table of a database: URL#TABLE. No command prints a name or
    an address; clients are named by their ids.
    """


@clients.command()
@click.argument("where", metavar="FILE|URL#TABLE", default="clients.csv")
@mailing.settings
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    envvar="REPORTER_CLIENTS_CHECK_JSON",
    help="Print the counts as JSON.",
)
@options.loudness
@click.pass_obj
def check(talk: Talk, *, where: str, settings: Path, as_json: bool) -> None:
    """Check every row of a list, and count it.

    Every fault is told with its row, and the command leaves with 2. Else it says
    how many clients there are of which kind, and which domains get more mail in
    a day than the settings allow for, 5,000 where there are none.
    """
    from reporter.contract import dump
    from reporter.delivery.census import counted
    from reporter.delivery.settings import Limits

    limits = mailing.house(settings).limits if _is_given(settings) else Limits()
    roll = mailing.roll(where)
    roll.check()
    census = counted(roll.recipients(), limits.per_day)
    if as_json:
        click.echo(dump(_document(census)), nl=False)
    else:
        _print(census)
    for domain, count in census.many.items():
        talk.say(
            f"Warning: {count} clients are at {domain}, more than {limits.per_day} a day: "
            "its provider asks senders of so much for SPF, DKIM and DMARC, and may slow them down."
        )


def _is_given(settings: Path) -> bool:
    """Whether there are settings, or ought to be: the default one need not be there."""
    context = click.get_current_context()
    default = context.get_parameter_source("settings") is click.core.ParameterSource.DEFAULT
    return not default or settings.exists()


def _document(census: Census) -> dict[str, Json]:
    kinds: dict[str, Json] = {kind: {**found} for kind, found in census.kinds.items()}
    return {"clients": census.clients, "kinds": kinds, "domains": {**census.many}}


def _print(census: Census) -> None:
    click.echo(f"{census.clients} client{'' if census.clients == 1 else 's'}, no faults.")
    for kind, found in census.kinds.items():
        told = ", ".join(f"{word} {count}" for word, count in found.items())
        click.echo(f"{kind + ':':14}{told}")
