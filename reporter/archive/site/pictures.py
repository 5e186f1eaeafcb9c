"""Pictures of first pages: the home of pypdfium2, which the extra `site` brings.

A picture is kept by the hash of its PDF in `pictures` of the archive's folder, beside the store:
it can be made again at any time, and where the folder cannot be written it is. With its PDF it is
purged.
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from reporter.archive.base import PICTURES
from reporter.errors import ArchiveError

WIDTH = 480
QUALITY = 80
TALLEST = 4
"""A page more than so many times as tall as wide is no page of a brief."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A first page as WebP, its width and height in pixels."""

    data: bytes
    width: int
    height: int


def possible() -> bool:
    """Whether pictures can be made here."""
    return find_spec("pypdfium2") is not None


def first_page(pdf: Callable[[], bytes], sha256: str, folder: Path) -> Picture | None:
    """The first page of a PDF, from the archive's folder if it was drawn before.

    `pdf` gives its bytes, and is asked only where they are needed. None where they are no PDF that
    can be drawn, or nothing here draws.
    """
    if not possible():
        return None
    kept = folder / PICTURES / f"{sha256}.{_version()}.{WIDTH}.webp"
    if known := _read(kept):
        return known
    data = _drawn(pdf())
    if data:
        _keep(kept, data)
    return _measured(data)


def forget(folder: Path, pdfs: Iterable[str]) -> None:
    """Remove the pictures of PDFs, by their hashes, whatever version drew them.

    Raises:
        ArchiveError: one cannot be removed.
    """
    gone = set(pdfs)
    for kept in list((folder / PICTURES).glob("*.webp")):
        if kept.name.removeprefix(".").partition(".")[0] in gone:
            try:
                kept.unlink(missing_ok=True)
            except OSError as error:
                message = f"cannot be removed: {error.strerror or error}."
                raise ArchiveError(message, where=str(kept)) from error


@cache
def _version() -> str:
    """Another version may draw otherwise: its pictures are its own."""
    return metadata.version("pypdfium2")


def _drawn(pdf: bytes) -> bytes:
    pdfium: Any = import_module("pypdfium2")
    try:
        document = pdfium.PdfDocument(pdf)
    except pdfium.PdfiumError:
        return b""
    try:
        page = document[0]
        wide, tall = page.get_size()
        if not 0 < tall <= TALLEST * wide:
            return b""
        out = io.BytesIO()
        image = page.render(scale=WIDTH / wide).to_pil().convert("RGB")
        image.save(out, "WEBP", quality=QUALITY, method=4)
        return out.getvalue()
    except (pdfium.PdfiumError, IndexError, OSError, ValueError):
        return b""
    finally:
        document.close()


def _measured(data: bytes) -> Picture | None:
    """A WebP with its measures, as its own head gives them; None for anything else."""
    if len(data) < 30 or data[:4] != b"RIFF" or data[8:16] != b"WEBPVP8 ":  # noqa: PLR2004
        return None
    width, height = struct.unpack_from("<HH", data, 26)
    return Picture(data, width & 0x3FFF, height & 0x3FFF)


def _read(kept: Path) -> Picture | None:
    try:
        return _measured(kept.read_bytes())
    except OSError:
        return None


def _keep(kept: Path, data: bytes) -> None:
    """For the next time; an archive that cannot be written is read all the same."""
    new = kept.with_name(f".{kept.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        kept.parent.mkdir(exist_ok=True)
        try:
            new.write_bytes(data)
            new.replace(kept)
        finally:
            new.unlink(missing_ok=True)
