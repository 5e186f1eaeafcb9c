"""`reporter list`: what there is to choose from, told by its own docstrings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from reporter.cli import options

if TYPE_CHECKING:
    from reporter.registry import Registry

KINDS = ("metrics", "charts", "sections", "sources", "channels", "briefs")


@click.command("list")
@click.argument("kind", type=click.Choice(KINDS))
@options.loudness
def listing(kind: str) -> None:
    """List metrics, charts, sections, sources, channels or briefs."""
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
    return {name: _summary(registry, name) for name in registry.names()}


def _summary(registry: Registry[Any], name: str) -> str:
    """What the entry is; of one that another package offers and that cannot be used, why."""
    from reporter.errors import SpecError

    try:
        entry = registry.get(name)
        note = _terms(name) if registry.folder == "sources" else getattr(entry, "unit", "")
        return (f"({note}) " if note else "") + registry.summary(name)
    except SpecError as error:
        return f"! {error}"


def _terms(name: str) -> str:
    """What the data of a source may be used for."""
    from reporter.declarations import terms_of

    return f"terms: {terms_of(name)}"
