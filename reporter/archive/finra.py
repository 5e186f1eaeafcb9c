"""What FINRA Rule 2210(b)(4)(A) wants kept with an edition: its uses, approval, maker, sources.

Uses are entries of the log: a day it was first used outside of the program, and a last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reporter import entries as texts
from reporter.archive import ends, log
from reporter.archive.approval import approvals, edition_of, standing
from reporter.archive.base import Archive, Hand
from reporter.archive.contents import brief_left, items, phrase, tables, word
from reporter.archive.retention import open_uses
from reporter.errors import ArchiveError
from reporter.filed import Act, Edition, Entry
from reporter.order import Json


@dataclass(frozen=True, slots=True)
class Use:
    """That an edition was used: from which day on, until which if it no longer is, and how.

    `because` says why although it was not approved.
    """

    edition: str
    on: date
    how: str
    until: date | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """A table, chart or figure of an edition: its kind, id and title, where its data came from."""

    kind: str
    name: str
    title: str
    source: str


# --- uses --------------------------------------------------------------------------------------


def record_use(archive: Archive, use: Use, hand: Hand) -> bool:
    """Put a use into the log; False where it is there already.

    Raises:
        ArchiveError: days that cannot be, or it was not approved by then and nobody says why.
    """
    details = dict(
        log.details(
            on=use.on.isoformat(),
            until=use.until.isoformat() if use.until else "",
            how=texts.title(use.how),
            unapproved_because=texts.words(use.because),
        )
    )
    with ends.writing(archive):
        found = archive.entries()
        _check_days(use, edition_of(archive, use.edition, found)[0], hand.now.date())
        if any(dict(one.details) == details for one in _uses(found, use.edition)):
            return False

        def check(found: Sequence[Entry]) -> None:
            if not use.because and not _closes(use, found):
                _check_approved(archive, use, found)

        log.append(
            archive.store,
            hand.entry(Act.USED, use.edition, details=details),
            check,
            late=hand.late,
        )
    return True


def _closes(use: Use, found: Iterable[Entry]) -> bool:
    """Whether it gives a last day to a use that has none: what that was judged by stands."""
    return use.until is not None and (use.edition, use.on.isoformat()) in open_uses(found)


def _check_days(use: Use, edition: Edition, today: date) -> None:
    if use.on < edition.as_of:
        message = f"is as of {edition.as_of}, so it was not used on {use.on}."
        raise ArchiveError(message, where=use.edition)
    if use.until and use.until < use.on:
        raise ArchiveError(f"the last use, {use.until}, is before the first, {use.on}.")
    if (last := use.until or use.on) > today:
        raise ArchiveError(f"{last} is still to come. A use is told once it was.")


def _check_approved(archive: Archive, use: Use, found: Sequence[Entry]) -> None:
    since = approved_on(archive, use.edition, found)
    if since is None or since > use.on:
        when = f"approved only on {since}" if since else "not approved"
        tip = "If it was used all the same, say why: --unapproved-because TEXT."
        message = f"was {when}, so it could not be used on {use.on}."
        raise ArchiveError(message, where=use.edition, tip=tip)


def approved_on(archive: Archive, edition: str, found: Sequence[Entry]) -> date | None:
    """The day an edition was first approved for anybody, as its approver's clock said."""
    readers = standing(archive, edition, found).readers
    return min((one.time.date() for one in readers.values()), default=None)


def _uses(found: Iterable[Entry], edition: str) -> list[Entry]:
    return [one for one in found if one.edition == edition and one.act is Act.USED]


# --- the record --------------------------------------------------------------------------------


def finra_record(archive: Archive, edition: str) -> dict[str, Json]:
    """The fields of FINRA 2210(b)(4)(A) for an edition.

    `first_use` and `last_use` are days or None; while a use has no last day, so has the edition.
    `approved` has who approved, as what, for whom and on which day; `prepared_by` and
    `distributed_by` are for an edition that was used without; `sources` are those of the data and
    of every chart and table.

    Raises:
        ArchiveError: there is no such edition, or it was purged.
    """
    found = archive.entries()
    record, filed = edition_of(archive, edition, found)
    uses = _uses(found, edition)
    first = [str(one.details.get("on", "")) for one in uses]
    last = [str(one.details.get("until", "")) for one in uses if "until" in one.details]
    in_use = open_uses(uses)
    return {
        "edition": edition,
        "first_use": min(filter(None, first), default=None),
        "last_use": max(last) if last and not in_use else None,
        "uses": [{**one.details, "recorded_by": one.actor} for one in uses],
        "approved": [
            {
                "name": one.approver,
                "title": one.title,
                "on": one.time.date().isoformat(),
                "audiences": list(one.audiences),
                "jurisdictions": list(one.jurisdictions),
            }
            for one in approvals(archive, edition, found)
        ],
        "prepared_by": record.prepared_by,
        "filed_by": filed.actor,
        "distributed_by": [*sorted({one.actor for one in uses})],
        "sources": list(_sources(archive, record)),
    }


def _sources(archive: Archive, record: Edition) -> Iterator[dict[str, Json]]:
    """What each chart and table names as its source, and the data as a whole."""
    yield {"kind": "data", "name": record.snapshot, "title": "", "source": record.source}
    for one in origins(brief_left(archive, record)):
        yield {"kind": one.kind, "name": one.name, "title": one.title, "source": one.source}


def origins(brief: dict[str, Any]) -> tuple[Origin, ...]:
    """Where the data of each table, chart and key figure came from."""
    facts = tables(brief.get("facts"))
    sources = {word(fact.get("id")): word(fact.get("source")) for fact in facts}
    told = word(brief.get("source"))
    return tuple(
        Origin(kind, name, title, line or "; ".join(_of(spans, sources)) or told)
        for kind, name, title, line, spans in _shown(brief)
    )


def _shown(brief: dict[str, Any]) -> Iterator[tuple[str, str, str, str, list[Any]]]:
    """Kind, id, title, line of sources and facts of everything that shows data."""
    for figure in tables(brief.get("key_figures")):
        facts = _facts([figure.get("value"), figure.get("change")])
        yield "figure", "", word(figure.get("label")), "", facts
    for section in tables(brief.get("sections")):
        for table in tables(section.get("tables")):
            cells = [cell for row in items(table.get("rows")) for cell in items(row)]
            yield "table", word(table.get("id")), word(table.get("caption")), "", _facts(cells)
    for chart in tables(brief.get("charts")):
        title, line = phrase(chart.get("title")), word(chart.get("source_line"))
        yield "chart", word(chart.get("id")), title, line, []


def _facts(spans: list[Any]) -> list[Any]:
    return [span.get("fact") for span in tables(spans)]


def _of(facts: list[Any], sources: dict[str, str]) -> list[str]:
    found = (sources.get(fact, "") for fact in facts if isinstance(fact, str))
    return list(dict.fromkeys(filter(None, found)))
