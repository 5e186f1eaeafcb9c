"""What was built is what is filed, part by part, with all it was made from, whatever the source."""

from __future__ import annotations

import errno
import json
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reporter import capture, pipeline, sidecars
from reporter.archive import intake
from reporter.archive.base import Archive, opened
from reporter.archive.contents import brief_of
from reporter.archive.drafts import Correction
from reporter.archive.rebuild import rebuild
from reporter.errors import ArchiveError
from reporter.filed import Edition
from reporter.output import INPUTS, inputs_of, write
from reporter.paper import FORMATS
from reporter.sources.base import silent, sources
from reporter.spec import load
from tests.archives import hand
from tests.packages import install
from tests.recorded import REPLIES, a_yahoo
from tests.sources.databases import sqlite_file

NOW = datetime(2026, 1, 17, 4, tzinfo=UTC)
LATER = datetime(2026, 1, 19, 9, tzinfo=UTC)
SPEC = """title = "The Week"
slug = "weekly"
subjects = ["^RUT"]
benchmark = "^GSPC"
{more}
[[sections]]
name = "front"
"""
Make = Callable[..., Path]


def made(  # noqa: PLR0913  a build takes this much
    place: Path, name: str | Path = "daily", *, source: str | None = None, now: datetime = NOW,
    formats: tuple[str, ...] = ("json",), data: Path | None = None,
) -> Path:  # fmt: skip
    """An edition's folder, as `reporter build` writes it."""
    spec = load(name, source=source)
    built = pipeline.build(spec, now=now, formats=formats, progress=silent, data_folder=data)
    write(built, place / "output")
    return place / "output" / built.folder


def ordered(folder: Path, more: str = "") -> Path:
    """A small spec of one's own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "brief.toml").write_text(SPEC.format(more=more), encoding="utf-8")
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return opened(tmp_path / "archive", must_exist=False)


def filed(archive: Archive, folder: Path) -> Edition:
    (added,) = intake.add(archive, [folder], hand())
    assert added.new
    return added.edition


def holds_all(archive: Archive, edition: Edition, folder: Path) -> None:
    """Every file of the folder is a part with its bytes, and the edition is built again of them."""
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}
    parts = {p.path.removeprefix("files/"): p for p in edition.parts if p.path.startswith("files/")}
    assert {name: archive.object(part.sha256) for name, part in parts.items()} == files
    again = rebuild(archive, edition)
    assert [str(one) for one in again.differences] == []


def test_an_edition_of_the_sample_is_filed_whole_with_its_flag(
    archive: Archive, tmp_path: Path
) -> None:
    folder = made(tmp_path, formats=("html", "json"))
    edition = filed(archive, folder)
    assert (edition.sample, edition.source) == (True, "sample")
    assert edition.title == "The Day in Markets"
    brief = brief_of(archive, edition)
    assert (edition.headline, edition.standfirst) == (
        brief["headline"],
        brief["standfirst"]["text"],
    )
    assert edition.versions["reporter"] == sidecars.versions()["reporter"]
    holds_all(archive, edition, folder)


def test_without_brief_json_its_document_is_kept_all_the_same(
    archive: Archive, tmp_path: Path
) -> None:
    folder = made(tmp_path, formats=("pdf",))
    edition = filed(archive, folder)
    assert edition.part("files/brief.json") is None
    assert brief_of(archive, edition)["headline"] == edition.headline != ""
    holds_all(archive, edition, folder)


def test_what_yahoo_gave_is_filed_without_asking_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = ordered(tmp_path / "spec", '\n[watch]\nsizes = ["IWM", "NONE"]\n')
    with a_yahoo(tmp_path, monkeypatch) as server:
        assert set(REPLIES) <= set(server.replies)
        plain = made(tmp_path / "a", spec, source="yahoo")
        kept = made(tmp_path / "b", spec, source="yahoo", data=tmp_path / "data")
    for folder in (plain, kept):
        one = opened(folder.parent / "archive", must_exist=False)
        edition = filed(one, folder)
        assert (edition.sample, edition.terms) == (False, "personal")
        assert bool(edition.snapshot) == (folder is kept)
        holds_all(one, edition, folder)


def test_a_replay_of_a_snapshot_is_filed_with_its_own_clock(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = ordered(tmp_path / "spec")
    with a_yahoo(tmp_path, monkeypatch):
        first = made(tmp_path / "a", spec, source="yahoo", data=tmp_path / "data")
    shown = json.loads((first / "manifest.json").read_text())["snapshot"]
    folder = made(
        tmp_path / "b", spec, source=f"snapshot:{shown}", data=tmp_path / "data", now=LATER
    )
    edition = filed(archive, folder)
    assert edition.snapshot == shown
    holds_all(archive, edition, folder)


def test_prices_from_a_database_are_filed_too(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        (symbol, f"2026-01-{day:02}", level, level + 1, level - 1, level + at / 7, level, 100)
        for symbol, level in (("^RUT", 2600.0), ("^GSPC", 6900.0))
        for at, day in enumerate((5, 6, 7, 8, 9, 12, 13, 14, 15, 16))
    ]
    file = sqlite_file(tmp_path / "prices.db", rows)
    monkeypatch.setenv("REPORTER_SQL_URL", f"sqlite:///{file}")
    folder = made(tmp_path, ordered(tmp_path / "spec"), source="sql")
    edition = filed(archive, folder)
    holds_all(archive, edition, folder)


PLUGIN = """
from datetime import date, datetime
from zoneinfo import ZoneInfo
import pandas as pd
from reporter.model import Basis, DeskInputs, Event, Target
from reporter.sources.base import DataRequest, Delivered, Quotes, each, source
OPTIONS = {"level": "Where it begins."}
TERMS = "internal"
AT = datetime(2026, 1, 19, 8, 30, tzinfo=ZoneInfo("Europe/Berlin"))
DESK = DeskInputs(
    targets=(Target("^RUT", 2861.0, "A House", "", date(2026, 1, 12), "12 January 2026"),),
    events=(Event("Prices", AT.date(), AT, "An office"),),
)

