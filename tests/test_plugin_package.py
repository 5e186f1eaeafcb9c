"""A source in a package of its own, as CONTRIBUTING.md shows it: built, installed, used."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

ROOT = Path(__file__).parent.parent
TOLD = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SPEC = """
title = "Steady"
subjects = ["^RUT"]
benchmark = "^GSPC"
{source}
[[sections]]
name = "front"
[[sections]]
name = "sources_and_methods"
"""
DAY = "2026-01-15"


def shown(language: str, mark: str) -> str:
    """The example in this language that holds the mark."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", TOLD, re.MULTILINE | re.DOTALL)
    (block,) = [block for block in blocks if mark in block]
    return str(block)


PYPROJECT = shown("toml", "[project.entry-points")
BROKEN = "from acme_no_such_library import feed\n"
CLASH = 'sample = "acme_prices.steady"\nbroken = "acme_prices.steady"'


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip has installed the package of the example."""
    project, place = tmp_path_factory.mktemp("acme"), tmp_path_factory.mktemp("site")
    return installed(project, place, PYPROJECT, shown("python", "@source"))


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip has installed a package that takes a name of ours and cannot be imported."""
    project, place = tmp_path_factory.mktemp("acme"), tmp_path_factory.mktemp("site")
    offered = re.sub(r"^steady = .*$", CLASH, PYPROJECT, flags=re.MULTILINE)
    return installed(project, place, offered, BROKEN)


def installed(project: Path, place: Path, pyproject: str, module: str) -> Path:
    """A package with this module, built as a wheel and installed into `place`."""
    (project / "acme_prices").mkdir()
    (project / "acme_prices" / "__init__.py").write_text("")
    (project / "acme_prices" / "steady.py").write_text(module)
    (project / "pyproject.toml").write_text(pyproject)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    wheel = ["wheel", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "-w", "dist"]
    subprocess.run([*pip, *wheel, "."], cwd=project, check=True, capture_output=True)
    (built,) = (project / "dist").glob("acme_prices-1.2.0-*.whl")
    target = ["install", "--quiet", "--no-deps", "--no-index", "--target", str(place), str(built)]
    subprocess.run([*pip, *target], cwd=project, check=True, capture_output=True)
    return place


def run(site: Path, cwd: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The program, where the package is installed beside it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REPORTER_")}
    environment |= {"PYTHONPATH": f"{ROOT}{os.pathsep}{site}", **more}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "reporter", *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_it_is_listed_beside_the_others_with_its_terms(site: Path, tmp_path: Path) -> None:
    done = run(site, tmp_path, "list", "sources")
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert list(rows) == sorted(rows)
    assert {"files", "sample", "yahoo"} < set(rows)
    told = "(terms: internal) Invented prices that grow by the same share every weekday."
    assert rows["steady"] == told


def test_its_prices_are_measured(site: Path, tmp_path: Path) -> None:
    asked = (
        "metrics",
        "^RUT",
        "GONE",
        "--metric",
        "period_return",
        "--window",
        "1d",
        "--as-of",
        DAY,
    )
    done = run(site, tmp_path, *asked, "--source", "steady:/home/me/book", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    (fact,) = answer["facts"]
    assert fact["value"] == pytest.approx(0.0005)
    assert fact["source"] == "steady:book"
    (gap,) = [gap for gap in answer["gaps"] if gap["metric"] == "prices"]
    assert (gap["subject"], gap["reason"]) == ("GONE", "unknown_symbol")
    assert answer["terms"] == "internal"


def test_a_brief_is_built_from_it_with_the_options_of_its_spec(site: Path, tmp_path: Path) -> None:
    spec = SPEC.format(source=shown("toml", "growth = 0.08"))
    (tmp_path / "brief.toml").write_text(spec)
    done = run(site, tmp_path, "build", "brief.toml", "--as-of", DAY, "--format", "json")
    assert done.returncode == 0, done.stderr
    paths = {Path(line).name: tmp_path / line for line in done.stdout.splitlines()}
    manifest = json.loads(paths["manifest.json"].read_text(encoding="utf-8"))
    assert (manifest["source"], manifest["terms"]) == ("steady", "personal")
    assert {item["terms"] for item in manifest["inputs"]} == {"personal"}
    brief = json.loads(paths["brief.json"].read_text(encoding="utf-8"))
    day = [f for f in brief["facts"] if (f["metric"], f["window"]) == ("period_return", "1d")]
    assert day
    assert all(fact["value"] == pytest.approx(0.0008) for fact in day)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("grwth = 1", "sources steady grwth: unknown option. Did you mean 'growth'?"),
        ('terms = "redistributable"', "would allow more than the source 'steady' does"),
        ('growth = "much"', "[sources.steady]: growth is not a number."),
    ],
)
def test_a_mistaken_option_is_told(site: Path, tmp_path: Path, table: str, told: str) -> None:
    source = f'source = "steady"\n[sources.steady]\n{table}\n'
    (tmp_path / "brief.toml").write_text(SPEC.format(source=source))
    done = run(site, tmp_path, "build", "brief.toml", "--as-of", DAY, "--format", "json")
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_misspelt_name_is_answered_with_it(site: Path, tmp_path: Path) -> None:
    done = run(site, tmp_path, "metrics", "IWM", "--source", "steddy")
    assert (done.returncode, done.stderr) == (
        2, "Error: unknown source 'steddy'. Did you mean 'steady'?\n",
    )  # fmt: skip


