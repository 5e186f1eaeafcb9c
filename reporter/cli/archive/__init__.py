"""`reporter archive`: every dated edition kept, findable and provable. A file a command."""

from __future__ import annotations

import click

from reporter.cli.archive.add import add
from reporter.cli.archive.enclose import enclose
from reporter.cli.archive.forget import forget
from reporter.cli.archive.get import get
from reporter.cli.archive.head import head
from reporter.cli.archive.hold import hold
from reporter.cli.archive.log import log
from reporter.cli.archive.policy import policy
from reporter.cli.archive.purge import purge
from reporter.cli.archive.rebuild import rebuild
from reporter.cli.archive.release import release
from reporter.cli.archive.used import used
from reporter.cli.archive.verify import verify


@click.group()
def archive() -> None:
    """Keep every edition: file, find, prove, build again.

    An archive is a folder: --archive DIR, else REPORTER_ARCHIVE, else `archive`
    here. What is filed is never changed; a correction is a new edition.
    """


COMMANDS: tuple[click.Command, ...] = (
    add, rebuild, head, log, verify, policy, used, hold, release, purge, enclose, get, forget,
)  # fmt: skip
for command in COMMANDS:
    archive.add_command(command)
