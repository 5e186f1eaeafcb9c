"""What one key of a spec says of another.

Checked on the raw tables, so that it is told even where other keys are mistaken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reporter import brands, entries
from reporter.entries import EntryError
from reporter.errors import SpecError
from reporter.places import Key
from reporter.registry import nearest
from reporter.sections.base import sections

Wrong = tuple[Key, str]


def across(raw: dict[str, Any], folder: Path | None) -> list[Wrong]:
    """What one key says of another: told even where other keys are mistaken."""
    return [*_brand(raw, folder), *_rivals(raw), *_options(raw), *_nameless(raw)]


def _brand(raw: dict[str, Any], folder: Path | None) -> Iterator[Wrong]:
    name = raw.get("brand", brands.DEFAULT)
    if isinstance(name, str):
        try:
            brands.load(name, folder)
        except SpecError as error:
            yield ("brand",), str(error)


def _rivals(raw: dict[str, Any]) -> Iterator[Wrong]:
    """An instrument is not held against itself, nor named twice."""
    subjects = [_yahoo(name) for name in _list(raw, "subjects")]
    if raw.get("benchmark") and _yahoo(raw["benchmark"]) in subjects:
        yield ("benchmark",), f"{raw['benchmark']} is a subject too. Name what it is held against."
    for at, name in enumerate(subjects):
        if name in subjects[:at]:
            yield ("subjects", at), f"{name} is named twice."
    for at, pair in enumerate(_tables(raw, "pairs")):
        rival = _yahoo(pair.get("benchmark"))
        if rival and rival == _yahoo(pair.get("subject")):
            yield ("pairs", at, "benchmark"), f"{rival} is the subject too."


def _options(raw: dict[str, Any]) -> Iterator[Wrong]:
    """Options a section does not know, and watch lists that the spec does not have."""
    lists = raw.get("watch", {})
    lists = tuple(lists) if isinstance(lists, dict) else ()
    for at, section in enumerate(_tables(raw, "sections")):
        if section.get("name") not in sections.names():
            continue
        known = options(section["name"])
        for name, value in section.items():
            if name != "name" and name not in known:
                hint = nearest(name, known) if known else "This section has no options."
                yield ("sections", at, name), f"unknown option. {hint}"
            elif name in {"list", "lists"}:
                for wanted in _strange(value, lists):
                    hint = nearest(wanted, lists) if lists else "Add it under [watch]."
                    yield ("sections", at, name), f"no watch list {wanted!r}. {hint}"


def _strange(value: object, lists: tuple[str, ...]) -> list[str]:
    """What is no watch list among the lists an option names, one or several."""
    named = value if isinstance(value, list) else [value]
    return [str(name) for name in named if name not in lists]


def _nameless(raw: dict[str, Any]) -> Iterator[Wrong]:
    title = raw.get("title")
    if (
        isinstance(title, str)
        and title.strip()
        and not raw.get("slug")
        and not entries.slugified(title)
    ):
        yield ("slug",), "is required where the title has no letters a to z or digits."


def options(section: str) -> Mapping[str, str]:
    """The options a section declares (`OPTIONS` in its file): name to description."""
    if section not in sections.names():
        return {}
    declared = sections.declared(section, "OPTIONS")
    return declared if isinstance(declared, dict) else {}


def _yahoo(name: object) -> object:
    try:
        return entries.symbol(name) if isinstance(name, str) else name
    except EntryError:
        return name


def _list(raw: Mapping[str, Any], key: str) -> list[Any]:
    value = raw.get(key)
    return value if isinstance(value, list) else []


def _tables(raw: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    return [item if isinstance(item, dict) else {} for item in _list(raw, key)]
