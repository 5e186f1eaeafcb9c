"""`reporter schema`: what an editor needs to complete and to check a brief.toml."""

from __future__ import annotations

import click

from reporter.cli import options


@click.command()
@options.loudness
def schema() -> None:
    """Print the JSON Schema of a brief.toml."""
    import json

    from reporter.spec import json_schema

    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))
