from __future__ import annotations

from dataclasses import replace

import pytest

from reporter.charts.base import ChartKind, charts
from reporter.model import Gap, Reason
from tests.sections import scene


def test_flows_are_a_chart_of_what_was_published() -> None:
    built = scene.build("flows", scene.context())
    assert built.section is not None
    assert built.section.charts == ("flows",)
    assert built.section.tables == ()


def test_no_published_flows_no_section() -> None:
    assert scene.build("flows", scene.without(scene.context(), "net_flow")).section is None


def test_where_no_chart_can_be_drawn_a_table_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = Gap("flow:*", "net_flow", Reason.NO_INPUT, "not drawn")
    kind: ChartKind = replace(charts.get("diverging"), build=lambda *_: missing)
    charts.get("diverging")
    monkeypatch.setitem(charts._entries, "diverging", kind)
    built = scene.build("flows", scene.context())
    assert built.gaps == (missing,)
    assert built.section is not None
    assert scene.texts(built.section)[0] == [
        "Small caps", "+$6.4bn", "BofA clients", "2025; single stocks and ETFs", "January 2026",
    ]  # fmt: skip
    assert built.section.tables[0].rows[2][1].tone == "down"
