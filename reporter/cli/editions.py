"""What a person writes for an edition, on the command line: one argument, one way to be told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.archive.base import Archive


def complete(ctx: click.Context, param: click.Parameter, start: str) -> list[CompletionItem]:
    """What may be written for an edition that begins so; nothing where there is no archive."""
    del param
    from reporter.archive.base import opened
    from reporter.archive.naming import completions
    from reporter.errors import ReporterError

    try:
        made = opened(ctx.params.get("place") or Path("archive"))
        return [CompletionItem(word) for word in completions(made, start)]
    except ReporterError:
        return []


edition_argument = click.argument("edition", shell_complete=complete)
editions_argument = click.argument(
    "editions", metavar="[EDITION]...", nargs=-1, shell_complete=complete
)


def meant(archive: Archive, written: str, talk: Talk | None = None) -> str:
    """The id of the edition that somebody wrote.

    Args:
        archive: where it is filed.
        written: an id, or what `archive/naming.py` understands.
        talk: where something is changed or signed: an id that was not written out is said.

    Raises:
        ArchiveError: none, or several, are meant.
    """
    from reporter.archive.findings import shown
    from reporter.archive.naming import found

    name = found(archive, written)
    if talk and name != written:
        talk.say(f"{shown(written)} is {shown(name)}.")
    return name


def all_meant(
    archive: Archive, written: Iterable[str], talk: Talk | None = None
) -> tuple[str, ...]:
    """The ids of the editions that somebody wrote, each once.

    Raises:
        ArchiveError: of one of them none, or several, are meant.
    """
    return tuple(dict.fromkeys(meant(archive, one, talk) for one in written))
