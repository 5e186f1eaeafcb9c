"""What the `build` functions share: options, names, titles, ticks and the lines around a chart.

Numbers become text in `wording` only; titles cite facts; everything here is pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from math import ceil, floor, isnan, log10
from typing import TYPE_CHECKING, Any, Literal

from reporter import glossary, wording
from reporter.model import Fact, Gap, Json, Kind, Reason, Span, Text

if TYPE_CHECKING:
    import pandas as pd

    from reporter.charts.base import ChartContext
    from reporter.model import ChartSeries, MarketData, PriceSeries

Options = Mapping[str, Json]
Role = Literal["subject", "benchmark", "context"]
Say = Callable[[float], str]
NOISE = 1e-6
MOST_PLACES = 3
TOTAL = "* Total return: dividends included"


# --- options ----------------------------------------------------------------------------------


def word(options: Options, key: str, default: str) -> str:
    """An option that is text."""
    value = options.get(key)
    return value if isinstance(value, str) and value else default


def listed(options: Options, key: str, default: Iterable[str] = ()) -> tuple[str, ...]:
    """An option that is a list of texts, or one text."""
    value = options.get(key)
    if isinstance(value, str):
        return (value,)
    return tuple(str(item) for item in value) if isinstance(value, list) else tuple(default)


def size(options: Options, default: tuple[float, float]) -> tuple[float, float]:
    """The drawn width and height in points."""
    value = options.get("size")
    if isinstance(value, list | tuple) and len(value) == len(default):
        width, height = (float(part) for part in value if isinstance(part, int | float))
        return width, height
    return default


# --- facts and gaps ---------------------------------------------------------------------------


def find(
    context: ChartContext,
    metric: str,
    subject: str,
    *,
    vs: str | None = None,
    window: str | None = None,
) -> Fact | Gap:
    """The fact, or the gap that says why there is none."""
    fact = context.facts.get(metric, subject, vs=vs, window=window)
    if fact is not None:
        return fact
    for gap in (*context.facts.gaps, *context.data.gaps):
        if gap.subject == subject and gap.metric in (metric, "") and gap.window in (window, None):
            return gap
    return missing(context, metric, subject, window)


def change(context: ChartContext, symbol: str, window: str) -> Fact | Gap:
    """The return over a window, or a yield's change in basis points."""
    series = context.data.series.get(symbol)
    is_yield = series is not None and series.instrument.kind is Kind.YIELD
    return find(context, "yield_change" if is_yield else "period_return", symbol, window=window)


def missing(context: ChartContext, metric: str, subject: str, window: str | None = None) -> Gap:
    """The gap of a chart whose number was not to be had."""
    words = f"There is no {metric.replace('_', ' ')} of {name(context, subject)} to draw"
    return Gap(subject, metric, Reason.NO_DATA, f"{words}.", window=window)


def series_of(context: ChartContext, symbol: str) -> PriceSeries | Gap:
    """The prices of a symbol, or the gap that says why there are none."""
    if symbol in context.data.series:
        return context.data.series[symbol]
    return next(
        (gap for gap in context.data.gaps if gap.subject == symbol),
        missing(context, "prices", symbol),
    )


def since(series: PriceSeries, first: date) -> pd.DataFrame:
    """The bars from `first` on, that day included."""
    return series.bars.loc[first.isoformat() :]


def dates(bars: pd.DataFrame | pd.Series[float]) -> tuple[str, ...]:
    """The days of the bars as ISO dates."""
    return iso(bars.index)


def iso(days: pd.Index[Any]) -> tuple[str, ...]:
    """Days as ISO dates."""
    return tuple(str(day)[:10] for day in days)


def numbers(column: pd.Series[float]) -> tuple[float | None, ...]:
    """A column's values, None where there is none."""
    return tuple(None if isnan(value) else float(value) for value in column.tolist())


def labels(values: Sequence[float | None], say: Say) -> tuple[str, ...]:
    """Every value as it is printed, for the data behind the picture; empty where there is none."""
    return tuple("" if value is None else say(value) for value in values)


# --- words ------------------------------------------------------------------------------------


def name(context: ChartContext, symbol: str) -> str:
    """What tables and labels call an instrument."""
    return context.called(symbol)


