"""What a page shows, worked out in typed code: templates only place it.

A view holds words and ids, never a tag, but for pictures of our own drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from reporter import glossary, wording
from reporter.model import Fact, Span, Unit, plain

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

    Lines = tuple[tuple[str, ...], ...]

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
        """The title without its facts, for labels."""
        return plain(self.chart.title)


@dataclass(frozen=True, slots=True)
class Strip:
    """One key figure with its sparkline."""

    figure: KeyFigure
    tone: str
    spark: Figure | None


@dataclass(frozen=True, slots=True)
class Part:
    """A section with everything it needs in reach."""

    section: Section
    paragraphs: tuple[Text, ...]
    figures: tuple[Figure, ...]

    @property
    def name(self) -> str:
        """The section's name, which is also its template's."""
        return self.section.name

    @property
    def tables(self) -> tuple[Table, ...]:
        """The section's tables."""
        return self.section.tables


def parts(brief: Brief, figures: Mapping[str, Figure]) -> tuple[Part, ...]:
    """The sections in order, each with its figures."""
    return tuple(
        Part(
            section,
            tuple(joined(remarks) for remarks in section.paragraphs),
            tuple(figures[chart] for chart in section.charts),
        )
        for section in brief.sections
    )


def joined(remarks: Sequence[Remark]) -> Text:
    """A paragraph: the remarks' words with a space between them."""
    return tuple(chain.from_iterable((_GAP, *remark.text) for remark in remarks))[1:]


def strips(brief: Brief, figures: Mapping[str, Figure]) -> tuple[Strip, ...]:
    """The key figures, their changes marked as rise or fall."""
    facts = {fact.id: fact for fact in brief.facts}
    return tuple(
        Strip(
            figure,
            tone(facts.get(figure.change.fact or "") if figure.change else None),
            figures.get(figure.chart),
        )
        for figure in brief.key_figures
    )


def tone(fact: Fact | None) -> str:
    """`up`, `down` or nothing, by the sign of what is printed: 0.0% is neither."""
    if fact is None or isinstance(fact.value, bool):
        return ""
    if not any(digit in fact.display for digit in "123456789"):
        return ""
    return "up" if fact.value > 0 else "down"


# --- where a number comes from ------------------------------------------------------------------


def provenance(brief: Brief) -> dict[str, list[list[str]]]:
    """For every fact of the brief: label and text of what the screen tells about it."""
    names = {item.symbol: item.name for item in brief.inputs}
    return {fact.id: _origin(fact, names) for fact in brief.facts}


def _origin(fact: Fact, names: Mapping[str, str]) -> list[list[str]]:
    subject = names.get(fact.subject, fact.subject.removeprefix("flow:"))
    against = names.get(fact.benchmark or "", fact.benchmark or "")
    lines = [
        ["Measure", glossary.metric_name(fact.metric)],
        ["Of", f"{subject} against {against}" if against else subject],
        ["Window", glossary.window_name(fact.window)],
        ["Base", wording.long_date(fact.base_date) if fact.base_date else ""],
        ["As of", wording.long_date(fact.as_of)],
        ["Source", fact.source],
    ]
    return [line for line in lines if line[1]]


# --- the numbers behind a chart ----------------------------------------------------------------


def data_table(chart: Chart) -> DataTable | None:
    """The chart's numbers with their printed form, for those who cannot see or want to check."""
    if not chart.series:
        return None
    columns = [
        (series, name) for series in chart.series for name in series.values if series.values[name]
    ]
    xs = tuple(dict.fromkeys(chain.from_iterable(series.x for series in chart.series)))
    printed = [_column(chart, series, name, xs) for series, name in columns]
    heads = tuple(_head(chart, series, name) for series, name in columns)
    rows = tuple(zip_longest((_when(x) for x in xs), *printed, fillvalue=""))
    return DataTable(("", *heads), rows)


def _column(chart: Chart, series: ChartSeries, name: str, xs: Sequence[str]) -> tuple[str, ...]:
    values = dict(zip(series.x, series.values[name], strict=False))
    unit = Unit(str(chart.options.get("unit", Unit.PRICE)))
    return tuple("" if (v := values.get(x)) is None else wording.display(v, unit) for x in xs)


def _head(chart: Chart, series: ChartSeries, name: str) -> str:
    several = sum(1 for values in series.values.values() if values) > 1
    return f"{series.name}, {name}" if several else series.name


def _when(x: str) -> str:
    """An ISO date as people write it; anything else as it is."""
    try:
        return wording.short_date(date.fromisoformat(x))
    except ValueError:
        return x


def plots(charts: Sequence[Chart]) -> dict[str, list[dict[str, object]]]:
    """For every chart the heights of its points, by column of its data table.

    The page's script marks them; what it says about a point it reads from the table.
    """
    return {chart.id: _heights(chart) for chart in charts if chart.series}


def _heights(chart: Chart) -> list[dict[str, object]]:
    columns = [
        (series, name) for series in chart.series for name in series.values if series.values[name]
    ]
    return [
        {"role": series.role, "y": list(series.values[name])} for series, name in columns
    ]
