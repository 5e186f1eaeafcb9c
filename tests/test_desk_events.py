"""The events of a desk: their times and zones, and what is wrong with them, all at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import desk, entries
from reporter.entries import EntryError
from reporter.model import Event
from reporter.places import spell

HEAD = "name,time,zone,region,period,prior,consensus,actual,source,importance,published\n"
NEW_YORK = ZoneInfo("America/New_York")
EASTERN = timezone(timedelta(hours=-5))


def read(value: object, folder: Path | None = None) -> tuple[tuple[Event, ...], list[str]]:
    inputs, mistakes, _ = desk.read({"events": value}, folder, spell)
    return inputs.events, list(mistakes)


def row(**cells: object) -> dict[str, object]:
    return {"name": "Prices", "time": "2026-01-21", "source": "Office", **cells}


def test_events_come_from_csv_with_their_figures_as_published(tmp_path: Path) -> None:
    text = (
        HEAD + "Consumer prices,2026-01-21T08:30-05:00,,US,December,0.3%,0.2%,-0.1%,BLS,high,2026\n"
    )
    (tmp_path / "e.csv").write_text(text.replace(",2026\n", ",2026-01-02\n"), encoding="utf-8")
    (event,), mistakes = read("e.csv", tmp_path)
    assert not mistakes
    assert event == Event(
        "Consumer prices",
        date(2026, 1, 21),
        datetime(2026, 1, 21, 8, 30, tzinfo=EASTERN),
        "BLS",
        "US",
        "December",
        "0.3%",
        "0.2%",
        "-0.1%",
        "high",
        date(2026, 1, 2),
        "2 January 2026",
    )


@pytest.mark.parametrize(
    "cells",
    [
        {"time": "2026-01-21T08:30-05:00"},
        {"time": "2026-01-21T13:30Z"},
        {"time": "2026-01-21 08:30:00-05:00"},
        {"time": "2026-01-21 08:30 America/New_York"},
        {"time": "2026-01-21T08:30", "zone": "America/New_York"},
        {"time": "2026-01-21 22:30", "zone": "Asia/Tokyo"},
        {"time": datetime(2026, 1, 21, 8, 30, tzinfo=EASTERN)},
        {"time": datetime(2026, 1, 21, 8, 30), "zone": "America/New_York"},  # noqa: DTZ001  as TOML
    ],
)
def test_one_moment_may_be_written_in_many_ways(cells: dict[str, object]) -> None:
    (event,), mistakes = read([row(**cells)])
    assert not mistakes
    assert event.at == datetime(2026, 1, 21, 13, 30, tzinfo=UTC)


@pytest.mark.parametrize("time", ["2026-01-21", date(2026, 1, 21)])
def test_a_bare_date_takes_the_whole_day(time: object) -> None:
    (event,), mistakes = read([row(time=time)])
    assert not mistakes
    assert (event.on, event.at, event.published) == (date(2026, 1, 21), None, None)


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ({"time": "2026-01-21 08:30"}, "time 2026-01-21 08:30 has no zone. Write 2026-01-21T08:30"),
        ({"time": "21 January"}, "time: '21 January' is no time. Write"),
        ({"time": "2026-02-30"}, "is no time."),
        ({"time": "2026-01-21T25:00Z"}, "is no time."),
        ({"time": "2026-01-21 08:30 New York"}, "is no time."),
        ({"time": "2026-01-21 08:30 America/New_Yrok"}, "Did you mean 'America/New_York'?"),
        (
            {"time": "2026-01-21 08:30", "zone": "../etc"},
            "zone: '../etc' is no time zone. Write one like America/New_York.",
        ),
        (
            {"time": "2026-01-21 08:30", "zone": "Europe/Pariss"},
            "zone: 'Europe/Pariss' is no time zone. Did you mean 'Europe/Paris'?",
        ),
        (
            {"time": "2026-01-21T08:30Z", "zone": "Asia/Tokyo"},
            "time says its zone, and so does the column zone. Leave one out.",
        ),
        ({"time": "2026-03-08 02:30 America/New_York"}, "is not one moment: clocks change then."),
        ({"time": "2026-11-01 01:30 America/New_York"}, "is not one moment: clocks change then."),
        ({"source": ""}, "source: is missing. A source is never invented."),
        ({"importance": "hihg"}, "unknown importance 'hihg'. Did you mean 'high'?"),
        ({"time": 3}, "is no time."),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_row(
    cells: dict[str, object], complaint: str
) -> None:
    events, (mistake,) = read([row(), row(name="B", **cells)])
    assert len(events) <= 2
    assert mistake.startswith("events #2: ")
    assert complaint in mistake


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    rows = ("A,2026-01-21 08:30,,,,,,,X,,\n", "B,soon,,,,,,,,,\n", "A,2026-01-22,,,,,,,X,,\n")
    (tmp_path / "e.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    _, mistakes = read("e.csv", tmp_path)
    assert [mistake.partition(": ")[0] for mistake in mistakes] == ["e.csv:2", "e.csv:3", "e.csv:3"]


def test_one_event_said_twice_is_told() -> None:
    assert read([row(), row()])[1] == ["events #2: says the same as events #1. Remove one."]


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001  a zone below
    st.sampled_from(["America/New_York", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_a_moment_is_the_one_written_or_refused(moment: datetime, zone: str) -> None:
    """An hour that the clocks skip or repeat is refused; every other comes back as written."""
    moment = moment.replace(second=0, microsecond=0)
    local = moment.replace(tzinfo=ZoneInfo(zone))
    back = local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    again = local.replace(fold=1).astimezone(UTC)
    try:
        made = entries.instant(entries.moment(f"{moment:%Y-%m-%d %H:%M} {zone}"), "")
    except EntryError:
        assert back != moment or again != local.astimezone(UTC)
    else:
        assert made == local
        assert (back, again) == (moment, local.astimezone(UTC))
