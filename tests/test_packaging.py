"""The wheel: whole, installable anywhere, and enough to build a brief far from the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as for a release."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed command, in an environment whose libraries are lent by this one."""
    home = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]
    subprocess.run([*command, "--no-deps", "--no-index", str(wheel)], check=True)
    site = home / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home / "bin" / "reporter"


def run(program: Path, *arguments: str, cwd: Path) -> str:
    """What the command prints, run in another folder, without this checkout's settings."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("REPORTER", "PYTHON"))}
    done = subprocess.run(
        [program, *arguments], cwd=cwd, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def files(folder: str, pattern: str) -> set[str]:
    """Files of the checkout, by their place in the wheel."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_carries_code_data_templates_styles_and_licences(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    packed = {
        f"reporter/{name}" for folder in ("templates", "styles") for name in files(folder, "*")
    }
    own = files("reporter", "*.py") | files("reporter/briefs", "*") | files("reporter/data", "*")
    brands = files("reporter/brands", "*")
    assert packed
    assert packed | own | brands <= held
    assert {"reporter/py.typed", "reporter/briefs/small-caps.toml"} <= held
    licences = {name.rpartition("/")[2] for name in held if "/licenses/" in name}
    fonts = {"LICENSE-SourceSans3.txt", "LICENSE-SourceSerif4.txt"}
    assert {"LICENSE", *fonts} <= licences


def test_the_wheel_carries_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = archive.namelist()
    assert all(name.startswith(("reporter/", "market_brief_reporter-")) for name in held)
    assert not [name for name in held if name.endswith(".pyc") or "/tests/" in name]


def test_an_installed_program_is_its_own(program: Path, tmp_path: Path) -> None:
    python = program.with_name("python")
    code = "import reporter; print(reporter.__file__)"
    done = subprocess.run(
        [python, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert Path(done.stdout.strip()).is_relative_to(program.parent.parent)


def test_an_installed_program_lists_what_it_ships(program: Path, tmp_path: Path) -> None:
    listed = run(program, "list", "briefs", cwd=tmp_path)
    assert [line.split()[0] for line in listed.splitlines()] == ["daily", "small-caps", "weekly"]


def test_an_installed_program_builds_a_brief_far_from_the_checkout(
    program: Path, tmp_path: Path
) -> None:
    paths = [Path(line) for line in run(program, "build", "-q", cwd=tmp_path).splitlines()]
    assert all((tmp_path / path).is_file() for path in paths)
    by_name = {path.name: tmp_path / path for path in paths}
    assert by_name["brief.pdf"].read_bytes().startswith(b"%PDF")
    assert json.loads(by_name["brief.json"].read_text(encoding="utf-8"))["sample"] is True
    text = "".join(p.read_text(encoding="utf-8") for p in by_name.values() if p.suffix == ".json")
    assert str(tmp_path) not in text
    assert str(ROOT) not in text


def test_setting_up_shows_errors_and_no_warnings_of_pip() -> None:
    script = Path("scripts/setup.sh").read_text(encoding="utf-8")
    installs = [line for line in script.splitlines() if "pip install" in line]
    assert installs
    assert all("--quiet --quiet" in line for line in installs)
