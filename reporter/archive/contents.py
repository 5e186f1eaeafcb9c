"""What an edition's `brief.json` says: the document, and what of it the catalogue takes in.

The file is read as data of unknown make: an edition may have been filed by an older program, or
changed by hand before it was filed. What is not as expected is left out; nothing is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reporter.archive.base import Archive
from reporter.errors import ArchiveError
from reporter.filed import Edition, Part

BRIEF = "files/brief.json"
KEPT = "inputs/brief.json"
"""Where it lies in an edition that was built without handing it out."""
MOST = 1 << 20
"""So many texts of one edition are taken in at most."""

Row = tuple[str | float | None, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """Rows for the catalogue.

    `facts`: id, metric, subject, benchmark, window, value, unit, display, base date, as of, where
    it was said, detail as JSON. `texts`: place, text. `subjects`: symbol, name.
    """

    facts: tuple[Row, ...] = ()
    texts: tuple[Row, ...] = ()
    subjects: tuple[Row, ...] = ()


def brief_part(edition: Edition, *, public: bool = False) -> Part | None:
    """The `brief.json` of an edition; only one that was handed out, where `public` says so."""
    return edition.part(BRIEF) or (None if public else edition.part(KEPT))


def brief_of(archive: Archive, edition: Edition, *, public: bool = False) -> dict[str, Any]:
    """What an edition says, as its `brief.json` has it; empty where it was filed without.

    Raises:
        ArchiveError: it is missing, is not what was filed, or is no document.
    """
    part = brief_part(edition, public=public)
    return _document(archive.object(part.sha256), f"{edition.id}, {part.path}") if part else {}


def brief_left(archive: Archive, edition: Edition) -> dict[str, Any]:
    """The same; empty too where it cannot be read."""
    try:
        return brief_of(archive, edition)
    except ArchiveError:
        return {}


def _document(data: bytes, where: str = "") -> dict[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ArchiveError("is no JSON.", where=where) from error
    if not isinstance(document, dict):
        raise ArchiveError("is not a brief as reporter writes it.", where=where)
    return document


def contents(data: bytes) -> Contents:
    """What a `brief.json` holds; of bytes that are none, nothing."""
    try:
        brief = _document(data)
    except ArchiveError:
        return Contents()
    said = _said(brief)
    facts = tuple(_fact(fact, said) for fact in tables(brief.get("facts")))
    inputs = tables(brief.get("inputs"))
    subjects = {word(one.get("symbol")): word(one.get("name")) for one in inputs}
    subjects.pop("", None)
    texts = tuple((place, text) for place, text in _texts(brief) if text)
    return Contents(facts, texts[: MOST - 1], tuple(subjects.items()))


def word(value: object) -> str:
    """A text as a database can hold it; of anything else, nothing."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def tables(value: object) -> list[dict[str, Any]]:
    """The tables of a list, whatever else it holds."""
    return [one for one in items(value) if isinstance(one, dict)]


def items(value: object) -> list[Any]:
    """A list; of anything else, an empty one."""
    return value if isinstance(value, list) else []


def phrase(value: object) -> str:
    """The words of a text: of one with spans, of a plain one as well."""
    return word(value) if isinstance(value, str) else word(_table(value).get("text"))


def key_figures(brief: dict[str, Any]) -> tuple[tuple[str, str, str, str], ...]:
    """Label, value, change and note of each key figure of a document."""
    return tuple(
        (word(one.get("label")), phrase(one.get("value")), phrase(one.get("change")),
         word(one.get("note")))
        for one in tables(brief.get("key_figures"))
    )  # fmt: skip


# --- facts --------------------------------------------------------------------------------------


def _fact(fact: dict[str, Any], said: dict[str, str]) -> Row:
    """A fact's row; what its detail displays is left out, as the same in other letters."""
    name = word(fact.get("id"))
    detail = {k: v for k, v in _table(fact.get("detail")).items() if k != "displays"}
    return (
        name,
        word(fact.get("metric")),
        word(fact.get("subject")),
        word(fact.get("benchmark")),
        word(fact.get("window")),
        _number(fact.get("value")),
        word(fact.get("unit")),
        word(fact.get("display")),
        word(fact.get("base_date")),
        word(fact.get("as_of")),
        said.get(name, ""),
        word(json.dumps(detail, sort_keys=True)),
    )


def _number(value: object) -> float | None:
    """A number; yes is 1, no is 0; None for what is none or not finite."""
    try:
        number = float(value) if isinstance(value, bool | int | float) else None
    except OverflowError:
        return None
    return number if number is not None and number - number == 0 else None


def _said(brief: dict[str, Any]) -> dict[str, str]:
    """Where each fact that the words rest on is said first: the headline before all else."""
    found: dict[str, str] = {}
    for place, facts in _claims(brief):
        for fact in facts:
            if isinstance(fact, str):
                found.setdefault(word(fact), place)
    return found


def _claims(brief: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    yield "headline", _cited(brief.get("headline_spans"))
    yield "standfirst", _cited(_table(brief.get("standfirst")).get("spans"))
    for section, remark in _remarks(brief):
        yield section, [*items(remark.get("facts")), *_cited(remark.get("spans"))]


def _cited(spans: object) -> list[Any]:
    return [span.get("fact") for span in tables(spans)]


def _remarks(brief: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each remark with the name of its section."""
    for section in tables(brief.get("sections")):
        for run in items(section.get("paragraphs")):
            for remark in tables(run):
                yield word(section.get("name")), remark


# --- words --------------------------------------------------------------------------------------


def _texts(brief: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every text with where it stands."""
    yield "headline", phrase(brief.get("headline"))
    yield "title", phrase(brief.get("title"))
    yield "standfirst", phrase(brief.get("standfirst"))
    yield from ((place, phrase(remark)) for place, remark in _remarks(brief))
    for section in tables(brief.get("sections")):
        yield word(section.get("name")), word(section.get("title"))
        yield from ((word(section.get("name")), phrase(n)) for n in items(section.get("notes")))
        yield from (("table", _rows(one)) for one in tables(section.get("tables")))
    for chart in tables(brief.get("charts")):
        yield "chart", _joined(phrase(chart.get("title")), word(chart.get("subtitle")))
    names = [word(one.get("name")) for one in tables(brief.get("inputs"))]
    yield "names", _joined(*names)


def _rows(table: dict[str, Any]) -> str:
    columns = [word(column.get("label")) for column in tables(table.get("columns"))]
    rows = [_joined(*map(phrase, items(row))) for row in items(table.get("rows"))]
    return _joined(word(table.get("caption")), *columns, *rows, word(table.get("note")))


def _joined(*texts: str) -> str:
    return "; ".join(filter(None, texts))
