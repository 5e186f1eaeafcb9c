from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from reporter import contract
from reporter.errors import ContentError
from reporter.model import (
    Basis,
    Brief,
    Cell,
    ChartMark,
    Gap,
    Input,
    Provenance,
    Reason,
    Severity,
    Span,
    Terms,
)
from tests.briefs import BASE, DOUBT, FACTS, FINDING, bare, doubtful, hostile, rich

EASTERN = timezone(timedelta(hours=-5))
INPUT = Input("^RUT", "Russell 2000", Basis.PRICE, BASE, BASE, Provenance("s", "o", "0" * 64, 3))


def full() -> Brief:
    """A brief in which every kind of thing occurs."""
    brief = rich()
    detail = {"level": 2674.56, "prior_date": None, "tie": False}
    facts = (replace(brief.facts[0], detail=detail), *brief.facts[1:])
    marks = (ChartMark("level", "2,861", 2861.0), ChartMark("band", "range", 1.0, 2.0, "2021"))
    charts = (replace(brief.charts[0], marks=marks), *brief.charts[1:])
    return replace(
        brief, facts=facts, charts=charts, inputs=(INPUT,), notes=("A note.",), findings=(FINDING,)
    )


def parsed(brief: Brief) -> dict[str, Any]:
    """What a reader of `brief.json` gets."""
    document: dict[str, Any] = json.loads(contract.dump(contract.brief_document(brief)))
    return document


def errors(name: Any, document: object) -> list[str]:
    schema: Any = contract.schema(name)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return [error.message for error in validator.iter_errors(document)]


@pytest.mark.parametrize("make", [rich, bare, full])
def test_a_brief_keeps_the_contract(make: Callable[[], Brief]) -> None:
    assert not errors("brief", parsed(make()))


def test_code_in_a_brief_is_text_in_json() -> None:
    assert parsed(hostile())["title"].startswith("</style></script><script>")


def test_the_fields_of_the_contract_come_first() -> None:
    document = parsed(full())
    assert list(document)[:5] == ["title", "headline", "as_of", "source", "sample"]
    assert list(document)[5:7] == ["terms", "snapshot"]
    assert {"facts", "sections", "charts", "gaps"} <= document.keys()
    assert document["headline"].startswith("Small caps close at a record")
    assert "".join(span["text"] for span in document["headline_spans"]) == document["headline"]
    assert document["as_of"] == "2026-01-15"


def test_a_fact_has_the_fields_of_the_contract_and_its_displays() -> None:
    fact = parsed(full())["facts"][0]
    assert list(fact) == [
        "id", "metric", "subject", "benchmark", "window", "value", "unit", "display",
        "base_date", "as_of", "source", "detail", "marks",
    ]  # fmt: skip
    assert fact["detail"] == {
        "level": 2674.56,
        "prior_date": None,
        "tie": False,
        "displays": {"as_of": "15 January 2026", "base_date": "31 December 2025"},
    }


def test_remarks_cite_what_they_print() -> None:
    cited = parsed(rich())["sections"][1]["paragraphs"][0][0]
    assert cited["facts"] == [span["fact"] for span in cited["spans"] if span["fact"]]
    assert cited["facts"]


def test_metrics_keep_their_contract() -> None:
    gap = Gap("^RUT", "rsi", Reason.SHORT_HISTORY, "too short", window="14")
    document = contract.metrics_document(date(2026, 1, 15), FACTS, [gap])
    assert list(document) == ["as_of", "facts", "gaps", "terms", "findings"]
    assert (document["terms"], document["findings"]) == ("unknown", [])
    assert not errors("metrics", json.loads(contract.dump(document)))
    assert document["gaps"] == [
        {
            "subject": "^RUT", "metric": "rsi", "benchmark": None, "window": "14",
            "reason": "short_history", "message": "too short",
        }
    ]  # fmt: skip


def test_findings_marks_terms_and_the_snapshot_are_told() -> None:
    origin = Provenance(
        "yahoo", "o", "0" * 64, 3, Terms.PERSONAL, datetime(2026, 1, 15, 17, 5, 59, 7, EASTERN)
    )
    inputs = (INPUT, replace(INPUT, provenance=origin))
    document = parsed(doubtful("level:^RUT", inputs=inputs))
    assert not errors("brief", document)
    assert (document["terms"], document["snapshot"]) == ("personal", "abc")
    assert document["findings"] == [
        {
            "symbol": "^RUT", "check": "missing_session", "severity": "mark", "message": DOUBT,
            "remedy": "Fetch it again.", "days": ["2026-01-13"],
        }
    ]  # fmt: skip
    assert [fact["marks"] for fact in document["facts"]] == [[DOUBT], *([[]] * 11)]
    assert [(one["terms"], one["fetched"]) for one in document["inputs"]] == [
        ("unknown", None), ("personal", "2026-01-15T22:05:59Z"),
    ]  # fmt: skip
    assert list(document["inputs"][0])[-3:] == ["rows", "terms", "fetched"]


def test_a_brief_without_a_snapshot_names_none() -> None:
    assert parsed(rich())["snapshot"] is None


