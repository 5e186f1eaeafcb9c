"""Finding metrics, charts, sections and sources by name: one file added is one name more.

A registry reads a folder's file names, and the `NAMES` a family file declares, without importing
anything: validation, completion, `--help` and the JSON Schema stay light. `get` imports one file.
"""

from __future__ import annotations

import ast
import importlib
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from reporter.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == constant:
            return ast.literal_eval(node.value)
    return None


class Registry(Generic[T]):
    """What one folder of the package offers, by name.

    Args:
        folder: the package's folder, such as "metrics".
        word: what one entry is called in messages, such as "metric".
    """

    def __init__(self, folder: str, word: str) -> None:
        self.folder = folder
        self.word = word
        self._entries: dict[str, T] = {}

    def names(self) -> tuple[str, ...]:
        """Every name, sorted, without importing a module."""
        return tuple(_declared(self.folder))

    def register(self, name: str, entry: T) -> None:
        """Called by a decorator while a module of the folder is imported."""
        self._entries[name] = entry

    def get(self, name: str) -> T:
        """The entry of this name; imports its module.

        Raises:
            SpecError: no such name; the message gives the nearest one.
        """
        if name not in self.names():
            raise SpecError(f"unknown {self.word} {name!r}.", tip=nearest(name, self.names()))
        if name not in self._entries:
            importlib.import_module(_declared(self.folder)[name])
        return self._entries[name]

    def declared(self, name: str, constant: str) -> object:
        """The literal a module's file assigns to a constant, without importing it; else None."""
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
