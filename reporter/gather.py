"""From a source to the market data of one edition: the as-of session, and nothing after it.

Two kinds of trouble are told apart. What concerns one instrument is a `Gap` and travels to the
reader; what makes the brief impossible (no subject, no session) ends it with one message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from reporter.checks import Days, Trading, unfinished
from reporter.declarations import STRICTNESS, printable
from reporter.errors import DataError, SpecError
from reporter.gate import Admitted, admit, own_days, seen_on, trading
from reporter.instruments import canonical, describe
from reporter.model import (
    ConfirmedMove,
    DeskInputs,
    Finding,
    Gap,
    KnownHigh,
    MarketData,
    PriceSeries,
    Reason,
    SourceRef,
    Terms,
)
from reporter.recorder import ask
from reporter.registry import nearest
from reporter.sessions import NEW_YORK, Sessions, day_at
from reporter.sources.base import DataRequest, Delivered, Progress, missing, silent
from reporter.staleness import behind, cut
from reporter.wording import long_date

AHEAD = frozenset({"unfinished", "future"})  # what is found of days after the as-of session
EARLIEST = 1900
Watch = Callable[[Delivered], Delivered]


def unwatched(given: Delivered) -> Delivered:
    """What is given, seen by nobody."""
    return given


def gather(  # noqa: PLR0913  one edition takes this much
    symbols: Sequence[str],
    source: SourceRef,
    *,
    as_of: date | None,
    now: datetime,
    progress: Progress = silent,
    known_highs: Iterable[KnownHigh] = (),
    confirmed: Iterable[ConfirmedMove] = (),
    desk: DeskInputs | None = None,
    any_of: Sequence[str] = (),
    led: bool = False,
    data_folder: Path | None = None,
    refresh: bool = False,
    watch: Watch = unwatched,
) -> MarketData:
    """Ask the source and cut everything at the as-of session.

    The first symbol is the subject. Without `as_of` the brief is as of the subject's last
    session that is over; a day without trading means the session before it, with a note.
    Every series holds bars of its own exchange's sessions, and must have the last of them.

    Args:
        symbols: as people write them; the subject first.
        source: where prices come from.
        as_of: the day asked for, or None for the latest.
        now: the caller's clock, with its zone.
        progress: told before each symbol.
        known_highs: earlier highs the history does not reach.
        confirmed: moves that are true, however hard to believe.
        desk: the spec's desk inputs; without any, a sample gives its own.
        any_of: where given, the first symbol need not be there: it is enough that the source
            knows one of these, and that one series reaches the as-of day.
        led: with `any_of`, the first symbol leads all the same where it is there and no day is
            asked for: the day is that of the brief.
        data_folder: where fetches are recorded and snapshots lie; None records nothing.
        refresh: ask anew for what is recorded already.
        watch: is handed what the source gives before anybody judges it, and gives it on.

    Raises:
        SpecError: `as_of` lies in the future, or the source has no such name.
        DataError: no prices of the subject on the as-of session, or none of `any_of`.
    """
    wanted = tuple(dict.fromkeys(canonical(symbol) for symbol in symbols))
    check_order(wanted, as_of, now)
    request = DataRequest(
        wanted, source.location, as_of, now, progress, source.options, data_folder, refresh
    )
    given = watch(ask(source, request))
    request = given.then(request)
    as_of = request.as_of
    confirmed = tuple(confirmed)
    called = (given.source or source.name).partition(":")[0]
    delivered = admit(given, request, called, confirmed)
    any_of = [canonical(symbol) for symbol in any_of]
    leads = led and as_of is None and _is_there(wanted[0], delivered)
    required = leads or not any_of
    subject = _subject(wanted[0], delivered) if required else _latest(any_of, delivered)
    latest = as_of or (subject.end if _is_daily(subject) else now.date())
    if not any_of:
        _check_begun(subject, latest)
    clock = None if given.sample else request.now
    calendars = _calendars(delivered.series, latest, clock)
    own = calendars[subject.instrument.exchange if _is_daily(subject) else NEW_YORK]
    session = _last(own.sessions, latest)
    if not any_of or as_of is None or subject.end < session:
        session = _session(subject, own, latest, asked=as_of is not None)
    dated = frozenset(quotes.symbol for quotes in delivered.dated)
    delivered = seen_on(session, delivered, given, request, source=called, confirmed=confirmed)
    calendars = {**calendars, **_own_days(delivered.series)}
    series = _ordered(delivered.series, wanted)
    known = [s if s.symbol in dated else _known(s, subject, session) for s in series]
    kept, stale = cut(known, calendars, session)
    gaps = (*delivered.gaps, *(gap for gap, _ in stale))
    late = behind(subject, delivered, own, session) if as_of is None else ()
    findings = (*delivered.findings, *(finding for _, finding in stale), *late)
    return MarketData(
        series=MappingProxyType(kept),
        as_of=session,
        sessions=own.sessions,
        source=given.source or printable(source),
        sample=given.sample,
        gaps=(*gaps, *_unasked(wanted, (desk or DeskInputs()).until(session))),
        notes=(*_moved(as_of, session), *given.notes),
        desk=_inputs(desk, given.desk).until(session, own.sessions.close(session)),
        known_highs=tuple(high for high in known_highs if high.on <= session),
        confirmed=tuple(m for m in confirmed if m.on <= session and m.symbol in kept),
        findings=_in_order(findings, wanted, as_of),
        calendars={exchange: known.sessions for exchange, known in calendars.items()},
        terms=_strictest(kept.values()),
        ends=_ends(kept.values(), calendars, session),
        snapshot=given.snapshot(),
    )


def check_order(wanted: Sequence[str], as_of: date | None, now: datetime) -> None:
    """Refuses an order that no source can fill.

    Raises:
        SpecError: no symbol, or an as-of day before daily prices or in the future: where the
            first of them trades as well as here.
    """
    if not wanted:
        raise SpecError("no symbol is asked for.", tip="Name at least one, such as ^RUT.")
    if as_of and as_of > now.date() and as_of > day_at(describe(wanted[0]).exchange, now):
        raise SpecError(
            f"the as-of day {long_date(as_of)} lies in the future.",
            tip=f"Today is {long_date(now.date())}: give that day or an earlier one.",
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


def _is_there(symbol: str, delivered: Admitted) -> bool:
    return any(series.symbol == symbol for series in delivered.series)


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
    daily = [series for series in delivered.series if _is_daily(series)]
    return max(daily or delivered.series, key=lambda one: one.end)


def _is_daily(series: PriceSeries) -> bool:
    """Whether it has a value each session; a brief's day is never that of a monthly series."""
    return series.instrument.every == 1


