"""`reporter list`: what there is to choose from, told by its own docstrings."""

from __future__ import annotations

import click

from reporter.cli import options

KINDS = ("metrics", "charts", "sections", "sources", "briefs")


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS))
@options.loudness
def listing(kind: str) -> None:
    """List what there is: metrics, charts, sections, sources or briefs."""
    entries = _briefs() if kind == "briefs" else _registered(kind)
    width = max(map(len, entries), default=0)
    for name, summary in entries.items():
        click.echo(f"{name.ljust(width)}  {summary}".rstrip())


def _briefs() -> dict[str, str]:
    from reporter.spec import load, shipped

    return {name: load(name).title for name in shipped()}


def _registered(kind: str) -> dict[str, str]:
    from importlib import import_module

    registry = getattr(import_module(f"reporter.{kind}.base"), kind)
    return {name: _unit(registry.get(name)) + registry.summary(name) for name in registry.names()}


def _unit(entry: object) -> str:
    """The unit of a metric's facts; nothing else has one."""
    unit = getattr(entry, "unit", None)
    return f"({unit}) " if unit else ""
