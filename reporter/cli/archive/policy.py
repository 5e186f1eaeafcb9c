"""`reporter archive policy`: who may approve, and how long editions are kept."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import hands, options
from reporter.cli.talk import Talk


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@hands.place
@hands.actor
@hands.late
@options.loudness
@click.pass_obj
def policy(talk: Talk, *, file: Path | None, place: Path, actor: str | None, late: bool) -> None:
    """Put a policy into force, or print the one that is.

    FILE is TOML: who may approve what, by which key, and how long editions are
    kept. What was approved or filed before goes by the policy of its time.
    """
    from reporter.archive import policy as logic
    from reporter.archive.base import opened
    from reporter.errors import SpecError

    archive = opened(place, must_exist=file is None)
    if file is None:
        click.echo(logic.text_in_force(archive), nl=False)  # read first: letters in it are checked
        if logic.in_force(archive) is None:
            talk.say("No policy is in force. Put one: reporter archive policy FILE.")
        return
    try:
        data = file.read_bytes()
    except OSError as error:
        raise SpecError(f"cannot be read: {error.strerror}.", where=str(file)) from error
    begun = hands.is_begun(archive)
    new = logic.put(archive, data, str(file), hands.hand(actor, late=late))
    hands.tell_begun(talk, place, before=begun)
    click.echo(f"{file}: in force{'' if new else ' already'}.")
