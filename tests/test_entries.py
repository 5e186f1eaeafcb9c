from __future__ import annotations

import re
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter import entries
from reporter.entries import EntryError
from reporter.model import SourceRef


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-15", date(2026, 1, 15)),
        ("2026-01", date(2026, 1, 1)),
        ("2026-W03", date(2026, 1, 12)),
        ("2026-W01", date(2025, 12, 29)),
        ("2020-W53", date(2020, 12, 28)),
    ],
)
def test_a_publication_counts_from_the_first_day_of_what_is_stated(text: str, day: date) -> None:
    assert entries.published(text) == day


@pytest.mark.parametrize(
    "text", ["2026", "Jan 2026", "2026-13", "2026-W54", "2021-W53", "15.1.2026"]
)
def test_other_dates_are_answered_with_the_forms_that_count(text: str) -> None:
    with pytest.raises(EntryError, match=r"is not a date\. Write a day \(2026-01-15\), a month"):
        entries.published(text)


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_a_week_counts_from_its_monday(day: date) -> None:
    year, week, _ = day.isocalendar()
    monday = entries.published(f"{year:04}-W{week:02}")
    assert monday.weekday() == 0
    assert 0 <= (day - monday).days < 7


@pytest.mark.parametrize("text", ["abc", "1,000", "1_000", "nan", "inf", "-Infinity", "6,4", "$5"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(EntryError, match="is not a number"):
        entries.amount(text)


def test_billions_are_exact() -> None:
    assert entries.billions("6.4") == 6_400_000_000
    assert entries.billions("-45.9") == -45_900_000_000


@pytest.mark.parametrize("text", ["0", "-1", "-0.0"])
def test_a_level_is_above_zero(text: str) -> None:
    with pytest.raises(EntryError, match="is not above zero"):
        entries.level(text)


def test_words_lose_their_line_breaks_but_not_their_tags() -> None:
    assert entries.words(" a\n\t<b>{{ x }} ") == "a <b>{{ x }}"


def test_control_characters_and_essays_are_refused() -> None:
    with pytest.raises(EntryError, match="control character"):
        entries.words("a\x00b")
    with pytest.raises(EntryError, match="longer than 600"):
        entries.words("a" * 601)
    with pytest.raises(EntryError, match="longer than 160"):
        entries.title("a" * 161)
    with pytest.raises(EntryError, match="is empty"):
        entries.title("  ")


@pytest.mark.parametrize(
    ("text", "symbol"), [(".RUT", "^RUT"), ("rut", "^RUT"), ("^rut", "^RUT"), ("iwm", "IWM")]
)
def test_symbols_are_taken_as_people_write_them(text: str, symbol: str) -> None:
    assert entries.symbol(text) == symbol


@pytest.mark.parametrize("text", ["", "no good", "<b>", "../x", "^", "A" * 30, "=1+1"])
def test_what_cannot_be_a_symbol_is_refused(text: str) -> None:
    with pytest.raises(EntryError, match=r"is no symbol\. Write it like \^RUT"):
        entries.symbol(text)


@pytest.mark.parametrize("text", ["ytd", "20s", "since:2025-10-16", "5y"])
def test_windows_of_the_calendar_pass(text: str) -> None:
    assert entries.window(text) == text


@pytest.mark.parametrize(
    ("text", "hint"), [("ydt", "'ytd'"), ("0s", "20s"), ("since:soon", "2025-10-16"), ("", "1d")]
)
def test_other_windows_are_answered_with_one_that_exists(text: str, hint: str) -> None:
    with pytest.raises(EntryError, match=hint):
        entries.window(text)


def test_a_day_is_a_date_or_its_text() -> None:
    assert entries.day(date(2026, 1, 15)) == entries.day("2026-01-15")
    for wrong in ("today", 20260115, None, datetime(2026, 1, 15)):  # noqa: DTZ001  the point
        with pytest.raises(EntryError, match=r"is not a day\. Write it like 2026-01-15"):
            entries.day(wrong)


def test_sources_are_known_by_name() -> None:
    assert entries.source("sample") == SourceRef("sample")
    assert entries.source(" files:a:b ") == SourceRef("files", "a:b")
    with pytest.raises(EntryError, match="Did you mean 'sample'"):
        entries.source("sampel")
    with pytest.raises(EntryError, match=r"the source 'files' needs a folder\. Write files:DIR\."):
        entries.source("files")
    with pytest.raises(EntryError, match=r"'sample' has no location\. Write just sample\."):
        entries.source("sample:x")


def test_an_address_in_the_place_of_a_path_is_not_repeated() -> None:
    with pytest.raises(EntryError) as caught:
        entries.source("files:postgresql://me:secret@host/prices")
    assert str(caught.value) == "the source 'files' takes a path, not an address."


@given(st.text(max_size=100))
def test_a_text_is_slugified_to_a_safe_name_or_to_nothing(text: str) -> None:
    made = entries.slugified(text)
    assert not made or entries.slug(made) == made
    assert re.fullmatch(r"[a-z0-9-]*", made)


@pytest.mark.parametrize(
    "text", ["../up", "a/b", "A", "a b", "-a", "a-", "a--b", ".", "a" * 65, ""]
)
def test_a_slug_is_a_safe_file_name(text: str) -> None:
    with pytest.raises(EntryError, match="is no safe file name"):
        entries.slug(text)


def test_an_entry_error_is_a_usage_error() -> None:
    assert EntryError("x").exit_code == 2


def test_a_window_is_given_as_facts_name_it() -> None:
    assert entries.window("YTD") == "ytd"


@pytest.mark.parametrize("text", ["sample:x", "yahoo:prices"])
def test_a_location_that_would_not_be_looked_at_is_refused(text: str) -> None:
    name = text.partition(":")[0]
    with pytest.raises(EntryError, match=f"'{name}' has no location. Write just {name}"):
        entries.source(text)


@pytest.mark.parametrize("turning", ["\u202e", "\u2066", "\u202d"])
def test_text_that_turns_the_text_around_it_is_refused(turning: str) -> None:
    with pytest.raises(EntryError, match="control character"):
        entries.words(f"up {turning}6.4%")


@pytest.mark.parametrize("level", ["1e-300", "١٢٣", "0.00001"])
def test_a_level_nobody_means_is_refused(level: str) -> None:
    with pytest.raises(EntryError):
        entries.level(level)
