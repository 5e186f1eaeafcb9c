"""What a brief asks, what the command asks, and that every question has an answer."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporter.errors import SpecError
from reporter.measure import everything, measure, plan
from reporter.metrics.base import PERIODS, Ask, metrics
from reporter.model import (
    Basis,
    BriefSpec,
    DeskFigure,
    DeskInputs,
    Fact,
    Flow,
    Gap,
    Kind,
    MarketData,
    Pair,
    PriceSeries,
    Reason,
    Target,
    Unit,
)
from tests.market import market, real_market, series, sessions, wave

JANUARY = date(2026, 1, 1)
DESK = DeskInputs(
    targets=(
        Target("^RUT", 120.0, "BofA", "", JANUARY, ""),
        Target("ZZ", 1.0, "", "", JANUARY, ""),
    ),
    flows=(Flow("Small caps", 6.4e9, "BofA", "clients", "2025", "", JANUARY, ""),),
    figures=(DeskFigure("P/E", "^RUT", 18.0, "ratio", "BofA", JANUARY, ""),),
)
SPEC = BriefSpec(
    "Small caps",
    "small-caps",
    ("^RUT",),
    "^GSPC",
    (),
    watch={"sizes": ("^GSPC", "IJH", "NEW"), "rates": ("^TNX", "^VIX", "GONE")},
    pairs=(Pair("IWM", "QQQ", ("3m", "since:2025-10-16")),),
)


@pytest.fixture
def data() -> MarketData:
    given_series: list[PriceSeries] = [
        series(symbol, wave(1400, seed=seed), spread=0.01)
        for seed, symbol in enumerate(("^RUT", "^GSPC"))
    ]
    given_series += [
        series("IJH", wave(1400), basis=Basis.ADJUSTED),
        series("NEW", wave(92)),
        series("IWM", wave(600), kind=Kind.FUND),
        series("QQQ", wave(600), kind=Kind.FUND),
        series("^TNX", wave(600), kind=Kind.YIELD),
        series("^VIX", wave(600), kind=Kind.VOLATILITY),
    ]
    missing = Gap("GONE", "", Reason.UNKNOWN_SYMBOL, "the source does not know GONE")
    return market(*given_series, desk=DESK, gaps=(missing,))


def of(asks: tuple[Ask, ...], subject: str) -> set[tuple[str, str | None, str | None]]:
    return {(a.metric, a.benchmark, a.window) for a in asks if a.subject == subject}


# --- a brief's questions ---------------------------------------------------------------------


def test_subjects_are_asked_everything_that_applies(data: MarketData) -> None:
    asked = of(plan(SPEC, data), "^RUT")
    names = {metric for metric, _, _ in asked}
    assert names == set(metrics.names()) - {"yield_change", "net_flow", "advancers"}
    for period in PERIODS:
        assert ("period_return", None, period) in asked
        assert ("relative_return", "^GSPC", period) in asked
    assert {("sma", None, "50"), ("sma", None, "200"), ("rsi", None, "14")} <= asked


def test_a_subject_of_a_pair_is_held_against_its_partner_too(data: MarketData) -> None:
    spec = BriefSpec("t", "t", ("^RUT",), "^GSPC", (), pairs=(Pair("^RUT", "IWM", ("20s",)),))
    asked = of(plan(spec, data), "^RUT")
    assert ("relative_return", "IWM", "ytd") in asked
    assert ("relative_return", "IWM", "20s") in asked


def test_pairs_are_asked_over_their_own_windows(data: MarketData) -> None:
    asks = plan(SPEC, data)
    for window in ("3m", "since:2025-10-16"):
        assert ("relative_return", "QQQ", window) in of(asks, "IWM")
        for leg in ("IWM", "QQQ"):
            assert ("period_return", None, window) in of(asks, leg)


def test_members_are_asked_what_their_basis_and_history_carry(data: MarketData) -> None:
    asks = plan(SPEC, data)
    names = {s: {m for m, _, _ in of(asks, s)} for s in ("^GSPC", "IJH", "NEW", "^TNX", "^VIX")}
    assert names["^GSPC"] == {"level", "period_return", "record_close", "drawdown", "rsi"}
    assert names["IJH"] == {"period_return"}
    assert names["NEW"] == {"level", "period_return", "relative_return"}
    assert names["^TNX"] == {"level", "yield_change"}
    assert names["^VIX"] == {"level", "period_return"}


def test_lists_are_asked_how_many_rose(data: MarketData) -> None:
    breadth = [a for a in plan(SPEC, data) if a.metric == "advancers"]
    assert {a.subject for a in breadth} == {"list:sizes"}
    assert {a.window for a in breadth} == {"1d", "wtd", "mtd", "ytd", "1m"}
    assert breadth[0].members == ("^GSPC", "IJH", "NEW")


def test_desk_inputs_are_asked_for_where_the_brief_has_the_symbol(data: MarketData) -> None:
    asks = plan(SPEC, data)
    assert [a.subject for a in asks if a.metric == "implied_advance"] == ["^RUT"]
    assert [a.subject for a in asks if a.metric == "net_flow"] == ["flow:*"]
    assert [a.subject for a in asks if a.metric == "desk_figure"] == ["^RUT"]


def test_the_gaps_of_a_brief_mean_something(data: MarketData) -> None:
    """Only histories that are truly too short; nothing that could never have applied."""
    facts = measure(plan(SPEC, data), data)
    assert {gap.reason for gap in facts.gaps} == {Reason.SHORT_HISTORY}
    assert {gap.subject for gap in facts.gaps} <= {"NEW"}
    assert "GONE" not in {ask.subject for ask in plan(SPEC, data)}


def test_no_question_is_asked_twice(data: MarketData) -> None:
    asks = plan(SPEC, data)
    assert len(set(asks)) == len(asks)


def test_a_brief_without_its_subject_still_has_the_rest(data: MarketData) -> None:
    spec = BriefSpec("t", "t", ("GONE",), "GONE", (), watch={"sizes": ("^GSPC",)})
    asks = plan(spec, data)
    assert {a.subject for a in asks} >= {"^GSPC"}
    assert all(isinstance(f, Fact) for f in measure(asks, data))


# --- the command's questions ------------------------------------------------------------------


def test_everything_is_every_metric_over_every_window() -> None:
    asks = everything(["^RUT", "^GSPC"], "^GSPC")
    assert {a.metric for a in asks} == set(metrics.names())
    windows = {a.window for a in asks if a.metric == "relative_return"}
    assert windows == set(PERIODS)
    assert {a.benchmark for a in asks if a.metric == "relative_return"} == {"^GSPC"}
    assert {a.benchmark for a in asks if a.metric == "rsi"} == {None}


def test_what_cannot_be_had_is_a_gap_with_its_reason(data: MarketData) -> None:
    plain = market(*data.series.values())
    found = measure(everything(["IJH"]), plain)
    reasons = {(gap.metric, gap.window): gap.reason for gap in found.gaps}
    assert reasons["relative_return", "ytd"] is Reason.NO_INPUT
    assert reasons["outperformance_streak", None] is Reason.NO_INPUT
    assert reasons["implied_advance", None] is Reason.NO_INPUT
    assert reasons["net_flow", None] is Reason.NO_INPUT
    assert reasons["yield_change", "1d"] is Reason.NOT_APPLICABLE
    assert reasons["rsi", "14"] is Reason.BASIS


def test_a_missing_symbol_gives_the_sources_reason(data: MarketData) -> None:
    found = measure(everything(["GONE"], None, ["level", "rsi"]), data)
    assert {gap.reason for gap in found.gaps} == {Reason.UNKNOWN_SYMBOL}
    assert {gap.message for gap in found.gaps} == {"the source does not know GONE"}


@pytest.mark.parametrize(
    ("names", "windows", "asked"),
    [
        (["rsi"], [], {("rsi", "14")}),
        (["level", "rsi"], ["ytd"], {("level", None), ("rsi", "14")}),
        (["sma"], ["50"], {("sma", "50")}),
        (["period_return"], ["20s", "ytd"], {("period_return", "20s"), ("period_return", "ytd")}),
        (["net_flow"], ["ytd"], {("net_flow", None)}),
    ],
)
def test_metrics_and_windows_narrow(
    names: list[str], windows: list[str], asked: set[tuple[str, str | None]]
) -> None:
    assert {(a.metric, a.window) for a in everything(["X"], None, names, windows)} == asked


def test_a_window_alone_leaves_what_has_that_window() -> None:
    asks = everything(["X"], "Y", (), ["ytd"])
    assert {a.window for a in asks} == {"ytd"}
    assert {a.metric for a in asks} == {"period_return", "relative_return", "yield_change"}
    both = {(a.metric, a.window) for a in everything(["X"], None, (), ["ytd", "200"])}
    assert ("sma", "200") in both
    assert ("sma", "50") not in both


def test_a_length_no_metric_has_is_a_gap_of_the_one_asked(data: MarketData) -> None:
    found = measure(everything(["^RUT"], None, ["rsi"], ["50"]), data)
    assert [(gap.reason, gap.window) for gap in found.gaps] == [(Reason.WINDOW, "50")]


@pytest.mark.parametrize(
    ("names", "windows", "hint"),
    [(["rsl"], [], "rsi"), ([], ["ytdd"], "ytd"), ([], ["51"], "50")],
)
def test_unknown_words_are_answered_with_the_nearest(
    names: list[str], windows: list[str], hint: str
) -> None:
    with pytest.raises(SpecError, match=hint):
        everything(["X"], None, names, windows)


# --- answers ----------------------------------------------------------------------------------


def test_every_question_has_answers_that_name_it(data: MarketData) -> None:
    asks = [a for a in everything(list(data.series), "^GSPC") if a.subject != "flow:*"]
    for ask in asks:
        for answer in metrics.get(ask.metric).compute(ask, data):
            assert answer.metric == ask.metric
            assert answer.subject == ask.subject
            assert answer.benchmark == ask.benchmark
            assert answer.window == ask.window
            assert not isinstance(answer, Gap) or answer.message


def test_facts_can_be_found_printed_and_dumped(data: MarketData) -> None:
    found = measure(plan(SPEC, data), data)
    assert len({f.id for f in found}) == len(found.all)
    for one in found:
        assert metrics.get(one.metric).unit in {one.unit, None}
        assert one.display
        assert one.displays["as_of"] == "15 January 2026"
        assert json.loads(json.dumps(dict(one.detail), allow_nan=False)) == dict(one.detail)
        assert type(one.value) in {float, int, bool}
        assert (one.unit is Unit.BOOLEAN) == isinstance(one.value, bool)
    assert found.get("rsi", "^RUT", window="14") in found.of("rsi", "^RUT")


@pytest.mark.parametrize("at", [-1, -2, -30, -260])
@pytest.mark.parametrize("price", [0.0, -37.63])
def test_a_commodity_below_zero_breaks_nothing(at: int, price: float) -> None:
    closes = list(wave(700))
    closes[at] = price
    oil = series("CL=F", closes, kind=Kind.COMMODITY)
    below = series("NG=F", [-1.0 - c for c in closes], kind=Kind.COMMODITY)
    target = Target("CL=F", 120.0, "BofA", "", JANUARY, "")
    data = market(oil, below, series("^GSPC", wave(700)), desk=DeskInputs(targets=(target,)))
    windows = (*PERIODS, f"{-at - 1}s") if at < -1 else PERIODS
    for symbol, vs in (("CL=F", "^GSPC"), ("^GSPC", "CL=F"), ("NG=F", "^GSPC")):
        asks = (*everything([symbol], vs), *everything([symbol], vs, ["period_return"], windows))
        found = measure(asks, data)
        assert found.get("level", symbol)
        for one in found:
            json.dumps([one.value, dict(one.detail)], allow_nan=False)


def test_every_number_and_date_of_a_detail_can_be_printed(data: MarketData) -> None:
    for one in measure(plan(SPEC, data), data):
        for key, value in one.detail.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            day = isinstance(value, str) and _is_day(value)
            assert not (number or day) or key in one.displays, (one.id, key)


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


@settings(max_examples=30)
@given(st.integers(600, 1399))
def test_no_fact_knows_what_came_later(day: int) -> None:
    """The same facts from a history that ends on the day and from one cut there."""
    days = sessions(1400)
    whole = [series(s, wave(1400, seed=k), days=days) for k, s in enumerate(("A", "B"))]
    short = [
        series(s, wave(1400, seed=k)[: day + 1], days=days[: day + 1])
        for k, s in enumerate(("A", "B"))
    ]
    asks = [Ask(m, "A", "B" if metrics.get(m).versus else None, w) for m, w in _SOME]
    cut, ended = (measure(asks, market(*given, as_of=days[day])) for given in (whole, short))
    assert cut.all == ended.all
    assert cut.gaps == ended.gaps


_SOME = (
    ("period_return", "ytd"),
    ("relative_return", "3m"),
    ("outperformance_streak", None),
    ("record_close", None),
    ("drawdown", None),
    ("rsi", "14"),
    ("sma", "200"),
    ("cross", None),
    ("atr", "14"),
    ("realised_volatility", "21"),
    ("range_breakout", None),
    ("level", None),
)


def test_every_metric_says_what_it_is() -> None:
    for name in metrics.names():
        assert len(metrics.summary(name)) > 20
        assert metrics.get(name).name == name


def test_real_prices_leave_only_stated_gaps(real_data: Path) -> None:
    data = real_market(real_data, date(2026, 1, 15))
    found = measure(everything(list(data.series), "^GSPC"), data)
    stated = {
        Reason.BASIS,
        Reason.SHORT_HISTORY,
        Reason.NOT_APPLICABLE,
        Reason.NO_INPUT,
    }
    assert {gap.reason for gap in found.gaps} == stated
    assert len(found.all) > 600


def test_names_in_capitals_mean_the_same() -> None:
    assert everything(["^RUT"], None, ["RSI"], ["14"]) == everything(
        ["^RUT"], None, ["rsi"], ["14"]
    )
    (ask,) = everything(["^RUT"], None, ["Period_Return"], ["YTD", "ytd"])
    assert (ask.metric, ask.window) == ("period_return", "ytd")
