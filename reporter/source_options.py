"""What a spec says to its sources: the tables under `[sources]`, checked and made into options.

Which options a source takes it declares in its own file; `terms` every source takes, and of every
one a `label` may say what pages call it, which the source itself is not told.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reporter import written
from reporter.declarations import EVERYWHERE, location_of, loosened, needs_of, options_of, terms_of
from reporter.entries import EntryError, one_of, words
from reporter.model import Json, SourceRef, Terms
from reporter.places import Key
from reporter.registry import nearest
from reporter.secrecy import is_secret
from reporter.sources.base import sources

LABEL = "label"
_SIGNED_IN = re.compile(
    r"://[^/@\s]*:[^/@\s]*@"
    r"|[?&;](?:password|passwd|pwd|secret|(?:\w*_)?token|(?:\w+_)?key)=",
    re.IGNORECASE,
)
_LONGEST_LABEL = 60  # signs: it stands in a line under every chart
_FILE_URL = re.compile(r"(sqlite(?:\+\w+)?:///)([^/:?].*)")
_HOLDS_ONE = "holds a password, and a spec is passed on. Put it into the environment instead."


def mistakes(raw: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    """What is wrong with the tables under `[sources]`, each with its key; secrets in `source`."""
    if isinstance(source := raw.get("source"), str) and _SIGNED_IN.search(source):
        yield ("source",), _HOLDS_ONE
    tables = raw.get("sources")
    for name, table in tables.items() if isinstance(tables, dict) else ():
        if name not in sources.names():
            yield ("sources", name), f"unknown source {name!r}. {nearest(name, sources.names())}"
        elif isinstance(table, dict):
            yield from _in_table(name, table)


def _in_table(name: str, table: Mapping[str, object]) -> Iterator[tuple[Key, str]]:
    known = options_of(name)
    for option, value in table.items():
        key = ("sources", name, option)
        if known is not None and option not in known and not is_secret(option):
            yield key, f"unknown option. {nearest(option, known)}"
        elif message := _told(option, value):
            yield key, message
        elif option == "terms":
            yield from ((key, message) for message in _terms(name, value))
        elif option == LABEL and (message := _label_mistake(value)):
            yield key, message


def _told(option: str, value: object) -> str:
    """Why no source may be told this; empty where it may."""
    if is_secret(option):
        return "is a secret, and a spec is passed on. Put it into the environment instead."
    if isinstance(value, str) and _SIGNED_IN.search(value):
        return _HOLDS_ONE
    if isinstance(value, dict):
        told = ((f"{key} " + why) for key, inner in value.items() if (why := _told(key, inner)))
        return next(told, "")
    if isinstance(value, list):
        return next((why for inner in value if (why := _told("", inner))), "")
    plain = isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))
    return "" if plain else "must be text, a number, true, false, a list or a table."


def _terms(name: str, value: object) -> Iterator[str]:
    """What is wrong with the terms a user states for a source."""
    if not isinstance(value, str):
        yield "must be text in quotes."
        return
    try:
        stated = Terms(one_of("terms", Terms)(value))
    except EntryError as error:
        yield str(error)
        return
    own = terms_of(name)
    if loosened(own, stated):
        yield (
            f"{value!r} would allow more than the source {name!r} does: its data is for {own} "
            f"use by its terms, which a spec cannot loosen. Write '{own}' or stricter terms."
        )


def _label_mistake(value: object) -> str:
    """What is wrong with a label; empty where nothing is."""
    if not isinstance(value, str):
        return "must be text in quotes."
    try:
        text = words(value)
    except EntryError as error:
        return str(error)
    if not text:
        return "is empty."
    return f"is longer than {_LONGEST_LABEL} signs." if len(text) > _LONGEST_LABEL else ""


def labels(tables: Mapping[str, Mapping[str, Json]]) -> Mapping[str, str]:
    """What pages call sources, by their names."""
    return {name: words(str(table[LABEL])) for name, table in tables.items() if LABEL in table}


def ordered(
    ref: SourceRef, tables: Mapping[str, Mapping[str, Json]], folder: Path | None = None
) -> SourceRef:
    """The source with the options that the spec, which lies in `folder`, has for it.

    A database that is a file is named like any other path in a spec: relative to it.
    """
    told = tables.get(ref.name, ref.options)
    options = {key: _resolved(value, folder) for key, value in told.items() if key != LABEL}
    return SourceRef(ref.name, ref.location, options)


def _resolved(value: Json, folder: Path | None) -> Json:
    found = _FILE_URL.fullmatch(value) if isinstance(value, str) and folder else None
    return f"{found[1]}{quote(str(folder.resolve()))}/{found[2]}" if found and folder else value


def beside(ref: SourceRef, folder: Path | None) -> SourceRef:
    """The source of a spec that lies in `folder`: a path in it is relative to the spec."""
    if folder is None or not ref.location or location_of(ref.name) != "path":
        return ref
    return SourceRef(ref.name, str(folder / written.path(ref.location)), ref.options)


def schema() -> dict[str, Any]:
    """The JSON Schema of the tables under `[sources]`, so that an editor offers their keys."""
    return {"additionalProperties": False, "properties": {n: _table(n) for n in sources.names()}}


def _table(name: str) -> dict[str, Any]:
    known = options_of(name)
    taken = known if known is not None else EVERYWHERE
    properties: dict[str, Any] = {option: {"description": told} for option, told in taken.items()}
    properties["terms"] |= {"enum": [t for t in Terms if not loosened(terms_of(name), t)]}
    properties[LABEL] |= {"type": "string", "minLength": 1, "maxLength": _LONGEST_LABEL}
    return {"type": "object", "additionalProperties": known is None, "properties": properties}


def pattern() -> str:
    """What a source may be written like, for the JSON Schema."""
    return f"^({'|'.join(map(_form, sources.names()))})$"


def _form(name: str) -> str:
    if needs_of(name):
        return f"{re.escape(name)}:.+"
    return re.escape(name) if location_of(name) == "none" else f"{re.escape(name)}(:.+)?"
