"""`reporter archive purge`: take away what need be kept no longer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import editions as naming
from reporter.cli import hands, options
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.archive.purging import Plan


@click.command()
@naming.editions_argument
@click.option("--due", is_flag=True, help="Purge every edition that may go.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@hands.place
@hands.actor
@hands.late
@options.loudness
@click.pass_obj
def purge(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    editions: tuple[str, ...],
    due: bool,
    dry_run: bool,
    yes: bool,
    place: Path,
    actor: str | None,
    late: bool,
) -> None:
    """Purge editions whose last day is over and that nothing holds.

    The log says for good what went, who did it and when. What clients were sent
    of an edition goes with it; files that other editions share stay. Finishes
    what a killed purge left and clears what a killed filing left: without an
    edition and without --due it does only that.
    """
    from reporter.archive import purging
    from reporter.archive.base import opened

    archive, hand = opened(place), hands.hand(actor, late=late)
    named = naming.all_meant(archive, editions, talk)
    made = purging.plan(archive, hand, named, due=due)
    talk.say_each(_told(made))
    if made.editions and not (dry_run or yes):
        click.confirm("Purge for good?", abort=True, err=True)
    if not dry_run:
        names = tuple(one.edition for one in made.editions)
        made = purging.purge(archive, hands.hand(actor, late=late), names)
    for one in made.editions:
        click.echo(one.edition)


def _told(made: Plan) -> list[str]:
    told = [
        f"{one.edition}: {one.files} files, {len(one.goes)} of them its own alone; "
        f"kept through {one.retention.until.isoformat()}."
        for one in made.editions
    ]
    for kept in made.held:
        numbers = ", ".join(str(hold.number) for hold in kept.holds)
        told.append(f"{kept.edition}: past its day, kept by hold {numbers}.")
    if made.unfinished:
        told.append(f"{len(made.unfinished)} objects of purges that were cut short.")
    if made.leavings:
        told.append(f"{len(made.leavings)} objects of filings that were cut short.")
    return told or ["Nothing is to go."]
