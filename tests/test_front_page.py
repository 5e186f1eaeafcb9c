from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Literal

import pytest

from reporter.flow import BODY
from reporter.front_page import HIGHEST_LEAD, LOWEST_LEAD, fitted, headline_share
from reporter.model import Brief, Section, Span
from reporter.typesetting import Ruler
from tests import briefs

PAGE_SIZES: tuple[Literal["A4", "Letter"], ...] = ("A4", "Letter")


def rulers(_role: str, _weight: int) -> Ruler:
    """Every letter is half as wide as the type is high."""
    return lambda text: 0.5 * len(text)


def told(count: int, page_size: Literal["A4", "Letter"] = "A4") -> Brief:
    """A brief whose argument is one paragraph of so many words of seven letters."""
    rich = briefs.rich()
    remark = briefs.remark(" ".join(["letters"] * count))
    front = Section("front", "The argument", ((remark,),), ("lead",))
    return replace(rich, sections=(front, *rich.sections[1:]), page_size=page_size)


def lead_height(brief: Brief) -> float:
    return next(chart.size[1] for chart in brief.charts if chart.id == "lead")


def test_the_lead_chart_takes_what_the_words_leave() -> None:
    heights = [lead_height(fitted(told(count), rulers)) for count in range(250, 320)]
    steps = {above - below for above, below in pairwise(heights)}
    assert heights[0] > heights[-1]
    assert all(step == 0 or abs(step - BODY) <= 1 for step in steps)


@pytest.mark.parametrize(("count", "height"), [(5, HIGHEST_LEAD), (2000, LOWEST_LEAD)])
def test_the_lead_chart_keeps_its_limits(count: int, height: float) -> None:
    assert lead_height(fitted(told(count), rulers)) == height


def test_a_shorter_page_makes_a_lower_chart() -> None:
    tall, short = (lead_height(fitted(told(280, size), rulers)) for size in PAGE_SIZES)
    assert tall - short == 50


def test_daggers_are_measured_with_the_words() -> None:
    figure = Span("7.8%", "fact", briefs.RUT_YTD)
    marked = tuple(replace(f, marks=("?",)) if f.id == figure.fact else f for f in briefs.FACTS)
    remark = replace(briefs.remark(""), text=(Span("letters letters aa "), figure))
    brief = told(1)
    front = replace(brief.sections[0], paragraphs=((remark,) * 90,))
    brief = replace(brief, sections=(front, *brief.sections[1:]))
    doubtful = fitted(replace(brief, facts=marked), rulers)
    assert lead_height(doubtful) < lead_height(fitted(brief, rulers))
    assert doubtful.sections == brief.sections


def test_only_the_lead_chart_changes() -> None:
    brief = told(280)
    found = fitted(brief, rulers)
    assert [c for c in found.charts if c.id != "lead"] == [
        c for c in brief.charts if c.id != "lead"
    ]
    assert replace(found, charts=brief.charts) == brief


def test_without_a_lead_chart_nothing_changes() -> None:
    bare = briefs.bare()
    assert fitted(bare, rulers) is bare
    wordy = replace(bare, sections=(Section("front", "The argument"),))
    assert fitted(wordy, rulers) is wordy


def test_a_headline_of_two_lines_gets_even_ones() -> None:
    ruler = rulers("display", 600)
    assert headline_share("short", ruler) == 1.0
    share = headline_share("word " * 10, ruler)
    assert 0.5 < share < 0.85
