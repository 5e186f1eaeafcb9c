from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest

from reporter.gate import Admitted, admit
from reporter.instruments import known
from reporter.model import Basis, DeskInputs, PriceSeries, Reason, Terms
from reporter.sessions import nyse
from reporter.sources.base import DataRequest, sources
from reporter.sources.sample import SAMPLE
from scripts.make_sample import BONDS, LEADERS, RECIPES, YIELDS, generate

LAST = date(2026, 1, 16)
SYMBOLS = tuple({**LEADERS, **RECIPES, **YIELDS, **BONDS})
SESSIONS = [day for day in nyse(2009, 2026).days if date(2009, 6, 1) <= day <= LAST]
STARTS_LATER = {
    "XLC": date(2018, 6, 19),
    "XLRE": date(2015, 10, 8),
    "BTC-USD": date(2014, 9, 17),
}
INDICES = {"^RUT", "^GSPC", "^IXIC", "^DJI", "^VIX", "^TNX", "^SOX"}
SECTORS = {f"XL{letter}" for letter in "BCEFIKPUVY"} | {"XLRE"}
FUNDS = {"IWM", "QQQ", "SPY", "IJH", "IJR", "RSP", "SMH", "GLD", "SLV", "USO"}
BONDS_AND_REST = {"TLT", "IEF", "LQD", "HYG", "DX-Y.NYB", "GC=F", "CL=F"}


@cache
def everything() -> Admitted:
    return through(SYMBOLS)


def through(symbols: Sequence[str]) -> Admitted:
    """What comes through the gate of the sample's symbols."""
    request = DataRequest(symbols)
    return admit(sources.get("sample")(request), request, "sample")


def one(symbol: str) -> PriceSeries:
    return next(series for series in everything().series if series.symbol == symbol)


def closes(symbol: str) -> pd.Series[float]:
    return one(symbol).bars["close"]


def year_to_date(symbol: str) -> float:
    close = closes(symbol)
    return float(close.iloc[-1] / close.loc["2025-12-31"] - 1)


def test_the_file_is_small() -> None:
    assert SAMPLE.stat().st_size < 2_500_000


def test_it_says_that_it_is_a_sample() -> None:
    delivered = sources.get("sample")(DataRequest(SYMBOLS))
    assert delivered.sample
    assert delivered.terms is Terms.REDISTRIBUTABLE
    assert "invented" in delivered.notes[0]
    assert not everything().gaps
    assert not everything().findings


def test_it_holds_the_symbols_a_brief_needs_and_all_are_known() -> None:
    assert set(SYMBOLS) >= INDICES | SECTORS | FUNDS | BONDS_AND_REST
    assert set(SYMBOLS) <= set(known())
    assert len(SYMBOLS) >= 40


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_series_is_sound(symbol: str) -> None:
    series = one(symbol)
    bars = series.bars
    start = STARTS_LATER.get(symbol, date(2009, 6, 1))
    assert [day.date() for day in bars.index] == [day for day in SESSIONS if day >= start]
    assert bars.index.name == "date"
    assert str(bars.index.dtype) == "datetime64[us]"
    assert set(map(str, bars.dtypes)) == {"float64"}
    prices = bars[["open", "high", "low", "close"]]
    assert np.isfinite(prices.to_numpy()).all()
    assert (prices.to_numpy() > 0).all()
    assert (bars["high"] >= prices.max(axis=1)).all()
    assert (bars["low"] <= prices.min(axis=1)).all()
    assert (bars["volume"].fillna(0) >= 0).all()
    assert series.provenance.rows == len(bars)


def test_only_the_credit_funds_are_dividend_adjusted() -> None:
    adjusted = [s.symbol for s in everything().series if s.basis is Basis.ADJUSTED]
    assert adjusted == ["LQD", "HYG"]


def test_prices_are_whole_ticks() -> None:
    cents = closes("^GSPC").to_numpy() * 100
    assert np.allclose(cents, np.rint(cents), atol=1e-6)


def test_only_what_is_asked_for_is_delivered_and_the_rest_is_a_gap() -> None:
    delivered = through(["IWM", "IWX", "^RUT"])
    assert [series.symbol for series in delivered.series] == ["IWM", "^RUT"]
    (gap,) = delivered.gaps
    assert (gap.subject, gap.reason) == ("IWX", Reason.UNKNOWN_SYMBOL)
    assert "Did you mean" in gap.message


def test_the_script_makes_the_shipped_file_again() -> None:
    with np.load(SAMPLE) as shipped:
        made = generate()
        assert set(made) == set(shipped.files)
        assert all(np.array_equal(made[name], shipped[name]) for name in made)


