"""Prices from a folder of CSV or Parquet files: one a symbol, or a table with a column a series.

Files of one symbol are in the shape of Yahoo's CSV. Columns: Date, Open, High, Low, Close,
Adj Close, Volume (any case; Adj Close, Volume and further columns such as Dividends may be there
or not; Date and Close alone will do). Tables of several series have a day (`date` or
`observation_date`) and a column for each, as FRED gives rates (`observation_date,DGS10`) and as
tables of closes are (`Date,AAPL,MSFT`); `.` or nothing stands for a day without a value.

A column `published` (or `realtime_start`, as ALFRED has it) says when each row became known, and
several rows of a day are what was known of it from then on. Series that are not daily need it, or
`lag_days` in the index: how many days after the end of its period a value comes out.

An `index.csv` with the columns symbol, file and, if you like, column, name, basis (`price` or
`adjusted`), kind, exchange, terms and lag_days says what the files are. A symbol it does not list
is found by the name of a file, without `^` and with `-` for `=` (`RUT.csv`, `GC-F.csv`); of two
files with one name the CSV file counts. Where there is none, a column of that name in any CSV file
will do.

The basis of a file without a stated one is found out where that can be done without guessing:
an Adj Close that leaves Close somewhere proves that Close is a quoted price (`price`); indices,
yields, commodities and currencies pay no dividends, so theirs are quoted prices too. Prices of a
fund or share without such an Adj Close may be quoted or dividend-adjusted: levels and records
made from them could be wrong, so that symbol becomes a gap that asks for an `index.csv`.

A bad file spoils its own symbols only. Rows after the as-of day are not even looked at.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import warnings
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from reporter.errors import SpecError
from reporter.instruments import describe, known
from reporter.model import Json, Reason, Terms
from reporter.registry import nearest
from reporter.sources._columns import Opened, Sheet, column_of, extract, kept
from reporter.sources._folder import Folder, Listed, open_folder
from reporter.sources.base import DataRequest, Delivered, NoQuotesError, Quotes, each, source

TERMS = "unknown"  # whose prices they are only the user knows
LOCATION = "path"
NEEDS = "a folder. Write files:DIR."
OPTIONS: dict[str, str] = {}
TABLE = "[sources.files]"  # of a spec
COMMAS = "Date,Open,High,Low,Close,Adj Close,Volume"


@source("files")
def files(request: DataRequest) -> Delivered:
    """CSV or Parquet files in a folder: files:DIR."""
    folder = open_folder(request.location)
    opened = kept(lambda file: _sheet(folder.path / file, file))
    return Delivered(
        each(request, lambda symbol: _read(folder, symbol, opened)), _terms(request.options)
    )


def _terms(options: Mapping[str, Json]) -> Terms:
    """What the folder's prices may be used for, as the spec's `[sources.files]` says."""
    for name in options:
        if name != "terms":
            tip = nearest(name, ("terms",))
            raise SpecError(f"the source 'files' has no option {name!r}.", where=TABLE, tip=tip)
    word = options.get("terms", Terms.UNKNOWN)
    if word not in tuple(Terms):
        tip = f"Write one of: {', '.join(Terms)}."
        raise SpecError(f"the source 'files' knows no terms {word!r}.", where=TABLE, tip=tip)
    return Terms(str(word))


def _read(folder: Folder, symbol: str, opened: Opened) -> Quotes:
    listed = folder.find(symbol)
    if listed is None:
        raise _unknown(folder, symbol)
    if listed.problem:
        raise NoQuotesError(listed.problem)
    sheet = opened(listed.file)
    frame, label, origin = _table(sheet, listed)
    return Quotes(
        symbol,
        frame,
        label=label,
        origin=origin,
        name=listed.name,
        basis=listed.basis,
        basis_tip=_basis_tip(symbol, "column," * (label != listed.file)),
        kind=listed.kind,
        exchange=listed.exchange,
        correctable=True,
        sha256=sheet.sha256,
        short=sheet.short,
        terms=listed.terms,
        lag_days=listed.lag_days,
    )


def _basis_tip(symbol: str, further: str) -> str:
    return (
        f"Add an index.csv with the columns symbol,file,{further}basis to the folder and write "
        f"price or adjusted for {symbol}."
    )


def _table(sheet: Sheet, listed: Listed) -> tuple[pd.DataFrame, str, str]:
    """The table of one symbol, what messages call it, and where it can be looked up."""
    file = listed.file
    if not sheet.wide and not listed.column:
        return sheet.frame, file, file
    if not sheet.wide:
        raise NoQuotesError(f"{file} holds one symbol's prices. Leave column {listed.column} out.")
    column = column_of(sheet, listed.symbol, listed.column, file)
    return extract(sheet, column), f"{file} ({column})", f"{file}, column {column}"


def _unknown(folder: Folder, symbol: str) -> NoQuotesError:
    if symbol in known():
        message = f"the folder has no prices of {describe(symbol).full}. Add its file."
        return NoQuotesError(message, Reason.NO_DATA)
    hint = nearest(symbol, folder.symbols)
    return NoQuotesError(f"the folder has no prices of {symbol!r}. {hint}", Reason.UNKNOWN_SYMBOL)


def _sheet(path: Path, label: str) -> Sheet:
    data = _bytes(path, label)
    frame, short = _frame(data, label)
    return Sheet(frame, short, hashlib.sha256(data).hexdigest())


def _bytes(path: Path, label: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{label} cannot be read: {error.strerror}."
        raise NoQuotesError(message, Reason.UNAVAILABLE) from error


def _frame(data: bytes, label: str) -> tuple[pd.DataFrame, frozenset[int]]:
    """The file's table and the numbers of its rows that are too short.

    Row numbers, which are the table's index, are those of a CSV as a spreadsheet shows them.
    """
    if not data.strip():
        raise NoQuotesError(f"{label} is empty. Put the prices into it.", Reason.NO_DATA)
    is_csv = Path(label).suffix.lower() == ".csv"
    frame, short = _csv(data, label) if is_csv else (_parquet(data, label), frozenset[int]())
    first = 2 if is_csv else 1
    frame.index = pd.RangeIndex(first, len(frame) + first)
    return frame, short


def _csv(data: bytes, label: str) -> tuple[pd.DataFrame, frozenset[int]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"{label} is not in UTF-8. Save it as CSV in UTF-8."
        raise NoQuotesError(message) from error
    _check_commas(text, label)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                io.BytesIO(data), encoding="utf-8-sig", index_col=False, skip_blank_lines=False
            )
    except (pd.errors.ParserError, pd.errors.ParserWarning, ValueError) as error:
        raise NoQuotesError(f"{label} is not a table: {_misfit(text)}") from error
    if frame.empty or not frame.iloc[:, -1].isna().any():
        return frame, frozenset()
    head, *rows = _cells(text)
    lengths = enumerate(map(len, rows), 2)
    return frame, frozenset(number for number, length in lengths if 0 < length < len(head))


def _check_commas(text: str, label: str) -> None:
    """Refuses a web page saved in the file's place, and a table with other signs for commas."""
    start = text.lstrip()
    head = start.partition("\n")[0]
    if start.startswith("<"):
        raise NoQuotesError(
            f"{label} is a web page, not a table: it has no column 'date'. Save the prices as CSV."
        )
    for sign, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if sign in head and "," not in head:
            message = f"{label} is separated by {name}; use commas."
            raise NoQuotesError(f"{message} Its head would be {COMMAS}.")


