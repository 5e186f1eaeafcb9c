from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from reporter.model import DeskInputs, DeskView
from reporter.sections.base import SectionContext
from reporter.sessions import nyse
from tests.sections import scene


def on(day: date, *views: DeskView) -> SectionContext:
    """The scene as of a day, with the exchange's own calendar."""
    context = scene.context()
    data = replace(context.data, as_of=day, sessions=nyse(2024, 2026), desk=DeskInputs(views=views))
    return replace(context, data=data)


def test_a_holiday_of_the_coming_week_is_told() -> None:
    section = scene.section_of("week_ahead", on(date(2026, 1, 15)))
    assert scene.texts(section) == [
        ["Monday 19 January 2026", "The exchange is closed for a holiday.", "NYSE calendar"]
    ]


def test_short_days_are_told() -> None:
    """Thanksgiving 2026 and the half session after it."""
    section = scene.section_of("week_ahead", on(date(2026, 11, 20)))
    assert [row[:2] for row in scene.texts(section)] == [
        ["Thursday 26 November 2026", "The exchange is closed for a holiday."],
        ["Friday 27 November 2026", "The exchange closes early."],
    ]


def test_the_rest_of_this_week_counts_too() -> None:
    section = scene.section_of("week_ahead", on(date(2026, 4, 1)))
    assert scene.texts(section)[0][0] == "Friday 3 April 2026"


def test_a_week_without_news_is_left_out() -> None:
    assert scene.build("week_ahead", on(date(2026, 3, 5))).section is None


def test_a_calendar_that_ends_too_soon_says_nothing() -> None:
    assert scene.build("week_ahead", on(date(2026, 12, 29))).section is None


def test_events_of_the_desk_are_told_with_their_source() -> None:
    event = DeskView("event", "^RUT", "Fed", "", "", "Rate decision on 28 January",
                     date(2026, 1, 2), "January 2026")  # fmt: skip
    own = replace(event, house="", published_text="")
    other = replace(event, kind="opinion")
    section = scene.section_of("week_ahead", on(date(2026, 3, 5), event, own, other))
    assert scene.texts(section) == [
        ["", "Rate decision on 28 January", "Fed, January 2026"],
        ["", "Rate decision on 28 January", "The editor"],
    ]


