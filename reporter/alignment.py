"""Which sessions a figure counts: an instrument's own, or those that several have in common.

One instrument's figures count its own exchange's sessions and end with its own last one. A
comparison of instruments of different exchanges begins and ends on sessions of all of them, so
that both sides are measured over the same days, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from reporter import wording
from reporter.model import Fact, Facts, MarketData
from reporter.sessions import Sessions, common
from reporter.windows import Window, began

NEAR = timedelta(weeks=3)  # as far as a brief looks ahead


@dataclass(frozen=True, slots=True)
class Frame:
    """The sessions a figure counts, and the one it is as of.

    `shared` says in words whose sessions they are where instruments of several exchanges are
    compared: "sessions common to NYSE and Tokyo". It is empty for one exchange.
    """

    sessions: Sessions
    as_of: date
    shared: str = ""


def own(symbol: str, data: MarketData) -> Frame:
    """One instrument's sessions; the brief's own where it has no prices.

    As of its last session up to the brief's as-of day whose value is out.
    """
    return Frame(data.sessions_of(symbol), data.last_session(symbol))


def shared(symbols: Iterable[str], data: MarketData) -> Frame:
    """The sessions common to all of these instruments, up to the last that all have.

    Those without prices do not count.

    Raises:
        LookupError: they have no session in common.
    """
    frames = [own(symbol, data) for symbol in dict.fromkeys(symbols) if symbol in data.series]
    if not frames:
        return Frame(data.sessions, data.as_of)
    sessions = common(*(frame.sessions for frame in frames))
    as_of = sessions.on_or_before(min(frame.as_of for frame in frames))
    names = {frame.sessions.name for frame in frames}
    return Frame(sessions, as_of, f"sessions common to {sessions.name}" if len(names) > 1 else "")


def not_begun(window: Window, subject: str, data: MarketData, frame: Frame) -> str:
    """Why the brief's own week, month, quarter or year cannot be told; empty where it can.

    A daily figure that ends before that period's first day is of the one before: in a column
    with others of this one it would be taken for theirs.
    """
    period = began(window, data.as_of)
    if period is None or frame.as_of >= period.first:
        return ""
    if frame.sessions.on_or_before(data.as_of) < period.first:
        common = "common " if frame.shared else ""
        return f"{frame.sessions.name} had no {common}session yet in {period.words}"
    series = data.series.get(subject)
    return f"{series.instrument.name if series else subject} has no value yet in {period.words}"


# --- what may be said ----------------------------------------------------------------------------


def tellable(facts: Facts, as_of: date) -> Facts:
    """The facts that sentences may state side by side: those as of the brief's own day.

    A comparison in common sessions is among them only where both sides' own returns run over the
    same days: a sentence that prints the two beside their difference must add up.
    """
    kept = (fact for fact in facts if _of_day(fact, as_of) and _adds_up(fact, facts))
    return Facts(tuple(kept), facts.gaps)


def _of_day(fact: Fact, day: date) -> bool:
    """Whether it is as of that very day; the figure of a month is not, even if dated so."""
    return fact.as_of == day and wording.as_of(fact) == wording.long_date(day)


def _adds_up(fact: Fact, facts: Facts) -> bool:
    if "calendar" not in fact.detail:
        return True
    members = fact.detail.get("symbols")
    sides = members if isinstance(members, list) else (fact.subject, fact.benchmark)
    found = (facts.get("period_return", str(side), window=fact.window) for side in sides)
    days = {(one.base_date, one.as_of) for one in found if one}
    return days <= {(fact.base_date, fact.as_of)}


def calendar_notes(data: MarketData) -> tuple[str, ...]:
    """What the reader must know of the calendars: how comparisons are made, where one ends.

    Nothing where all instruments trade on one exchange whose calendar reaches into the weeks
    after the as-of day.
    """
    found = {s.name: s for s in (data.sessions_of(symbol) for symbol in _daily(data))}
    ahead = data.as_of + NEAR
    ends = (s for _, s in sorted(found.items()) if s.cut_short and s.days[-1] < ahead)
    return (*_comparison_note(sorted(found)), *map(_end_note, ends))


def _end_note(sessions: Sessions) -> str:
    until = wording.long_date(sessions.days[-1])
    return f"The trading days of {sessions.name} are known up to {until} only."


def _daily(data: MarketData) -> Iterable[str]:
    """The symbols that trade by a calendar; a monthly series has only days of its own."""
    return (symbol for symbol, series in data.series.items() if series.instrument.every == 1)


def _comparison_note(names: list[str]) -> tuple[str, ...]:
    if len(names) < 2:  # noqa: PLR2004  one calendar needs no word
        return ()
    *others, last = names
    told = f"Calendars: {', '.join(others)} and {last}. A figure counts its own instrument's "
    told += "sessions; comparisons across calendars run between sessions common to both sides."
    return (told,)
