"""Desk inputs: the targets, flows, views, figures and events that people, not prices, contribute.

They stand in the brief's spec as tables, or in CSV or TOML files beside it. A CSV has one column,
a TOML table one key, for every entry of `COLUMNS[kind]`. Each row is a published fact restated
with its house and its date; a house is never invented, so only a view, which may be the editor's
own, can do without one.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reporter import entries, wording, written
from reporter.entries import EntryError
from reporter.model import DeskFigure, DeskInputs, DeskView, Event, Flow, Target, Unit
from reporter.places import line_numbers, place
from reporter.registry import nearest
from reporter.written import MisreadError

STANCES = ("supportive", "cautious", "neutral", "critical")
NEVER_INVENTED = ("house", "source")
IMPORTANCES = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a desk table: what it holds, and how a cell's text is read."""

    name: str
    about: str
    read: Callable[[str], Any] = entries.words
    required: bool = True


_SYMBOL = Column("symbol", "The instrument it is about, such as ^RUT.", entries.symbol)
_HOUSE = Column("house", "Who published it.")
_PUBLISHED = Column("published", "When: 2026-01-15, 2026-01 or 2026-W03.", entries.published)


def _optional(name: str, about: str, read: Callable[[str], Any] = entries.words) -> Column:
    return Column(name, about, read, required=False)


COLUMNS: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "targets": (
            _SYMBOL,
            _HOUSE,
            _optional("analyst", "Who at the house."),
            _PUBLISHED,
            Column("level", "The target, in the instrument's own units.", entries.level),
            _optional("kind", "How it was found, such as technical."),
            _optional("conviction", "How firmly it is held, such as base or possible."),
        ),
        "flows": (
            _HOUSE,
            _optional("who", "Whose money, such as clients."),
            Column("period", "Over which period, such as 2025."),
            Column("segment", "Of what, such as Small caps."),
            Column(
                "net_usd_bn",
                "Net buying (+) or selling (-), billions of US dollars.",
                entries.billions,
            ),
            _optional("basis", "What is counted, such as single stocks and ETFs."),
            _PUBLISHED,
        ),
        "views": (
            Column("kind", "What sort of view: driver, technical, opinion."),
            _SYMBOL,
            _optional("house", "Who published it; left empty, it is the editor's own."),
            _optional("author", "Who at the house."),
            _PUBLISHED,
            _optional(
                "stance", f"One of: {', '.join(STANCES)}.", entries.one_of("stance", STANCES)
            ),
            Column("fact", "What is said, in a clause without a full stop."),
        ),
        "figures": (
            Column("name", "What is measured, such as forward price-to-earnings."),
            _SYMBOL,
            Column("value", "The figure: a fraction for percentages (0.05 is 5%).", entries.amount),
            Column("unit", f"One of: {', '.join(Unit)}.", entries.one_of("unit", Unit)),
            _HOUSE,
            _PUBLISHED,
            _optional("note", "What a reader must know to read it rightly."),
        ),
        "events": (
            Column("name", "What is due, such as Consumer price index."),
            Column(
                "time",
                "When: 2026-01-21T08:30-05:00, 2026-01-21 08:30 America/New_York, or a day.",
                entries.moment,
            ),
            _optional("zone", "The zone of a time without one.", entries.zone),
            _optional("region", "Where, such as US."),
            _optional("period", "The period it covers, such as December."),
            _optional("prior", "The last outcome, as published, with its unit."),
            _optional("consensus", "What was expected, as published, with its unit."),
            _optional("actual", "The outcome, as published, with its unit."),
            Column("source", "Who says so, such as the agency's release calendar."),
            _optional(
                "importance",
                f"One of: {', '.join(IMPORTANCES)}.",
                entries.one_of("importance", IMPORTANCES),
            ),
            _optional("published", "When this was known; left empty, always.", entries.published),
        ),
    }
)
_SAME: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "targets": ("symbol", "house", "analyst", "level", "published"),
        "flows": ("segment", "house", "who", "period"),
        "views": ("symbol", "house", "fact"),
        "figures": ("name", "symbol", "house"),
        "events": ("name", "region", "period", "time"),
    }
)


