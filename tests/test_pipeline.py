"""The main job, end to end: from a spec to the files a reader opens."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

import jsonschema
import pytest
from pypdf import PdfReader

from reporter import contract, pipeline
from reporter.marking import ANCHOR, MARK
from reporter.model import Artifacts, Brief, Terms, plain
from reporter.paper import FORMATS
from reporter.sources.base import silent
from reporter.spec import load
from tests.briefs import DOUBT, FINDING

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "small-caps-2026-01-15" / "brief.toml"
NOW = datetime(2026, 2, 2, 12, tzinfo=UTC)
REFERENCE_DAY = "2026-01-15"
OTHER_DAYS = (
    "2012-06-01", "2014-10-15", "2016-02-11", "2018-12-24", "2020-03-23", "2022-06-16",
    "2024-02-29", "2025-11-20",
)  # fmt: skip
LEAST_WORDS, MOST_WORDS = 250, 450


def words_of(brief: Brief) -> int:
    front = next(section for section in brief.sections if section.name == "front")
    remarks = [remark for paragraph in front.paragraphs for remark in paragraph]
    return sum(len(plain(remark.text).split()) for remark in remarks)


def sentences_of(brief: Brief) -> set[str]:
    paragraphs = [p for section in brief.sections for p in section.paragraphs]
    told = [plain(remark.text) for paragraph in paragraphs for remark in paragraph]
    return {*told, plain(brief.headline), plain(brief.standfirst)}


def page_one_holds_the_argument(brief: Brief, data: bytes) -> bool:
    """Whether every remark of the argument stands on the PDF's first page, to its last word."""
    front = next(section for section in brief.sections if section.name == "front")
    page = "".join(PdfReader(io.BytesIO(data)).pages[0].extract_text().split())
    page = page.replace(MARK, "")
    told = (plain(remark.text) for paragraph in front.paragraphs for remark in paragraph)
    return all("".join(words.split()) in page for words in told)


