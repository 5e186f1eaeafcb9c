"""Everything the archive knows of one edition, as `reporter archive show` tells it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from reporter.archive import approval, catalogue
from reporter.archive.approval import Standing
from reporter.archive.base import Archive, read_record
from reporter.archive.contents import brief_left, key_figures, word
from reporter.archive.finra import finra_record
from reporter.archive.retention import Hold, Retention, chronicle, retained
from reporter.archive.rows import moment
from reporter.archive.search import Listed, Which, listed
from reporter.archive.statements import Approval
from reporter.errors import ReporterError
from reporter.filed import Act, Edition, Entry
from reporter.order import Json

T = TypeVar("T")
UNREADABLE = (ReporterError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


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
class Dossier:
    """All of it. Where the edition is purged or unreadable, `edition`, `retention` are None.

    `brief` and `rule` (FINRA's record) are empty then.
    """

    listed: Listed
    sha256: str
    edition: Edition | None
    brief: dict[str, Any]
    done: tuple[Done, ...]
    standing: Standing
    lacking: tuple[str, ...]
    retention: Retention | None
    rule: dict[str, Json]


def dossier(archive: Archive, name: str) -> Dossier:
    """Everything about the edition of this id."""

    def question(db: sqlite3.Connection) -> tuple[Listed, str]:
        row = db.execute("SELECT record FROM editions WHERE id = ?", (word(name),)).fetchone()
        return next(one for one in listed(db, Which()) if one.id == name), row[0]

    found, sha256 = catalogue.ask(archive, question)
    entries = archive.entries()
    edition = None if found.purged_at else _left(lambda: read_record(archive.object(sha256)))
    known = chronicle(entries)
    retention = None if found.purged_at else _left(lambda: retained(archive, name, known))
    holds = {one.number for one in retention.holds} if retention else set()
    standing = approval.standing(archive, name, entries)
    return Dossier(
        found,
        sha256,
        edition,
        brief_left(archive, edition) if edition else {},
        tuple(_done(one) for one in _about(entries, found, holds)),
        standing,
        tuple(_lacking(archive, name, standing)),
        retention,
        finra_record(archive, name) if edition else {},
    )


def _left(what: Callable[[], T]) -> T | None:
    """What is left to be read; None where it is not there, or damaged."""
    try:
        return what()
    except UNREADABLE:
        return None


def _lacking(archive: Archive, name: str, standing: Standing) -> Iterator[str]:
    """What is lacking for readers whom some approvals are for, but not enough."""
    pairs = {(a, j) for one in standing.approvals for a in one.audiences for j in one.jurisdictions}
    for audience, place in sorted(pairs - standing.readers.keys()):
        yield approval.lacking(archive, name, audience, place)


def _about(entries: Iterable[Entry], edition: Listed, holding: set[int]) -> Iterator[Entry]:
    """The entries about an edition: its own, and holds that take it in, released ones too."""
    holds = []  # whatever an entry says it released is looked for among them
    for entry in entries:
        said = entry.details
        names = said.get("editions")
        named = isinstance(names, list) and edition.id in names
        own = entry.edition == edition.id
        if entry.act is Act.HELD and (
            own or named or said.get("slug") == edition.slug or entry.number in holding
        ):
            holds.append(entry.number)
        let_go = entry.act is Act.RELEASED and said.get("hold") in holds
        if own or entry.number in holds or let_go:
            yield entry


def _done(entry: Entry) -> Done:
    return Done(
        entry.number, moment(entry), entry.actor, entry.act, dict(entry.objects),
        dict(entry.details),
    )  # fmt: skip


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
        "approvals": [_approval(made) for made in known.standing.approvals],
        "approved_for": [list(pair) for pair in known.standing.readers],
        "withdrawn": one.withdrawn_at or None,
        "retain_until": one.retain_until or None,
        "held": one.held,
        "holds": [_hold(hold) for hold in known.retention.holds] if known.retention else [],
        "purged": one.purged_at or None,
        "key_figures": [list(figure) for figure in key_figures(known.brief)],
        "files": _files(edition),
        "versions": dict(edition.versions) if edition else {},
        "record": known.rule,
        "log": [_act(done) for done in known.done],
    }


def _files(edition: Edition | None) -> list[Json]:
    parts = edition.parts if edition else ()
    return [{"path": part.path, "sha256": part.sha256, "size": part.size} for part in parts]


def _approval(made: Approval) -> Json:
    return {
        "approver": made.approver,
        "title": made.title,
        "time": made.time.isoformat(),
        "audiences": list(made.audiences),
        "jurisdictions": list(made.jurisdictions),
        "entry": made.entry,
    }


def _hold(one: Hold) -> Json:
    return {
        "number": one.number,
        "time": one.time.isoformat(),
        "actor": one.actor,
        "what": one.what,
        "reason": one.reason,
    }


def _act(done: Done) -> Json:
    return {
        "number": done.number,
        "time": done.time,
        "actor": done.actor,
        "act": done.act,
        "objects": done.objects,
        "details": done.details,
    }
