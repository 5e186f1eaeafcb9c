"""The quality gate between every source and every metric: from a vendor's table to a series.

A series holds only bars of its own exchange's sessions that were final when they were fetched.
`tables` judges each row, `checks` what only neighbours and the calendar show, and here what
concerns a whole table, or two of them. Whatever is found is a `Finding`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from itertools import combinations
from math import nan

import numpy as np
import pandas as pd

from reporter.checks import Days, History, Trading, judge, last_final, shared_volume
from reporter.errors import ReporterError
from reporter.instruments import describe, distributes, known
from reporter.model import (
    Basis,
    ConfirmedMove,
    Finding,
    Gap,
    Instrument,
    Kind,
    PriceSeries,
    Provenance,
    Reason,
    Severity,
)
from reporter.sessions import OBSERVED, Sessions, calendar, day_at
from reporter.sources.base import (
    EARLIEST_ZONE,
    DataRequest,
    Delivered,
    NoQuotesError,
    Quotes,
    missing,
)
from reporter.tables import COLUMNS, Cleaned, Table, clean, is_dated
from reporter.wording import observed

TWO_YEARS = 504  # sessions in which a fund that pays dividends has paid one
OLDEST = 1900
LASTING = frozenset({"volume", "future"})  # findings that hold whatever the day
STEP = 25  # years: one calendar serves series that begin in different ones


@dataclass(frozen=True, slots=True, eq=False)
class Admitted:
    """What came through the gate: series, the gaps of what did not, and what was found."""

    series: tuple[PriceSeries, ...]
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]
    dated: tuple[Quotes, ...] = ()  # tables that are seen differently on another day


def admit(
    delivered: Delivered,
    request: DataRequest,
    source: str,
    confirmed: Iterable[ConfirmedMove] = (),
) -> Admitted:
    """Every answer of a source through the gate, one at a time, so that each is held only once.

    Args:
        delivered: what the source gives.
        request: what was asked: the last day, and the clock.
        source: what the source is called.
        confirmed: moves that are true, however hard to believe.
    """
    confirmed = tuple(confirmed)
    series: list[PriceSeries] = []
    gaps: list[Gap] = []
    findings: list[Finding] = []
    dated: list[Quotes] = []
    for answer in delivered.answers:
        if isinstance(answer, Gap):
            gaps.append(answer)
            continue
        if is_dated(_table(answer, describe(answer.symbol), None)):
            dated.append(answer)
        try:
            one, found = _series(answer, delivered, request, source, confirmed)
        except NoQuotesError as error:
            gaps.append(missing(answer.symbol, error.reason, str(error)))
            findings.extend(_refusal(answer.symbol, error))
        else:
            series.append(one)
            findings.extend(found)
    own, shared = _own_volumes(series)
    return Admitted(own, tuple(gaps), (*findings, *shared), tuple(dated))


def seen_on(  # noqa: PLR0913  what `admit` takes, and the day
    day: date,
    admitted: Admitted,
    delivered: Delivered,
    request: DataRequest,
    *,
    source: str,
    confirmed: Iterable[ConfirmedMove] = (),
) -> Admitted:
    """What came through the gate as it was on an earlier day: nothing published later.

    Args:
        day: the day.
        admitted: what came through, up to the last day wanted.
        delivered: what the source gave, whose answers are used up.
        request: what was asked.
        source: what the source is called.
        confirmed: moves that somebody vouches for.
    """
    if not admitted.dated:
        return admitted
    names = {quotes.symbol for quotes in admitted.dated}
    silent = {s.symbol for s in admitted.series if not (s.bars["volume"] > 0).any()}
    then = replace(request, as_of=day)
    again = admit(replace(delivered, answers=admitted.dated), then, source, confirmed)
    series = (_silenced(one) if one.symbol in silent else one for one in again.series)
    kept = (f for f in admitted.findings if f.symbol not in names or f.check in LASTING)
    return Admitted(
        (*(one for one in admitted.series if one.symbol not in names), *series),
        (*(gap for gap in admitted.gaps if gap.subject not in names), *again.gaps),
        tuple(dict.fromkeys((*kept, *again.findings))),
    )


def _refusal(symbol: str, error: NoQuotesError) -> Iterable[Finding]:
    """The finding of a whole table that is refused; an empty one is only missing."""
    if error.reason in {Reason.BAD_DATA, Reason.BASIS, Reason.STALE}:
        yield Finding(symbol, error.reason.value, Severity.REFUSE, str(error))


def _series(
    quotes: Quotes,
    delivered: Delivered,
    request: DataRequest,
    source: str,
    confirmed: Iterable[ConfirmedMove],
) -> tuple[PriceSeries, tuple[Finding, ...]]:
    instrument = _instrument(quotes)
    clock = None if delivered.sample else _clock(quotes, request)  # a sample waits for no clock
    until = request.as_of or (_today(instrument, clock) if clock else None)
    cleaned = clean(_table(quotes, instrument, until))
    instrument = _observed(instrument, cleaned, until) if cleaned.every > 1 else instrument
    basis = _basis(quotes, instrument, cleaned)
    true = [move.on for move in confirmed if move.symbol == quotes.symbol]
    past = _judged(instrument, cleaned, clock, true)
    bars = _frame(past)
    origin = Provenance(
        source,
        quotes.origin,
        quotes.sha256 or _digest(past),
        len(bars),
        quotes.terms or delivered.terms,
        quotes.fetched,
    )
    found = past.found if request.as_of or clock is None else _with_future(past, cleaned)
    return PriceSeries(past.instrument, bars, basis, origin), found


def _observed(instrument: Instrument, cleaned: Cleaned, until: date | None) -> Instrument:
    """The instrument of a series that is not daily: its only sessions are its own days."""
    if instrument.kind is not Kind.YIELD:
        raise NoQuotesError(
            f"{instrument.full} has a value every {cleaned.every} days and is said to be of the "
            f"kind {instrument.kind}. Of series that are not daily only levels in per cent are "
            "read: if it is one, write yield as its kind.",
            Reason.NOT_APPLICABLE,
        )
    last: date = cleaned.bars.index[-1].date()
    if cleaned.releases and until and cleaned.releases.ended(cleaned.every, until):
        raise NoQuotesError(
            f"{instrument.full} has had no new value for long: its last is of "
            f"{observed(last, cleaned.every)}, and there is one every {cleaned.every} days. "
            "Update the series, or ask for an earlier as-of day.",
            Reason.STALE,
        )
    own = f"{OBSERVED}{instrument.symbol}"
    return replace(instrument, exchange=own, lag=0, every=cleaned.every)


def _clock(quotes: Quotes, request: DataRequest) -> datetime | None:
    """The moment by which bars must be final to be used."""
    return min((m for m in (quotes.fetched, request.now) if m is not None), default=None)


def _today(instrument: Instrument, clock: datetime) -> date:
    """The day it is where the instrument trades, or anywhere while that is not known."""
    try:
        return day_at(instrument.exchange, clock)
    except ReporterError:
        return clock.astimezone(EARLIEST_ZONE).date()


def _judged(
    instrument: Instrument, cleaned: Cleaned, clock: datetime | None, confirmed: Sequence[date]
) -> History:
    days = cleaned.bars.index.to_numpy().astype("datetime64[D]")
    cells, told = cleaned.bars.to_numpy(), cleaned.findings
    past = History(instrument, days, cells, cleaned.splits, told, confirmed)
    first, last = days[0].item(), days[-1].item()
    if instrument.every > 1:
        return judge(past, Trading(own_days(instrument, days), days))
    try:
        own = trading(instrument.exchange, first, last, clock)
    except ReporterError as error:
        raise NoQuotesError(str(error)) from error
    if cleaned.releases:
        lag = max(instrument.lag, cleaned.releases.lag(own.days))
        past = replace(past, instrument=replace(instrument, lag=lag))
    return judge(past, own)


def own_days(instrument: Instrument, days: Days) -> Sessions:
    """The calendar of a series that is not daily: the days it has values of."""
    return Sessions(instrument.name, tuple(days.astype("datetime64[D]").tolist()))


def trading(exchange: str, first: date, last: date, clock: datetime | None) -> Trading:
    """An exchange's calendar around these days, at a moment; None where no moment counts."""
    year = clock.year if clock else last.year
    before = first.year - 1  # so that a session before the first bar is known to be over
    begin = max(OLDEST, before - before % STEP)
    sessions, days = _calendar(exchange, begin, max(year, begin) + 1)
    if clock is None:
        return Trading(sessions, days)
    final = (d for d in last_final(sessions, days, clock.date()) if sessions.is_final(d, clock))
    today = clock.astimezone(sessions.close(last).tzinfo).date()
    return Trading(sessions, days, next(final, None), today)


