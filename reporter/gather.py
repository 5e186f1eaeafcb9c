"""From a source to the market data of one edition: the as-of session, and nothing after it.

Two kinds of trouble are told apart. What concerns one instrument is a `Gap` and travels to the
reader; what makes the brief impossible (no subject, no session) ends it with one message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from reporter import written
from reporter.errors import DataError, SpecError
from reporter.gate import Admitted, admit
from reporter.instruments import canonical
from reporter.model import (
    DeskInputs,
    Gap,
    KnownHigh,
    MarketData,
    PriceSeries,
    Reason,
    SourceRef,
    Terms,
)
from reporter.registry import nearest
from reporter.sessions import Sessions, nyse
from reporter.sources.base import DataRequest, Progress, missing, silent, sources
from reporter.tables import days_in_words
from reporter.wording import long_date

STRICTNESS = tuple(Terms)
Days = NDArray[np.datetime64]

EARLIEST = 1900
RECENT = 260  # sessions, a good year: a missing day in it is worth a note


def gather(  # noqa: PLR0913  one edition takes this much
    symbols: Sequence[str],
    source: SourceRef,
    *,
    as_of: date | None,
    now: datetime,
    progress: Progress = silent,
    known_highs: Iterable[KnownHigh] = (),
    desk: DeskInputs | None = None,
    any_of: Sequence[str] = (),
) -> MarketData:
    """Ask the source and cut everything at the as-of session.

    The first symbol is the subject. Without `as_of` the brief is as of the subject's last
    session, not after `today`; a day without trading means the session before it, with a note.
    Only bars of New York sessions are kept, so that all series count the same days.

    Args:
        symbols: as people write them; the subject first.
        source: where prices come from.
        as_of: the day asked for, or None for the latest.
        now: the caller's clock, with its zone.
        progress: told before each symbol.
        known_highs: earlier highs the history does not reach.
        desk: the spec's desk inputs; without any, a sample gives its own.
        any_of: where given, the first symbol need not be there: it is enough that the source
            knows one of these, and that one series reaches the as-of day.

    Raises:
        SpecError: `as_of` lies in the future, or the source has no such name.
        DataError: no prices of the subject on the as-of session, or none of `any_of`.
    """
    wanted = tuple(dict.fromkeys(canonical(symbol) for symbol in symbols))
    today = now.date()
    _check_order(wanted, as_of, today)
    request = DataRequest(wanted, source.location, as_of, now, progress, source.options)
    given = sources.get(source.name)(request)
    delivered = admit(given, request, source.name)
    any_of = [canonical(symbol) for symbol in any_of]
    subject = _latest(any_of, delivered) if any_of else _subject(wanted[0], delivered)
    latest = as_of or (subject.end if given.sample else min(subject.end, today))
    if not any_of:
        _check_begun(subject, latest)
    sessions = _calendar(delivered.series, latest)
    trading = _trading(sessions, latest)
    session: date = trading[-1].item()
    if not any_of or as_of is None or subject.end < session:
        session = _session(subject, trading, latest, asked=as_of is not None)
    kept, gaps, notes = _cut(delivered.series, trading, session)
    return MarketData(
        series=MappingProxyType(kept),
        as_of=session,
        sessions=sessions,
        source=given.source or _printable(source),
        sample=given.sample,
        gaps=(*delivered.gaps, *gaps, *_unasked(wanted, (desk or DeskInputs()).until(session))),
        notes=(*_moved(as_of, session), *given.notes, *notes),
        desk=_inputs(desk, given.desk).until(session, sessions.close(session)),
        known_highs=tuple(high for high in known_highs if high.on <= session),
        findings=delivered.findings,
        terms=_strictest(kept.values()),
    )


def _check_order(wanted: Sequence[str], as_of: date | None, today: date) -> None:
    if not wanted:
        raise SpecError("no symbol is asked for.", tip="Name at least one, such as ^RUT.")
    if as_of and as_of > today:
        raise SpecError(
            f"the as-of day {long_date(as_of)} lies in the future.",
            tip=f"Today is {long_date(today)}: give that day or an earlier one.",
        )

    if as_of and as_of.year < EARLIEST:
        raise SpecError(
            f"the as-of day {as_of} lies before {EARLIEST}, where daily prices begin.",
            tip="Give a later day.",
        )


def _strictest(series: Iterable[PriceSeries]) -> Terms:
    """The terms of the series that may be used for least."""
    return max(
        (one.provenance.terms for one in series), key=STRICTNESS.index, default=Terms.UNKNOWN
    )


def _inputs(desk: DeskInputs | None, given: DeskInputs) -> DeskInputs:
    return given if desk is None or desk == DeskInputs() else desk


def _unasked(wanted: Sequence[str], desk: DeskInputs) -> list[Gap]:
    """A gap for every symbol that has a target and is not in the brief: a typo, perhaps."""
    strangers = dict.fromkeys(t.symbol for t in desk.targets if t.symbol not in wanted)
    return [missing(symbol, Reason.NO_DATA, _stranger(symbol, wanted)) for symbol in strangers]


def _stranger(symbol: str, wanted: Sequence[str]) -> str:
    hint = nearest(symbol, wanted)
    tip = hint if hint.startswith("Did") else "Add it to a list under [watch]."
    return f"no prices of {symbol}: it has a target, but the brief does not ask for it. {tip}"


def _subject(symbol: str, delivered: Admitted) -> PriceSeries:
    for series in delivered.series:
        if series.symbol == symbol:
            return series
    raise DataError(_why_not(symbol, delivered))


def _why_not(symbol: str, delivered: Admitted) -> str:
    why = next((gap.message for gap in delivered.gaps if gap.subject == symbol), "none were given.")
    return why if "no prices of" in why else f"no prices of {symbol}: {why}"


def _latest(any_of: Sequence[str], delivered: Admitted) -> PriceSeries:
    """The series that reaches furthest, the first asked for among equals.

    Raises:
        DataError: none is of `any_of`; a line for each.
    """
    if not {series.symbol for series in delivered.series} & set(any_of):
        raise DataError("\n".join(_why_not(symbol, delivered) for symbol in any_of))
    return max(delivered.series, key=lambda one: one.end)


def _check_begun(subject: PriceSeries, latest: date) -> None:
    if latest < subject.start:
        raise DataError(
            f"{long_date(latest)} lies before the prices of {subject.symbol}, "
            f"which begin on {long_date(subject.start)}.",
            tip="Give a later as-of day.",
        )


def _calendar(series: Iterable[PriceSeries], latest: date) -> Sessions:
    """Sessions from the first bar to the year after the as-of day, for what lies ahead.

    Where the as-of day lies before every bar they begin a year earlier: it may be a holiday.
    """
    return nyse(min(latest.year - 1, *(one.start.year for one in series)), latest.year + 1)


def _session(subject: PriceSeries, trading: Days, latest: date, *, asked: bool) -> date:
    """The session the brief is as of: the subject's last up to `latest`.

    Raises:
        DataError: the subject has no bar for the session asked for.
    """
    bars = _days(subject)[_among(subject, trading)]
    if not len(bars):
        raise DataError(
            f"{subject.symbol} has no bar of a New York session up to {long_date(latest)}.",
            tip="Give a later as-of day.",
        )
    last: date = bars[-1].item()
    session: date = trading[-1].item()
    if asked and last < session:
        raise DataError(
            f"{subject.symbol} has no price for the as-of day {long_date(session)}; "
            f"its last before it is of {long_date(last)}.",
            tip=f"Update the prices, or ask for --as-of {last}.",
        )
    return last


def _trading(sessions: Sessions, latest: date) -> Days:
    days = np.array(sessions.days, dtype="datetime64[D]")
    return days[days <= np.datetime64(latest)]


def _days(series: PriceSeries) -> Days:
    return series.bars.index.to_numpy().astype("datetime64[D]")


def _among(series: PriceSeries, trading: Days) -> NDArray[np.bool_]:
    """Which of its bars are of these sessions."""
    numbers = _days(series).astype(np.int64)
    return np.isin(numbers, trading.astype(np.int64), kind="table")


def _cut(
    delivered: Iterable[PriceSeries], trading: Days, session: date
) -> tuple[dict[str, PriceSeries], list[Gap], list[str]]:
    """Every series up to the session, or the gap that stands for it; notes on missing days."""
    trading = trading[trading <= np.datetime64(session)]
    kept: dict[str, PriceSeries] = {}
    gaps: list[Gap] = []
    notes: list[str] = []
    for series in delivered:
        cut = replace(series, bars=series.bars[_among(series, trading)])
        if (gap := _too_old(series, cut, session)) is not None:
            gaps.append(gap)
        else:
            kept[series.symbol] = cut
            notes.extend(_absent(cut, trading[-RECENT:]))
    return kept, gaps, notes


def _too_old(whole: PriceSeries, cut: PriceSeries, session: date) -> Gap | None:
    """The gap of a series without a bar on the as-of session: an older bar is not used for it."""
    name = whole.instrument.full
    if cut.bars.empty:
        message = f"{name} has no price up to the as-of day {long_date(session)}."
        return missing(whole.symbol, Reason.NO_DATA, message)
    if cut.end < session:
        message = (
            f"{name} has no price for the as-of day {long_date(session)}; "
            f"its last is of {long_date(cut.end)}."
        )
        return missing(whole.symbol, Reason.STALE, message)
    return None


def _absent(series: PriceSeries, recent: Days) -> list[str]:
    """A note on the sessions of the last year that the series has no bar for."""
    since = recent[recent >= np.datetime64(series.start)]
    lost = np.setdiff1d(since, _days(series), assume_unique=True)
    if not len(lost):
        return []
    days = days_in_words(day.item() for day in reversed(lost))
    return [f"{series.instrument.name} has no price for {days}."]


def _moved(asked: date | None, session: date) -> list[str]:
    if asked in {None, session}:
        return []
    return [f"{long_date(asked)} was not a trading day; figures are as of {long_date(session)}."]


def _printable(source: SourceRef) -> str:
    """The source without any path of this computer: of a location only its last part."""
    folder = written.path(source.location).resolve().name if source.location else ""
    return str(replace(source, location=folder))
