"""The versions that an edition records: all of them, the same everywhere, and no path."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reporter import pdf, sidecars
from reporter.archive import versions
from reporter.resources import PACKAGE

HASHES = ("code", "fonts", "resources")


def test_everything_that_shapes_a_page_is_named() -> None:
    found = versions.versions()
    assert found.keys() > sidecars.versions().keys()
    assert {"pango", "harfbuzz", "freetype", "zlib", "platform", *HASHES} < found.keys()
    assert all(len(found[name]) == 64 for name in HASHES)
    assert str(Path.cwd()) not in str(found)


def test_the_system_s_libraries_are_those_that_the_package_manager_has() -> None:
    said = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", "libpango-1.0-0"],
        capture_output=True, text=True, check=False,
    ) if shutil.which("dpkg-query") else None  # fmt: skip
    if said is None or said.returncode:
        pytest.skip("the libraries are not Debian's packages")
    assert said.stdout.startswith(pdf.system_versions()["pango"])


@pytest.mark.parametrize("version", [(0, 0, 0), (6, 0, 0), (2, 14, 3), (0, 9, 41)])
def test_a_version_is_found_by_questions(version: tuple[int, int, int]) -> None:
    found = pdf._harfbuzz(lambda *asked: asked <= version)
    assert found == ".".join(map(str, version))


def test_a_hash_is_that_of_sha256sum() -> None:
    folder = Path("styles/fonts").resolve()
    script = "find . -type f | sed 's:^./::' | LC_ALL=C sort | xargs sha256sum | sha256sum"
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split()[0] == versions.fonts()


def test_another_clone_and_process_has_the_same_and_a_changed_file_another(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    for folder in ("templates", "styles"):
        shutil.copytree(folder, clone / folder)
    shutil.copytree(PACKAGE, clone / "reporter", ignore=shutil.ignore_patterns("__pycache__"))
    same = asked(clone)
    assert same == [getattr(versions, name)() for name in HASHES]
    (clone / "reporter" / "draft.py~").write_text("an editor's leaving")
    assert asked(clone) == same
    (clone / "reporter" / "briefs" / "weekly.toml").write_text("title = 'Other'")
    code, fonts, resources = asked(clone)
    assert code != same[0]
    assert [fonts, resources] == same[1:]
    (clone / "styles" / "print.css").write_text("p {}")
    assert asked(clone)[:2] == [code, fonts]
    assert asked(clone)[2] != resources


def asked(clone: Path) -> list[str]:
    """The hashes as a process in the clone tells them."""
    code = (
        f"from reporter.archive import versions as v; print(*[getattr(v, n)() for n in {HASHES}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=clone.parent, env={**os.environ, "PYTHONPATH": str(clone)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()
