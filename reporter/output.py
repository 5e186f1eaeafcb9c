"""Finished files to disk: an edition's folder is written whole or not at all.

The folder `output/<as-of>/<slug>/` is made beside its place under a hidden name and then renamed.
A reader sees the earlier edition or the new one, never a mixture; an interrupted or failed run
leaves the earlier one as it was: once the renaming begins, a request to end is no longer heard.
What a killed process left behind, the next run clears.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from reporter import durable, locks
from reporter.errors import OutputError
from reporter.interrupts import settle
from reporter.model import Artifact, Artifacts

MANIFEST = "manifest.json"


def write(artifacts: Artifacts, output: Path) -> tuple[Path, ...]:
    """Write an edition under `output` and give the paths of its files, in the order given.

    An earlier build of the same edition is replaced.

    Raises:
        OutputError: the place cannot be written, or holds a folder that is no edition.
    """
    place = output.joinpath(*_safe(artifacts.folder))
    paths = tuple(place.joinpath(*_safe(file.path)) for file in artifacts.files)
    try:
        with _made(place.parent), locks.alone(place.parent, patience=None):
            _recover(place)
            _check(place)
            try:
                new = _fill(place, artifacts.files)
                settle()
                _swap_in(new, place)
            finally:
                settle()
                _recover(place)
    except OSError as error:
        raise _refused(error, output) from error
    return paths


def _safe(path: str) -> tuple[str, ...]:
    """The parts of a relative path that stays below where it starts."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path:
        raise OutputError(f"{path!r} is no path below an edition's folder.")
    return parts


def _refused(error: OSError, output: Path) -> OutputError:
    named = error.filename2 or error.filename or output
    where = os.fsdecode(named) if isinstance(named, str | bytes) else str(named)
    tip = "Name another folder with --output."
    return OutputError(f"cannot be written: {error.strerror or error}.", where=where, tip=tip)


@contextlib.contextmanager
def _made(folder: Path) -> Iterator[None]:
    """The folder exists within; what was made for it goes again if the work fails."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for path in missing:
            with contextlib.suppress(OSError):
                path.rmdir()
        raise


def _new(place: Path) -> Path:
    return place.with_name(f".{place.name}.new")


def _old(place: Path) -> Path:
    return place.with_name(f".{place.name}.old")


def _recover(place: Path) -> None:
    """Clear what a run left, this one or one that was killed; an edition set aside comes back.

    The lock says that nobody else is at work here.
    """
    if _old(place).exists() and not place.exists():
        _old(place).rename(place)
    for leftover in (_new(place), _old(place)):
        if leftover.exists():
            shutil.rmtree(leftover)


def _check(place: Path) -> None:
    """Refuse to replace what reporter did not write."""
    if place.is_dir() and any(place.iterdir()) and not (place / MANIFEST).is_file():
        tip = "Move it away, or name another folder with --output."
        raise OutputError("holds files, but no edition.", where=str(place), tip=tip)
    if place.exists() and not place.is_dir():
        raise OutputError("is a file, not a folder.", where=str(place), tip="Move it away.")


def _fill(place: Path, files: tuple[Artifact, ...]) -> Path:
    """The edition under its hidden name, every byte of it on the disk."""
    new = _new(place)
    new.mkdir()
    for file in files:
        path = new.joinpath(*_safe(file.path))
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.create(path, file.data)
    for folder in (path for path in (new, *new.rglob("*")) if path.is_dir()):
        durable.settle(folder)
    return new


def _swap_in(new: Path, place: Path) -> None:
    """Put the new edition in its place; the earlier one steps aside, for `_recover` to clear."""
    if place.exists():
        place.rename(_old(place))
    new.rename(place)
    durable.settle(place.parent)
