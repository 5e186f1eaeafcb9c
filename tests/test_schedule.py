from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import exchange_calendars
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reporter import schedule, spec
from reporter.errors import DataError, SpecError
from reporter.model import Schedule
from reporter.sessions import Sessions, calendar

NEW_YORK = ZoneInfo("America/New_York")
WEEKLY = Schedule("week", "XNYS")
MONTHLY = Schedule("month", "XNYS")
DAILY = Schedule("session", "XNYS")


def sessions(exchange: str = "XNYS") -> Sessions:
    return calendar(exchange, 2020, 2027)


def at(text: str) -> datetime:
    """A moment on New York's clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def due(order: Schedule, text: str) -> schedule.Due:
    found = schedule.due(order, sessions(order.exchange), at(text))
    assert found
    return found


# Week, its last session and that session's close in New York, after NYSE's published holidays and
# early closings: https://www.nyse.com/markets/hours-calendars
PUBLISHED = [
    ("2023-W14", "2023-04-06", "16:00"),  # Good Friday, 7 April
    ("2023-W47", "2023-11-24", "13:00"),  # the day after Thanksgiving
    ("2024-W13", "2024-03-28", "16:00"),  # Good Friday, 29 March
    ("2024-W25", "2024-06-21", "16:00"),  # Juneteenth, Wednesday 19 June
    ("2025-W16", "2025-04-17", "16:00"),  # Good Friday, 18 April
    ("2025-W27", "2025-07-03", "13:00"),  # Independence Day on a Friday
    ("2025-W48", "2025-11-28", "13:00"),  # the day after Thanksgiving
    ("2025-W52", "2025-12-26", "16:00"),  # Christmas on Thursday
    ("2026-W01", "2026-01-02", "16:00"),  # New Year on Thursday; a week of two years
    ("2026-W14", "2026-04-02", "16:00"),  # Good Friday, 3 April
    ("2026-W25", "2026-06-18", "16:00"),  # Juneteenth on a Friday
    ("2026-W27", "2026-07-02", "16:00"),  # Independence Day, observed on Friday 3 July
]


@pytest.mark.parametrize(("period", "day", "close"), PUBLISHED)
def test_a_week_ends_with_its_last_session(period: str, day: str, close: str) -> None:
    moment = at(f"{day}T{close}") + timedelta(hours=2)
    found = schedule.due(WEEKLY, sessions(), moment)
    assert found == schedule.Due(
        period, date.fromisoformat(day), moment, moment + timedelta(hours=48)
    )
    before = schedule.due(WEEKLY, sessions(), moment - timedelta(seconds=1))
    assert before
    assert before.as_of < found.as_of


def golden(every: str, lag: timedelta) -> dict[date, datetime]:
    """Every period's last session and when it is due, from exchange_calendars itself."""
    whole = exchange_calendars.get_calendar("XNYS", start="2020-01-01", end="2027-12-31")
    frequency = {"week": "W-SUN", "month": "M", "session": "D"}[every]
    closes = whole.closes
    periods = closes.index.to_period(frequency)
    last = closes.groupby(periods).tail(1).iloc[:-1]
    return {day.date(): close.to_pydatetime() + lag for day, close in last.items()}


@pytest.mark.filterwarnings("ignore:Series.values:DeprecationWarning")  # the library's pandas
@pytest.mark.parametrize("every", ["week", "month", "session"])
def test_due_is_what_the_calendar_itself_gives(every: str) -> None:
    lag = timedelta(minutes=90)
    order = Schedule(every, "XNYS", lag)  # type: ignore[arg-type]
    for day, moment in golden(every, lag).items():
        found = schedule.due(order, sessions(), moment)
        assert found
        assert (found.as_of, found.at) == (day, moment)
        just_before = schedule.following(order, sessions(), moment - timedelta(seconds=1))
        assert just_before == moment


