"""Prices from a folder of CSV or Parquet files, one a symbol, in the shape of Yahoo's CSV.

Columns: Date, Open, High, Low, Close, Adj Close, Volume (any case; Adj Close, Volume and further
columns such as Dividends may be there or not). An `index.csv` with the columns symbol, file and,
if you like, name and basis (`price` or `adjusted`) says what the files are. A file it does not
list is found by its name: the symbol without `^` and with `-` for `=` (`RUT.csv`, `GC-F.csv`);
of two files with one name the CSV file counts.

The basis of a file without a stated one is found out where that can be done without guessing:
an Adj Close that leaves Close somewhere proves that Close is a quoted price (`price`); indices,
yields, commodities and currencies pay no dividends, so theirs are quoted prices too. Prices of a
fund or share without such an Adj Close may be quoted or dividend-adjusted: levels and records
made from them could be wrong, so that symbol becomes a gap that asks for an `index.csv`.

A bad file spoils its own symbol only. Rows after the as-of day are not even looked at.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from pathlib import Path

import pandas as pd

from reporter.instruments import describe, distributes, known
from reporter.model import Basis, Gap, Instrument, PriceSeries, Provenance, Reason
from reporter.registry import nearest
from reporter.sources._bars import BadBarsError, Cleaned, Table, clean, missing
from reporter.sources._folder import Folder, Listed, open_folder
from reporter.sources.base import DataRequest, Delivered, source


@source("files")
def files(request: DataRequest) -> Delivered:
    """CSV or Parquet files in a folder: files:DIR."""
    folder = open_folder(request.location)
    series: list[PriceSeries] = []
    gaps: list[Gap] = []
    notes: list[str] = []
    for done, symbol in enumerate(request.symbols):
        request.progress(done, len(request.symbols), symbol)
        try:
            one, told = _read(folder, symbol, request)
        except BadBarsError as error:
            gaps.append(missing(symbol, error.reason, str(error)))
        else:
            series.append(one)
            notes.extend(told)
    request.progress(len(request.symbols), len(request.symbols), "")
    return Delivered(tuple(series), tuple(gaps), tuple(notes))


def _read(folder: Folder, symbol: str, request: DataRequest) -> tuple[PriceSeries, tuple[str, ...]]:
    listed = folder.find(symbol)
    if listed is None:
        raise _unknown(folder, symbol)
    if listed.problem:
        raise BadBarsError(listed.problem)
    instrument = describe(symbol, listed.name)
    data = _bytes(folder.path / listed.file, listed.file)
    cleaned = clean(
        Table(
            _frame(data, listed.file),
            listed.file,
            until=request.as_of or request.today,
            signed=instrument.signed,
        )
    )
    basis = _basis(instrument, listed, cleaned)
    origin = Provenance("files", listed.file, hashlib.sha256(data).hexdigest(), len(cleaned.bars))
    return PriceSeries(instrument, cleaned.bars, basis, origin), cleaned.notes


def _unknown(folder: Folder, symbol: str) -> BadBarsError:
    if symbol in known():
        name = describe(symbol).name
        message = f"the folder has no prices of {symbol} ({name}). Add its file."
        return BadBarsError(message, Reason.NO_DATA)
    hint = nearest(symbol, folder.symbols)
    return BadBarsError(f"the folder has no prices of {symbol!r}. {hint}", Reason.UNKNOWN_SYMBOL)


def _bytes(path: Path, label: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{label} cannot be read: {error.strerror}."
        raise BadBarsError(message, Reason.UNAVAILABLE) from error


def _frame(data: bytes, label: str) -> pd.DataFrame:
    """The file's table; its index holds row numbers, those of a CSV as a spreadsheet shows them."""
    if not data.strip():
        raise BadBarsError(f"{label} is empty. Put the prices into it.", Reason.NO_DATA)
    is_csv = Path(label).suffix.lower() == ".csv"
    frame = _csv(data, label) if is_csv else _parquet(data, label)
    if frame.empty:
        raise BadBarsError(f"{label} has no rows. Put the prices into it.", Reason.NO_DATA)
    first = 2 if is_csv else 1
    frame.index = pd.RangeIndex(first, len(frame) + first)
    return frame


def _csv(data: bytes, label: str) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                io.BytesIO(data), encoding="utf-8-sig", index_col=False, skip_blank_lines=False
            )
    except UnicodeDecodeError as error:
        message = f"{label} is not in UTF-8. Save it as CSV in UTF-8."
        raise BadBarsError(message) from error
    except (pd.errors.ParserError, pd.errors.ParserWarning, ValueError) as error:
        message = f"{label} is not a table: {' '.join(str(error).split())}. Correct that line."
        raise BadBarsError(message) from error


def _parquet(data: bytes, label: str) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(io.BytesIO(data), engine="pyarrow")
    except ImportError as error:
        tip = "Install it with: pip install 'market-brief-reporter[parquet]'."
        raise BadBarsError(f"{label}: Parquet files need pyarrow. {tip}") from error
    except (OSError, ValueError) as error:
        message = f"{label} is not a Parquet file. Write it again."
        raise BadBarsError(message) from error
    if frame.index.nlevels > 1 or frame.columns.nlevels > 1:
        message = f"{label} has rows or columns of several levels. Write one table a symbol."
        raise BadBarsError(message)
    if isinstance(frame.index, pd.RangeIndex):
        return frame
    name = frame.index.name
    return frame.rename_axis("Date" if name is None else str(name)).reset_index()


def _basis(instrument: Instrument, listed: Listed, cleaned: Cleaned) -> Basis:
    """The basis stated, where the prices do not contradict it, else the one they prove."""
    if listed.basis is Basis.ADJUSTED and cleaned.dividends:
        raise BadBarsError(
            f"index.csv says that {listed.file} is dividend-adjusted, but its Close is not its "
            "Adj Close. Write price as its basis.",
            Reason.BASIS,
        )
    if listed.basis:
        return listed.basis
    if cleaned.dividends or not distributes(instrument):
        return Basis.PRICE
    raise BadBarsError(
        f"{listed.file} does not show whether its prices leave dividends out: no Adj Close "
        "differs from Close. Add an index.csv with the columns symbol,file,basis to the folder "
        f"and write price or adjusted for {instrument.symbol}.",
        Reason.BASIS,
    )
