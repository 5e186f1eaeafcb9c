"""Editions are found by what they say and by the facts they hold."""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive import catalogue
from reporter.archive.base import Archive
from reporter.archive.contents import MOST
from reporter.archive.rows import SCHEMA
from reporter.archive.search import Facts, Find, Which, listed, search
from reporter.errors import SpecError
from reporter.paper import Artifact
from tests.archives import FIRST, add, archive, draft, fact

SAID = [{"text": "2,674.56", "kind": "fact", "fact": "record_close:^RUT"}]
REMARK = {
    "move": "record", "facts": ["rsi:^RUT"], "spans": [],
    "text": "The index in Zürich closed higher, says O'Neill; a rate-sensitive day.",
}  # fmt: skip
NAMES = [{"symbol": "^RUT", "name": "Russell 2000"}, {"symbol": "XLE", "name": "Energy (XLE)"}]
TABLE = {
    "id": "t", "caption": "Leaders", "columns": [{"label": "sector"}], "note": "",
    "rows": [[{"text": "semiconductors", "fact": None}]],
}  # fmt: skip
RSI = fact(metric="rsi", id="rsi:^RUT", value=71.2, unit="index", window="14", display="71.2")
YTD = fact(
    "XLE", "relative_return", id="y", value=0.051, unit="fraction", window="ytd",
    benchmark="^RUT", display="5.1 percentage points",
)  # fmt: skip
NO = fact(subject="IWM", id="record_close:IWM", value=False, display="no")


def file(made: Archive, day: date, minutes: float, **more: Any) -> None:
    """File an edition whose `brief.json` says this."""
    plain = draft(day, headline=str(more.get("headline", "A week")))
    data = json.dumps({"facts": [], "headline": plain.headline, **more}).encode()
    add(made, replace(plain, parts=(Artifact("files/brief.json", data),)), minutes)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    filed = archive(tmp_path_factory.mktemp("it"))
    section = {
        "name": "front", "title": "The argument", "paragraphs": [[REMARK]], "tables": [TABLE],
        "notes": [{"text": "A footnote"}],
    }  # fmt: skip
    chart = {"id": "c", "title": {"text": "Momentum fades"}, "subtitle": "12 months"}
    file(filed, FIRST, 0, headline="Small caps at a record", headline_spans=SAID, inputs=NAMES,
         facts=[fact(), RSI, YTD, NO], sections=[section], charts=[chart])  # fmt: skip
    file(filed, date(2026, 1, 22), 1, headline="Small caps pause", facts=[fact(), NO])
    file(filed, date(2026, 1, 29), 2, headline="Small caps slump", facts=[fact(value=False)])
    return filed


def days(made: Archive, text: str = "", facts: Facts | None = None) -> list[int]:
    """The days of January 2026 whose editions are found."""
    return [int(find.edition.as_of[-2:]) for find in finds(made, text, facts)]


def finds(made: Archive, text: str = "", facts: Facts | None = None) -> tuple[Find, ...]:
    return catalogue.ask(made, lambda db: search(db, text, facts or Facts(), Which()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("small caps", [29, 22, 15]), ("caps slump", [29]), ("zurich", [15]), ("Zürich", [15]),
        ("ZÜRICH record", [15]), ("small -slump", [22, 15]), ('"small caps pause"', [22]),
        ('"caps small"', []), ("semi*", [15]), ('"semi"*', [15]), ("semi", []),
        ("-slump", [22, 15]),
        ("momentum", [15]), ("footnote", [15]), ("leaders", [15]), ("russell", [15]),
        ("o'neill", [15]), ("rate-sensitive", [15]), ("small & caps", [29, 22, 15]),
        ("NEAR(small caps)", []), ("headline : small", []), ("small OR pause", []),
        ('-"small caps"', []), ('"caps p', []), ('small "', [29, 22, 15]), ("caps*", [29, 22, 15]),
    ],
)  # fmt: skip
def test_words_are_found(made: Archive, text: str, expected: list[int]) -> None:
    assert days(made, text) == expected


def test_a_passage_shows_the_words(made: Archive) -> None:
    (find,) = finds(made, "zurich")
    assert find.place == "front"
    assert find.passage.startswith("The index in [Zürich] closed higher")
    assert finds(made, "-slump")[0].passage == ""


@given(st.text(), st.text("\"-* ab()^:+.{}'\\", max_size=30))
def test_no_text_is_an_error(made: Archive, free: str, signs: str) -> None:
    for text in (free, signs, f"{free} {signs}", f'"{free}"*', f"-{free}"):
        assert set(days(made, text)) <= {15, 22, 29}


