"""The house's rules, read off the source: what may import what, how long things are, where time is.

Nothing is imported to find out: the rules hold for what is written.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reporter.channels.base import channels
from reporter.charts.base import charts
from reporter.commentary.base import families
from reporter.metrics.base import metrics
from reporter.registry import Registry
from reporter.sections.base import sections
from reporter.sources.base import sources

PACKAGE = Path("reporter")
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted(Path("tests").rglob("*.py"))
LONGEST_FUNCTION = 50
LONGEST_FILE = 400

# Each third-party library and the only places that may import it.
HOMES = {
    "click": ("cli/",),
    "cryptography": ("archive/ciphers.py",),
    "css_inline": ("inlining.py",),
    "dkim": ("delivery/signing.py",),
    "dns": ("delivery/lookups.py",),
    "email_validator": ("delivery/addresses.py",),
    "exchange_calendars": ("sessions.py",),
    "fontTools": ("fonts.py", "drawing.py", "display.py"),
    "jinja2": ("templating.py",),
    "keyring": ("keychain.py",),
    "markupsafe": ("templating.py",),
    "PIL": ("drawing.py",),
    "matplotlib": ("drawing.py", "display.py", "charts/"),
    "numpy": (
        "sources/",
        "metrics/",
        "charts/",
        "gate.py",
        "checks.py",
        "tables.py",
        "payouts.py",
        "publication.py",
        "gather.py",
        "staleness.py",
        "indicators.py",
        "bars.py",
        "drawing.py",
    ),
    "pandas": (
        "sources/",
        "metrics/",
        "charts/",
        "gate.py",
        "checks.py",
        "tables.py",
        "payouts.py",
        "gather.py",
        "staleness.py",
        "indicators.py",
        "bars.py",
    ),
    "pydantic": (
        "shapes.py",
        "spec.py",
        "archive/policy_form.py",
        "delivery/settings_form.py",
    ),
    "pydantic_core": ("shapes.py",),
    "weasyprint": ("pdf.py",),
    "yfinance": ("sources/yahoo.py",),
    "curl_cffi": ("sources/_yahoo_session.py",),
    "pyarrow": ("sources/files.py",),
    "pikepdf": ("delivery/protecting.py",),
    "sqlalchemy": (
        "database.py",
        "delivery/connecting.py",
        "delivery/tables.py",
        "delivery/leases.py",
        "delivery/rows.py",
        "delivery/claims.py",
        "delivery/suppressions.py",
        "delivery/ledger.py",
    ),
    "starlette": ("delivery/unsubscribing.py",),
    "uvicorn": ("delivery/unsubscribing.py",),
    "psycopg": ("database.py",),
    "pypdfium2": ("archive/site/pictures.py",),
}

# What a module may import of the package, by the way of the data: a stage knows earlier ones only.
PAPER = (
    "drawing", "display", "document", "flow", "front_page", "pdf", "templating", "typesetting",
    "view", "output", "sidecars", "archive", "mail", "inlining", "delivery", "channels",
)  # fmt: skip
MARKETS = (
    "gather", "staleness", "gate", "checks", "tables", "measure", "sessions", "windows", "wording",
    "bars", "indicators", "argument",
    "phrasing", "proofreading", "lexicon", "instruments", "spec", "desk", "entries", "crosschecks",
    "database",
    "declarations", "source_options", "plugins",
    "sources/", "metrics/", "commentary/", "sections/",
)  # fmt: skip


def name(path: Path) -> str:
    """A module's place in the package, as the tables above write it."""
    return path.relative_to(PACKAGE).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported(path: Path) -> frozenset[str]:
    """Every module a file imports, wherever in it, types apart."""
    return frozenset(imports(tree(path)))


def imports(node: ast.AST) -> Iterator[str]:
    """Every module imported below a node, types apart."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module and not child.level:
            yield child.module
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        else:
            yield from imports(child)


def at_once(path: Path) -> set[str]:
    """What is imported while the module itself is imported."""
    found = set()
    for node in tree(path).body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            found |= set(imports(ast.Module([node], [])))
    return found


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef))


def length(function: ast.FunctionDef) -> int:
    """Lines of a function's body, its docstring apart."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_the_rules_look_at_the_package() -> None:
    assert len(MODULES) > 50
    assert len(TESTS) > 50
    assert {"spec.py", "cli/__init__.py", "sources/files.py"} <= {name(path) for path in MODULES}


