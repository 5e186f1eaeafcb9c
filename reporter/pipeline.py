"""The whole run, readable as a table of contents.

`compose` is everything about markets and gives a `Brief`; `produce` is everything about paper
and gives finished files, in memory, along with what the build was given. Nothing is written here.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from reporter.model import Artifact, Artifacts, Brief, Input, plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime
    from pathlib import Path

    from reporter.gather import Watch
    from reporter.model import (
        Brand,
        BriefSpec,
        Chart,
        Gap,
        Instrument,
        MarketData,
        Picture,
        PriceSeries,
    )
    from reporter.recorder import Brought
    from reporter.sections.base import Built, SectionContext
    from reporter.sources.base import Progress


def build(  # noqa: PLR0913  one edition takes this much
    spec: BriefSpec,
    *,
    now: datetime,
    formats: Collection[str],
    progress: Progress,
    data_folder: Path | None = None,
    refresh: bool = False,
) -> Artifacts:
    """From a spec to finished files.

    Args:
        spec: the brief as ordered.
        now: the caller's clock; nothing below reads a clock.
        formats: which of `paper.FORMATS` to make.
        progress: told of every symbol as it arrives.
        data_folder: where fetches are recorded and snapshots lie; None records nothing.
        refresh: ask anew for what is recorded already.

    Raises:
        ReporterError: what stands in the way, in one message.
    """
    from reporter import capture

    taken = capture.Taken()
    data = collect(
        spec,
        now=now,
        progress=progress,
        data_folder=data_folder,
        refresh=refresh,
        watch=taken.watch,
    )
    brief = compose(spec, data)
    made = produce(brief, spec, formats)
    return replace(made, inputs=capture.packed(taken, spec, brief, now=now, formats=formats))


def fetch(
    spec: BriefSpec, *, now: datetime, progress: Progress, data_folder: Path, refresh: bool
) -> Brought:
    """Prices of every symbol of the brief, recorded for later builds and for nothing else yet."""
    from reporter.gather import check_order
    from reporter.recorder import fetch
    from reporter.sources.base import DataRequest

    check_order(spec.symbols, spec.as_of, now)
    request = DataRequest(
        spec.symbols,
        spec.source.location,
        spec.as_of,
        now,
        progress,
        spec.source.options,
        data_folder,
        refresh,
    )
    return fetch(spec.source, request)


def collect(  # noqa: PLR0913  one edition takes this much
    spec: BriefSpec,
    *,
    now: datetime,
    progress: Progress,
    data_folder: Path | None = None,
    refresh: bool = False,
    watch: Watch | None = None,
) -> MarketData:
    """Prices of every symbol of the brief, cut at its as-of session, under the spec's names.

    `watch` is handed what the source gives, before anybody judges it.
    """
    from reporter.alignment import calendar_notes
    from reporter.gather import gather, unwatched

    data = gather(
        spec.symbols,
        spec.source,
        as_of=spec.as_of,
        now=now,
        progress=progress,
        known_highs=spec.known_highs,
        confirmed=spec.confirmed,
        desk=spec.desk,
        data_folder=data_folder,
        refresh=refresh,
        watch=watch or unwatched,
    )
    return _renamed(replace(data, notes=(*data.notes, *calendar_notes(data))), spec)


def compose(spec: BriefSpec, data: MarketData) -> Brief:
    """Everything about markets: prices to facts, facts to words, charts and sections."""
    from reporter import absences
    from reporter.agenda import ahead
    from reporter.alignment import tellable
    from reporter.argument import argue, comment, lead
    from reporter.commentary.base import Reading
    from reporter.measure import measure, plan
    from reporter.sections.base import SectionContext

    data = replace(data, label=spec.labels.get(data.source.partition(":")[0], ""))
    facts = measure(plan(spec, data), data)
    instruments = {symbol: series.instrument for symbol, series in data.series.items()}
    known = tellable(facts, data.as_of)
    reading = Reading(spec, known, instruments, data.desk, ahead(data))
    remarks = comment(reading)
    headline, standfirst = lead(reading, remarks)
    context = SectionContext(spec, data, facts, remarks, argue(reading, remarks))
    parts = _sections(spec, context)
    return Brief(
        title=spec.title,
        slug=spec.slug,
        headline=headline,
        standfirst=standfirst,
        as_of=data.as_of,
        source=data.source,
        source_label=data.label,
        sample=data.sample,
        facts=facts.all,
        key_figures=tuple(figure for part in parts for figure in part.key_figures),
        sections=tuple(part.section for part in parts if part.section),
        charts=tuple(absences.told(chart, data) for part in parts for chart in part.charts),
        gaps=_once((*data.gaps, *facts.gaps, *(gap for part in parts for gap in part.gaps))),
        notes=data.notes,
        page_size=spec.page_size,
        brand=spec.brand,
        inputs=tuple(_input(series) for series in data.series.values()),
        findings=data.findings,
        terms=data.terms,
        snapshot=data.snapshot,
    )


def produce(brief: Brief, spec: BriefSpec, formats: Collection[str]) -> Artifacts:
    """Everything about paper: content to pictures, pages and files."""
    from reporter import brands, contract, sidecars

    brand = brands.load(brief.brand, spec.folder)
    files: list[Artifact] = []
    if "pdf" in formats:
        files.append(_printed(brief, brand, spec))
    if "html" in formats:
        files.extend(_shown(brief, brand, spec))
    if "json" in formats:
        document = contract.dump(contract.brief_document(brief))
        files.append(Artifact("brief.json", document.encode()))
    if "mail" in formats:
        files.extend(_mailed(brief, brand, spec))
    files.extend(sidecars.data_files(brief))
    return Artifacts(
        folder=f"{brief.as_of.isoformat()}/{brief.slug}",
        files=(*files, sidecars.manifest(brief, spec, files)),
        brief=brief,
    )


# --- steps of the two halves ------------------------------------------------------------------


def _renamed(data: MarketData, spec: BriefSpec) -> MarketData:
    """The series under the names the editor chose for them."""
    series = {
        symbol: replace(one, instrument=_named(one.instrument, spec.names.get(symbol)))
        for symbol, one in data.series.items()
    }
    return replace(data, series=series)


def _named(instrument: Instrument, name: str | None) -> Instrument:
    return replace(instrument, name=name, prose=name) if name else instrument


def _sections(spec: BriefSpec, context: SectionContext) -> tuple[Built, ...]:
    """The brief's sections in their order; each sees those before it."""
    from reporter.sections.base import sections

    built: tuple[Built, ...] = ()
    for order in spec.sections:
        seen = replace(context, built=built)
        built = (*built, sections.get(order.name)(seen, order.options))
    return built


