"""Editions are built again to the byte: elsewhere, later, with other templates in the program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from reporter.archive.base import Archive, opened
from reporter.archive.filing import Draft
from reporter.archive.rebuild import read_run, rebuild
from reporter.errors import ArchiveError, DataError
from reporter.model import Artifact
from reporter.resources import PACKAGE
from tests.rebuilding import LIGHT, draft, edited, filed, run, smuggled, snapshot_of
from tests.rebuilding import archive as archive  # noqa: PLC0414  a fixture
from tests.rebuilding import sample as sample  # noqa: PLC0414  a fixture

TRIALS = int(os.environ.get("REPORTER_TRIALS", "10"))
REAL = (
    ("examples/small-caps-2026-01-15", None),
    ("weekly", date(2020, 3, 20)),
    ("daily", date(2018, 12, 24)),
    ("weekly", date(2012, 6, 1)),
    ("daily", date(2013, 5, 22)),
    ("weekly", date(2015, 8, 28)),
    ("daily", date(2016, 2, 11)),
    ("weekly", date(2022, 6, 17)),
    ("daily", date(2024, 2, 29)),
    ("weekly", date(2026, 1, 15)),
)
"""Ten editions of the real data; one in ten of the trials asked for, and never none."""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as a fresh clone has it."""
    place = tmp_path_factory.mktemp("elsewhere") / "a clone"
    for folder in ("templates", "styles"):
        shutil.copytree(folder, place / folder)
    shutil.copytree(PACKAGE, place / "reporter", ignore=shutil.ignore_patterns("__pycache__"))
    return place


