"""Tables with a column a series, as FRED's downloads are: which file has which, and one of them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from reporter.instruments import canonical
from reporter.registry import nearest
from reporter.sources.base import NoQuotesError

DAYS = ("date", "observation_date", "datetime")
PUBLISHED = ("published", "realtime_start")
NO_SERIES = frozenset((*DAYS, *PUBLISHED, "realtime_end"))
PRICES = frozenset(
    ("open", "high", "low", "close", "adj close", "volume", "dividends", "stock splits")
)
BLANK = "."  # how FRED's older files write a day without a value


@dataclass(frozen=True, eq=False)
class Sheet:
    """A file as it was read: its table, the rows cut short, and the sha256 of its bytes."""

    frame: pd.DataFrame
    short: frozenset[int]
    sha256: str

    @cached_property
    def wide(self) -> bool:
        """Whether it has days and series, not the prices of one symbol."""
        return is_wide(map(str, self.frame.columns))

    @cached_property
    def series(self) -> Mapping[str, str]:
        """The symbols its columns stand for, with the columns."""
        return series_in(map(str, self.frame.columns))

    @cached_property
    def day(self) -> str:
        """The column of the days."""
        return next(name for name in self.frame.columns if plain(str(name)) in DAYS)


def is_wide(head: Iterable[str]) -> bool:
    """Whether the columns are a day and one series each: no price of a day is among them."""
    names = {plain(column) for column in head}
    return not names.isdisjoint(DAYS) and names.isdisjoint(PRICES) and bool(names - NO_SERIES)


def plain(column: str) -> str:
    """A column's name as it is compared."""
    return column.strip().lower()


def series_in(head: Iterable[str]) -> Mapping[str, str]:
    """The symbols a table's columns stand for, with the columns."""
    return {canonical(name): name for name in head if plain(name) not in NO_SERIES and name.strip()}


def heads(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """The first line of every CSV file of the folder that has a column a series, by file name."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() == ".csv" and path.is_file():
            head = _head(path)
            if is_wide(head):
                found[path.name] = head
    return found


def _head(path: Path) -> tuple[str, ...]:
    """A file's first line; empty where it cannot be read, which is told to whom asks for it."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(next(csv.reader(file), ()))
    except (OSError, UnicodeDecodeError, csv.Error):
        return ()


def column_of(sheet: Sheet, symbol: str, asked: str, label: str) -> str:
    """The column that holds the symbol: the one asked for, of its name, or the only one.

    Raises:
        NoQuotesError: there is no such column, or two of them.
    """
    known = sheet.series
    named = (name for name in known.values() if plain(name) == plain(asked))
    found = next(named, None) if asked else known.get(symbol)
    if found is None and not asked and len(known) == 1:
        found = next(iter(known.values()))
    if found is None:
        what = repr(asked) if asked else f"of the name {symbol}"
        raise NoQuotesError(
            f"{label} has no column {what}. {nearest(asked or symbol, tuple(known.values()))}"
        )
    if f"{found}.1" in sheet.frame:
        raise NoQuotesError(f"{label} has two columns {found!r}. Remove one.")
    return found


def extract(sheet: Sheet, column: str) -> pd.DataFrame:
    """The days and one column, as a table of closes; with when they were published, if it says."""
    values = sheet.frame[column]
    if not pd.api.types.is_numeric_dtype(values.dtype):
        values = values.where(values.astype(str).str.strip() != BLANK)
    names = (name for name in sheet.frame.columns if plain(str(name)) in PUBLISHED)
    published = {name: sheet.frame[name] for name in names}
    return pd.DataFrame({"Date": sheet.frame[sheet.day], "Close": values, **published})


Opened = Callable[[str], Sheet]


def kept(read: Opened) -> Opened:
    """A reader that reads each table of several series once: they are asked for one by one."""
    sheets: dict[str, Sheet] = {}

    def opened(file: str) -> Sheet:
        sheet = sheets.get(file) or read(file)
        if sheet.wide:
            sheets[file] = sheet
        return sheet

    return opened