def marked(context: ChartContext, symbol: str, *facts: Fact | None) -> str:
    """An instrument's name, with an asterisk where any of its returns holds dividends.

    Behind it the day, where its returns are not as of the brief's own.
    """
    other = [f for f in facts if f is not None and f.as_of != context.data.as_of]
    latest = max(other, key=lambda fact: fact.as_of, default=None)
    day = f" ({wording.as_of(latest, short=True)})" if latest else ""
    return context.called(symbol) + ("*" if _paid(facts) else "") + day


def ranked(context: ChartContext, facts: Sequence[Fact]) -> Sequence[Fact]:
    """The facts a title may rank: all where they are of one day, else the first of the brief's."""
    if len({fact.as_of for fact in facts}) < 2:  # noqa: PLR2004  one day, or none
        return facts
    return [fact for fact in facts if fact.as_of == context.data.as_of][:1] or facts[:1]


def total_note(facts: Iterable[Fact | None]) -> str:
    """What the asterisk of `marked` means, to stand behind a subtitle; empty where it is unused."""
    return f". {TOTAL}" if _paid(facts) else ""


def calendar_note(fact: Fact) -> str:
    """Whose sessions a comparison counts, to stand behind a subtitle; empty for one exchange's."""
    shared = fact.displays.get("calendar", "")
    return f"; {shared}" if shared else ""


def _paid(facts: Iterable[Fact | None]) -> bool:
    return any(fact is not None and bool(fact.detail.get("total_return")) for fact in facts)


def prose(context: ChartContext, symbol: str) -> Span:
    """What a sentence calls an instrument."""
    series = context.data.series.get(symbol)
    return Span(series.instrument.prose if series else context.called(symbol), "name")


def cited(fact: Fact, part: str = "", *, unsigned: bool = False) -> Span:
    """A fact's number, or one part of it, as a span that cites the fact."""
    shown = fact.shown(part)
    return Span(wording.magnitude(shown) if unsigned else shown, "fact", fact.id)


def sentence(*parts: str | Span) -> Text:
    """A title from words and spans; it begins with a capital."""
    spans = [Span(part) if isinstance(part, str) else part for part in parts if part]
    first = spans[0]
    word = first.text
    if word[1:2].islower() or word[1:2] == " ":  # leave names such as "iShares" as they are
        word = word[:1].upper() + word[1:]
    return (Span(word, first.kind, first.fact), *spans[1:])


def period(fact: Fact, window: str) -> Span:
    """A window in a sentence: "this year", "since 16 October 2025".

    Over common sessions it names its base day, which need not be that of either side's own year.
    """
    spoken = "" if "calendar" in fact.displays else glossary.window_spoken(window)
    return Span(spoken) if spoken else Span(f"since {base_day(fact)}", "name")


def stretch(context: ChartContext, fact: Fact, window: str) -> tuple[Span, ...]:
    """A window in a sentence, with its end where that is not the brief's day.

    "this year to 9 January 2026", "from 30 December 2025 to 9 January 2026".
    """
    over = period(fact, window)
    if fact.as_of == context.data.as_of:
        return (over,)
    if over.kind == "name" or fact.as_of.year != context.data.as_of.year:
        over = Span(f"from {base_day(fact)}", "name")
    return (over, Span(f" to {wording.as_of(fact)}", "name"))


def base_day(fact: Fact) -> str:
    """The day a windowed fact counts from, as pages print it."""
    assert fact.base_date is not None
    return wording.base(fact)


def moved(fact: Fact, part: str = "") -> tuple[str | Span, ...]:
    """Words for a return, or for a part of a fact that is one: "is up 7.8%", "is down 3.1%"."""
    way = wording.direction(fact.shown(part))
    if way == 0:
        return ("is little changed at ", cited(fact, part))
    return ("is up " if way > 0 else "is down ", cited(fact, part, unsigned=True))


def of_all(count: int) -> str:
    """The set a claim is about: "of the three shown", of a large one "of all shown"."""
    number = wording.counted(count, "")
    return f"of the {number} shown" if number else "of all shown"


def base_days(facts: Iterable[Fact]) -> str:
    """The days several facts count from: "31 December 2025", or where they differ all of them."""
    days = sorted({fact.base_date for fact in facts if fact.base_date})
    return " or ".join(wording.long_date(day) for day in days)


