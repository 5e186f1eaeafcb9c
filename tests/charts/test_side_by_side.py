"""Charts of instruments of several exchanges: drawn on the sessions all have, and saying so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pandas as pd
import pytest

from reporter.charts.base import ChartContext, charts
from reporter.measure import measure, plan
from reporter.model import BriefSpec, Chart, ChartSeries, Gap, MarketData, plain
from tests.exchanges import lacking, market

MONDAY, FRIDAY = date(2026, 1, 12), date(2026, 1, 9)  # Tokyo was closed on that Monday
SHARED = "sessions common to NYSE and Tokyo"


def context(data: MarketData, subject: str, *others: str) -> ChartContext:
    watch = MappingProxyType({"all": (subject, *others)})
    spec = BriefSpec("Test", "test", (subject,), others[0], (), watch=watch)
    return ChartContext(spec, data, measure(plan(spec, data), data))


def built(kind: str, scene: ChartContext, **options: object) -> Chart:
    made = charts.get(kind).build(scene, options)  # type: ignore[arg-type]
    assert isinstance(made, Chart), made
    return made


def joined(data: MarketData, *symbols: str) -> pd.DataFrame:
    closes = [data.series[symbol].bars["close"] for symbol in symbols]
    return pd.concat(closes, axis="columns", join="inner", keys=list(symbols))


def drawn(line: ChartSeries) -> list[float | None]:
    return list(line.values["value"])  # noqa: PD011  no frame, but the line's own


@pytest.fixture
def tokyo() -> ChartContext:
    return context(market("^GSPC", "^N225", as_of=MONDAY), "^GSPC", "^N225")


def test_two_lines_run_over_the_days_both_have(tokyo: ChartContext) -> None:
    chart = built("mountain", tokyo, benchmark="^N225")
    both = joined(tokyo.data, "^GSPC", "^N225").loc["2025-12-30":]
    for line in chart.series:
        assert line.x == tuple(str(day.date()) for day in both.index)
        change = both[line.key] / both[line.key].iloc[0] - 1
        assert drawn(line) == pytest.approx(change.tolist(), abs=1e-12)
        assert None not in drawn(line)
    assert [line.role for line in chart.series] == ["subject", "benchmark"]
    assert chart.subtitle == f"Change in closing price since 30 December 2025, %; {SHARED}"
    assert chart.source_line.endswith("as of 9 January 2026.")


def test_the_title_adds_up_over_the_same_days(tokyo: ChartContext) -> None:
    chart = built("mountain", tokyo, benchmark="^N225")
    spread = tokyo.facts.get("relative_return", "^GSPC", vs="^N225", window="ytd")
    assert spread is not None
    title = plain(chart.title)
    assert "from 30 December 2025 to 9 January 2026" in title
    assert "this year" not in title
    assert spread.displays["benchmark_return"] in title
    assert {span.fact for span in chart.title if span.fact} == {spread.id}
    labels = {line.key: line.label for line in chart.series}
    assert labels["^GSPC"] == spread.displays["subject_return"]
    assert labels["^N225"] == spread.displays["benchmark_return"]


def test_three_lines_share_their_days_and_rank_nothing() -> None:
    data = market("^GSPC", "^N225", "BTC-USD", as_of=MONDAY)
    scene = context(data, "^GSPC", "^N225", "BTC-USD")
    chart = built("mountain", scene, subjects=["^GSPC", "BTC-USD"], benchmark="^N225")
    assert plain(chart.title) == (
        "The S&P 500 beside bitcoin, the Nikkei 225 since 30 December 2025"
    )
    assert len({line.x for line in chart.series}) == 1


def test_a_line_without_a_price_on_the_first_day_is_left_out() -> None:
    data = lacking(market("^GSPC", "^N225", as_of=MONDAY), "^N225", date(2025, 12, 30))
    chart = built("mountain", context(data, "^GSPC", "^N225"), benchmark="^N225")
    assert [line.key for line in chart.series] == ["^GSPC"]


def test_a_lead_without_a_price_on_the_first_day_is_a_gap() -> None:
    data = lacking(market("^GSPC", "^N225", as_of=MONDAY), "^GSPC", date(2025, 12, 30))
    scene = context(data, "^GSPC", "^N225")
    made = charts.get("mountain").build(scene, {"benchmark": "^N225"})
    assert isinstance(made, Gap)


def test_the_line_of_relative_strength_has_common_days_only(tokyo: ChartContext) -> None:
    chart = built("relative_strength", tokyo, window="ytd")
    both = joined(tokyo.data, "^GSPC", "^N225").loc["2025-12-30":]
    ratio = both["^GSPC"] / both["^N225"]
    (line,) = chart.series
    assert line.x == tuple(str(day.date()) for day in both.index)
    assert drawn(line) == pytest.approx((100 * ratio / ratio.iloc[0]).tolist())
    assert chart.subtitle.endswith(f"30 December 2025 = 100; {SHARED}")
    assert chart.source_line.endswith("as of 9 January 2026.")
    assert plain(chart.title).endswith("from 30 December 2025 to 9 January 2026")


@pytest.mark.parametrize("kind", ["heat_table", "diverging"])
def test_a_row_of_another_day_bears_its_day_and_is_not_ranked(kind: str) -> None:
    data = market("^GSPC", "^RUT", "^N225", as_of=MONDAY, drifts={"^N225": 0.01})
    scene = context(data, "^GSPC", "^RUT", "^N225")
    options = {"metric": "period_return", "list": "all", "window": "1d", "windows": ["1d"]}
    chart = built(kind, scene, **options)
    names = [line.name for line in chart.series] if kind == "heat_table" else chart.series[0].x
    assert "Nikkei 225 (9 Jan 2026)" in names
    assert not any(name.startswith(("S&P", "Russell")) and "(" in name for name in names)
    title = plain(chart.title)
    assert "Nikkei" not in title
    assert "of the" not in title
    if kind == "diverging":
        assert "since 8 January 2026 or 9 January 2026" in chart.subtitle


def test_one_instrument_of_another_day_says_so(tokyo: ChartContext) -> None:
    scene = replace(tokyo, spec=replace(tokyo.spec, subjects=("^N225",)))
    chart = built("mountain", scene)
    assert "this year to 9 January 2026, at" in plain(chart.title)
    assert chart.source_line.endswith("as of 9 January 2026.")
