"""What is taken out of the archive is what was filed, and stays in its folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporter.archive import log, opening
from reporter.archive.base import Archive, object_key
from reporter.errors import ArchiveError, SpecError
from reporter.filed import Act, Edition, Part
from tests.archives import add, archive, draft, hand

WEEKLY = "2026-01-15/weekly"


@pytest.fixture
def filed(tmp_path: Path) -> tuple[Archive, Edition]:
    made = archive(tmp_path)
    return made, add(made, draft())


def test_its_files_are_written_read_only(filed: tuple[Archive, Edition], tmp_path: Path) -> None:
    made, edition = filed
    written = opening.write(made, opening.filed(made, WEEKLY), tmp_path / "out" / "here")
    names = {one.relative_to(tmp_path / "out/here").as_posix() for one in written}
    assert names == {"brief.pdf", "brief.html", "brief.json"}
    assert written[2].read_bytes() == b"%PDF-1.7 small2026-01-15"
    assert all(one.stat().st_mode & 0o777 == 0o444 for one in written)
    assert edition.part("inputs/spec/brief.toml")


def test_a_folder_with_something_in_it_is_left_alone(
    filed: tuple[Archive, Edition], tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(ArchiveError, match=r"is not empty\. Name another"):
        opening.write(*filed, tmp_path / "out")
    with pytest.raises(ArchiveError, match="cannot be written"):
        opening.write(*filed, tmp_path / "out" / "mine.txt")


def test_changed_bytes_are_not_shown(filed: tuple[Archive, Edition], tmp_path: Path) -> None:
    made, edition = filed
    page = next(part for part in edition.parts if part.path.endswith(".html"))
    (made.folder / object_key(page.sha256)).write_bytes(b"<p>something else")
    with pytest.raises(ArchiveError, match="is not what was filed"):
        opening.write(made, edition, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/x", "a/../../x", "a//x", "./x", "", "a\\..\\x", "c:x", "x\0", "x\n", "\u202ex",
     "x ", "a/..", "con?"],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(
    filed: tuple[Archive, Edition], tmp_path: Path, name: str
) -> None:
    made, edition = filed
    hostile = Part(f"files/{name}", edition.parts[0].sha256, edition.parts[0].size)
    with pytest.raises(ArchiveError, match="is no name that a file may be written under"):
        opening.write(made, replace(edition, parts=(*edition.parts, hostile)), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@given(st.text("./\\ab:~\0", min_size=1, max_size=12))
def test_any_name_is_inside_or_refused(name: str) -> None:
    try:
        place = opening._place(f"files/{name}")
    except ArchiveError:
        return
    folder = Path("/somewhere/out")
    assert (folder / place).resolve().is_relative_to(folder)
    assert not place.is_absolute()


def test_two_files_of_one_name_are_refused(filed: tuple[Archive, Edition], tmp_path: Path) -> None:
    made, edition = filed
    within = Part("files/brief.pdf/x", edition.parts[0].sha256, edition.parts[0].size)
    with pytest.raises(ArchiveError, match="cannot be written"):
        opening.write(made, replace(edition, parts=(*edition.parts, within)), tmp_path / "out")


def test_the_pdf_is_opened_or_what_is_named(filed: tuple[Archive, Edition]) -> None:
    _, edition = filed
    assert opening.chosen(edition, "") == "brief.pdf"
    assert opening.chosen(edition, "brief.json") == "brief.json"
    with pytest.raises(SpecError, match=r"has no file 'x\.pdf'\. It has: brief"):
        opening.chosen(edition, "x.pdf")


def test_of_a_purged_edition_nothing_is_opened(filed: tuple[Archive, Edition]) -> None:
    made, _ = filed
    log.append(made.store, hand(5).entry(Act.PURGED, WEEKLY), lambda _: None)
    with pytest.raises(ArchiveError, match="was purged on 2026-01-16: its files are gone"):
        opening.filed(made, WEEKLY)
