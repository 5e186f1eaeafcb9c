"""The calendar of a brief: what is due, what came out, and what was not known yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import agenda
from reporter.model import DeskInputs, Event, MarketData
from reporter.sessions import nyse
from tests.market import market, series

NEW_YORK = ZoneInfo("America/New_York")
THURSDAY = date(2026, 1, 15)


def event(at: datetime | date, name: str = "Prices", **told: Any) -> Event:
    if isinstance(at, datetime):
        return Event(name, at.date(), at, "Office", **told)
    return Event(name, at, None, "Office", **told)


def on(as_of: date, *events: Event) -> MarketData:
    """The market after the close of a day, with what was known then."""
    data = replace(market(series("X", [1.0, 2.0])), as_of=as_of, sessions=nyse(2024, 2026))
    desk = DeskInputs(events=events).until(as_of, data.sessions.close(as_of))
    return replace(data, desk=desk)


def at(day: int, hour: int, minute: int = 0, *, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=zone)


@pytest.mark.parametrize("day", [date(2026, 1, 12), date(2026, 1, 16), date(2026, 1, 18)])
def test_next_week_is_monday_to_friday_after_this_one(day: date) -> None:
    assert agenda.next_week(day)[0] == date(2026, 1, 19)
    assert agenda.next_week(day)[-1] == date(2026, 1, 23)


def test_the_rest_of_this_week_and_the_next_are_ahead() -> None:
    found = agenda.ahead(
        on(
            THURSDAY,
            event(at(15, 8, 30), "Over"),
            event(at(15, 16, 30), "After the close"),
            event(date(2026, 1, 15), "All that day"),
            event(at(23, 17), "Last"),
            event(at(24, 0, 0), "Too late"),
            event(date(2026, 1, 23), "All Friday"),
        )
    )
    assert [(due.event.name, due.day.day, due.hour) for due in found] == [
        ("After the close", 15, time(16, 30)),
        ("All Friday", 23, None),
        ("Last", 23, time(17)),
    ]


def test_times_are_those_of_the_brief_s_exchange() -> None:
    """Half past eight in Tokyo is the evening before in New York."""
    (due,) = agenda.ahead(on(THURSDAY, event(at(21, 8, 30, zone=ZoneInfo("Asia/Tokyo")))))
    assert (due.day, due.hour) == (date(2026, 1, 20), time(18, 30))


def test_no_outcome_is_known_before_its_time() -> None:
    told = {"prior": "0.1%", "consensus": "0.2%", "actual": "0.3%"}
    data = on(THURSDAY, event(at(15, 8, 30), "Over", **told), event(at(15, 16, 1), **told))
    (due,) = agenda.ahead(data)
    assert (due.event.prior, due.event.consensus, due.event.actual) == ("0.1%", "0.2%", "")
    assert [one.event.name for one in agenda.released(data)] == ["Over"]


def test_an_early_close_is_the_close() -> None:
    """On 24 December 2026 New York closes at 13:00."""
    noon = datetime(2026, 12, 24, 12, tzinfo=NEW_YORK)
    day = noon.date()
    before, after = event(noon, actual="1"), event(noon + timedelta(hours=2), actual="2")
    known = DeskInputs(events=(before, after)).until(day, nyse(2026, 2026).close(day)).events
    assert [one.actual for one in known] == ["1", ""]


def test_the_outcome_of_the_next_release_is_not_the_prior_of_the_one_after() -> None:
    weekly = [event(at(day, 8, 30), prior=f"{day}") for day in (8, 15, 22)]
    found = agenda.ahead(on(date(2026, 1, 14), *weekly))
    assert [due.event.prior for due in found] == ["15", ""]
    elsewhere = replace(weekly[2], region="Japan")
    found = agenda.ahead(on(date(2026, 1, 14), weekly[1], elsewhere))
    assert [due.event.prior for due in found] == ["15", "22"]


def test_a_row_published_later_does_not_exist() -> None:
    row = replace(event(at(22, 8, 30)), published=date(2026, 1, 16))
    assert agenda.ahead(on(THURSDAY, row)) == ()
    assert len(agenda.ahead(on(date(2026, 1, 16), row))) == 1


def test_what_came_out_is_of_this_week() -> None:
    past = [event(at(day, 8, 30), f"{day}", actual="1") for day in (9, 12, 14)]
    silent = event(at(13, 8, 30), "no outcome")
    assert [one.event.name for one in agenda.released(on(THURSDAY, *past, silent))] == ["12", "14"]


def test_closed_and_short_days_to_the_end_of_next_week() -> None:
    assert list(agenda.rests(on(THURSDAY))) == [(date(2026, 1, 19), False)]
    assert list(agenda.rests(on(date(2026, 11, 20)))) == [
        (date(2026, 11, 26), False),
        (date(2026, 11, 27), True),
    ]


def test_a_calendar_that_ends_too_soon_says_nothing() -> None:
    assert list(agenda.rests(on(date(2026, 12, 29)))) == []


@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime(2026, 1, 1), datetime(2026, 2, 28)),  # noqa: DTZ001  a zone below
            st.sampled_from(["A", "B"]),
        ),
        max_size=12,
    ),
    st.sampled_from([date(2026, 1, 14), THURSDAY, date(2026, 1, 16), date(2026, 1, 20)]),
)
def test_whatever_comes_later_changes_nothing_but_the_schedule(
    rows: list[tuple[datetime, str]], as_of: date
) -> None:
    """With other outcomes after the close, the calendar of the edition is the same."""
    moments = [(moment.replace(tzinfo=UTC), name) for moment, name in rows]
    close = nyse(2024, 2026).close(as_of)

    def calendar(later: str) -> MarketData:
        told = [
            event(moment, name, actual="1" if moment <= close else later)
            for moment, name in moments
        ]
        return on(as_of, *told)

    one, other = calendar("2"), calendar("3")
    assert agenda.ahead(one) == agenda.ahead(other)
    assert agenda.released(one) == agenda.released(other)
    assert not {due.event.actual for due in agenda.ahead(one)} - {""}
