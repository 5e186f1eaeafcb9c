"""`reporter archive`: every dated edition kept, findable and provable. A file a command."""

from __future__ import annotations

import click

from reporter.cli.archive.add import add
from reporter.cli.archive.head import head
from reporter.cli.archive.log import log
from reporter.cli.archive.rebuild import rebuild
from reporter.cli.archive.verify import verify


@click.group()
def archive() -> None:
    """Keep every edition: file, find, prove, build again.

    An archive is a folder: --archive DIR, else REPORTER_ARCHIVE, else `archive`
    here. What is filed is never changed; a correction is a new edition.
    """


COMMANDS: tuple[click.Command, ...] = (add, head, log, rebuild, verify)
for command in COMMANDS:
    archive.add_command(command)
