"""What a source's file says of the source in literals, read without importing it.

| literal | what it says | where it is absent |
|---|---|---|
| `TERMS` | what the prices may be used for: a word of `Terms` | "unknown" |
| `LOCATION` | what stands after `name:`: "path", "text" or "none" | "text" |
| `NEEDS` | what the source needs a location for, and how to write it | no location is needed |
| `OPTIONS` | what `[sources.name]` may hold: option to what it means | anything may stand there |
| `LIVE` | whether it fetches, so that what it gives is kept as a snapshot | False |
| `LIBRARY` | the installed package it fetches with, whose version is recorded | its own, if any |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from reporter import written
from reporter.model import SourceRef, Terms
from reporter.sources.base import sources

STRICTNESS = tuple(Terms)
EVERYWHERE = {
    "terms": f"What the prices may be used for: {', '.join(Terms)}.",
    "label": "What pages call the source, such as House price files, in place of its name.",
}
_WORD = re.compile(r"[\w.^+-][\w.^+ -]*")


def terms_of(name: str) -> Terms:
    """What the source declares its prices may be used for."""
    said = sources.declared(name, "TERMS")
    return Terms(said) if isinstance(said, str) and said in STRICTNESS else Terms.UNKNOWN


def location_of(name: str) -> str:
    """What the source takes after its name: "path", "text" or "none"."""
    said = sources.declared(name, "LOCATION")
    return said if isinstance(said, str) and said in {"path", "none"} else "text"


def needs_of(name: str) -> str:
    """What the source needs a location for, and how to write it; empty where it needs none."""
    said = sources.declared(name, "NEEDS")
    return said if isinstance(said, str) else ""


def options_of(name: str) -> Mapping[str, str] | None:
    """Every option of the source with what it means; None where it does not say which it takes."""
    said = sources.declared(name, "OPTIONS")
    if not isinstance(said, dict):
        return None
    return {**{str(key): str(words) for key, words in said.items()}, **EVERYWHERE}


def is_live(name: str) -> bool:
    """Whether the source fetches what it gives."""
    return sources.declared(name, "LIVE") is True


def library_of(name: str) -> str:
    """The installed package whose version says how the source fetches; empty where none does."""
    said = sources.declared(name, "LIBRARY")
    offer = sources.offer(name)
    own = offer.uninstall if offer else ""
    return said if isinstance(said, str) else own


def loosened(own: Terms, stated: Terms) -> bool:
    """Whether a user's word would allow more than the source's own, which only its owner may.

    A source that does not know leaves it to the user.
    """
    return own is not Terms.UNKNOWN and STRICTNESS.index(stated) < STRICTNESS.index(own)


def agreed(own: Terms, stated: Terms | None) -> Terms:
    """The terms that hold: the user's where the source does not know, else the stricter."""
    if stated is None or loosened(own, stated):
        return own
    return stated


def printable(source: SourceRef) -> str:
    """The source as pages call it: of a path its last part, of an address nothing at all.

    A location may hold a password, the name of a machine or of a user; none of it is printed.
    """
    return str(replace(source, location=_harmless(source.location, location_of(source.name))))


def _harmless(location: str, kind: str) -> str:
    if not location or "://" in location:
        return ""
    if kind == "path":
        return written.path(location).resolve().name
    last = re.split(r"[/\\]", location.rstrip("/\\"))[-1]
    return last if _WORD.fullmatch(last) else ""
