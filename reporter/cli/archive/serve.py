"""`reporter archive serve`: the archive's web site on this machine alone."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import click

from reporter.cli import hands, options, sites
from reporter.cli.talk import Talk


@click.command()
@hands.place
@click.option(
    "--site",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the site is written; else in a temporary folder.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Else any that is free.")
@click.option("--no-view", is_flag=True, help="Print the address, open no browser.")
@sites.wishes
@options.loudness
@click.pass_obj
def serve(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    place: Path,
    folder: Path | None,
    port: int,
    no_view: bool,
    brand: str,
    internal: bool,
    approved_only: bool,
    audience: str | None,
    jurisdiction: str | None,
) -> None:
    """Show the archive's web site, on this machine alone.

    Ends with Ctrl-C. Nobody else can reach it: it listens on 127.0.0.1.
    """
    from reporter.archive.base import opened
    from reporter.archive.site.pages import build, spelled

    archive = opened(place)
    readers = sites.readers(audience, jurisdiction, approved_only=approved_only)
    wish = sites.wish(archive, brand, None, internal=internal, approved_for=readers)
    with TemporaryDirectory(prefix="reporter-site-") as temporary:
        there = folder or Path(temporary) / "site"
        built = build(archive, there, wish, last=False)
        talk.say_each(spelled(built))
        _show(talk, there, port, view=not no_view)


def _show(talk: Talk, folder: Path, port: int, *, view: bool) -> None:
    """Serve until somebody ends it, which is how it is meant to end."""
    import webbrowser

    from reporter.archive.site.serving import server

    with server(folder, port) as listening:
        address = f"http://127.0.0.1:{listening.server_port}/"
        click.echo(address)
        talk.say("Ctrl-C ends it.")
        if view:
            webbrowser.open(address)
        try:
            listening.serve_forever()
        except KeyboardInterrupt:
            talk.say("Ended.")
