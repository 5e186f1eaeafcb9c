"""Everything the archive knows of one edition, as `reporter archive show` tells it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reporter.archive import catalogue
from reporter.archive.base import Archive, read_record
from reporter.archive.contents import BRIEF, word
from reporter.archive.search import Listed, Which, listed
from reporter.errors import ArchiveError
from reporter.filed import Act, Edition
from reporter.order import Json

UNREADABLE = (ArchiveError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Done:
    """Something done to an edition, by an entry of the log."""

    number: int
    time: str
    actor: str
    act: str
    objects: dict[str, Any]
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """A table, chart or figure of an edition: what it is, its title, where its data came from."""

    kind: str
    id: str
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """All of it. `edition` is None, and `brief` empty, where they are purged or unreadable."""

    listed: Listed
    sha256: str
    edition: Edition | None
    brief: dict[str, Any]
    done: tuple[Done, ...]

    def acts(self, act: Act) -> tuple[Done, ...]:
        """What was done of one kind."""
        return tuple(one for one in self.done if one.act == act)


def dossier(archive: Archive, name: str) -> Dossier:
    """Everything about the edition of this id."""

    def question(db: sqlite3.Connection) -> tuple[Listed, str, list[Any]]:
        row = db.execute("SELECT record FROM editions WHERE id = ?", (word(name),)).fetchone()
        rows = db.execute(
            """SELECT number, time, actor, act, objects, details FROM acts
                WHERE edition = ? OR act IN (?, ?) ORDER BY number""",
            (word(name), Act.HELD, Act.RELEASED),
        ).fetchall()
        own = {n for (n,) in db.execute("SELECT number FROM acts WHERE edition = ?", (word(name),))}
        found = next(one for one in listed(db, Which()) if one.id == name)
        return found, row[0], _about(found, rows, own)

    found, sha256, rows = catalogue.ask(archive, question)
    edition = None if found.purged_at else _record(archive, sha256)
    done = (
        Done(number, at, who, act, json.loads(objects), json.loads(details))
        for number, at, who, act, objects, details in rows
    )
    return Dossier(found, sha256, edition, _brief(archive, edition), tuple(done))


def _about(edition: Listed, rows: list[Any], own: set[int]) -> list[Any]:
    """The entries about an edition: its own, and holds of its slug or of several editions."""
    about, holds = [], set()
    for row in rows:
        number, act, said = row[0], row[3], json.loads(row[5])
        names = said.get("editions")
        named = isinstance(names, list) and edition.id in names
        if act == Act.HELD and (number in own or named or said.get("slug") == edition.slug):
            holds.add(number)
        if number in own | holds or (act == Act.RELEASED and said.get("hold") in holds):
            about.append(row)
    return about


def _record(archive: Archive, sha256: str) -> Edition | None:
    try:
        return read_record(archive.object(sha256))
    except UNREADABLE:
        return None


def _brief(archive: Archive, edition: Edition | None) -> dict[str, Any]:
    part = edition.part(BRIEF) if edition else None
    try:
        found = json.loads(archive.object(part.sha256)) if part else {}
    except UNREADABLE:
        return {}
    return found if isinstance(found, dict) else {}


# --- as a document ------------------------------------------------------------------------------


def document(known: Dossier) -> dict[str, Json]:
    """Everything, for a program."""
    one, edition = known.listed, known.edition
    states: list[Json] = list(one.states)
    return {
        "id": one.id,
        "as_of": one.as_of,
        "slug": one.slug,
        "number": one.number,
        "state": states,
        "title": one.title,
        "headline": one.headline,
        "standfirst": one.standfirst,
        "source": one.source,
        "sample": one.sample,
        "terms": one.terms,
        "sha256": known.sha256,
        "prepared_by": one.prepared_by,
        "filed": {"at": one.filed_at, "by": one.filed_by},
        "corrects": one.corrects or None,
        "reason": one.reason or None,
        "corrected_by": list(one.corrected_by),
        "retain_until": one.retain_until or None,
        "held": one.held,
        "purged": one.purged_at or None,
        "key_figures": [list(figure) for figure in key_figures(known)],
        "files": _files(edition),
        "versions": dict(edition.versions) if edition else {},
        "record": record(known),
        "log": [_act(done) for done in known.done],
    }


def _files(edition: Edition | None) -> list[Json]:
    parts = edition.parts if edition else ()
    return [{"path": part.path, "sha256": part.sha256, "size": part.size} for part in parts]


def _act(done: Done) -> Json:
    return {
        "number": done.number,
        "time": done.time,
        "actor": done.actor,
        "act": done.act,
        "objects": done.objects,
        "details": done.details,
    }


def record(known: Dossier) -> dict[str, Json]:
    """What FINRA 2210(b)(4)(A) asks for: uses, approval, preparer, the sources of what is shown.

    While a use has no last day, the edition has none.
    """
    uses = [one.details for one in known.acts(Act.USED)]
    first = [word(one.get("on")) for one in uses]
    last = [word(one.get("until")) for one in uses]
    one = known.listed
    return {
        "first_use": min(filter(None, first), default=None),
        "last_use": max(last) if last and all(last) else None,
        "approved_by": one.approved_by or None,
        "approved": one.approved_at or None,
        "prepared_by": one.prepared_by or None,
        "sources": [
            {"kind": o.kind, "id": o.id, "title": o.title, "source": o.source}
            for o in origins(known.brief)
        ],
    }


def key_figures(known: Dossier) -> list[tuple[str, str, str, str]]:
    """Label, value, change and note of each key figure."""
    figures = (figure for figure in _list(known.brief.get("key_figures")) if _is(figure))
    return [
        (word(one.get("label")), _text(one.get("value")), _text(one.get("change")),
         word(one.get("note")))
        for one in figures
    ]  # fmt: skip


def origins(brief: dict[str, Any]) -> tuple[Origin, ...]:
    """Where the data of each table, chart and key figure came from."""
    sources = {
        word(fact.get("id")): word(fact.get("source"))
        for fact in _list(brief.get("facts"))
        if _is(fact)
    }
    told = word(brief.get("source"))
    return tuple(
        Origin(kind, name, title, line or ", ".join(_of(facts, sources)) or told)
        for kind, name, title, line, facts in _shown(brief)
    )


def _shown(brief: dict[str, Any]) -> Iterator[tuple[str, str, str, str, list[Any]]]:
    """Kind, id, title, line of sources and facts of everything that shows data."""
    for figure in filter(_is, _list(brief.get("key_figures"))):
        facts = [_fact(figure.get("value")), _fact(figure.get("change"))]
        yield "figure", "", word(figure.get("label")), "", facts
    for section in filter(_is, _list(brief.get("sections"))):
        for table in filter(_is, _list(section.get("tables"))):
            cells = [cell for row in _list(table.get("rows")) for cell in _list(row)]
            name, title = word(table.get("id")), word(table.get("caption"))
            yield "table", name, title, "", [_fact(cell) for cell in cells]
    for chart in filter(_is, _list(brief.get("charts"))):
        title, line = _text(chart.get("title")), word(chart.get("source_line"))
        yield "chart", word(chart.get("id")), title, line, []


def _of(facts: list[Any], sources: dict[str, str]) -> list[str]:
    found = (sources.get(fact, "") for fact in facts if isinstance(fact, str))
    return list(dict.fromkeys(filter(None, found)))


def _is(value: object) -> bool:
    return isinstance(value, dict)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return word(value.get("text")) if isinstance(value, dict) else ""


def _fact(value: object) -> object:
    return value.get("fact") if isinstance(value, dict) else None
