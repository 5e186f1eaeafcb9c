"""A folder of price files: what is found, what is refused, and in which words."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reporter.errors import DataError
from reporter.model import Basis, Reason
from reporter.sources.base import DataRequest, sources
from tests.sources.folders import FLAT, GOOD, HEAD, NOW, ROWS, ask, only_gap, told


def test_a_file_is_found_by_its_symbols_plain_name(tmp_path: Path) -> None:
    for name in ("RUT", "GC-F", "EURUSD-X", "DX-Y.NYB", "BRK-B"):
        (tmp_path / f"{name}.csv").write_text(GOOD)
    symbols = ["^RUT", "GC=F", "EURUSD=X", "DX-Y.NYB", "BRK-B"]
    delivered = ask(tmp_path, *symbols)
    assert [series.symbol for series in delivered.series] == symbols
    assert not delivered.gaps


def test_a_file_is_found_whatever_the_case_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "rut.CSV").write_text(GOOD)
    assert ask(tmp_path, "^RUT").series[0].instrument.name == "Russell 2000"


def test_the_series_says_where_it_came_from(tmp_path: Path) -> None:
    (tmp_path / "RUT.csv").write_text(GOOD)
    origin = ask(tmp_path, "^RUT").series[0].provenance
    assert origin.source == "files"
    assert origin.origin == "RUT.csv"
    assert origin.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()
    assert origin.rows == 4


def test_only_the_files_needed_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RUT", "SPY", "IWM"):
        (tmp_path / f"{name}.csv").write_text(GOOD)
    read: list[str] = []
    whole = Path.read_bytes

    def watched(path: Path) -> bytes:
        read.append(path.name)
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", watched)
    ask(tmp_path, "SPY")
    assert read == ["SPY.csv"]


def test_progress_is_told_before_each_symbol(tmp_path: Path) -> None:
    (tmp_path / "SPY.csv").write_text(GOOD)
    heard: list[tuple[int, int, str]] = []
    request = DataRequest(["SPY", "IWM"], str(tmp_path), None, NOW, lambda *a: heard.append(a))
    assert len(list(sources.get("files")(request).answers)) == 2
    assert heard == [(0, 2, "SPY"), (1, 2, "IWM"), (2, 2, "")]


# --- the basis ---


def test_an_adjusted_close_that_differs_proves_quoted_prices(tmp_path: Path) -> None:
    (tmp_path / "SPY.csv").write_text(GOOD)
    assert ask(tmp_path, "SPY").series[0].basis is Basis.PRICE


@pytest.mark.parametrize("name", ["RUT", "VIX", "TNX", "GC-F", "EURUSD-X", "GLD"])
def test_what_pays_no_dividends_is_quoted(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.csv").write_text(FLAT)
    symbol = {"GC-F": "GC=F", "EURUSD-X": "EURUSD=X", "GLD": "GLD"}.get(name, f"^{name}")
    assert ask(tmp_path, symbol).series[0].basis is Basis.PRICE


@pytest.mark.parametrize("symbol", ["SPY", "AAPL"])
@pytest.mark.parametrize("text", [FLAT, HEAD + ROWS[3]])
def test_a_fund_or_share_that_may_be_adjusted_asks_for_an_index(
    tmp_path: Path, symbol: str, text: str
) -> None:
    (tmp_path / f"{symbol}.csv").write_text(text)
    (tmp_path / "RUT.csv").write_text(GOOD)
    delivered = ask(tmp_path, "^RUT", symbol)
    (gap,) = delivered.gaps
    assert (gap.subject, gap.reason) == (symbol, Reason.BASIS)
    assert "index.csv" in gap.message
    assert "price or adjusted" in gap.message
    assert len(delivered.series) == 1


@pytest.mark.parametrize("basis", list(Basis))
def test_the_index_says_the_basis(tmp_path: Path, basis: Basis) -> None:
    (tmp_path / "SPY.csv").write_text(FLAT)
    (tmp_path / "index.csv").write_text(f"symbol,name,file,basis\nSPY,S,SPY.csv,{basis}\n")
    assert ask(tmp_path, "SPY").series[0].basis is basis


def test_a_stated_basis_that_the_prices_contradict_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "SPY.csv").write_text(GOOD)
    (tmp_path / "index.csv").write_text("symbol,file,basis\nSPY,SPY.csv,adjusted\n")
    (gap,) = ask(tmp_path, "SPY").gaps
    assert gap.reason is Reason.BASIS
    assert "Write price" in gap.message


OIL = "Date,Open,High,Low,Close,Volume\n2020-04-20,17.73,17.85,-40.32,-37.63,247947\n"


def test_oil_below_zero_is_read_and_a_share_below_zero_is_not(tmp_path: Path) -> None:
    (tmp_path / "CL-F.csv").write_text(OIL)
    (tmp_path / "RUT.csv").write_text(OIL)
    delivered = ask(tmp_path, "CL=F", "^RUT", as_of=date(2020, 4, 20))
    (oil,) = delivered.series
    assert oil.bars["close"].tolist() == [-37.63]
    assert [gap.subject for gap in delivered.gaps] == ["^RUT"]


# --- the folder ---


@pytest.mark.parametrize("location", ["", "no/such/folder"])
def test_no_folder_ends_with_one_message(location: str) -> None:
    with pytest.raises(DataError, match=r"folder"):
        ask(location, "SPY")


def test_a_file_in_the_folders_place_ends_with_one_message(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(DataError, match="is a file, not a folder"):
        ask(tmp_path / "x", "SPY")


def test_an_empty_folder_ends_with_one_message(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("prices come later")
    with pytest.raises(DataError, match="no price files"):
        ask(tmp_path, "SPY")


def test_an_unknown_symbol_is_answered_with_the_nearest(tmp_path: Path) -> None:
    for name in ("XLE", "RUT"):
        (tmp_path / f"{name}.csv").write_text(GOOD)
    (gap,) = ask(tmp_path, "XLEE").gaps
    assert gap.reason is Reason.UNKNOWN_SYMBOL
    assert "Did you mean 'XLE'?" in gap.message


def test_a_known_instrument_without_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "RUT.csv").write_text(GOOD)
    (gap,) = ask(tmp_path, "^SOX").gaps
    assert gap.reason is Reason.NO_DATA
    assert "PHLX Semiconductor Index" in gap.message


@pytest.mark.parametrize("symbol", ["../SECRET", "/ETC/PASSWD", "..", "", "INDEX", "\0"])
def test_a_symbol_is_never_a_path(tmp_path: Path, symbol: str) -> None:
    folder = tmp_path / "prices"
    folder.mkdir()
    (tmp_path / "SECRET.csv").write_text(GOOD)
    (folder / "SPY.csv").write_text(GOOD)
    (folder / "index.csv").write_text("symbol,file\nSPY,SPY.csv\n")
    (gap,) = ask(folder, symbol).gaps
    assert gap.reason is Reason.UNKNOWN_SYMBOL


# --- bad files ---


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["IWM.csv is empty"]),
        ("\n \n", ["IWM.csv is empty"]),
        (HEAD, ["IWM.csv has no rows"]),
        ("Date,Open,High\n2026-01-16,1,2\n", ["no column 'low' or 'close'", "Date, Open, High"]),
        (GOOD.replace(",", ";"), ["IWM.csv is separated by semicolons; use commas."]),
        (GOOD.replace(",", "\t"), ["IWM.csv is separated by tabs; use commas."]),
        ("<!doctype html>\n<p>404</p>\n", ["is a web page, not a table", "no column 'date'"]),
        ("<html>", ["is a web page, not a table", "no column 'date'"]),
        ("Not found\n", ["no column 'date' or 'open'", "found: Not found"]),
        (GOOD[:-35], ["row 5: fewer cells than columns", "may be cut off"]),
        (GOOD[:-21], ["row 5: fewer cells than columns", "may be cut off"]),
        (GOOD.replace(",11.5,11.0,200", ""), ["row 3: fewer cells than columns"]),
        (GOOD.replace("13.5,13.5", "1e308,13.5"), ["row 5", "beyond 1,000,000,000,000"]),
        (GOOD.replace("16,13.0,14.0,12.0,13.5", "16,9e307,9e307,9e307,9e307"), ["row 5", "beyond"]),
        (GOOD.replace("12.5,12.0", '"12.5,12.0'), ["is not a table", "quotation mark"]),
        (GOOD.replace("12.5,12.0", "n.a.,12.0"), ["row 4, column close", "n.a."]),
        (GOOD.replace("2026-01-15", "15.01.2026"), ["row 4", "'15.01.2026' is not a date"]),
        (GOOD.replace("2026-01-15", "2026-01-14"), ["row 3 and row 4", "14 January 2026"]),
        (GOOD.replace("11.0,12.5", "-11.0,12.5"), ["row 4", "zero or negative"]),
        (GOOD.replace("13.0,11.0", "12.1,11.0"), ["row 4", "the high is below"]),
        (
            HEAD + ROWS[0] + "2026-01-14,1,2,3,4,5,6,7,8\n",
            ["IWM.csv is not a table: row 3 has 9 cells, the head has 7."],
        ),
        (HEAD + "2026-01-14,1,2,3,4,5,6,7,8\n", ["IWM.csv is not a table"]),
        (GOOD.encode("utf-16"), ["not in UTF-8"]),
        (b"\x89PNG\r\n\x1a\n\x00\x00", ["IWM.csv"]),
    ],
)
def test_a_bad_file_is_one_clear_message_and_spoils_only_its_symbol(
    tmp_path: Path, text: str | bytes, words: Sequence[str]
) -> None:
    gap = only_gap(tmp_path, "IWM", text)
    assert gap.subject == "IWM"
    assert gap.reason in {Reason.BAD_DATA, Reason.NO_DATA}
    for word in words:
        assert word in gap.message
    assert gap.message.endswith(".")
    assert "\n" not in gap.message


def test_a_cut_row_after_the_as_of_day_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "IWM.csv").write_text(GOOD[:-21])
    (series,) = ask(tmp_path, "IWM", as_of=date(2026, 1, 15)).series
    assert series.end == date(2026, 1, 15)


def test_a_row_whose_cells_are_there_but_empty_is_a_day_without_a_price(tmp_path: Path) -> None:
    empty = "2026-01-16,,,,,,\n"
    (tmp_path / "IWM.csv").write_text(GOOD.replace(ROWS[3], empty) + "\n\n")
    (series,) = ask(tmp_path, "IWM").series
    assert series.end == date(2026, 1, 15)


def test_a_folder_named_like_a_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "IWM.csv").mkdir()
    (tmp_path / "SPY.csv").write_text(GOOD)
    (gap,) = ask(tmp_path, "IWM").gaps
    assert gap.reason is Reason.NO_DATA


def test_a_file_that_cannot_be_read_is_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "SPY.csv").write_text(GOOD)

    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.parent == tmp_path:
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    (gap,) = ask(tmp_path, "SPY").gaps
    assert gap.reason is Reason.UNAVAILABLE
    assert "Permission denied" in gap.message


def test_blank_lines_do_not_shift_row_numbers(tmp_path: Path) -> None:
    text = HEAD + ROWS[0] + "\n,,,,,,\n" + ROWS[1].replace("11.5", "?")
    assert "row 5, column close" in only_gap(tmp_path, "IWM", text).message


def test_a_last_row_without_a_price_is_left_out_and_named(tmp_path: Path) -> None:
    (tmp_path / "SPY.csv").write_text(HEAD + "".join(ROWS[:3]) + "2026-01-16,,,,,,400\n")
    delivered = ask(tmp_path, "SPY")
    assert delivered.series[0].end == date(2026, 1, 15)
    assert "SPY.csv" in told(delivered)[0]
    assert "16 January 2026" in told(delivered)[0]


def test_bad_rows_after_the_as_of_day_spoil_nothing(tmp_path: Path) -> None:
    (tmp_path / "SPY.csv").write_text(GOOD.replace("13.0,14.0", "soon,14.0"))
    delivered = ask(tmp_path, "SPY", as_of=date(2026, 1, 15))
    assert delivered.series[0].end == date(2026, 1, 15)
    assert not delivered.findings


# --- properties and real data ---


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.permutations(ROWS))
def test_a_file_in_any_order_of_rows_gives_the_same_series(tmp_path: Path, rows: list[str]) -> None:
    (tmp_path / "SPY.csv").write_text(GOOD)
    (tmp_path / "IWM.csv").write_text(HEAD + "".join(rows))
    one, other = ask(tmp_path, "SPY", "IWM").series
    assert one.bars.equals(other.bars)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200))
def test_no_file_whatever_it_holds_ends_the_reading(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "IWM.csv").write_bytes(data)
    (tmp_path / "SPY.csv").write_text(GOOD)
    delivered = ask(tmp_path, "SPY", "IWM")
    assert delivered.series[0].symbol == "SPY"
    assert len(delivered.series) + len(delivered.gaps) == 2


def test_every_real_file_is_read_with_its_stated_basis(real_data: Path) -> None:
    index = pd.read_csv(real_data / "prices" / "index.csv")
    delivered = ask(real_data / "prices", *index["symbol"])
    assert not delivered.gaps
    assert {finding.check for finding in delivered.findings} == {"volume"}
    assert [s.symbol for s in delivered.series] == list(index["symbol"])
    assert [str(s.basis) for s in delivered.series] == list(index["basis"])
    assert [len(s.bars) for s in delivered.series] == list(index["rows"])
    russell = delivered.series[0].bars.loc["2026-01-15"]
    assert (russell["close"], russell["high"]) == (2674.560059, 2689.280029)


def test_without_the_index_the_ambiguous_real_files_are_gaps(
    real_data: Path, tmp_path: Path
) -> None:
    index = pd.read_csv(real_data / "prices" / "index.csv")
    for file in index["file"]:
        shutil.copy(real_data / "prices" / file, tmp_path)
    delivered = ask(tmp_path, *index["symbol"])
    adjusted = set(index["symbol"][index["basis"] == "adjusted"])
    assert {gap.subject for gap in delivered.gaps} == adjusted
    assert {gap.reason for gap in delivered.gaps} == {Reason.BASIS}
    assert {series.basis for series in delivered.series} == {Basis.PRICE}
