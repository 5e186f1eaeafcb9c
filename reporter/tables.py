"""From a vendor's table to rows that are whole, sorted and possible, or one clear message.

Here each row is judged by itself; `checks` judges what only its neighbours and the calendar show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reporter import payouts, publication
from reporter.model import Finding, Reason, Severity
from reporter.publication import Releases
from reporter.sources.base import NoQuotesError
from reporter.wording import count, long_date

PRICES = ("open", "high", "low", "close")
COLUMNS = (*PRICES, "volume")
Mask = NDArray[np.bool_]
TOLERANCE = 1e-6  # vendors store prices as 32-bit floats: less than this is noise
WIDEST = 36  # characters of a bad value that a message shows
HIGHEST = 1e12  # no price is meant beyond it
NAMED = 3  # a message names so many days, then counts the rest
REMEDIES = {
    "null": "Ask again later, or add the prices of those days.",
    "unsorted": "Nothing is lost; sort the rows by their dates.",
    "repeated": "Nothing is lost; take the second of each pair out.",
    "conflict": "Ask again later, or take the wrong row of each day out.",
    "impossible": "Ask again later, or correct the prices of those days.",
}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T].*)?")


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A vendor's table before it is trusted.

    Args:
        frame: columns in any case and order; the index holds the row numbers a user sees.
        label: what messages call the table, such as its file's name.
        symbol: whose prices it holds.
        until: later rows are not even looked at.
        signed: values may be zero or negative, as yields and commodities may.
        lenient: for feeds nobody can correct. An opening price of zero means that it was not
            recorded and becomes NaN; rows that are impossible or contradict each other are left
            out.
        short: numbers of the rows with fewer cells than the head, as a file has that was cut off.
        lag_days: days after the end of its period that a value is published, where no column says.
    """

    frame: pd.DataFrame
    label: str
    symbol: str = ""
    until: date | None = None
    signed: bool = False
    lenient: bool = False
    short: frozenset[int] = frozenset()
    lag_days: int | None = None

    @property
    def sole(self) -> bool:
        """Whether it holds closes and no other prices, as a rate or a table of closes does."""
        names = {_plain(column) for column in self.frame.columns}
        return "close" in names and names.isdisjoint(PRICES[:3])

    def place(self, row: object) -> str:
        """Where the row lies, for a message."""
        return f"{self.label}, row {row}"

    def found(self, check: str, what: str, days: NDArray[np.datetime64]) -> Finding:
        """The finding that rows were left out or put right; its message names the latest days."""
        known = tuple(_dates(np.unique(days)))
        named = f": {days_in_words(reversed(known))}" if known else ""
        message = f"{self.label}: {what}{named}."
        return Finding(self.symbol, check, Severity.DROP, message, REMEDIES[check], known)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows on their way to bars: row numbers, days (datetime64[us]) and the five `COLUMNS`."""

    numbers: NDArray[np.int64]
    days: NDArray[np.datetime64]
    cells: NDArray[np.float64]

    def take(self, which: Mask | NDArray[np.intp]) -> Rows:
        """The rows chosen, in the order chosen."""
        return Rows(self.numbers[which], self.days[which], self.cells[which])

    def day(self, at: int) -> date:
        """The day of the row at this position."""
        return _dates(self.days[at : at + 1])[0]


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """Bars as `PriceSeries` holds them, what was done to get them, and how they are adjusted.

    `dividends` says whether the table's first adjusted close differs from its close, which only
    prices that leave dividends out can show; `alike` that it has one which does not, and
    `paid` that it states dividends all the same. `splits` are the split ratios it states, by day.
    `later` are the days after the last one wanted. `every` is the usual number of days between
    values; `releases` tell when they were published, where that is known.
    """

    bars: pd.DataFrame
    findings: tuple[Finding, ...]
    dividends: bool
    alike: bool = False
    paid: bool = False
    splits: Mapping[date, float] = field(default_factory=dict)
    later: tuple[date, ...] = ()
    every: int = 1
    releases: Releases | None = None


def days_in_words(days: Iterable[date]) -> str:
    """`16 January 2026`, or the first few of many and how many more; notes put the latest first."""
    days = list(days)
    words = ", ".join(long_date(day) for day in days[:NAMED])
    return f"{words} and {count(len(days) - NAMED)} more" if len(days) > NAMED else words


def is_dated(table: Table) -> bool:
    """Whether something says when its rows were published, so that each day may see others."""
    names = {_plain(column) for column in table.frame.columns}
    return table.lag_days is not None or not names.isdisjoint(publication.COLUMNS)


def clean(table: Table) -> Cleaned:
    """Sorted, unique, complete bars with sane prices.

    Rows without a price and repeated rows are left out, unsorted rows are sorted, each with a
    finding; a table of closes alone may have blank ones, as a column of a table of
    several series does on the days of the others. What cannot be mended without guessing is
    refused.

    Raises:
        NoQuotesError: what is wrong, in which row, and what to do.
    """
    frame = _named(table)
    if frame.empty:
        message = f"{table.label} has no rows. Put the prices into it."
        raise NoQuotesError(message, Reason.NO_DATA)
    days = _days(table, frame)
    dividends = payouts.pays(frame, days)
    wanted = _wanted(days, table.until)
    later = () if wanted.all() else tuple(_dates(np.unique(days[~wanted])))
    table = replace(table, frame=frame[wanted] if later else frame)
    days = days[wanted]
    _check_whole(table, table.frame.index)
    rows = Rows(table.frame.index.to_numpy("int64"), days, _values(table))
    rows, releases = _known(table, rows)
    rows, lost = _complete(table, rows)
    every = publication.frequency(table.label, rows.days, releases) if table.sole else 1
    rows, refused = _sane(table, rows)
    index = pd.DatetimeIndex(rows.days, name="date")
    bars = pd.DataFrame(np.asfortranarray(rows.cells), index=index, columns=list(COLUMNS))
    return Cleaned(
        bars,
        (*lost, *refused),
        dividends,
        alike="adj close" in frame and not dividends,
        paid=payouts.paid(table.frame, days),
        splits=payouts.splits(table.frame, days),
        later=later,
        every=every,
        releases=releases,
    )


def _named(table: Table) -> pd.DataFrame:
    """The table with the column names it should have, without its blank lines."""
    frame = table.frame.set_axis([_plain(c) for c in table.frame.columns], axis=1)
    wanted = ("date", "close") if table.sole else ("date", *PRICES)
    lacking = [c for c in wanted if c not in frame]
    if lacking:
        found = ", ".join(str(c) for c in table.frame.columns) or "none"
        raise NoQuotesError(
            f"{table.label} has no column {' or '.join(map(repr, lacking))} (found: {found}). "
            "Expected are Date, Open, High, Low, Close, Adj Close and Volume, comma-separated."
        )
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise NoQuotesError(f"{table.label} has two columns {twice[0]!r}. Remove one.")
    undated = frame["date"].isna().to_numpy()
    return frame.dropna(how="all") if undated.any() else frame


def _plain(column: object) -> str:
    name = str(column).strip().lower().replace("_", " ")
    return {"adjclose": "adj close", "datetime": "date"}.get(name, name)


def _days(table: Table, frame: pd.DataFrame) -> NDArray[np.datetime64]:
    days = _parsed(frame["date"])
    wrong = np.isnat(days)
    if wrong.any():
        at = int(wrong.argmax())
        _check_whole(table, frame.index[at : at + 1])
        raise NoQuotesError(
            f"{table.place(frame.index[at])}: {_shown(frame['date'].iloc[at])} is not a date. "
            "Write dates as 2026-01-31 (year, month, day)."
        )
    return days


def _check_whole(table: Table, numbers: Iterable[int]) -> None:
    """Refuses a row with too few cells: whatever the last of them says, the file was cut there."""
    lacking = [number for number in numbers if number in table.short] if table.short else []
    if lacking:
        raise NoQuotesError(
            f"{table.place(lacking[0])}: fewer cells than columns; the file may be cut off there. "
            "Complete the row or take it out."
        )


def _parsed(column: pd.Series[str]) -> NDArray[np.datetime64]:
    """Calendar days, NaT where there is none; a time of day and its zone are dropped."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        local = pd.DatetimeIndex(column).tz_localize(None).to_numpy()
        return local.astype("datetime64[D]").astype("datetime64[us]")
    text = column.astype(str)
    cut = text if text.str.len().eq(10).all() else text.where(text.str.match(_DAY)).str[:10]
    days = pd.to_datetime(cut, format="%Y-%m-%d", errors="coerce")
    return days.to_numpy().astype("datetime64[us]")


