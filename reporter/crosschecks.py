"""What one key of a spec says of another.

Checked on the raw tables, so that it is told even where other keys are mistaken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from reporter import brands, entries, source_options
from reporter.charts.base import charts
from reporter.entries import EntryError
from reporter.errors import SpecError
from reporter.places import Wrong
from reporter.registry import nearest
from reporter.sections.base import sections


def across(raw: dict[str, Any], folder: Path | None) -> list[Wrong]:
    """What one key says of another: told even where other keys are mistaken."""
    return [
        *_brand(raw, folder), *_rivals(raw), *_twice(raw), *_options(raw), *_nameless(raw),
        *_confirmed(raw), *_scheduled(raw), *source_options.mistakes(raw),
    ]  # fmt: skip


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
    watch = raw.get("watch")
    lists: dict[str, Any] = watch if isinstance(watch, dict) else {}
    for name in lists:
        listed = [_yahoo(symbol) for symbol in _list(lists, name)]
        for at, symbol in enumerate(listed):
            if symbol in listed[:at]:
                yield ("watch", name, at), f"{symbol} is named twice."
    for at, pair in enumerate(_tables(raw, "pairs")):
        rival = _yahoo(pair.get("benchmark"))
        if rival and rival == _yahoo(pair.get("subject")):
            yield ("pairs", at, "benchmark"), f"{rival} is the subject too."


def _twice(raw: dict[str, Any]) -> Iterator[Wrong]:
    """A section stands once: charts, pages and remarks are found by its name."""
    names = [section.get("name") for section in _tables(raw, "sections")]
    for at, name in enumerate(names):
        if name in sections.names() and name in names[:at]:
            several = [o for o in ("subjects", "lists") if o in options(str(name))]
            tip = f"Name all of its {several[0]} in one." if several else "Remove one."
            yield ("sections", at, "name"), f"{name!r} stands twice. {tip}"


def _confirmed(raw: dict[str, Any]) -> Iterator[Wrong]:
    """A move is confirmed once, of an instrument the brief asks for: else it would do nothing."""
    met: list[tuple[object, object]] = []
    for at, move in enumerate(_tables(raw, "confirmed")):
        symbol = move.get("symbol")
        if isinstance(symbol, str) and (message := _refused("subjects", symbol, raw)):
            yield ("confirmed", at, "symbol"), message
        if (one := (_yahoo(symbol), str(move.get("on")))) in met:
            yield ("confirmed", at, "on"), f"{symbol} is confirmed twice on this day."
        met.append(one)


def _options(raw: dict[str, Any]) -> Iterator[Wrong]:
    """Options a section does not know, and values that no option can have."""
    for at, section in enumerate(_tables(raw, "sections")):
        if section.get("name") not in sections.names():
            continue
        known = options(section["name"])
        for name, value in section.items():
            if name != "name" and name not in known:
                hint = nearest(name, known) if known else "This section has no options."
                yield ("sections", at, name), f"unknown option. {hint}"
            elif name in _WORDS:
                for message in _misnamed(name, value, raw):
                    yield ("sections", at, name), message


def _misnamed(name: str, value: object, raw: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the words of an option, one by one."""
    if name in _SINGLE and not isinstance(value, str):
        yield "must be text in quotes."
        return
    words = value if isinstance(value, list) else [value]
    if not words:
        yield "is empty."
    for at, word in enumerate(words):
        if not isinstance(word, str):
            yield "must be text, or a list of texts."
        elif message := _refused(name, word, raw):
            yield message
        elif _yahoo(word) in [_yahoo(other) for other in words[:at]]:
            yield f"{word} is named twice."


def _refused(name: str, word: str, raw: dict[str, Any]) -> str:
    """Why this option cannot say this word; empty where it can."""
    try:
        _WORDS[name](word, raw)
    except EntryError as error:
        return str(error)
    return ""


def _a_list(word: str, raw: dict[str, Any]) -> None:
    watch = raw.get("watch")
    known = tuple(watch) if isinstance(watch, dict) else ()
    if word not in known:
        hint = nearest(word, known) if known else "Add it under [watch]."
        raise EntryError(f"no watch list {word!r}. {hint}")


def _an_instrument(word: str, raw: dict[str, Any]) -> None:
    known = tuple(str(_yahoo(name)) for name in _mentioned(raw))
    if entries.symbol(word) not in known:
        hint = f"{nearest(word, known)} Others go into a list under [watch]."
        raise EntryError(f"{word} is none of the brief's instruments. {hint}")


def _mentioned(raw: dict[str, Any]) -> list[Any]:
    """Every symbol the spec asks prices for, as written."""
    watch = raw.get("watch")
    watched = [s for name in watch for s in _list(watch, name)] if isinstance(watch, dict) else []
    legs = [pair.get(leg) for pair in _tables(raw, "pairs") for leg in ("subject", "benchmark")]
    return [*_list(raw, "subjects"), raw.get("benchmark"), *legs, *watched]


_SYMBOLS = ("figures", "subjects")
_WINDOWS = ("window", "windows")
_SINGLE = ("title", "chart", "window", "heat")
_WORDS: Mapping[str, Callable[[str, dict[str, Any]], object]] = {
    "title": lambda word, _raw: entries.title(word),
    "chart": lambda word, _raw: entries.one_of("chart", charts.names())(word),
    **dict.fromkeys(_WINDOWS, lambda word, _raw: entries.window(word)),
    **dict.fromkeys(("heat", "lists"), _a_list),
    **dict.fromkeys(_SYMBOLS, _an_instrument),
}


def in_yahoos_form(given: Mapping[str, Any]) -> dict[str, Any]:
    """A section's options: symbols among them in Yahoo's form, windows in small letters."""
    forms = {**dict.fromkeys(_SYMBOLS, _yahoo), **dict.fromkeys(_WINDOWS, _small)}
    return {name: _each(forms.get(name), value) for name, value in given.items()}


def _each(form: Callable[[object], object] | None, value: object) -> object:
    """A value, or every one of a list of them, in a form."""
    if form is None:
        return value
    return [form(word) for word in value] if isinstance(value, list) else form(value)


def _small(name: object) -> object:
    return name.lower() if isinstance(name, str) else name


_LONGEST_LAG, _LONGEST_UNTIL = timedelta(days=7), timedelta(days=31)


def _scheduled(raw: dict[str, Any]) -> Iterator[Wrong]:
    """A schedule sets the as-of day, and its lengths of time are ones that can be meant."""
    schedule = raw.get("schedule")
    if not isinstance(schedule, dict):
        return
    if "as_of" in raw:
        yield ("as_of",), "is set by [schedule]. Remove one of the two."
    for key, longest in (("lag", _LONGEST_LAG), ("until", _LONGEST_UNTIL)):
        with suppress(EntryError):
            if entries.span(str(schedule.get(key))) > longest:
                yield ("schedule", key), f"is longer than {longest.days} days."


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
