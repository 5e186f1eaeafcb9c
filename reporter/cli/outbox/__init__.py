"""`reporter outbox`: what was sent, what waits, what is uncertain. A file a command."""

from __future__ import annotations

import click

from reporter.cli.outbox.doubt import doubt
from reporter.cli.outbox.lift import lift
from reporter.cli.outbox.listing import listing
from reporter.cli.outbox.pause import pause
from reporter.cli.outbox.reconcile import reconcile
from reporter.cli.outbox.resolve import resolve
from reporter.cli.outbox.resume import resume
from reporter.cli.outbox.retry import retry
from reporter.cli.outbox.status import status
from reporter.cli.outbox.suppress import suppress
from reporter.cli.outbox.suppressions import suppressions


@click.group()
def outbox() -> None:
    """See and settle what became of every message.

    The outbox is a database with a row for each client and edition: --outbox URL,
    else REPORTER_OUTBOX, else what the settings say.
    """


COMMANDS: tuple[click.Command, ...] = (
    status, listing, pause, resume, retry, resolve, reconcile, doubt, suppressions, suppress,
    lift,
)  # fmt: skip
for command in COMMANDS:
    outbox.add_command(command)
