"""Styles moved into the elements they concern: the only home of css_inline.

Mail programs drop style sheets, or parts of them; what stands in an element's own `style` they
keep. Rules under `@media`, as those for dark screens, cannot stand there: they stay in the head.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import css_inline

from reporter.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Callable

_PIECES = re.compile(r'<!--.*?-->|<style.*?</style>|<[a-zA-Z](?:[^">]|"[^"]*")*>', re.DOTALL)
_QUOTED = re.compile(r'"[^"]*"')


def inlined(page: str) -> str:
    """The page with its styles in its elements; rules under `@media` stay in its head.

    Signs of markup in attributes are escaped, so that no attribute's words look like a tag or a
    comment to those who read the page as text.

    Raises:
        RenderError: the styles cannot be read.
    """
    try:
        return _PIECES.sub(_sealed, _inliner()(page))
    except css_inline.InlineError as error:
        raise RenderError(f"{str(error).rstrip('.')}.", where="email.css") from error


@cache
def _inliner() -> Callable[[str], str]:
    """Nothing is ever fetched: neither style sheets nor files."""
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline


def _sealed(piece: re.Match[str]) -> str:
    if piece[0].startswith(("<!", "<style")):
        return piece[0]
    return _QUOTED.sub(lambda value: value[0].replace("<", "&lt;").replace(">", "&gt;"), piece[0])