def test_loading_needs_numpy_and_pandas_only() -> None:
    code = (
        "import sys; from reporter.sources.base import DataRequest, sources;"
        "list(sources.get('sample')(DataRequest(['^RUT'])).answers);"
        "heavy = {'matplotlib', 'weasyprint', 'yfinance', 'exchange_calendars', 'pydantic'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- plausible ---


def moves(symbol: str) -> pd.Series[float]:
    return closes(symbol).pct_change().iloc[1:]


def together(one: str, other: str) -> float:
    """The correlation of daily moves."""
    return float(np.corrcoef(moves(one), moves(other))[0, 1])


def test_instruments_move_together_as_they_should() -> None:
    assert together("IWM", "^RUT") > 0.98
    assert together("GLD", "GC=F") > 0.98
    assert 0.75 < together("^RUT", "^GSPC") < 0.95
    assert together("XLK", "^GSPC") > together("XLU", "^GSPC") > 0.4
    assert together("^VIX", "^GSPC") < -0.4
    assert together("TLT", "^TYX") < -0.8


def test_volatility_comes_in_clusters_and_tails_are_fat() -> None:
    market = moves("^GSPC")
    assert market.abs().autocorr(1) > 0.15
    tails = ((market - market.mean()) ** 4).mean() / market.std() ** 4
    assert tails > 5  # 3 where there are no fat tails
    assert 0.1 < market.std() * np.sqrt(252) < 0.25


def test_yields_and_fear_stay_within_bounds() -> None:
    for symbol in ("^IRX", "^FVX", "^TNX", "^TYX"):
        assert closes(symbol).between(0.05, 7).all()
    assert closes("^VIX").between(9, 85).all()


# --- the story ---


def test_small_caps_lead_mid_caps_lead_the_market() -> None:
    small, mid, market = (year_to_date(symbol) for symbol in ("^RUT", "IJH", "^GSPC"))
    assert small > mid + 0.01
    assert mid > market + 0.01
    assert market > 0


def test_some_sectors_lead_and_some_fall() -> None:
    sectors = [year_to_date(symbol) for symbol in SYMBOLS if symbol.startswith("XL")]
    assert sum(ytd > 0.04 for ytd in sectors) == 3
    assert sum(ytd < 0 for ytd in sectors) == 3
    assert year_to_date("XLB") > year_to_date("^RUT")


def test_small_caps_end_at_a_record_close_and_high() -> None:
    bars = one("^RUT").bars
    assert bars["close"].iloc[-1] > bars["close"].iloc[:-1].max()
    assert bars["high"].iloc[-1] > bars["high"].iloc[:-1].max()


def test_the_breakout_failed_and_was_retaken() -> None:
    close = closes("^RUT")
    top = close.loc["2022-08-12"]
    assert close.loc[:"2022-08-11"].max() < top
    assert close.loc["2022-08-15":"2025-08-13"].max() < top
    assert close.loc["2022-08-15":"2025-08-13"].min() < 0.75 * top
    assert close.loc["2024-09-01":"2024-09-30"].max() > 0.999 * top
    assert close.loc["2025-08-14"] > top
    assert (close.loc["2025-08-26":"2025-11-21"] < top).sum() > 20
    assert (close.loc["2025-11-24":] > top).all()


def test_small_caps_beat_the_market_in_every_one_of_the_last_nine_sessions() -> None:
    lead = closes("^RUT").pct_change() - closes("^GSPC").pct_change()
    assert (lead.iloc[-9:] > 0).all()
    assert lead.iloc[-10] < 0


def test_small_caps_are_overbought() -> None:
    change = closes("^RUT").diff().to_numpy()[1:]
    gains, losses = np.maximum(change, 0), np.maximum(-change, 0)
    up, down = gains[:14].mean(), losses[:14].mean()
    for gain, loss in zip(gains[14:], losses[14:], strict=True):
        up, down = (13 * up + gain) / 14, (13 * down + loss) / 14
    assert 70 < 100 * up / (up + down) < 80


# --- the desk inputs ---


def test_three_targets_lie_above_the_last_close() -> None:
    targets = sources.get("sample")(DataRequest(SYMBOLS)).desk.targets
    last = closes("^RUT").iloc[-1]
    assert len(targets) == 3
    assert all(target.level > last and target.symbol == "^RUT" for target in targets)


def test_flows_views_and_a_figure_are_there_with_their_houses() -> None:
    desk = sources.get("sample")(DataRequest(SYMBOLS)).desk
    assert [flow.segment for flow in desk.flows] == ["Small caps", "Mid caps", "Large caps"]
    assert [view.kind for view in desk.views] == ["technical", "opinion", "driver", "driver"]
    assert {view.stance for view in desk.views if view.kind == "opinion"} == {"cautious"}
    assert all(view.house == "" for view in desk.views if view.kind == "driver")
    assert len(desk.figures) == 1


def test_everything_was_published_within_the_samples_last_weeks() -> None:
    desk = sources.get("sample")(DataRequest(SYMBOLS)).desk
    assert desk.until(LAST) == desk
    assert desk.until(date(2025, 12, 31)) == DeskInputs()


def test_the_houses_are_plainly_invented() -> None:
    desk = sources.get("sample")(DataRequest(SYMBOLS)).desk
    houses = {target.house for target in desk.targets} | {flow.house for flow in desk.flows}
    houses |= {view.house for view in desk.views} | {figure.house for figure in desk.figures}
    assert houses == {"", "Sample Research", "Example Securities"}
