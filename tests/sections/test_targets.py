from __future__ import annotations

from dataclasses import replace
from datetime import date

from reporter.model import DeskView, SectionSpec, Unit
from reporter.sections.base import SectionContext
from tests.charts import world
from tests.sections import scene

EDITOR = "Editor\u2019s own"
NEUTRAL = DeskView("driver", "^RUT", "", "", "neutral", "Supply is ample.", date(2026, 1, 5), "")
FAR = DeskView(
    "technical", "GC=F", "Acme", "Jane Doe", "supportive", "Gold leads", date(2026, 1, 5),
    "January 2026",
)  # fmt: skip


def holding(*views: DeskView, sections: tuple[str, ...] = ("front", "targets")) -> SectionContext:
    """The scene with these views and sections."""
    context = scene.ordered(scene.context(), sections=tuple(map(SectionSpec, sections)))
    desk = replace(context.data.desk, views=views)
    return replace(context, data=replace(context.data, desk=desk))


def further(context: SectionContext) -> list[list[str]]:
    """The rows of the table of views, none where there is no such table."""
    section = scene.section_of("targets", context)
    at = [table.id for table in section.tables]
    return scene.texts(section, at.index("further-views")) if "further-views" in at else []


def test_targets_are_told_with_house_date_and_what_they_imply() -> None:
    section = scene.section_of("targets", scene.context())
    assert section.charts == ("targets",)
    rows = scene.texts(section)
    assert len(rows) == 3
    assert rows[0][0] == "BofA, A. Analyst"
    assert rows[0][2:] == ["7.0", "technical, base", "week of 12 January 2026"]
    assert section.tables[0].columns[2].unit == "%"
    assert section.tables[0].caption.endswith("15 January 2026")


def test_no_published_targets_no_section() -> None:
    assert scene.build("targets", scene.without(scene.context(), "implied_advance")).section is None


def test_several_subjects_are_told_apart() -> None:
    context = scene.ordered(scene.context(), subjects=("^RUT", "^GSPC"))
    section = scene.section_of("targets", context)
    assert scene.texts(section)[0][0] == "Russell 2000: BofA, A. Analyst"


def test_published_figures_are_told_with_house_and_date() -> None:
    figure = world.fact(
        "desk_figure", "^RUT", 18.5, Unit.RATIO, "18.50",
        detail={"name": "Forward P/E", "house": "A House", "note": "next year"},
        displays={"published": "5 January 2026"},
    )  # fmt: skip
    other = replace(figure, id="desk_figure:^GSPC", subject="^GSPC", detail={"name": "P/E"})
    context = scene.adding(scene.without(scene.context(), "implied_advance"), figure, other)
    section = scene.section_of("targets", context)
    assert section.title == "Published figures and views"
    assert (section.charts, section.tables[0].caption) == ((), "Published figures")
    assert scene.texts(section) == [
        ["Forward P/E", "18.50", "A House", "5 January 2026"],
        ["S&P 500: P/E", "18.50", EDITOR, "5 January 2026"],
    ]
    assert scene.cited(section.tables[0].rows) == {figure.id, other.id}
    assert section.tables[0].note == "Forward P/E: next year."


def test_views_that_no_sentence_tells_are_listed() -> None:
    assert further(holding(NEUTRAL, FAR)) == [
        [EDITOR, "Supply is ample.", "neutral", "5 January 2026"],
        ["Acme, Jane Doe", "Gold futures: Gold leads", "supportive", "January 2026"],
    ]


def test_views_that_are_told_elsewhere_are_not_repeated() -> None:
    told = scene.remark("", "The editor notes that supply is ample, and buys.")
    context = replace(holding(NEUTRAL), argument=((told,),))
    assert further(context) == []
    unordered = holding(NEUTRAL, sections=("targets",))
    assert further(replace(unordered, argument=((told,),))) != []
    placed = replace(told, section="technicals")
    assert further(replace(holding(NEUTRAL), remarks=(placed,))) != []
    home = holding(NEUTRAL, sections=("technicals", "targets"))
    assert further(replace(home, remarks=(placed,))) == []


def test_events_stand_in_the_calendar_if_there_is_one() -> None:
    event = replace(NEUTRAL, kind="event")
    assert further(holding(event, sections=("targets", "week_ahead"))) == []
    assert len(further(holding(event))) == 1


def test_what_was_published_later_is_not_told() -> None:
    assert further(holding(replace(NEUTRAL, published=date(2026, 2, 1)))) == []


def test_a_target_of_another_instrument_is_named() -> None:
    context = scene.context()
    own = context.facts.of("implied_advance")[0]
    other = replace(own, id="implied_advance:^GSPC:bofa", subject="^GSPC")
    rows = scene.texts(scene.section_of("targets", scene.adding(context, other)))
    assert rows[-1][0] == "S&P 500: BofA, A. Analyst"
