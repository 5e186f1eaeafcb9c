"""The JSON contract: `brief.json` and `reporter metrics --json`, field by field.

Others build on these documents, so their shape stands here, apart from the model's own. Keys come
in the contract's order; numbers are printed by `repr`, so that nothing is lost; the schemas ship
in `data/brief.schema.json` and `data/metrics.schema.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Literal

from reporter.errors import ContentError
from reporter.model import (
    Brief,
    Cell,
    Chart,
    ChartMark,
    ChartSeries,
    Column,
    Fact,
    Finding,
    Gap,
    Input,
    Json,
    KeyFigure,
    Remark,
    Section,
    Span,
    Table,
    Terms,
    Text,
    plain,
)
from reporter.resources import PACKAGE

Document = dict[str, Json]


def brief_document(brief: Brief) -> Document:
    """Everything a brief holds, as `brief.json` says it."""
    return {
        "title": brief.title,
        "headline": plain(brief.headline),
        "as_of": _day(brief.as_of),
        "source": brief.source,
        **({"source_label": brief.source_label} if brief.source_label else {}),
        "sample": brief.sample,
        "terms": brief.terms.value,
        "snapshot": brief.snapshot or None,
        "slug": brief.slug,
        "page_size": brief.page_size,
        "brand": brief.brand,
        "headline_spans": [_span(span) for span in brief.headline],
        "standfirst": _text(brief.standfirst),
        "key_figures": [_key_figure(figure) for figure in brief.key_figures],
        "facts": [_fact(fact) for fact in brief.facts],
        "sections": [_section(section) for section in brief.sections],
        "charts": [_chart(chart) for chart in brief.charts],
        "gaps": [_gap(gap) for gap in brief.gaps],
        "findings": [_finding(finding) for finding in brief.findings],
        "notes": list(brief.notes),
        "inputs": [_input(item) for item in brief.inputs],
    }


def metrics_document(
    as_of: date,
    facts: Iterable[Fact],
    gaps: Iterable[Gap],
    *,
    terms: Terms = Terms.UNKNOWN,
    findings: Iterable[Finding] = (),
) -> Document:
    """What `reporter metrics --json` prints."""
    return {
        "as_of": _day(as_of),
        "facts": [_fact(fact) for fact in facts],
        "gaps": [_gap(gap) for gap in gaps],
        "terms": terms.value,
        "findings": [_finding(finding) for finding in findings],
    }


def dump(document: Mapping[str, Json]) -> str:
    """A document as JSON text: keys in the order given, UTF-8, ending in a newline.

    Raises:
        ContentError: a number is not finite; the message names where it stands.
    """
    try:
        return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    except ValueError as error:
        where = _infinite(dict(document)) or "document"
        raise ContentError("a number is not finite.", where=where) from error


@cache
def schema(name: Literal["brief", "metrics"]) -> Mapping[str, Json]:
    """The JSON Schema of a document."""
    path = PACKAGE / "data" / f"{name}.schema.json"
    loaded: Mapping[str, Json] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _infinite(value: Json, path: str = "") -> str:
    """Where in a document the first number stands that JSON cannot hold."""
    if isinstance(value, dict):
        inner = [
            (str(value.get("id", key)) if key == "value" else key, v) for key, v in value.items()
        ]
    elif isinstance(value, list):
        inner = [(str(at), item) for at, item in enumerate(value)]
    else:
        finite = not isinstance(value, float) or value - value == 0
        return "" if finite else path
    return next(filter(None, (_infinite(v, f"{path}/{key}") for key, v in inner)), "")


def moment(when: datetime | None) -> str | None:
    """A time in UTC to the second, as `2026-01-15T22:05:00Z`."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if when else None


# --- the parts ---------------------------------------------------------------------------------


def _day(day: date) -> str:
    return day.isoformat()


def _fact(fact: Fact) -> Document:
    return {
        "id": fact.id,
        "metric": fact.metric,
        "subject": fact.subject,
        "benchmark": fact.benchmark,
        "window": fact.window,
        "value": fact.value,
        "unit": fact.unit.value,
        "display": fact.display,
        "base_date": _day(fact.base_date) if fact.base_date else None,
        "as_of": _day(fact.as_of),
        "source": fact.source,
        "detail": {**fact.detail, "displays": dict(fact.displays)},
        "marks": list(fact.marks),
    }


def _gap(gap: Gap) -> Document:
    return {
        "subject": gap.subject,
        "metric": gap.metric,
        "benchmark": gap.benchmark,
        "window": gap.window,
        "reason": gap.reason.value,
        "message": gap.message,
    }


def _finding(finding: Finding) -> Document:
    return {
        "symbol": finding.symbol,
        "check": finding.check,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy,
        "days": [_day(day) for day in finding.days],
    }


def _span(span: Span) -> Document:
    return {"text": span.text, "kind": span.kind, "fact": span.fact}


def _text(text: Text) -> Document:
    return {"text": plain(text), "spans": [_span(span) for span in text]}


def _key_figure(figure: KeyFigure) -> Document:
    return {
        "label": figure.label,
        "value": _span(figure.value),
        "change": _span(figure.change) if figure.change else None,
        "note": figure.note,
        "chart": figure.chart,
    }


def _remark(remark: Remark) -> Document:
    return {
        "move": remark.move,
        "family": remark.family,
        "role": remark.role.value,
        "importance": remark.importance,
        "facts": list(remark.facts),
        **_text(remark.text),
    }


def _section(section: Section) -> Document:
    return {
        "name": section.name,
        "title": section.title,
        "paragraphs": [[_remark(remark) for remark in run] for run in section.paragraphs],
        "charts": list(section.charts),
        "tables": [_table(table) for table in section.tables],
        "notes": [_text(note) for note in section.notes],
        "options": dict(section.options),
    }


def _table(table: Table) -> Document:
    return {
        "id": table.id,
        "caption": table.caption,
        "columns": [_column(column) for column in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "note": table.note,
    }


def _column(column: Column) -> Document:
    return {"label": column.label, "unit": column.unit, "align": column.align}


def _cell(cell: Cell) -> Document:
    return {
        "text": cell.text,
        "fact": cell.fact,
        "tone": cell.tone,
        "chart": cell.chart,
        "spans": [_span(span) for span in cell.spans],
    }


def _chart(chart: Chart) -> Document:
    return {
        "id": chart.id,
        "kind": chart.kind,
        "title": _text(chart.title),
        "subtitle": chart.subtitle,
        "source_line": chart.source_line,
        "alt": chart.alt,
        "series": [_series(series) for series in chart.series],
        "marks": [_mark(mark) for mark in chart.marks],
        "options": dict(chart.options),
        "size": list(chart.size),
    }


def _series(series: ChartSeries) -> Document:
    return {
        "key": series.key,
        "name": series.name,
        "label": series.label,
        "role": series.role,
        "x": list(series.x),
        "values": {column: list(values) for column, values in series.values.items()},
        "labels": list(series.labels),
    }


def _mark(mark: ChartMark) -> Document:
    return {
        "kind": mark.kind,
        "label": mark.label,
        "value": mark.value,
        "upper": mark.upper,
        "on": mark.on,
        "fact": mark.fact,
    }


def _input(item: Input) -> Document:
    return {
        "symbol": item.symbol,
        "name": item.name,
        "basis": item.basis.value,
        "first": _day(item.first),
        "last": _day(item.last),
        "source": item.provenance.source,
        "origin": item.provenance.origin,
        "sha256": item.provenance.sha256,
        "rows": item.provenance.rows,
        "terms": item.provenance.terms.value,
        "fetched": moment(item.provenance.fetched),
    }
