"""Which sessions a figure counts: an instrument's own, or those that several have in common.

One instrument's figures count its own exchange's sessions and end with its own last one. A
comparison of instruments of different exchanges begins and ends on sessions of all of them, so
that both sides are measured over the same days, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reporter.model import MarketData
from reporter.sessions import Sessions, common


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

    As of its last session up to the brief's as-of day, or of its last bar where that is older
    because its values come out with a lag.
    """
    series = data.series.get(symbol)
    if series is None:
        return Frame(data.sessions, data.as_of)
    last = data.last_session(symbol)
    lagging = getattr(series.instrument, "lag", 0) and series.end < last
    return Frame(data.sessions_of(symbol), series.end if lagging else last)


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