def _wanted(days: NDArray[np.datetime64], until: date | None) -> Mask:
    """The rows to look at: up to `until`, or all where none is that early."""
    early: Mask = days <= np.datetime64(until or date.max, "us")
    return early if early.any() else ~early


def _shown(value: object) -> str:
    text = repr(str(value))
    return text if len(text) <= WIDEST else f"{text[:WIDEST]}…'"


def _values(table: Table) -> NDArray[np.float64]:
    """The five columns as numbers; a volume that is not there is NaN.

    Where the close is the only price, it is the highest and the lowest known too.
    """
    frame = table.frame
    values = np.full((len(frame), len(COLUMNS)), np.nan)
    for at, name in enumerate(COLUMNS):
        column = "close" if table.sole and name in PRICES[1:] else name
        if column in frame:
            values[:, at] = _numbers(table, frame[column])
    return values


def _numbers(table: Table, column: pd.Series[float]) -> NDArray[np.float64]:
    if not pd.api.types.is_numeric_dtype(column.dtype):
        text, column = column, pd.to_numeric(column, errors="coerce")
        wrong = (column.isna() & text.notna()).to_numpy()
        _refuse(table, text, wrong, "is not a number. Write it plainly, as in 1234.5.")
    numbers = np.asarray(column.to_numpy("float64", na_value=np.nan), dtype=np.float64)
    _refuse(table, column, np.isinf(numbers), "is not a finite number. Correct it.")
    return numbers


