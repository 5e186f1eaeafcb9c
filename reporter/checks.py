"""What only neighbours and the calendar show of a bar: is it of a session, finished, believable?

Each check gives a `Finding`. It leaves a bar out where that bar is wrong by itself, marks what may
be true, and cuts a history where prices before a day cannot be compared with those after it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import log

import numpy as np
from numpy.typing import NDArray

from reporter import wording
from reporter.limits import FEWEST_AFTER, NET, WILD, limits
from reporter.model import Finding, Instrument, Kind, Severity
from reporter.sessions import SETTLING, Sessions
from reporter.sources.base import NoQuotesError
from reporter.tables import days_in_words

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

RATIOS = (2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 50, 100)  # new shares for an old one
NEAR = log(1.08)  # what the market itself may do to a price on the day of a split
NEWS = 3  # times what is usually traded; a split brings in nobody
RUSH = 2  # times what is usually traded, on the days of the widest true moves of funds
MONTH = 20  # bars that say what is usual
POINTS = 2.0  # per cent that a yield may move in a day; those of SOFR on 17 September 2019 are more
WIDER = 10  # times its usual change: what a series that is not daily may do at a time
SLIP = log(5)  # a yield that moves by this factor and straight back has lost its decimal point
LEAST_SLIP = 0.3  # per cent: yields near zero do move by such factors
AROUND = 3  # bars to both sides that say what is usual
STUCK = 3  # equal bars in a row without volume, or with one volume
STUCK_UNMEASURED = 5  # where no volume was ever recorded
CONFIRM = "if the move is true, confirm it under [[confirmed]] in the spec."


@dataclass(frozen=True, slots=True, eq=False)
class Trading:
    """A calendar at one moment: `days` are its sessions, `final` the last whose bar is final."""

    sessions: Sessions
    days: Days
    final: date | None = None
    today: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Bars under judgement: days, the five columns, the splits stated, and what was found.

    `confirmed` are the days whose moves somebody says are true.
    """

    instrument: Instrument
    days: Days
    cells: Floats
    splits: Mapping[date, float]
    found: tuple[Finding, ...] = ()
    confirmed: Collection[date] = ()

    @property
    def close(self) -> Floats:
        """The closes."""
        return self.cells[:, 3]

    @property
    def moves(self) -> Floats:
        """Each close over the one before, as a logarithm; NaN for the first and across zero."""
        sound = np.where(self.close > 0, self.close, np.nan)
        return np.concatenate(([np.nan], np.diff(np.log(sound))))

    def unconfirmed(self, which: Mask) -> Mask:
        """The bars chosen, less those whose move is confirmed."""
        if not self.confirmed:
            return which
        return which & ~np.isin(self.days, np.array(list(self.confirmed), dtype="datetime64[D]"))

    def names(self, which: Mask) -> tuple[date, ...]:
        """The days chosen."""
        return tuple(self.days[which].tolist())

    def without(self, which: Mask, finding: Finding | None) -> History:
        """The history less some bars, and why."""
        if finding is None or not which.any():
            return self
        kept = replace(self, days=self.days[~which], cells=self.cells[~which])
        return kept.telling(finding)

    def telling(self, *findings: Finding) -> History:
        """The history with more findings."""
        return replace(self, found=(*self.found, *findings))

    def finding(
        self, check: str, severity: Severity, text: str, remedy: str, days: tuple[date, ...]
    ) -> Finding:
        """A finding; `{days}` in the text becomes the latest of the days."""
        told = text.replace("{days}", days_in_words(reversed(days)))
        message = f"{self.instrument.full}: {told}"
        return Finding(self.instrument.symbol, check, severity, message, remedy, days)


def judge(history: History, trading: Trading) -> History:
    """The bars that can be relied on, with everything found on the way.

    Raises:
        NoQuotesError: no bar is left, or the last ones cannot be compared with those before.
    """
    steps: tuple[Callable[[History], History], ...] = (
        lambda past: _in_session(past, trading),
        lambda past: _finished(past, trading),
        _without_spikes,
        _since_split,
        _jumps,
        _stuck,
    )
    for step in steps:
        history = step(history)
        if not len(history.days):
            reasons = " ".join(finding.message for finding in history.found)
            raise NoQuotesError(f"no bar is left. {reasons}")
    return _complete(history, trading)