def test_shells_complete_it(site: Path, tmp_path: Path) -> None:
    words = {"_REPORTER_COMPLETE": "bash_complete", "COMP_CWORD": "3"}
    typed = "reporter build --source ste"
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{site}", **words}
    done = subprocess.run(
        [sys.executable, "-m", "reporter"], cwd=tmp_path, check=True, capture_output=True,
        text=True, env={**environment, "COMP_WORDS": typed},
    )  # fmt: skip
    assert done.stdout.splitlines() == ["plain,steady"]


def test_editors_know_it(site: Path, tmp_path: Path) -> None:
    schema = json.loads(run(site, tmp_path, "schema").stdout)
    order = {
        "title": "T", "subjects": ["^RUT"], "benchmark": "^GSPC", "sections": [{"name": "front"}],
        "source": "steady", "sources": {"steady": {"growth": 1}},
    }  # fmt: skip
    known = Draft202012Validator(schema)
    known.validate(order)
    for wrong in ({"sources": {"steady": {"grwth": 1}}}, {"source": "steddy"}):
        with pytest.raises(ValidationError):
            known.validate(order | wrong)


def test_help_does_not_even_look_for_packages(site: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from reporter.cli import run; run(['--help'])\n"
        "print({'reporter.plugins', 'reporter.registry'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{site}"},
    )  # fmt: skip
    assert done.stdout.endswith("set()\n")


def test_a_package_that_cannot_be_imported_disturbs_no_other(spoilt: Path, tmp_path: Path) -> None:
    listed = run(spoilt, tmp_path, "list", "sources")
    rows = dict(line.split(maxsplit=1) for line in listed.stdout.splitlines())
    assert (listed.returncode, listed.stderr) == (0, "")
    told = "the source 'broken' of the package acme-prices 1.2.0 cannot be used: acme_prices.steady"
    assert rows["broken"].startswith(f"! {told} fails at its import, with ModuleNotFoundError: ")
    assert rows["files"].startswith("(terms: unknown) CSV")
    used = run(spoilt, tmp_path, "metrics", "^RUT", "--source", "broken")
    assert (used.returncode, used.stdout) == (2, "")
    assert used.stderr == f"Error: {rows['broken'].removeprefix('! ')}\n"


def test_a_package_that_takes_a_name_of_ours_is_told(spoilt: Path, tmp_path: Path) -> None:
    done = run(spoilt, tmp_path, "build", "--source", "sample")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: the source 'sample' of the package acme-prices 1.2.0 cannot be used: reporter has "
        "a source of that name, and will not guess which is meant. Update or mend the package, or "
        "remove it: pip uninstall acme-prices\n"
    )
