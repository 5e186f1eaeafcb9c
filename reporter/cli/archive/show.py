"""`reporter archive show`: everything the archive knows of one edition."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reporter.cli import editions, options
from reporter.cli.archive import shown
from reporter.cli.archive.listing import as_json
from reporter.cli.hands import place

if TYPE_CHECKING:
    from reporter.archive.dossier import Done, Dossier
    from reporter.filed import Edition

LABEL = 14
HASH = 12


@click.command()
@editions.edition_argument
@place
@as_json
@options.loudness
def show(*, edition: str, place: Path, as_json: bool) -> None:
    """Show everything about an edition: words, files, people, dates, the log.

    EDITION is an id, a day, a slug (its latest), latest, or the beginning of a
    hash.
    """
    from reporter.archive import dossier
    from reporter.archive.base import opened

    archive = opened(place)
    known = dossier.dossier(archive, editions.meant(archive, edition))
    if as_json:
        click.echo(shown.document(dossier.document(known)))
    else:
        click.echo("\n".join(_told(known)))


def _told(known: Dossier) -> Iterator[str]:
    for label, text in _facts(known):
        if text:
            yield f"{label.ljust(LABEL)}{shown.harmless(text)}"
    if known.edition:
        yield from _files(known.edition)
    yield ""
    yield "Sources" if known.brief else "No contents are left, or can be read."
    yield from _sources(known)
    yield ""
    yield "Log"
    yield shown.table([_act(done) for done in known.done], give=3)


def _facts(known: Dossier) -> Iterator[tuple[str, str]]:
    from reporter.archive.dossier import key_figures

    one = known.listed
    yield "edition", one.id
    yield "state", ", ".join(one.states)
    yield "title", one.title
    yield "headline", one.headline
    yield "standfirst", one.standfirst
    for label, value, change, note in key_figures(known):
        yield "figure", f"{label} {value} ({change} {note})" if change else f"{label} {value}"
    yield "source", one.source
    yield "use of data", one.terms
    yield "prepared by", one.prepared_by
    yield "filed", f"{_time(one.filed_at)} by {one.filed_by}"
    yield from _approved(known)
    yield "used", _used(known.rule)
    yield "corrects", f"{one.corrects}: {one.reason}" if one.corrects else ""
    yield "corrected by", ", ".join(one.corrected_by)
    yield "retain until", one.retain_until
    for hold in known.retention.holds if known.retention else ():
        yield "held", f"{hold.what}: {hold.reason} (hold {hold.number}, by {hold.actor})"
    yield "purged", _time(one.purged_at) if one.purged_at else ""
    yield "record", known.sha256
    if known.edition:
        yield "made with", ", ".join(f"{k} {v}" for k, v in known.edition.versions.items())


def _approved(known: Dossier) -> Iterator[tuple[str, str]]:
    """Each approval that counts, the readers there are enough for, and what is lacking."""
    for made in known.standing.approvals:
        who = f"{made.approver} ({made.title})" if made.title else made.approver
        readers = f"{' and '.join(made.audiences)} in {', '.join(made.jurisdictions)}"
        yield "approved", f"{_time(_utc(made.time))} by {who} for {readers}"
    yield "may go to", known.standing.whom
    for what in known.lacking:
        yield "lacking", what
    if at := known.listed.withdrawn_at:
        yield "withdrawn", _time(at)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _files(edition: Edition) -> Iterator[str]:
    yield ""
    rows = [(part.path, f"{part.size:,}", part.sha256[:HASH]) for part in edition.parts]
    yield shown.table([("file", "bytes", "sha256"), *rows], give=0)


def _sources(known: Dossier) -> Iterator[str]:
    from reporter.archive.finra import origins

    rows = [(one.kind, one.title or one.name, one.source) for one in origins(known.brief)]
    if rows:
        yield shown.table(rows, give=1)


def _act(done: Done) -> tuple[str, ...]:
    told = "; ".join(f"{name}: {value}" for name, value in done.details.items())
    return (str(done.number), _time(done.time), f"{done.act} by {done.actor}", told)


def _used(rule: dict[str, Any]) -> str:
    """From which day to which an edition was used."""
    first, last = rule.get("first_use"), rule.get("last_use")
    return f"from {first} to {last}" if last else f"from {first}" if first else ""


def _time(iso: str) -> str:
    """A time in UTC, to the minute."""
    return f"{iso[:16].replace('T', ' ')} UTC"
