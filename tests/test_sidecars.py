from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reporter import sidecars
from reporter.model import Artifact, Basis, Brief, ChartSeries, Input, Provenance, Terms
from reporter.spec import load
from tests.briefs import BASE, FACTS, doubtful, rich


def rows(artifact: Artifact) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(artifact.data.decode())))


def file(brief: Brief, path: str) -> list[dict[str, str]]:
    return rows(next(one for one in sidecars.data_files(brief) if one.path == path))


def test_there_is_one_file_for_the_facts_and_one_a_chart() -> None:
    brief = rich()
    paths = [artifact.path for artifact in sidecars.data_files(brief)]
    assert paths == ["data/facts.csv", *(f"data/{chart.id}.csv" for chart in brief.charts)]


def test_facts_keep_their_precision() -> None:
    told = file(
        replace(rich(), facts=(replace(FACTS[5], value=0.06316123456789),)), "data/facts.csv"
    )
    assert told[0]["value"] == "0.06316123456789"
    assert told[0]["display"] == "6.4 percentage points"
    assert told[0]["base_date"] == "2025-12-31"
    assert tuple(told[0]) == sidecars.FACT_COLUMNS


def test_details_are_json() -> None:
    fact = replace(FACTS[0], detail={"b": 1, "a": None})
    told = file(replace(rich(), facts=(fact,)), "data/facts.csv")
    assert told[0]["detail"] == '{"a": null, "b": 1}'


@pytest.mark.parametrize(("sample", "kind"), [(True, "sample data"), (False, "market data")])
def test_every_row_says_whether_it_is_sample_data(kind: str, *, sample: bool) -> None:
    for artifact in sidecars.data_files(rich(sample=sample)):
        assert {row["data"] for row in rows(artifact)} == {kind}


def test_every_row_says_what_the_data_may_be_used_for() -> None:
    for artifact in sidecars.data_files(doubtful()):
        assert {row["terms"] for row in rows(artifact)} == {"personal"}


def test_doubts_stand_beside_their_facts() -> None:
    told = file(doubtful("level:^RUT", mark="=1+1 is doubtful."), "data/facts.csv")
    assert [row["marks"] for row in told] == ["'=1+1 is doubtful.", *[""] * 11]


def test_charts_are_written_point_by_point() -> None:
    brief = rich()
    chart = replace(
        brief.charts[0],
        series=(
            ChartSeries("a", "A", ("2026-01-14", "2026-01-15"), {"close": (1.5, None)}),
            ChartSeries("b", "B", ("2026-01-15",), {"open": (2.25,)}),
        ),
    )
    assert file(replace(brief, charts=(chart,)), "data/lead.csv") == [
        {"series": "a", "name": "A", "x": "2026-01-14", "close": "1.5", "open": "",
         "data": "sample data", "terms": "unknown"},
        {"series": "a", "name": "A", "x": "2026-01-15", "close": "", "open": "",
         "data": "sample data", "terms": "unknown"},
        {"series": "b", "name": "B", "x": "2026-01-15", "close": "", "open": "2.25",
         "data": "sample data", "terms": "unknown"},
    ]  # fmt: skip


@pytest.mark.parametrize("bad", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_becomes_a_formula_in_a_spreadsheet(bad: str) -> None:
    brief = rich()
    series = ChartSeries(bad, bad, (bad,), {"close": (-1.0,)})
    charts = (replace(brief.charts[0], series=(series,)),)
    fact = replace(
        FACTS[0], id=bad, subject=bad, benchmark=bad, source=bad, display=bad, value=-2.0
    )
    made = replace(brief, charts=charts, facts=(fact,))
    quoted = f"'{bad.strip()}"
    chart_row = file(made, "data/lead.csv")[0]
    assert [chart_row[name] for name in ("series", "name", "x")] == [quoted] * 3
    fact_row = file(made, "data/facts.csv")[0]
    assert [fact_row[name] for name in ("id", "subject", "benchmark", "display", "source")] == [
        quoted
    ] * 5
    assert (chart_row["close"], fact_row["value"]) == ("-1.0", "-2.0")


def test_the_manifest_names_inputs_versions_and_hashes() -> None:
    fetched = datetime(2026, 1, 15, 22, 5, 59, tzinfo=UTC)
    origin = Provenance("files", "RUT.csv", "ab" * 32, 6550, Terms.PERSONAL, fetched)
    brief = replace(
        rich(),
        terms=Terms.PERSONAL,
        snapshot="abc",
        inputs=(Input("^RUT", "R", Basis.PRICE, BASE, BASE, origin),),
    )
    files = (Artifact("brief.pdf", b"%PDF"), Artifact("brief.json", b"{}"))
    artifact = sidecars.manifest(brief, load("small-caps"), files)
    told = json.loads(artifact.data)
    assert artifact.path == "manifest.json"
    assert told["files"] == {
        "brief.json": hashlib.sha256(b"{}").hexdigest(),
        "brief.pdf": hashlib.sha256(b"%PDF").hexdigest(),
    }
    assert told["inputs"] == [
        {"symbol": "^RUT", "basis": "price", "first": "2025-12-31", "last": "2025-12-31",
         "rows": 6550, "source": "files", "origin": "RUT.csv", "sha256": "ab" * 32,
         "terms": "personal", "fetched": "2026-01-15T22:05:59Z"}
    ]  # fmt: skip
    assert (told["terms"], told["snapshot"]) == ("personal", "abc")
    assert list(told["spec"]) == ["small-caps.toml"]
    assert {"reporter", "python", "weasyprint", "pandas"} <= told["versions"].keys()
    assert artifact == sidecars.manifest(brief, load("small-caps"), files[::-1])
