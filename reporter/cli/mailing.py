"""Options of commands that deliver: how the house does it, to whom, and where the outbox is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import options

if TYPE_CHECKING:
    from reporter.delivery.clients import Roll
    from reporter.delivery.ledger import Ledger
    from reporter.delivery.settings import Settings

settings = options.path(
    "--settings",
    metavar="FILE",
    default="delivery.toml",
    show_default=True,
    envvar="REPORTER_SETTINGS",
    help="The file that says how you deliver.",
)
clients = click.option(
    "--clients",
    metavar="FILE|URL#TABLE",
    default="clients.csv",
    show_default=True,
    envvar="REPORTER_CLIENTS",
    help="The list of clients: a CSV file, or a table of a database.",
)
outbox = click.option(
    "--outbox",
    metavar="URL",
    envvar="REPORTER_OUTBOX",
    help="The outbox's database; else what the settings say.",
)

archive = options.path(
    "--archive",
    "place",
    envvar="REPORTER_ARCHIVE",
    help="The archive, whose outbox it must be; else `archive` here, if there is one.",
)


def house(settings: Path) -> Settings:
    """How the house delivers, by its file.

    Raises:
        SpecError: the file cannot be read, or holds mistakes.
    """
    from reporter.delivery.settings_form import load

    return load(settings)


def roll(clients: str) -> Roll:
    """The list of clients, not yet looked at; a path is relative to the working folder.

    Raises:
        SpecError: it is not there, or is no list.
        DeliveryError: its database cannot be reached.
    """
    from reporter.delivery.clients import opened

    return opened(clients, Path())


def outbox_of(settings: Settings, given: str | None) -> tuple[str, Path]:
    """The URL of the outbox and the folder that a path in it is relative to.

    One from the settings is relative to their folder, one from the command line to this one.
    """
    return (given, Path()) if given else (settings.outbox, settings.folder)


def check_outbox(place: Path | None, settings: Settings, ledger: Ledger) -> None:
    """Refuse an outbox that is not the archive's; without an archive nobody can tell.

    Raises:
        ArchiveError: the archive that was named is not there.
        DeliveryError: its editions were sent with another outbox.
    """
    from reporter.archive.base import opened
    from reporter.delivery.clearance import Outbox, check_known

    archive = opened(place or Path("archive"), must_exist=place is not None)
    outbox = Outbox(ledger.identity, ledger.where, is_empty=False, settings=settings.file)
    check_known(archive, outbox)
