"""`reporter archive enclose`: file what one client was sent."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import editions, hands, options
from reporter.cli.private import client, private
from reporter.cli.talk import Talk


@click.command()
@editions.edition_argument
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@client
@hands.place
@private
@hands.actor
@hands.late
@options.loudness
@click.pass_obj
def enclose(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    edition: str,
    files: tuple[Path, ...],
    client_id: str,
    place: Path,
    private: Path | None,
    actor: str | None,
    late: bool,
) -> None:
    """Seal what one client was sent, and file it with an edition.

    It is sealed under his own key. `reporter archive get` gives it back to the
    byte, `reporter archive forget` destroys the key.
    """
    from reporter.archive.base import opened
    from reporter.archive.clients import keys_of
    from reporter.archive.enclosures import enclose as file

    archive = opened(place)
    edition = editions.meant(archive, edition, talk)
    read = ((client_id, one.name, _bytes(one)) for one in files)
    done = file(archive, keys_of(archive, private), hands.hand(actor, late=late), edition, read)
    same = f"; {done.same} were there" if done.same else ""
    count = "1 file" if done.new == 1 else f"{done.new} files"
    talk.say(f"{count} filed for the client{same}.")


def _bytes(path: Path) -> bytes:
    from reporter.errors import DataError

    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}.", where=str(path)) from error
