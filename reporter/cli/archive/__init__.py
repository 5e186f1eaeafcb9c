"""`reporter archive`: every dated edition kept, findable and provable. A file a command."""

from __future__ import annotations

import click

from reporter.cli.archive.add import add
from reporter.cli.archive.catalogue import catalogue
from reporter.cli.archive.diff import diff
from reporter.cli.archive.enclose import enclose
from reporter.cli.archive.export import export
from reporter.cli.archive.forget import forget
from reporter.cli.archive.get import get
from reporter.cli.archive.head import head
from reporter.cli.archive.hold import hold
from reporter.cli.archive.listing import listing
from reporter.cli.archive.log import log
from reporter.cli.archive.look import look
from reporter.cli.archive.policy import policy
from reporter.cli.archive.purge import purge
from reporter.cli.archive.rebuild import rebuild
from reporter.cli.archive.release import release
from reporter.cli.archive.search import search
from reporter.cli.archive.serve import serve
from reporter.cli.archive.show import show
from reporter.cli.archive.site import site
from reporter.cli.archive.used import used
from reporter.cli.archive.verify import verify


@click.group()
def archive() -> None:
    """Keep every edition: file, find, prove, build again.

    An archive is a folder: --archive DIR, else REPORTER_ARCHIVE, else `archive`
    here. What is filed is never changed; a correction is a new edition.
    """


COMMANDS: tuple[click.Command, ...] = (
    add, listing, show, search, look, diff, export, catalogue,
    verify, head, log, rebuild,
    policy, used, hold, release, purge,
    enclose, get, forget,
    site, serve,
)  # fmt: skip
for command in COMMANDS:
    archive.add_command(command)
