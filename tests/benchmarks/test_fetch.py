"""The benchmark of fetching: its ways get every bar, its table says what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import fetch
from benchmarks.fetch import DOWNLOAD, PACED, UNPACED, Fetch, measured, ratio, table, work
from tests.sources.fake_yahoo import forget, serving


@pytest.fixture(autouse=True)
def _fresh_yfinance() -> Iterator[None]:
    yield
    forget()


@pytest.mark.parametrize("way", [UNPACED, PACED])
def test_the_source_gets_every_bar_in_one_request_a_symbol(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "SYMBOLS", ("S00", "S01"))
    monkeypatch.setattr(fetch, "BARS", 30)
    with serving(fetch.replies()) as fake:
        run = measured(work(way, fake.port, tmp_path))
        assert run.rows == 60
        assert fake.asked == {"S00": 1, "S01": 1, "fc.yahoo.com": 1, "crumb": 1}
    assert run.wall > (1.5 if way == PACED else 2 * 0.02)
    assert run.peak > run.grown >= 0


def test_ratios_are_medians_of_rounds() -> None:
    one = [Fetch(wall, 1, 1, 1, 1) for wall in (1, 4, 9)]
    other = [Fetch(wall, 1, 1, 1, 1) for wall in (2, 2, 10)]
    assert ratio(one, other, "wall") == 0.9


def test_the_table_tells_every_way() -> None:
    runs = {
        PACED: [Fetch(31, 2, 200, 60, 1, charts=60, others=2)] * 3,
        UNPACED: [Fetch(5, 2, 200, 60, 1, charts=60, others=2)] * 3,
        DOWNLOAD: [Fetch(10, 4, 250, 120, 1, charts=120, others=122)] * 3,
    }
    lines = table(runs).splitlines()
    assert lines[0] == "60 symbols of 4000 bars, medians of 3 rounds."
    assert lines[3].split() == [
        "paced",
        "31.00",
        "2.00",
        "200",
        "60",
        "1.00",
        "a",
        "symbol",
        "+",
        "2",
    ]
    assert lines[-1].split() == ["unpaced", "0.50", "0.50", "0.80", "0.50"]
