"""`reporter archive open`: an edition's files, to be looked at."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from reporter.cli import editions, options
from reporter.cli.hands import place
from reporter.cli.talk import Talk


@click.command("open")
@editions.edition_argument
@click.argument("name", metavar="[FILE]", default="")
@place
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), metavar="DIR",
    help="Write the files here: a folder that is empty or not there; else a temporary one.",
)  # fmt: skip
@click.option("--no-view", is_flag=True, help="Open no viewer; only print the path.")
@options.loudness
@click.pass_obj
def look(  # noqa: PLR0913  one argument an option
    talk: Talk, *, edition: str, name: str, place: Path, folder: Path | None, no_view: bool
) -> None:
    """Write an edition's files, read-only, and open one of them.

    Without FILE it is the PDF.

    EDITION is an id, a day, a slug (its latest), latest, or the beginning of a
    hash. The bytes are checked against their hashes first. Prints the path.
    """
    import tempfile

    from reporter.archive import opening
    from reporter.archive.base import opened

    archive = opened(place)
    filed = opening.filed(archive, editions.meant(archive, edition))
    path = opening.chosen(filed, name)
    target = folder or Path(tempfile.mkdtemp(prefix="reporter-"))
    opening.write(archive, filed, target)
    click.echo(target / path)
    if not folder:
        talk.say(f"The copy in {target} stays until you delete it.")
    if not no_view and _has_display() and click.launch(str(target / path)) != 0:
        talk.say("No viewer opened it.")


def _has_display() -> bool:
    """Whether somebody sits before a screen, as far as the system tells."""
    if sys.platform in {"win32", "darwin"}:
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