@dataclass(frozen=True, slots=True)
class _Row:
    where: str
    cells: Mapping[str, Any]


@dataclass(slots=True)
class _Reading:
    """What has been understood so far, and every mistake met on the way."""

    folder: Path | None
    where: Callable[[tuple[str | int, ...]], str]
    mistakes: list[str] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)


def read(
    tables: Mapping[str, object],
    folder: Path | None,
    where: Callable[[tuple[str | int, ...]], str],
) -> tuple[DeskInputs, tuple[str, ...], Mapping[str, str]]:
    """Desk inputs from the spec's `[desk]` table.

    Args:
        tables: each kind's rows, or the name of a CSV or TOML file in `folder`.
        folder: where the spec lies; None for a shipped spec, which has no files beside it.
        where: names a key of the `[desk]` table in messages.

    Returns:
        The inputs; every mistake, one line each (the inputs are whole only if there is none);
        the sha256 of every file read, by name.
    """
    reading = _Reading(folder, where)
    made: dict[str, tuple[Any, ...]] = {}
    for kind, value in tables.items():
        if kind in COLUMNS:
            made[kind] = tuple(_items(kind, _rows(kind, value, reading), reading))
        else:
            reading.mistakes.append(f"{where((kind,))}: unknown key. {nearest(kind, COLUMNS)}")
    return DeskInputs(**made), tuple(reading.mistakes), reading.digests


# --- rows: from files and tables ---------------------------------------------------------------


def _rows(kind: str, value: object, reading: _Reading) -> list[_Row]:
    if isinstance(value, str):
        return _file_rows(kind, value, reading)
    if isinstance(value, list) and all(isinstance(row, dict) for row in value):
        return [_Row(reading.where((kind, at)), row) for at, row in enumerate(value)]
    tip = f'Write {kind} = "{kind}.csv", or [[desk.{kind}]] tables.'
    reading.mistakes.append(f"{reading.where((kind,))}: is neither a file nor tables. {tip}")
    return []


def _file_rows(kind: str, name: str, reading: _Reading) -> list[_Row]:
    try:
        data = _bytes(name, reading.folder)
        read_rows = _toml_rows if name.endswith(".toml") else _csv_rows
        rows = read_rows(kind, name, written.text(data))
    except EntryError as error:
        reading.mistakes.append(f"{reading.where((kind,))}: {error}")
    except MisreadError as error:
        reading.mistakes.append(f"{name}: {error}")
    except csv.Error as error:
        reading.mistakes.append(f"{name}: is not CSV: {error}.")
    else:
        reading.digests[name] = hashlib.sha256(data).hexdigest()
        return rows
    return []


def _bytes(name: str, folder: Path | None) -> bytes:
    if not name.endswith((".csv", ".toml")):
        raise EntryError(f"{name!r} is neither a .csv nor a .toml file.")
    if folder is None:
        raise EntryError("a shipped brief has no files beside it.")
    try:
        return written.beside(name, folder).read_bytes()
    except MisreadError as error:
        raise EntryError(str(error)) from error
    except OSError as error:
        raise EntryError(f"{name!r} cannot be read: {error.strerror}.") from error


def _csv_rows(kind: str, name: str, text: str) -> list[_Row]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [cell.strip() for cell in next(lines, [])]
    _check_header(kind, name, header)
    rows = []
    for cells in lines:
        if any(cell.strip() for cell in cells):
            extra = {"": ""} if len(cells) > len(header) else {}
            padded = [*cells, *[""] * (len(header) - len(cells))]
            pairs = dict(zip(header, padded, strict=False))
            rows.append(_Row(f"{name}:{lines.line_num}", {**pairs, **extra}))
    if not rows:
        raise EntryError(f"{name!r} has no rows.")
    return rows