def _refuse(table: Table, column: pd.Series[float], wrong: Mask, complaint: str) -> None:
    if wrong.any():
        at = int(wrong.argmax())
        place = f"{table.place(column.index[at])}, column {column.name}"
        raise NoQuotesError(f"{place}: {_shown(column.iloc[at])} {complaint}")


def _complete(table: Table, rows: Rows) -> tuple[Rows, list[Finding]]:
    """The rows that hold a price, sorted, once a day; what was left out is told."""
    first = 1 if table.lenient or table.sole else 0
    if table.lenient:
        rows.cells[rows.cells[:, 0] == 0, 0] = np.nan
    holds = np.asarray(np.isfinite(rows.cells[:, first:4]).all(axis=1), dtype=np.bool_)
    whole = rows.take(holds)
    if not len(whole.days):
        raise NoQuotesError(f"{table.label} has no row with prices.", Reason.NO_DATA)
    lost = rows.days[~holds]
    lost = np.setdiff1d(lost, whole.days) if len(lost) and not table.sole else lost[:0]
    what = "days without a price are left out"
    found = [table.found("null", what, lost)] if len(lost) else []
    if (np.diff(whole.days) < np.timedelta64(0)).any():
        whole = whole.take(np.argsort(whole.days, kind="stable"))
        what = "the rows were not in the order of their dates; sorted"
        found.append(table.found("unsorted", what, lost[:0]))
    return _once(table, whole, found)


def _known(table: Table, rows: Rows) -> tuple[Rows, Releases | None]:
    """The rows whose values were out by the last day wanted, of each day the latest of them.

    All of them where nothing says when they were published.
    """
    published = _publication(table, rows)
    if published is None:
        return rows, None
    known = publication.latest(rows.days, published, table.until)
    if not known.any():
        first = long_date(_dates(published)[int(published.argmin())])
        what = f"{table.label}: nothing was published up to the day wanted; the first on {first}."
        raise NoQuotesError(what, Reason.NO_DATA)
    valued = np.isfinite(rows.cells[:, 3]) & (published <= published[known].max())
    return rows.take(known), publication.releases(rows.days[valued], published[valued])


