"""The site of an archive: what is in it, what never is, and how it comes to the disk."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from click.testing import CliRunner

from reporter import brands
from reporter.archive import log
from reporter.archive.approving import Wish as Wish_
from reporter.archive.approving import approve
from reporter.archive.base import Archive, object_key
from reporter.archive.site import pictures, trends
from reporter.archive.site.pages import Built, Wish, build, spelled
from reporter.archive.site.shelf import PURGED, TERMS, UNAPPROVED, shelf
from reporter.cli import reporter
from reporter.cli.talk import Talk
from reporter.errors import ArchiveError, OutputError
from reporter.filed import Act
from reporter.paper import Artifact
from tests.approvers import enforce, row, signer
from tests.archive import sites
from tests.archives import FIRST, add, archive, forge, hand


def made(what: Archive, tmp_path: Path, **wish: object) -> tuple[Path, Built]:
    """The site of an archive."""
    place = tmp_path / "site"
    return place, build(what, place, replace(Wish(brands.load()), **wish))  # type: ignore[arg-type]


def contents(folder: Path) -> dict[str, str]:
    """Every file of a folder with the hash of its bytes."""
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Links(HTMLParser):
    """What a page names: addresses of links, styles, scripts and pictures; its ids."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names."""
        self.found += [value for name, value in attrs if name in {"href", "src"} and value and tag]


def test_every_link_leads_to_a_file_of_the_site(tmp_path: Path) -> None:
    place, _ = made(sites.several(tmp_path), tmp_path)
    pages = [page for page in place.rglob("*.html") if page.name != "brief.html"]
    assert len(pages) > 12
    for page in pages:
        for link in set(Links(page).found) - {"data:,"}:
            assert not re.match(r"[a-z]+:|/", link), link
            target = (page.parent / (unquote(urldefrag(link)[0]) or page.name)).resolve()
            assert target.is_file(), (page, link)
            assert target.is_relative_to(place)


def test_the_same_archive_gives_the_same_bytes(tmp_path: Path) -> None:
    what = sites.several(tmp_path)
    one, _ = made(what, tmp_path / "one")
    other, _ = made(what, tmp_path / "other")
    assert contents(one) == contents(other)
    before = contents(one)
    made(what, tmp_path / "one")
    assert contents(one) == before
    assert sorted(path.name for path in one.parent.iterdir()) == ["site"]


def test_an_editions_files_are_its_own_and_nothing_of_its_inputs(tmp_path: Path) -> None:
    what = archive(tmp_path, 1)
    place, _ = made(what, tmp_path)
    there = place / "editions/2026-01-15/weekly"
    assert {path.name for path in there.iterdir()} == {
        "brief.html", "brief.json", "brief.pdf", "index.html",
    }  # fmt: skip
    edition = what.edition("2026-01-15/weekly")
    for name in ("brief.html", "brief.json", "brief.pdf"):
        part = edition.part(f"files/{name}")
        assert part is not None
        assert sha256((there / name).read_bytes()).hexdigest() == part.sha256
    text = "".join(p.read_text(encoding="utf-8") for p in place.rglob("*.html"))
    assert "jane" not in text
    assert str(tmp_path) not in text


def test_the_house_sees_who_prepared_an_edition(tmp_path: Path) -> None:
    place, _ = made(archive(tmp_path, 1), tmp_path, internal=True)
    text = (place / "editions/2026-01-15/weekly/index.html").read_text(encoding="utf-8")
    assert "jane" in text
    assert "Internal: for the house" in text


def test_what_may_not_be_passed_on_is_left_out_and_told(tmp_path: Path) -> None:
    what = archive(tmp_path, 2)
    add(what, replace(sites.draft(FIRST - timedelta(days=7), 9), terms="personal"), 9)
    place, built = made(what, tmp_path)
    assert built.left_out == {TERMS: 1}
    assert spelled(built)[0] == f"Editions left out: 1 ({TERMS})."
    assert not (place / "editions/2026-01-08").exists()
    _, inside = made(what, tmp_path, internal=True)
    assert (inside.editions, inside.left_out) == (3, {})


