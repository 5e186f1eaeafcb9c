"""What made an edition, besides its inputs: the program, its libraries, fonts, and the system's.

Two runs with the same versions and the same inputs give the same bytes; where bytes differ, the
versions that differ say why.
"""

from __future__ import annotations

import hashlib
import sysconfig
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from reporter.resources import PACKAGE, shipped

RESOURCES = ("templates", "styles")
DEEPER = (
    "cssselect2", "fonttools", "pydyf", "pyphen", "tinycss2", "tinyhtml5", "tzdata",
)  # fmt: skip
"""Libraries of libraries that put bytes into files: pictures, fonts, line breaks, PDF syntax."""
LEAVINGS = ("__pycache__", ".mypy_cache", ".ruff_cache")


@dataclass(frozen=True, slots=True)
class Change:
    """A version that is another now: empty where there is none."""

    name: str
    then: str
    now: str

    def __str__(self) -> str:
        return f"{self.name} {_short(self.then)} then, {_short(self.now)} now"


def versions() -> dict[str, str]:
    """Name to version, in a fixed order; without a path or a name of the machine.

    `reporter`, `python`, each library, and the libraries in C below them (`pango`, `harfbuzz`,
    `freetype`, `zlib`), where they can be asked; `platform` such as `linux-x86_64`. `code`,
    `fonts` and `resources` (the shipped templates and styles) are sha256 over files, by their
    names and their bytes: a program changed on the spot has the same version and another hash.
    """
    from reporter import drawing, pdf, sidecars  # noqa: PLC0415  heavy

    return {
        **{name: str(version) for name, version in sidecars.versions().items()},
        **_deeper(),
        **pdf.system_versions(),
        "freetype": drawing.freetype_version(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "platform": sysconfig.get_platform(),
        "code": code(),
        "fonts": fonts(),
        "resources": resources(),
    }


def _deeper() -> dict[str, str]:
    found = {}
    for name in DEEPER:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def changed(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[Change, ...]:
    """The versions that differ, in the order of those now."""
    names = dict.fromkeys([*now, *then])
    found = (Change(name, then.get(name, ""), now.get(name, "")) for name in names)
    return tuple(change for change in found if change.then != change.now)


def code() -> str:
    """The sha256 of the package's own files: code, phrases, instruments, briefs and brands."""
    packed = tuple(PACKAGE / folder for folder in RESOURCES)
    return _hash_of(PACKAGE, (p for p in PACKAGE.rglob("*") if not _below(p, packed)))


def fonts() -> str:
    """The sha256 of the bundled fonts, those of paper and those of the web page."""
    folder = shipped("styles") / "fonts"
    return _hash_of(folder, folder.rglob("*"))


def resources() -> str:
    """The sha256 of the shipped templates and styles, fonts apart."""
    own = (shipped("styles") / "fonts",)
    found = {
        f"{name}/{path.relative_to(shipped(name)).as_posix()}": path
        for name in RESOURCES
        for path in shipped(name).rglob("*")
        if not _below(path, own)
    }
    return _hashed(found)


def _below(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _hash_of(folder: Path, paths: Iterable[Path]) -> str:
    return _hashed({path.relative_to(folder).as_posix(): path for path in paths})


def _hashed(files: dict[str, Path]) -> str:
    """The sha256 of lines `<sha256>  <name>`, sorted by name, as `sha256sum` prints them."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n"
        for name, path in sorted(files.items())
        if path.is_file() and not _is_leaving(name)
    ]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _is_leaving(name: str) -> bool:
    """Whether a file is not of the program: what Python and editors leave beside it."""
    parts = name.split("/")
    return any(p in LEAVINGS or p.startswith(".") for p in parts) or name.endswith("~")


def _short(version: str) -> str:
    """A version as it is told: of a hash its beginning."""
    return version[:12] if version else "none"
