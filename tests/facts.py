"""Facts written by hand, and the reading they make, for tests of words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from reporter import wording
from reporter.commentary.base import Reading, families
from reporter.model import (
    BriefSpec,
    DeskInputs,
    Fact,
    Facts,
    Instrument,
    Kind,
    Pair,
    Remark,
    Unit,
    plain,
)

DAY = date(2026, 1, 15)
YEAR_END = date(2025, 12, 31)
RUT = Instrument("^RUT", "Russell 2000", "the Russell 2000", Kind.INDEX, "small caps")
GSPC = Instrument("^GSPC", "S&P 500", "the S&P 500", Kind.INDEX, "large caps")
IJH = Instrument("IJH", "S&P MidCap 400 (IJH)", "the mid-cap fund (IJH)", Kind.FUND, "mid caps")
XLB = Instrument("XLB", "Materials (XLB)", "the materials sector (XLB)", Kind.FUND, "materials")
XLE = Instrument("XLE", "Energy (XLE)", "the energy sector (XLE)", Kind.FUND, "energy")
SMH = Instrument("SMH", "Semis (SMH)", "the semiconductor fund (SMH)", Kind.FUND, "semiconductors")
IWM = Instrument(
    "IWM", "Russell 2000 (IWM)", "the Russell 2000 fund (IWM)", Kind.FUND, "small caps"
)
QQQ = Instrument("QQQ", "Nasdaq-100 (QQQ)", "the Nasdaq-100 fund (QQQ)", Kind.FUND, "tech")
TLT = Instrument("TLT", "Treasuries (TLT)", "the Treasury fund", Kind.FUND, "long Treasuries")
GLD = Instrument("GLD", "Gold (GLD)", "the gold fund", Kind.FUND, "gold")
VIX = Instrument("^VIX", "VIX", "the VIX", Kind.VOLATILITY, "volatility")
TNX = Instrument("^TNX", "10-year yield", "the 10-year Treasury yield", Kind.YIELD, "Treasuries")
KNOWN = {i.symbol: i for i in (RUT, GSPC, IJH, XLB, XLE, SMH, IWM, QQQ, TLT, GLD, VIX, TNX)}

_FRACTIONS = frozenset(
    ("gap", "worst", "percentile", "share_higher", "fraction", "subject_return", "benchmark_return")
)


def fact(  # noqa: PLR0913  each test names only what it is about
    metric: str,
    subject: str,
    value: float | bool,  # noqa: FBT001  a record is true or false
    unit: Unit = Unit.FRACTION,
    *,
    window: str | None = None,
    vs: str | None = None,
    base: date | None = None,
    as_of: date = DAY,
    display: str = "",
    suffix: str = "",
    **detail: Any,
) -> Fact:
    """A fact with the id and the printed forms of the real ones."""
    text = display or (
        wording.spread(detail["subject_return"], detail["benchmark_return"])
        if metric == "relative_return"
        else wording.display(value, unit)
    )
    displays = {"magnitude": wording.magnitude(text), **_days("as_of", as_of)}
    displays |= _days("base_date", base) if base else {}
    for key, part in detail.items():
        displays |= _printed(key, part)
    return Fact(
        id=f"{metric}:{subject}" + (f"/{vs}" if vs else "") + f":{window or suffix or ''}",
        metric=metric,
        subject=subject,
        value=value,
        unit=unit,
        display=text,
        as_of=as_of,
        source="test",
        benchmark=vs,
        window=window,
        base_date=base,
        detail={k: v.isoformat() if isinstance(v, date) else v for k, v in detail.items()},
        displays=displays,
    )


def _printed(key: str, part: object) -> dict[str, str]:
    if isinstance(part, date):
        return _days(key, part)
    if isinstance(part, bool) or not isinstance(part, int | float):
        return {}
    if key in _FRACTIONS:
        return {key: wording.fraction(part)}
    return {key: wording.count(part) if isinstance(part, int) else wording.price(part)}


def _days(key: str, day: date) -> dict[str, str]:
    return {key: wording.long_date(day)}


def move(
    subject: str, value: float, window: str = "ytd", *, base: date = YEAR_END, **detail: Any
) -> Fact:
    """A period return."""
    return fact("period_return", subject, value, window=window, base=base, **detail)


def spread(
    one: float, other: float, window: str = "ytd", *, z: float = 1.0, base: date = YEAR_END
) -> Fact:
    """The Russell's return less the S&P's."""
    return fact(
        "relative_return",
        "^RUT",
        one - other,
        vs="^GSPC",
        window=window,
        base=base,
        subject_return=one,
        benchmark_return=other,
        z=z,
    )


def level(subject: str, close: float, **detail: Any) -> Fact:
    """A last close."""
    return fact("level", subject, close, Unit.PRICE, close=close, **detail)


def year(one: float, other: float, *, z: float = 1.0) -> tuple[Fact, Fact, Fact]:
    """Both returns of the year and their spread."""
    return move("^RUT", one, z=z), move("^GSPC", other, z=z), spread(one, other, z=z)


def reading(
    *facts: Fact,
    watch: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    pairs: tuple[Pair, ...] = (),
    desk: DeskInputs | None = None,
) -> Reading:
    """The Russell 2000 against the S&P 500, with these facts and nothing else."""
    spec = BriefSpec(
        title="Test",
        slug="test",
        subjects=("^RUT",),
        benchmark="^GSPC",
        sections=(),
        watch=watch,
        pairs=pairs,
    )
    return Reading(spec, Facts(facts), dict(KNOWN), desk or DeskInputs())


def told(family: str, made: Reading) -> dict[str, Remark]:
    """The remarks of one family, by the key of their pattern."""
    return {r.pattern.partition(".")[2]: r for r in families.get(family)(made)}


def words(family: str, made: Reading) -> dict[str, str]:
    """Their words alone."""
    return {key: plain(remark.text) for key, remark in told(family, made).items()}
