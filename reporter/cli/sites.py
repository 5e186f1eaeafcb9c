"""Options of the archive's web site, and what they ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from reporter.archive.base import Archive
    from reporter.archive.site.pages import Wish

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
    "--approved-only",
    is_flag=True,
    help="Leave out editions not approved for the site's readers, whom the next two tell.",
)
_audience = click.option(
    "--audience", type=click.Choice(["professional", "retail"]), help="Who they are."
)
_jurisdiction = click.option("--jurisdiction", metavar="CODE", help="Where they are: CH, EU, US.")


def wishes(command: F) -> F:
    """The options that both `site` and `serve` have."""
    return _brand(_internal(_approved(_audience(_jurisdiction(command)))))


def readers(
    audience: str | None, jurisdiction: str | None, *, approved_only: bool
) -> tuple[str, str] | None:
    """Whom approvals must be for: audience and jurisdiction; None where they are not asked for.

    Raises:
        SpecError: of the three options some are there, others not.
    """
    from reporter.archive.policy_form import jurisdiction as code
    from reporter.errors import SpecError

    if approved_only and audience and jurisdiction:
        return audience, code(jurisdiction.upper())
    if approved_only or audience or jurisdiction:
        tip = "Say all three: --approved-only --audience NAME --jurisdiction CODE."
        raise SpecError("approved for whom is not clear.", tip=tip)
    return None


def wish(
    archive: Archive,
    brand: str,
    base: str | None,
    *,
    internal: bool,
    approved_for: tuple[str, str] | None,
) -> Wish:
    """What site is asked for.

    Raises:
        SpecError: the address is none, or there is no such brand.
    """
    from reporter import brands
    from reporter.archive.site.pages import Wish

    path = Path(brand)
    look = brands.load(path.name, path.parent) if brand.endswith(".toml") else brands.load(brand)
    approved = _approvals(archive, *approved_for) if approved_for else None
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


def _approvals(archive: Archive, audience: str, jurisdiction: str) -> Callable[[str], bool]:
    from reporter.archive.approval import apart, is_approved

    known = apart(archive.entries())
    return lambda name: is_approved(archive, name, audience, jurisdiction, known.get(name, ()))