def _publication(table: Table, rows: Rows) -> NDArray[np.datetime64] | None:
    """When each row was published; None where neither a column nor a lag says so."""
    stated = next((table.frame[c] for c in publication.COLUMNS if c in table.frame), None)
    if stated is None or stated.isna().all():
        if table.lag_days is None:
            return None
        every = publication.interval(rows.days[np.isfinite(rows.cells[:, 3])])
        return publication.after_period(rows.days, every, table.lag_days)
    days = _parsed(stated)
    if np.isnat(days).any():
        at = int(np.isnat(days).argmax())
        value = "nothing" if pd.isna(stated.iloc[at]) else _shown(stated.iloc[at])
        raise NoQuotesError(
            f"{table.place(stated.index[at])}, column {stated.name}: {value} is not the day the "
            "value was published. Write it as 2026-01-31 (year, month, day)."
        )
    return days


def _dates(days: NDArray[np.datetime64]) -> list[date]:
    return days.astype("datetime64[D]").tolist()  # type: ignore[no-any-return]


def _once(table: Table, rows: Rows, found: list[Finding]) -> tuple[Rows, list[Finding]]:
    """Sorted rows without exact repetitions.

    Two different rows for one day are refused; of a feed, both are left out.
    """
    repeats = rows.days[1:] == rows.days[:-1]
    if not repeats.any():
        return rows, found
    one, other = rows.cells[1:], rows.cells[:-1]
    equal = ((one == other) | (np.isnan(one) & np.isnan(other))).all(axis=1)
    clash = repeats & ~equal
    if clash.any() and not table.lenient:
        at = int(clash.argmax())
        raise NoQuotesError(
            f"{table.place(rows.numbers[at])} and row {rows.numbers[at + 1]}: two different rows "
            f"for {long_date(rows.day(at))}. Remove the wrong one."
        )
    unsure = np.unique(rows.days[1:][clash])
    if len(unsure):
        what = "days with two different rows are left out"
        found = [*found, table.found("conflict", what, unsure)]
    again = np.setdiff1d(rows.days[1:][repeats], unsure)
    if len(again):
        found = [*found, table.found("repeated", "repeated rows are counted once", again)]
    keep = ~np.append(np.array([False]), repeats) & ~np.isin(rows.days, unsure)
    if not keep.any():
        raise NoQuotesError(f"{table.label} has two different rows for each of its days.")
    return rows.take(keep), found


def _sane(table: Table, rows: Rows) -> tuple[Rows, list[Finding]]:
    """The rows whose prices are possible; impossible ones are refused, or left out if lenient."""
    wrong = np.zeros(len(rows.days), dtype=bool)
    for complaint, mask in _complaints(table, rows):
        if mask.any() and not table.lenient:
            at = int(mask.argmax())
            day = long_date(rows.day(at))
            place = table.place(rows.numbers[at])
            raise NoQuotesError(f"{place}: on {day} {complaint}. Correct the row or take it out.")
        wrong |= mask
    if wrong.all():
        raise NoQuotesError(f"{table.label} has no row with possible prices.")
    if not wrong.any():
        return rows, []
    what = "days with impossible prices are left out"
    return rows.take(~wrong), [table.found("impossible", what, rows.days[wrong])]


def _complaints(table: Table, rows: Rows) -> Iterable[tuple[str, Mask]]:
    opened, high, low, close, volume = rows.cells.T
    largest = np.fmax(np.fmax(np.abs(opened), np.abs(close)), np.fmax(np.abs(low), np.abs(high)))
    yield f"a price is beyond {count(int(HIGHEST))}", largest > HIGHEST
    noise = np.abs(close) * TOLERANCE
    if not table.signed:
        lowest = np.fmin(np.fmin(opened, close), np.fmin(low, high))
        yield "a price is zero or negative", lowest <= 0
    yield "the volume is negative", volume < 0
    yield "the low is above the high", low > high
    yield "the high is below the open or the close", np.fmax(opened, close) - noise > high
    yield "the low is above the open or the close", np.fmin(opened, close) + noise < low
