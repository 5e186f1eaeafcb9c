"""Sources and methods: where every figure comes from, what is missing, what terms mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from reporter import glossary, wording
from reporter.commentary.base import HEADLINE
from reporter.model import (
    Basis,
    Cell,
    Column,
    Fact,
    Gap,
    Json,
    MarketData,
    Remark,
    Section,
    Span,
    Table,
    Text,
    Unit,
    plain,
)
from reporter.sections import _doubts as doubts
from reporter.sections._common import Options, called, titled
from reporter.sections.base import Built, SectionContext, section

OPTIONS = {"title": "The section's title."}
MOST_NAMED = 12

Origin = tuple[str, str, str, str]


@section("sources_and_methods")
def sources_and_methods(context: SectionContext, options: Options) -> Built:
    """Where every cited figure comes from, what could not be had and why, and definitions."""
    facts = tuple(cited_facts(context))
    terms: list[Json] = [list(term) for term in _definitions(facts)]
    tables = (_figures(context, facts), _gaps(context), doubts.table(context))
    return Built(
        Section(
            "sources_and_methods",
            titled(options, "Sources and methods"),
            tables=tuple(table for table in tables if table),
            notes=tuple(_notes(context)),
            options={"definitions": terms},
        )
    )


# --- what the brief cites ------------------------------------------------------------------------


def cited_facts(context: SectionContext) -> Iterator[Fact]:
    """The facts that words, key figures and charts of the sections built so far print.

    In the order of all facts. Tables carry base dates, day and source themselves.
    """
    ids = set(chain.from_iterable(_ids_of(built) for built in context.built))
    ids.update(chain.from_iterable(remark.facts for remark in _headline(context)))
    return (fact for fact in context.facts if fact.id in ids)


def _headline(context: SectionContext) -> tuple[Remark, ...]:
    return tuple(remark for remark in context.remarks if remark.section == HEADLINE)[:1]


def _ids_of(built: Built) -> Iterator[str]:
    if built.section:
        for paragraph in built.section.paragraphs:
            yield from chain.from_iterable(remark.facts for remark in paragraph)
    for figure in built.key_figures:
        yield from (span.fact for span in (figure.value, figure.change) if span and span.fact)
    for chart in built.charts:
        yield from (span.fact for span in chart.title if span.fact)
        yield from (mark.fact for mark in chart.marks if mark.fact)


# --- figures --------------------------------------------------------------------------------------


def _figures(context: SectionContext, facts: Iterable[Fact]) -> Table | None:
    """One row for all figures that share measure, window, base date, day and source.

    Day and source are the edition's own unless the figures say otherwise.
    """
    groups: dict[Origin, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(_origin(fact), []).append(fact)
    if not groups:
        return None
    columns = tuple(
        Column(label, align="left") for label in ("Measure and window", "Base date", "Figures")
    )
    rows = tuple(
        (Cell(measure), Cell(base), _listed(context, group))
        for (measure, base, *_), group in groups.items()
    )
    day = wording.long_date(context.data.as_of)
    return Table("figures", "Figures in words and charts", columns, rows, _usual(context, day))


def _usual(context: SectionContext, day: str) -> str:
    source = f"Source: {context.data.called()}; as of {day}; unless stated. "
    return f"{source}Tables carry their own base dates."


def _origin(fact: Fact) -> Origin:
    window = glossary.window_name(fact.window)
    return (
        glossary.metric_name(fact.metric) + (f", {window}" if window else ""),
        wording.base(fact, short=True),
        wording.as_of(fact, short=True),
        fact.source,
    )


def _listed(context: SectionContext, group: Sequence[Fact]) -> Cell:
    """The figures of a row, with day and source where they are not the edition's."""
    first, data = group[0], context.data
    day = f"as of {wording.as_of(first, short=True)}" if first.as_of != data.as_of else ""
    source = f"source {first.source}" if first.source != data.source else ""
    unusual = ", ".join(text for text in (day, source) if text)
    figures = chain.from_iterable((Span("; "), *_named(context, fact)) for fact in group)
    spans = (*tuple(figures)[1:], *((Span(f" ({unusual})", "name"),) if unusual else ()))
    return Cell(plain(spans), spans=spans)


