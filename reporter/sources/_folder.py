"""A folder of price files: which file holds which symbol, and what its index says of it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType

from reporter import written
from reporter.errors import DataError, SpecError
from reporter.instruments import canonical
from reporter.model import Basis, Kind, Terms
from reporter.publication import LONGEST_LAG
from reporter.sessions import NEW_YORK, known_exchange
from reporter.sources._columns import heads, series_in
from reporter.written import MisreadError

SUFFIXES = (".csv", ".parquet")
INDEX = "index.csv"
FURTHER = ("column", "name", "basis", "kind", "exchange", "terms", "lag_days")
MEANINGS = MappingProxyType({"basis": tuple(Basis), "kind": tuple(Kind), "terms": tuple(Terms)})


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of `index.csv`; `problem` says why it cannot be used, empty where it can.

    `column` names the one that holds the symbol in a table of several.
    """

    symbol: str
    file: str
    name: str = ""
    basis: Basis | None = None
    problem: str = ""
    column: str = ""
    kind: Kind | None = None
    exchange: str = ""
    terms: Terms | None = None
    lag_days: int | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """The price files of a folder: those its index lists, and all others by their name.

    `columns` gives the head of every table of several series; it is asked for only if needed.
    """

    path: Path
    listed: Mapping[str, Listed]
    files: Mapping[str, Path]
    columns: Callable[[], Mapping[str, tuple[str, ...]]]

    def find(self, symbol: str) -> Listed | None:
        """Where they lie: the index's word, else the file, else the column of that name."""
        if symbol in self.listed:
            return self.listed[symbol]
        plain = symbol.replace("=", "-").lower()
        path = self.files.get(plain) or self.files.get(plain.removeprefix("^"))
        return Listed(symbol, path.name) if path else self._column(symbol)

    def _column(self, symbol: str) -> Listed | None:
        """The table that has a column for the symbol; a problem where several have."""
        found = {file: series_in(head).get(symbol) for file, head in self.columns().items()}
        having = [(file, column) for file, column in found.items() if column]
        if len(having) > 1:
            named = " and ".join(file for file, _ in having)
            tip = f"Say in {INDEX} which counts, in the columns symbol,file,column."
            return Listed(symbol, "", problem=f"{named} have a column for {symbol} each. {tip}")
        return Listed(symbol, having[0][0], column=having[0][1]) if having else None

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol the folder may be asked for, for the hint at a misspelt one."""
        used = {entry.file for entry in self.listed.values()}
        wide = self.columns()
        used.update(wide)
        by_name = [canonical(p.stem) for p in self.files.values() if p.name not in used]
        columns = [symbol for head in wide.values() for symbol in series_in(head)]
        return tuple(dict.fromkeys([*self.listed, *by_name, *columns]))


def open_folder(location: str) -> Folder:
    """The folder at `location`, with its index read.

    Raises:
        DataError: no folder, nothing in it, or an index that cannot be read.
    """
    if not location:
        raise DataError("the source 'files' needs a folder.", tip="Write files:DIR.")
    path = _path(location)
    if not path.is_dir():
        what = "is a file, not a folder." if path.is_file() else "no such folder."
        raise DataError(what, where=location, tip="Give the folder of the price files.")
    try:
        found = sorted(path.iterdir(), reverse=True)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}.", where=location) from error
    files = {f.stem.lower(): f for f in _in_preference(found)}
    listed = read_index(path / INDEX, location) if (path / INDEX).is_file() else {}
    if not files and not listed:
        raise DataError(
            "the folder holds no price files.",
            where=location,
            tip="Put CSV or Parquet files into it, one a symbol, such as RUT.csv.",
        )
    return Folder(path, listed, files, cache(partial(heads, path)))


def _path(location: str) -> Path:
    try:
        return written.path(location)
    except MisreadError as error:
        raise DataError(str(error), tip="Give the folder of the price files.") from error


def _in_preference(found: list[Path]) -> list[Path]:
    """Price files so that of two with one name the CSV file comes last and counts."""
    files = [f for f in found if f.suffix.lower() in SUFFIXES and f.is_file()]
    prices = [f for f in files if f.name.lower() != INDEX]
    return sorted(prices, key=lambda f: f.suffix.lower() == ".csv")


def read_index(path: Path, location: str) -> dict[str, Listed]:
    """What `index.csv` says: symbol and file are required, the other columns may be left out.

    A line that cannot be used spoils its own symbol only.

    Raises:
        DataError: the file is no CSV with these columns.
    """
    where = f"{location}/{INDEX}"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = [(reader.line_num, _lower(row)) for row in reader]
            columns = [c.strip().lower() for c in reader.fieldnames or ()]
    except (UnicodeDecodeError, csv.Error, OSError) as error:
        tip = "Save it as CSV, comma-separated, in UTF-8."
        raise DataError(f"cannot be read: {error}.", where=where, tip=tip) from error
    lacking = [c for c in ("symbol", "file") if c not in columns]
    if lacking:
        tip = f"The columns are symbol, file, and if you like {', '.join(FURTHER)}."
        raise DataError(f"no column {' or '.join(map(repr, lacking))}.", where=where, tip=tip)
    return _entries(path.parent, rows)


def _lower(row: Mapping[str | None, str | list[str] | None]) -> dict[str, str]:
    return {str(k).strip().lower(): v.strip() for k, v in row.items() if isinstance(v, str)}


def _entries(folder: Path, rows: list[tuple[int, dict[str, str]]]) -> dict[str, Listed]:
    listed: dict[str, Listed] = {}
    for line, row in rows:
        if not any(row.values()):
            continue
        entry = _entry(folder, line, row)
        before = listed.get(entry.symbol)
        if before and before != entry:
            problem = f"{INDEX}, row {line}: {entry.symbol} is listed twice. Remove one line."
            entry = Listed(entry.symbol, entry.file, problem=problem)
        listed[entry.symbol] = entry
    return listed


def _entry(folder: Path, line: int, row: Mapping[str, str]) -> Listed:
    symbol = canonical(row.get("symbol", ""))
    file = row.get("file", "")
    words = {name: row.get(name, "").lower() for name in MEANINGS}
    problem = _file_problem(folder, file)
    for name, known in MEANINGS.items():
        if not problem and words[name] not in {"", *known}:
            problem = f"the {name} is {words[name]!r}, not {' or '.join(known)}. Correct it."
    problem = problem or _exchange_problem(row.get("exchange", ""))
    problem = problem or _lag_problem(row.get("lag_days", ""))
    if problem:
        return Listed(symbol, file, problem=f"{INDEX}, row {line}: {problem}")
    basis, kind, terms = words["basis"], words["kind"], words["terms"]
    return Listed(
        symbol,
        file,
        row.get("name", ""),
        Basis(basis) if basis else None,
        column=row.get("column", ""),
        kind=Kind(kind) if kind else None,
        exchange=row.get("exchange", "") and known_exchange(row["exchange"]),
        terms=Terms(terms) if terms else None,
        lag_days=int(row["lag_days"]) if row.get("lag_days") else None,
    )


def _lag_problem(written: str) -> str:
    """Why this is no number of days; empty where it is one, or nothing."""
    if not written or (written.isascii() and written.isdecimal() and int(written) <= LONGEST_LAG):
        return ""
    return f"lag_days is {written!r}, not a number of days up to {LONGEST_LAG}. Write it like 10."


def _exchange_problem(name: str) -> str:
    """Why no calendar is known by this name; empty where one is, or none is named."""
    try:
        known_exchange(name or NEW_YORK)
    except SpecError as error:
        return str(error)
    return ""


def _file_problem(folder: Path, file: str) -> str:
    """Why the file named may not or cannot be read; empty where it can."""
    if not file:
        return "no file is named. Name the file that holds the prices."
    try:
        path = written.beside(file, folder)
    except MisreadError as error:
        return str(error)
    if not path.resolve().is_relative_to(folder.resolve()):
        return f"{file!r} lies outside the folder and is not read. Put the file into the folder."
    if path.suffix.lower() not in SUFFIXES:
        return f"{file!r} is neither .csv nor .parquet."
    if not path.is_file():
        return f"there is no file {file!r}. Add it or correct its name."
    return ""