def elsewhere(clone: Path, place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`reporter archive …` by a fresh clone: other folder, home, zone, language and hash seed."""
    home = place / "home"
    home.mkdir(exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "TMPDIR", "LD_LIBRARY_PATH"}}
    return subprocess.run(
        [sys.executable, "-m", "reporter", "archive", *words, "--archive", str(place / "archive")],
        cwd=home, capture_output=True, text=True, check=False,
        env={
            **kept, "PYTHONPATH": str(clone), "HOME": str(home), "TZ": "Pacific/Kiritimati",
            "LC_ALL": "C", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "4711", "COLUMNS": "40",
            "SOURCE_DATE_EPOCH": "1",
        },
    )  # fmt: skip


@pytest.mark.parametrize(("spec", "day"), REAL[: max(1, min(len(REAL), TRIALS // 10))])
def test_real_editions_in_a_fresh_clone(
    real_data: Path, clone: Path, tmp_path: Path, spec: str, day: date | None
) -> None:
    archive = opened(tmp_path / "archive", must_exist=False)
    source = f"files:{real_data / 'prices'}"
    edition = filed(archive, draft(spec, tmp_path / "output", source=source, as_of=day))
    before = snapshot_of(tmp_path / "archive")
    done = elsewhere(clone, tmp_path, "rebuild", edition.id)
    assert done.returncode == 0, done.stdout + done.stderr
    count = sum(part.path.startswith("files/") for part in edition.parts)
    assert count > 20
    assert done.stdout == f"{edition.id}  same: {count} files\n"
    assert snapshot_of(tmp_path / "archive") == before


def test_a_changed_program_s_templates_styles_and_brands_take_no_part(
    archive: Archive, sample: Draft, clone: Path, tmp_path: Path
) -> None:
    edition = filed(archive, sample)
    changed = tmp_path / "changed"
    shutil.copytree(clone, changed)
    for file in ("templates/brief.html.j2", "styles/screen.css", "styles/tokens.css"):
        (changed / file).write_text("of another day")
    (changed / "styles" / "reporter.mplstyle").write_text("lines.linewidth: 7\n")
    house = changed / "reporter" / "brands" / "house.toml"
    house.write_text(house.read_text().replace("#", "#f", 1))
    done = elsewhere(changed, tmp_path, "rebuild", edition.id, "--json")
    (told,) = json.loads(done.stdout)["editions"]
    assert told["same"], told
    assert {one["name"] for one in told["versions"]} == {"code", "resources"}


def test_own_templates_and_styles_of_a_spec_win(archive: Archive, tmp_path: Path) -> None:
    home = tmp_path / "own"
    shutil.copytree(PACKAGE / "briefs", home)
    (home / "daily.toml").rename(home / "brief.toml")
    for kind, name, text in (
        ("templates", "brief.html.j2", "<p>{{ brief.title }}: ours</p>"),
        ("styles", "reporter.mplstyle", "lines.linewidth: 7\n"),
    ):
        (home / kind).mkdir()
        (home / kind / name).write_text(text)
    edition = filed(archive, draft(str(home), tmp_path / "data", formats=LIGHT))
    page = edition.part("files/brief.html")
    assert page
    assert b"ours" in archive.object(page.sha256)
    shutil.rmtree(home)
    assert rebuild(archive, edition).same


def test_a_run_leaves_nothing_where_it_worked(
    archive: Archive, sample: Draft, tmp_path: Path
) -> None:
    edition = filed(archive, sample)
    work = tmp_path / "work"
    work.mkdir()
    found = rebuild(archive, edition, beside=work)
    assert found.same
    assert found.files == sum(part.path.startswith("files/") for part in edition.parts)
    assert not list(work.iterdir())


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95][: max(1, TRIALS // 10)])
def test_a_killed_rebuild_leaves_a_temporary_folder_and_no_more(
    archive: Archive, sample: Draft, tmp_path: Path, share: float
) -> None:
    edition = filed(archive, sample)
    before = snapshot_of(archive.folder)
    work = tmp_path / "work"
    work.mkdir()
    words = ["rebuild", edition.id, "--archive", str(archive.folder)]
    with subprocess.Popen(
        [sys.executable, "-m", "reporter", "archive", *words],
        env={**os.environ, "TMPDIR": str(work)}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        deadline = monotonic() + 60
        while not list(work.glob("*/spec")) and process.poll() is None and monotonic() < deadline:
            sleep(0.01)
        sleep(share)
        process.kill()
    assert snapshot_of(archive.folder) == before
    assert all(path.name.startswith("reporter-rebuild-") for path in work.iterdir())
    assert rebuild(archive, edition, beside=work).same


# --- what differs is told -----------------------------------------------------------------------


def test_a_version_and_a_font_are_named_as_the_likely_cause(
    archive: Archive, sample: Draft
) -> None:
    old = {**sample.versions, "matplotlib": "3.1.0", "fonts": "f" * 64}
    what = edited(sample, "files/brief.html", lambda data: data.replace(b"</p>", b"</q>", 1))
    edition = filed(archive, replace(what, versions=old))
    (only,) = rebuild(archive, edition).differences
    assert (only.path, only.kind) == ("brief.html", "changed")
    assert only.where.startswith("line ")
    assert "</q>" in only.where
    assert "matplotlib 3.1.0 then" in only.cause
    assert "fonts ffffffffffff then" in only.cause


def test_a_version_that_does_not_shape_a_file_is_no_cause(archive: Archive, sample: Draft) -> None:
    what = edited(sample, "files/brief.json", lambda data: data.replace(b"rsi", b"rs1", 1))
    edition = filed(archive, replace(what, versions={**what.versions, "pango": "1.0.0"}))
    (only,) = rebuild(archive, edition).differences
    assert only.cause.startswith("Cause unknown; what changed does not shape such files: pango")


def test_other_inputs_are_named(archive: Archive, sample: Draft) -> None:
    what = edited(
        sample,
        "inputs/spec/daily.toml",
        lambda data: data.replace(b"title", b"# changed\ntitle", 1),
    )
    found = rebuild(archive, filed(archive, what))
    assert [one.path for one in found.differences] == ["manifest.json"]
    assert "the inputs: daily.toml is not the file" in found.differences[0].cause
    assert found.differences[0].where.startswith("spec/daily.toml: ")


def test_desk_inputs_that_came_with_the_prices_are_those_filed(
    archive: Archive, tmp_path: Path
) -> None:
    """A source's own desk inputs are in no snapshot: where they were others, the run says so."""

    def without_any(data: bytes) -> bytes:
        nothing: dict[str, list[str]] = {kind: [] for kind in ("targets", "flows", "views")}
        return json.dumps({**json.loads(data), "desk": nothing}).encode()

    what = draft("small-caps", tmp_path / "output", formats=("json",))
    edition = filed(archive, what)
    assert rebuild(archive, edition).same
    other = replace(edited(what, "inputs/run.json", without_any), slug="another")
    found = rebuild(archive, filed(archive, other))
    assert "brief.json" in {one.path for one in found.differences}


def test_what_is_unknown_is_called_so(archive: Archive, sample: Draft) -> None:
    extra = Artifact("files/mail.txt", b"Dear client")
    without = tuple(p for p in sample.parts if p.path != "files/data/facts.csv")
    edition = filed(archive, replace(sample, parts=(*without, extra)))
    found = {one.path: one for one in rebuild(archive, edition).differences}
    assert {path: one.kind for path, one in found.items()} == {
        "mail.txt": "missing", "data/facts.csv": "extra",
    }  # fmt: skip
    assert all(one.cause.startswith("Cause unknown: program") for one in found.values())


# --- what cannot be built -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "inputs/spec/../../../outside.txt", "inputs/spec//etc/outside", "program/a\\b",
        "inputs/data/..", "program/../x", "inputs/spec/a\nb", "inputs/spec/c:x", "program/",
        f"program/{'x' * 300}", "inputs/spec/./x",
    ],
)  # fmt: skip
def test_hostile_names_are_refused_before_anything_is_built(
    archive: Archive, sample: Draft, path: str, tmp_path: Path
) -> None:
    edition = smuggled(archive, sample, (path, b"evil"))
    work = tmp_path / "a" / "work"
    work.mkdir(parents=True)
    with pytest.raises(ArchiveError, match="no path below"):
        rebuild(archive, edition, beside=work)
    assert not list(work.iterdir())
    assert [p.name for p in sorted(tmp_path.iterdir())] == ["a", "archive"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("spec", "../../etc/passwd"), ("snapshot", "../../x"), ("now", "noon"), ("format", 9),
        ("formats", None), ("spec", ["a"]),
    ],
)  # fmt: skip
def test_a_hostile_run_is_refused(archive: Archive, sample: Draft, key: str, value: object) -> None:
    def change(data: bytes) -> bytes:
        return json.dumps({**json.loads(data), key: value}).encode()

    edition = filed(archive, edited(sample, "inputs/run.json", change))
    with pytest.raises(ArchiveError):
        read_run(archive, edition)


