"""Options of commands that work on an archive: which one, and who does it."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reporter.cli import options
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.archive.base import Archive, Hand

F = TypeVar("F", bound=Callable[..., Any])

place = options.path(
    "--archive",
    "place",
    default="archive",
    show_default=True,
    envvar="REPORTER_ARCHIVE",
    help="The archive's folder.",
)
actor = click.option(
    "--actor",
    metavar="NAME",
    envvar="REPORTER_ACTOR",
    help="Who does this; else the name you are logged in under.",
)
heads = click.option(
    "--head",
    "heads",
    metavar="TEXT|FILE",
    multiple=True,
    help="A head kept elsewhere, or a file with some in it, such as a mail; repeatable.",
)
late = click.option(
    "--clock-is-right",
    "late",
    is_flag=True,
    help="Go on although the clock stands before the log's last entry.",
)


def hand(actor: str | None, *, late: bool) -> Hand:
    """Who does something, when, by the only clock there is."""
    from reporter.archive.base import Hand

    return Hand(actor or _login(), options.now(), late)


def is_begun(archive: Archive) -> bool:
    """Whether an archive has a first entry; asked before something is written."""
    return any(True for _ in archive.store.keys("log"))


def tell_begun(talk: Talk, place: Path, *, before: bool) -> None:
    """Say that an archive was begun, where there was none before: the name may be mistyped."""
    if not before:
        talk.say(f"New archive begun in {place}.")


def confirm(question: str) -> None:
    """Ask before what cannot be undone.

    Raises:
        UsageError: nobody can be asked, and --yes is not given.
        Abort: the answer is no.
    """
    if not sys.stdin.isatty():
        message = "Nothing was done: there is no terminal to ask at. To go on unasked, say --yes."
        raise click.UsageError(message)
    click.confirm(question, abort=True, err=True)


def _login() -> str:
    """The name somebody is logged in under.

    Raises:
        SpecError: the system does not tell.
    """
    from reporter.errors import SpecError

    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise SpecError("nobody is logged in by name.", tip="Say who: --actor NAME.") from error
