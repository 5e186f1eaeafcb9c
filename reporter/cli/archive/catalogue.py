"""`reporter archive catalogue`: make what lists and searches go by from the files alone."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import options
from reporter.cli.hands import place
from reporter.cli.talk import Talk


@click.command()
@place
@options.loudness
@click.pass_obj
def catalogue(talk: Talk, *, place: Path) -> None:
    """Make the catalogue anew, from the archive's files alone.

    Lists and searches go by it. It follows the log by itself and may be deleted
    at any time; this is for who wants to be sure.
    """
    from reporter.archive.base import opened
    from reporter.archive.catalogue import rebuild
    from reporter.archive.ends import check_grown
    from reporter.errors import ArchiveError

    archive = opened(place)
    try:
        check_grown(archive)
    except ArchiveError as error:
        talk.say(f"{error.message} That is forgotten now.")
    count = rebuild(archive)
    word = "edition" if count == 1 else "editions"
    click.echo(f"The catalogue holds {count} {word}.")
