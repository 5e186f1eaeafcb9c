"""A file's values held against the shape they must have: every mistake by its key, as a clause.

pydantic finds the mistakes; these are their words, the same for every file that people write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from reporter.places import Key, Wrong
from reporter.registry import nearest

F = TypeVar("F", bound=BaseModel)
Known = Callable[[Key], Iterable[str]]
"""Gives the keys of the table that an unknown one stands in."""

_PLAIN = MappingProxyType(
    {
        "missing": "is required.",
        "string_type": "must be text in quotes.",
        "list_type": "must be a list.",
        "dict_type": "must be a table.",
        "model_type": "must be a table.",
        "int_type": "must be a whole number.",
        "int_from_float": "must be a whole number.",
        "float_type": "must be a number.",
        "bool_type": "must be true or false.",
        "finite_number": "must be a finite number.",
        "too_short": "is empty.",
    }
)
_BOUNDS = MappingProxyType(
    {
        "greater_than_equal": ("at least", "ge"),
        "less_than_equal": ("at most", "le"),
        "greater_than": ("above", "gt"),
    }
)


def validated(form: type[F], raw: Mapping[str, Any], known: Known) -> tuple[F | None, list[Wrong]]:
    """The values in their shape, or None and all that is wrong with them."""
    try:
        return form.model_validate(raw), []
    except ValidationError as error:
        return None, [_wrong(detail, known) for detail in error.errors(include_url=False)]


def _wrong(error: ErrorDetails, known: Known) -> Wrong:
    key = tuple(part for part in error["loc"] if part != "[key]")
    context, kind = error.get("ctx", {}), error["type"]
    if kind == "value_error":
        return key, str(context["error"])
    if kind == "extra_forbidden":
        return key, f"unknown key. {nearest(str(key[-1]), tuple(known(key)))}"
    if kind == "literal_error":
        values = re.findall(r"'([^']*)'", context["expected"])
        return key, f"unknown value {error['input']!r}. {nearest(str(error['input']), values)}"
    if kind in _BOUNDS:
        way, which = _BOUNDS[kind]
        return key, f"must be {way} {context[which]:,.12g}."
    return key, _PLAIN.get(kind, f"{error['msg']}.")