def test_only_approved_editions_where_that_is_asked(tmp_path: Path) -> None:
    what = archive(tmp_path, 2)
    _, built = made(what, tmp_path, approved={"2026-01-15/weekly"}.__contains__)
    assert (built.editions, built.left_out) == (1, {UNAPPROVED: 1})


def test_a_correction_and_what_it_corrects_lead_to_each_other(tmp_path: Path) -> None:
    place, _ = made(sites.corrected(tmp_path), tmp_path)
    editions = place / "editions/2026-01-15"
    old = (editions / "weekly/index.html").read_text(encoding="utf-8")
    new = (editions / "weekly.2/index.html").read_text(encoding="utf-8")
    assert 'href="../../../editions/2026-01-15/weekly.2/index.html"' in old
    assert "Corrected since" in old
    assert 'href="../../../editions/2026-01-15/weekly/index.html"' in new
    assert "A wrong close." in new
    home = (place / "index.html").read_text(encoding="utf-8")
    assert "Corrected since" in home
    assert "Corrects" in home


def test_sample_data_says_so(tmp_path: Path) -> None:
    what = archive(tmp_path)
    add(what, replace(sites.draft(FIRST, 1), sample=True))
    place, _ = made(what, tmp_path)
    for page in ("index.html", "years/2026.html", "editions/2026-01-15/weekly/index.html"):
        assert "Sample data" in (place / page).read_text(encoding="utf-8")
    assert "Sample data: " in (place / "feed.xml").read_text(encoding="utf-8")
    assert '"Sample data"' in (place / "search/text/0.js").read_text(encoding="utf-8")


def test_an_edition_that_is_missing_is_no_purged_one(tmp_path: Path) -> None:
    what = archive(tmp_path, 2)
    brief = what.edition("2026-01-15/weekly").part("files/brief.json")
    assert brief is not None
    what.store.remove(object_key(brief.sha256))
    with pytest.raises(ArchiveError, match="is missing"):
        shelf(what)


def test_figures_of_two_editions_have_a_page(tmp_path: Path) -> None:
    what = sites.several(tmp_path)
    found = trends.trends(shelf(what).issues)
    assert [(one.name, len(one.points), one.last.display) for one in found] == [
        ("Russell 2000, close", 4, "2,640.00"),
        ("Russell 2000, return, year to date", 4, "3.0%"),
    ]
    place, _ = made(what, tmp_path)
    page = (place / found[0].path).read_text(encoding="utf-8")
    assert "Russell 2000, close: 2,640.00 on 5 February 2026, the highest of 4 editions" in page
    assert page.count('class="point"') == 8  # four, for a desk and for a phone
    assert len(re.findall(r"<tr><th", page)) == 5
    assert " style=" not in page


def test_a_figure_is_points_joined_by_a_plain_line(tmp_path: Path) -> None:
    what = archive(tmp_path)
    for week, number in ((0, 0), (1, 7), (3, 1)):
        add(what, sites.draft(FIRST + timedelta(weeks=week), number), week)
    (trend, _) = trends.trends(shelf(what).issues)
    line = trends.chart(trend).series[0]
    values = line.values["value"]
    assert len(values) == len(line.x) == 22
    assert [values[at] for at in (0, 7, 14, 21)] == pytest.approx([2610, 2680, 2650, 2620])
    wide, _ = trends.pictures(trend, brands.load())
    assert "fill-opacity" not in wide  # no area stands for a level that nobody printed
    dots = re.findall(r'class="point" cx="([\d.]+)" cy="([\d.]+)"', wide)
    assert len(dots) == 3
    assert "stroke-subject" in wide


def test_many_points_are_no_links_and_the_page_does_not_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trends, "MOST_LINKS", 3)
    what = sites.several(tmp_path)
    place, _ = made(what, tmp_path)
    page = (place / trends.trends(shelf(what).issues)[0].path).read_text(encoding="utf-8")
    assert "A point opens its edition" not in page
    assert 'class="point"' not in page


def test_one_edition_alone_makes_no_figure_and_samples_never_mix(tmp_path: Path) -> None:
    what = archive(tmp_path)
    add(what, sites.draft(FIRST, 0))
    add(what, replace(sites.draft(FIRST + timedelta(days=7), 1), sample=True), 1)
    assert trends.trends(shelf(what).issues) == ()
    place, _ = made(what, tmp_path)
    assert "There is none yet." in (place / "figures/index.html").read_text(encoding="utf-8")


