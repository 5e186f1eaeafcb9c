"""What may go goes, and nothing else; killed in between, the next purge finishes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from reporter.archive import purging
from reporter.archive.base import PICTURES, Archive, Hand, object_key, opened
from reporter.archive.clients import keys_of
from reporter.archive.enclosures import enclose
from reporter.archive.purging import forget, plan, purge
from reporter.archive.retention import chronicle, hold, release, retained
from reporter.archive.stores import Folder
from reporter.archive.verify import verify
from reporter.errors import ArchiveError
from reporter.filed import Act
from tests.archive.test_enclosures import PDF, filed, had_by, message
from tests.archives import FIRST, NOON, add, archive, draft, hand

FIRST_ID, SECOND_ID = "2026-01-15/weekly", "2026-01-22/weekly"
YEARS = 60 * 24 * 365 * 6
LATER = Hand("jane", datetime(2031, 6, 1, tzinfo=UTC))


def clean(made: Archive) -> bool:
    """Whether a look at everything finds nothing, not even to note."""
    return not verify(made).found


def objects(made: Archive) -> set[str]:
    return set(purging.there(made))


def test_what_is_due_goes_and_what_is_shared_stays(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    edition, other = made.edition(FIRST_ID), made.edition(SECOND_ID)
    done = purge(made, LATER, [FIRST_ID])
    assert [one.edition for one in done.editions] == [FIRST_ID]
    with pytest.raises(ArchiveError, match="was purged on 2031-06-01"):
        made.edition(FIRST_ID)
    shared = {part.sha256 for part in edition.parts} & {part.sha256 for part in other.parts}
    assert shared
    assert not ({part.sha256 for part in edition.parts} - shared) & objects(made)
    assert shared <= objects(made)
    entry = made.entries()[-1]
    assert (entry.act, entry.edition, entry.details["until"]) == (
        Act.PURGED,
        FIRST_ID,
        "2031-01-16",
    )
    assert {part.sha256 for part in edition.parts} < set(done.editions[0].objects)
    assert clean(made)
    with pytest.raises(ArchiveError, match="was purged on"):
        purge(made, LATER, [FIRST_ID])
    purge(made, LATER, due=True)
    assert objects(made) == set()
    assert clean(made)


def test_before_its_day_or_under_hold_nothing_goes(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    held = hold(made, hand(10), "A suit.", editions=(SECOND_ID,))
    with pytest.raises(ArchiveError, match="kept through 2031-01-16") as refused:
        purge(made, hand(11), [FIRST_ID])
    assert FIRST_ID in str(refused.value)
    with pytest.raises(ArchiveError, match=f"under hold {held.number}"):
        purge(made, LATER, [FIRST_ID, SECOND_ID])
    assert made.entries()[-1].act is Act.HELD
    done = purge(made, LATER, due=True)
    assert [one.edition for one in done.editions] == [FIRST_ID]
    assert [one.edition for one in done.held] == [SECOND_ID]
    assert made.edition(SECOND_ID).slug == "weekly"


def test_the_pictures_of_its_first_page_go_too(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    folder = made.folder / PICTURES
    folder.mkdir()
    pdfs = [made.edition(name).part("files/brief.pdf") for name in (FIRST_ID, SECOND_ID)]
    gone, kept = (pdf.sha256 for pdf in pdfs if pdf)
    for name in (f"{gone}.4.30.480.webp", f"{gone}.5.0.480.webp", f"{kept}.5.0.480.webp"):
        (folder / name).write_bytes(b"page 1")
    purge(made, LATER, [FIRST_ID])
    assert [path.name for path in folder.iterdir()] == [f"{kept}.5.0.480.webp"]


def test_a_correction_outlives_what_it_corrects(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    corrected = add(made, draft(headline="Slips"), 60 * 24 * 365, corrects=FIRST_ID)
    purge(made, LATER, due=True)
    assert made.edition(corrected.id).corrects == FIRST_ID
    assert made.added()[FIRST_ID].time.year == 2026
    assert clean(made)


def test_leavings_go_and_nothing_that_is_referred_to(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    filed(made, "anna")
    left = made.keep(b"of a killed filing")
    kept = objects(made) - {left}
    assert plan(made, hand(10)).leavings == (left,)
    assert left in objects(made)
    purge(made, hand(10))
    assert left in objects(made)
    purge(made, hand(10), leavings=True)
    assert objects(made) == kept
    assert had_by(made, "anna")[0][2] == message("anna")


def test_nothing_is_cleared_where_nobody_knows_what_is_needed(tmp_path: Path) -> None:
    made = archive(tmp_path, 1)
    made.keep(b"of a killed filing")
    record = made.added()[FIRST_ID].objects["record"]
    (tmp_path / "archive" / object_key(record)).unlink()
    before = objects(made)
    with pytest.raises(ArchiveError, match="is missing"):
        purge(made, hand(10))
    assert objects(made) == before


class Killed(BaseException):
    """Stands for the end of the process."""


class Mortal(Folder):
    """A store whose process ends after so many removals."""

    left = 0

    def remove(self, key: str) -> None:
        """Until its process ends."""
        if Mortal.left == 0:
            raise Killed
        Mortal.left -= 1
        super().remove(key)


@pytest.mark.parametrize("removals", range(0, 9, 2))
def test_a_killed_purge_is_finished_by_the_next(tmp_path: Path, removals: int) -> None:
    made = archive(tmp_path, 2)
    filed(made, "anna", "otto")
    folder = tmp_path / "archive"
    mortal = Archive(Mortal(folder), folder)
    Mortal.left = removals
    with pytest.raises(Killed):
        purge(mortal, LATER, due=True)
    report = verify(made)
    assert not report.findings
    assert {one.kind.value for one in report.notes} <= {"unfinished"}
    assert FIRST_ID in chronicle(made.entries()).purged
    purge(made, Hand("jane", LATER.now + timedelta(days=365)), due=True)
    assert not plan(made, LATER).unfinished
    assert clean(made)
    assert objects(made) == set()


# --- clients ----------------------------------------------------------------------------------


def test_what_clients_were_sent_goes_with_the_edition(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    filed(made, "anna")
    filed(made, "anna", edition=SECOND_ID)
    purge(made, LATER, [FIRST_ID])
    assert [one[0] for one in had_by(made, "anna")] == [SECOND_ID]
    purge(made, LATER, [SECOND_ID])
    assert objects(made) == set()
    assert clean(made)


def test_a_client_s_hold_is_on_what_he_was_sent(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    keys = filed(made, "anna")
    filed(made, "otto", edition=SECOND_ID)
    anna = keys.client("anna")
    assert anna
    hold(made, hand(10), "A suit.", client=anna.handle)
    assert retained(made, FIRST_ID).holds
    assert not retained(made, SECOND_ID).holds
    assert [one.edition for one in purge(made, LATER, due=True).editions] == [SECOND_ID]


def test_a_client_is_forgotten_once_nothing_must_be_kept(tmp_path: Path) -> None:
    made = archive(tmp_path, 2)
    keys = filed(made, "anna", "otto")
    with pytest.raises(ArchiveError, match="kept yet: 2026-01-15/weekly: kept through 2031-01-16"):
        forget(made, keys, hand(10), "anna")
    anna = keys.client("anna")
    assert anna
    held = hold(made, hand(11), "A suit.", client=anna.handle)
    with pytest.raises(ArchiveError, match=f"he is under hold {held.number}"):
        forget(made, keys, LATER, "anna")
    release(made, hand(12), held.number, "Settled.")
    forget(made, keys, LATER, "anna")
    entry = made.entries()[-1]
    assert (entry.act, dict(entry.details)) == (Act.FORGOTTEN, {"client": anna.handle})
    with pytest.raises(ArchiveError, match="no files are kept"):
        had_by(made, "anna")
    with pytest.raises(ArchiveError, match="no files are kept"):
        forget(made, keys, LATER, "anna")
    assert had_by(made, "otto")
    assert clean(made)
    filed(made, "anna", edition=SECOND_ID, minutes=YEARS)  # he comes back, as another
    assert [one[0] for one in had_by(made, "anna")] == [SECOND_ID]


def test_a_killed_forgetting_is_told_and_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = archive(tmp_path, 1)
    keys = filed(made, "anna")

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(type(keys), "destroy", killed)
        with pytest.raises(Killed):
            forget(made, keys, LATER, "anna")
    (found,) = verify(made).findings
    assert "forgotten" in str(found)
    with pytest.raises(ArchiveError, match="is being forgotten"):
        enclose(made, keys, LATER, FIRST_ID, [("anna", "b", b"")])
    with pytest.raises(ArchiveError, match="no files are kept"):
        had_by(made, "anna")
    forget(made, keys, LATER, "anna")
    assert not keys.is_there("anna")
    assert [one.act for one in made.entries()].count(Act.FORGOTTEN) == 1
    assert clean(made)


# --- any order --------------------------------------------------------------------------------


class Lives(RuleBasedStateMachine):
    """Editions filed, held, released, enclosed and purged in any order, against a plain model."""

    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.made = opened(Path(mkdtemp(dir=self.folder)) / "archive", must_exist=False)
        self.now = datetime(2026, 1, 16, tzinfo=UTC)
        self.last_use: dict[str, datetime] = {}
        self.holds: dict[int, str] = {}

    def hand(self) -> Hand:
        """Jane, a minute later."""
        self.now += timedelta(minutes=1)
        return Hand("jane", self.now)

    @rule(weeks=st.integers(0, 3))
    def file(self, weeks: int) -> None:
        """An edition of one of a few weeks, once."""
        what = draft(FIRST + timedelta(weeks=weeks))
        if what.place not in {entry.edition for entry in self.made.entries()}:
            add(self.made, what, (self.now - NOON) / timedelta(minutes=1))
            self.last_use[what.place] = self.now

    @precondition(lambda self: self.last_use)
    @rule(data=st.data())
    def hold(self, data: st.DataObject) -> None:
        """One that is kept."""
        name = data.draw(st.sampled_from(sorted(self.last_use)))
        made = hold(self.made, self.hand(), "A suit.", editions=(name,))
        self.holds[made.number] = name

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        """One of the holds there are."""
        number = data.draw(st.sampled_from(sorted(self.holds)))
        release(self.made, self.hand(), number, "Settled.")
        del self.holds[number]

    @precondition(lambda self: self.last_use)
    @rule(data=st.data(), client=st.sampled_from("ab"))
    def enclose(self, data: st.DataObject, client: str) -> None:
        """A message, which counts as a use."""
        name = data.draw(st.sampled_from(sorted(self.last_use)))
        file = (client, f"{self.now.timestamp()}.eml", message(client))
        enclose(self.made, keys_of(self.made), self.hand(), name, [file], [PDF])
        self.last_use[name] = self.now

    @rule(years=st.integers(1, 4))
    def wait(self, years: int) -> None:
        """Some years."""
        self.now += timedelta(days=366 * years)

    @precondition(lambda self: self.made.folder.exists())
    @rule()
    def purge(self) -> None:
        """What the model says may go, and nothing else."""
        by = self.hand()
        due = {
            name
            for name, used in self.last_use.items()
            if by.now.date() > used.date().replace(year=used.year + 5)
            and name not in self.holds.values()
        }
        done = purge(self.made, by, due=True)
        assert {one.edition for one in done.editions} == due
        for name in due:
            del self.last_use[name]

    @invariant()
    def everything_kept_is_there(self) -> None:
        """Nothing kept is lost, and nothing is left of the rest."""
        known = chronicle(self.made.entries())
        assert set(known.live) == set(self.last_use)
        if self.last_use:
            assert clean(self.made)


RUNS = settings(max_examples=10, stateful_step_count=12, deadline=None)


def test_any_order(tmp_path: Path) -> None:
    Lives.folder = tmp_path
    run_state_machine_as_test(Lives, settings=RUNS)
