"""`reporter archive catalogue`: make what lists and searches go by from the files alone."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import options
from reporter.cli.hands import place


@click.command()
@place
@options.loudness
def catalogue(*, place: Path) -> None:
    """Make the catalogue anew, from the archive's files alone.

    Lists and searches go by it. It follows the log by itself and may be deleted
    at any time; this is for who wants to be sure.
    """
    from reporter.archive.base import opened
    from reporter.archive.catalogue import rebuild

    count = rebuild(opened(place))
    word = "edition" if count == 1 else "editions"
    click.echo(f"The catalogue holds {count} {word}.")
