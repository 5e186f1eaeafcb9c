"""`reporter archive release`: end a hold."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import hands, options
from reporter.cli.private import reason
from reporter.cli.talk import Talk


@click.command()
@click.argument("number", metavar="HOLD", type=click.IntRange(min=1))
@reason
@hands.place
@hands.actor
@hands.late
@options.loudness
@click.pass_obj
def release(  # noqa: PLR0913  one argument an option
    talk: Talk, *, number: int, reason: str, place: Path, actor: str | None, late: bool
) -> None:
    """Release a hold by its number; other holds on the same editions stay.

    `reporter archive hold` lists the holds there are.
    """
    from reporter.archive import retention
    from reporter.archive.base import opened

    held = retention.release(opened(place), hands.hand(actor, late=late), number, reason)
    talk.say(f"Released: {held.what}.")
