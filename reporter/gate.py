"""The quality gate between every source and every metric: from a vendor's table to a series."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from reporter.instruments import describe, distributes
from reporter.model import (
    Basis,
    Finding,
    Gap,
    Instrument,
    PriceSeries,
    Provenance,
    Reason,
    Severity,
)
from reporter.sources.base import DataRequest, Delivered, NoQuotesError, Quotes, missing
from reporter.tables import Cleaned, Table, clean


@dataclass(frozen=True, slots=True, eq=False)
class Admitted:
    """What came through the gate: series, the gaps of what did not, and what was found."""

    series: tuple[PriceSeries, ...]
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]


def admit(delivered: Delivered, request: DataRequest, source: str) -> Admitted:
    """Every answer of a source through the gate, one at a time, so that each is held only once.

    Args:
        delivered: what the source gives.
        request: what was asked: the last day, and the clock.
        source: what the source is called.
    """
    series: list[PriceSeries] = []
    gaps: list[Gap] = []
    findings: list[Finding] = []
    for answer in delivered.answers:
        if isinstance(answer, Gap):
            gaps.append(answer)
            continue
        try:
            one, found = _series(answer, delivered, request, source)
        except NoQuotesError as error:
            gaps.append(missing(answer.symbol, error.reason, str(error)))
        else:
            series.append(one)
            findings.extend(found)
    return Admitted(tuple(series), tuple(gaps), tuple(findings))


def _series(
    quotes: Quotes, delivered: Delivered, request: DataRequest, source: str
) -> tuple[PriceSeries, Iterable[Finding]]:
    instrument = _instrument(quotes)
    until = request.as_of if delivered.sample else request.until  # a sample waits for no clock
    cleaned = clean(_table(quotes, instrument, until))
    basis = _basis(quotes, instrument, cleaned)
    digest = quotes.sha256 or hashlib.sha256(cleaned.bars.to_csv().encode()).hexdigest()
    origin = Provenance(
        source,
        quotes.origin,
        digest,
        len(cleaned.bars),
        quotes.terms or delivered.terms,
        quotes.fetched,
    )
    found = (Finding(quotes.symbol, "rows", Severity.DROP, note) for note in cleaned.notes)
    return PriceSeries(instrument, cleaned.bars, basis, origin), found


def _instrument(quotes: Quotes) -> Instrument:
    known = describe(quotes.symbol, quotes.name)
    exchange = quotes.exchange or known.exchange
    return replace(known, kind=quotes.kind or known.kind, exchange=exchange)


def _table(quotes: Quotes, instrument: Instrument, until: date | None) -> Table:
    return Table(
        quotes.frame,
        quotes.label,
        until=until,
        signed=instrument.signed,
        lenient=not quotes.correctable,
        short=quotes.short,
    )


def _basis(quotes: Quotes, instrument: Instrument, cleaned: Cleaned) -> Basis:
    """The basis stated, where the prices do not contradict it, else the one they prove."""
    if quotes.basis is Basis.ADJUSTED and cleaned.dividends:
        raise NoQuotesError(
            f"{quotes.label} is said to be dividend-adjusted, but its Close is not its "
            "Adj Close. Write price as its basis.",
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