def _check_begun(subject: PriceSeries, latest: date) -> None:
    if latest < subject.start:
        raise DataError(
            f"{long_date(latest)} lies before the prices of {subject.symbol}, "
            f"which begin on {long_date(subject.start)}.",
            tip="Give a later as-of day.",
        )


def _calendars(
    series: Sequence[PriceSeries], latest: date, clock: datetime | None
) -> Mapping[str, Trading]:
    """Every exchange's calendar from the first bar to the year after the as-of day, at this moment.

    Where the as-of day lies before every bar they begin a year earlier: it may be a holiday.
    """
    first = min(date(latest.year - 1, 1, 1), *(one.start for one in series))
    found = {}
    daily = [one.instrument.exchange for one in series if _is_daily(one)]
    for exchange in dict.fromkeys(daily or [NEW_YORK]):
        known = trading(exchange, first, latest, clock)
        found[exchange] = replace(known, sessions=_years(known.sessions, first, latest))
    return found


def _own_days(series: Iterable[PriceSeries]) -> Mapping[str, Trading]:
    """The calendars of series that are not daily: the days they have values of."""
    slow = [(one.instrument, _days(one)) for one in series if not _is_daily(one)]
    return {one.exchange: Trading(own_days(one, days), days) for one, days in slow}


def _years(sessions: Sessions, first: date, last: date) -> Sessions:
    begin, end = date(first.year, 1, 1), date(last.year + 1, 12, 31)
    if sessions.days[0] > end:  # nothing is known of those years: what is known stands for it
        return sessions
    return replace(
        sessions,
        days=tuple(day for day in sessions.days if begin <= day <= end),
        early_closes=tuple(day for day in sessions.early_closes if begin <= day <= end),
    )


