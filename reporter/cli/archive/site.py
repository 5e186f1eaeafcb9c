"""`reporter archive site`: the archive as a web site, for any server or a disk."""

from __future__ import annotations

from pathlib import Path

import click

from reporter.cli import hands, options, sites
from reporter.cli.talk import Talk


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@hands.place
@click.option(
    "--base-url",
    "base",
    metavar="URL",
    help="Where the site will be read: links of the feed are made whole with it.",
)
@sites.wishes
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
@options.loudness
@click.pass_obj
def site(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    folder: Path,
    place: Path,
    base: str | None,
    brand: str,
    internal: bool,
    approved_only: bool,
    audience: str | None,
    jurisdiction: str | None,
    as_json: bool,
) -> None:
    """Write the archive as a web site into DIR.

    Editions by date and title, key figures across them, a search that needs no
    server, and an Atom feed. An earlier site in DIR is replaced as a whole.
    """
    from reporter.archive.base import opened
    from reporter.archive.site.pages import build, dumped, spelled

    archive = opened(place)
    readers = sites.readers(audience, jurisdiction, approved_only=approved_only)
    wish = sites.wish(archive, brand, base, internal=internal, approved_for=readers)
    built = build(archive, folder, wish)
    talk.say_each(spelled(built))
    click.echo(dumped(built) if as_json else str(folder / "index.html"))
