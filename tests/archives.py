"""Small editions for tests of the archive: made by hand, in no time, without a build."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from reporter.archive import log
from reporter.archive.base import Archive, Hand, opened, record
from reporter.archive.filing import Correction, Draft, file
from reporter.filed import Act, Edition, Part
from reporter.paper import Artifact

NOON = datetime(2026, 1, 16, 12, tzinfo=UTC)
FIRST = date(2026, 1, 15)


def hand(minutes: float = 0, actor: str = "jane") -> Hand:
    """Somebody, so many minutes after noon."""
    return Hand(actor, NOON + timedelta(minutes=minutes))


def fact(subject: str = "^RUT", metric: str = "record_close", **more: object) -> dict[str, object]:
    """A fact as `brief.json` has it."""
    return {
        "id": f"{metric}:{subject}", "metric": metric, "subject": subject, "benchmark": None,
        "window": None, "value": True, "unit": "boolean", "display": "a record close",
        "base_date": None, "as_of": FIRST.isoformat(), "source": "sample", "detail": {},
        "marks": [],
    } | more  # fmt: skip


def draft(  # noqa: PLR0913  what a test may want otherwise
    day: date = FIRST,
    slug: str = "weekly",
    *,
    headline: str = "Russell 2000 closes at a record",
    sample: bool = False,
    facts: tuple[dict[str, object], ...] = (),
    pdf: bytes = b"%PDF-1.7 small",
) -> Draft:
    """An edition to be, with the parts a real one has, as small as can be."""
    brief = {
        "title": "The Week", "headline": headline, "as_of": day.isoformat(), "slug": slug,
        "source": "files", "sample": sample, "terms": "redistributable", "snapshot": None,
        "standfirst": {"text": f"Small caps led on {day}."}, "facts": list(facts or (fact(),)),
        "key_figures": [], "sections": [], "charts": [], "gaps": [], "findings": [], "notes": [],
    }  # fmt: skip
    text = json.dumps(brief, sort_keys=True).encode()
    parts = (
        Artifact("files/brief.pdf", pdf + day.isoformat().encode()),
        Artifact("files/brief.html", f"<p>{headline} {day}".encode()),
        Artifact("files/brief.json", text),
        Artifact("inputs/spec/brief.toml", b'title = "The Week"\n'),
        Artifact("program/templates/brief.html.j2", b"{{ brief }}"),
    )
    return Draft(
        day, slug, "The Week", headline, f"Small caps led on {day}.", "files", sample,
        "redistributable", "", parts, {"reporter": "0.1.0"},
    )  # fmt: skip


def archive(folder: Path, editions: int = 0) -> Archive:
    """An archive, with so many weekly editions in it."""
    made = opened(folder / "archive", must_exist=False)
    for week in range(editions):
        add(made, draft(FIRST + timedelta(weeks=week)), minutes=week)
    return made


def add(made: Archive, what: Draft, minutes: float = 0, corrects: str = "") -> Edition:
    """File one."""
    correction = Correction(corrects, "A wrong close.") if corrects else None
    return file(made, what, hand(minutes), correction).edition


def forge(made: Archive, what: Draft, minutes: float = 0) -> Edition:
    """File what filing refuses, as an adversary would who writes the archive himself."""
    parts = tuple(Part(one.path, made.keep(one.data), len(one.data)) for one in what.parts)
    edition = Edition(
        f"{what.as_of}/{what.slug}", what.as_of, what.slug, 1, what.title, what.headline,
        what.standfirst, what.source, what.sample, what.terms, what.snapshot, what.prepared_by,
        parts, what.versions,
    )  # fmt: skip
    objects = {"record": made.keep(record(edition))}
    entry = hand(minutes).entry(Act.ADDED, edition.id, objects=objects)
    log.append(made.store, entry, lambda _: None)
    return edition
