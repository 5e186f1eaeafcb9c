"""What sections are built from in tests: the charts' small market, with remarks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from reporter.model import (
    BriefSpec,
    Cell,
    Fact,
    Facts,
    Instrument,
    Json,
    Kind,
    MarketData,
    PriceSeries,
    Remark,
    Role,
    Section,
    SectionSpec,
    Span,
)
from reporter.sections.base import Built, SectionContext, sections
from tests.charts import world

NOTHING: Mapping[str, Json] = MappingProxyType({})
WATCH = MappingProxyType({"sizes": ("IJH", "^RUT", "^GSPC"), "sectors": ("^DJI", "^IXIC")})
DRIFTS = {"^RUT": 0.0012, "^GSPC": 0.0003, "IJH": 0.0006, "^DJI": -0.0004, "^IXIC": 0.0002}


def context(**changes: object) -> SectionContext:
    """Five instruments, every fact of them, and the watch lists `sizes` and `sectors`."""
    base = world.context(world.market(DRIFTS, adjusted=("IJH",)))
    spec = replace(base.spec, watch=WATCH)
    made = SectionContext(spec, replace(base.data, source="test"), base.facts)
    return replace(made, **changes)  # type: ignore[arg-type]


def ordered(scene: SectionContext, **changes: object) -> SectionContext:
    """The scene with another order."""
    return replace(scene, spec=replace(scene.spec, **changes))  # type: ignore[arg-type]


def without(scene: SectionContext, *metrics: str) -> SectionContext:
    """The scene where these metrics could not be had."""
    kept = tuple(fact for fact in scene.facts if fact.metric not in metrics)
    return replace(scene, facts=Facts(kept, scene.facts.gaps))


def adding(scene: SectionContext, *facts: Fact) -> SectionContext:
    """The scene with more facts."""
    return replace(scene, facts=Facts((*scene.facts.all, *facts), scene.facts.gaps))


def of_kind(data: MarketData, kinds: Mapping[str, Kind]) -> MarketData:
    """The data with some instruments being something else."""
    changed: dict[str, PriceSeries] = dict(data.series)
    for symbol, kind in kinds.items():
        known: Instrument = changed[symbol].instrument
        changed[symbol] = replace(changed[symbol], instrument=replace(known, kind=kind))
    return replace(data, series=changed)


def remark(section: str, text: str, *, family: str = "f", fact: str | None = None) -> Remark:
    """A remark of a section, perhaps citing a fact."""
    spans = (Span(text), *((Span("7.8%", "fact", fact),) if fact else ()))
    return Remark("m", family, Role.EVIDENCE, spans, 0.5, section)


def build(name: str, scene: SectionContext, **options: Json) -> Built:
    """The section as the registry gives it."""
    return sections.get(name)(scene, options)


def section_of(name: str, scene: SectionContext, **options: Json) -> Section:
    """The section, which must have something to say."""
    built = build(name, scene, **options)
    assert built.section is not None
    return built.section


def texts(section: Section, table: int = 0) -> list[list[str]]:
    """The words of a table's cells."""
    return [[cell.text for cell in row] for row in section.tables[table].rows]


def cited(rows: Iterable[Iterable[Cell]]) -> set[str]:
    """Facts that cells cite."""
    return {cell.fact for row in rows for cell in row if cell.fact}


def named(spec: BriefSpec, *names: str) -> BriefSpec:
    """The order with these sections."""
    return replace(spec, sections=tuple(SectionSpec(name) for name in names))