# --- the calendar -----------------------------------------------------------------------------


def _in_session(past: History, trading: Trading) -> History:
    """Without bars of other days; what lies before the calendar's first day cannot be judged."""
    closed = ~np.isin(past.days.astype(np.int64), trading.days.astype(np.int64), kind="table")
    closed &= past.days >= trading.days[0]
    days = past.names(closed)
    text = f"bars of days without a session ({trading.sessions.name}) are left out: {{days}}."
    remedy = "Nothing is lost if the exchange was closed on those days."
    return past.without(closed, past.finding("off-session", Severity.DROP, text, remedy, days))


def _finished(past: History, trading: Trading) -> History:
    """Without bars of sessions that were not over when they were fetched, or have not begun."""
    if trading.final is None or trading.today is None:
        return past
    late = past.days > np.datetime64(trading.final)
    ahead = past.days > np.datetime64(trading.today)
    begun = late & ~ahead
    past_final = past.without(late, None)
    if begun.any():
        text = f"{unfinished(trading.sessions, past.names(begun)[-1])}."
        remedy = f"Ask again after {counts_from(trading.sessions, past.names(begun)[-1])}."
        found = past.finding("unfinished", Severity.DROP, text, remedy, past.names(begun))
        past_final = past.without(late, found)
    if ahead.any():
        text = "bars dated in the future are left out: {days}."
        future = past.finding("future", Severity.DROP, text, "Check the dates.", past.names(ahead))
        past_final = past_final.telling(future) if begun.any() else past.without(late, future)
    return past_final


def unfinished(sessions: Sessions, day: date) -> str:
    """When a session's bar can be relied on, as a clause."""
    ends = wording.clock(sessions.close(day), sessions.zone)
    counts = counts_from(sessions, day)
    return f"the session of {wording.long_date(day)} closes at {ends}; its bar counts from {counts}"


def counts_from(sessions: Sessions, day: date) -> str:
    """The hour from which a session's bar is final, in the exchange's own zone."""
    return wording.clock(sessions.close(day) + SETTLING, sessions.zone)


def last_final(sessions: Sessions, days: Days, moment: date) -> Iterator[date]:
    """Sessions from the latest that may be over back, the moment's own next day included."""
    at = int(days.searchsorted(np.datetime64(moment + timedelta(days=2))))
    yield from reversed(sessions.days[:at])


def _complete(past: History, trading: Trading) -> History:
    """With a mark on the sessions that are missing since the history began."""
    begun = trading.days[(trading.days >= past.days[0]) & (trading.days <= past.days[-1])]
    if len(begun) == len(past.days):
        return past
    told = {day for finding in past.found for day in finding.days}
    absent = np.setdiff1d(begun, past.days, assume_unique=True).tolist()
    days = tuple(day for day in absent if day not in told)
    if not days:
        return past
    remedy = "Ask again later, or add the prices of those days."
    name, named = past.instrument.full, days_in_words(reversed(days))
    message = f"{name} has no price for {named}."
    found = Finding(past.instrument.symbol, "missing", Severity.MARK, message, remedy, days)
    return past.telling(found)


# --- the neighbours ---------------------------------------------------------------------------


def _without_spikes(past: History) -> History:
    """Without single bars that leave their neighbours' range and are undone by the next bar.

    What is not daily is left as it is: a month may well leave the range of its neighbours.
    """
    if past.instrument.every > 1:
        return past
    wrong = _slips(past.close) if past.instrument.kind is Kind.YIELD else _spikes(past)
    if past.instrument.kind is not Kind.YIELD:
        wrong = wrong | _stretched(past)
    wrong = past.unconfirmed(wrong)
    text = "prices far from those before and after them are left out: {days}."
    remedy = "Check the prices of those days: a decimal point, perhaps."
    found = past.finding("spike", Severity.DROP, text, remedy, past.names(wrong))
    return past.without(wrong, found)


