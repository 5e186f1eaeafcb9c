"""What somebody writes for an edition is the one he means, or the ones it may be are named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive import log
from reporter.archive.base import Archive
from reporter.archive.naming import completions, found
from reporter.errors import ArchiveError
from reporter.filed import Act
from tests.archives import add, archive, draft, hand

WEEKLY = "2026-01-15/weekly"
LATER = "2026-01-22/weekly"
CORRECTED = f"{LATER}.2"
DAILY = "2026-01-22/daily"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    filed = archive(tmp_path_factory.mktemp("it"), 2)
    add(filed, draft(date(2026, 1, 22), headline="A correction"), 5, corrects=LATER)
    add(filed, draft(date(2026, 1, 22), "daily"), 6)
    add(filed, draft(date(2026, 2, 5), "gone"), 7)
    entry = hand(8).entry(Act.PURGED, "2026-02-05/gone")
    log.append(filed.store, entry, lambda _: None)
    return filed


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (WEEKLY, WEEKLY), (LATER, LATER), (CORRECTED, CORRECTED), ("latest", DAILY),
        ("weekly", CORRECTED), ("daily", DAILY), ("2026-01-15", WEEKLY), ("weekly.2", CORRECTED),
        ("2026-01-1", WEEKLY), ("2026-01-22/d", DAILY), (f" {WEEKLY}/ ", WEEKLY),
        ("2026-02-05", "2026-02-05/gone"), ("gone", "2026-02-05/gone"),
    ],
)  # fmt: skip
def test_the_one_that_is_meant(made: Archive, written: str, meant: str) -> None:
    assert found(made, written) == meant


def test_the_beginning_of_a_records_hash_will_do(made: Archive) -> None:
    sha256 = made.added()[WEEKLY].objects["record"]
    assert found(made, sha256) == found(made, sha256[:12].upper()) == WEEKLY


def test_several_are_named(made: Archive) -> None:
    with pytest.raises(ArchiveError) as refused:
        found(made, "2026-01-22")
    assert str(refused.value) == f"'2026-01-22' may be {DAILY}, {CORRECTED}, {LATER}. Write which."


def test_the_nearest_are_named(made: Archive) -> None:
    with pytest.raises(ArchiveError, match=r"there is no edition 'weakly'\. Nearest: weekly"):
        found(made, "weakly")
    with pytest.raises(ArchiveError, match="reporter archive list"):
        found(made, "#")


def test_what_begins_so_is_completed(made: Archive) -> None:
    assert completions(made, "w") == ("weekly",)
    assert completions(made, "2026-01-22/w") == (CORRECTED, LATER)
    assert completions(made, "l") == ("latest",)


@given(st.text())
def test_any_text_is_an_edition_or_refused(made: Archive, written: str) -> None:
    try:
        assert found(made, written) in made.added()
    except ArchiveError as error:
        assert "edition" in error.message or "may be" in error.message  # noqa: PT017
