"""What a server or a person wrote, made fit to be shown: harmless, and without addresses."""

from __future__ import annotations

import re

from reporter.visible import visible

MASK = "(address)"
_ADDRESS = re.compile(r"""[^\s<>,;:"'()\[\]=]+@[^\s<>,;:"'()\[\]]+""")


def masked(text: str) -> str:
    """The text on one line, in which no address can be read and nothing moves a terminal."""
    return visible(" ".join(_ADDRESS.sub(MASK, text).split()))
