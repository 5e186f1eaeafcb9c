from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reporter.gate import Admitted, admit
from reporter.gather import gather
from reporter.model import Basis, ConfirmedMove, MarketData, Reason, Severity, SourceRef, Terms
from reporter.sources.base import DataRequest, Delivered, Quotes
from tests.faults import LAST, NOW, QUOTES, good, quotes
from tests.market import real_series


def through(*given: Quotes, as_of: date | None = None, now: datetime = NOW) -> Admitted:
    request = DataRequest([q.symbol for q in given], as_of=as_of, now=now)
    return admit(Delivered(given, Terms.INTERNAL), request, "test")


def feed(symbol: str, **columns: Any) -> Quotes:
    return quotes(symbol, good(symbol).assign(**columns), file=False)


def test_good_quotes_become_a_series_with_its_origin() -> None:
    admitted = through(feed("^RUT"))
    (series,) = admitted.series
    assert (series.end, series.basis) == (LAST, Basis.PRICE)
    assert series.provenance.terms is Terms.INTERNAL
    assert series.provenance.fetched == NOW
    assert series.provenance.rows == len(series.bars)
    assert (admitted.gaps, admitted.findings) == ((), ())
    again = through(feed("^RUT")).series[0].provenance.sha256
    assert series.provenance.sha256 == again


def test_a_bar_fetched_before_the_close_never_becomes_final() -> None:
    fetched = datetime(2026, 1, 15, 20, tzinfo=UTC)
    early = replace(feed("^RUT"), fetched=fetched)
    admitted = through(early, now=datetime(2026, 2, 1, tzinfo=UTC))
    assert admitted.series[0].end == date(2026, 1, 14)
    assert [f.check for f in admitted.findings] == ["unfinished"]


def test_each_series_keeps_the_days_of_its_own_exchange() -> None:
    bitcoin, index = through(feed("BTC-USD"), feed("^RUT")).series
    assert len(bitcoin.bars) > 1.4 * len(index.bars)


def test_an_exchange_nobody_knows_is_a_gap() -> None:
    (gap,) = through(replace(feed("^RUT"), exchange="XNYX")).gaps
    assert gap.reason is Reason.BAD_DATA
    assert "XNYS" in gap.message


@pytest.mark.parametrize("stated", [0.0, 0.5])
def test_adjusted_prices_under_a_raw_name_are_refused(stated: float) -> None:
    """A dividend that its adjusted close does not show; of a known fund even without one."""
    close = good("IWM")["Close"]
    rows = np.where(np.arange(len(close)) % 63 == 40, stated, 0)
    admitted = through(feed("IWM", **{"Adj Close": close, "Dividends": rows}))
    assert not admitted.series
    assert admitted.gaps[0].reason is Reason.BASIS
    assert admitted.findings[0].severity is Severity.REFUSE


@pytest.mark.parametrize("column", ["Close", "Adj Close"])
def test_one_wrong_cell_makes_no_quoted_prices_of_adjusted_ones(column: str) -> None:
    frame = good("IWM").assign(Close=good("IWM")["Adj Close"])
    assert frame["Dividends"].any()
    frame[column] *= np.where(frame.index == 200, -1, 1)
    admitted = through(quotes("IWM", frame, file=False))
    assert [gap.reason for gap in admitted.gaps] == [Reason.BASIS]


def test_a_share_that_pays_nothing_is_believed() -> None:
    close = good("AAPL")["Close"]
    admitted = through(feed("AAPL", **{"Adj Close": close, "Dividends": 0.0}))
    assert admitted.series[0].basis is Basis.PRICE
    assert not admitted.findings


def test_volume_that_two_indices_share_is_nobodys() -> None:
    borrowed = good("^GSPC")["Volume"]
    admitted = through(feed("^RUT", Volume=borrowed), feed("^GSPC"), feed("IWM"))
    assert [f.symbol for f in admitted.findings] == ["^RUT", "^GSPC"]
    silent = [series.bars["volume"].isna().all() for series in admitted.series]
    assert silent == [True, True, False]


def test_a_volume_of_zero_throughout_was_never_recorded() -> None:
    admitted = through(feed("^RUT", Volume=0.0))
    assert admitted.series[0].bars["volume"].isna().all()
    assert not admitted.findings


def test_files_are_refused_by_row_and_feeds_lose_the_bar() -> None:
    low = good("^RUT")["Low"].to_numpy().copy()
    low[10] = -1
    bad = good("^RUT").assign(Low=low)
    (gap,) = through(quotes("^RUT", bad, file=True)).gaps
    assert "row 12" in gap.message
    admitted = through(quotes("^RUT", bad, file=False))
    assert [f.check for f in admitted.findings] == ["impossible"]
    assert len(admitted.series[0].bars) == len(bad) - 1


def test_two_rows_of_one_day_leave_none_of_a_feed() -> None:
    frame = good("^RUT")
    again = frame.iloc[[20]].assign(Close=frame["Low"])
    frame = pd.concat([frame, again], ignore_index=True)
    admitted = through(quotes("^RUT", frame, file=False))
    assert [f.check for f in admitted.findings] == ["unsorted", "conflict"]
    assert frame.loc[20, "Date"] not in admitted.series[0].bars.index


def crashed(on: date) -> Quotes:
    """A share that opens and stays at half its price."""
    frame = good("AAPL").copy()
    frame.loc[frame["Date"] < pd.Timestamp(on), QUOTES] *= 2
    return quotes("AAPL", frame, file=False)


@pytest.mark.parametrize("on", [date(2024, 6, 3), LAST])
def test_what_is_confirmed_is_kept_whole(on: date) -> None:
    share = crashed(on)
    request = DataRequest(["AAPL"], now=NOW)
    moves = [ConfirmedMove("AAPL", on, "the exchange"), ConfirmedMove("^RUT", LAST, "nobody")]
    admitted = admit(Delivered([share]), request, "test", moves)
    assert (admitted.gaps, admitted.findings) == ((), ())
    assert len(admitted.series[0].bars) == len(share.frame)
    doubted = admit(Delivered([share]), request, "test", moves[1:])
    assert [f.severity for f in doubted.findings] == [Severity.REFUSE]


def real(folder: Path, as_of: date | None) -> MarketData:
    symbols = [series.symbol for series in real_series(folder)]
    now = datetime(2026, 1, 20, 12, tzinfo=UTC)
    return gather(symbols, SourceRef("files", str(folder / "prices")), as_of=as_of, now=now)


@pytest.mark.parametrize("as_of", [None, date(2026, 1, 15), date(2020, 3, 16), date(2025, 4, 9)])
def test_real_prices_raise_no_doubt(real_data: Path, as_of: date | None) -> None:
    """But for the volume of ^RUT, which is that of ^GSPC."""
    found = real(real_data, as_of).findings
    assert {f.symbol for f in found if f.check == "volume"} == {"^RUT", "^GSPC"}
    assert {f.check for f in found} <= {"volume", "stale"}
