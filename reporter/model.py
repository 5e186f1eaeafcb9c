"""The values that cross from stage to stage, in the order in which they are made.

Read this first. Everything here is frozen; no stage changes what an earlier one gave.
Left of `Brief` everything is about markets, right of it everything is about paper:
a `Brief` is complete content without a single tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

    from reporter.sessions import Sessions

Json = str | float | int | bool | None | list["Json"] | dict[str, "Json"]
EMPTY: Mapping[str, Json] = MappingProxyType({})


# --- the order: what a brief is to contain --------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where prices come from: `sample`, `files:DIR`, `yahoo`."""

    name: str
    location: str = ""

    def __str__(self) -> str:
        return f"{self.name}:{self.location}" if self.location else self.name


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """One section of the brief, in its place, with its options."""

    name: str
    options: Mapping[str, Json] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two instruments to hold against each other, over the windows asked for."""

    subject: str
    benchmark: str
    windows: tuple[str, ...] = ("3m",)


@dataclass(frozen=True, slots=True)
class KnownHigh:
    """An earlier high that the price history does not reach, with who says so."""

    symbol: str
    level: float
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class Target:
    """A published price target. `published` is the first day of the period stated."""

    symbol: str
    level: float
    house: str
    analyst: str
    published: date
    published_text: str
    kind: str = ""
    conviction: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """Net buying (+) or selling (-) of a segment by one house's clients, in US dollars."""

    segment: str
    net_usd: float
    house: str
    who: str
    period: str
    basis: str
    published: date
    published_text: str


@dataclass(frozen=True, slots=True)
class DeskView:
    """Somebody's reading of the market; without a house it is the editor's own."""

    kind: str
    symbol: str
    house: str
    author: str
    stance: str
    text: str
    published: date
    published_text: str


@dataclass(frozen=True, slots=True)
class DeskFigure:
    """A free figure, such as a valuation, with its house and date."""

    name: str
    symbol: str
    value: float
    unit: str
    house: str
    published: date
    published_text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DeskInputs:
    """What people, not prices, contribute; already cut to what was published by the as-of day."""

    targets: tuple[Target, ...] = ()
    flows: tuple[Flow, ...] = ()
    views: tuple[DeskView, ...] = ()
    figures: tuple[DeskFigure, ...] = ()

    def until(self, as_of: date) -> DeskInputs:
        """The inputs published on or before `as_of`: later ones do not exist for that edition."""
        return DeskInputs(
            tuple(t for t in self.targets if t.published <= as_of),
            tuple(f for f in self.flows if f.published <= as_of),
            tuple(v for v in self.views if v.published <= as_of),
            tuple(f for f in self.figures if f.published <= as_of),
        )


