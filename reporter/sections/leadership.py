"""Leadership: who leads and who lags, and the strength of the subject against its benchmark."""

from __future__ import annotations

from collections.abc import Iterable

from reporter import choice
from reporter.model import Json
from reporter.sections._common import (
    WINDOWS,
    Drawn,
    Options,
    assemble,
    changes,
    draw,
    is_yield,
    paragraphs,
    titled,
)
from reporter.sections.base import Built, SectionContext, section

OPTIONS = {
    "title": "The section's title.",
    "lists": "Watch lists to rank in the table: sizes unless others are named.",
    "heat": "Watch list to show as a heat table: sectors unless another is named.",
    "windows": "Windows of both, such as 1w, ytd, 1y.",
    "window": "Window of the chart of relative strength: 1y unless another is named.",
}
HEAT_HEAD, HEAT_ROW = 18.0, 14.0
STRENGTH_SIZE: list[Json] = [468.0, 122.0]


@section("leadership")
def leadership(context: SectionContext, options: Options) -> Built:
    """Who leads by size and by sector, with the relative-strength line."""
    ranked = {
        name: _ranked(context, symbols)
        for name, symbols in choice.lists("leadership", options, context.spec).items()
    }
    return assemble(
        "leadership",
        titled(options, "Leadership"),
        paragraphs=paragraphs(context, "leadership"),
        drawn=_strength(context, options) + _heat(context, options),
        tables=[changes(context, "leadership", ranked, options, levels=False)],
    )


def _strength(context: SectionContext, options: Options) -> Drawn:
    """The subject divided by the benchmark; nothing of a yield, which has no return."""
    if is_yield(context, context.spec.subject):
        return Drawn()
    chosen: Options = {
        "id": "relative-strength",
        "subjects": [context.spec.subject],
        "benchmark": context.spec.benchmark,
        "window": options.get("window", "1y"),
        "size": STRENGTH_SIZE,
    }
    return draw(context, "relative_strength", chosen)


def _heat(context: SectionContext, options: Options) -> Drawn:
    name, members = choice.heat(options, context.spec)
    if not members:
        return Drawn()
    chosen: Options = {
        "id": f"heat-{name}",
        "list": name,
        "windows": list(choice.words(options, "windows", WINDOWS)),
        "size": [468.0, HEAT_HEAD + HEAT_ROW * len(members)],
    }
    return draw(context, "heat_table", chosen)


def _ranked(context: SectionContext, symbols: Iterable[str]) -> list[str]:
    """The symbols by their return this year, best first; those without it last, as given."""

    def place(symbol: str) -> float:
        fact = context.facts.get("period_return", symbol, window="ytd")
        return -float(fact.value) if fact else float("inf")

    return sorted(symbols, key=place)
