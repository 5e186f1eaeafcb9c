"""The index of a folder of prices: what it maps, and what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from reporter.errors import DataError
from reporter.model import Kind, Reason
from tests.sources.folders import GOOD, ask


def test_the_index_maps_symbols_as_people_write_them_to_files(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "small.csv").write_text(GOOD)
    (tmp_path / "index.csv").write_text(
        "\ufeffSymbol,Name,File,Basis,note\n.rut,,deep/small.csv,price,x\nZZZ,Zed plc,zed.csv,,\n",
        encoding="utf-8",
    )
    (tmp_path / "zed.csv").write_text(GOOD)
    small, zed = ask(tmp_path, "^RUT", "ZZZ").series
    assert small.provenance.origin == "deep/small.csv"
    assert (zed.instrument.name, zed.instrument.kind) == ("Zed plc", Kind.EQUITY)


def test_a_file_the_index_does_not_list_is_found_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "SPY.csv").write_text(GOOD)
    (tmp_path / "RUT.csv").write_text(GOOD)
    (tmp_path / "index.csv").write_text("symbol,file\nSPY,SPY.csv\n\n")
    assert len(ask(tmp_path, "SPY", "^RUT").series) == 2


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("SPY,../SPY.csv,price", "outside the folder"),
        ("SPY,/etc/passwd,price", "outside the folder"),
        ("SPY,gone.csv,price", "there is no file 'gone.csv'"),
        ("SPY,SPY.txt,price", "neither .csv nor .parquet"),
        ("SPY,,price", "no file is named"),
        ("SPY,S\0PY.csv,price", "holds a control character"),
        (f"SPY,{'S' * 5000}.csv,price", "too long"),
        ("SPY,SPY.csv,total", "the basis is 'total'"),
        ("SPY,SPY.csv,price\nSPY,RUT.csv,price", "listed twice"),
    ],
)
def test_a_bad_line_of_the_index_spoils_its_symbol_only(
    tmp_path: Path, line: str, complaint: str
) -> None:
    folder = tmp_path / "prices"
    folder.mkdir()
    for place in (tmp_path / "SPY.csv", folder / "SPY.csv", folder / "RUT.csv"):
        place.write_text(GOOD)
    (folder / "index.csv").write_text(f"symbol,file,basis\n{line}\n")
    delivered = ask(folder, "^RUT", "SPY")
    (gap,) = delivered.gaps
    assert (gap.subject, gap.reason) == ("SPY", Reason.BAD_DATA)
    assert complaint in gap.message
    assert "index.csv, row" in gap.message
    assert len(delivered.series) == 1


def test_a_link_out_of_the_folder_is_not_followed_for_the_index(tmp_path: Path) -> None:
    folder = tmp_path / "prices"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text(GOOD)
    (folder / "SPY.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "index.csv").write_text("symbol,file\nSPY,SPY.csv\n")
    (gap,) = ask(folder, "SPY").gaps
    assert "outside the folder" in gap.message


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"name,basis\nx,price\n", "no column 'symbol' or 'file'"),
        (b"", "no column"),
        (b"symbol,file\n\xff\xfe,x.csv\n", "cannot be read"),
        (b'symbol,file\n"SPY,SPY.csv\n', "cannot be read"),
    ],
)
def test_an_index_that_is_none_ends_with_one_message(
    tmp_path: Path, data: bytes, complaint: str
) -> None:
    (tmp_path / "SPY.csv").write_text(GOOD)
    (tmp_path / "index.csv").write_bytes(data)
    with pytest.raises(DataError, match=complaint) as caught:
        ask(tmp_path, "SPY")
    assert "index.csv" in str(caught.value)
