"""How long editions are kept: nothing makes it shorter, and holds keep them beyond."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporter.archive import log, policy, retention
from reporter.archive.base import Archive, Hand
from reporter.archive.retention import chronicle, hold, release, retained
from reporter.archive.stores import Folder
from reporter.errors import ArchiveError, SpecError
from reporter.filed import Act, Entry
from tests.archives import NOON, add, archive, draft, hand

WEEKLY = "2026-01-15/weekly"


def ruled(made: Archive, years: int, minutes: float) -> None:
    """Put a policy into force that keeps everything so many years."""
    text = f"[retention]\nyears = {years}\n".encode()
    policy.put(made, text, "policy.toml", hand(minutes))


def used(made: Archive, at: datetime, **details: str) -> None:
    entry = Hand("jane", at).entry(Act.USED, WEEKLY, details=details)
    log.append(made.store, entry, lambda _: None)


def test_five_years_where_nobody_says_otherwise(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    kept = retained(made, WEEKLY)
    assert kept.until == date(2031, 1, 16)
    assert not kept.due(datetime(2031, 1, 16, 23, 59, tzinfo=UTC))
    assert kept.due(datetime(2031, 1, 17, tzinfo=UTC))
    assert kept.why_not(NOON) == "kept through 2031-01-16"


def test_a_last_day_is_over_everywhere_it_is_counted(tmp_path: Path) -> None:
    """A clock far to the east does not end it sooner."""
    kept = retained(archive(tmp_path, 1), WEEKLY)
    assert not kept.due(datetime.fromisoformat("2031-01-17T09:00+14:00"))
    assert kept.due(datetime.fromisoformat("2031-01-17T15:00+14:00"))


def test_after_29_february_comes_1_march() -> None:
    filed = Entry(1, "", datetime(2024, 2, 29, 12, tzinfo=UTC), "jane", Act.ADDED, WEEKLY)
    known = chronicle([filed])
    made = Archive(Folder(Path("nowhere")), Path("nowhere"))
    assert retention.until(made, WEEKLY, known) == date(2029, 3, 1)


def test_a_policy_that_came_later_lengthens_and_never_shortens(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    ruled(made, 1, 10)
    assert retained(made, WEEKLY).until == date(2031, 1, 16)
    ruled(made, 7, 20)
    assert retained(made, WEEKLY).until == date(2033, 1, 16)
    ruled(made, 6, 30)
    assert retained(made, WEEKLY).until == date(2033, 1, 16)
    add(made, draft(date(2026, 1, 22)), 40)
    assert retained(made, "2026-01-22/weekly").until == date(2032, 1, 16)


def test_the_day_written_at_filing_holds_whatever_policies_say(tmp_path: Path) -> None:
    made = archive(tmp_path)
    entry = hand().entry(Act.ADDED, WEEKLY, details={"retain_until": "2050-06-30"})
    known = chronicle([entry])
    assert retention.until(made, WEEKLY, known) == date(2050, 6, 30)


def test_years_count_from_the_last_use(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    used(made, NOON + timedelta(days=366), on="2026-01-20", until="2026-12-31")
    assert retained(made, WEEKLY).until == date(2031, 12, 31)
    used(made, NOON + timedelta(days=367), on="2026-01-20")  # and still is
    assert retained(made, WEEKLY).until == date(2032, 1, 18)
    used(made, NOON + timedelta(days=368), on="2026-01-20", until="2026-02-01")
    assert retained(made, WEEKLY).until == date(2032, 1, 18)


def test_nothing_is_kept_of_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no edition"):
        retained(archive(tmp_path, 1), "2026-01-15/daily")


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("policy"), st.integers(1, 60)),
        st.tuples(st.just("used"), st.integers(0, 4000)),
    ),
    max_size=6,
)


@settings(max_examples=15)
@given(acts=ACTS)
def test_no_entry_makes_it_shorter(
    acts: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = archive(tmp_path_factory.mktemp("kept"), 1)
    until = retained(made, WEEKLY).until
    for number, (act, value) in enumerate(acts, 1):
        if act == "policy":
            ruled(made, value, number)
        else:
            day = (date(2026, 1, 16) + timedelta(days=value)).isoformat()
            used(made, NOON + timedelta(minutes=number), on="2026-01-16", until=day)
        assert retained(made, WEEKLY).until >= until
        until = retained(made, WEEKLY).until


# --- holds ------------------------------------------------------------------------------------


def test_holds_are_released_one_by_one(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    one = hold(made, hand(10), "A suit.", editions=(WEEKLY,))
    two = hold(made, hand(11), "An inquiry.", slug="weekly")
    later = datetime(2040, 1, 1, tzinfo=UTC)
    assert [h.number for h in retained(made, WEEKLY).holds] == [one.number, two.number]
    assert f"under hold {one.number} (A suit.)" in retained(made, WEEKLY).why_not(later)
    release(made, hand(12), two.number, "Closed.")
    assert not retained(made, WEEKLY).due(later)
    assert retained(made, "2026-01-22/weekly").due(later)
    release(made, hand(13), one.number, "Settled.")
    assert retained(made, WEEKLY).due(later)
    with pytest.raises(ArchiveError, match="released already"):
        release(made, hand(14), one.number, "Again.")
    with pytest.raises(ArchiveError, match="there is no hold 99"):
        release(made, hand(14), 99, "None.")


def test_a_slug_s_hold_is_on_what_is_to_come_and_on_corrections(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    hold(made, hand(1), "A suit.", slug="weekly")
    add(made, draft(headline="Other"), 2, corrects=WEEKLY)
    add(made, draft(slug="weekly-two"), 3)
    assert retained(made, f"{WEEKLY}.2").holds
    assert not retained(made, "2026-01-15/weekly-two").holds


@pytest.mark.parametrize("reason", ["", "  ", "a\x1b[2Jb", "a\nb", "x" * 1001, "\u202eevil"])
def test_a_reason_is_a_sentence(tmp_path: Path, reason: str) -> None:
    made = archive(tmp_path, 1)
    with pytest.raises(SpecError):
        hold(made, hand(1), reason, editions=(WEEKLY,))
    assert made.entries()[-1].act is Act.ADDED


def test_what_is_held_must_be_there(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    with pytest.raises(ArchiveError, match="there is no edition"):
        hold(made, hand(1), "Why.", editions=("2026-01-15/daily",))
    with pytest.raises(ArchiveError, match="no edition has the slug"):
        hold(made, hand(1), "Why.", slug="daily")
    with pytest.raises(SpecError, match="what to hold"):
        hold(made, hand(1), "Why.")
