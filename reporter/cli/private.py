"""Options of commands that work on clients' files: whose, and where the keys lie."""

from __future__ import annotations

import click

from reporter.cli import options

private = options.path(
    "--private",
    envvar="REPORTER_PRIVATE",
    help="Where clients' keys lie; else `private` in the archive's folder.",
)
reason = click.option("--reason", metavar="TEXT", required=True, help="Why, in a sentence.")
client = click.option(
    "--client", "client_id", metavar="ID", required=True, help="The client, as you call him."
)
