from __future__ import annotations

from dataclasses import replace
from typing import Any

from reporter.model import Kind, Unit
from reporter.sections._common import handle
from tests.charts import world
from tests.sections import scene


def told(metric: str, window: str | None, detail: dict[str, Any], **displays: str) -> str:
    """What the table says of one fact."""
    made = world.fact(metric, "^RUT", 1.0, Unit.PRICE, "1.00", window=window, detail=detail,
                      displays=displays)  # fmt: skip
    context = scene.without(scene.context(), "level", "sma", "rsi", metric)
    section = scene.section_of("technicals", scene.adding(context, made))
    return scene.texts(section)[0][2]


def test_the_picture_and_the_indicators_are_shown() -> None:
    section = scene.section_of("technicals", scene.context())
    assert section.charts == ("bars-rut",)
    assert [row[0] for row in scene.texts(section)] == [
        "Close", "RSI, 14 sessions", "Moving average, 50 sessions", "Moving average, 200 sessions",
    ]  # fmt: skip
    assert scene.cited(section.tables[0].rows) == {
        "level:^RUT", "rsi:^RUT:14", "sma:^RUT:50", "sma:^RUT:200",
    }  # fmt: skip


def test_readings_say_what_the_figure_means() -> None:
    assert told("rsi", "14", {"state": "overbought"}) == "overbought"
    assert told("atr", "14", {}, fraction="1.2%") == "1.2% of the close"
    assert told("realised_volatility", "21", {}) == ""
    high = {"highest_since": "2025-11-20", "sessions_highest": 40}
    assert told("level", None, high, highest_since="20 November 2025") == (
        "highest close since 20 November 2025"
    )
    assert told("level", None, {"sessions_highest": 1}, highest_since="14 January 2026") == ""
    side = told("sma", "50", {"above": False}, gap="−3.1%", since="2 January 2026")  # noqa: RUF001
    assert side == "the close is 3.1% below it, since 2 January 2026"


def test_drawdown_is_told_from_its_peak() -> None:
    shown = {"peak_level": "2,442.74", "peak_date": "8 November 2021"}
    assert told("drawdown", None, {}, **shown) == (
        "from the highest close, 2,442.74 on 8 November 2021"
    )


def test_several_subjects_can_be_asked_for() -> None:
    section = scene.section_of("technicals", scene.context(), subjects=["^RUT", "^GSPC"])
    assert section.charts == ("bars-rut", "bars-gspc")
    assert [table.id for table in section.tables] == ["indicators-rut", "indicators-gspc"]


def test_symbols_spelt_alike_keep_apart() -> None:
    context = scene.ordered(scene.context(), watch={"odd": ("RUT", "^GSPC")})
    assert handle(context, "^RUT") == "rut"
    assert handle(context, "RUT") == "rut--2"
    assert handle(context, "CL=F") == "cl-f"


def test_without_facts_and_picture_there_is_no_section() -> None:
    context = scene.without(scene.context(), "level", "rsi", "sma", "period_return")
    built = scene.build("technicals", context)
    assert built.section is None
    assert built.gaps


def test_a_yield_has_its_indicators_and_bars_only_if_asked_for() -> None:
    context = scene.context()
    data = scene.of_kind(context.data, {"^RUT": Kind.YIELD})
    context = replace(context, data=data)
    built = scene.build("technicals", context)
    assert built.section is not None
    assert (built.charts, built.gaps) == ((), ())
    named = scene.build("technicals", context, subjects=["^RUT"])
    assert named.charts or named.gaps