@pytest.mark.parametrize("library", HOMES)
def test_each_library_has_one_home(library: str) -> None:
    strangers = [
        name(path)
        for path in MODULES
        if any(found.split(".")[0] == library for found in imported(path))
        and not name(path).startswith(HOMES[library])
    ]
    assert not strangers


def test_every_library_has_a_home() -> None:
    own = {"reporter", "__future__"}
    standard = sys.stdlib_module_names
    found = {module.split(".")[0] for path in MODULES for module in imported(path)}
    assert found - own - set(standard) <= HOMES.keys()


@pytest.mark.parametrize("path", [path for path in MODULES if name(path).startswith(MARKETS)],
                         ids=name)  # fmt: skip
def test_what_is_about_markets_knows_nothing_of_paper(path: Path) -> None:
    paper = {f"reporter.{module}" for module in PAPER}
    assert not paper & imported(path)


@pytest.mark.parametrize("module", ["drawing", "document", "pdf", "templating", "view"])
def test_what_is_about_paper_asks_no_market(module: str) -> None:
    markets = {f"reporter.{m.strip('/')}" for m in MARKETS} - {"reporter.wording"}
    assert not markets & imported(PACKAGE / f"{module}.py")


def test_the_program_starts_light() -> None:
    heavy = HOMES.keys() - {"click"}
    for path in [PACKAGE / "__main__.py", *sorted((PACKAGE / "cli").rglob("*.py"))]:
        assert not {module.split(".")[0] for module in at_once(path)} & heavy


def test_charts_are_built_without_a_picture() -> None:
    """Importing every kind of chart imports no Matplotlib: `brief.json` alone needs none."""
    code = (
        "import sys; from reporter.charts.base import charts\n"
        "[charts.get(name) for name in charts.names()]; print('matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_time_comes_in_as_a_value() -> None:
    clocks = ("now", "today", "utcnow", "time", "time_ns", "monotonic", "perf_counter")
    readers = [
        f"{name(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in clocks
        and ast.unparse(node.func.value) in {"date", "datetime", "datetime.datetime", "time",
                                             "datetime.date", "pd.Timestamp"}
    ]  # fmt: skip
    allowed = ("cli/options.py:", "sources/yahoo.py:")
    assert all(reader.startswith(allowed) for reader in readers)
    assert any(reader.startswith("cli/options.py:") for reader in readers)


def test_nothing_is_left_to_chance() -> None:
    for path in MODULES:
        found = imported(path)
        assert not {"random", "secrets", "uuid"} & found, name(path)


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=Path.as_posix)
def test_files_and_functions_are_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_FILE
    assert not [f.name for f in functions(path) if length(f) > LONGEST_FUNCTION]


REGISTRIES: dict[str, Registry[Any]] = {
    "charts": charts, "metrics": metrics, "sections": sections, "sources": sources,
    "commentary": families, "channels": channels,
}  # fmt: skip
ENTRIES = [(folder, entry) for folder, known in REGISTRIES.items() for entry in known.names()]


@pytest.mark.parametrize(("folder", "entry"), ENTRIES)
def test_every_entry_says_what_it_is_and_registers_itself(folder: str, entry: str) -> None:
    summary = REGISTRIES[folder].summary(entry)
    assert summary.endswith((".", ":"))
    assert len(summary) > 20


@pytest.mark.parametrize("folder", REGISTRIES)
def test_every_file_of_a_registry_has_its_test(folder: str) -> None:
    files = [p.stem for p in (PACKAGE / folder).glob("[a-z]*.py") if p.stem != "base"]
    assert files
    missing = [stem for stem in files if not Path(f"tests/{folder}/test_{stem}.py").is_file()]
    assert not missing


@pytest.mark.parametrize("entry", sections.names())
def test_every_section_has_its_template(entry: str) -> None:
    assert Path(f"templates/sections/{entry}.html.j2").is_file()