@cache
def _calendar(exchange: str, first_year: int, last_year: int) -> tuple[Sessions, Days]:
    sessions = calendar(exchange, first_year, last_year)
    return sessions, np.array(sessions.days, dtype="datetime64[D]")


def _with_future(past: History, cleaned: Cleaned) -> tuple[Finding, ...]:
    """What was found, with the days after today that the table has rows of."""
    if not cleaned.later:
        return past.found
    text = "bars dated in the future are left out: {days}."
    found = past.finding("future", Severity.DROP, text, "Check the dates.", cleaned.later)
    return (*past.found, found)


def _frame(past: History) -> pd.DataFrame:
    """The bars; a volume of zero throughout was never recorded."""
    cells = past.cells.copy(order="F")
    if not (cells[:, 4] > 0).any():
        cells[:, 4] = nan
    index = pd.DatetimeIndex(past.days.astype("datetime64[us]"), name="date")
    return pd.DataFrame(cells, index=index, columns=list(COLUMNS))


def _digest(past: History) -> str:
    return hashlib.sha256(past.days.tobytes() + past.cells.tobytes()).hexdigest()


def _instrument(quotes: Quotes) -> Instrument:
    known = describe(quotes.symbol, quotes.name)
    exchange = quotes.exchange or known.exchange
    return replace(known, kind=quotes.kind or known.kind, exchange=exchange)