def _named(context: SectionContext, fact: Fact) -> Text:
    """Whose figure it is, and the figure."""
    subject = called(context, fact.subject)
    against = f" against {called(context, fact.benchmark)}" if fact.benchmark else ""
    target = f"to {fact.displays['target']}: " if "target" in fact.displays else ""
    shown = fact.display
    if fact.unit is Unit.BOOLEAN and "level" in fact.displays:
        shown = f"{shown} ({fact.displays['level']})"
    return (Span(f"{subject}{against} {target}", "name"), Span(shown, "fact", fact.id))


# --- gaps -----------------------------------------------------------------------------------------


def _gaps(context: SectionContext) -> Table | None:
    """What could not be had, one row a measure and reason."""
    gaps = dict.fromkeys(
        chain(context.data.gaps, context.facts.gaps, *(built.gaps for built in context.built))
    )
    groups: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        groups.setdefault((gap.metric, glossary.REASONS[gap.reason]), []).append(gap)
    if not groups:
        return None
    columns = (
        Column("Measure", align="left"), Column("Of", align="left"), Column("Why", align="left"),
    )  # fmt: skip
    rows = tuple(
        (Cell(_measure(metric)), Cell(_subjects(context, group)), Cell(_why(reason, group)))
        for (metric, reason), group in groups.items()
    )
    return Table("gaps", "What could not be had, and why", columns, rows)


def _measure(metric: str) -> str:
    return glossary.metric_name(metric) if metric else "Prices"


def _subjects(context: SectionContext, group: Iterable[Gap]) -> str:
    names = tuple(dict.fromkeys(called(context, gap.subject) for gap in group))
    more = f" and {wording.count(len(names) - MOST_NAMED)} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _why(reason: str, group: list[Gap]) -> str:
    """A single gap's own words; the shared reason of several."""
    return doubts.sentence(group[0].message if len(group) == 1 else reason)


# --- notes ----------------------------------------------------------------------------------------


def _notes(context: SectionContext) -> Iterator[Text]:
    data = context.data
    if data.series:
        yield (Span(_prices(context), "name"),)
        if recorded := _recorded(data):
            yield (Span(recorded, "name"),)
        yield doubts.terms(context)
    adjusted = [s.instrument.name for s in data.series.values() if s.basis is Basis.ADJUSTED]
    if adjusted:
        names = ", ".join(sorted(adjusted))
        yield (
            Span("Prices that include reinvested dividends, so that only returns are taken: "),
            Span(f"{names}.", "name"),
        )
    yield from ((Span(note, "name"),) for note in data.notes)
    yield from doubts.asides(context)
    for high in data.known_highs:
        told = f"{called(context, high.symbol)}: {wording.price(high.level)} on "
        told += f"{wording.long_date(high.on)}, according to {high.source}."
        yield (Span("An earlier high from before the history: "), Span(told, "name"))
    for move in data.confirmed:
        told = f"{called(context, move.symbol)} on {wording.long_date(move.on)}, "
        told += f"confirmed by {move.source}."
        yield (Span("A move that is hard to believe and true: "), Span(told, "name"))


def _prices(context: SectionContext) -> str:
    data = context.data
    daily = [one for one in data.series.values() if one.instrument.every == 1]
    others = [one.instrument for one in data.series.values() if one.instrument.every > 1]
    told = ", ".join(f"{one.name} ({wording.frequency(one.every)})" for one in others)
    seen = f" As known on that day: {told}." if told else ""
    if not daily:
        return f"Prices: {data.called()}, none of them daily.{seen}"
    first = min(series.start for series in daily)
    return (
        f"Prices: {data.called()}, {wording.count(len(daily))} series of daily bars, the "
        f"longest from {wording.long_date(first)}, up to {wording.long_date(data.as_of)} "
        f"({data.sessions.name} sessions).{seen}"
    )


def _recorded(data: MarketData) -> str:
    """When prices were fetched and what that run is called; empty where they lay at hand."""
    fetched = [s.provenance.fetched for s in data.series.values() if s.provenance.fetched]
    when = f"fetched {wording.moments(min(fetched), max(fetched))}" if fetched else ""
    name = f"recorded as snapshot {data.snapshot}" if data.snapshot else ""
    return doubts.sentence(wording.listed([told for told in (when, name) if told]))


def _definitions(facts: Iterable[Fact]) -> Iterator[tuple[str, str]]:
    """The terms that the cited figures use, in the order of the glossary."""
    used: Mapping[str, None] = dict.fromkeys(fact.metric for fact in facts)
    return (
        (term.name, term.definition) for metric, term in glossary.TERMS.items() if metric in used
    )
