"""Finished files to disk: an edition's folder is written whole or not at all.

The folder `output/<as-of>/<slug>/` is made beside its place under a hidden name and then renamed.
A reader sees the earlier edition or the new one, never a mixture; an interrupted or failed run
leaves the earlier one as it was: once the renaming begins, a request to end is no longer heard.
What a killed process left behind, the next run clears.

What the build was given lies in `output/.inputs/`, under the hash of the edition's manifest: it is
there before the edition is, and goes when the edition does.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from reporter import durable, locks
from reporter.errors import OutputError
from reporter.interrupts import settle
from reporter.model import Artifact, Artifacts

MANIFEST = "manifest.json"
INPUTS = ".inputs"


def write(artifacts: Artifacts, output: Path) -> tuple[Path, ...]:
    """Write an edition under `output` and give the paths of its files, in the order given.

    An earlier build of the same edition is replaced.

    Raises:
        OutputError: the place cannot be written, or holds a folder that is no edition.
    """
    place = output.joinpath(*_safe(artifacts.folder))
    kept = output / INPUTS
    paths = tuple(place.joinpath(*_safe(file.path)) for file in artifacts.files)
    try:
        with _made(place.parent), locks.alone(place.parent, patience=None):
            _recover(place, kept)
            _check(place)
            try:
                new = _fill(place, artifacts.files)
                if artifacts.inputs:
                    _keep(inputs_of(new, kept), artifacts.inputs)
                settle()
                _swap_in(new, place)
            finally:
                settle()
                _recover(place, kept)
    except OSError as error:
        raise _refused(error, output) from error
    return paths


def inputs_of(edition: Path, kept: Path) -> Path:
    """Where under `kept` lies what the edition in this folder was made from.

    Raises:
        OSError: the folder holds no manifest.
    """
    sha256 = hashlib.sha256((edition / MANIFEST).read_bytes()).hexdigest()
    return kept / f"{sha256}.zip"


def _keep(path: Path, data: bytes) -> None:
    """Put what a build was given in its place, whole; what an equal build left is replaced."""
    with _made(path.parent):
        new = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        try:
            new.unlink(missing_ok=True)  # of a killed process of the same number
            durable.create(new, data)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
        durable.settle(path.parent)


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


def _recover(place: Path, kept: Path) -> None:
    """Clear what a run left, this one or one that was killed; an edition set aside comes back.

    The lock says that nobody else is at work here.
    """
    if _old(place).exists() and not place.exists():
        _old(place).rename(place)
    for leftover in (_new(place), _old(place)):
        if leftover.exists():
            _clear_inputs(leftover, place, kept)
            shutil.rmtree(leftover)


def _clear_inputs(leftover: Path, place: Path, kept: Path) -> None:
    """Clear what a leftover was made from, unless the edition in its place is the same."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        inputs = inputs_of(leftover, kept)
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            if inputs_of(place, kept) == inputs:
                return
        inputs.unlink()


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
