"""Prices in Parquet files."""

from __future__ import annotations

import builtins
import io
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.sources.folders import GOOD, ask


def parquet(folder: Path, name: str, *, indexed: bool = False) -> None:
    (folder / "source.csv").write_text(GOOD)
    table = pd.read_csv(folder / "source.csv", parse_dates=["Date"])
    (folder / "source.csv").unlink()
    (table.set_index("Date") if indexed else table).to_parquet(folder / f"{name}.parquet")


@pytest.mark.parametrize("indexed", [True, False])
def test_parquet_gives_the_same_series_as_csv(tmp_path: Path, indexed: bool) -> None:  # noqa: FBT001
    parquet(tmp_path, "SPY", indexed=indexed)
    (tmp_path / "IWM.csv").write_text(GOOD)
    one, other = ask(tmp_path, "SPY", "IWM").series
    assert one.bars.equals(other.bars)
    assert one.provenance.origin == "SPY.parquet"


def test_of_two_files_with_one_name_the_csv_counts(tmp_path: Path) -> None:
    parquet(tmp_path, "SPY")
    (tmp_path / "SPY.csv").write_text(GOOD)
    assert ask(tmp_path, "SPY").series[0].provenance.origin == "SPY.csv"


@pytest.mark.parametrize("axis", ["rows", "columns"])
def test_a_parquet_of_several_symbols_is_a_gap(tmp_path: Path, axis: str) -> None:
    table = pd.read_csv(io.StringIO(GOOD), parse_dates=["Date"])
    if axis == "rows":
        table = table.assign(Symbol="SPY").set_index(["Symbol", "Date"])
    else:
        table = pd.concat({"SPY": table.set_index("Date")}, axis=1)
    table.to_parquet(tmp_path / "SPY.parquet")
    (gap,) = ask(tmp_path, "SPY").gaps
    assert "several levels" in gap.message


def test_a_file_that_is_no_parquet_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "SPY.parquet").write_text(GOOD)
    (gap,) = ask(tmp_path, "SPY").gaps
    assert "not a Parquet file" in gap.message


def test_without_pyarrow_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet(tmp_path, "SPY")
    import_really = builtins.__import__

    def without(name: str, *args: object, **kwargs: object) -> object:
        if name.partition(".")[0] == "pyarrow":
            raise ImportError(name)
        return import_really(name, *args, **kwargs)  # type: ignore[arg-type]

    for module in [m for m in sys.modules if m.partition(".")[0] == "pyarrow"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(builtins, "__import__", without)
    (gap,) = ask(tmp_path, "SPY").gaps
    assert "market-brief-reporter[parquet]" in gap.message