def test_a_snapshot_cannot_name_files_elsewhere(archive: Archive, sample: Draft) -> None:
    def elsewhere(document: dict[str, Any]) -> object:
        document["answers"][0]["fetch"] = "../../../../../../dev/zero"
        return document

    with pytest.raises(DataError, match="no fetch has such a name"):
        rebuild(archive, filed(archive, with_snapshot(sample, elsewhere)))


SHAPES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a list": lambda _: [],
    "nothing": lambda _: None,
    "no keys": lambda _: {},
    "answers a number": lambda whole: {**whole, "answers": 3},
    "answers of nothing": lambda whole: {**whole, "answers": [{}]},
    "answers a table": lambda whole: {**whole, "answers": {"a": None}},
    "every key nothing": lambda whole: dict.fromkeys(whole, None),
    "every key a list": lambda whole: {key: [[]] for key in whole},
    "every answer's keys a list": lambda whole: {
        **whole, "answers": [{key: [[]] for key in one} for one in whole["answers"]],
    },
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_a_snapshot_of_any_shape_is_built_or_refused_in_a_sentence(
    archive: Archive, sample: Draft, shape: str
) -> None:
    edition = filed(archive, with_snapshot(sample, SHAPES[shape]))
    code, said = run(archive, edition.id, "-q")
    assert code == 1
    assert said.startswith(f"{edition.id}  ")


def with_snapshot(sample: Draft, change: Callable[[dict[str, Any]], object]) -> Draft:
    """The draft with another snapshot, whose name is right for its bytes."""
    (old,) = (p for p in sample.parts if p.path.startswith("inputs/data/snapshots/"))
    data = json.dumps(change(json.loads(old.data))).encode()
    name = f"2026-01-16-{sha256(data).hexdigest()[:8]}"
    parts = tuple(p for p in sample.parts if p != old)
    new = Artifact(f"inputs/data/snapshots/{name}.json", data)
    return edited(
        replace(sample, parts=(*parts, new)),
        "inputs/run.json",
        lambda run: json.dumps({**json.loads(run), "snapshot": name}).encode(),
    )


def test_an_edition_without_its_inputs_says_so(archive: Archive, sample: Draft) -> None:
    files = tuple(part for part in sample.parts if part.path.startswith("files/"))
    edition = filed(archive, replace(sample, parts=files))
    with pytest.raises(ArchiveError, match="filed without what it was made from"):
        rebuild(archive, edition)
