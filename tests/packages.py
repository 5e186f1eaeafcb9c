"""Packages of other people, as pip leaves them in a folder: their modules and their metadata."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

GROUP = "reporter.sources"


def install(
    folder: Path,
    name: str,
    points: Mapping[str, str],
    files: Mapping[str, str] | None = None,
    *,
    version: str = "1.0",
) -> Path:
    """A package of this name in `folder`, with entry points of sources and its files; the folder.

    Args:
        folder: where packages lie; need not be there.
        name: of the package.
        points: name to value of every entry point.
        files: path to text of every module.
        version: of the package.
    """
    about = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [f"{point} = {value}\n" for point, value in points.items()]
    (about / "entry_points.txt").write_text("".join([f"[{GROUP}]\n", *lines]))
    for path, text in (files or {}).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder
