"""The README tells the truth: its help texts are the program's, its commands run."""

from __future__ import annotations

import glob
import inspect
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reporter import declarations, errors
from reporter.cli import reporter
from reporter.crosschecks import options
from reporter.declarations import terms_of
from reporter.desk import COLUMNS
from reporter.sections.base import sections
from reporter.sidecars import FACT_COLUMNS
from reporter.sources.base import sources
from reporter.spec import load

README = Path("README.md").read_text(encoding="utf-8")
DELIVERY = Path("DELIVERY.md").read_text(encoding="utf-8")
HANDBOOK = Path("ARCHIVE.md").read_text(encoding="utf-8") + DELIVERY
FENCE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[tuple[str, str]]:
    """Every `$ reporter …` of a block with the output shown below it."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    found = [(command, shown) for command, _, shown in (part.partition("\n") for part in parts)]
    return [(command, shown) for command, shown in found if command.startswith("reporter")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as a reader has it: the examples, and prices where there are any."""
    shutil.copytree("examples", tmp_path / "examples")
    if data := os.environ.get("REPORTER_REAL_DATA"):
        (tmp_path / "prices").symlink_to(Path(data) / "prices")
    return tmp_path


def run(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A command of the README, run as the shell runs it."""
    program, *words = shlex.split(command, comments=True)
    assert program == "reporter"
    arguments = [part for word in words for part in expanded(word, cwd)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REPORTER_")}
    environment |= {"PYTHONPATH": str(Path.cwd()), "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-m", "reporter", *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def expanded(word: str, cwd: Path) -> list[str]:
    """A word of a command as the shell hands it on: names for a pattern."""
    return sorted(glob.glob(word, root_dir=cwd)) or [word]  # noqa: PTH207  as the shell does


DOCUMENTED = [pair for block in FENCE.findall(README + HANDBOOK) for pair in commands(block)]
HELP = [(command, shown) for command, shown in DOCUMENTED if command.endswith("--help")]
STORIES = [
    story
    for block in FENCE.findall(README + HANDBOOK)
    if (story := [c for c, _ in commands(block) if not c.endswith("--help")])
]


@pytest.mark.parametrize(("command", "shown"), HELP, ids=[command for command, _ in HELP])
def test_help_texts_are_the_programs(command: str, shown: str, tmp_path: Path) -> None:
    assert run(command, tmp_path).stdout == shown


SHOWN_BY = re.findall(r"`(tests/[a-z_/]+\.py)::(test_[a-z0-9_]+)`", HANDBOOK)


def test_what_is_said_to_be_tested_is() -> None:
    assert len(SHOWN_BY) == len(re.findall(r"`tests/[^`]*::", HANDBOOK)) > 60
    for file, name in SHOWN_BY:
        assert f"\ndef {name}(" in Path(file).read_text(encoding="utf-8"), name


def test_every_requirement_of_mail_is_answered() -> None:
    rows = re.findall(r"^\| E(\d+) \|.*`tests/[^`]+::test_[^`]+` \|$", DELIVERY, re.MULTILINE)
    assert [int(number) for number in rows] == list(range(1, 25))


def every(group: click.Group, name: str) -> Iterator[str]:
    """The names of a group and of all commands in it."""
    yield name
    for inner, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from every(command, f"{name} {inner}")
        else:
            yield f"{name} {inner}"


def test_every_command_has_its_help_in_the_documents() -> None:
    told = [command.removesuffix(" --help") for command, _ in HELP]
    assert sorted(told) == sorted(every(reporter, "reporter"))


@pytest.mark.parametrize("story", STORIES, ids=[story[-1] for story in STORIES])
def test_commands_run_one_after_the_other(story: list[str], folder: Path) -> None:
    for command in story:
        if "files:prices" not in command:
            done = run(command, folder)
            assert done.returncode == 0, done.stderr
            assert done.stdout


@pytest.mark.usefixtures("real_data")
@pytest.mark.parametrize("command", [c for s in STORIES for c in s if "files:prices" in c])
def test_commands_on_real_prices_run(command: str, folder: Path) -> None:
    done = run(command, folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout


SPEC = re.findall(r"^```toml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
TARGETS = "symbol,house,published,level\n^RUT,A House,2026-01-12,2861\n"


def test_the_spec_shown_is_understood(tmp_path: Path) -> None:
    (text,) = SPEC
    (tmp_path / "brief.toml").write_text(text, encoding="utf-8")
    (tmp_path / "targets.csv").write_text(TARGETS, encoding="utf-8")
    order = load(tmp_path)
    assert [section.options for section in order.sections] == [{}, {"lists": ["sizes"]}]
    assert order.desk.targets


def test_options_are_those_of_the_sections() -> None:
    told = " ".join(README.split()).partition("Options: ")[2].partition("A section stands once")[0]
    for name in sections.names():
        for option in options(name):
            assert f"`{option}`" in told, (name, option)
        assert f"`{name}`" in told or set(options(name)) <= {"title"}


def test_the_environment_s_names_follow_the_rule_told() -> None:
    with click.Context(reporter, info_name="reporter", auto_envvar_prefix="REPORTER") as group:
        names = set(_names_in_environment(reporter, group, "REPORTER"))
    assert {"REPORTER_ARCHIVE_LIST_JSON", "REPORTER_ARCHIVE_VERIFY_HEAD"} <= names


def _names_in_environment(command: click.Command, at: click.Context, start: str) -> Iterator[str]:
    """The variables of every option, nested ones too; each is as the rule has it, or is told."""
    for option in command.params:
        if isinstance(option, click.Option):
            long = max(option.opts, key=len).strip("-").replace("-", "_").upper()
            found = option.envvar or f"{at.auto_envvar_prefix}_{option.name}".upper()
            assert found == f"{start}_{long}" or f"`{found}`" in README + HANDBOOK
            yield str(found)
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            below = click.Context(inner, parent=at, info_name=name)
            yield from _names_in_environment(inner, below, f"{start}_{name.upper()}")


def test_every_source_is_told_with_its_terms() -> None:
    rows = re.findall(r"^\| `(\w+)[^`]*` \| .* \| `(\w+)`.*\|$", README, re.MULTILINE)
    assert dict(rows) == {name: str(terms_of(name)) for name in sources.names()}


def test_literals_of_a_source_are_those_the_program_reads() -> None:
    told = Path("CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([A-Z]+)` \|", told, re.MULTILINE))
    read = re.findall(r'declared\(name, "(\w+)"\)', inspect.getsource(declarations))
    assert named == set(read)
    assert named == set(re.findall(r"^\| `([A-Z]+)` \|", declarations.__doc__ or "", re.MULTILINE))


def test_exit_codes_are_those_of_the_program() -> None:
    told = dict(re.findall(r"^\| (\d+) \| (.*?) \|$", README, re.MULTILINE))
    codes = {value for key, value in vars(errors).items() if key.startswith("EXIT_")}
    assert {int(code) for code in told} == codes


def test_columns_are_those_of_the_program() -> None:
    assert ", ".join(f"`{name}`" for name in FACT_COLUMNS) in " ".join(README.split())
    for kind, columns in COLUMNS.items():
        assert f"| `{kind}` | {', '.join(f'`{c.name}`' for c in columns)} |" in README


def test_files_that_the_documents_name_are_there() -> None:
    for document in (
        "README.md",
        "ARCHIVE.md",
        "DELIVERY.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
    ):
        text = Path(document).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert Path(link).exists(), f"{document}: {link}"


def test_modules_of_the_architecture_are_there() -> None:
    text = Path("ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[a-z_]+/)*[a-z_]+\.(?:py|toml|j2|css))`", text))
    assert len(named) > 25
    for place in named:
        assert Path("reporter", place).exists() or Path(place).exists(), place
    modules = {path.name for path in Path("reporter").glob("*.py")} - {"__init__.py", "__main__.py"}
    assert modules <= {Path(place).name for place in named}
    for folder in ("archive", "delivery", "channels"):
        found = Path("reporter", folder).rglob("[a-z]*.py")
        assert {path.relative_to("reporter").as_posix() for path in found} <= named


def test_make_names_its_targets() -> None:
    makefile = Path("Makefile").read_text(encoding="utf-8")
    for target in ("brief", "test", "soak", "bench", "clean"):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
        assert f"`make {target}`" in README + Path("CONTRIBUTING.md").read_text(encoding="utf-8")
