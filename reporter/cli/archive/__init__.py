"""`reporter archive`: every dated edition kept, findable and provable. A file a command."""

from __future__ import annotations

import click

from reporter.cli.archive.catalogue import catalogue
from reporter.cli.archive.listing import listing
from reporter.cli.archive.look import look
from reporter.cli.archive.search import search
from reporter.cli.archive.show import show


@click.group()
def archive() -> None:
    """Keep every edition: file, find, prove, build again.

    An archive is a folder: --archive DIR, else REPORTER_ARCHIVE, else `archive`
    here. What is filed is never changed; a correction is a new edition.
    """


COMMANDS: tuple[click.Command, ...] = (listing, show, search, look, catalogue)
for command in COMMANDS:
    archive.add_command(command)
