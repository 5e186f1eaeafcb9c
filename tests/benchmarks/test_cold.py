"""The benchmark's arithmetic and its table."""

from __future__ import annotations

import sys

import pytest

from benchmarks.cold import Figures, Run, ratios, run, table


def test_ratios_are_medians_of_rounds_not_ratios_of_medians() -> None:
    ours = [Run(1, 2, ""), Run(4, 2, ""), Run(9, 2, "")]
    other = [Run(2, 4, ""), Run(2, 4, ""), Run(10, 4, "")]
    assert ratios(ours, other) == {"wall": 0.9, "cpu": 0.5}


def test_the_table_judges_against_the_first_step() -> None:
    figures: Figures = {
        "rounds": 3,
        "wall": {"ours": 1.0, "naive": 2.0},
        "cpu": {"ours": 1.0, "naive": 2.0},
        "ratios": {"naive": {"wall": 0.5, "cpu": 0.5}},
        "sizes": {"ours": 70, "naive": 100},
        "stages": {"layout": 0.7},
        "help": 0.1,
    }
    lines = {line[:16].strip(): line for line in table(figures).splitlines()[4:]}
    assert lines["naive"].endswith(" met")
    assert lines["size of naive"].endswith("missed")
    assert lines["--help / imports"].endswith("met")
    assert "0.700" in lines["layout"]


def test_a_failing_way_stops_the_benchmark_with_its_words() -> None:
    with pytest.raises(SystemExit, match="no such luck"):
        run(sys.executable, "-c", "import sys; sys.exit('no such luck')")


def test_a_run_counts_the_child_s_work() -> None:
    done = run(sys.executable, "-c", "print(sum(range(10**6)))")
    assert done.stdout.strip() == "499999500000"
    assert done.cpu > 0
    assert done.wall > 0
