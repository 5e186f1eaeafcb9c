"""`reporter archive diff`: what changed between two editions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import editions, hands, options
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.archive.compare import Change, Comparison


FOLDED = ("facts", "prices", "files")
"""What a reader does not notice: counted where there is much of it."""
MANY = 12


@click.command()
@click.argument("old", shell_complete=editions.complete)
@click.argument("new", shell_complete=editions.complete)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@hands.place
@options.loudness
@click.pass_obj
def diff(talk: Talk, *, old: str, new: str, as_json: bool, place: Path) -> None:
    """Tell what changed from the edition OLD to the edition NEW.

    A correction and what it corrects, or two weeks: headline, key figures,
    remarks, gaps, facts, the spec's and the desk's lines, prices, versions and
    files. Many facts, prices or files are only counted; -v tells each.
    """
    from reporter.archive.base import opened
    from reporter.archive.compare import compare
    from reporter.contract import dump

    archive = opened(place)
    pair = (archive.edition(editions.meant(archive, one)) for one in (old, new))
    found = compare(archive, *pair)
    if as_json:
        click.echo(dump(found.document()).rstrip("\n"))
    else:
        folded = [] if talk.verbose else [g for g in FOLDED if len(found.changes[g]) > MANY]
        click.echo("\n".join(_lines(found, folded)))
        if folded:
            talk.say("-v tells each of them.")


def _lines(found: Comparison, folded: Sequence[str]) -> Iterator[str]:
    from reporter.archive.compare import GROUPS
    from reporter.archive.differing import harmless

    yield f"{found.old} → {found.new}"
    yield from found.lacking
    if found.same:
        yield "Nothing differs."
    for group in GROUPS:
        changes = found.changes[group]
        if changes:
            yield f"{group}: {_count(changes)}"
        if group not in folded:
            yield from (f"  {harmless(str(change))}" for change in changes)
        elif metrics := Counter(str(change.about.get("metric", "")) for change in changes):
            counts = (f"{metric} {count}" for metric, count in metrics.most_common() if metric)
            yield from (f"    {harmless(line)}" for line in counts)


def _count(changes: tuple[Change, ...]) -> str:
    """How many of each kind, those that are none left out."""
    added = sum(change.then is None for change in changes)
    removed = sum(change.now is None for change in changes)
    counts = {"changed": len(changes) - added - removed, "added": added, "removed": removed}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)
