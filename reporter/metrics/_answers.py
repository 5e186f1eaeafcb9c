"""What all families share: checks that end in a gap, and the making of a fact with its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache, wraps
from math import isfinite
from types import MappingProxyType
from typing import Literal

from reporter import wording
from reporter.alignment import Frame, not_begun, own, shared
from reporter.bars import Bars, bars_of
from reporter.metrics._reach import Rests, judged, whole_history
from reporter.metrics.base import YEAR_OF_BARS, Answer, Answers, Ask, Metric, Printer, Raw, metrics
from reporter.model import (
    Basis,
    DeskFigure,
    Fact,
    Flow,
    Gap,
    Json,
    Kind,
    MarketData,
    Reason,
    Target,
    Unit,
)
from reporter.windows import Window, base_date, holds, observed_base, parse

_OTHER_HOLIDAYS = {Kind.YIELD, Kind.CURRENCY, Kind.COMMODITY}


class NoAnswerError(Exception):
    """A question the data cannot answer; becomes a gap before it leaves its family."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def metric(  # noqa: PLR0913  a declaration states this much
    name: str,
    unit: Unit | None,
    *,
    windows: Literal["periods"] | tuple[str, ...] = (),
    versus: bool = False,
    reach: tuple[Rests, ...] = (whole_history,),
    details: Mapping[str, Rests] = MappingProxyType({}),
) -> Callable[[Callable[[Ask, MarketData], Answers]], Callable[[Ask, MarketData], Answers]]:
    """Registers a metric: its answers become facts, what it cannot answer becomes a gap.

    `reach` are the bars its facts rest on: doubtful ones mark them. `details` are the parts that
    rest on other bars: doubtful ones leave them out.
    """

    def declare(compute: Callable[[Ask, MarketData], Answers]) -> Callable[..., Answers]:
        @wraps(compute)
        def answering(ask: Ask, data: MarketData) -> tuple[Fact | Gap, ...]:
            try:
                _check(ask, windows, versus=versus)
                sound = (judged(a, ask, data, reach, details) for a in compute(ask, data))
                return _distinct(fact(ask, data, answer, marks) for answer, marks in sound)
            except NoAnswerError as lack:
                return (gap(ask, lack.reason, lack.message),)

        metrics.register(name, Metric(name, unit, answering, windows, versus))
        return compute

    return declare


def _check(ask: Ask, windows: Literal["periods"] | tuple[str, ...], *, versus: bool) -> None:
    if versus and ask.benchmark is None:
        raise NoAnswerError(Reason.NO_INPUT, f"{ask.metric} needs a benchmark (--vs)")
    if isinstance(windows, str):
        if ask.window is None:
            raise NoAnswerError(Reason.WINDOW, f"{ask.metric} needs a window")
    elif not windows and ask.window is not None:
        raise NoAnswerError(Reason.WINDOW, f"{ask.metric} has no window")
    elif windows and ask.window not in windows:
        lengths = " or ".join(windows)
        raise NoAnswerError(Reason.WINDOW, f"{ask.metric} is measured over {lengths} sessions")