def _once(gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    return tuple(dict.fromkeys(gaps))


def _input(series: PriceSeries) -> Input:
    """The series as it was used: its rows up to the as-of session."""
    return Input(
        series.symbol,
        series.instrument.name,
        series.basis,
        series.start,
        series.end,
        replace(series.provenance, rows=len(series.bars)),
    )


def page_to_print(brief: Brief, brand: Brand, folder: Path | None) -> tuple[Brief, str]:
    """The brief with its front page fitted to the paper, and the HTML that prints it."""
    from reporter import document, drawing, front_page

    rulers = partial(drawing.ruler, brand)
    fitted = front_page.fitted(brief, rulers)
    share = front_page.headline_share(plain(brief.headline), rulers("display", 600))
    return fitted, document.paper(fitted, brand, folder, headline_share=share)


def _printed(brief: Brief, brand: Brand, spec: BriefSpec) -> Artifact:
    """The PDF."""
    from reporter import drawing, pdf
    from reporter.fonts import FOLDER
    from reporter.resources import overriding

    fitted, page = page_to_print(brief, brand, spec.folder)
    folders = (*overriding("styles", spec.folder), *overriding("templates", spec.folder))
    data = pdf.write(
        page,
        {c.id: drawing.display_list(c, brand, beside=spec.folder) for c in fitted.charts},
        folders=(*folders, FOLDER),
        title=f"{brief.title}: {plain(brief.headline)}",
        author=brand.house,
        created=brief.as_of,
    )
    return Artifact("brief.pdf", data)


def _shown(brief: Brief, brand: Brand, spec: BriefSpec) -> Iterator[Artifact]:
    """The web page, and its charts as pictures that stand alone."""
    from reporter import document, drawing, marking

    def draw(chart: Chart, medium: drawing.Medium) -> Picture:
        return drawing.picture(chart, brand, medium, beside=spec.folder)

    wide = {chart.id: draw(chart, "screen") for chart in brief.charts}
    narrow = {chart.id: draw(chart, "phone") for chart in brief.charts}
    page = document.screen(brief, brand, wide, spec.folder, narrow=narrow)
    yield Artifact("brief.html", page.encode())
    for chart in marking.standing_alone(brief):
        yield Artifact(f"charts/{chart.id}.svg", draw(chart, "vector").data)
        yield Artifact(f"charts/{chart.id}.png", draw(chart, "file").data)


def _mailed(brief: Brief, brand: Brand, spec: BriefSpec) -> Iterator[Artifact]:
    """The body of the mail: page, text, and the pictures the page shows."""
    from reporter import drawing, mail

    pictures = {
        chart.id: drawing.picture(chart, brand, "mail", beside=spec.folder)
        for chart in mail.chosen(brief)
    }
    body = mail.body(brief, brand, pictures, spec.folder)
    yield Artifact("mail.html", body.html.encode())
    yield Artifact("mail.txt", body.text.encode())
    for name, picture in pictures.items():
        yield Artifact(f"{mail.FOLDER}/{name}.png", picture.data)
