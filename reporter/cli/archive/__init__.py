"""`reporter archive`: every dated edition kept, findable and provable. A file a command."""

from __future__ import annotations

import click

from reporter.cli.archive.serve import serve
from reporter.cli.archive.site import site


@click.group()
def archive() -> None:
    """Keep every edition: file, find, prove, build again.

    An archive is a folder: --archive DIR, else REPORTER_ARCHIVE, else `archive`
    here. What is filed is never changed; a correction is a new edition.
    """


COMMANDS: tuple[click.Command, ...] = (site, serve)
for command in COMMANDS:
    archive.add_command(command)