@given(
    st.sampled_from(["week", "month", "session"]),
    st.datetimes(datetime(2021, 1, 1), datetime(2026, 6, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(1, 7 * 24),
)
def test_the_newest_that_is_due_is_found_at_any_moment(
    every: str, now: datetime, hours: int
) -> None:
    lag = timedelta(hours=hours)
    order = Schedule(every, "XNYS", lag)  # type: ignore[arg-type]
    found = schedule.due(order, sessions(), now)
    expected = {day: moment for day, moment in golden_of(every, lag).items() if moment <= now}
    newest = max(expected)
    assert found
    assert (found.as_of, found.at) == (newest, expected[newest])
    later = (moment for moment in golden_of(every, lag).values() if moment > now)
    assert schedule.following(order, sessions(), now) == min(later)


GOLDEN: dict[str, dict[date, datetime]] = {}


def golden_of(every: str, lag: timedelta) -> dict[date, datetime]:
    if every not in GOLDEN:
        GOLDEN[every] = golden(every, timedelta(0))
    return {day: moment + lag for day, moment in GOLDEN[every].items()}


def test_the_hour_is_new_york_s_in_summer_and_winter() -> None:
    winter, summer = due(DAILY, "2026-03-06T23:00"), due(DAILY, "2026-03-09T23:00")
    assert winter.at == datetime(2026, 3, 6, 23, 0, tzinfo=UTC)
    assert summer.at == datetime(2026, 3, 9, 22, 0, tzinfo=UTC)
    autumn = due(WEEKLY, "2025-11-02T12:00"), due(WEEKLY, "2025-11-09T12:00")
    assert [one.at.hour for one in autumn] == [22, 23]


def test_month_ends_are_last_sessions() -> None:
    assert due(MONTHLY, "2024-04-01T12:00").as_of == date(2024, 3, 28)
    assert due(MONTHLY, "2025-12-01T12:00") == schedule.Due(
        "2025-11", date(2025, 11, 28), at("2025-11-28T15:00"), at("2025-11-30T15:00")
    )


@pytest.mark.parametrize(
    ("exchange", "moment", "last"),
    [
        ("XTKS", datetime(2026, 1, 9, 8, 30, tzinfo=UTC), date(2026, 1, 9)),
        ("XSAU", datetime(2026, 1, 8, 20, tzinfo=UTC), date(2026, 1, 8)),  # Sunday to Thursday
        ("XSAU", datetime(2026, 1, 11, 20, tzinfo=UTC), date(2026, 1, 8)),  # nothing on a Sunday
    ],
)
def test_each_exchange_has_its_own_week(exchange: str, moment: datetime, last: date) -> None:
    found = schedule.due(Schedule("week", exchange), sessions(exchange), moment)
    assert found
    assert found.as_of == last


def test_a_week_from_sunday_has_the_name_of_the_monday_after() -> None:
    found = (
        schedule.of_day(Schedule("week", "XSAU"), sessions("XSAU"), date(2026, 1, day))
        for day in (1, 4, 8, 11)
    )
    assert [one.period for one in found] == ["2026-W01", "2026-W02", "2026-W02", "2026-W03"]


def test_weeks_from_monday_have_their_iso_names() -> None:
    for exchange in ("XNYS", "XTKS", "XBOM", "24/5", "24/7"):
        known = sessions(exchange)
        for day in known.days[:400]:
            year, week, _ = day.isocalendar()
            found = schedule.of_day(Schedule("week", exchange), known, day)
            assert found.period == f"{year}-W{week:02}"


def test_crypto_weeks_end_on_sunday() -> None:
    found = schedule.due(Schedule("week", "24/7"), sessions("24/7"), at("2026-01-12T12:00"))
    assert found
    assert (found.as_of, found.at) == (date(2026, 1, 11), datetime(2026, 1, 12, 2, tzinfo=UTC))


def test_an_edition_is_stale_from_until_on() -> None:
    found = due(WEEKLY, "2026-01-16T18:00")
    assert not found.is_stale(at("2026-01-18T17:59"))
    assert found.is_stale(at("2026-01-18T18:00"))


def test_periods_between_are_those_that_were_missed() -> None:
    missed = schedule.between(WEEKLY, sessions(), date(2025, 12, 19), date(2026, 1, 16))
    assert missed == (date(2025, 12, 26), date(2026, 1, 2), date(2026, 1, 9))
    assert schedule.between(WEEKLY, sessions(), date(2026, 1, 9), date(2026, 1, 16)) == ()


def test_a_day_in_the_middle_of_a_week_can_be_asked_for() -> None:
    found = schedule.of_day(WEEKLY, sessions(), date(2026, 1, 14))
    assert (found.period, found.as_of) == ("2026-W03", date(2026, 1, 14))
    assert schedule.of_day(WEEKLY, sessions(), date(2026, 1, 17)).as_of == date(2026, 1, 16)


def test_the_last_day_that_is_known_ends_nothing() -> None:
    few = Sessions("NYSE", (date(2026, 1, 8), date(2026, 1, 9)))
    moment = at("2026-01-12T12:00")
    assert schedule.due(WEEKLY, few, moment) is None
    with pytest.raises(DataError, match="not known beyond 2026-01-09"):
        schedule.following(WEEKLY, few, moment)


# --- in the spec ---------------------------------------------------------------------------------

SPEC = """
title = "A brief"
subjects = ["{subject}"]
benchmark = "^GSPC"
{more}
[[sections]]
name = "front"
[schedule]
{schedule}
"""


def load(folder: Path, text: str, subject: str = "^RUT", more: str = "") -> Schedule:
    (folder / "brief.toml").write_text(SPEC.format(subject=subject, schedule=text, more=more))
    found = spec.load(folder).schedule
    assert found
    return found


def test_a_spec_says_when_it_is_due(tmp_path: Path) -> None:
    whole = 'every = "week"\nexchange = "nyse"\nlag = "90m"\nuntil = "3d"'
    assert load(tmp_path, whole) == Schedule(
        "week", "XNYS", timedelta(minutes=90), timedelta(days=3)
    )
    assert load(tmp_path, 'every = "month"') == MONTHLY
    assert load(tmp_path, 'every = "session"', "7203.T").exchange == "XTKS"


def test_a_spec_without_a_schedule_has_none() -> None:
    assert spec.load("weekly").schedule is None


def refusals() -> Iterator[tuple[str, str]]:
    yield 'lag = "2h"', "schedule every: is required"
    yield 'every = "weekly"', "unknown value 'weekly'. Did you mean 'week'?"
    yield 'every = "week"\nlag = "2 hours"', "brief.toml:10: schedule lag: '2 hours' is no length"
    yield 'every = "week"\nlag = "0h"', "Write it like 90m, 2h or 3d"
    yield 'every = "week"\nlag = 2', "schedule lag: must be text in quotes"
    yield 'every = "week"\nlag = "8d"', "schedule lag: is longer than 7 days"
    yield 'every = "week"\nuntil = "99d"', "schedule until: is longer than 31 days"
    yield 'every = "week"\nexchange = "NYES"', "unknown exchange 'NYES'. Did you mean 'XNYS'?"
    yield 'every = "week"\nzone = "UTC"', "schedule zone: unknown key."


@pytest.mark.parametrize(("text", "told"), list(refusals()))
def test_mistakes_are_told_with_their_place(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load(tmp_path, text)
    assert told in str(caught.value)


def test_a_scheduled_brief_names_no_day(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"as_of: is set by \[schedule\]"):
        load(tmp_path, 'every = "week"', more="as_of = 2026-01-15")


def test_the_schema_knows_schedules() -> None:
    plain = {
        "title": "A brief", "subjects": ["^RUT"], "benchmark": "^GSPC",
        "sections": [{"name": "front"}],
    }  # fmt: skip
    valid = Draft202012Validator(spec.json_schema()).is_valid
    assert valid({**plain, "schedule": {"every": "week", "lag": "2h"}})
    assert not valid({**plain, "schedule": {"every": "weekly"}})
    assert not valid({**plain, "schedule": {"every": "week", "lag": "soon"}})
    assert not valid({**plain, "schedule": {"every": "week", "hour": 3}})