@source("feed")
def feed(request: DataRequest) -> Delivered:
    \"\"\"Prices of a feed.\"\"\"
    def read(symbol: str) -> Quotes:
        days = pd.bdate_range(end=request.until, periods=400)
        close = [request.options["level"] + at for at in range(400)]
        frame = pd.DataFrame({"Date": days, **{c: close for c in ("Open", "High", "Low", "Close")}})
        where = "https://feed.example/eod?s=" + symbol + "&api_key=hunter2"
        return Quotes(symbol, frame, label=where, origin=where, basis=Basis.PRICE)
    notes = ("Prices come from https://me:hunter2@feed.example/eod.",)
    return Delivered(each(request, read), notes=notes, desk=DESK)
"""


def test_what_a_package_s_source_gave_is_filed_with_its_desk_and_no_key(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    install(tmp_path / "site", "acme-feed", {"feed": "acme_feed"}, {"acme_feed.py": PLUGIN})
    more = 'source = "feed"\n[sources.feed]\nlevel = 2000\n[[sections]]\nname = "targets"\n'
    spec = ordered(tmp_path / "spec", more + '[[sections]]\nname = "week_ahead"')
    folder = made(tmp_path, spec, formats=("html", "json"))
    sys.modules.pop("acme_feed")
    sources._entries.pop("feed")
    shutil.rmtree(tmp_path / "site")
    edition = filed(archive, folder)
    assert edition.terms == "internal"
    holds_all(archive, edition, folder)
    text = (folder / "brief.json").read_text()
    assert "https://feed.example/eod" in text
    assert "A House" in text
    assert "02:30" in text  # in New York
    for path in [*folder.rglob("*.*"), *archive.folder.rglob("objects/*/*")]:
        assert b"hunter2" not in path.read_bytes(), path


def test_real_prices_from_files(archive: Archive, tmp_path: Path, real_data: Path) -> None:
    folder = made(
        tmp_path, "examples/small-caps-2026-01-15", source=f"files:{real_data / 'prices'}",
        formats=FORMATS,
    )  # fmt: skip
    edition = filed(archive, folder)
    assert edition.id == "2026-01-15/small-caps"
    assert not edition.sample
    assert {"inputs/spec/brief.toml", "inputs/spec/targets.csv"} <= {p.path for p in edition.parts}
    holds_all(archive, edition, folder)


LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
TARGETS = "symbol,house,published,level\n^RUT,A House,2026-01-12,2861\n"


def test_all_that_lies_beside_the_spec_is_filed(archive: Archive, tmp_path: Path) -> None:
    spec = ordered(
        tmp_path / "spec", 'brand = "looks/ours.toml"\n\n[desk]\ntargets = "desk/targets.csv"\n'
    )
    for name, text in {
        "looks/ours.toml": 'name = "ours"\nhouse = "Ours"\nlogo = "logo.svg"\n',
        "looks/logo.svg": LOGO,
        "desk/targets.csv": TARGETS,
        "templates/strip.html.j2": "<p>Ours alone</p>",
        "styles/screen.css": "body { color: #123456 }",
        "notes/private.txt": "not of the brief",
    }.items():
        (spec / name).parent.mkdir(parents=True, exist_ok=True)
        (spec / name).write_text(text, encoding="utf-8")
    folder = made(tmp_path, spec, formats=("html", "json"))
    edition = filed(archive, folder)
    kept = {p.path.removeprefix("inputs/spec/") for p in edition.parts if "/spec/" in p.path}
    assert kept == {
        "brief.toml", "looks/ours.toml", "looks/logo.svg", "desk/targets.csv",
        "templates/strip.html.j2", "styles/screen.css",
    }  # fmt: skip
    holds_all(archive, edition, folder)


def test_builds_at_two_clocks_are_filed_once(archive: Archive, tmp_path: Path) -> None:
    edition = filed(archive, made(tmp_path))
    (again,) = intake.add(archive, [made(tmp_path, now=LATER)], hand(9, "joe"))
    assert (again.new, again.edition) == (False, edition)
    assert len(archive.entries()) == 2
    assert len(list((tmp_path / "output" / INPUTS).iterdir())) == 1


def spoil_byte(folder: Path) -> None:
    path = folder / "data" / "facts.csv"
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))


def spoil_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b"Day", b"Bay", 1))


def spoil_inputs(folder: Path) -> None:
    path = inputs_of(folder, folder.parent.parent / INPUTS)
    path.write_bytes(path.read_bytes()[:-100])


def spoil_spec(folder: Path) -> None:
    path = inputs_of(folder, folder.parent.parent / INPUTS)
    files = dict(capture.unpacked(path.read_bytes()))
    files["spec/daily.toml"] += b"# changed\n"
    path.write_bytes(capture._zipped(files))


def other_program(folder: Path) -> None:
    path = inputs_of(folder, folder.parent.parent / INPUTS)
    files = dict(capture.unpacked(path.read_bytes()))
    files["taken.json"] = files["taken.json"].replace(b'"code": "', b'"code": "0')
    path.write_bytes(capture._zipped(files))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (spoil_byte, r"data/facts.csv: was changed since it was built"),
        (lambda folder: (folder / "brief.json").unlink(), r"brief.json: is missing"),
        (lambda folder: (folder / "manifest.json").unlink(), "holds no edition"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "is no manifest"),
        (spoil_manifest, "what the edition was built from is not kept"),
        (spoil_inputs, "is not what the edition was built from"),
        (spoil_spec, "is not what the edition was built from"),
        (other_program, "built by another version of reporter"),
    ],
)
def test_what_is_not_as_it_was_built_is_refused(
    archive: Archive, tmp_path: Path, spoil: Callable[[Path], object], told: str
) -> None:
    folder = made(tmp_path)
    spoil(folder)
    with pytest.raises(ArchiveError, match=told):
        intake.add(archive, [folder], hand())
    assert not archive.folder.exists()


def test_a_folder_that_cannot_be_entered_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"manifest\.json: cannot be read: file name too long"):
        intake.found(tmp_path / ("a" * 300))


def test_an_edition_built_again_while_it_is_read_is_not_mixed(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other build comes between the files and what they were made from."""
    folder = made(tmp_path, ordered(tmp_path / "spec"))
    real = intake._taken

    def slow(*arguments: Any) -> Any:
        made(tmp_path, tmp_path / "spec", source="sample", now=LATER)
        return real(*arguments)

    ordered(tmp_path / "spec", '[names]\n"^RUT" = "The Russell"')
    monkeypatch.setattr(intake, "_taken", slow)
    with pytest.raises(ArchiveError, match="is not kept beside it"):
        intake.add(archive, [folder], hand())