def test_an_empty_archive_has_a_site(tmp_path: Path) -> None:
    place, built = made(archive(tmp_path), tmp_path)
    assert built.editions == 0
    assert "No edition is shown yet." in (place / "index.html").read_text(encoding="utf-8")


def test_a_folder_of_others_is_not_replaced(tmp_path: Path) -> None:
    what = archive(tmp_path, 1)
    (tmp_path / "site").mkdir()
    (tmp_path / "site/thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="no site that reporter wrote"):
        made(what, tmp_path)
    assert (tmp_path / "site/thesis.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("inside", ["archive", "archive/site", "."])
def test_a_site_never_lies_in_the_archive_nor_the_archive_in_it(
    tmp_path: Path, inside: str
) -> None:
    what = archive(tmp_path, 1)
    with pytest.raises(ArchiveError, match="would lie in the archive"):
        build(what, tmp_path / inside, Wish(brands.load()))


def test_a_failed_run_leaves_the_site_as_it_was(tmp_path: Path) -> None:
    what = archive(tmp_path, 2)
    place, _ = made(what, tmp_path)
    before = contents(place)
    add(what, sites.draft(FIRST + timedelta(days=70), 3), 9)
    page = what.edition("2026-03-26/weekly").part("files/brief.html")
    assert page is not None
    (what.folder / f"objects/{page.sha256[:2]}/{page.sha256}").chmod(0o600)
    (what.folder / f"objects/{page.sha256[:2]}/{page.sha256}").write_bytes(b"forged")
    with pytest.raises(ArchiveError, match="another hash"):
        made(what, tmp_path)
    assert contents(place) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "site"]


def test_a_file_of_the_site_that_was_changed_is_set_right(tmp_path: Path) -> None:
    what = archive(tmp_path, 1)
    place, _ = made(what, tmp_path)
    before = contents(place)
    page = place / "editions/2026-01-15/weekly/brief.html"
    page.write_bytes(page.read_bytes()[::-1])
    made(what, tmp_path)
    assert contents(place) == before


def test_what_is_there_already_is_not_written_again(tmp_path: Path) -> None:
    what = archive(tmp_path, 2)
    place, _ = made(what, tmp_path)
    page = place / "editions/2026-01-15/weekly/brief.html"
    known = page.stat().st_ino
    add(what, sites.draft(FIRST + timedelta(days=70), 3), 9)
    made(what, tmp_path)
    assert page.stat().st_ino == known


def test_hostile_words_are_words(tmp_path: Path) -> None:
    what = archive(tmp_path)
    evil = "</script><script>alert(1)</script>\"'&\u2028\x1b[31m"
    forge(
        what, replace(sites.draft(FIRST, 1, said=evil), headline=evil, title=evil, standfirst=evil)
    )
    place, _ = made(what, tmp_path)
    for path in place.rglob("*"):
        if path.is_file() and path.suffix in {".html", ".js", ".xml"} and path.stem != "brief":
            assert "<script>alert" not in path.read_text(encoding="utf-8"), path
            assert "\u2028" not in path.read_text(encoding="utf-8") or path.suffix != ".js"


def test_a_hostile_name_leaves_the_site_nowhere(tmp_path: Path) -> None:
    what = archive(tmp_path, 1)
    evil = replace(sites.draft(FIRST, 1), slug="../../../evil")
    forge(what, evil, 1)
    place, built = made(what, tmp_path)
    assert built.editions == 1
    assert sum(built.left_out.values()) == 1
    assert not list(tmp_path.rglob("*evil*"))
    assert place.is_dir()


def test_a_part_that_readers_are_not_handed_stays_out(tmp_path: Path) -> None:
    what = archive(tmp_path)
    draft = sites.draft(FIRST, 1)
    odd = tuple(
        Artifact(f"files/{name}", b"x")
        for name in ("manifest.json", "data/../../x.csv", "data/.hidden.csv", "data/a.csv")
    )
    forge(what, replace(draft, parts=(*draft.parts, *odd)))
    place, _ = made(what, tmp_path)
    data = [path.name for path in (place / "editions/2026-01-15/weekly/data").iterdir()]
    assert data == ["a.csv"]


def test_a_page_is_pictured_once_and_kept_by_its_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = archive(tmp_path)
    add(what, sites.draft(FIRST, 1, pdf=sites.PDF))
    place, built = made(what, tmp_path)
    assert built.unpictured == 0
    picture = (place / "editions/2026-01-15/weekly/page.webp").read_bytes()
    page = (place / "index.html").read_text(encoding="utf-8")
    assert re.search(r'page\.webp" width="480" height="\d+"', page)
    monkeypatch.setattr(pictures, "_drawn", lambda _pdf: pytest.fail("drawn again"))
    made(what, tmp_path / "again")
    again = tmp_path / "again/site/editions/2026-01-15/weekly/page.webp"
    assert again.read_bytes() == picture


def test_without_the_extra_a_card_stands_for_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "find_spec", lambda _name: None)
    place, built = made(archive(tmp_path, 2), tmp_path)
    (told,) = spelled(built)
    assert told.startswith("2 editions are shown without a picture of page 1: install pypdfium2")
    assert told.endswith("pip install 'market-brief-reporter[site]'.")
    assert 'class="card-headline"' in (place / "index.html").read_text(encoding="utf-8")


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(reporter, ["archive", *arguments], obj=Talk())
    told = str(done.exception) if isinstance(done.exception, (ArchiveError, OutputError)) else ""
    return done.exit_code, done.stdout, done.stderr + told


