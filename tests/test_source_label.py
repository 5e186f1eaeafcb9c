"""What pages call a source, by a `label` in the spec; files and facts keep its name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reporter import pipeline, source_options, spec, view
from reporter.cli import run
from reporter.contract import brief_document, schema
from reporter.model import Brief, BriefSpec, MarketData, SourceRef

NOW = datetime(2026, 1, 16, 22, tzinfo=UTC)
LABEL = "House price files"
SPEC = """
title = "A brief"
subjects = ["^RUT"]
benchmark = "^GSPC"
[watch]
sizes = ["^RUT", "^GSPC"]
[[sections]]
name = "front"
[[sections]]
name = "leadership"
lists = ["sizes"]
[[sections]]
name = "sources_and_methods"
[sources.sample]
"""


def silent(_done: int, _all: int, _symbol: str) -> None:
    pass


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[BriefSpec, MarketData]:
    """A labelled order, and its prices."""
    path = tmp_path_factory.mktemp("spec") / "brief.toml"
    path.write_text(f'{SPEC}label = "House  price files"\n', encoding="utf-8")
    order = spec.load(path)
    return order, pipeline.collect(order, now=NOW, progress=silent)


def printed(brief: Brief) -> str:
    """What readers are told of sources: under charts and tables, on the last page, on screen."""
    tables = [table for section in brief.sections for table in section.tables]
    notes = [str(note) for section in brief.sections for note in section.notes]
    shown = (text for lines in view.provenance(brief).values() for _, text in lines)
    charts = (chart.source_line for chart in brief.charts)
    return "\n".join([*charts, *(table.note for table in tables), *notes, *shown])


def test_readers_see_the_label_and_files_the_name(made: tuple[BriefSpec, MarketData]) -> None:
    brief = pipeline.compose(*made)
    assert all(chart.source_line.startswith(f"Source: {LABEL}; as of") for chart in brief.charts)
    assert brief.charts
    told = printed(brief)
    assert f"Prices: {LABEL}, " in told
    assert f"Source: {LABEL}; as of 16 January 2026; unless stated." in told
    assert f"Source: {LABEL}." in told
    assert f"\n{LABEL}\n" in told
    assert "Source: sample" not in told
    sources = {fact.source for fact in brief.facts}
    assert (brief.source, "sample" in sources, LABEL in sources) == ("sample", True, False)
    document = brief_document(brief)
    assert document["source_label"] == LABEL
    Draft202012Validator(schema("brief")).validate(document)


def test_a_replay_of_a_labelled_source_reads_alike(made: tuple[BriefSpec, MarketData]) -> None:
    order, data = made
    again = replace(order, source=SourceRef("snapshot", "x"))
    assert pipeline.compose(again, data) == pipeline.compose(order, data)


def test_another_source_has_no_label(made: tuple[BriefSpec, MarketData]) -> None:
    order, data = made
    brief = pipeline.compose(order, replace(data, source="files:prices"))
    assert "Source: files:prices; as of" in printed(brief)
    assert "source_label" not in brief_document(brief)


def test_the_source_is_not_told(made: tuple[BriefSpec, MarketData]) -> None:
    assert dict(made[0].source.options) == {}


def test_the_example_has_one() -> None:
    assert spec.load(Path("examples/weekly")).labels == {"files": LABEL}


@pytest.mark.parametrize(
    ("label", "wrong"),
    [
        (3, "must be text in quotes."),
        ("  ", "is empty."),
        ("a\x07b", "holds a control character."),
        ("a" * 61, "is longer than 60 signs."),
    ],
)
def test_a_label_is_a_few_words(label: object, wrong: str) -> None:
    raw = {"sources": {"files": {"label": label}}}
    assert list(source_options.mistakes(raw)) == [(("sources", "files", "label"), wrong)]


def test_the_schema_knows_labels() -> None:
    is_valid = Draft202012Validator(source_options.schema()).is_valid
    assert is_valid({"files": {"label": LABEL}})
    assert not is_valid({"files": {"label": 3}})


def test_a_label_is_escaped_wherever_it_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("brief.toml").write_text(f'{SPEC}label = "A <b> & Co"\n', encoding="utf-8")
    assert run(["build", "brief.toml", "-q", "--format", "html", "--format", "mail"]) == 0
    (page,) = Path("output").glob("*/*/brief.html")
    (mail,) = Path("output").glob("*/*/mail.html")
    for file in (page, mail):
        text = file.read_text(encoding="utf-8")
        assert "A &lt;b&gt; &amp; Co" in text
        assert "A <b>" not in text
