from __future__ import annotations

import pytest

from reporter.channels.base import channels
from reporter.charts.base import charts
from reporter.cli import run
from reporter.metrics.base import metrics
from reporter.sections.base import sections
from reporter.sources.base import sources
from reporter.spec import shipped

NAMES = {
    "metrics": metrics.names,
    "charts": charts.names,
    "sections": sections.names,
    "sources": sources.names,
    "channels": channels.names,
    "briefs": shipped,
}


def test_metrics_are_listed_with_their_unit(capsys: pytest.CaptureFixture[str]) -> None:
    run(["list", "metrics"])
    rows = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert rows["rsi"].startswith("(index) Wilder")
    assert rows["level"].startswith("The close")


@pytest.mark.parametrize("kind", NAMES)
def test_everything_there_is_is_listed_with_its_first_line(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["list", kind]) == 0
    rows = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert tuple(row[0] for row in rows) == NAMES[kind]()
    assert rows
    assert all(len(row) == 2 for row in rows)
