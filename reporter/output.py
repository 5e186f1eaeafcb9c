"""Finished files to disk: an edition's folder is written whole or not at all.

The folder `output/<as-of>/<slug>/` is made beside its place and swapped in. What the build was
given lies in `output/.inputs/`, under the hash of the edition's manifest: it is there before the
edition is, and goes after the edition does, at the latest with the next build.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from reporter import durable, locks
from reporter.errors import OutputError
from reporter.model import Artifact, Artifacts
from reporter.swapping import made, swapped

MANIFEST = "manifest.json"
INPUTS = ".inputs"
_KEPT = f"{'[0-9a-f]' * 64}.zip"


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
        with _keeping(kept) if artifacts.inputs else _tidied(kept), swapped(place, _check) as new:
            _fill(new, artifacts.files)
            if artifacts.inputs:
                _keep(inputs_of(new, kept), artifacts.inputs)
    except OSError as error:
        raise _refused(error, output) from error
    return paths


# --- what builds were given --------------------------------------------------------------------


def inputs_of(edition: Path, kept: Path) -> Path:
    """Where under `kept` lies what the edition in this folder was made from.

    Raises:
        OSError: the folder holds no manifest.
    """
    return kept / inputs_named((edition / MANIFEST).read_bytes())


def inputs_named(manifest: bytes) -> str:
    """The name of what the edition with this manifest was made from."""
    return f"{hashlib.sha256(manifest).hexdigest()}.zip"


@contextlib.contextmanager
def _keeping(kept: Path) -> Iterator[None]:
    """Within, inputs can be kept in this folder, and none are cleared."""
    with made(kept), _tidied(kept):
        durable.settle(kept.parent)
        with locks.shared(kept, patience=None):
            yield


def _keep(path: Path, data: bytes) -> None:
    """Put what a build was given in its place, whole; what an equal build left is replaced."""
    durable.hidden(path, data).replace(path)
    durable.settle(path.parent)


@contextlib.contextmanager
def _tidied(kept: Path) -> Iterator[None]:
    """Afterwards the inputs of editions that are gone are, too, unless other builds are at work.

    A folder that cannot be read may hold an edition: then nothing is cleared.
    """
    try:
        yield
    finally:
        with contextlib.suppress(OSError), locks.alone(kept, patience=1):
            durable.clear(kept, durable.LEAVINGS)
            used = set(_used(kept))
            for path in kept.glob(_KEPT):
                if path not in used:
                    path.unlink()


def _used(kept: Path) -> Iterator[Path]:
    """The inputs of every edition there is; one that a killed build set aside comes back yet.

    Raises:
        OSError: a folder or a manifest cannot be read.
    """
    for day in kept.parent.iterdir():
        with contextlib.suppress(NotADirectoryError):
            for edition in day.iterdir():
                with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                    yield inputs_of(edition, kept)


# --- the edition's folder ----------------------------------------------------------------------


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


def _check(place: Path) -> None:
    """Refuse to replace what reporter did not write."""
    if place.is_dir() and any(place.iterdir()) and not (place / MANIFEST).is_file():
        tip = "Move it away, or name another folder with --output."
        raise OutputError("holds files, but no edition.", where=str(place), tip=tip)
    if place.exists() and not place.is_dir():
        raise OutputError("is a file, not a folder.", where=str(place), tip="Move it away.")


def _fill(new: Path, files: tuple[Artifact, ...]) -> None:
    """Write the edition's files, every byte of them on the disk."""
    for file in files:
        path = new.joinpath(*_safe(file.path))
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.create(path, file.data)
    for folder in (path for path in (new, *new.rglob("*")) if path.is_dir()):
        durable.settle(folder)
