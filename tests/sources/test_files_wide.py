"""Tables with a column a series: FRED's downloads, tables of rates, tables of closes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporter.errors import SpecError
from reporter.gate import admit
from reporter.model import Basis, Kind, Reason, Terms
from reporter.sources.base import DataRequest, Quotes, sources
from reporter.tables import Table, clean
from tests.sources.folders import FLAT, GOOD, NOW, ask, told

FRED = "observation_date,DGS10\n2026-01-14,4.15\n2026-01-15,4.17\n2026-01-16,\n"
WIDE = "date,DFF,DGS2,DGS10\n2026-01-14,3.64,3.51,4.15\n2026-01-15,3.64,3.56,4.17\n"


def values(folder: Path, symbol: str) -> list[float]:
    (series,) = ask(folder, symbol).series
    closes: list[float] = series.bars["close"].tolist()
    return closes


@pytest.mark.parametrize(
    "text",
    [
        FRED,
        FRED.replace("observation_date", "DATE").replace("16,", "16,."),
        FRED.replace("DGS10", "VALUE"),
        FRED.replace("DGS10", " dgs10 "),
    ],
    ids=["now", "older", "value", "case"],
)
def test_a_download_of_one_series_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "DGS10.csv").write_text(text)
    delivered = ask(tmp_path, "DGS10")
    (series,) = delivered.series
    assert series.bars["close"].tolist() == [4.15, 4.17]
    assert (series.instrument.kind, series.basis) == (Kind.YIELD, Basis.PRICE)
    assert told(delivered) == []


def test_a_column_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text(WIDE)
    two, funds = ask(tmp_path, "DGS2", "DFF").series
    assert two.bars["close"].tolist() == [3.51, 3.56]
    assert two.provenance.origin == "rates.csv, column DGS2"
    assert funds.instrument.name == "Federal funds effective rate"


def test_a_file_of_the_name_comes_before_a_column(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text(WIDE)
    (tmp_path / "DGS10.csv").write_text(FRED.replace("4.17", "4.99"))
    assert values(tmp_path, "DGS10") == [4.15, 4.99]


def test_the_index_says_which_column_and_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "closes.csv").write_text("Date,A,B\n2026-01-15,10.5,1.25\n2026-01-16,10.6,1.5\n")
    (tmp_path / "index.csv").write_text(
        "symbol,file,column,name,basis,kind,exchange,terms\n"
        "AAPL,closes.csv,a,Apple,price,,,internal\n"
        "POLICY,closes.csv,B,Policy rate,,yield,SIFMA_US,redistributable\n"
    )
    apple, rate = ask(tmp_path, "AAPL", "POLICY").series
    assert apple.bars["close"].tolist() == [10.5, 10.6]
    assert apple.provenance.terms is Terms.INTERNAL
    assert (rate.instrument.kind, rate.instrument.exchange) == (Kind.YIELD, "SIFMA_US")
    assert (rate.instrument.name, rate.provenance.terms) == ("Policy rate", Terms.REDISTRIBUTABLE)


def test_closes_of_shares_need_a_basis(tmp_path: Path) -> None:
    """Nothing in them shows whether dividends are in."""
    (tmp_path / "closes.csv").write_text("Date,AAPL,MSFT\n2026-01-15,10.5,20.5\n")
    (gap,) = ask(tmp_path, "AAPL").gaps
    assert gap.reason is Reason.BASIS
    assert "symbol,file,column,basis" in gap.message


def test_a_column_in_two_tables_is_not_chosen_between(tmp_path: Path) -> None:
    for name in ("new", "old"):
        (tmp_path / f"{name}.csv").write_text(WIDE)
    (gap,) = ask(tmp_path, "DGS10").gaps
    assert "new.csv and old.csv have a column for DGS10 each." in gap.message
    (tmp_path / "index.csv").write_text("symbol,file\nDGS10,new.csv\n")
    assert values(tmp_path, "DGS10") == [4.15, 4.17]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("DGS10,rates.csv,DGS11,,,", "rates.csv has no column 'DGS11'. Did you mean 'DGS10'"),
        ("DGS10,SPY.csv,Close,,,", "holds one symbol's prices. Leave column Close out."),
        ("DGS10,rates.csv,,bond,,", "row 2: the kind is 'bond', not index or fund"),
        ("DGS10,rates.csv,,,,free", "row 2: the terms is 'free'"),
        ("DGS10,rates.csv,,,MOON,", "row 2: unknown exchange 'MOON'."),
        ("DGS10,twice.csv,,,,", "twice.csv has two columns 'DGS10'. Remove one."),
    ],
)
def test_what_the_index_cannot_mean_spoils_its_symbol_only(
    tmp_path: Path, line: str, complaint: str
) -> None:
    (tmp_path / "rates.csv").write_text(WIDE)
    (tmp_path / "SPY.csv").write_text(GOOD)
    (tmp_path / "twice.csv").write_text("date,DGS10,DGS10\n2026-01-15,4.1,4.2\n")
    (tmp_path / "index.csv").write_text(f"symbol,file,column,kind,exchange,terms\n{line}\n")
    delivered = ask(tmp_path, "DGS10", "DFF")
    (gap,) = delivered.gaps
    assert gap.subject == "DGS10"
    assert complaint in gap.message
    assert [series.symbol for series in delivered.series] == ["DFF"]


def test_an_unknown_column_is_answered_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text(WIDE.replace("DGS2", "HOUSE2"))
    (gap,) = ask(tmp_path, "HOUSE3").gaps
    assert "Did you mean 'HOUSE2'?" in gap.message


def test_a_bad_value_is_told_with_its_row_and_column(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text(WIDE.replace("4.17", "about 4"))
    delivered = ask(tmp_path, "DGS10", "DGS2")
    (gap,) = delivered.gaps
    assert gap.message.startswith("rates.csv (DGS10), row 3")
    assert "'about 4' is not a number" in gap.message
    assert [series.symbol for series in delivered.series] == ["DGS2"]


def test_a_file_of_prices_is_no_table_of_series(tmp_path: Path) -> None:
    (tmp_path / "SPY.csv").write_text(GOOD)
    (tmp_path / "VIX.csv").write_text(FLAT)
    (gap,) = ask(tmp_path, "CLOSE").gaps
    assert gap.reason is Reason.UNKNOWN_SYMBOL


def test_a_table_is_read_once_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rates.csv").write_text(WIDE)
    read: list[str] = []
    whole = Path.read_bytes

    def watched(path: Path) -> bytes:
        read.append(path.name)
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", watched)
    assert len(ask(tmp_path, "DFF", "DGS2", "DGS10").series) == 3
    assert read == ["rates.csv"]


def test_the_folder_may_say_what_all_may_be_used_for(tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text(WIDE)
    request = DataRequest(["DFF"], str(tmp_path), None, NOW, options={"terms": "internal"})
    (series,) = admit(sources.get("files")(request), request, "files").series
    assert series.provenance.terms is Terms.INTERNAL


@pytest.mark.parametrize(
    ("options", "complaint"),
    [({"terms": "mine"}, "knows no terms 'mine'"), ({"term": "x"}, "has no option 'term'")],
)
def test_options_that_mean_nothing_are_refused(
    tmp_path: Path, options: dict[str, str], complaint: str
) -> None:
    (tmp_path / "rates.csv").write_text(WIDE)
    with pytest.raises(SpecError, match=complaint):
        sources.get("files")(DataRequest(["DFF"], str(tmp_path), None, NOW, options=options))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(*[st.none() | st.decimals(-2, 20, places=2)] * 2), min_size=2, max_size=12
    ).filter(lambda rows: any(row[0] is not None for row in rows))
)
def test_every_value_comes_through_as_it_stands(
    tmp_path: Path, rows: list[tuple[object, object]]
) -> None:
    """Whatever is blank beside it; a rate may be zero or negative."""
    days = pd.date_range("2026-01-01", periods=len(rows)).strftime("%Y-%m-%d")
    lines = [
        f"{d},{'' if a is None else a},{'.' if b is None else b}"
        for d, (a, b) in zip(days, rows, strict=True)
    ]
    (tmp_path / "rates.csv").write_text("date,DFF,DGS10\n" + "\n".join(lines) + "\n")
    delivered = sources.get("files")(DataRequest(["DFF"], str(tmp_path), None, NOW))
    (quotes,) = delivered.answers
    assert isinstance(quotes, Quotes)
    bars = clean(Table(quotes.frame, quotes.label, signed=True)).bars
    expected = [(d, float(str(a))) for d, (a, _) in zip(days, rows, strict=True) if a is not None]
    found = [(str(day)[:10], value) for day, value in bars["close"].items()]
    assert found == expected


def test_the_real_rates_come_through_as_pandas_reads_them(real_data: Path) -> None:
    plain = pd.read_csv(real_data / "rates_fred.csv", parse_dates=["date"], index_col="date")
    admitted = ask(real_data, *plain.columns, as_of=date(2026, 1, 16))
    assert not admitted.gaps
    doubted = {(finding.symbol, day) for finding in admitted.findings for day in finding.days}
    assert {symbol for symbol, _ in doubted} == {"SOFR"}
    squeeze = {date(2019, 9, 17), date(2019, 9, 18)}  # a true one, and worth a look
    good_fridays = {date(2021, 4, 2), date(2023, 4, 7)}  # with yields, but without a SOFR
    assert {day for _, day in doubted} == squeeze | good_fridays
    for series in admitted.series:
        expected = plain[series.symbol].dropna()
        assert series.bars["close"].tolist() == expected.tolist()
        assert series.bars.index.tolist() == expected.index.tolist()


@pytest.mark.parametrize(("step", "word"), [("MS", "31"), ("W-THU", "7"), ("QS", "91")])
def test_a_series_that_is_not_daily_is_refused(tmp_path: Path, step: str, word: str) -> None:
    """A value dated 1 January is published in February: it must not be used before."""
    days = pd.date_range("2024-01-01", "2025-12-31", freq=step).strftime("%Y-%m-%d")
    rows = "".join(f"{day},4.1\n" for day in days)
    (tmp_path / "UNRATE.csv").write_text(f"observation_date,UNRATE\n{rows}")
    (tmp_path / "index.csv").write_text("symbol,file,kind\nUNRATE,UNRATE.csv,yield\n")
    (gap,) = ask(tmp_path, "UNRATE").gaps
    assert gap.reason is Reason.NOT_APPLICABLE
    assert f"a value every {word} days" in gap.message
    assert "known" in gap.message
