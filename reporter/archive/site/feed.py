"""The Atom feed (RFC 4287): one entry an edition, brought up to date when it is corrected.

Ids come from the archive's first entry and the edition's own id, and never change. Links are
absolute where the site's address is known; else they are relative to the feed's own, which is
allowed, and there is no `self` link, which cannot be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree as ET

from reporter.archive.site.shelf import Issue, Shelf, root

ATOM = "http://www.w3.org/2005/Atom"
LONGEST = 100
"""Entries in the feed; the site itself shows all."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def feed(shelf: Shelf, house: str, base: str = "") -> bytes:
    """The feed of what a shelf shows.

    Args:
        shelf: what.
        house: who publishes it.
        base: the address of the site, ending in a slash; empty where it is not known.
    """
    corrects = {one.edition.id: one.edition.corrects for one in shelf.issues}
    chains: dict[str, list[Issue]] = {}
    for issue in sorted(shelf.issues, key=lambda one: (one.filed, one.edition.id)):
        chains.setdefault(root(issue.edition.id, corrects), []).append(issue)
    latest = sorted(chains.items(), key=lambda one: (one[1][-1].filed, one[0]), reverse=True)
    ET.register_namespace("", ATOM)
    top = ET.Element(f"{{{ATOM}}}feed")
    _add(top, "id", urn(shelf.identity, ""))
    _add(top, "title", f"{clean(house)}: editions")
    _add(top, "updated", _time(latest[0][1][-1].filed if latest else _NEVER))
    _add(_add(top, "author"), "name", clean(house))
    _add(top, "link", rel="alternate", type="text/html", href=f"{base}index.html")
    if base:
        _add(top, "link", rel="self", type="application/atom+xml", href=f"{base}feed.xml")
    for name, chain in latest[:LONGEST]:
        _entry(top, urn(shelf.identity, name), chain, base)
    ET.indent(top, " ")
    data: bytes = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def urn(identity: str, name: str) -> str:
    """An id for ever: a UUID (version 8, RFC 9562) made from the archive's first entry and a name.

    `name` is an edition's id; empty, it is the archive itself.
    """
    digits = list(hashlib.sha256(f"{identity}\n{name}".encode()).hexdigest()[:32])
    digits[12], digits[16] = "8", "89ab"[int(digits[16], 16) % 4]
    text = "".join(digits)
    return f"urn:uuid:{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _entry(top: ET.Element, identity: str, chain: Sequence[Issue], base: str) -> None:
    """One edition, as its last correction has it."""
    issue = chain[-1]
    edition = issue.edition
    entry = _add(top, "entry")
    _add(entry, "id", identity)
    sample = "Sample data: " if edition.sample else ""
    _add(entry, "title", clean(f"{sample}{edition.headline}"))
    _add(entry, "published", _time(chain[0].filed))
    _add(entry, "updated", _time(issue.filed))
    page = f"{base}{quote(issue.folder)}index.html"
    _add(entry, "link", rel="alternate", type="text/html", href=page)
    for part in issue.files:
        if part.path == "files/brief.pdf":
            href = f"{base}{quote(issue.folder)}brief.pdf"
            size = str(part.size)
            _add(entry, "link", rel="enclosure", type="application/pdf", length=size, href=href)
    _add(entry, "category", term=edition.slug, label=clean(edition.title))
    corrected = f"Corrected: {edition.reason} " if edition.corrects else ""
    _add(entry, "summary", clean(f"{corrected}{edition.standfirst}"))


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text or None
    return child


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def clean(text: str) -> str:
    """A text on one line without what XML cannot hold: control characters, lone surrogates."""
    kept = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(kept.split())


def addresses(shelf: Shelf) -> Mapping[str, str]:
    """The page of every edition shown, by its id."""
    return {one.edition.id: f"{one.folder}index.html" for one in shelf.issues}