def _misfit(text: str) -> str:
    """Which row does not fit the head of a text that is no table."""
    head, *rows = _cells(text)
    for number, row in enumerate(rows, 2):
        if len(row) > len(head):
            return f"row {number} has {len(row)} cells, the head has {len(head)}. Correct that row."
    return "a quotation mark is never closed, or a sign is none of text. Save it as CSV again."


def _cells(text: str) -> list[list[str]]:
    """The cells of every row, none for a blank one; as far as the text can be read as CSV."""
    found: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        for row in csv.reader(io.StringIO(text, newline=None)):
            found.append(row if any(cell.strip() for cell in row) else [])  # noqa: PERF401
    return found or [[]]


def _parquet(data: bytes, label: str) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(io.BytesIO(data), engine="pyarrow")
    except ImportError as error:
        tip = "Install it with: pip install 'market-brief-reporter[parquet]'."
        raise NoQuotesError(f"{label}: Parquet files need pyarrow. {tip}") from error
    except (OSError, ValueError) as error:
        message = f"{label} is not a Parquet file. Write it again."
        raise NoQuotesError(message) from error
    if frame.index.nlevels > 1 or frame.columns.nlevels > 1:
        message = f"{label} has rows or columns of several levels. Write one table a symbol."
        raise NoQuotesError(message)
    if isinstance(frame.index, pd.RangeIndex):
        return frame
    name = frame.index.name
    return frame.rename_axis("Date" if name is None else str(name)).reset_index()
