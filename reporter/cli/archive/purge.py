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
@click.option("--leavings", is_flag=True, help="Clear away what no entry refers to, too.")
@hands.heads
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
    leavings: bool,
    heads: tuple[str, ...],
    yes: bool,
    place: Path,
    actor: str | None,
    late: bool,
) -> None:
    """Purge editions whose last day is over and that nothing holds.

    The log says for good what went, who did it and when. What clients were sent
    of an edition goes with it; files that other editions share stay. Finishes
    what a killed purge left: without an edition and without --due it does only
    that. What no entry refers to, a killed filing left or a log whose end was
    cut off: it goes with --leavings alone, and where records of editions are
    among it, only with a --head that holds. With --head nothing goes where the
    archive does not hold to it.
    """
    from reporter.archive import heads as kept
    from reporter.archive import purging
    from reporter.archive.base import opened

    archive, hand = opened(place), hands.hand(actor, late=late)
    sure = purging.check_holds(archive, kept.given(heads))
    named = naming.all_meant(archive, editions, talk)
    made = purging.plan(archive, hand, named, due=due)
    talk.say_each(_told(made, leavings=leavings))
    if leavings:
        made.check_leavings(sure=sure)
    if (made.editions or (leavings and made.lost)) and not (dry_run or yes):
        hands.confirm("Purge for good?")
    if not dry_run:
        names = tuple(one.edition for one in made.editions)
        hand = hands.hand(actor, late=late)
        made = purging.purge(archive, hand, names, leavings=leavings, sure=sure)
    for one in made.editions:
        click.echo(one.edition)


def _told(made: Plan, *, leavings: bool) -> list[str]:
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
        what = "go" if leavings else "stay"
        what += "" if leavings or made.lost else "; --leavings clears them away"
        told.append(
            f"{len(made.leavings)} objects that no entry refers to, left by filings that were cut "
            f"short or by a log whose end was cut off: they {what}."
        )
    told += [f"{name}: its record is among them; no entry files it." for name in made.lost]
    return told or ["Nothing is to go."]
