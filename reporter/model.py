"""The values that cross from stage to stage, in the order in which they are made.

Read this first, then `order.py` (what was ordered), `market.py` (what sources give) and `paper.py`
(what comes out), whose values are handed on from here. Everything is frozen; no stage changes
what an earlier one gave.
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

from reporter.market import (
    Basis,
    Gap,
    Instrument,
    Kind,
    MarketData,
    PriceSeries,
    Provenance,
    Reason,
)
from reporter.order import (
    EMPTY,
    BriefSpec,
    DeskFigure,
    DeskInputs,
    DeskView,
    Flow,
    Json,
    KnownHigh,
    Pair,
    SectionSpec,
    SourceRef,
    Target,
)
from reporter.paper import Artifact, Brand, Picture

__all__ = [
    "EMPTY",
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
    "DeskFigure",
    "DeskInputs",
    "DeskView",
    "Fact",
    "Facts",
    "Flow",
    "Gap",
    "Input",
    "Instrument",
    "Json",
    "KeyFigure",
    "Kind",
    "KnownHigh",
    "MarketData",
    "Pair",
    "Picture",
    "PriceSeries",
    "Provenance",
    "Reason",
    "Remark",
    "Role",
    "Section",
    "SectionSpec",
    "SourceRef",
    "Span",
    "Table",
    "Target",
    "Text",
    "Unit",
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
    its sign, for sentences whose verb carries the direction.
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

    def shown(self, part: str = "") -> str:
        """The printable form of the fact, or of one part of it.

        Raises:
            KeyError: the fact has no such printable part.
        """
        return self.displays[part] if part else self.display


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


# --- words -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text and what stands behind it.

    `text` is a pattern's own words (never a digit), `fact` prints a fact and cites it, `name`
    calls an instrument, house or date range by its name, `quote` gives a desk input's words.
    """

    text: str
    kind: Literal["text", "fact", "name", "quote"] = "text"
    fact: str | None = None


Text = tuple[Span, ...]


def plain(text: Text) -> str:
    """The words alone."""
    return "".join(span.text for span in text)


class Role(StrEnum):
    """What a remark does in the argument of page 1."""

    THESIS = "thesis"
    EVIDENCE = "evidence"
    AGAINST = "against"
    CONTEXT = "context"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing worth saying: its words, its weight, and the facts it cites.

    `move` names the step of the argument ("record", "lead", "rotation"); `family` the module
    that made it; `section` the section it belongs to beyond page 1. `importance` is 0 to 1.
    `tone` says whether the remark is good news for the subject's price (1), bad news (-1) or
    neither (0); `pattern` names the sentence pattern it was made from.
    """

    move: str
    family: str
    role: Role
    text: Text
    importance: float
    section: str = ""
    tone: int = 0
    pattern: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        """Ids of the facts the remark prints, in order, once each."""
        return tuple(dict.fromkeys(span.fact for span in self.text if span.fact))


# --- charts and tables: content, not pictures ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """One line, set of bars or row of a chart.

    `x` holds ISO dates or category names; `values` maps a column ("close", "open", "value")
    to as many numbers, None where there is none. `label` is the text at the line's end.
    `role` picks the colour: subject, benchmark, context.
    """

    key: str
    name: str
    x: tuple[str, ...]
    values: Mapping[str, tuple[float | None, ...]]
    label: str = ""
    labels: tuple[str, ...] = ()
    role: Literal["subject", "benchmark", "context"] = "subject"


@dataclass(frozen=True, slots=True)
class ChartMark:
    """A level, date or band that a chart points out, with its words."""

    kind: Literal["level", "date", "band", "point"]
    label: str
    value: float | None = None
    upper: float | None = None
    on: str = ""
    fact: str | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture's whole content: what is shown, what it states, what it is drawn from.

    `title` is a sentence that states a fact; `subtitle` gives measure, unit and period;
    `source_line` source and as-of; `alt` stands for the picture where it cannot be seen.
    `size` is the drawn width and height in points.
    """

    id: str
    kind: str
    title: Text
    subtitle: str
    source_line: str
    alt: str
    series: tuple[ChartSeries, ...]
    marks: tuple[ChartMark, ...] = ()
    options: Mapping[str, Json] = field(default_factory=lambda: EMPTY)
    size: tuple[float, float] = (468.0, 210.0)


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column: `unit` stands in the head; figures align right on the decimal point."""

    label: str
    unit: str = ""
    align: Literal["left", "right"] = "right"


@dataclass(frozen=True, slots=True)
class Cell:
    """A table's cell; `fact` is the id of the fact it prints."""

    text: str
    fact: str | None = None
    tone: Literal["", "up", "down", "muted"] = ""
    chart: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a caption that says what is compared, over what, as of when."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One of the four to six figures at the top: value, change and a sparkline.

    `neutral` says that a rise is nobody's gain: a yield, a volatility index.
    """

    label: str
    value: Span
    change: Span | None = None
    note: str = ""
    chart: str = ""
    neutral: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the brief. A template of the same name places what it holds.

    `paragraphs` are runs of remarks; `charts` ids of `Brief.charts`.
    """

    name: str
    title: str
    paragraphs: tuple[tuple[Remark, ...], ...] = ()
    charts: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[Text, ...] = ()
    options: Mapping[str, Json] = field(default_factory=lambda: EMPTY)


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

    def fact(self, fact_id: str) -> Fact:
        """The fact with this id.

        Raises:
            KeyError: no such fact.
        """
        return next(f for f in self.facts if f.id == fact_id)


@dataclass(frozen=True, slots=True)
class Artifacts:
    """All files of a build, ready to be written whole or not at all."""

    folder: str
    files: tuple[Artifact, ...]
    brief: Brief