def test_only_what_is_approved_for_the_readers_is_shown(tmp_path: Path) -> None:
    what = archive(tmp_path, 3)
    enforce(what, row(), minutes=5)
    retail = Wish_("2026-01-15/weekly", ("retail",), ("CH",))
    approve(what, retail, signer(), hand(6, "ann"))
    entry = hand(7).entry(Act.APPROVED, "2026-01-22/weekly", details={"approver": "Ann Meier"})
    log.append(what.store, entry, lambda _: None)
    place = str(tmp_path / "site")
    options = ["site", place, "--archive", str(what.folder), "--json", "--approved-only"]
    _, out, _ = run(*options, "--audience", "retail", "--jurisdiction", "ch")
    assert (json.loads(out)["editions"], json.loads(out)["left_out"]) == (1, {UNAPPROVED: 2})
    _, out, _ = run(*options, "--audience", "professional", "--jurisdiction", "CH")
    assert json.loads(out)["editions"] == 0
    done = CliRunner().invoke(reporter, ["archive", *options], obj=Talk())
    assert "approved for whom is not clear" in str(done.exception)
    names = [one.approvers for one in shelf(what, internal=True).issues]
    assert names == [("Ann Meier",), (), ()]


def test_a_purged_edition_is_left_out_whatever_is_left_of_it(tmp_path: Path) -> None:
    what = archive(tmp_path, 2)
    part = what.edition("2026-01-15/weekly").part("files/brief.pdf")
    assert part is not None
    log.append(what.store, hand(9).entry(Act.PURGED, "2026-01-15/weekly"), lambda _: None)
    what.store.remove(object_key(part.sha256))
    _, built = made(what, tmp_path)
    assert (built.editions, built.left_out) == (1, {PURGED: 1})


def test_the_command_prints_where_to_begin(tmp_path: Path) -> None:
    what = archive(tmp_path, 2)
    place = tmp_path / "site"
    code, out, _ = run("site", str(place), "--archive", str(what.folder))
    assert (code, out) == (0, f"{place / 'index.html'}\n")
    _, out, _ = run("site", str(place), "--archive", str(what.folder), "--json", "-q")
    assert json.loads(out)["editions"] == 2


@pytest.mark.parametrize(
    "address",
    ["example.com", "ftp://example.com", "https://", "https://u@example.com", "https://e.com/?a",
     "https://[", "javascript:alert(1)"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    what = archive(tmp_path, 1)
    done = subprocess.run(
        [sys.executable, "-m", "reporter", "archive", "site", str(tmp_path / "site"), "--archive",
         str(what.folder), "--base-url", address],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "is no address of a site" in done.stderr
    assert not (tmp_path / "site").exists()
