"""Where the shipped templates, styles, briefs and sample data lie."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from reporter.errors import RenderError

PACKAGE = Path(__file__).parent
MADE_WITH = ".made-with"


@cache
def shipped(folder: str) -> Path:
    """The shipped `templates` or `styles`: packed into the wheel, else the checkout's.

    Editable installs may leave stale copies in site-packages, so the place is taken from this
    file's own location and from nowhere else.
    """
    packed = PACKAGE / folder
    return packed if packed.is_dir() else PACKAGE.parent / folder


def as_made(folder: str, beside: Path | None) -> Path:
    """The shipped `templates`, `styles` or `brands`.

    Where an edition is built again they are those it was made with, which the archive lays into
    a folder `MADE_WITH` beside the spec; then nothing of today's takes part.
    """
    kept = beside / MADE_WITH / folder if beside else None
    return kept if kept and kept.is_dir() else shipped(folder)


def overriding(folder: str, beside: Path | None) -> tuple[Path, ...]:
    """The folders to search, first match wins: the one beside the spec, then the shipped one.

    Raises:
        RenderError: what lies beside the spec under this name is no folder.
    """
    if beside and os.path.lexists(beside / folder) and not (beside / folder).is_dir():
        tip = f"Make it a folder of files that replace shipped {folder}, or take it away."
        raise RenderError("is no folder.", where=folder, tip=tip)
    own = (beside / folder,) if beside and (beside / folder).is_dir() else ()
    return (*own, as_made(folder, beside))