def _table(quotes: Quotes, instrument: Instrument, until: date | None) -> Table:
    return Table(
        quotes.frame,
        quotes.label,
        quotes.symbol,
        until=until,
        signed=instrument.signed,
        lenient=not quotes.correctable,
        short=quotes.short,
        lag_days=quotes.lag_days,
    )


def _basis(quotes: Quotes, instrument: Instrument, cleaned: Cleaned) -> Basis:
    """The basis stated, where the prices do not contradict it, else the one they prove."""
    if quotes.basis is Basis.ADJUSTED and cleaned.dividends:
        raise NoQuotesError(
            f"{quotes.label} is said to be dividend-adjusted, but its Close is not its "
            "Adj Close. Write price as its basis.",
            Reason.BASIS,
        )
    if quotes.basis is Basis.PRICE and _contradicted(instrument, cleaned):
        raise NoQuotesError(
            f"{quotes.label} is said to hold quoted prices, but dividends were paid and its "
            "Adj Close is its Close throughout: one of the two is not what it is called. "
            "Ask again later, or give prices with a true Adj Close.",
            Reason.BASIS,
        )
    if quotes.basis:
        return quotes.basis
    if cleaned.dividends or not distributes(instrument):
        return Basis.PRICE
    raise NoQuotesError(
        f"{quotes.label} does not show whether its prices leave dividends out: no Adj Close "
        f"differs from Close. {quotes.basis_tip}".rstrip(),
        Reason.BASIS,
    )


def _contradicted(instrument: Instrument, cleaned: Cleaned) -> bool:
    """Whether an Adj Close that never leaves Close cannot be true, as dividends were paid."""
    pays = (
        instrument.kind is Kind.FUND
        and instrument.symbol in known()
        and distributes(instrument)
        and len(cleaned.bars) >= TWO_YEARS
    )
    return cleaned.alike and (cleaned.paid or pays)


def _own_volumes(series: Sequence[PriceSeries]) -> tuple[tuple[PriceSeries, ...], list[Finding]]:
    """The series without the volumes that two indices share: one of them borrows the other's."""
    indices = [one for one in series if one.instrument.kind is Kind.INDEX]
    borrowed: dict[str, str] = {}
    for one, other in combinations(indices, 2):
        if _alike(one, other):
            borrowed.setdefault(one.symbol, other.instrument.full)
            borrowed.setdefault(other.symbol, one.instrument.full)
    own = tuple(_silenced(one) if one.symbol in borrowed else one for one in series)
    return own, [_shared(one, borrowed[one.symbol]) for one in indices if one.symbol in borrowed]


def _alike(one: PriceSeries, other: PriceSeries) -> bool:
    days, here, there = np.intersect1d(
        one.bars.index.to_numpy(),
        other.bars.index.to_numpy(),
        assume_unique=True,
        return_indices=True,
    )
    volumes = (s.bars["volume"].to_numpy()[at] for s, at in ((one, here), (other, there)))
    return len(days) > 0 and shared_volume(*volumes)


def _silenced(one: PriceSeries) -> PriceSeries:
    return replace(one, bars=one.bars.assign(volume=nan))


def _shared(one: PriceSeries, other: str) -> Finding:
    message = f"{one.instrument.full} has the volume of {other}; nothing is said of either."
    remedy = "Take the volume of a fund that follows the index."
    return Finding(one.symbol, "volume", Severity.REFUSE, message, remedy)
