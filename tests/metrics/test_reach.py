from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reporter.model import Finding, MarketData, Severity
from tests.market import fact, market, series, sessions, wave

COUNT = 600
DAYS = sessions(COUNT)


def doubtful(
    at: int, severity: Severity = Severity.MARK, check: str = "jump", *, hole: bool = False
) -> MarketData:
    """A market in which one day of ZZZ is doubtful, or missing."""
    closes = wave(COUNT)
    keep = [i for i in range(COUNT) if not hole or i != at % COUNT]
    whole = series("YYY", wave(COUNT, seed=8))
    holed = series("ZZZ", [closes[i] for i in keep], days=[DAYS[i] for i in keep])
    data = market(whole, holed)
    found = Finding("ZZZ", check, severity, "doubtful", days=(DAYS[at],))
    return replace(data, findings=(found,))


def marked(data: MarketData, metric: str, subject: str = "ZZZ", **rest: str) -> bool:
    return bool(fact(data, metric, subject, **rest).marks)


def test_nothing_is_marked_without_a_finding() -> None:
    data = replace(doubtful(-10), findings=())
    assert not marked(data, "period_return", window="1m")


@pytest.mark.parametrize(("at", "windows"), [(-1, {"1d", "1m"}), (-10, {"1m"}), (-100, set())])
def test_a_window_is_marked_where_it_spans_the_day(at: int, windows: set[str]) -> None:
    data = doubtful(at)
    assert {w for w in ("1d", "1m") if marked(data, "period_return", window=w)} == windows
    found = fact(data, "relative_return", "YYY", benchmark="ZZZ", window="1m")
    assert bool(found.marks) is ("1m" in windows)
    assert not marked(data, "period_return", "YYY", window="1m")


def test_a_hole_inside_a_window_costs_its_size_not_its_return() -> None:
    data = doubtful(-10, check="missing", hole=True)
    found = fact(data, "period_return", "ZZZ", window="1m")
    assert not found.marks
    assert "z" not in found.detail
    assert "z" in fact(data, "period_return", "YYY", window="1m").detail


def test_a_bar_that_was_left_out_is_a_hole_and_a_repeated_one_is_none() -> None:
    dropped = doubtful(-300, Severity.DROP, "spike", hole=True)
    assert marked(dropped, "drawdown")
    assert not marked(doubtful(-300, Severity.DROP, "repeated"), "drawdown")


def test_what_only_the_past_shows_is_left_out() -> None:
    data = doubtful(-10)
    level = fact(data, "level", "ZZZ")
    assert not level.marks
    assert "week52_high" not in level.detail
    assert "history_start" in level.detail
    assert "previous" in level.detail
    assert marked(doubtful(-1), "level")


def test_a_level_is_doubtful_until_ten_bars_confirm_it() -> None:
    assert marked(doubtful(-9), "level")
    assert not marked(doubtful(-10), "level")
    moves = [fact(doubtful(at), "period_return", "ZZZ", window="1d") for at in (-10, -9)]
    assert [bool(move.marks) for move in moves] == [False, False]
    assert ["level" in move.detail for move in moves] == [True, False]
    assert ["base_level" in move.withheld for move in moves] == [False, True]


def test_a_history_that_was_cut_marks_what_reaches_its_start() -> None:
    whole = doubtful(-1)
    cut = Finding("ZZZ", "split", Severity.REFUSE, "cut", days=(DAYS[0],))
    data = replace(whole, findings=(cut,))
    assert fact(data, "record_close", "ZZZ").marks == ("cut",)
    assert "history_start" not in fact(data, "level", "ZZZ").detail
    assert not marked(data, "period_return", window="1y")
    assert not marked(data, "rsi", window="14")


def test_a_list_says_why_a_member_is_not_counted() -> None:
    data = doubtful(-10)
    lost = Finding("XXX", "stale", Severity.REFUSE, "no price", days=(date(2026, 1, 15),))
    third = series("WWW", wave(COUNT, seed=9))
    data = replace(data, findings=(lost,), series={**data.series, "WWW": third})
    members = ("YYY", "WWW", "XXX")
    found = fact(data, "advancers", "list:x", window="1m", members=members)
    assert found.marks == ("no price",)


def test_desk_inputs_rest_on_no_bar() -> None:
    assert not marked(doubtful(-1), "record_close", "YYY")