def pdf_text(data: bytes) -> str:
    pages = PdfReader(io.BytesIO(data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


# --- from the sample ---------------------------------------------------------------------------


def test_rows_are_counted_as_they_were_used() -> None:
    spec = load("daily", as_of=date(2020, 6, 1))
    data = pipeline.collect(spec, now=NOW, progress=silent)
    inputs = {item.symbol: item for item in pipeline.compose(spec, data).inputs}
    assert {symbol: item.provenance.rows for symbol, item in inputs.items()} == {
        symbol: len(series.bars) for symbol, series in data.series.items()
    }
    subject = inputs[spec.subject]
    between = data.sessions.between(subject.first, subject.last)
    assert (subject.last, subject.provenance.rows) == (date(2020, 6, 1), between + 1)


@pytest.fixture(scope="module", params=["small-caps", "weekly", "daily"])
def sample_edition(request: pytest.FixtureRequest) -> Artifacts:
    """Each shipped brief, from the embedded sample."""
    spec = load(request.param)
    return pipeline.build(spec, now=NOW, formats=FORMATS, progress=silent)


def files_of(edition: Artifacts) -> Mapping[str, bytes]:
    return {file.path: file.data for file in edition.files}


def test_every_page_and_file_says_that_it_is_sample_data(sample_edition: Artifacts) -> None:
    files = files_of(sample_edition)
    for page in PdfReader(io.BytesIO(files["brief.pdf"])).pages:
        assert "Sample data" in page.extract_text()
    assert b"Sample data" in files["brief.html"]
    assert json.loads(files["brief.json"])["sample"] is True
    assert json.loads(files["manifest.json"])["sample"] is True
    for path, data in files.items():
        if path.endswith(".svg"):
            assert b"ample data" in data, path
        if path.endswith(".csv"):
            rows = list(csv.DictReader(io.StringIO(data.decode())))
            assert all(row["data"] == "sample data" for row in rows), path


def test_the_document_keeps_the_json_contract(sample_edition: Artifacts) -> None:
    document = json.loads(files_of(sample_edition)["brief.json"])
    jsonschema.validate(document, contract.schema("brief"))


def test_every_file_is_in_the_manifest(sample_edition: Artifacts) -> None:
    files = files_of(sample_edition)
    listed = json.loads(files["manifest.json"])["files"]
    assert set(listed) == set(files) - {"manifest.json"}


def test_page_one_holds_the_whole_argument(sample_edition: Artifacts) -> None:
    data = files_of(sample_edition)["brief.pdf"]
    assert page_one_holds_the_argument(sample_edition.brief, data)


@pytest.mark.parametrize("brand", ["house", "meridian"])
@pytest.mark.parametrize("page_size", ["A4", "Letter"])
def test_the_small_caps_brief_has_four_to_six_pages(
    page_size: Literal["A4", "Letter"], brand: str
) -> None:
    spec = replace(load("small-caps"), page_size=page_size, brand=brand)
    edition = pipeline.build(spec, now=NOW, formats=("pdf",), progress=silent)
    data = files_of(edition)["brief.pdf"]
    assert page_one_holds_the_argument(edition.brief, data)
    assert 4 <= len(PdfReader(io.BytesIO(data)).pages) <= 6


def test_same_inputs_give_the_same_bytes_anywhere(tmp_path: Path) -> None:
    editions = [_built_elsewhere(tmp_path / name, seed) for name, seed in (("a", "1"), ("b", "77"))]
    assert editions[0] == editions[1]
    assert {"brief.pdf", "brief.html", "brief.json", "manifest.json"} <= set(editions[0])


def _built_elsewhere(folder: Path, seed: str) -> dict[str, bytes]:
    folder.mkdir()
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "reporter", "build", "--quiet"]
    subprocess.run(command, check=True, cwd=folder, env=environment, capture_output=True)
    edition = next((folder / "output").glob("*/small-caps"))
    return {
        path.relative_to(edition).as_posix(): path.read_bytes()
        for path in sorted(edition.rglob("*"))
        if path.is_file()
    }


def _sample_brief(**changes: Any) -> Brief:
    spec = replace(load("small-caps"), **changes)
    return pipeline.compose(spec, pipeline.collect(spec, now=NOW, progress=silent))


def test_a_renamed_subject_is_called_the_index_within_sentences() -> None:
    brief = _sample_brief(names={"^RUT": "Russell Two"})
    told = " ".join(sentences_of(brief))
    assert "Russell Two" in told
    assert not re.search(r"[a-z,:] The (small-cap )?index", told)


def test_volatility_breaks_no_records() -> None:
    brief = _sample_brief(subjects=("^VIX",))
    measured = {fact.metric for fact in brief.facts if fact.subject == "^VIX"}
    assert "rsi" in measured
    assert not measured & {"drawdown", "record_close", "record_high", "range_breakout"}


def _doubted(brand: str) -> Artifacts:
    """The sample's brief as if some of its prices were doubtful and for personal use only."""
    spec = replace(load("small-caps"), brand=brand)
    data = pipeline.collect(spec, now=NOW, progress=silent)
    found = replace(FINDING, message=DOUBT), replace(FINDING, symbol="XLB", check="jump")
    data = replace(data, findings=found, terms=Terms.PERSONAL, sample=False, snapshot="abc")
    brief = pipeline.compose(spec, data)
    facts = (replace(f, marks=(DOUBT,)) if f.subject == "^RUT" else f for f in brief.facts)
    return pipeline.produce(replace(brief, facts=tuple(facts)), spec, FORMATS)


@pytest.mark.parametrize("brand", ["house", "meridian"])
def test_a_brief_from_doubtful_prices_says_so_everywhere(brand: str) -> None:
    edition = _doubted(brand)
    files = files_of(edition)
    pages = PdfReader(io.BytesIO(files["brief.pdf"])).pages
    assert all("Data for personal use only" in page.extract_text() for page in pages)
    assert page_one_holds_the_argument(edition.brief, files["brief.pdf"])
    text = pdf_text(files["brief.pdf"])
    for told in (
        "What was left out or is doubtful, and why", "Session missing", "Large jump",
        f"{MARK} Rests on incomplete or doubtful prices: {DOUBT}",
        "Use of the data: for personal use only; not to be passed on.",
    ):  # fmt: skip
        assert told in text, told
    assert MARK in pages[0].extract_text()
    links = [note.get_object() for page in pages for note in page.get("/Annots", ())]
    assert {str(link["/Contents"]) for link in links} == {ANCHOR}
    for path, data in files.items():
        if path.endswith(".svg"):
            words = " ".join(re.findall(r">([^<]*)</text>", data.decode()))
            assert "ata for personal use only" in words, path
    jsonschema.validate(json.loads(files["brief.json"]), contract.schema("brief"))
    assert json.loads(files["manifest.json"])["snapshot"] == "abc"
    assert MARK.encode() not in b"".join(files[name] for name in ("brief.json", "manifest.json"))


# --- from real prices ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_briefs(real_data: Path) -> Mapping[str, Brief]:
    """The example's brief as of the reference day and of the others."""
    briefs = {}
    for day in (REFERENCE_DAY, *OTHER_DAYS):
        source = f"files:{real_data / 'prices'}"
        spec = load(str(EXAMPLE), source=source, as_of=date.fromisoformat(day))
        briefs[day] = pipeline.compose(spec, pipeline.collect(spec, now=NOW, progress=silent))
    return briefs


@pytest.fixture(scope="module")
def reference_edition(real_data: Path) -> Mapping[str, bytes]:
    source = f"files:{real_data / 'prices'}"
    spec = load(str(EXAMPLE), source=source, as_of=date.fromisoformat(REFERENCE_DAY))
    return files_of(pipeline.build(spec, now=NOW, formats=("pdf", "json"), progress=silent))


# Each checked value of the reference commentary: metric, subject, benchmark, window, part of the
# detail ("" for the value itself), and what prices make it, computed by hand from the closes.
CHECKED: tuple[tuple[str, str, str | None, str | None, str, object], ...] = (
    ("period_return", "^RUT", None, "ytd", "", 2674.560059 / 2481.909912 - 1),
    ("period_return", "^GSPC", None, "ytd", "", 6944.470215 / 6845.5 - 1),
    ("period_return", "^RUT", None, "ytd", "base_level", 2481.909912),
    ("record_close", "^RUT", None, None, "", True),
    ("record_close", "^RUT", None, None, "level", 2674.560059),
    ("record_close", "^RUT", None, None, "prior_level", 2651.639893),
    ("record_close", "^RUT", None, None, "prior_date", "2026-01-14"),
    ("record_high", "^RUT", None, None, "", True),
    ("record_high", "^RUT", None, None, "level", 2689.280029),
    ("record_high", "^RUT", None, None, "prior_level", 2653.310059),
    ("record_close", "^RUT", None, None, "history_start", "2000-01-03"),
    ("outperformance_streak", "^RUT", "^GSPC", None, "", 10),
    ("outperformance_streak", "^RUT", "^GSPC", None, "longest_since_date", "2008-06-06"),
    ("outperformance_streak", "^RUT", "^GSPC", None, "longest_since_length", 13),
    ("range_breakout", "^RUT", None, None, "", True),
    ("range_breakout", "^RUT", None, None, "state", "retaken"),
    ("range_breakout", "^RUT", None, None, "level_date", "2021-11-08"),
    ("range_breakout", "^RUT", None, None, "touch_date", "2024-11-25"),
    ("range_breakout", "^RUT", None, None, "broke_on", "2025-09-18"),
    ("range_breakout", "^RUT", None, None, "closes_below", 18),
    ("range_breakout", "^RUT", None, None, "lowest", 2305.110107),
    ("range_breakout", "^RUT", None, None, "lowest_date", "2025-11-20"),
    ("net_flow", "flow:Small caps", None, None, "", 6.4e9),
    ("net_flow", "flow:Mid caps", None, None, "", -5.7e9),
    ("net_flow", "flow:Large caps", None, None, "", -45.9e9),
)


def the_fact(document: Mapping[str, Any], *key: str | None) -> dict[str, Any]:
    names = ("metric", "subject", "benchmark", "window")
    found = [f for f in document["facts"] if tuple(f[name] for name in names) == key]
    assert len(found) == 1, key
    return dict(found[0])


@pytest.mark.parametrize("checked", CHECKED, ids=lambda c: f"{c[0]} {c[1]} {c[4]}")
def test_the_reference_briefs_checked_values(
    checked: tuple[Any, ...], reference_edition: Mapping[str, bytes]
) -> None:
    document = json.loads(reference_edition["brief.json"])
    *key, part, expected = checked
    fact = the_fact(document, *key)
    value = fact["detail"][part] if part else fact["value"]
    if isinstance(expected, float):
        assert value == pytest.approx(expected, abs=1e-9, rel=1e-6 if part else 1e-9)
    else:
        assert value == expected


# Values the reference gives rounded: metric, subject, benchmark, window, per cent or index points.
ROUNDED = (
    ("period_return", "IJH", None, "ytd", 6.42), ("period_return", "XLB", None, "ytd", 7.96),
    ("period_return", "SMH", None, "ytd", 10.07),
    ("relative_return", "^RUT", "^GSPC", "ytd", 6.316),
    ("period_return", "IWM", None, "since:2025-10-16", 8.34),
    ("period_return", "QQQ", None, "since:2025-10-16", 3.63),
    ("period_return", "IWM", None, "3m", 6.06), ("period_return", "QQQ", None, "3m", 3.25),
    ("period_return", "^DJI", None, "ytd", 2.87), ("period_return", "^IXIC", None, "ytd", 1.24),
    ("period_return", "RSP", None, "ytd", 4.18), ("period_return", "XLI", None, "ytd", 6.87),
    ("period_return", "XLE", None, "ytd", 6.49), ("period_return", "XLF", None, "ytd", -0.73),
    ("period_return", "XLC", None, "ytd", -1.28),
)  # fmt: skip


@pytest.mark.parametrize("rounded", ROUNDED, ids=lambda r: f"{r[1]} {r[3]}")
def test_the_reference_briefs_rounded_values(
    rounded: tuple[Any, ...], reference_edition: Mapping[str, bytes]
) -> None:
    document = json.loads(reference_edition["brief.json"])
    *key, per_cent = rounded
    places = len(str(per_cent).split(".")[1])
    assert round(the_fact(document, *key)["value"] * 100, places) == per_cent


def test_the_reference_targets(reference_edition: Mapping[str, bytes]) -> None:
    document = json.loads(reference_edition["brief.json"])
    found = [f for f in document["facts"] if f["metric"] == "implied_advance"]
    assert [f["detail"]["target"] for f in found] == [2861, 3000, 3126]
    assert [f["display"] for f in found] == ["7.0%", "12.2%", "16.9%"]
    assert {f["detail"]["house"] for f in found} == {"BofA"}


def test_the_reference_numbers_stand_in_the_pdf(reference_edition: Mapping[str, bytes]) -> None:
    text = pdf_text(reference_edition["brief.pdf"])
    for shown in (
        "7.8%", "6.4%", "1.4%", "8.0%", "10.1%", "2,674.56", "2,689.28", "2,651.64", "2,653.31",
        "6.4 percentage points", "$6.4bn", "$5.7bn", "$45.9bn", "2,442.74", "18 closes",
        "2,305.11", "10 sessions", "13 sessions", "6 June 2008", "2,861", "7.0%", "3,000", "12.2%",
        "3,126", "16.9%", "71.2", "8.3%", "3.6%", "6.1%", "3.2%", "16 October 2025", "4.16%",
        "15.84",
    ):  # fmt: skip
        assert shown in text, shown


def test_the_index_is_printed_as_prices_have_it(reference_edition: Mapping[str, bytes]) -> None:
    """The published piece said 1.5 %; that is the fund's return, not the index's."""
    document = json.loads(reference_edition["brief.json"])
    assert the_fact(document, "period_return", "^GSPC", None, "ytd")["display"] == "1.4%"
    told = f"{document['headline']} {document['standfirst']['text']}"
    assert "1.4% for the S&P 500" in told
    assert "1.5%" not in told


def test_the_argument_has_a_page_of_words(real_briefs: Mapping[str, Brief]) -> None:
    counts = {day: words_of(brief) for day, brief in real_briefs.items()}
    assert all(LEAST_WORDS <= count <= MOST_WORDS for count in counts.values()), counts


@pytest.mark.parametrize("page_size", ["A4", "Letter"])
def test_page_one_holds_the_argument_of_every_day(
    page_size: Literal["A4", "Letter"], real_briefs: Mapping[str, Brief]
) -> None:
    for day, brief in real_briefs.items():
        sized = replace(brief, page_size=page_size)
        spec = load(str(EXAMPLE), as_of=date.fromisoformat(day))
        data = pipeline.produce(sized, spec, ("pdf",)).files[0].data
        assert page_one_holds_the_argument(sized, data), day


def test_every_day_tells_its_own_story(real_briefs: Mapping[str, Brief]) -> None:
    days = list(real_briefs)
    for at, day in enumerate(days):
        for other in days[at + 1 :]:
            assert not sentences_of(real_briefs[day]) & sentences_of(real_briefs[other])


def test_nothing_published_later_is_in_an_earlier_brief(real_briefs: Mapping[str, Brief]) -> None:
    for day in OTHER_DAYS:
        told = " ".join(sentences_of(real_briefs[day]))
        assert "BofA" not in told
        assert "Barclays" not in told
        assert not [f for f in real_briefs[day].facts if f.as_of.isoformat() > day]
