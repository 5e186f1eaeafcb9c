"""Text of others made fit for one line of a terminal."""

from __future__ import annotations


def visible(text: str) -> str:
    """The text, in which what is no letter, sign or space stands as an escape.

    So it moves no cursor, rings no bell, begins no line and turns no reading direction.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
