"""What is asked of the market, and the asking: from a brief's order to its facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reporter import choice
from reporter.errors import SpecError
from reporter.metrics.base import PERIODS, YEAR_OF_BARS, Ask, Metric, metrics
from reporter.model import Basis, BriefSpec, Fact, Facts, Gap, Kind, MarketData
from reporter.registry import nearest
from reporter.windows import holds, parse

MEMBER_PERIODS = ("1d", "wtd", "mtd", "qtd", "ytd", "1w", "1m", "3m", "6m", "1y")
LIST_PERIODS = ("1d", "wtd", "mtd", "ytd", "1m")
_YIELD_METRICS = ("level", "yield_change")
_DESK = {"implied_advance", "desk_figure"}
_SHARED = {"net_flow", "advancers"}
_OF_RECORDS = {"drawdown", "record_close", "record_high", "range_breakout"}
_ANY_FLOW = "flow:*"
_GIVEN = "list:symbols"
TECHNICAL = ("level", "drawdown", "rsi", "sma", "atr", "realised_volatility", "range_breakout")


def measure(asks: Iterable[Ask], data: MarketData) -> Facts:
    """Every question's answer: facts and gaps, each once, in the order asked."""
    answers: dict[str | Gap, Fact | Gap] = {}
    for ask in asks:
        for answer in metrics.get(ask.metric).compute(ask, data):
            answers.setdefault(answer.id if isinstance(answer, Fact) else answer, answer)
    found = tuple(answers.values())
    return Facts(
        tuple(a for a in found if isinstance(a, Fact)),
        tuple(a for a in found if isinstance(a, Gap)),
    )


# --- what a brief asks ------------------------------------------------------------------------


def plan(spec: BriefSpec, data: MarketData) -> tuple[Ask, ...]:
    """The questions of a brief: only such as can apply, so that every gap means something.

    Subjects are asked everything, watched instruments their level, returns and state, pairs
    their legs' returns, lists their breadth, and desk inputs what they imply; what a section
    shows, also the changes over the windows its options name. A symbol without
    prices is not asked about: `data.gaps` says already why it is missing.
    """
    asks = [
        *_about_subjects(spec, data),
        *_about_pairs(spec, data),
        *_about_members(spec, data),
        *_about_lists(spec, data),
        *_about_sections(spec, data),
        *_about_desk(spec, data),
    ]
    return tuple(dict.fromkeys(asks))


def _about_subjects(spec: BriefSpec, data: MarketData) -> Iterator[Ask]:
    for symbol in spec.subjects:
        if symbol not in data.series:
            continue
        for name in _for_kind(data.series[symbol].instrument.kind):
            metric = metrics.get(name)
            yield from _asks(metric, symbol, _versus(metric, symbol, spec, data))


def _for_kind(kind: Kind) -> tuple[str, ...]:
    """The metrics that apply to one instrument of this kind, desk inputs apart."""
    if kind is Kind.YIELD:
        return _YIELD_METRICS
    if kind is Kind.VOLATILITY:  # it returns to its mean: a record or a fall from one is no news
        return tuple(n for n in _for_kind(Kind.INDEX) if n not in _OF_RECORDS)
    return tuple(n for n in metrics.names() if n not in _DESK | _SHARED | {"yield_change"})


def _versus(
    metric: Metric, symbol: str, spec: BriefSpec, data: MarketData
) -> tuple[str | None, ...]:
    """The benchmarks to hold a subject against: the brief's, then its pairs'."""
    if not metric.versus:
        return (None,)
    paired = (pair.benchmark for pair in spec.pairs if pair.subject == symbol)
    known = dict.fromkeys([spec.benchmark, *paired])
    return tuple(b for b in known if b in data.series and b != symbol)


def _asks(
    metric: Metric, symbol: str, benchmarks: Iterable[str | None], windows: Sequence[str] = ()
) -> Iterator[Ask]:
    for benchmark in benchmarks:
        for window in windows or _windows(metric) or (None,):
            yield Ask(metric.name, symbol, benchmark, window)


