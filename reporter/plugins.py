"""What other installed packages add to a registry, by the entry points of their metadata.

Metadata is read, no code of theirs is run: a package is imported when what it offers is used.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import Distribution, EntryPoint, distributions
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType, ModuleType

from reporter.errors import SpecError

NAME = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class Offer:
    """One name that an installed package offers.

    Args:
        name: of the entry point.
        module: where it is defined.
        attribute: the function in that module; empty where the module registers it itself.
        package: the package's name and version, for people.
        uninstall: the package's name, for pip.
        problem: why it cannot be used, where its metadata alone says so.
    """

    name: str
    module: str
    attribute: str
    package: str
    uninstall: str
    problem: str = ""

    def refused(self, word: str, why: str) -> SpecError:
        """The error that tells why the offer cannot be used; `word` is what entries are called."""
        message = f"the {word} {self.name!r} of the package {self.package} cannot be used: {why}"
        tip = f"Update or mend the package, or remove it: pip uninstall {self.uninstall}"
        return SpecError(message, tip=tip)


def offers(group: str) -> Mapping[str, Offer]:
    """Name to offer of every entry point of a group, sorted by name."""
    return _offers(group, tuple(sys.path))


@cache
def _offers(group: str, path: tuple[str, ...]) -> Mapping[str, Offer]:
    found: dict[str, Offer] = {}
    for package in distributions(path=list(path)):
        for point in _points(package):
            if point.group == group:
                offer = _offer(point, package)
                found[point.name] = _among(found.get(point.name), offer)
    return MappingProxyType(dict(sorted(found.items())))


def _points(package: Distribution) -> tuple[EntryPoint, ...]:
    """A package's entry points; none where its metadata cannot be read, which is not our affair."""
    try:
        return tuple(package.entry_points)
    except (OSError, ValueError, TypeError):
        return ()


def _among(earlier: Offer | None, offer: Offer) -> Offer:
    """One of two offers of a name; of two packages' neither can be used.

    A package that lies on the path twice is one: the first counts, as for imports.
    """
    if earlier is None:
        return offer
    if earlier.uninstall == offer.uninstall:
        return earlier
    first, second = sorted((earlier, offer), key=attrgetter("package"))
    problem = f"the package {second.package} offers the same name."
    return replace(first, problem=problem)


def _offer(point: EntryPoint, package: Distribution) -> Offer:
    name = str(package.metadata["Name"])
    match = point.pattern.match(point.value)
    module, attribute = (match["module"], match["attr"] or "") if match else ("", "")
    return Offer(
        point.name,
        module,
        attribute,
        f"{name} {package.version}",
        name,
        _problem(point, module),
    )


def _problem(point: EntryPoint, module: str) -> str:
    if not NAME.fullmatch(point.name):
        return "a name has small letters, digits, - and _, and begins with a letter."
    if not module:
        return f"its entry point {point.value!r} is not package.module or package.module:function."
    return ""


def load(offer: Offer) -> object:
    """Import the offer's module; gives the function its entry point names, else None.

    Raises:
        ImportError: the module or the function cannot be had; the message says why in a clause
            without a full stop. Whatever else the module raises is told by it too.
    """
    try:
        found: ModuleType = importlib.import_module(offer.module)
    except (Exception, SystemExit) as error:  # another's code may raise anything
        what = " ".join(f"{type(error).__name__}: {error}".split())
        raise ImportError(f"{offer.module} fails at its import, with {what}") from error
    if not offer.attribute:
        return None
    try:
        return attrgetter(offer.attribute)(found)
    except AttributeError as error:
        raise ImportError(f"{offer.module} has no {offer.attribute}") from error


def file_of(module: str) -> Path | None:
    """Where a module's file lies, without importing it or any package around it; else None."""
    top, *inner = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError, AttributeError):
        return None
    if spec is None:
        return None
    if not inner and spec.origin:
        return _python(Path(spec.origin))
    places = [Path(folder, *inner) for folder in spec.submodule_search_locations or ()]
    files = [file for at in places for file in (at / "__init__.py", at.with_name(f"{at.name}.py"))]
    return next((file for file in files if file.is_file()), None)


def _python(path: Path) -> Path | None:
    return path if path.suffix == ".py" and path.is_file() else None
