from __future__ import annotations

import json
import re
import shlex
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from reporter import pipeline
from reporter.cli import options, run
from reporter.glossary import DONE
from reporter.model import Artifact, Artifacts, Brief, BriefSpec, Severity, SourceRef
from tests.briefs import DOUBT, bare, doubtful, rich

NOW = datetime(2026, 1, 16, 22, tzinfo=UTC)


class Pipeline:
    """Stands in for the pipeline: notes what it is asked, gives two files."""

    def __init__(self, brief: Brief) -> None:
        self.brief = brief
        self.spec: BriefSpec | None = None
        self.formats: tuple[str, ...] = ()
        self.data_folder = Path()
        self.refresh = False

    def build(  # noqa: PLR0913  as the pipeline's
        self,
        spec: BriefSpec,
        *,
        now: datetime,
        formats: Collection[str],
        progress: Any,
        data_folder: Path,
        refresh: bool,
    ) -> Artifacts:
        """As `pipeline.build` does."""
        self.data_folder, self.refresh = data_folder, refresh
        assert now == NOW
        progress(1, 1, "^RUT")
        self.spec, self.formats = spec, tuple(formats)
        files = (Artifact("brief.pdf", b"%PDF"), Artifact("manifest.json", b"{}"))
        return Artifacts("2026-01-15/small-caps", files, self.brief)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    pipe = Pipeline(rich())
    monkeypatch.setattr(pipeline, "build", pipe.build)
    monkeypatch.setattr(options, "now", lambda: NOW)
    return pipe


def test_paths_go_to_stdout_and_talk_to_stderr(
    made: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["build", "--output", str(tmp_path)]) == 0
    told = capsys.readouterr()
    folder = tmp_path / "2026-01-15" / "small-caps"
    assert told.out.splitlines() == [str(folder / "brief.pdf"), str(folder / "manifest.json")]
    assert (folder / "brief.pdf").read_bytes() == b"%PDF"
    assert told.err.splitlines() == [
        "US small caps, as of 2026-01-15, from sample data.",
        "1 gap: -v tells which.",
    ]
    assert made.formats == ("pdf", "html", "json", "mail")
    assert made.spec is not None
    assert made.spec.slug == "small-caps"


def test_quiet_leaves_the_paths(
    made: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made.brief = replace(made.brief, notes=("A holiday.",))
    assert run(["build", "-q", "--output", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert not told.err
    assert len(told.out.splitlines()) == 2
    assert run(["build", "--output", str(tmp_path)]) == 0
    assert "A holiday." in capsys.readouterr().err.splitlines()


def test_json_tells_what_was_made(
    made: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["build", "weekly", "--json", "--output", str(tmp_path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert made.spec is not None
    assert made.spec.slug == "weekly"
    assert list(told) == [
        "title", "slug", "headline", "as_of", "source", "sample", "terms", "snapshot", "gaps",
        "findings", "notes", "files",
    ]  # fmt: skip
    assert [Path(path).name for path in told["files"]] == ["brief.pdf", "manifest.json"]
    assert told["gaps"][0]["reason"] == "unknown_symbol"


def test_findings_are_counted_and_listed_when_asked(
    made: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made.brief = doubtful("level:^RUT")
    assert run(["build", "--output", str(tmp_path)]) == 0
    told = capsys.readouterr().err
    assert "1 finding on the data: `reporter data check` tells which.\n" in told
    assert "personal" not in told
    assert run(["build", "-v", "--output", str(tmp_path)]) == 0
    assert capsys.readouterr().err.splitlines()[-3:] == [
        "1 finding on the data:",
        f"  ^RUT session missing: {DOUBT} {DONE[Severity.MARK]} Fetch it again.",
        "Use of the data: for personal use only; not to be passed on.",
    ]


def test_the_check_named_is_of_the_same_prices(
    made: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made.brief = doubtful("level:^RUT")
    (tmp_path / "my brief").mkdir()
    (tmp_path / "my brief" / "brief.toml").write_bytes(
        Path("examples/small-caps-2026-01-15/brief.toml").read_bytes().partition(b"[desk]")[0]
        + b'[[sections]]\nname = "front"\n'
    )
    spec, output = str(tmp_path / "my brief"), ["--output", str(tmp_path / "output")]
    given = ["--source", "files:my prices", "--as-of", "2026-01-14", "--data", "my data"]
    assert run(["build", spec, *given, *output]) == 0
    (typed,) = re.findall("finding on the data: `(.*)` tells which", capsys.readouterr().err)
    assert shlex.split(typed) == ["reporter", "data", "check", spec, *given]


def test_an_address_is_refused_as_a_source_and_not_repeated(
    made: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["build", "--source", "sql:postgresql://me:secret@host/db", "--output", str(tmp_path)]
    assert run(words) == 2
    told = capsys.readouterr().err
    assert "the source 'sql' takes a path, not an address." in told
    assert "secret" not in told
    assert made.spec is None


def test_json_tells_findings_terms_and_the_snapshot(
    made: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made.brief = doubtful("level:^RUT")
    assert run(["build", "--json", "--output", str(tmp_path)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["terms"], told["snapshot"]) == ("personal", "abc")
    assert told["findings"][0]["message"] == DOUBT


def test_options_reach_the_order(made: Pipeline, tmp_path: Path) -> None:
    arguments = ["build", "--as-of", "2024-02-29", "--source", "files:p", "--format", "pdf",
                 "--format", "json", "--output", str(tmp_path)]  # fmt: skip
    assert run(arguments) == 0
    assert made.spec is not None
    assert made.spec.as_of == date(2024, 2, 29)
    assert made.spec.source == SourceRef("files", "p")
    assert (made.data_folder, made.refresh) == (Path("data"), False)
    assert made.formats == ("pdf", "json")


def test_the_environment_names_formats_and_output(
    made: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORTER_OUTPUT", str(tmp_path))
    monkeypatch.setenv("REPORTER_FORMAT", "html json")
    assert run(["build"]) == 0
    assert made.formats == ("html", "json")
    assert (tmp_path / "2026-01-15").is_dir()


def test_strict_refuses_gaps_and_writes_nothing(
    made: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["build", "--strict", "--output", str(tmp_path)]) == 3
    told = capsys.readouterr()
    assert told.err.splitlines() == [
        "Error:",
        "the brief has a gap; nothing was written.",
        "^DJT level: no prices for ^DJT",
    ]
    assert not told.out
    assert not list(tmp_path.iterdir())
    made.brief = bare()
    assert run(["build", "--strict", "--output", str(tmp_path)]) == 0


@pytest.mark.usefixtures("made")
def test_an_output_that_is_a_file_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    assert run(["build", "--output", str(tmp_path / "file")]) == 1
    told = capsys.readouterr()
    assert "cannot be written: " in told.err
    assert "Name another folder with --output." in told.err
    assert not told.out


def test_the_data_folder_and_a_refresh_are_passed_on(made: Pipeline, tmp_path: Path) -> None:
    output = ["--output", str(tmp_path / "output")]
    assert run(["build", "--refresh", "--data", str(tmp_path), *output]) == 0
    assert (made.data_folder, made.refresh) == (tmp_path, True)
    example = Path("examples/small-caps-2026-01-15")
    assert run(["build", str(example), "--source", "sample", *output]) == 0
    assert made.data_folder == example / "data"