def _session(subject: PriceSeries, own: Trading, latest: date, *, asked: bool) -> date:
    """The session the brief is as of: the subject's last up to `latest`.

    Raises:
        DataError: the subject has no bar for the session asked for, or it is not over.
    """
    if not _is_daily(subject):
        return own.sessions.on_or_before(min(latest, own.final or latest))
    bars = _days(subject)
    bars = bars[bars <= np.datetime64(latest)]
    if not len(bars):
        raise DataError(
            f"{subject.symbol} has no bar of a session up to {long_date(latest)}.",
            tip="Give a later as-of day.",
        )
    last: date = bars[-1].item()
    session = _last(own.sessions, latest)
    if asked and last < session:
        over = (
            own.final is None or own.today is None or not last >= own.final < session <= own.today
        )
        what = f"has no price for the as-of day {long_date(session)}"
        raise DataError(
            f"{subject.symbol} {what}; its last before it is of {long_date(last)}."
            if over
            else f"{unfinished(own.sessions, session)}.",
            tip=f"{'Update the prices, or ask' if over else 'Ask'} for --as-of {last}.",
        )
    return last


def _last(sessions: Sessions, day: date) -> date:
    """The last session up to the day; the day itself where the calendar begins later."""
    return day if day < sessions.days[0] else sessions.on_or_before(day)


def _days(series: PriceSeries) -> Days:
    return series.bars.index.to_numpy().astype("datetime64[D]")


def _ordered(series: Iterable[PriceSeries], wanted: Sequence[str]) -> list[PriceSeries]:
    """The series in the order they were asked for, whatever order the source answered in."""
    return sorted(series, key=lambda one: wanted.index(one.symbol))


def _known(one: PriceSeries, subject: PriceSeries, session: date) -> PriceSeries:
    """The series without its value of the as-of session, where that is published later.

    So an edition says the same whenever it is built. Where the subject's own value is published
    later, the edition waits for it.
    """
    if subject.instrument.lag or not one.instrument.lag:
        return one
    return replace(one, bars=one.bars.loc[: pd.Timestamp(session) - pd.Timedelta(days=1)])


def _ends(
    series: Iterable[PriceSeries], calendars: Mapping[str, Trading], session: date
) -> Mapping[str, date]:
    """The last session of the instruments for which it is not their calendar's last."""
    last = {
        name: known.sessions.on_or_before(session)
        for name, known in calendars.items()
        if known.sessions.days[0] <= session
    }
    return {s.symbol: s.end for s in series if s.end != last.get(s.instrument.exchange)}


def _in_order(
    findings: Iterable[Finding], wanted: Sequence[str], asked: date | None
) -> tuple[Finding, ...]:
    """Findings by symbol as asked, then by day.

    Those of days after the day asked for only where they say why it is not the as-of day; where
    no day was asked for all are told, because a bad last bar is why an earlier day is.
    """
    last = asked or date.max
    told = [f for f in findings if not f.days or f.days[0] <= last or f.check in AHEAD]
    return tuple(sorted(told, key=lambda f: (wanted.index(f.symbol), f.days[:1], f.check)))


def _moved(asked: date | None, session: date) -> list[str]:
    if asked in {None, session}:
        return []
    return [f"{long_date(asked)} was not a trading day; figures are as of {long_date(session)}."]
