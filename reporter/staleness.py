"""Prices that end too early: of a series on the as-of day, and of the subject that sets the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from reporter.checks import Trading
from reporter.gate import Admitted
from reporter.model import Finding, Gap, Instrument, PriceSeries, Reason, Severity
from reporter.sources.base import missing
from reporter.wording import long_date

REMEDY = "Ask again later, or update the prices."


def cut(
    delivered: Iterable[PriceSeries], calendars: Mapping[str, Trading], session: date
) -> tuple[dict[str, PriceSeries], list[tuple[Gap, Finding]]]:
    """Every series up to the session, or the gap and finding that stand for it."""
    kept: dict[str, PriceSeries] = {}
    stale: list[tuple[Gap, Finding]] = []
    for series in delivered:
        until = replace(series, bars=series.bars.loc[: pd.Timestamp(session)])
        needed = _needed(series.instrument, calendars[series.instrument.exchange], session)
        if (gap := _too_old(series, until, needed)) is None:
            kept[series.symbol] = until
            continue
        days = (needed,) if gap.reason is Reason.STALE else ()
        stale.append(
            (gap, Finding(series.symbol, "stale", Severity.REFUSE, gap.message, REMEDY, days))
        )
    return kept, stale


def behind(
    subject: PriceSeries, delivered: Admitted, own: Trading, session: date
) -> tuple[Finding, ...]:
    """The finding that tells why the day is an earlier one, where others have later prices.

    Only final sessions count that the subject's exchange had too. Those whose bars were left out
    have findings of their own.

    Args:
        subject: the series that sets the day.
        delivered: all series, not cut yet, and what was found.
        own: the calendar of the subject's exchange.
        session: the day that it set.
    """
    if subject.instrument.every > 1:
        return ()
    later = [day for one in delivered.series if (day := _latest(one, own)) and day > session]
    if not later:
        return ()
    due = _needed(subject.instrument, own, max(later))
    told = {day for f in delivered.findings if f.symbol == subject.symbol for day in f.days}
    days = tuple(d for d in own.sessions.days if max(session, subject.end) < d <= due)
    if not set(days) - told:
        return ()
    here, name = long_date(session), subject.instrument.full
    message = (
        f"{name} has no price after {here}, others have up to {long_date(max(later))}: "
        f"figures are as of {here}."
    )
    return (Finding(subject.symbol, "stale", Severity.REFUSE, message, REMEDY, days),)


def _latest(one: PriceSeries, own: Trading) -> date | None:
    """The last day of a daily series that is a final session of this calendar."""
    if one.instrument.every > 1:
        return None
    days = one.bars.index.to_numpy().astype("datetime64[D]")
    days = days[np.isin(days, own.days)]
    if own.final is not None:
        days = days[days <= np.datetime64(own.final)]
    return days[-1].item() if len(days) else None


def _needed(instrument: Instrument, own: Trading, session: date) -> date:
    """The session whose bar the instrument must have: its own last that is over and published."""
    if instrument.every > 1:  # the gate has seen to it that it has not ended
        return own.sessions.on_or_before(session)
    until = session if own.final is None else min(session, own.final)
    last = until if until < own.sessions.days[0] else own.sessions.on_or_before(until)
    return own.sessions.back(last, instrument.lag) if instrument.lag else last


def _too_old(whole: PriceSeries, until: PriceSeries, session: date) -> Gap | None:
    """The gap of a series without a bar on its last session: an older bar is not used for it."""
    name = whole.instrument.full
    if until.bars.empty:
        message = f"{name} has no price up to the as-of day {long_date(session)}."
        return missing(whole.symbol, Reason.NO_DATA, message)
    if until.end < session:
        message = (
            f"{name} has no price for the as-of day {long_date(session)}; "
            f"its last is of {long_date(until.end)}."
        )
        return missing(whole.symbol, Reason.STALE, message)
    return None
