"""The files beside the pages: the data as CSV, and a manifest of what the edition was made from."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata

from reporter import __version__
from reporter.contract import dump, moment
from reporter.model import Artifact, Brief, BriefSpec, Chart, Fact, Input, Json, Terms

FACT_COLUMNS = (
    "id", "metric", "subject", "benchmark", "window", "value", "unit", "display",
    "base_date", "as_of", "source", "data", "detail", "marks", "terms",
)  # fmt: skip
SAMPLE = "sample data"
MARKET = "market data"
LIBRARIES = (
    "css-inline", "exchange-calendars", "jinja2", "matplotlib", "numpy", "pandas", "pillow",
    "pydantic", "weasyprint", "yfinance",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@")
Value = str | float | int | bool | None


def data_files(brief: Brief) -> tuple[Artifact, ...]:
    """`data/facts.csv` and one CSV a chart.

    Files are copied on alone: in every row `data` says "sample data" where it is, `terms` what
    the data may be used for.
    """
    facts = facts_csv(brief.facts, sample=brief.sample, terms=brief.terms)
    charts = [
        Artifact(f"data/{chart.id}.csv", _chart_csv(chart, brief).encode())
        for chart in brief.charts
    ]
    return (Artifact("data/facts.csv", facts.encode()), *charts)


def facts_csv(facts: Iterable[Fact], *, sample: bool, terms: Terms = Terms.UNKNOWN) -> str:
    """Facts as CSV, with the columns `FACT_COLUMNS`; `detail` is a JSON object.

    `marks` says what is doubtful about the prices a fact rests on.
    """
    return _table(FACT_COLUMNS, (_fact_row(fact, terms, sample=sample) for fact in facts))


def manifest(brief: Brief, spec: BriefSpec, files: Sequence[Artifact]) -> Artifact:
    """What the edition was made from and what it holds: no clock, no paths of the machine."""
    document: dict[str, Json] = {
        "title": brief.title,
        "slug": brief.slug,
        "as_of": brief.as_of.isoformat(),
        "source": brief.source,
        "sample": brief.sample,
        "terms": brief.terms.value,
        "snapshot": brief.snapshot or None,
        "spec": dict(sorted(spec.digests.items())),
        "inputs": [_input(item) for item in brief.inputs],
        "versions": versions(),
        "files": {file.path: _digest(file.data) for file in sorted(files, key=lambda f: f.path)},
    }
    return Artifact("manifest.json", dump(document).encode())


def versions() -> dict[str, Json]:
    """The versions of reporter, Python and every library that shapes a brief."""
    found: dict[str, Json] = {"reporter": __version__, "python": platform.python_version()}
    return found | {name: metadata.version(name) for name in LIBRARIES}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _input(item: Input) -> dict[str, Json]:
    return {
        "symbol": item.symbol,
        "basis": item.basis.value,
        "first": item.first.isoformat(),
        "last": item.last.isoformat(),
        "rows": item.provenance.rows,
        "source": item.provenance.source,
        "origin": item.provenance.origin,
        "sha256": item.provenance.sha256,
        "terms": item.provenance.terms.value,
        "fetched": moment(item.provenance.fetched),
    }


def _fact_row(fact: Fact, terms: Terms, *, sample: bool) -> tuple[Value, ...]:
    return (
        _harmless(fact.id),
        fact.metric,
        _harmless(fact.subject),
        _harmless(fact.benchmark),
        fact.window,
        fact.value,
        fact.unit.value,
        _harmless(fact.display),
        fact.base_date.isoformat() if fact.base_date else None,
        fact.as_of.isoformat(),
        _harmless(fact.source),
        SAMPLE if sample else MARKET,
        json.dumps(dict(fact.detail), ensure_ascii=False, sort_keys=True, allow_nan=False),
        _harmless(" ".join(fact.marks)),
        terms.value,
    )


def _chart_csv(chart: Chart, brief: Brief) -> str:
    """A row for every point of every series; values keep their full precision."""
    columns = tuple(dict.fromkeys(name for series in chart.series for name in series.values))
    kind = SAMPLE if brief.sample else MARKET
    rows = (
        (
            _harmless(series.key),
            _harmless(series.name),
            _harmless(x),
            *_at(series.values, columns, at),
            kind,
            brief.terms.value,
        )
        for series in chart.series
        for at, x in enumerate(series.x)
    )
    return _table(("series", "name", "x", *columns, "data", "terms"), rows)


def _at(
    values: Mapping[str, Sequence[float | None]], columns: Sequence[str], at: int
) -> tuple[float | None, ...]:
    return tuple(values[name][at] if name in values else None for name in columns)


def _harmless(text: str | None) -> str:
    """Text on one line that no spreadsheet takes for a formula: an apostrophe before `=`."""
    line = " ".join((text or "").split())
    return f"'{line}" if line.startswith(_FORMULA) else line


def _table(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
