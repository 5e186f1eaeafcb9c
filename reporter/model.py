"""The values that cross from stage to stage, in the order in which they are made.

Read this first, then `order.py` (what was ordered), `market.py` (what sources give), `content.py`
(words, charts, tables), `paper.py` (what comes out), `filed.py` (what is archived) and
`delivered.py` (what is delivered), whose values are handed on from here.
Everything is frozen; no stage changes what an earlier one gave.
Left of `Brief` everything is about markets, right of it everything is about paper:
a `Brief` is complete content without a single tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from reporter.content import (
    Cell,
    Chart,
    ChartMark,
    ChartSeries,
    Column,
    KeyFigure,
    Remark,
    Role,
    Section,
    Span,
    Table,
    Text,
    plain,
)
from reporter.delivered import (
    Answer,
    Delivery,
    Form,
    Letter,
    Recipient,
    State,
    Status,
    Verdict,
)
from reporter.filed import Act, Edition, Entry, Head, Part
from reporter.market import (
    Basis,
    Finding,
    Gap,
    Instrument,
    Kind,
    MarketData,
    PriceSeries,
    Provenance,
    Reason,
    Severity,
    Terms,
)
from reporter.order import (
    EMPTY,
    BriefSpec,
    ConfirmedMove,
    DeskFigure,
    DeskInputs,
    DeskView,
    Event,
    Flow,
    Json,
    KnownHigh,
    Pair,
    Schedule,
    SectionSpec,
    SourceRef,
    Target,
)
from reporter.paper import Artifact, Brand, Picture

__all__ = [
    "EMPTY",
    "Act",
    "Answer",
    "Artifact",
    "Artifacts",
    "Basis",
    "Brand",
    "Brief",
    "BriefSpec",
    "Cell",
    "Chart",
    "ChartMark",
    "ChartSeries",
    "Column",
    "ConfirmedMove",
    "Delivery",
    "DeskFigure",
    "DeskInputs",
    "DeskView",
    "Edition",
    "Entry",
    "Event",
    "Fact",
    "Facts",
    "Finding",
    "Flow",
    "Form",
    "Gap",
    "Head",
    "Input",
    "Instrument",
    "Json",
    "KeyFigure",
    "Kind",
    "KnownHigh",
    "Letter",
    "MarketData",
    "Pair",
    "Part",
    "Picture",
    "PriceSeries",
    "Provenance",
    "Reason",
    "Recipient",
    "Remark",
    "Role",
    "Schedule",
    "Section",
    "SectionSpec",
    "Severity",
    "SourceRef",
    "Span",
    "State",
    "Status",
    "Table",
    "Target",
    "Terms",
    "Text",
    "Unit",
    "Verdict",
    "plain",
]  # fmt: skip


# --- facts -----------------------------------------------------------------------------------


class Unit(StrEnum):
    """Units of the JSON contract."""

    FRACTION = "fraction"
    PRICE = "price"
    INDEX = "index"
    USD = "usd"
    BASIS_POINTS = "basis_points"
    COUNT = "count"
    BOOLEAN = "boolean"
    PERCENT = "percent"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class Fact:
    """One true statement about the market, with its number, its words and its origin.

    `display` is the number as every page prints it. `displays` holds the printable forms of
    the entries of `detail` (`level`, `prior_date`, ...) and `magnitude`, the display without
    its sign, for sentences whose verb carries the direction. `marks` say what is doubtful about
    the prices it rests on, a sentence each; most facts have none. `withheld` are the entries of
    `detail` that are left out because they are doubtful.
    """

    id: str
    metric: str
    subject: str
    value: float | int | bool
    unit: Unit
    display: str
    as_of: date
    source: str
    benchmark: str | None = None
    window: str | None = None
    base_date: date | None = None
    detail: Mapping[str, Json] = field(default_factory=lambda: EMPTY)
    displays: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    marks: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()

    def shown(self, part: str = "") -> str:
        """The printable form of the fact, or of one part of it.

        Raises:
            KeyError: the fact has no such printable part.
        """
        return self.displays[part] if part else self.display

    def withholds(self, part: str) -> bool:
        """Whether a printable part is missing because it is doubtful, its short forms included."""
        return any(
            part in {key, f"{key}_short", f"{key.removesuffix('_date')}_day"}
            for key in self.withheld
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a brief, found by what they state."""

    all: tuple[Fact, ...] = ()
    gaps: tuple[Gap, ...] = ()
    _index: Mapping[tuple[str, str, str | None, str | None], Fact] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        index: dict[tuple[str, str, str | None, str | None], Fact] = {}
        for fact in self.all:
            index.setdefault((fact.metric, fact.subject, fact.benchmark, fact.window), fact)
        object.__setattr__(self, "_index", MappingProxyType(index))

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.all)

    def get(
        self, metric: str, subject: str, *, vs: str | None = None, window: str | None = None
    ) -> Fact | None:
        """The fact that states `metric` of `subject`, or None where it is a gap."""
        return self._index.get((metric, subject, vs, window))

    def of(self, metric: str, subject: str | None = None) -> tuple[Fact, ...]:
        """All facts of a metric, in the order in which they were made."""
        return tuple(f for f in self.all if f.metric == metric and subject in (None, f.subject))


# --- the brief -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Input:
    """One series that went into the brief: what it is, how far it reaches, where it came from."""

    symbol: str
    name: str
    basis: Basis
    first: date
    last: date
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Brief:
    """Complete content, no tags. Dumps to `brief.json` and is all that paper is made from."""

    title: str
    slug: str
    headline: Text
    standfirst: Text
    as_of: date
    source: str
    sample: bool
    facts: tuple[Fact, ...]
    key_figures: tuple[KeyFigure, ...]
    sections: tuple[Section, ...]
    charts: tuple[Chart, ...]
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...] = ()
    page_size: Literal["A4", "Letter"] = "A4"
    brand: str = "house"
    inputs: tuple[Input, ...] = ()
    findings: tuple[Finding, ...] = ()
    terms: Terms = Terms.UNKNOWN
    snapshot: str = ""
    source_label: str = ""

    def fact(self, fact_id: str) -> Fact:
        """The fact with this id.

        Raises:
            KeyError: no such fact.
        """
        return next(f for f in self.facts if f.id == fact_id)


@dataclass(frozen=True, slots=True)
class Artifacts:
    """All files of a build, ready to be written whole or not at all.

    `inputs` is what the build was given, as `reporter.capture` packs it; empty where nobody took
    note of it.
    """

    folder: str
    files: tuple[Artifact, ...]
    brief: Brief
    inputs: bytes = b""
