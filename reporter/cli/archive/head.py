"""`reporter archive head`: a line to keep elsewhere, by which the log is proved later."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import hands, options
from reporter.cli.talk import Talk


@click.command()
@hands.place
@click.option(
    "--to",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="REPORTER_ARCHIVE_HEAD_TO",
    help="Append the line to a file outside the archive, too.",
)
@options.loudness
@click.pass_obj
def head(talk: Talk, *, place: Path, file: Path | None) -> None:
    """Print how far the log has come, as one line to keep elsewhere.

    Keep it where those who can write to the archive cannot: another machine, a
    mailbox, a signed tag, paper. `reporter archive verify --head` goes by it.
    """
    from reporter.archive.base import opened
    from reporter.archive.heads import keep, line
    from reporter.errors import ArchiveError

    entries = opened(place).entries()
    if not entries:
        raise ArchiveError("holds nothing yet, so it has no head.", where=str(place))
    click.echo(line(entries))
    if file and not keep(entries, file, place):
        talk.say(f"{file} has this head already.")
