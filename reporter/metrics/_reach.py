"""Which bars a fact rests on, and what becomes of it where one of them is doubtful.

A metric declares the stretches of bars its number rests on: a doubtful day in one of them marks
the fact. What only a detail rests on, such as how long ago a move was last as large, is left out
instead. Without a declaration a fact rests on the whole history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from reporter.bars import Bars, bars_of
from reporter.limits import FEWEST_AFTER
from reporter.metrics.base import Answer, Ask
from reporter.model import Finding, MarketData, Severity

YEAR = timedelta(weeks=52)
SPARSE = 5  # days, at most, from one session common to several exchanges to the next


@dataclass(frozen=True, slots=True)
class Place:
    """An answer on one instrument's bars."""

    bars: Bars
    answer: Answer

    def before(self, day: date, count: int) -> date:
        """The day of the bar `count` bars before that of `day`, or before all history."""
        at = self.bars.first_after(day) - 1 - count * self._own
        return self.bars.day(at) if at >= 0 else date.min

    def after(self, day: date, count: int) -> date:
        """The day of the bar `count` bars after that of `day`, or of the last."""
        at = self.bars.first_after(day) - 1 + count * self._own
        return self.bars.day(min(at, len(self.bars) - 1))

    @property
    def _own(self) -> int:
        """How many of its own bars may lie in one of the sessions counted."""
        return SPARSE if self.answer.shared else 1

    @property
    def base(self) -> date:
        """The day the answer is measured from; the last where it has no window."""
        return self.answer.base or self.bars.day(-1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days from `first` to `last`; `holes` says whether a missing bar among them matters."""

    first: date = date.min
    last: date = date.max
    holes: bool = True


Rests = Callable[[Place], Stretch]


def whole_history(_place: Place) -> Stretch:
    """All bars."""
    return Stretch()


def last_level(place: Place) -> Stretch:
    """The last bars, too few for a level that begins among them to be believed."""
    return Stretch(place.before(place.bars.day(-1), FEWEST_AFTER - 2), holes=False)


def window(place: Place) -> Stretch:
    """From the base day on: both ends must be right, and what lies between must not break."""
    return Stretch(place.base, holes=False)


def around_base(place: Place) -> Stretch:
    """The base day with the sessions before and after it."""
    return Stretch(place.before(place.base, 1), place.after(place.base, 1))


def beginning(place: Place) -> Stretch:
    """All that came before the first bar."""
    return Stretch(last=place.bars.start)


def past_year(place: Place) -> Stretch:
    """The last 52 weeks."""
    return Stretch(place.bars.day(-1) - YEAR)


def back(count: int) -> Rests:
    """From `count` bars before the base day, or before the last."""
    return lambda place: Stretch(place.before(place.base, count))


def since(key: str, further: int = 0) -> Rests:
    """From the day that this detail names, or so many bars before it; all bars where none."""

    def stretch(place: Place) -> Stretch:
        day = place.answer.detail.get(key)
        return Stretch(place.before(day, further) if isinstance(day, date) else date.min)

    return stretch


# --- doubts -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Doubt:
    """Days of one instrument on which a bar is missing (`hole`) or hard to believe."""

    message: str
    days: tuple[date, ...]
    hole: bool

    def touches(self, stretch: Stretch) -> bool:
        """Whether one of the days matters to what rests on this stretch."""
        if self.hole and not stretch.holes:
            return False
        return any(stretch.first <= day <= stretch.last for day in self.days)


@lru_cache(maxsize=8)
def _doubts(data: MarketData) -> Mapping[str, tuple[Doubt, ...]]:
    """What is doubtful, by symbol; market data are compared by identity."""
    found: dict[str, tuple[Doubt, ...]] = {}
    for finding in data.findings:
        if finding.symbol in data.series and (doubt := _doubt(finding, data)).days:
            found[finding.symbol] = (*found.get(finding.symbol, ()), doubt)
    return found


def _doubt(finding: Finding, data: MarketData) -> Doubt:
    bars = bars_of(data.series[finding.symbol])
    if finding.severity is Severity.REFUSE:  # the history was cut: what came before is missing
        days = tuple(day - timedelta(days=1) for day in finding.days if day <= bars.day(-1))
        return Doubt(finding.message, days, hole=True)
    known = data.sessions_of(finding.symbol)
    days = tuple(day for day in finding.days if day <= bars.day(-1))
    if finding.severity is Severity.MARK and finding.check != "missing":
        return Doubt(finding.message, days, hole=False)
    lost = tuple(day for day in days if known.is_session(day) and bars.find(day) is None)
    return Doubt(finding.message, lost, hole=True)


def judged(
    answer: Answer,
    ask: Ask,
    data: MarketData,
    reach: Sequence[Rests],
    details: Mapping[str, Rests],
) -> tuple[Answer, tuple[str, ...]]:
    """The answer without the details that hang on doubtful days, and the marks of its number."""
    if not data.findings:
        return answer, ()
    marks = dict.fromkeys(_uncounted(answer, data))
    lost: set[str] = set()
    for symbol in ask.members or (ask.subject, ask.benchmark or ""):
        for doubt in _doubts(data).get(symbol, ()):
            place = Place(bars_of(data.series[symbol]), answer)
            if any(doubt.touches(rests(place)) for rests in reach):
                marks[doubt.message] = None
            lost |= {key for key, rests in details.items() if doubt.touches(rests(place))}
    kept = {key: value for key, value in answer.detail.items() if key not in lost}
    withheld = tuple(key for key in answer.detail if key in lost)
    return replace(answer, detail=kept, withheld=withheld), tuple(marks)


def _uncounted(answer: Answer, data: MarketData) -> Iterator[str]:
    """Why members of a list are not counted, where it is their prices' fault."""
    missing = answer.detail.get("missing")
    for symbol in missing if isinstance(missing, list) else ():
        about = (f for f in data.findings if f.symbol == symbol and f.check != "volume")
        yield from (finding.message for finding in about)
