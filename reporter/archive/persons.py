"""Whether two names are one person's."""

from __future__ import annotations

import unicodedata

_UNWRITTEN = "Cf"  # zero-width and direction marks: two names may differ in nothing else


def same(one: str, other: str) -> bool:
    """Whether two names are one person's: letters' case, spaces and forms of Unicode apart."""
    return folded(one) == folded(other)


def folded(name: str) -> str:
    """A name as names are compared."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    seen = (letter for letter in plain if unicodedata.category(letter) != _UNWRITTEN)
    return " ".join("".join(seen).split())
