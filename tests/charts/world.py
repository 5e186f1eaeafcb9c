"""A small market for chart tests: synthetic prices, and the facts a brief would have of them.

The facts are computed here by plain arithmetic on the prices, not by the program's metrics.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pandas as pd

from reporter import wording
from reporter.charts.base import ChartContext
from reporter.model import (
    Basis,
    BriefSpec,
    DeskInputs,
    Fact,
    Facts,
    Flow,
    Instrument,
    Json,
    Kind,
    MarketData,
    PriceSeries,
    Provenance,
    Target,
    Unit,
)
from reporter.sessions import Sessions

AS_OF = date(2026, 1, 15)
YEAR_END = date(2025, 12, 31)
NAMES = {
    "^RUT": ("Russell 2000", "the Russell 2000"),
    "^GSPC": ("S&P 500", "the S&P 500"),
    "IJH": ("S&P MidCap 400 fund", "the S&P MidCap 400 fund"),
    "^IXIC": ("Nasdaq Composite", "the Nasdaq Composite"),
    "^DJI": ("Dow Jones Industrials", "the Dow Jones Industrials"),
}
STARTS = {"^RUT": 2200.0, "^GSPC": 6000.0, "IJH": 62.0, "^IXIC": 21000.0, "^DJI": 43000.0}
WINDOWS = ("1d", "wtd", "ytd", "1m", "3m", "1y")


def days() -> pd.DatetimeIndex:
    """Weekdays of two years and a half, as sessions."""
    return pd.bdate_range("2023-07-03", AS_OF, name="date")


def prices(symbol: str, *, drift: float = 0.0004, basis: Basis = Basis.PRICE) -> PriceSeries:
    """A random walk of one symbol, the same every time; a clear trend where `drift` is large."""
    seed = sum(ord(letter) * at for at, letter in enumerate(symbol, 1))
    random = np.random.default_rng(seed)
    index = days()
    steps = random.normal(drift, 0.008, len(index))
    close = STARTS.get(symbol, 100.0) * np.exp(np.cumsum(steps))
    opened = np.concatenate([[close[0]], close[:-1]]) * (1 + random.normal(0, 0.002, len(index)))
    wick = np.abs(random.normal(0, 0.004, (2, len(index))))
    frame = pd.DataFrame(
        {
            "open": opened,
            "high": np.maximum(opened, close) * (1 + wick[0]),
            "low": np.minimum(opened, close) * (1 - wick[1]),
            "close": close,
            "volume": 1e6,
        },
        index=index,
    )
    name, prose = NAMES.get(symbol, (symbol, symbol))
    instrument = Instrument(symbol, name, prose, Kind.INDEX)
    return PriceSeries(instrument, frame, basis, Provenance("test", symbol, "0" * 64, len(frame)))


def base_day(series: PriceSeries, window: str) -> date:
    """The base of a window, by the calendar."""
    offsets = {
        "1d": None,
        "wtd": date(2026, 1, 9),
        "ytd": YEAR_END,
        "1m": date(2025, 12, 15),
        "3m": date(2025, 10, 15),
        "1y": date(2025, 1, 15),
    }
    anchor = offsets[window] or date(2026, 1, 14)
    found: date = series.bars.loc[: anchor.isoformat()].index[-1].date()
    return found


def fact(  # noqa: PLR0913  keywords only
    metric: str, subject: str, value: float, unit: Unit, display: str, *, vs: str | None = None,
    window: str | None = None, base: date | None = None,
    detail: Mapping[str, Json] | None = None, displays: Mapping[str, str] | None = None,
) -> Fact:  # fmt: skip
    """A fact with the id and the displays every fact has."""
    versus, over = (f"/{vs}" if vs else ""), (f":{window}" if window else "")
    shown = {"magnitude": wording.magnitude(display), "as_of": wording.long_date(AS_OF)}
    if base:
        shown["base_date"] = wording.long_date(base)
    return Fact(
        f"{metric}:{subject}{versus}{over}", metric, subject, value, unit, display, AS_OF, "test",
        vs, window, base, detail or {}, MappingProxyType({**shown, **(displays or {})}),
    )  # fmt: skip


def returns(series: PriceSeries, window: str) -> Fact:
    """The period return of a series."""
    base = base_day(series, window)
    close = series.bars["close"]
    value = float(close.iloc[-1] / close.loc[base.isoformat()] - 1)
    detail: dict[str, Json] = {"total_return": series.basis is Basis.ADJUSTED}
    return fact(
        "period_return", series.symbol, value, Unit.FRACTION, wording.fraction(value),
        window=window, base=base, detail=detail,
    )  # fmt: skip


def relative(one: PriceSeries, other: PriceSeries, window: str) -> Fact:
    """The relative return of two series, its display the difference of the displays."""
    mine, theirs = returns(one, window), returns(other, window)
    change = (1 + float(mine.value)) / (1 + float(theirs.value)) - 1
    return fact(
        "relative_return", one.symbol, float(mine.value) - float(theirs.value), Unit.FRACTION,
        wording.spread(float(mine.value), float(theirs.value)), vs=other.symbol, window=window,
        base=mine.base_date, detail={"ratio_change": change},
        displays={"ratio_change": wording.fraction(change)},
    )  # fmt: skip


def level(series: PriceSeries) -> Fact:
    """The last close."""
    value = float(series.bars["close"].iloc[-1])
    return fact("level", series.symbol, value, Unit.PRICE, wording.price(value))


def averages(series: PriceSeries) -> list[Fact]:
    """The 50-day and 200-day averages."""
    close = series.bars["close"]
    found = []
    for length in ("50", "200"):
        value = float(close.tail(int(length)).mean())
        above = bool(close.iloc[-1] > value)
        found.append(
            fact("sma", series.symbol, value, Unit.PRICE, wording.price(value), window=length,
                 detail={"above": above})
        )  # fmt: skip
    return found


def momentum(series: PriceSeries) -> Fact:
    """Wilder's RSI, by the textbook loop."""
    close = [float(value) for value in series.bars["close"]]
    moves = [b - a for a, b in pairwise(close)]
    gain = sum(max(move, 0) for move in moves[:14]) / 14
    loss = sum(max(-move, 0) for move in moves[:14]) / 14
    for move in moves[14:]:
        gain, loss = (13 * gain + max(move, 0)) / 14, (13 * loss + max(-move, 0)) / 14
    value = 100 * gain / (gain + loss)
    state = "overbought" if value > 70 else "oversold" if value < 30 else "neutral"
    return fact("rsi", series.symbol, value, Unit.INDEX, wording.index(value), window="14",
                detail={"state": state})  # fmt: skip