def _spikes(past: History) -> Mask:
    known, moves = limits(past.instrument), past.moves
    out, back = moves[1:-1], moves[2:]
    with np.errstate(invalid="ignore"):
        undone, net = np.minimum(np.abs(out), np.abs(back)), np.abs(out + back)
        inner = (undone > known.lone) & (net < undone / 3)
        inner |= (undone > known.undone) & (net < NET)
    wrong = np.zeros(len(moves), dtype=np.bool_)
    wrong[1:-1] = inner
    for at in np.flatnonzero(wrong):
        around = past.close[max(at - AROUND, 0) : at + AROUND + 1]
        wrong[at] = abs(log(past.close[at] / float(np.median(around)))) > known.undone / 2
    return wrong


def _stretched(past: History) -> Mask:
    """Bars whose high or low lies further from all their other prices than is believed."""
    known, (opened, high, low, close) = limits(past.instrument), past.cells[:, :4].T
    top, foot = np.fmax(opened, close), np.fmin(opened, close)
    with np.errstate(invalid="ignore", divide="ignore"):
        wide = (np.log(high / top) > known.high) | (np.log(foot / low) > known.low)
    return np.asarray(wide & (low > 0), dtype=np.bool_)


def _slips(close: Floats) -> Mask:
    wrong = np.zeros(len(close), dtype=np.bool_)
    if len(close) < STUCK:
        return wrong
    before, here, after = close[:-2], close[1:-1], close[2:]
    off = np.minimum(np.abs(here - before), np.abs(here - after))
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.minimum(np.abs(np.log(here / before)), np.abs(np.log(here / after)))
    straight = np.abs(after - before) < off / 3
    wrong[1:-1] = (off > LEAST_SLIP) & (factor > SLIP) & straight
    return wrong


def _since_split(past: History) -> History:
    """From the last day on which prices before cannot be compared with those after."""
    if past.instrument.kind in {Kind.YIELD, Kind.VOLATILITY}:
        return past
    breaks = [at for at in _beyond(past) if _is_break(past, at)]
    if not breaks:
        return past
    at = breaks[-1]
    day = past.days[at].item()
    factor = wording.ratio(float(np.exp(abs(past.moves[at]))))
    way = "rises" if past.moves[at] > 0 else "falls"
    what = f"the close {way} by a factor of {factor} on {wording.long_date(day)}, as by a split"
    remedy = f"If it was a split, use split-adjusted prices; {CONFIRM}"
    if len(past.days) - at < FEWEST_AFTER:
        name = past.instrument.full
        raise NoQuotesError(f"{name}: {what}. Nothing is said of so few days after it. {remedy}")
    text = f"{what} that earlier prices are not adjusted for; they are left out."
    found = past.finding("split", Severity.REFUSE, text, remedy, (day,))
    return past.without(np.arange(len(past.days)) < at, found)


def _beyond(past: History) -> NDArray[np.intp]:
    """Positions of the bars whose close lies beyond what is believed, or beside a stated split."""
    far = np.abs(past.moves)
    with np.errstate(invalid="ignore"):
        which = far > limits(past.instrument).lone
        if past.splits:
            stated = np.isin(past.days, np.array(list(past.splits), dtype="datetime64[D]"))
            which |= stated & (far > NEAR)
    return np.flatnonzero(past.unconfirmed(which))


def _is_break(past: History, at: int) -> bool:
    """Whether prices have another meaning since this bar: a split that was not applied, say."""
    move = float(past.moves[at])
    stated = past.splits.get(past.days[at].item())
    if stated is not None and abs(log(stated)) > 2 * NEAR and abs(move + log(stated)) < NEAR:
        return True
    if _made_news(past, at, NEWS):
        return False
    if abs(move) > WILD:
        return True
    opened = past.cells[at, 0] / past.close[at - 1]
    gapped = not opened > 0 or abs(log(opened)) > abs(move) / 2
    return gapped and any(abs(abs(move) - log(ratio)) < NEAR for ratio in RATIOS)


