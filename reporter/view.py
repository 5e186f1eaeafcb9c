"""What a page shows, worked out in typed code: templates only place it.

A view holds words and ids, never a tag, but for pictures of our own drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from reporter import glossary, marking, wording
from reporter.model import Fact, Span, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reporter.model import (
        Brief,
        Chart,
        ChartSeries,
        KeyFigure,
        Remark,
        Section,
        Table,
        Text,
    )

_GAP = Span(" ")


@dataclass(frozen=True, slots=True)
class DataTable:
    """The numbers behind a chart, printed; `heads` includes the first column's."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart in its place: a picture on screen, an address on paper.

    `narrow` is the same chart drawn for a phone; empty where there is none.
    """

    chart: Chart
    picture: str
    narrow: str = ""
    data: DataTable | None = None

    @property
    def title(self) -> str:
        """The title's words alone, for labels."""
        return plain(tuple(span for span in self.chart.title if span.kind != "mark"))


@dataclass(frozen=True, slots=True)
class Strip:
    """One key figure with its sparkline; `value` and `change` as printed, doubtful ones marked."""

    figure: KeyFigure
    tone: str
    spark: Figure | None
    value: Text
    change: Text


@dataclass(frozen=True, slots=True)
class Part:
    """A section with everything it needs in reach; `before` figures stand before its tables."""

    section: Section
    paragraphs: tuple[Text, ...]
    figures: tuple[Figure, ...]
    before: int

    @property
    def name(self) -> str:
        """The section's name, which is also its template's."""
        return self.section.name

    @property
    def tables(self) -> tuple[Table, ...]:
        """The section's tables."""
        return self.section.tables


def parts(
    brief: Brief, figures: Mapping[str, Figure], orders: Mapping[str, int]
) -> tuple[Part, ...]:
    """The sections in order, each with its figures; `orders` says where its tables stand."""
    return tuple(
        Part(
            section,
            tuple(joined(remarks) for remarks in section.paragraphs),
            tuple(figures[chart] for chart in section.charts),
            orders.get(section.name, len(section.charts)),
        )
        for section in brief.sections
    )


def joined(remarks: Sequence[Remark]) -> Text:
    """A paragraph: the remarks' words with a space between them."""
    return tuple(chain.from_iterable((_GAP, *remark.text) for remark in remarks))[1:]


def strips(brief: Brief, figures: Mapping[str, Figure]) -> tuple[Strip, ...]:
    """The key figures, their changes marked as rise or fall."""
    facts = {fact.id: fact for fact in brief.facts}
    known = marking.doubtful(brief)
    return tuple(
        Strip(
            figure,
            tone(facts.get(figure.change.fact or "") if figure.change else None),
            figures.get(figure.chart),
            marking.text((figure.value,), known),
            marking.text((figure.change,), known) if figure.change else (),
        )
        for figure in brief.key_figures
    )


def tone(fact: Fact | None) -> str:
    """`up`, `down` or nothing, by the sign of what is printed: 0.0% is neither."""
    if fact is None or isinstance(fact.value, bool):
        return ""
    return {1: "up", -1: "down", 0: ""}[wording.direction(fact.display)]


# --- where a number comes from ------------------------------------------------------------------


def provenance(brief: Brief) -> dict[str, list[list[str]]]:
    """For every fact the page prints: label and text of what the screen tells about it."""
    names = {item.symbol: item.name for item in brief.inputs}
    ids = set(marking.printed(brief))
    labels = {brief.source: brief.source_label} if brief.source_label else {}
    return {fact.id: _origin(fact, names, labels) for fact in brief.facts if fact.id in ids}


def _origin(fact: Fact, names: Mapping[str, str], labels: Mapping[str, str]) -> list[list[str]]:
    subject = names.get(fact.subject, fact.subject.removeprefix("flow:"))
    against = names.get(fact.benchmark or "", fact.benchmark or "")
    lines = [
        ["Measure", glossary.metric_name(fact.metric)],
        ["Of", f"{subject} against {against}" if against else subject],
        ["Window", glossary.window_name(fact.window)],
        ["Base", wording.base(fact)],
        ["As of", wording.as_of(fact)],
        ["Source", labels.get(fact.source, fact.source)],
        *(["Doubt", mark] for mark in fact.marks),
    ]
    return [line for line in lines if line[1]]


# --- the numbers behind a chart ----------------------------------------------------------------


def data_table(chart: Chart) -> DataTable | None:
    """The chart's numbers with their printed form, for those who cannot see or want to check.

    Days go down; where a chart compares several things over categories, the things do.
    """
    xs = tuple(dict.fromkeys(chain.from_iterable(series.x for series in chart.series)))
    if not xs or chart.kind == "sparkline":
        return None
    if not _is_day(xs[0]) and len(chart.series) > 1:
        rows = ((one.name, *_column(one, name, xs)) for one, name in _columns(chart))
        return DataTable(("", *xs), tuple(rows))
    printed = [_column(series, name, xs) for series, name in _columns(chart)]
    heads = tuple(_head(series, name) for series, name in _columns(chart))
    return DataTable(("", *heads), tuple(zip((_when(x) for x in xs), *printed, strict=True)))


def plots(charts: Sequence[Chart]) -> dict[str, list[dict[str, object]]]:
    """For every chart over days the heights of its points, by column of its data table.

    The page's script marks them; what it says about a point it reads from the table.
    """
    return {
        chart.id: [
            {"role": series.role, "y": list(series.values[name])}
            for series, name in _columns(chart)
        ]
        for chart in charts
        if chart.kind != "sparkline" and any(map(_is_day, (x for s in chart.series for x in s.x)))
    }


def _columns(chart: Chart) -> list[tuple[ChartSeries, str]]:
    """Every column of numbers: a series has one, or open, high, low and close."""
    return [(series, name) for series in chart.series for name in series.values]


def _column(series: ChartSeries, name: str, xs: Sequence[str]) -> tuple[str, ...]:
    """A column as printed: the chart's own labels, which are those of its last column."""
    values: Sequence[float | None] = series.values[name]
    own = series.labels and name == list(series.values)[-1]
    labels = series.labels if own else ["" if v is None else wording.price(v) for v in values]
    shown = dict(zip(series.x, labels, strict=True))
    return tuple(shown.get(x, "") for x in xs)


def _head(series: ChartSeries, name: str) -> str:
    return f"{series.name}, {name}" if len(series.values) > 1 else series.name


def _is_day(x: str) -> bool:
    return _when(x) != x


def _when(x: str) -> str:
    """An ISO date as people write it; anything else as it is."""
    try:
        return wording.short_date(date.fromisoformat(x))
    except ValueError:
        return x
