from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from reporter.model import DeskInputs, DeskView, Event
from reporter.sections.base import SectionContext
from reporter.sessions import nyse
from tests.sections import scene

NEW_YORK = ZoneInfo("America/New_York")
NONE = "\N{EN DASH}"


def on(day: date, *views: DeskView, events: tuple[Event, ...] = ()) -> SectionContext:
    """The scene as of a day, with the exchange's own calendar."""
    context = scene.context()
    desk = DeskInputs(views=views, events=events)
    data = replace(context.data, as_of=day, sessions=nyse(2024, 2026), desk=desk)
    return replace(context, data=data)


def release(day: int, name: str, source: str = "Office", **told: Any) -> Event:
    """A release of January 2026 at half past eight."""
    at = datetime(2026, 1, day, 8, 30, tzinfo=NEW_YORK)
    return Event(name, at.date(), at, source, **told)


def test_a_holiday_of_the_coming_week_is_told() -> None:
    section = scene.section_of("week_ahead", on(date(2026, 1, 15)))
    assert scene.texts(section) == [["Mon 19 Jan", "NYSE closed for a holiday", "NYSE calendar"]]


def test_short_days_are_told() -> None:
    """Thanksgiving 2026 and the half session after it."""
    section = scene.section_of("week_ahead", on(date(2026, 11, 20)))
    assert [row[:3] for row in scene.texts(section)] == [
        ["Thu 26 Nov", "", "NYSE closed for a holiday"],
        ["Fri 27 Nov", "13:00", "NYSE closes early"],
    ]


def test_the_rest_of_this_week_counts_too() -> None:
    section = scene.section_of("week_ahead", on(date(2026, 4, 1)))
    assert scene.texts(section)[0][0] == "Fri 3 Apr"


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


def test_releases_stand_among_the_closed_days_by_their_time() -> None:
    events = (
        release(22, "Claims", prior="205,000", consensus="210,000", region="US", period="a week"),
        release(19, "Fair opens"),
        replace(release(20, "Meeting"), at=None),
    )
    section = scene.section_of("week_ahead", on(date(2026, 1, 15), events=events))
    assert [(c.label, c.unit) for c in section.tables[0].columns] == [
        ("Day", ""),
        ("Time", "New York"),
        ("What", ""),
        ("Prior", ""),
        ("Consensus", ""),
    ]
    assert scene.texts(section) == [
        ["Mon 19 Jan", "", "NYSE closed for a holiday", NONE, NONE],
        ["Mon 19 Jan", "08:30", "Fair opens", NONE, NONE],
        ["Tue 20 Jan", "", "Meeting", NONE, NONE],
        ["Thu 22 Jan", "08:30", "Claims (US), a week", "205,000", "210,000"],
    ]
    assert section.tables[0].note == "Figures as published. Source: NYSE calendar; Office."


def test_several_sources_stand_in_their_rows() -> None:
    events = (release(22, "A", prior="1"), release(23, "B", "Bank"))
    section = scene.section_of("week_ahead", on(date(2026, 1, 15), events=events))
    assert [row[-1] for row in scene.texts(section)] == ["NYSE calendar", "Office", "Bank"]
    assert section.tables[0].note == ""


def test_the_rows_are_the_same_whatever_their_order_in_the_file() -> None:
    events = tuple(release(22, name) for name in ("A", "B", "C"))
    one, other = (
        scene.texts(scene.section_of("week_ahead", on(date(2026, 1, 15), events=told)))
        for told in (events, events[::-1])
    )
    assert one == other
