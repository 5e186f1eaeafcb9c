"""Breadth: how many of a list have risen."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from reporter.model import Basis, Kind, Reason
from tests.market import close_of, detail, fact, gap, market, real_market, series

SECTORS = ("XLB", "XLC", "XLE", "XLF", "XLI", "XLK", "XLP", "XLRE", "XLU", "XLV", "XLY")


def test_advancers_agree_with_pandas(real_data: Path) -> None:
    data = real_market(real_data, date(2026, 1, 15))
    found = fact(data, "advancers", "list:sectors", window="ytd", members=SECTORS)
    returns = {
        s: close_of(data, s).iloc[-1] / close_of(data, s).loc["2025-12-31"] - 1 for s in SECTORS
    }
    ranked = sorted(returns, key=lambda s: -returns[s])
    assert found.value == sum(r > 0 for r in returns.values())
    assert detail(found, "of", "best", "worst", "symbols") == [11, "XLB", "XLC", ranked]
    assert found.displays["best_return"] == "8.0%"
    assert found.displays["worst_return"] == "\u22121.3%"
    assert found.base_date == date(2025, 12, 31)


def test_an_unchanged_member_has_not_risen() -> None:
    data = market(series("A", [1, 2]), series("B", [1, 1]), series("C", [2, 1]))
    found = fact(data, "advancers", "list:x", window="1d", members=("A", "B", "C"))
    assert (found.value, found.display, found.displays["of"]) == (1, "1", "3")


def test_members_without_prices_are_named_and_yields_left_out() -> None:
    data = market(series("A", [1, 2]), series("B", [1, 2]), series("Y", [1, 2], kind=Kind.YIELD))
    found = fact(data, "advancers", "list:x", window="1d", members=("A", "B", "Y", "Z"))
    assert detail(found, "of", "missing", "symbols") == [2, ["Z"], ["A", "B"]]


def test_one_member_is_no_list() -> None:
    data = market(series("A", [1, 2]))
    found = gap(data, "advancers", "list:x", window="1d", members=("A", "Z"))
    assert found.reason is Reason.NOT_APPLICABLE


def test_members_whose_return_holds_dividends_are_named() -> None:
    paid = Basis.ADJUSTED
    data = market(
        series("A", [1, 2], basis=paid), series("B", [1, 2]), series("C", [1, 3], basis=paid)
    )
    found = fact(data, "advancers", "list:x", window="1d", members=("A", "B", "C"))
    assert found.detail["total_return"] == ["C", "A"]
