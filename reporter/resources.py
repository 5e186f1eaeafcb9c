"""Where the shipped templates, styles, briefs and sample data lie."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from reporter.errors import RenderError

PACKAGE = Path(__file__).parent


@cache
def shipped(folder: str) -> Path:
    """The shipped `templates` or `styles`: packed into the wheel, else the checkout's.

    Editable installs may leave stale copies in site-packages, so the place is taken from this
    file's own location and from nowhere else.
    """
    packed = PACKAGE / folder
    return packed if packed.is_dir() else PACKAGE.parent / folder


def overriding(folder: str, beside: Path | None) -> tuple[Path, ...]:
    """The folders to search, first match wins: the one beside the spec, then the shipped one.

    Raises:
        RenderError: what lies beside the spec under this name is no folder.
    """
    if beside and os.path.lexists(beside / folder) and not (beside / folder).is_dir():
        tip = f"Make it a folder of files that replace shipped {folder}, or take it away."
        raise RenderError("is no folder.", where=folder, tip=tip)
    own = (beside / folder,) if beside and (beside / folder).is_dir() else ()
    return (*own, shipped(folder))
