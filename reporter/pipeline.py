"""The whole run, readable as a table of contents.

`compose` is everything about markets and gives a `Brief`; `produce` is everything about paper
and gives finished files, in memory. Nothing is written here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reporter.model import Artifact, Artifacts, Brief

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from reporter.model import Brand, BriefSpec, Facts, MarketData, Picture
    from reporter.sections.base import Built, SectionContext
    from reporter.sources.base import Progress

FORMATS = ("pdf", "html", "json")


def build(
    spec: BriefSpec, *, today: date, formats: Collection[str], progress: Progress
) -> Artifacts:
    """From a spec to finished files.

    Args:
        spec: the brief as ordered.
        today: the caller's date; nothing below reads a clock.
        formats: which of `FORMATS` to make.
        progress: told of every symbol as it arrives.

    Raises:
        ReporterError: what stands in the way, in one message.
    """
    data = collect(spec, today=today, progress=progress)
    brief = compose(spec, data)
    return produce(brief, spec, data, formats)


def collect(spec: BriefSpec, *, today: date, progress: Progress) -> MarketData:
    """Prices of every symbol of the brief, cut at its as-of session, under the spec's names."""
    from reporter.gather import gather

    data = gather(
        spec.symbols,
        spec.source,
        as_of=spec.as_of,
        today=today,
        progress=progress,
        known_highs=spec.known_highs,
        desk=spec.desk,
    )
    return _renamed(data, spec)


def compose(spec: BriefSpec, data: MarketData) -> Brief:
    """Everything about markets: prices to facts, facts to words, charts and sections."""
    from reporter.argument import comment, lead
    from reporter.commentary.base import Reading
    from reporter.measure import measure, plan
    from reporter.sections.base import SectionContext

    facts = measure(plan(spec, data), data)
    instruments = {symbol: series.instrument for symbol, series in data.series.items()}
    reading = Reading(spec, facts, instruments, data.desk)
    remarks = comment(reading)
    headline, standfirst = lead(reading, remarks)
    built = tuple(_sections(spec, SectionContext(spec, data, facts, remarks)))
    return Brief(
        title=spec.title,
        slug=spec.slug,
        headline=headline,
        standfirst=standfirst,
        as_of=data.as_of,
        source=data.source,
        sample=data.sample,
        facts=facts.all,
        key_figures=tuple(figure for part in built for figure in part.key_figures),
        sections=tuple(part.section for part in built if part.section),
        charts=tuple(chart for part in built for chart in part.charts),
        gaps=(*data.gaps, *facts.gaps, *(gap for part in built for gap in part.gaps)),
        notes=data.notes,
        page_size=spec.page_size,
        brand=spec.brand,
    )


def produce(
    brief: Brief, spec: BriefSpec, data: MarketData, formats: Collection[str]
) -> Artifacts:
    """Everything about paper: content to pictures, pages and files."""
    from reporter import brands, output

    brand = brands.load(brief.brand, spec.folder)
    files = tuple(_documents(brief, brand, spec, formats))
    files = (*files, *output.data_files(brief))
    return Artifacts(
        folder=f"{brief.as_of.isoformat()}/{brief.slug}",
        files=(*files, output.manifest(brief, spec, data, files)),
        brief=brief,
    )
