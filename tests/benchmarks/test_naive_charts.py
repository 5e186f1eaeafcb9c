"""The baseline draws what the product draws, or the comparison would mean nothing."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from benchmarks import naive_charts
from tests.charts import world
from tests.charts.checks import made


@pytest.mark.parametrize(
    "kind",
    ["mountain", "bars", "relative_strength", "diverging", "ladder", "heat_table", "sparkline"],
)
def test_every_kind_has_its_plain_picture(kind: str) -> None:
    chart = made(world.context(), kind)
    root = ET.fromstring(naive_charts.svg(chart))  # noqa: S314  our own
    assert root.get("viewBox") == f"0 0 {chart.size[0]:g} {chart.size[1]:g}"
    assert len(root.findall(".//{http://www.w3.org/2000/svg}path")) > 0