def _distinct(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Facts of one question, each with an id of its own."""
    met: Counter[str] = Counter()
    found: list[Fact] = []
    for one in facts:
        met[one.id] += 1
        nth = met[one.id]
        found.append(one if nth == 1 else replace(one, id=f"{one.id}:{nth}"))
    return tuple(found)


def gap(ask: Ask, reason: Reason, message: str) -> Gap:
    """The gap that stands where the answer would have stood."""
    return Gap(ask.subject, ask.metric, reason, message, ask.benchmark, ask.window)


# --- what the data can carry ------------------------------------------------------------------


def bars_for(symbol: str, data: MarketData) -> Bars:
    """The bars of a symbol as arrays; where there are none, the source's own reason."""
    series = data.series.get(symbol)
    if series is None:
        known = next((g for g in data.gaps if g.subject == symbol), None)
        reason = known.reason if known else Reason.NO_DATA
        raise NoAnswerError(reason, known.message if known else f"there are no prices of {symbol}")
    return bars_of(series)


def last_bar(bars: Bars, data: MarketData) -> int:
    """The position of the bar of the instrument's own as-of session; its close is usable."""
    return bar_on(bars, own(bars.series.symbol, data).as_of)


def bar_on(bars: Bars, day: date) -> int:
    """The position of the bar of `day`; its close is above zero unless it may be negative."""
    at = bars.find(day)
    name = bars.series.instrument.name
    when = wording.long_date(day)
    if at is None and day < bars.start:
        start = wording.long_date(bars.start)
        raise NoAnswerError(Reason.SHORT_HISTORY, f"{name}: prices begin on {start}, after {when}")
    if at is None:
        raise NoAnswerError(Reason.MISSING_SESSION, f"{name} has no prices on {when}")
    close = float(bars.close[at])
    if not (isfinite(close) and (close > 0 or bars.series.instrument.signed)):
        raise NoAnswerError(Reason.BAD_DATA, f"{name} has no usable close on {when}")
    return at


def above_zero(base: float, bars: Bars, what: str) -> None:
    """Refuses to take a share of what is zero or negative, as oil was on 20 April 2020."""
    if not base > 0:
        name = bars.series.instrument.name
        raise NoAnswerError(Reason.UNDEFINED, f"{name}: no change can be stated from {what}")


def priced(symbol: str, data: MarketData, claim: str) -> Bars:
    """Bars of quoted prices: no claim about levels is made from dividend-adjusted ones."""
    bars = bars_for(symbol, data)
    if bars.series.basis is not Basis.PRICE:
        name = bars.series.instrument.name
        raise NoAnswerError(
            Reason.BASIS,
            f"{name}: {claim} needs quoted prices, these are adjusted for dividends",
        )
    return bars


def no_yield(symbol: str, data: MarketData, claim: str) -> None:
    """Refuses what makes no sense for a yield."""
    series = data.series.get(symbol)
    if series is not None and series.instrument.kind is Kind.YIELD:
        name = series.instrument.name
        raise NoAnswerError(
            Reason.NOT_APPLICABLE, f"{name} is a yield: {claim} does not apply to it"
        )


def enough(bars: Bars, count: int, claim: str) -> None:
    """Refuses a history of fewer than `count` bars."""
    if len(bars) < count:
        name = bars.series.instrument.name
        raise NoAnswerError(
            Reason.SHORT_HISTORY,
            f"{name}: {claim} needs {count} daily prices, there are {len(bars)}",
        )


def sound(bars: Bars) -> None:
    """Refuses a history in which a price is missing, zero or negative."""
    if not bars.whole:
        name = bars.series.instrument.name
        raise NoAnswerError(Reason.BAD_DATA, f"{name}: a price in its history is not a number")


def unbroken(bars: Bars, data: MarketData, count: int) -> None:
    """Refuses bars among whose last `count` a session is missing; none is ever filled in.

    Yields, currencies and commodities keep other holidays than the stock exchange: where their
    own calendar is not at hand, nothing can be said.
    """
    instrument = bars.series.instrument
    if instrument.exchange not in data.calendars and instrument.kind in _OTHER_HOLIDAYS:
        return
    first = bars.day(-min(count, len(bars)))
    expected = data.sessions_of(bars.series.symbol).between(first, bars.day(-1)) + 1
    if expected > min(count, len(bars)):
        name = bars.series.instrument.name
        since = wording.long_date(first)
        raise NoAnswerError(
            Reason.MISSING_SESSION, f"{name}: prices of a session since {since} are missing"
        )


def history(symbol: str, data: MarketData, claim: str, *, count: int = YEAR_OF_BARS) -> Bars:
    """Sound quoted prices, at least `count` of them, up to the as-of session."""
    bars = priced(symbol, data, claim)
    last_bar(bars, data)
    enough(bars, count, claim)
    sound(bars)
    return bars


def ranged(bars: Bars, claim: str) -> None:
    """Refuses a history of closes alone, which shows no day's high and low."""
    if not bars.ranged:
        name = bars.series.instrument.name
        raise NoAnswerError(
            Reason.NOT_APPLICABLE,
            f"{name}: {claim} needs each day's high and low, not closes alone",
        )


def every_of(symbol: str, data: MarketData) -> int:
    """The usual number of days between an instrument's values; 1 where it has one each session."""
    series = data.series.get(symbol)
    return series.instrument.every if series else 1


def sessions_since(day: date, bars: Bars, data: MarketData) -> int | None:
    """The instrument's sessions after `day`, the as-of session included.

    None where its calendar starts later.
    """
    frame = own(bars.series.symbol, data)
    known = day >= frame.sessions.days[0]
    return frame.sessions.between(day, frame.as_of) if known else None


def aligned(symbols: Iterable[str], data: MarketData) -> Frame:
    """The sessions common to all of these, on which a comparison begins and ends."""
    try:
        return shared(symbols, data)
    except LookupError as error:
        raise NoAnswerError(Reason.SHORT_HISTORY, str(error)) from None


def window_base(ask: Ask, data: MarketData, frame: Frame | None = None) -> tuple[Window, date]:
    """The window asked for and the session it is measured from, in the subject's own calendar.

    Args:
        ask: the question.
        data: the market.
        frame: the sessions to count, where they are not the subject's own.
    """
    window = parse(ask.window or "")
    frame = frame or own(ask.subject, data)
    if window.since is not None and window.since > frame.as_of:
        later = wording.long_date(window.since)
        as_of = wording.long_date(frame.as_of)
        raise NoAnswerError(Reason.WINDOW, f"{later} is after the as-of day, {as_of}")
    every = every_of(ask.subject, data)
    if every == 1 and (why := not_begun(window, ask.subject, data, frame)):
        raise NoAnswerError(Reason.WINDOW, why)
    if not holds(window, every):
        what = f"a {wording.frequency(every)} series has no change over that window"
        raise NoAnswerError(Reason.WINDOW, what)
    try:
        if every == 1:
            return window, base_date(window, frame.as_of, frame.sessions)
        base = observed_base(window, frame.as_of, frame.sessions, every)
    except LookupError as error:
        raise NoAnswerError(Reason.SHORT_HISTORY, str(error)) from None
    if base is None:
        name = frame.sessions.name
        raise NoAnswerError(Reason.MISSING_SESSION, f"{name}: the value to measure from is missing")
    return window, base


# --- making a fact ----------------------------------------------------------------------------


def fact(ask: Ask, data: MarketData, answer: Answer, marks: tuple[str, ...] = ()) -> Fact:
    """The fact that answers `ask`, with every printable form it will ever need."""
    text = answer.text or wording.display(answer.value, answer.unit)
    as_of = answer.as_of or own(ask.subject, data).as_of
    every = every_of(ask.subject, data)
    calendar = {"calendar": answer.shared} if answer.shared else {}
    displays = {
        "magnitude": wording.magnitude(text),
        **_day_texts("as_of", as_of, every),
        **(_day_texts("base_date", answer.base, every) if answer.base else {}),
        **_texts(answer.detail, answer.forms, every),
        **answer.texts,
        **calendar,
    }
    return Fact(
        id=identify(ask, subject=answer.subject, suffix=answer.suffix),
        metric=ask.metric,
        subject=answer.subject or ask.subject,
        value=answer.value,
        unit=answer.unit,
        display=text,
        as_of=as_of,
        source=answer.source or data.source,
        benchmark=ask.benchmark,
        window=ask.window,
        base_date=answer.base,
        detail={key: _json(value) for key, value in answer.detail.items()} | calendar,
        displays=displays,
        marks=marks,
        withheld=answer.withheld,
    )


def identify(ask: Ask, *, subject: str = "", suffix: str = "") -> str:
    """`metric:subject/benchmark:window`, without what the question does not have."""
    against = f"/{ask.benchmark}" if ask.benchmark else ""
    over = f":{suffix or ask.window}" if suffix or ask.window else ""
    return f"{ask.metric}:{subject or ask.subject}{against}{over}"


def slug(*words: str) -> str:
    """Words as part of an id: `BofA`, `3,000` become `bofa-3000`."""
    plain = (re.sub(r"[^a-z0-9]+", "-", word.replace(",", "").lower()).strip("-") for word in words)
    return "-".join(word for word in plain if word)


def published(entry: Target | Flow | DeskFigure) -> dict[str, str]:
    """When a desk input was published, in its own words where it has them."""
    return {"published": entry.published_text} if entry.published_text else {}


def _json(value: Raw) -> Json:
    return value.isoformat() if isinstance(value, date) else value


def _texts(detail: Mapping[str, Raw], forms: Mapping[str, Printer], every: int) -> dict[str, str]:
    texts: dict[str, str] = {}
    for key, value in detail.items():
        if isinstance(value, date):
            texts |= _day_texts(key, value, every)
        elif type(value) is float:
            texts[key] = forms.get(key, wording.price)(value)
        elif type(value) is int:
            texts[key] = forms.get(key, wording.count)(value)
    return texts


@lru_cache(maxsize=4096)
def _day_texts(key: str, day: date, every: int) -> Mapping[str, str]:
    stem = key.removesuffix("_date")
    return {
        key: wording.observed(day, every),
        f"{key}_short": wording.observed(day, every, short=True),
        f"{stem}_day": wording.observed(day, every) if every > 1 else wording.day_month(day),
    }
