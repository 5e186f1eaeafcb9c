"""What a source is: a function from a request to quotes; a file in this folder is a source.

A source gives each symbol's table as its vendor has it, or the gap that stands for it, one after
the other. It judges no price: `reporter.gate` does, for every source alike. What it may be told and
what its data may be used for stands in its file as literals (see `reporter.declarations`).

Sources of other packages import what `__all__` names from here; CONTRIBUTING.md shows a whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reporter.errors import DataError, SpecError
from reporter.model import EMPTY, Basis, DeskInputs, Gap, Json, Kind, Reason, Terms
from reporter.registry import Registry

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Basis",
    "DataError",
    "DataRequest",
    "Delivered",
    "Gap",
    "Kind",
    "NoQuotesError",
    "Quotes",
    "Reason",
    "Source",
    "SpecError",
    "Terms",
    "each",
    "missing",
    "source",
]


def silent(_done: int, _total: int, _symbol: str) -> None:
    """Progress nobody watches."""


def unrecorded() -> str:
    """The snapshot of what was not recorded: none."""
    return ""


Progress = Callable[[int, int, str], None]
EARLIEST_ZONE = timezone(timedelta(hours=14))  # where each day begins first


@dataclass(frozen=True, slots=True)
class DataRequest:
    """What the brief needs.

    Args:
        symbols: in Yahoo's form (`^RUT`), each once.
        location: what the user wrote after `name:`; empty where nothing.
        as_of: the last day wanted; None for the latest there is.
        now: the caller's clock, with its zone; a source reads no other.
        progress: told before each symbol; `each` does it.
        options: what the spec says under `[sources.NAME]`, and nothing else.
        data_folder: where snapshots lie.
        refresh: ask anew for what is there already.
    """

    symbols: Sequence[str]
    location: str = ""
    as_of: date | None = None
    now: datetime | None = None
    progress: Progress = silent
    options: Mapping[str, Json] = field(default_factory=lambda: EMPTY)
    data_folder: Path | None = None
    refresh: bool = False

    @property
    def today(self) -> date | None:
        """The latest day that has begun anywhere: Tokyo's may be over while it is night here."""
        return self.now.astimezone(EARLIEST_ZONE).date() if self.now else None

    @property
    def until(self) -> date | None:
        """The last day that rows are wanted of."""
        return self.as_of or self.today


@dataclass(frozen=True, slots=True, eq=False)
class Quotes:
    """One symbol's daily prices as its vendor has them, before anybody trusts them.

    Args:
        symbol: as it was asked for.
        frame: columns in any case and order: Date, Open, High, Low, Close and, where the vendor
            has them, Adj Close, Volume, Dividends, Stock Splits. A table of Date and Close alone
            will do for what has no other prices, such as a rate. Published, where it is there, is
            the day a row became known: later rows of a day replace earlier ones from then on. The
            index holds the row numbers a user sees.
        label: what messages call the table, such as its file's name.
        origin: where it can be looked up again.
        name: what the vendor calls the instrument.
        basis: how the prices are adjusted, where that is known; else it is found out.
        basis_tip: what to do where it cannot be found out.
        kind: what the instrument is, where the source knows better than the catalogue.
        exchange: the calendar it trades by, where the source knows better than the catalogue.
        correctable: the user can mend the table, so that impossible rows are refused by number;
            else they are left out.
        fetched: when it came over a network; bars not final by then are never used.
        sha256: of the table as it came; made from the bars where the source gives none.
        short: numbers of the rows with fewer cells than the head, as a file has that was cut off.
        terms: what these prices may be used for, where they differ from the source's.
        lag_days: how many days after the end of its period each value is published, where no
            column says so.
    """

    symbol: str
    frame: pd.DataFrame
    label: str
    origin: str
    name: str = ""
    basis: Basis | None = None
    basis_tip: str = ""
    kind: Kind | None = None
    exchange: str = ""
    correctable: bool = False
    fetched: datetime | None = None
    sha256: str = ""
    short: frozenset[int] = frozenset()
    terms: Terms | None = None
    lag_days: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Delivered:
    """What a source gives.

    Args:
        answers: for every symbol its quotes or its gap, made as they are asked for. Rows after the
            day wanted may be among them: the gate cuts.
        terms: what the data may be used for; of an unknown one, the `TERMS` of the source's file.
        notes: sentences for the last page.
        sample: the prices are invented, which every page will say.
        desk: desk inputs that come with the prices, as the sample's do. A snapshot holds none, so
            that a source with any is refused where it would be recorded.
        source: what pages call the source where that is not the name it was asked by.
        snapshot: gives the name under which the run was recorded, once all answers are taken.
        as_of: what was wanted, where that is not what the request says: a replay's own day.
        now: the clock of that time: the gate decides as it did.
    """

    answers: Iterable[Quotes | Gap]
    terms: Terms = Terms.UNKNOWN
    notes: tuple[str, ...] = ()
    sample: bool = False
    desk: DeskInputs = field(default_factory=DeskInputs)
    source: str = ""
    snapshot: Callable[[], str] = unrecorded
    as_of: date | None = None
    now: datetime | None = None

    def then(self, request: DataRequest) -> DataRequest:
        """The request as it was when the answers came."""
        return replace(request, as_of=request.as_of or self.as_of, now=self.now or request.now)


class NoQuotesError(Exception):
    """One symbol's prices cannot be had or used; the message says why, where and what to do.

    `each` makes a gap of it. Where nothing at all can be had, a source raises `DataError`.
    """

    def __init__(self, message: str, reason: Reason = Reason.BAD_DATA) -> None:
        super().__init__(message)
        self.reason = reason


def missing(symbol: str, reason: Reason, message: str) -> Gap:
    """The gap that stands for a whole series."""
    return Gap(symbol, "prices", reason, message)


def each(request: DataRequest, read: Callable[[str], Quotes]) -> Iterable[Quotes | Gap]:
    """Every symbol's quotes by `read`, or its gap, with the progress told."""
    total = len(request.symbols)
    for done, symbol in enumerate(request.symbols):
        request.progress(done, total, symbol)
        try:
            yield read(symbol)
        except NoQuotesError as error:
            yield missing(symbol, error.reason, str(error))
    request.progress(total, total, "")


class Source(Protocol):
    """Gives the quotes asked for; the docstring's first line is shown by `reporter list sources`.

    Raises:
        SpecError: an option under `[sources.NAME]` has a value that the source cannot use.
        DataError: nothing at all can be had (no such folder, every request refused); also while
            the answers are asked for. Whatever else is raised is told as the source's own fault.
    """

    def __call__(self, request: DataRequest) -> Delivered:
        """Give what can be given of the request."""
        ...


sources: Registry[Source] = Registry("sources", "source", group="reporter.sources")
source = sources.enter