@pytest.mark.parametrize("step", ["tempfile.mkdtemp", "reporter.durable.create"])
def test_a_full_disk_is_told_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    found = intake.found(made(tmp_path))
    monkeypatch.setattr(step, full)
    with pytest.raises(
        ArchiveError, match=r"the temporary folder cannot .*: no space left.*TMPDIR"
    ):
        found.draft()


def test_all_are_checked_before_the_first_is_filed(archive: Archive, tmp_path: Path) -> None:
    good, bad = made(tmp_path), made(tmp_path, "weekly")
    spoil_byte(bad)
    with pytest.raises(ArchiveError, match="was changed"):
        intake.add(archive, [good, bad], hand())
    assert archive.entries() == ()


def test_strangers_are_told_and_hidden_files_are_not(archive: Archive, tmp_path: Path) -> None:
    folder = made(tmp_path)
    for name in ("notes.txt", ".DS_Store", "data/old.csv"):
        (folder / name).write_text("mine")
    (added,) = intake.add(archive, [folder], hand())
    assert added.strangers == ("data/old.csv", "notes.txt")
    assert not any("notes" in part.path or "old.csv" in part.path for part in added.edition.parts)


def test_a_manifest_cannot_reach_out_of_its_folder(archive: Archive, tmp_path: Path) -> None:
    folder = made(tmp_path)
    (tmp_path / "secret").write_text("mine")
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"]["../../../secret"] = "0" * 64
    path.write_text(json.dumps(manifest))
    with pytest.raises(ArchiveError, match="is no path below an edition"):
        intake.add(archive, [folder], hand())


def test_a_correction_is_a_new_edition_beside_the_old_one(archive: Archive, tmp_path: Path) -> None:
    first = filed(archive, made(tmp_path / "a", ordered(tmp_path / "spec")))
    (tmp_path / "spec" / "brief.toml").write_text(
        SPEC.format(more='[names]\n"^RUT" = "The Russell"\n'), encoding="utf-8"
    )
    folder = made(tmp_path / "b", tmp_path / "spec")
    with pytest.raises(ArchiveError, match=r"filed already, with other files.*--corrects"):
        intake.add(archive, [folder], hand(1))
    correction = Correction(first.id, "Its name was wrong.")
    (added,) = intake.add(archive, [folder], hand(2), correction=correction, prepared_by="ann")
    assert added.edition.id == f"{first.id}.2"
    assert (added.edition.reason, added.edition.prepared_by) == ("Its name was wrong.", "ann")