def _windows(metric: Metric) -> tuple[str, ...]:
    return PERIODS if metric.windows == "periods" else tuple(metric.windows)


def _about_pairs(spec: BriefSpec, data: MarketData) -> Iterator[Ask]:
    for pair in spec.pairs:
        legs = (pair.subject, pair.benchmark)
        if not all(leg in data.series for leg in legs):
            continue
        for window in pair.windows:
            yield from (Ask("period_return", leg, None, window) for leg in legs)
            yield Ask("relative_return", *legs, window)
        yield Ask("outperformance_streak", *legs)


def _about_members(spec: BriefSpec, data: MarketData) -> Iterator[Ask]:
    watched = [symbol for symbols in spec.watch.values() for symbol in symbols]
    paired = [leg for pair in spec.pairs for leg in (pair.subject, pair.benchmark)]
    for symbol in dict.fromkeys([spec.benchmark, *watched, *paired]):
        if symbol in data.series:
            yield from _about_member(symbol, spec, data)


def _about_member(symbol: str, spec: BriefSpec, data: MarketData) -> Iterator[Ask]:
    series = data.series[symbol]
    if series.instrument.kind is Kind.YIELD:
        yield Ask("level", symbol)
        every = series.instrument.every
        fitting = (w for w in MEMBER_PERIODS if holds(parse(w), every))
        yield from (Ask("yield_change", symbol, None, w) for w in fitting)
        return
    yield from (Ask("period_return", symbol, None, w) for w in MEMBER_PERIODS)
    if _comparable(symbol, spec.benchmark, data):
        yield Ask("relative_return", symbol, spec.benchmark, "ytd")
    if series.basis is Basis.PRICE:
        yield Ask("level", symbol)
        if len(series.bars) >= YEAR_OF_BARS and series.instrument.kind is not Kind.VOLATILITY:
            yield from (Ask("record_close", symbol), Ask("drawdown", symbol))
            yield Ask("rsi", symbol, None, "14")


def _comparable(symbol: str, benchmark: str, data: MarketData) -> bool:
    """Whether a spread of both returns can be stated: same basis, neither the other itself."""
    other = data.series.get(benchmark)
    return (
        symbol != benchmark
        and other is not None
        and other.instrument.kind is not Kind.YIELD
        and other.basis is data.series[symbol].basis
        and data.series[symbol].instrument.kind is not Kind.VOLATILITY
    )


def _about_lists(spec: BriefSpec, data: MarketData) -> Iterator[Ask]:
    for name, symbols in spec.watch.items():
        members = tuple(s for s in symbols if _can_rise(s, data))
        if len(members) > 1:
            yield from (Ask("advancers", f"list:{name}", None, w, members) for w in LIST_PERIODS)


def _can_rise(symbol: str, data: MarketData) -> bool:
    """Whether a rise of it belongs into a count of advancers."""
    series = data.series.get(symbol)
    return series is not None and series.instrument.kind not in {Kind.YIELD, Kind.VOLATILITY}


def _about_sections(spec: BriefSpec, data: MarketData) -> Iterator[Ask]:
    for section in spec.sections:
        windows = choice.windows(section.options)
        for symbol in choice.shown(section, spec, lambda s: _kind(s, data)):
            if symbol in data.series:
                yield from _changes(symbol, windows, spec, data)
        if section.name == "technicals":
            yield from _charted(choice.words(section.options, "subjects"), data)


def _kind(symbol: str, data: MarketData) -> Kind | None:
    series = data.series.get(symbol)
    return series.instrument.kind if series else None


def _changes(
    symbol: str, windows: Sequence[str], spec: BriefSpec, data: MarketData
) -> Iterator[Ask]:
    """The change of one instrument over these windows; a subject's against its benchmark too."""
    if _kind(symbol, data) is Kind.YIELD:
        yield from (Ask("yield_change", symbol, None, w) for w in windows)
        return
    yield from (Ask("period_return", symbol, None, w) for w in windows)
    if symbol in spec.subjects and _comparable(symbol, spec.benchmark, data):
        yield from (Ask("relative_return", symbol, spec.benchmark, w) for w in windows)


