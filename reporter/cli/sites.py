"""Options of the archive's web site, and what they ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from reporter.archive.base import Archive
    from reporter.archive.site import Wish

F = TypeVar("F", bound=Callable[..., Any])

_brand = click.option(
    "--brand",
    metavar="NAME|FILE",
    default="house",
    show_default=True,
    help="How it looks: a brand that ships, or a brand's file.",
)
_internal = click.option(
    "--internal",
    is_flag=True,
    help="For the house's own eyes: also what may not be passed on, and who made it.",
)
_approved = click.option(
    "--approved-only", is_flag=True, help="Leave out editions that nobody approved."
)


def wishes(command: F) -> F:
    """The options that both `site` and `serve` have."""
    return _brand(_internal(_approved(command)))


def wish(
    archive: Archive, brand: str, base: str | None, *, internal: bool, approved_only: bool
) -> Wish:
    """What site is asked for.

    Raises:
        SpecError: the address is none, or there is no such brand.
    """
    from reporter import brands
    from reporter.archive.site import Wish

    path = Path(brand)
    look = brands.load(path.name, path.parent) if brand.endswith(".toml") else brands.load(brand)
    approved = _approvals(archive) if approved_only else None
    return Wish(look, _address(base), internal, approved)


def _address(base: str | None) -> str:
    """The address of a site, ending in a slash."""
    from urllib.parse import urlsplit

    from reporter.errors import SpecError

    if not base:
        return ""
    try:
        parts = urlsplit(base)
        whole = parts.scheme in {"http", "https"} and parts.hostname and base.isascii()
    except ValueError:
        whole = False
    if not whole or parts.query or parts.fragment or parts.username or not base.isprintable():
        tip = "Write it like https://example.com/briefs/."
        raise SpecError(f"{base!r} is no address of a site.", where="--base-url", tip=tip)
    return base if base.endswith("/") else f"{base}/"


def _approvals(archive: Archive) -> Callable[[str], bool]:
    from reporter.model import Act

    known = {entry.edition for entry in archive.entries() if entry.act is Act.APPROVED}
    return known.__contains__
