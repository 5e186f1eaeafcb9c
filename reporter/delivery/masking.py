"""What a server or a person wrote, made fit to be shown: harmless, and without addresses."""

from __future__ import annotations

import re

from reporter.visible import visible

MASK = "(address)"
LEAST = 3  # letters of a local part that could be somebody's
_ADDRESS = re.compile(r"""[^\s<>,;:"'()\[\]=]+@[^\s<>,;:"'()\[\]]+""")


def masked(text: str) -> str:
    """The text on one line, in which no address can be read and nothing moves a terminal."""
    return visible(" ".join(_ADDRESS.sub(MASK, text).split()))


def without(text: str, address: str, mark: str) -> str:
    """The text with a mark wherever an address, or its local part, stands as a word of its own.

    One or two letters are words that say nothing of anybody, and stay.
    """
    for known in (address, address.rpartition("@")[0]):
        # To look first is far quicker than a new pattern.
        if len(known) >= LEAST and known.casefold() in text.casefold():
            pattern = rf"(?<!\w){re.escape(known)}(?!\w)"
            text = re.sub(pattern, lambda _: mark, text, flags=re.IGNORECASE)
    return text