@dataclass(frozen=True, slots=True)
class BriefSpec:
    """A brief as its editor ordered it; symbols are in Yahoo's form (`^RUT`).

    `watch` maps a list's name (`sizes`, `sectors`, `rates`, ...) to its symbols.
    `names` overrides how an instrument is called. `folder` is where the spec lies: files in
    its `templates/` and `styles/` override the shipped ones. `digests` maps the name of every
    file the order was read from (the spec, its desk inputs) to its sha256.
    """

    title: str
    slug: str
    subjects: tuple[str, ...]
    benchmark: str
    sections: tuple[SectionSpec, ...]
    watch: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    pairs: tuple[Pair, ...] = ()
    as_of: date | None = None
    source: SourceRef = SourceRef("sample")
    page_size: Literal["A4", "Letter"] = "A4"
    brand: str = "house"
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    known_highs: tuple[KnownHigh, ...] = ()
    desk: DeskInputs = field(default_factory=DeskInputs)
    folder: Path | None = None
    path: str = ""
    digests: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def subject(self) -> str:
        """The first subject: the one the headline is about."""
        return self.subjects[0]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol the brief needs, once each, in the order of first mention."""
        pairs = [s for pair in self.pairs for s in (pair.subject, pair.benchmark)]
        watched = [s for symbols in self.watch.values() for s in symbols]
        return tuple(dict.fromkeys([*self.subjects, self.benchmark, *pairs, *watched]))


# --- market data -----------------------------------------------------------------------------


class Kind(StrEnum):
    """What an instrument is; decides what may be said of it."""

    INDEX = "index"
    FUND = "fund"
    EQUITY = "equity"
    VOLATILITY = "volatility"
    YIELD = "yield"
    COMMODITY = "commodity"
    CURRENCY = "currency"


class Basis(StrEnum):
    """What the prices are adjusted for.

    `PRICE` is split-adjusted only: levels and records are as quoted.
    `ADJUSTED` is also dividend-adjusted: returns are total returns, past levels are not quotes.
    """

    PRICE = "price"
    ADJUSTED = "adjusted"


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a symbol stands for, and the words for it.

    `name` stands in tables and charts ("Russell 2000"), `prose` in a sentence
    ("the Russell 2000"), `segment` says what it represents ("small caps", "materials").
    `inception` is the index's first day, where known: a record is "all-time" only if the
    history reaches it.
    """

    symbol: str
    name: str
    prose: str
    kind: Kind
    segment: str = ""
    inception: date | None = None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a series came from: enough to fetch or check it again."""

    source: str
    origin: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True, eq=False)
class PriceSeries:
    """Daily bars of one instrument.

    `bars` has a tz-naive, strictly increasing DatetimeIndex named "date" of sessions and the
    float64 columns open, high, low, close, volume; an open or volume that was never recorded is
    NaN, the other prices never are. Where `basis` is PRICE the four prices are split-adjusted
    and dividend-free. A yield's values are percent levels.
    """

    instrument: Instrument
    bars: pd.DataFrame
    basis: Basis
    provenance: Provenance

    @property
    def symbol(self) -> str:
        """The instrument's symbol in Yahoo's form."""
        return self.instrument.symbol

    @property
    def start(self) -> date:
        """The first day of the history."""
        return self.bars.index[0].date()  # type: ignore[no-any-return]

    @property
    def end(self) -> date:
        """The day of the last bar."""
        return self.bars.index[-1].date()  # type: ignore[no-any-return]


class Reason(StrEnum):
    """Why something is missing."""

    UNKNOWN_SYMBOL = "unknown_symbol"
    NO_DATA = "no_data"
    UNAVAILABLE = "unavailable"
    BAD_DATA = "bad_data"
    BASIS = "basis"
    SHORT_HISTORY = "short_history"
    MISSING_SESSION = "missing_session"
    STALE = "stale"
    WINDOW = "window"
    NOT_APPLICABLE = "not_applicable"
    NO_INPUT = "no_input"
    UNDEFINED = "undefined"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that cannot be had, with the reason; it travels to the reader."""

    subject: str
    metric: str
    reason: Reason
    message: str
    benchmark: str | None = None
    window: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MarketData:
    """All series of a brief, cut at the as-of session: nothing later can leak into a fact."""

    series: Mapping[str, PriceSeries]
    as_of: date
    sessions: Sessions
    source: str
    sample: bool = False
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    desk: DeskInputs = field(default_factory=DeskInputs)
    known_highs: tuple[KnownHigh, ...] = ()


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
    AHEAD = "ahead"


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
    """One of the four to six figures at the top: value, change and a sparkline."""

    label: str
    value: Span
    change: Span | None = None
    note: str = ""
    chart: str = ""


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


# --- paper -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Brand:
    """How a house looks and what it must say: names, colours (`#rrggbb`), fonts, disclosures."""

    name: str
    house: str
    tagline: str
    colours: Mapping[str, str]
    fonts: Mapping[str, str]
    disclosures: tuple[str, ...]
    logo: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn chart for one medium."""

    chart: str
    media_type: Literal["image/svg+xml", "image/png"]
    data: bytes
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Artifact:
    """One finished file: its path under the edition's folder and its bytes."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Artifacts:
    """All files of a build, ready to be written whole or not at all."""

    folder: str
    files: tuple[Artifact, ...]
    brief: Brief