# --- around the picture ------------------------------------------------------------------------


def source_line(data: MarketData, source: str = "", day: date | None = None) -> str:
    """Source, as-of day (the brief's unless another is given), and the warning of sample data."""
    line = f"Source: {data.called(source)}; as of {wording.long_date(day or data.as_of)}."
    return f"{line} Sample data, not market prices." if data.sample else line


def span_of_days(days: Sequence[str]) -> str:
    """A stretch of time: "31 December 2025 to 15 January 2026"."""
    first, last = (wording.long_date(date.fromisoformat(day)) for day in (days[0], days[-1]))
    return f"{first} to {last}"


def extremes(series: ChartSeries, column: str, say: Say) -> str:
    """The highest and lowest value of a series with their days, for alternative text."""
    known = [(v, d) for v, d in zip(series.values[column], series.x, strict=True) if v is not None]
    (high, top), (low, bottom) = max(known), min(known)
    on = [wording.long_date(date.fromisoformat(day)) for day in (top, bottom)]
    return f"highest {say(high)} on {on[0]}, lowest {say(low)} on {on[1]}"


def padded(low: float, high: float, share: float = 0.06) -> tuple[float, float]:
    """A range with some air; a flat one is opened."""
    air = (high - low) * share or abs(high) * share or 1.0
    return low - air, high + air


def span_of(values: Iterable[float | None]) -> tuple[float, float]:
    """The lowest and highest of the values that are there."""
    known = [value for value in values if value is not None]
    return min(known), max(known)


def y_ticks(low: float, high: float, say: Callable[[float, float], str], most: int = 5) -> Json:
    """Round places within a range, with their labels; `say` gets the place and the step."""
    step = round_step((high - low) / most)
    first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
    return [[round(at * step, 10), say(at * step, step)] for at in range(first, last + 1)]


def round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `least`."""
    power = 10.0 ** floor(log10(least))
    return next(power * times for times in (1, 2, 2.5, 5, 10) if power * times >= least * 0.999999)


def say_fraction(value: float, step: float) -> str:
    """A tick of an axis in per cent."""
    return wording.fraction(value, _places(step * 100))


def say_level(value: float, step: float) -> str:
    """A tick of an axis of levels."""
    return wording.price(value, _places(step))


def _places(step: float) -> int:
    """The decimals that multiples of a step need, at most three."""
    return next(dp for dp in range(4) if dp == MOST_PLACES or _whole(step * 10**dp))


def _whole(value: float) -> bool:
    return abs(value - round(value)) < NOISE and round(value) > 0


# --- days along the x axis ----------------------------------------------------------------------

DAYS, WEEKS, MONTHS, QUARTERS = 12, 45, 150, 400


def x_ticks(days: Sequence[str]) -> Json:
    """Places and names of days along an axis of sessions, as people write them."""
    found = [date.fromisoformat(day) for day in days]
    if len(found) <= DAYS:
        return [[at, _day(day)] for at, day in enumerate(found)]
    if len(found) <= WEEKS:
        return [[at, _day(day)] for at, day in _firsts(found, lambda d: d.isocalendar()[1])]
    if len(found) <= QUARTERS:
        every = 1 if len(found) <= MONTHS else 2
        return _months(found, every)
    return [
        [at, wording.month_year(day).rpartition(" ")[2]]
        for at, day in _firsts(found, lambda d: d.year)
    ]


def _firsts(days: Sequence[date], key: Callable[[date], int]) -> list[tuple[int, date]]:
    pairs = enumerate(pairwise(days), 1)
    return [(at, day) for at, (before, day) in pairs if key(before) != key(day)]


def _months(days: Sequence[date], every: int) -> Json:
    firsts = _firsts(days, lambda day: day.month)
    chosen = [(at, day) for at, day in firsts if (day.month - 1) % every == 0]
    first = chosen[0][1] if chosen else None
    return [[at, _month(day, day == first or day.month == 1)] for at, day in chosen]


def _day(day: date) -> str:
    return wording.short_date(day).rpartition(" ")[0]


def _month(day: date, with_year: bool) -> str:  # noqa: FBT001  a private helper of one line
    month_year = wording.short_date(day).partition(" ")[2]
    return month_year if with_year else month_year.partition(" ")[0]
