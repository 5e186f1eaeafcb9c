"""What a brief holds: words, charts and tables as content, before any tag or picture.

Import these from `reporter.model`, the one door to every value that crosses between stages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from reporter.order import EMPTY, Json

# --- words -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text and what stands behind it.

    `text` is a pattern's own words (never a digit), `fact` prints a fact and cites it, `name`
    calls an instrument, house or date range by its name, `quote` gives a desk input's words.
    `mark` is the dagger behind a doubtful figure; only `reporter.marking` sets it, on paper.
    """

    text: str
    kind: Literal["text", "fact", "name", "quote", "mark"] = "text"
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
    """A table's cell; `fact` is the id of the fact it prints.

    A cell that prints several facts, or one among words, tells them apart in `spans`, whose words
    are `text`.
    """

    text: str
    fact: str | None = None
    tone: Literal["", "up", "down", "muted"] = ""
    chart: str = ""
    spans: Text = ()


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
