"""`reporter archive export`: an edition handed out, to be checked without this program."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import editions, hands, options
from reporter.cli.talk import Talk


@click.command()
@editions.edition_argument
@click.argument("target", metavar="DIR|FILE.zip", type=click.Path(path_type=Path))
@click.option(
    "--with-inputs",
    is_flag=True,
    help="With spec, desk inputs, prices, templates; mind the terms of the prices.",
)
@hands.place
@options.loudness
@click.pass_obj
def export(talk: Talk, *, edition: str, target: Path, with_inputs: bool, place: Path) -> None:
    """Hand out an edition with all that is needed to check it.

    Its files, its record, the log about it, approvals, and how to check them.
    Writes a new folder, or a ZIP file where the name ends so, and prints its
    path. `sha256sum -c SHA256SUMS` checks it; README.txt in it says the rest.
    """
    from reporter.archive.base import opened
    from reporter.archive.export import export, write

    archive = opened(place)
    what = export(archive, editions.meant(archive, edition), with_inputs=with_inputs)
    write(what, target, archive)
    inputs = "with what it was made from" if with_inputs else "without what it was made from"
    talk.say(f"{len(what.files)} files, {inputs}. Use of the data: {what.terms}.")
    click.echo(str(target))