def _charted(symbols: Iterable[str], data: MarketData) -> Iterator[Ask]:
    """What the technical picture shows of an instrument, be it a subject or not."""
    for symbol in symbols:
        if symbol in data.series and _kind(symbol, data) is not Kind.YIELD:
            for name in TECHNICAL:
                yield from _asks(metrics.get(name), symbol, (None,))


def _about_desk(spec: BriefSpec, data: MarketData) -> Iterator[Ask]:
    desk = data.desk.until(data.as_of)
    wanted = [s for s in spec.symbols if s in data.series]
    targeted = {target.symbol for target in desk.targets}
    figured = dict.fromkeys(figure.symbol for figure in desk.figures)
    yield from (Ask("implied_advance", s) for s in wanted if s in targeted)
    yield from (Ask("desk_figure", symbol) for symbol in figured)
    if desk.flows:
        yield Ask("net_flow", _ANY_FLOW)


# --- what `reporter metrics` asks -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What `--metric` and `--window` leave of all metrics and windows; empty means all."""

    metrics: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()

    def of(self, metric: Metric) -> tuple[str | None, ...]:
        """The windows to ask of a metric; none at all where the narrowing leaves it out.

        A metric asked for by name is always answered: windows that cannot be meant for it
        (`ytd` for an RSI) do not narrow it.
        """
        usual = _windows(metric)
        fits = [w for w in self.windows if _is_length(w) is not (metric.windows == "periods")]
        if usual and fits:
            return tuple(fits)
        left_out = self.windows and metric.name not in self.metrics
        return () if left_out else usual or (None,)


def everything(
    symbols: Sequence[str],
    vs: str | None = None,
    metric_names: Sequence[str] = (),
    windows: Sequence[str] = (),
) -> tuple[Ask, ...]:
    """All metrics of all symbols over all windows, unless narrowed; `RSI` and `YTD` will do.

    What does not apply is asked all the same: the gap gives the reason.

    Raises:
        SpecError: an unknown metric or window; the message gives the nearest one.
    """
    names = tuple(dict.fromkeys(name.lower() for name in metric_names))
    chosen = [metrics.get(name) for name in names or metrics.names()]
    narrowing = Narrowing(names, tuple(map(_window, windows)))
    return tuple(
        dict.fromkeys(
            [
                *_of_each(symbols, vs, chosen, narrowing),
                *_of_all(tuple(symbols), chosen, narrowing),
            ]
        )
    )


def _of_each(
    symbols: Sequence[str], vs: str | None, chosen: Sequence[Metric], narrowing: Narrowing
) -> Iterator[Ask]:
    for symbol in symbols:
        for metric in chosen:
            if metric.name not in _SHARED:
                benchmark = vs if metric.versus else None
                yield from (Ask(metric.name, symbol, benchmark, w) for w in narrowing.of(metric))


def _of_all(
    symbols: tuple[str, ...], chosen: Sequence[Metric], narrowing: Narrowing
) -> Iterator[Ask]:
    for metric in chosen:
        if metric.name == "net_flow":
            yield from (Ask(metric.name, _ANY_FLOW) for _ in narrowing.of(metric))
        if metric.name == "advancers" and (len(symbols) > 1 or metric.name in narrowing.metrics):
            windows = narrowing.of(metric)
            yield from (Ask(metric.name, _GIVEN, None, w, symbols) for w in windows)


def _is_length(window: str) -> bool:
    return window.isdecimal()


def _lengths() -> dict[str, None]:
    known = [w for name in metrics.names() for w in _fixed(metrics.get(name))]
    return dict.fromkeys(sorted(known, key=int))


def _fixed(metric: Metric) -> tuple[str, ...]:
    return () if metric.windows == "periods" else tuple(metric.windows)


def _window(name: str) -> str:
    """A window's name as facts have it."""
    if not _is_length(name):
        return parse(name).name
    if name not in _lengths():
        tip = nearest(name, _lengths())
        raise SpecError(f"no indicator has the length {name!r}.", tip=tip)
    return name
