"""`reporter archive show`: everything the archive knows of one edition."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reporter.cli import editions, options
from reporter.cli.archive import shown
from reporter.cli.archive.get import MAIL, meant, tell_where
from reporter.cli.archive.listing import as_json
from reporter.cli.hands import place
from reporter.cli.private import private
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.archive.base import Archive
    from reporter.archive.dossier import Done, Dossier
    from reporter.archive.enclosures import Enclosed
    from reporter.filed import Edition, Part

LABEL = 14
FEW = 5
HASH = 12
NARROWEST = 40
FOLDED = ("inputs/", "program/")
"""What an edition was made from: counted, for a person who does not ask for more."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@click.command()
@click.argument("edition", required=False, default="", shell_complete=editions.complete)
@click.option(
    "--client", "client_id", metavar="ID", default="", help="What was made for this client."
)
@click.option(
    "--date", "when", metavar="DAY|EDITION", default="", help="With --client: of this day."
)
@click.option(
    "--to", metavar="FILE", type=click.Path(path_type=Path), help="Write it there, not to stdout."
)
@place
@private
@as_json
@options.loudness
@click.pass_obj
def show(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    edition: str,
    client_id: str,
    when: str,
    to: Path | None,
    place: Path,
    private: Path | None,
    as_json: bool,
) -> None:
    """Show everything about an edition, or the message made for a client.

    Of an edition its words, files, people, dates and log entries. EDITION is an
    id, a day, a slug (its latest), latest, or the beginning of a hash. What it
    was made from is counted; -v and --json tell each file.

    With --client ID and --date DAY the message that was made for him, to the
    byte. What became of it, the outbox tells: `reporter outbox list`.
    """
    from reporter.archive import dossier
    from reporter.archive.base import opened

    archive = opened(place)
    if client_id:
        found = made_for(archive, private, client_id, when or edition)
        _give(found.data, to)
        tell_where(talk, *([found.edition] if found.name.endswith(MAIL) else ()))
        return
    if not edition:
        raise click.UsageError("Name an edition, or --client ID --date DAY.")
    known = dossier.dossier(archive, editions.meant(archive, edition))
    if as_json:
        click.echo(shown.document(dossier.document(known)))
    else:
        click.echo("\n".join(_told(known, whole=talk.verbose)))


def made_for(archive: Archive, private: Path | None, client_id: str, when: str) -> Enclosed:
    """The one file that was made for a client then.

    Raises:
        ArchiveError: there is none, or there are several.
    """
    from reporter.archive.clients import keys_of
    from reporter.archive.enclosures import had, known_client
    from reporter.archive.retention import chronicle
    from reporter.errors import ArchiveError

    owner = known_client(archive, keys_of(archive, private), client_id)
    edition, on = meant(archive, when)
    known = chronicle(archive.entries())
    found = list(had(archive, owner, known, edition=edition, on=on))
    if len(found) == 1:
        return found[0]
    if not found:
        raise ArchiveError(f"nothing was made for the client {client_id!r} then.")
    names = ", ".join(f"{one.edition} {one.name}" for one in found[:FEW])
    tip = "Name the edition with --date, or get all: reporter archive get."
    message = f"{len(found)} files were made for him: {shown.harmless(names)}."
    raise ArchiveError(message, tip=tip)


def _give(data: bytes, to: Path | None) -> None:
    from reporter import durable
    from reporter.errors import OutputError

    if to is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        durable.create(to, data)
    except FileExistsError as error:
        raise OutputError("is there already.", where=str(to), tip="Name another --to.") from error
    except OSError as error:
        raise OutputError(f"cannot be written: {durable.why(error)}.", where=str(to)) from error


def _told(known: Dossier, *, whole: bool) -> Iterator[str]:
    for label, text in _facts(known):
        yield from _wrapped(label, text)
    if known.edition:
        yield from _wrapped("made with", _versions(known.edition, whole=whole))
        yield ""
        yield from _files(known.edition, whole=whole)
    yield ""
    yield "Sources" if known.brief else "No contents are left, or can be read."
    yield from _sources(known)
    yield ""
    yield "Log"
    yield shown.table([_act(done) for done in known.done], give=3)


def _wrapped(label: str, text: str) -> Iterator[str]:
    """A text behind its label, in the width of the terminal; an empty one is not told."""
    room = max(shutil.get_terminal_size().columns, NARROWEST) - LABEL
    lines = textwrap.wrap(
        shown.harmless(text), room, break_long_words=False, break_on_hyphens=False
    )
    for at, line in enumerate(lines):
        yield f"{('' if at else label).ljust(LABEL)}{line}"


def _facts(known: Dossier) -> Iterator[tuple[str, str]]:
    from reporter.archive.contents import key_figures

    one = known.listed
    yield "edition", one.id
    yield "state", ", ".join(one.states)
    yield "title", one.title
    yield "headline", one.headline
    yield "standfirst", one.standfirst
    for label, value, change, note in key_figures(known.brief):
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


def _versions(edition: Edition, *, whole: bool) -> str:
    """What made an edition; a hash by its first digits, unless all of it is wanted."""
    told = (
        (name, found if whole or not _SHA256.fullmatch(found) else found[:HASH])
        for name, found in edition.versions.items()
    )
    return ", ".join(f"{name} {found}" for name, found in told)


def _files(edition: Edition, *, whole: bool) -> Iterator[str]:
    folded = () if whole else FOLDED
    listed = [part for part in edition.parts if not part.path.startswith(folded)]
    rows = [(part.path, f"{part.size:,}", part.sha256[:HASH]) for part in listed]
    for folder in folded:
        rows += _counted(folder, [p for p in edition.parts if p.path.startswith(folder)])
    yield shown.table([("file", "bytes", "sha256"), *rows], give=0)


def _counted(folder: str, parts: Sequence[Part]) -> list[tuple[str, str, str]]:
    """A row for a folder: how many files it has, and how large they are together."""
    if not parts:
        return []
    files = "1 file" if len(parts) == 1 else f"{len(parts)} files"
    return [(f"{folder} ({files})", f"{sum(part.size for part in parts):,}", "")]


def _sources(known: Dossier) -> Iterator[str]:
    from reporter.archive.finra import origins

    rows = [(one.kind, one.title or one.name, one.source) for one in origins(known.brief)]
    if rows:
        yield shown.table(rows, give=1)


def _act(done: Done) -> tuple[str, ...]:
    told = "; ".join(shown.details(done.details))
    return (str(done.number), _time(done.time), f"{done.act} by {done.actor}", told)


def _used(rule: dict[str, Any]) -> str:
    """From which day to which an edition was used."""
    first, last = rule.get("first_use"), rule.get("last_use")
    return f"from {first} to {last}" if last else f"from {first}" if first else ""


def _time(iso: str) -> str:
    """A time in UTC, to the minute."""
    return f"{iso[:16].replace('T', ' ')} UTC"
