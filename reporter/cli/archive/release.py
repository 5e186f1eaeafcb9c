"""`reporter archive release`: end a hold."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import hands, options
from reporter.cli.private import reason
from reporter.cli.talk import Talk


class Number(click.ParamType[int]):
    """The number of a hold."""

    name = "number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """The number a text names; a usage error where it names none."""
        text = str(value)
        if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text)):  # noqa: PLR2004  no log is longer
            tip = "`reporter archive hold` lists them."
            self.fail(f"{text!r} is not the number of a hold. {tip}", param, ctx)
        return int(text)


@click.command()
@click.argument("number", metavar="HOLD", type=Number())
@reason
@hands.place
@hands.actor
@hands.late
@options.loudness
@click.pass_obj
def release(  # noqa: PLR0913  one argument an option
    talk: Talk, *, number: int, reason: str, place: Path, actor: str | None, late: bool
) -> None:
    """Release a hold by its number.

    Other holds on the same editions stay.
    `reporter archive hold` lists the holds there are.
    """
    from reporter.archive import retention
    from reporter.archive.base import opened

    held = retention.release(opened(place), hands.hand(actor, late=late), number, reason)
    talk.say(f"Released: {held.what}.")
