"""A brief's facts and words are taken in whole; of any other file, what there is of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import contract
from reporter.archive.contents import Contents, contents
from reporter.model import Brief, plain
from tests.briefs import bare, hostile, rich

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
KEYS = (
    "headline", "headline_spans", "standfirst", "facts", "sections", "charts", "inputs", "id",
    "paragraphs", "spans", "fact", "text", "tables", "rows", "columns", "detail", "value", "name",
)  # fmt: skip
LIKE = st.recursive(
    st.none() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
)


def taken(brief: Brief) -> Contents:
    return contents(contract.dump(contract.brief_document(brief)).encode())


@pytest.mark.parametrize("brief", [rich(), hostile(), bare()], ids=["rich", "hostile", "bare"])
def test_every_fact_and_every_word_is_taken_in(brief: Brief) -> None:
    found = taken(brief)
    assert [row[:2] for row in found.facts] == [(fact.id, fact.metric) for fact in brief.facts]
    assert [row[5] for row in found.facts] == [float(fact.value) for fact in brief.facts]
    assert [row[7] for row in found.facts] == [fact.display for fact in brief.facts]
    texts = [row[1] for row in found.texts]
    remarks = [
        plain(remark.text)
        for section in brief.sections
        for run in section.paragraphs
        for remark in run
    ]
    titles = [plain(chart.title) for chart in brief.charts]
    told = "\n".join(map(str, texts))
    for text in (plain(brief.headline), plain(brief.standfirst), *remarks, *titles):
        assert text in told
    for section in brief.sections:
        for table in section.tables:
            assert all(cell.text in told for row in table.rows for cell in row)
    assert set(found.subjects) == {(one.symbol, one.name) for one in brief.inputs}


def test_a_fact_is_said_where_a_word_rests_on_it_first() -> None:
    brief = rich()
    said = {str(row[0]): row[10] for row in taken(brief).facts}
    spoken = [span.fact for span in (*brief.headline, *brief.standfirst) if span.fact]
    remarks = [r for s in brief.sections for run in s.paragraphs for r in run]
    spoken += [fact for remark in remarks for fact in remark.facts]
    spoken += [span.fact for remark in remarks for span in remark.text if span.fact]
    assert {name for name, place in said.items() if place} == set(spoken) & said.keys()


@given(JSON | LIKE)
def test_no_document_is_an_error(document: object) -> None:
    found = contents(json.dumps(document).encode())
    rows = [*found.facts, *found.texts, *found.subjects]
    words = [word for row in rows for word in row if isinstance(word, str)]
    assert all("\0" not in word and word.encode() is not None for word in words)


@given(st.binary())
def test_no_bytes_are_an_error(data: bytes) -> None:
    assert isinstance(contents(data), Contents)