WORDS = ("small", "Smaller", "caps", "Zürich", "zurich", "record")
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=4), max_size=3)
TERMS = st.tuples(
    st.sampled_from(["", "-"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=2),
    st.sampled_from(["", "*"]),
)


def plain(text: str) -> str:
    """Small letters without accents."""
    return unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode().lower()


def holds(texts: list[list[str]], words: list[str], *, begins: bool) -> bool:
    """Whether words stand together in one of the texts, by the plainest of ways."""
    wanted = [plain(word) for word in words]
    for text in texts:
        there = [plain(word) for word in text]
        for at in range(len(there) - len(wanted) + 1):
            part = there[at : at + len(wanted)]
            same = part[:-1] == wanted[:-1]
            if same and (part[-1] == wanted[-1] or (begins and part[-1].startswith(wanted[-1]))):
                return True
    return False


@given(st.lists(TEXTS, min_size=1, max_size=4), st.lists(TERMS, min_size=1, max_size=3))
def test_words_are_found_as_a_plain_search_finds_them(
    editions: list[list[list[str]]], terms: list[tuple[str, list[str], str]]
) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        for statement in SCHEMA:
            db.execute(statement)
        for number, texts in enumerate(editions, 1):
            db.execute("INSERT INTO editions (entry, id) VALUES (?, ?)", (number, str(number)))
            for at, text in enumerate(texts):
                row = (number * MOST + at, "front", " ".join(text))
                db.execute("INSERT INTO texts (rowid, place, text) VALUES (?, ?, ?)", row)
        query = " ".join(f'{sign}"{" ".join(words)}"{star}' for sign, words, star in terms)
        got = {find.edition.entry for find in search(db, query, Facts(), Which())}
    assert got == {
        number
        for number, texts in enumerate(editions, 1)
        if all(holds(texts, words, begins=bool(star)) != bool(sign) for sign, words, star in terms)
    }


def test_too_many_words_are_refused(made: Archive) -> None:
    days(made, "word " * 64)
    with pytest.raises(SpecError, match="more than 64 words"):
        days(made, "word " * 65)
    with pytest.raises(SpecError, match="more than 64 words"):
        days(made, '"' + "word " * 100_000)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts("record_close", "^RUT"), [22, 15]),
        (Facts("record_close", ".RUT"), [22, 15]),
        (Facts("RECORD_CLOSE", "rut"), [22, 15]),
        (Facts("record_close", "Russell 2000"), [22, 15]),
        (Facts("record_close", "russell 2000", said=True), [15]),
        (Facts("record_close", below=1), [29, 22, 15]),
        (Facts("record_close", "IWM"), []),
        (Facts(subject="energy (xle)"), [15]),
        (Facts(versus=".RUT"), [15]),
        (Facts(versus=".SPX"), []),
        (Facts("rsi", above=70), [15]),
        (Facts("rsi", above=71.2), []),
        (Facts("rsi", above=70, below=71, said=True), []),
        (Facts("rsi", window="14", said=True), [15]),
        (Facts(window="YTD", above=0.05), [15]),
        (Facts("nothing"), []),
        (Facts("' OR 1 --"), []),
    ],
)
def test_facts_are_found(made: Archive, facts: Facts, expected: list[int]) -> None:
    assert days(made, "", facts) == expected


def test_a_fact_says_what_the_edition_showed_and_where_it_said_so(made: Archive) -> None:
    (find,) = finds(made, "", Facts("record_close", ".RUT", said=True))
    (found,) = find.facts
    assert (found.display, found.said, found.name) == ("a record close", "headline", "Russell 2000")


def test_words_and_facts_must_both_be_met(made: Archive) -> None:
    assert days(made, "pause", Facts("record_close", ".RUT")) == [22]
    assert days(made, "slump", Facts("record_close", ".RUT")) == []


def test_lists_are_of_what_is_wanted(made: Archive) -> None:
    def told(which: Which) -> list[int]:
        return [int(one.as_of[-2:]) for one in catalogue.ask(made, lambda db: listed(db, which))]

    assert told(Which()) == [29, 22, 15]
    assert told(Which(limit=1)) == [29]
    assert told(Which(first=date(2026, 1, 16), last=date(2026, 1, 22))) == [22]
    assert told(Which(subject="IWM")) == [22, 15]
    assert told(Which(slug="weekly", state="filed")) == [29, 22, 15]
    assert told(Which(slug="daily")) == []
    for state in ("approved", "corrected", "held", "sample", "purged"):
        assert told(Which(state=state)) == []
