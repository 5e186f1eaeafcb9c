"""The benchmark of a panel: its data, its ways on a small one, and its table."""

from __future__ import annotations

import pytest

from benchmarks.panel import NOW, Run, days, in_turn, report, rows


def test_the_panel_is_the_same_every_time_and_passes_for_prices() -> None:
    first, again = list(rows(3, 20)), list(rows(3, 20))
    assert first == again
    assert len({(row[0], row[1]) for row in first}) == 60
    for _, _, opened, high, low, close, _ in first:
        assert low <= min(opened, close) <= max(opened, close) <= high


def test_all_days_of_the_panel_are_over() -> None:
    assert len(days(2500)) == 2500
    assert days(2500)[-1] < NOW.date()


def test_every_way_reads_the_panel() -> None:
    found = in_turn(4, 300, 1)
    assert list(found) == ["source", "gate", "pandas"]
    assert all(one.wall > 0 and one.cpu > 0 for runs in found.values() for one in runs)


def test_the_table_holds_medians_of_the_rounds_ratios(capsys: pytest.CaptureFixture[str]) -> None:
    mebi = 1024.0**2
    ours = [Run(1, 2, 30 * mebi), Run(4, 2, 20 * mebi), Run(9, 2, 40 * mebi)]
    base = [Run(2, 4, 60 * mebi), Run(2, 4, 40 * mebi), Run(10, 4, 80 * mebi)]
    report({"source": ours, "pandas": base}, 15 * mebi)
    line = capsys.readouterr().out.splitlines()[2].split()
    assert line == ["source", "4.0", "2.0", "0.90", "0.50", "30", "2.00", "0.50"]
