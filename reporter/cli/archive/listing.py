"""`reporter archive list`: which editions there are."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from reporter.cli import options
from reporter.cli.archive import shown
from reporter.cli.hands import place
from reporter.cli.talk import Talk

HEAD = ("day", "edition", "headline", "state")
STATES = ("filed", "approved", "corrected", "held", "sample", "purged")
first = click.option("--from", "first", type=options.Day(), metavar="DAY", help="From this day on.")
last = click.option("--to", "last", type=options.Day(), metavar="DAY", help="Up to this day.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")


def check_order(first: date | None, last: date | None) -> None:
    """Refuses days that no edition can lie between.

    Raises:
        UsageError: the first is after the last.
    """
    if first and last and first > last:
        raise click.UsageError(f"--from {first} is after --to {last}.")


@click.command("list")
@place
@click.option("--slug", metavar="NAME", default="", help="Editions of this brief only.")
@first
@last
@click.option("--subject", metavar="SYMBOL", default="", help="With facts about this: .RUT, IWM.")
@click.option("--state", type=click.Choice(STATES), help="In this state only.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="So many at most.")
@as_json
@options.loudness
@click.pass_obj
def listing(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    place: Path,
    slug: str,
    first: date | None,
    last: date | None,
    subject: str,
    state: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """List the editions there are, the newest first."""
    from reporter.archive import catalogue, search
    from reporter.archive.base import opened

    check_order(first, last)
    which = search.Which(slug, first, last, subject, state or "", limit)
    found = catalogue.ask(opened(place), lambda db: search.listed(db, which))
    if as_json:
        click.echo(shown.document({"editions": [shown.item(one) for one in found]}))
    elif found:
        rows = [(one.as_of, shown.name(one), one.headline, shown.states(one)) for one in found]
        click.echo(shown.table([HEAD, *rows], give=2))
    else:
        talk.say(shown.harmless(f"No edition is like that. {_near(place, slug)}"))


def _near(place: Path, slug: str) -> str:
    """Of a slug that no edition has, the nearest that one has; else nothing."""
    from reporter.archive import naming
    from reporter.archive.base import opened
    from reporter.registry import nearest

    words = naming.completions(opened(place), "") if slug else ()
    slugs = [word for word in words if "/" not in word and word != naming.LATEST]
    return nearest(slug, slugs) if slug and slug not in slugs else ""