def targets(series: PriceSeries, steps: tuple[float, ...] = (0.07, 0.122, 0.169)) -> DeskInputs:
    """Published targets above (or below) the last close."""
    last = float(series.bars["close"].iloc[-1])
    return DeskInputs(
        targets=tuple(
            Target(series.symbol, round(last * (1 + step)), "BofA", "A. Analyst",
                   date(2026, 1, 12), "week of 12 January 2026", "technical",
                   "base" if at == 0 else "possible")
            for at, step in enumerate(steps)
        )
    )  # fmt: skip


def advances(series: PriceSeries, desk: DeskInputs) -> list[Fact]:
    """What each target implies from the last close."""
    last = float(series.bars["close"].iloc[-1])
    found = []
    for target in desk.targets:
        value = target.level / last - 1
        made = fact(
            "implied_advance", target.symbol, value, Unit.FRACTION, wording.fraction(value),
            detail={"target": target.level, "house": target.house, "analyst": target.analyst,
                    "published": target.published_text, "kind": target.kind,
                    "conviction": target.conviction, "reference_close": last},
            displays={"target": wording.price(target.level, 0),
                      "reference_close": wording.price(last)},
        )  # fmt: skip
        found.append(_renamed(made, f"{made.id}:{target.house.lower()}-{target.level:.0f}"))
    return found


def _renamed(made: Fact, fact_id: str) -> Fact:
    return Fact(
        fact_id, made.metric, made.subject, made.value, made.unit, made.display, made.as_of,
        made.source, made.benchmark, made.window, made.base_date, made.detail, made.displays,
    )  # fmt: skip


FLOWS = (("Small caps", 6.4e9), ("Mid caps", -5.7e9), ("Large caps", -45.9e9))


def flows(amounts: tuple[tuple[str, float], ...] = FLOWS) -> DeskInputs:
    """One house's client flows by segment."""
    return DeskInputs(
        flows=tuple(
            Flow(segment, amount, "BofA", "clients", "2025", "single stocks and ETFs",
                 date(2026, 1, 5), "January 2026")
            for segment, amount in amounts
        )
    )  # fmt: skip


def flow_facts(desk: DeskInputs) -> list[Fact]:
    """The facts of the flows."""
    return [
        fact("net_flow", f"flow:{flow.segment}", flow.net_usd, Unit.USD,
             wording.usd(flow.net_usd),
             detail={"segment": flow.segment, "house": flow.house, "who": flow.who,
                     "period": flow.period, "basis": flow.basis,
                     "published": flow.published_text})
        for flow in desk.flows
    ]  # fmt: skip


def market(
    drifts: Mapping[str, float] | None = None, *, sample: bool = False,
    adjusted: tuple[str, ...] = (),
) -> MarketData:  # fmt: skip
    """Market data of the symbols named, by default of two."""
    drifts = drifts or {"^RUT": 0.0008, "^GSPC": 0.0003}
    series = {
        symbol: prices(symbol, drift=drift,
                       basis=Basis.ADJUSTED if symbol in adjusted else Basis.PRICE)
        for symbol, drift in drifts.items()
    }  # fmt: skip
    sessions = Sessions("test", tuple(day.date() for day in days()))
    lead = series.get("^RUT") or next(iter(series.values()))
    desk = DeskInputs(targets=targets(lead).targets, flows=flows().flows)
    return MarketData(series, AS_OF, sessions, "files:prices", sample, desk=desk)


def context(data: MarketData | None = None, *, watch: tuple[str, ...] = ()) -> ChartContext:
    """What a chart is built from, with every fact it may ask for."""
    data = data or market()
    symbols = tuple(data.series)
    bench = "^GSPC" if "^GSPC" in symbols else symbols[-1]
    spec = BriefSpec(
        "Test", "test", (symbols[0],), bench, (), watch=MappingProxyType({"all": watch or symbols})
    )
    return ChartContext(spec, data, Facts(tuple(everything(data, bench))))


def everything(data: MarketData, bench: str) -> list[Fact]:
    """Every fact of the data."""
    found: list[Fact] = []
    for series in data.series.values():
        found += [returns(series, window) for window in WINDOWS]
        found += [level(series), momentum(series), *averages(series)]
        if series.symbol != bench:
            found += [relative(series, data.series[bench], window) for window in WINDOWS]
    for series in data.series.values():
        found += [a for a in advances(series, data.desk) if a.subject == series.symbol]
    return [*_once(found), *flow_facts(data.desk)]


def _once(facts: list[Fact]) -> list[Fact]:
    return list({fact.id: fact for fact in facts}.values())
