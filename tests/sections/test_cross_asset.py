from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from reporter.model import Kind
from reporter.sections._common import other_days
from tests.charts import world
from tests.sections import scene


def test_closes_and_returns_are_grouped_by_list() -> None:
    section = scene.section_of("cross_asset", scene.context())
    rows = scene.texts(section)
    assert [row for row in rows if len(row) == 1] == [["Sizes"], ["Sectors"]]
    assert [column.label for column in section.tables[0].columns] == [
        "", "Close", "1 day", "Week to date", "Year to date", "1 year",
    ]  # fmt: skip


def test_lists_that_leadership_ranks_are_not_shown_twice() -> None:
    context = scene.context()
    spec = scene.named(context.spec, "leadership", "cross_asset")
    spec = replace(spec, watch={**spec.watch, "other": ("^DJI",)})
    section = scene.section_of("cross_asset", replace(context, spec=spec))
    assert [row[0] for row in scene.texts(section)] == ["Dow Jones Industrials"]


def test_a_symbol_stands_in_one_list_only() -> None:
    context = scene.ordered(scene.context(), watch={"one": ("^DJI",), "two": ("^DJI", "IJH")})
    names = [row[0] for row in scene.texts(scene.section_of("cross_asset", context))]
    assert names == ["One", "Dow Jones Industrials", "Two", "S&P MidCap 400 fund *"]


def test_yields_stand_alone_in_basis_points() -> None:
    plain = scene.context()
    data = scene.of_kind(plain.data, {"^IXIC": Kind.YIELD})
    base = plain.facts.get("period_return", "^IXIC", window="ytd")
    assert base is not None
    change = replace(base, id="y", metric="yield_change", display="−3 basis points")  # noqa: RUF001
    section = scene.section_of("cross_asset", scene.adding(replace(plain, data=data), change))
    assert [table.id for table in section.tables] == ["cross-asset", "yields"]
    yields = section.tables[1]
    assert not yields.columns[-1].unit
    assert "basis points" in yields.caption
    assert yields.rows[0][-1].text == "−3"  # noqa: RUF001
    assert not yields.rows[0][-1].tone


def test_what_is_not_known_is_a_dash() -> None:
    context = scene.context()
    kept = tuple(f for f in context.facts if f.id != "level:^DJI")
    short = replace(context, facts=replace(context.facts, all=kept))
    row = next(r for r in scene.texts(scene.section_of("cross_asset", short)) if "Dow" in r[0])
    assert row[1] == "–"  # noqa: RUF001


def test_nothing_known_nothing_shown() -> None:
    context = scene.without(scene.context(), "period_return")
    assert scene.build("cross_asset", context).section is None


def test_a_change_shown_as_zero_has_no_tone() -> None:
    context = scene.context()
    zero = replace(world.returns(context.data.series["^DJI"], "1d"), value=1e-6, display="0.0%")
    kept = tuple(zero if fact.id == zero.id else fact for fact in context.facts)
    section = scene.section_of(
        "cross_asset", replace(context, facts=replace(context.facts, all=kept))
    )
    cell = next(c for row in section.tables[0].rows for c in row if c.fact == zero.id)
    assert (cell.text, cell.tone) == ("0.0", "")


def test_figures_of_one_earlier_day_are_named_together() -> None:
    context = scene.context()
    found = [context.facts.get("level", symbol) for symbol in ("^RUT", "^GSPC", "^DJI", "^IXIC")]
    facts = [fact for fact in found if fact]
    day = context.data.as_of
    back = (0, 1, 1, 2)
    moved = [replace(f, as_of=day - timedelta(days=n)) for f, n in zip(facts, back, strict=True)]
    assert other_days(context, moved) == (
        "As of another day: S&P 500, Dow Jones Industrials 14 Jan 2026; "
        "Nasdaq Composite 13 Jan 2026. "
    )
