"""Leadership: who leads and who lags, and the strength of the subject against its benchmark."""

from __future__ import annotations

from reporter.sections._common import (
    Options,
    assemble,
    changes,
    draw,
    paragraphs,
    titled,
    watched,
)
from reporter.sections.base import Built, SectionContext, section

OPTIONS = {
    "title": "The section's title.",
    "lists": "Watch lists to rank: sizes and sectors unless others are named.",
    "windows": "Windows of the table, such as 1w, ytd, 1y.",
    "window": "Window of the chart of relative strength: 1y unless another is named.",
}


@section("leadership")
def leadership(context: SectionContext, options: Options) -> Built:
    """Who leads by size and by sector, with the relative-strength line."""
    spec = context.spec
    chosen: Options = {
        "id": "relative-strength",
        "subjects": [spec.subject],
        "benchmark": spec.benchmark,
        "window": options.get("window", "1y"),
    }
    lists = watched(context, options, ("sizes", "sectors"))
    ranked = {name: _ranked(context, symbols) for name, symbols in lists.items()}
    return assemble(
        "leadership",
        titled(options, "Leadership"),
        paragraphs=paragraphs(context, "leadership"),
        drawn=draw(context, "relative_strength", chosen),
        tables=[changes(context, "leadership", ranked, options, levels=False)],
    )


def _ranked(context: SectionContext, symbols: list[str]) -> list[str]:
    """The symbols by their return this year, best first; those without it last, as given."""

    def place(symbol: str) -> float:
        fact = context.facts.get("period_return", symbol, window="ytd")
        return -float(fact.value) if fact else float("inf")

    return sorted(symbols, key=place)