def test_metrics_tell_findings_and_terms() -> None:
    facts = [replace(FACTS[0], marks=(DOUBT,))]
    document = contract.metrics_document(BASE, facts, [], terms=Terms.INTERNAL, findings=[FINDING])
    told = json.loads(contract.dump(document))
    assert not errors("metrics", told)
    assert (told["terms"], told["facts"][0]["marks"]) == ("internal", [DOUBT])
    assert told["findings"][0]["days"] == ["2026-01-13"]


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_in_the_schema(reason: Reason) -> None:
    gap = Gap("^RUT", "rsi", reason, "why")
    document = json.loads(contract.dump(contract.metrics_document(BASE, [], [gap])))
    assert not errors("metrics", document)


@pytest.mark.parametrize("terms", Terms)
@pytest.mark.parametrize("severity", Severity)
def test_all_terms_and_severities_are_in_the_schema(terms: Terms, severity: Severity) -> None:
    brief = replace(
        full(), terms=terms, findings=(replace(FINDING, severity=severity, days=(), remedy=""),)
    )
    assert not errors("brief", parsed(brief))


def test_a_cell_of_several_figures_tells_them_apart() -> None:
    brief = rich()
    spans = (Span("up ", "name"), Span("7.8%", "fact", "period_return:^RUT:ytd"))
    table = replace(brief.sections[1].tables[0], rows=((Cell("up 7.8%", spans=spans),),))
    document = parsed(replace(brief, sections=(replace(brief.sections[1], tables=(table,)),)))
    assert not errors("brief", document)
    cell = document["sections"][0]["tables"][0]["rows"][0][0]
    assert [span["fact"] for span in cell["spans"]] == [None, "period_return:^RUT:ytd"]


def _change(document: dict[str, Any], path: str, value: object) -> None:
    at: Any = document
    *inner, last = path.split("/")
    for part in inner:
        at = at[int(part) if part.isdigit() else part]
    at[last] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("extra", 1),
        ("as_of", "15 January 2026"),
        ("headline", {"text": "x"}),
        ("slug", "../x"),
        ("facts/0/value", "2674.56"),
        ("facts/0/unit", "percentage"),
        ("facts/0/display", ""),
        ("facts/0/window", "4q"),
        ("facts/0/detail", {}),
        ("facts/6/value", 171.18),
        ("facts/5/benchmark", None),
        ("facts/2/unit", "price"),
        ("facts/2/base_date", None),
        ("gaps/0/reason", "because"),
        ("terms", "free"),
        ("snapshot", ""),
        ("facts/0/marks", "doubtful"),
        ("facts/0/marks", [""]),
        ("findings/0/severity", "note"),
        ("findings/0/days", ["13 January 2026"]),
        ("findings/0/check", ""),
        ("inputs/0/terms", None),
        ("inputs/0/fetched", "yesterday"),
        ("headline_spans/0/kind", "mark"),
        ("charts/0/id", "../lead"),
        ("charts/0/title", "text"),
        ("sections/0/paragraphs/0/0/role", "hero"),
        ("inputs/0/sha256", "abc"),
    ],
)
def test_the_schema_refuses_what_breaks_the_contract(path: str, value: object) -> None:
    document = deepcopy(parsed(full()))
    _change(document, path, value)
    assert errors("brief", document)


@pytest.mark.parametrize(
    "missing", ["title", "headline", "facts", "gaps", "sample", "terms", "findings"]
)
def test_the_schema_demands_the_contract(missing: str) -> None:
    document = parsed(full())
    del document[missing]
    assert errors("brief", document)


def test_both_schemas_say_the_same_of_facts_and_gaps() -> None:
    brief: Any = contract.schema("brief")
    metrics: Any = contract.schema("metrics")
    for name, shape in metrics["$defs"].items():
        assert brief["$defs"][name] == shape


def test_records_must_tell_what_they_broke() -> None:
    record = replace(FACTS[0], metric="record_close", value=True)
    document = json.loads(contract.dump(contract.metrics_document(BASE, [record], [])))
    assert errors("metrics", document)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_as_they_went(value: float) -> None:
    document = contract.metrics_document(BASE, [replace(FACTS[0], value=value)], [])
    back = json.loads(contract.dump(document))["facts"][0]["value"]
    assert repr(back) == repr(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused_with_its_place(value: float) -> None:
    wrong = contract.metrics_document(BASE, [replace(FACTS[0], value=value)], [])
    with pytest.raises(ContentError, match=r"facts/0/level:\^RUT: a number is not finite"):
        contract.dump(wrong)
    deep = contract.metrics_document(BASE, [replace(FACTS[0], detail={"a": [value]})], [])
    with pytest.raises(ContentError, match="facts/0/detail/a/0"):
        contract.dump(deep)


def test_text_is_written_as_it_is_read() -> None:
    dumped = contract.dump({"minus": "−5"})  # noqa: RUF001  the minus sign is the point
    assert dumped == '{\n "minus": "−5"\n}\n'  # noqa: RUF001  the same