def _check_header(kind: str, name: str, header: list[str]) -> None:
    """Say once what is wrong with the columns, rather than in every row."""
    known = tuple(column.name for column in COLUMNS[kind])
    required = tuple(column.name for column in COLUMNS[kind] if column.required)
    missing = ", ".join(column for column in required if column not in header)
    unknown = [column for column in header if column not in known]
    doubled = sorted({column for column in header if header.count(column) > 1})
    wrong = [f"no column {missing}"] if missing else []
    wrong += [f"unknown column {column!r}" for column in unknown]
    wrong += [f"column {column} twice" for column in doubled]
    if wrong:
        whole = f"Expected, with commas between: {','.join(known)}."
        tips = [whole] if missing else [nearest(column, known) for column in unknown]
        raise EntryError(" ".join([f"{name!r} has {' and '.join(wrong)}.", *tips]))


def _toml_rows(kind: str, name: str, text: str) -> list[_Row]:
    rows = written.toml(text).get(kind)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise EntryError(f"{name!r} has no [[{kind}]] tables.")
    found = line_numbers(text)
    return [_Row(f"{name}:{place(found, (kind, at)) or 1}", row) for at, row in enumerate(rows)]


# --- items: from rows --------------------------------------------------------------------------


def _items(kind: str, rows: Iterable[_Row], reading: _Reading) -> Iterable[Any]:
    seen: dict[tuple[object, ...], str] = {}
    for row in rows:
        before = len(reading.mistakes)
        cells = _cells(COLUMNS[kind], row, reading)
        if len(reading.mistakes) == before:
            key = tuple(cells[name] for name in _SAME[kind])
            if key in seen:
                reading.mistakes.append(f"{row.where}: says the same as {seen[key]}. Remove one.")
            seen[key] = row.where
            try:
                yield _MAKE[kind](cells)
            except EntryError as error:
                reading.mistakes.append(f"{row.where}: {error}")


def _cells(columns: tuple[Column, ...], row: _Row, reading: _Reading) -> dict[str, Any]:
    known = tuple(column.name for column in columns)
    for name in row.cells:
        if name not in known:
            tip = nearest(name, known) if name else "Quote a cell that holds a comma."
            what = "unknown column." if name else "more cells than columns."
            reading.mistakes.append(f"{_at(row, name)}: {what} {tip}")
    read_cells: dict[str, Any] = {}
    for column in columns:
        try:
            text = _text(row.cells.get(column.name, ""))
            read_cells[column.name] = _cell(column, text)
            if column.name == "published":
                told = wording.stated_period(read_cells["published"], text) if text else ""
                read_cells["published_text"] = told
        except EntryError as error:
            reading.mistakes.append(f"{_at(row, column.name)}: {error}")
    return read_cells


def _at(row: _Row, column: str) -> str:
    return f"{row.where}: {column}" if column else row.where


def _text(value: object) -> str:
    """A cell as text, whether it came from CSV (text) or TOML (numbers and dates too)."""
    if isinstance(value, str):
        return entries.words(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)
    raise EntryError("must be text, a number or a date.")


def _cell(column: Column, text: str) -> object:
    if text:
        return column.read(text)
    if column.required:
        tip = f" A {column.name} is never invented." if column.name in NEVER_INVENTED else ""
        raise EntryError(f"is missing.{tip}")
    return ""


def _flow(cells: dict[str, Any]) -> Flow:
    return Flow(net_usd=cells.pop("net_usd_bn"), **cells)


def _view(cells: dict[str, Any]) -> DeskView:
    return DeskView(text=cells.pop("fact"), **cells)


def _event(cells: dict[str, Any]) -> Event:
    """An event, whose time and zone make sense together.

    Raises:
        EntryError: they do not.
    """
    when = cells.pop("time")
    at = entries.instant(when, cells.pop("zone"))
    return Event(on=when.day, at=at, **(cells | {"published": cells["published"] or None}))


_MAKE: Mapping[str, Callable[[dict[str, Any]], Any]] = MappingProxyType(
    {
        "targets": lambda cells: Target(**cells),
        "flows": _flow,
        "views": _view,
        "figures": lambda cells: DeskFigure(**cells),
        "events": _event,
    }
)
