"""Week behind: what the last five sessions changed."""

from __future__ import annotations

from reporter import agenda, choice
from reporter.sections._common import (
    Options,
    assemble,
    changes,
    is_yield,
    paragraphs,
    titled,
)
from reporter.sections._events import line_of, scheduled
from reporter.sections.base import Built, SectionContext, section

OPTIONS = {
    "title": "The section's title.",
    "lists": "Watch lists to show: indices unless others are named.",
    "windows": "Windows of the table: 1d, wtd and 1w unless others are named.",
}


@section("week_behind")
def week_behind(context: SectionContext, options: Options) -> Built:
    """The week in remarks, in a table of its returns, and in what was released, as published."""
    spec = context.spec
    lists = choice.lists("week_behind", options, spec) or {"": (*spec.subjects, spec.benchmark)}
    prices = {
        name: [symbol for symbol in symbols if not is_yield(context, symbol)]
        for name, symbols in lists.items()
    }
    chosen: Options = {"windows": ["1d", "wtd", "1w"], **options}
    released = [line_of(due) for due in agenda.released(context.data)]
    return assemble(
        "week_behind",
        titled(options, "The week behind"),
        paragraphs=paragraphs(context, "week_behind"),
        tables=[
            changes(context, "week-behind", prices, chosen),
            scheduled("week-released", "Released this week", released, context.data),
        ],
    )
