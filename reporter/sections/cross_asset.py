"""Cross-asset: closes and changes of all that the brief watches; yields on their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reporter import choice
from reporter.sections._common import (
    Options,
    assemble,
    changes,
    is_yield,
    paragraphs,
    titled,
)
from reporter.sections.base import Built, SectionContext, section

OPTIONS = {
    "title": "The section's title.",
    "lists": "Watch lists to show: all, but those that the leadership section ranks.",
    "windows": "Windows of the table, such as 1d, wtd, ytd.",
}


@section("cross_asset")
def cross_asset(context: SectionContext, options: Options) -> Built:
    """Markets side by side: closes, returns, and yields in basis points."""
    lists = choice.lists("cross_asset", options, context.spec)
    prices = _kept(context, lists, yields=False)
    yields = _kept(context, lists, yields=True)
    return assemble(
        "cross_asset",
        titled(options, "Across assets"),
        paragraphs=paragraphs(context, "cross_asset"),
        tables=[
            changes(context, "cross-asset", prices, options),
            changes(context, "yields", yields, options),
        ],
    )


def _kept(
    context: SectionContext, lists: Mapping[str, Sequence[str]], *, yields: bool
) -> dict[str, list[str]]:
    """The lists cut to yields or to the rest; a symbol stands in its first list only."""
    seen: set[str] = set()
    kept: dict[str, list[str]] = {}
    for name, symbols in lists.items():
        fresh = [s for s in symbols if s not in seen and is_yield(context, s) is yields]
        seen.update(fresh)
        kept[name] = fresh
    return {name: symbols for name, symbols in kept.items() if symbols}
