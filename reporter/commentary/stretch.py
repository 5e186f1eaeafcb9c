"""Whether the move is stretched: RSI, distance from the 200-day average, volatility."""

from __future__ import annotations

from collections.abc import Iterator

from reporter.commentary.base import STANDFIRST, Note, Reading, family, number_of, remark, text_of
from reporter.model import Fact, Kind, Remark
from reporter.phrasing import Slots

FIRM = 60.0
WEAK = 40.0
FAR = 0.12
HIGH = 0.9
LOW = 0.15


@family("stretch")
def stretch(reading: Reading) -> Iterator[Remark]:
    """What an advance or a decline has against it from its own pace."""
    yield from _momentum(reading)
    yield from _distance(reading)
    yield from _volatility(reading)


def _momentum(reading: Reading) -> Iterator[Remark]:
    rsi = reading.of("rsi", "14")
    if rsi is None or "previous" not in rsi.displays:
        return
    slots: Slots = {"s": reading.subject, "x": rsi}
    state = text_of(rsi, "state")
    tone = {"overbought": -1, "oversold": 1}.get(state, 0)
    if not tone:
        key, tone = _neutral(float(rsi.value))
        yield remark(
            f"stretch.{key}", slots, Note("stretch", tone, 0.3, "" if tone else "technicals")
        )
        return
    key = f"{state}{_age(rsi)}"
    yield remark(f"stretch.{key}", slots, Note("stretch", tone, 0.64))
    yield remark(f"stretch.standfirst_{state}", slots, Note("stretch", tone, 0.64, STANDFIRST))


def _age(rsi: Fact) -> str:
    since = text_of(rsi, "state_since")
    return "_today" if since == str(rsi.as_of) else "_since"


def _neutral(value: float) -> tuple[str, int]:
    if value >= FIRM:
        return "neutral_high", 1
    return ("neutral_low", -1) if value <= WEAK else ("neutral", 0)


def _distance(reading: Reading) -> Iterator[Remark]:
    """How far from the 200-day average; told where momentum says the same, else it is the trend."""
    slow, rsi = reading.of("sma", "200"), reading.of("rsi", "14")
    gap = number_of(slow, "gap") if slow else None
    if slow is None or gap is None or abs(gap) < FAR or rsi is None:
        return
    if text_of(rsi, "state") != ("overbought" if gap > 0 else "oversold"):
        return
    key = "far_above" if gap > 0 else "far_below"
    slots: Slots = {"s": reading.subject, "t": slow}
    yield remark(f"stretch.{key}", slots, Note("distance", -1 if gap > 0 else 1, 0.4))


def _volatility(reading: Reading) -> Iterator[Remark]:
    volatility = reading.of("realised_volatility", "21")
    rank = number_of(volatility, "percentile") if volatility else None
    if volatility is not None and rank is not None:
        slots: Slots = {"s": reading.subject, "v": volatility}
        if rank >= HIGH:
            key = "volatile_unmatched" if rank == 1 else "volatile"
            yield remark(f"stretch.{key}", slots, Note("volatility", -1, 0.44))
        elif rank <= LOW:
            yield remark("stretch.calm", slots, Note("volatility", 1, 0.34))
    daily = reading.of("atr", "14")
    if daily is not None:
        filled: Slots = {"s": reading.subject, "a": daily}
        key = "range" if reading.subject.kind is Kind.INDEX else "range_price"
        yield remark(f"stretch.{key}", filled, Note("range", 0, 0.2, "technicals"))
