"""Finding metrics, charts, sections and sources by name: one file added is one name more.

A registry reads a folder's file names, and the `NAMES` a family file declares, without importing
anything: validation, completion, `--help` and the JSON Schema stay light. `get` imports one file.
A registry with a group is open: installed packages add to it by entry points of that group.
"""

from __future__ import annotations

import ast
import importlib
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from reporter.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reporter.plugins import Offer

T = TypeVar("T")
PACKAGE = Path(__file__).parent
MOST_LISTED = 14  # as many as there are windows, which are worth telling at once


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint that names the nearest of `known`, or lists what there is where none is near."""
    known = tuple(known)
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]!r}?"
    more = f" and {len(known) - MOST_LISTED} more" if len(known) > MOST_LISTED else ""
    return f"Known: {', '.join(known[:MOST_LISTED])}{more}."


@cache
def _declared(folder: str) -> dict[str, str]:
    """Name to module of everything the folder offers, sorted by name."""
    found = {}
    for path in sorted((PACKAGE / folder).glob("*.py")):
        if path.stem in {"__init__", "base"} or path.stem.startswith("_"):
            continue
        module = f"reporter.{folder}.{path.stem}"
        found.update(dict.fromkeys(_names_in(path), module))
    return dict(sorted(found.items()))


def _names_in(path: Path) -> tuple[str, ...]:
    names = _literal(path, "NAMES")
    return tuple(names) if isinstance(names, tuple | list) else (path.stem,)


def _literal(path: Path, constant: str) -> object:
    """The value of a constant assigned at a file's top, or None; the file is read, never run."""
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if ast.unparse(targets[0]) == constant:
                return ast.literal_eval(node.value)
    return None


def _literal_of_others(path: Path | None, constant: str) -> object:
    """The same of a file somebody else wrote, where the constant may be anything."""
    try:
        return _literal(path, constant) if path else None
    except (OSError, SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None


class Registry(Generic[T]):
    """What one folder of the package offers, by name.

    Args:
        folder: the package's folder, such as "metrics".
        word: what one entry is called in messages, such as "metric".
        group: the entry points by which other packages add to it; without one it is closed.
    """

    def __init__(self, folder: str, word: str, *, group: str = "") -> None:
        self.folder = folder
        self.word = word
        self.group = group
        self._entries: dict[str, T] = {}

    def names(self) -> tuple[str, ...]:
        """Every name, sorted, without importing a module."""
        return tuple(sorted({*_declared(self.folder), *self._offers()}))

    def _offers(self) -> Mapping[str, Offer]:
        if not self.group:
            return {}
        from reporter.plugins import offers  # reads metadata: only where it is needed

        return offers(self.group)

    def offer(self, name: str) -> Offer | None:
        """The other package's offer of this name; None for one of our own."""
        return None if name in _declared(self.folder) else self._offers().get(name)

    def register(self, name: str, entry: T) -> None:
        """Called by a decorator while a module of the folder is imported.

        Raises:
            SpecError: another package's module registers a name of ours.
        """
        own = _declared(self.folder).get(name)
        if self.group and own and getattr(entry, "__module__", own) != own:
            raise SpecError(f"{name!r} is a {self.word} of reporter's own.", tip="Rename it.")
        self._entries[name] = entry

    def get(self, name: str) -> T:
        """The entry of this name; imports its module.

        Raises:
            SpecError: no such name, and the message gives the nearest one; or another package
                offers it and is at fault, and the message names the package.
        """
        if name not in self.names():
            raise SpecError(f"unknown {self.word} {name!r}.", tip=nearest(name, self.names()))
        if (rival := self._offers().get(name)) is not None:
            self._check(rival)
        if name not in self._entries:
            self._load(name, rival)
        return self._entries[name]

    def _check(self, offer: Offer) -> None:
        if offer.name in _declared(self.folder):
            problem = f"reporter has a {self.word} of that name, and will not guess which is meant."
            raise offer.refused(self.word, problem)
        if offer.problem:
            raise offer.refused(self.word, offer.problem)

    def _load(self, name: str, offer: Offer | None) -> None:
        """Import the module that registers the name."""
        if offer is None:
            importlib.import_module(_declared(self.folder)[name])
            return
        from reporter.plugins import load

        try:
            entry = load(offer)
        except ImportError as error:
            raise offer.refused(self.word, f"{error}.") from error
        if offer.attribute and not callable(entry):
            raise offer.refused(self.word, f"{offer.module}:{offer.attribute} is no function.")
        if offer.attribute:
            self._entries[name] = cast("T", entry)
        if name not in self._entries:
            problem = f"{offer.module} registers no {self.word} of that name."
            raise offer.refused(self.word, problem)

    def declared(self, name: str, constant: str) -> object:
        """The literal a module's file assigns to a constant, without importing it; else None."""
        if (offer := self.offer(name)) is not None:
            from reporter.plugins import file_of

            return _literal_of_others(file_of(offer.module), constant)
        path = PACKAGE.parent / (_declared(self.folder)[name].replace(".", "/") + ".py")
        return _literal(path, constant)

    def summary(self, name: str) -> str:
        """The first line of the entry's docstring, for `reporter list`."""
        return (getattr(self.get(name), "__doc__", "") or "").strip().split("\n")[0]

    def enter(self, name: str) -> Callable[[T], T]:
        """A decorator that registers what it decorates."""

        def decorate(entry: T) -> T:
            self.register(name, entry)
            return entry

        return decorate