def _made_news(past: History, at: int, times: float) -> bool:
    """Whether so much more was traded than a split of this size explains, as in a true crash.

    Where volumes are not adjusted for it either, a split multiplies them by its own factor.
    """
    volume = past.cells[:, 4]
    usual = float(np.median(volume[max(at - MONTH, 0) : at]))
    shares = max(float(np.exp(-past.moves[at])), 1)
    return usual > 0 and bool(volume[at] > times * shares * usual)


def _jumps(past: History) -> History:
    """With a mark on moves that are hard to believe."""
    if past.instrument.kind is Kind.YIELD:
        with np.errstate(invalid="ignore"):
            steps = np.abs(np.diff(past.close, prepend=past.close[:1]))
            which = steps > _believed_step(past.instrument, steps)
    else:
        with np.errstate(invalid="ignore"):
            which = np.abs(past.moves) > limits(past.instrument).lone
        which |= (past.close <= 0) | _quiet(past)
    which = past.unconfirmed(which)
    if not which.any():
        return past
    text = "the close moves further than is believed without a look on {days}."
    remedy = f"Check those days: if one was a split, use split-adjusted prices; {CONFIRM}"
    return past.telling(past.finding("jump", Severity.MARK, text, remedy, past.names(which)))


def _quiet(past: History) -> Mask:
    """Moves too wide for a day on which no more was traded than usual, or none knows how much."""
    with np.errstate(invalid="ignore"):
        wide = np.abs(past.moves) > limits(past.instrument).quiet
    for at in np.flatnonzero(wide):
        wide[at] = not _made_news(past, int(at), RUSH)
    return wide


def _believed_step(instrument: Instrument, steps: Floats) -> float:
    """How far a yield may move at a time; further where values far apart usually move so far."""
    usual = WIDER * float(np.median(steps)) if instrument.every > 1 else 0.0
    return max(POINTS, usual)


def _stuck(past: History) -> History:
    """With a mark on bars that repeat the one before them: a whole range, or volume too.

    Where range and volume are the same, one repetition is enough.
    """
    volume = past.cells[:, 4]
    measured = bool((volume > 0).any())
    if past.instrument.kind is Kind.YIELD or len(volume) < STUCK:
        return past
    same = (past.cells[1:, :4] == past.cells[:-1, :4]).all(axis=1)
    ranged = past.cells[1:, 1] > past.cells[1:, 2]  # no day's high and low come thrice
    twins = same & ranged & (volume[1:] > 0) & (volume[1:] == volume[:-1])
    if measured:
        same &= (volume[1:] == 0) | (volume[1:] == volume[:-1]) | ranged
    which = _in_runs(same, (STUCK if measured else STUCK_UNMEASURED) - 1) | _in_runs(twins, 1)
    if not which.any():
        return past
    text = "the same prices again and again: {days}."
    remedy = "Check those days: the feed may have stood still."
    return past.telling(past.finding("stuck", Severity.MARK, text, remedy, past.names(which)))


def _in_runs(same: Mask, length: int) -> Mask:
    """Which bars repeat the one before, in runs of at least `length` repetitions."""
    which = np.zeros(len(same) + 1, dtype=np.bool_)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], same, [False])).astype(np.int8)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        which[start + 1 : end + 1] = end - start >= length
    return which


# --- one index against another ----------------------------------------------------------------

FEWEST_ALIKE = 20  # days: volumes of their own are equal on none
SHARE_ALIKE = 0.05  # of the days on which both have volume


def shared_volume(one: Floats, other: Floats) -> bool:
    """Whether two instruments have the same volume on many of these days."""
    known = (one > 0) & (other > 0)
    alike = int((one == other)[known].sum())
    return alike >= FEWEST_ALIKE and alike >= SHARE_ALIKE * int(known.sum())
