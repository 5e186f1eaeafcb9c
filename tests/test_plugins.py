from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reporter.cli import run
from reporter.errors import SpecError
from reporter.gather import gather
from reporter.model import SourceRef
from reporter.plugins import file_of, offers
from reporter.registry import Registry
from reporter.sources.base import sources
from tests.packages import GROUP, install

GOOD = '''
from reporter.sources.base import Delivered, source
OPTIONS: dict[str, str] = {"depth": "How deep."}
TERMS = "internal"

@source("mine")
def mine(request):
    """Prices of a mine."""
    return Delivered(())
'''


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """What a test's packages bring along is gone after it."""
    own = {*sources.names()}
    yield
    for name in [name for name in sys.modules if name.startswith("acme")]:
        del sys.modules[name]
    for name in {*sources._entries} - own:  # whether or not Python still finds the packages
        del sources._entries[name]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for packages that Python imports from."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def refusal(name: str) -> str:
    """What is told where this source is asked for."""
    with pytest.raises(SpecError) as caught:
        sources.get(name)
    return str(caught.value)


def test_a_package_s_source_is_known_before_it_is_imported(site: Path) -> None:
    install(site, "acme", {"mine": "acme_mine"}, {"acme_mine.py": GOOD})
    assert "mine" in sources.names()
    assert list(sources.names()) == sorted(sources.names())
    assert sources.declared("mine", "OPTIONS") == {"depth": "How deep."}
    assert "acme_mine" not in sys.modules
    assert sources.summary("mine") == "Prices of a mine."
    offer = sources.offer("mine")
    assert offer
    assert offer.package == "acme 1.0"
    assert sources.offer("sample") is None


def test_a_function_can_be_named_that_registers_nothing(site: Path) -> None:
    plain = "class Feed:\n    @staticmethod\n    def ask(request):\n        '''Prices.'''\n"
    points = {"feed": "acme_feed.inner:Feed.ask"}
    install(site, "acme", points, {"acme_feed/__init__.py": "", "acme_feed/inner.py": plain})
    assert sources.summary("feed") == "Prices."


FAILING = {
    "is not Python": ("acme_bad", "def (", "acme_bad fails at its import, with SyntaxError: "),
    "lacks a library": (
        "acme_bad", "import acme_gone", "with ModuleNotFoundError: No module named 'acme_gone'.",
    ),
    "ends the program": ("acme_bad", "raise SystemExit(3)", "with SystemExit: 3."),
    "is not there": (
        "acme_other", "", "acme_other fails at its import, with ModuleNotFoundError: ",
    ),
    "registers nothing": ("acme_bad", "", "acme_bad registers no source of that name."),
    "registers another": (
        "acme_bad", GOOD, "acme_bad registers no source of that name.",
    ),
    "lacks its function": ("acme_bad:fetch", "", "acme_bad has no fetch."),
    "gives no function": ("acme_bad:fetch", "fetch = 3", "acme_bad:fetch is no function."),
    "takes one of ours": (
        "acme_bad", GOOD.replace('"mine"', '"sample"'), "'sample' is a source of reporter's own.",
    ),
    "names no module": ("/etc/passwd", "", "is not package.module or package.module:function."),
}  # fmt: skip


@pytest.mark.parametrize("how", FAILING)
def test_a_package_that_is_at_fault_is_named(how: str, site: Path) -> None:
    value, text, why = FAILING[how]
    install(site, "acme-bad", {"bad": value}, {"acme_bad.py": text}, version="2.1")
    message = refusal("bad")
    assert message.startswith("the source 'bad' of the package acme-bad 2.1 cannot be used: ")
    assert why in message
    assert message.endswith("or remove it: pip uninstall acme-bad")
    assert sources.declared("bad", "OPTIONS") in (None, {"depth": "How deep."})
    assert sources.get("sample").__module__ == "reporter.sources.sample"


@pytest.mark.parametrize(("where", "told"), [("", "[sources.mine]"), ("my.toml:3", "my.toml:3")])
def test_an_option_a_source_refuses_is_told_with_its_table(
    site: Path, where: str, told: str
) -> None:
    body = f'raise SpecError("depth is no number.", where={where!r}, tip="Write 3.")'
    head = "from reporter.sources.base import SpecError, source\n"
    text = f"{head}@source('mine')\ndef mine(request):\n    'Prices.'\n    {body}\n"
    install(site, "acme", {"mine": "acme_mine"}, {"acme_mine.py": text})
    now = datetime(2026, 1, 20, 12, tzinfo=UTC)
    with pytest.raises(SpecError) as caught:
        gather(("IWM",), SourceRef("mine"), as_of=None, now=now)
    assert str(caught.value) == f"{told}: depth is no number. Write 3."


def test_our_names_are_not_taken(site: Path) -> None:
    install(site, "acme-bad", {"sample": "acme_bad"}, {"acme_bad.py": GOOD})
    assert "reporter has a source of that name" in refusal("sample")
    assert "acme_bad" not in sys.modules
    assert sources.get("files").__module__ == "reporter.sources.files"
    assert sources.offer("sample") is None


def test_of_two_packages_with_one_name_neither_is_guessed(site: Path) -> None:
    install(site, "beta", {"mine": "beta"})
    install(site, "acme", {"mine": "acme_mine"}, {"acme_mine.py": GOOD})
    message = refusal("mine")
    assert "of the package acme 1.0 cannot be used: the package beta 1.0 offers" in message


def test_a_package_that_lies_there_twice_is_one(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "acme", {"mine": "acme_mine"}, {"acme_mine.py": GOOD}, version="2.0")
    old = install(tmp_path / "old", "acme", {"mine": "acme_gone"}, version="1.0")
    monkeypatch.setattr(sys, "path", [*sys.path, str(old)])
    assert sources.summary("mine") == "Prices of a mine."


@pytest.mark.parametrize("name", ["My Feed", "a:b", "Up", "-x"])
def test_a_name_nobody_could_type_is_told(name: str, site: Path) -> None:
    # a file of entry points cannot hold a colon at a name's begin, hence the escape by hand
    folder = install(site, "acme", {"mine": "acme_mine"})
    points = folder / "acme-1.0.dist-info" / "entry_points.txt"
    points.write_text(f"[{GROUP}]\n{name} = acme_mine\n")
    (told,) = offers(GROUP).values()
    assert "a name has small letters" in told.problem


@pytest.mark.parametrize("text", [b"[reporter.sources]\nno sign\n", b"\xff\xfe", b"x = y\n"])
def test_metadata_that_nobody_can_read_is_passed_over(text: bytes, site: Path) -> None:
    folder = install(site, "acme", {"mine": "acme_mine"}, {"acme_mine.py": GOOD})
    odd = install(folder, "odd", {"other": "odd"})
    (odd / "odd-1.0.dist-info" / "entry_points.txt").write_bytes(text)
    assert "mine" in sources.names()


def test_the_list_tells_of_it_and_goes_on(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(site, "acme-bad", {"bad": "acme_gone"})
    assert run(["list", "sources"]) == 0
    out = capsys.readouterr().out
    rows = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert rows["bad"].startswith("! the source 'bad' of the package acme-bad 1.0 cannot be used")
    assert rows["sample"].startswith("(terms: redistributable) Invented")


def test_a_brief_from_it_ends_in_one_message(
    site: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    install(site, "acme-bad", {"bad": "acme_bad"}, {"acme_bad.py": "1 / 0"})
    assert run(["build", "--source", "bad", "--output", str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert err.startswith("Error: the source 'bad' of the package acme-bad 1.0 cannot be used: ")
    assert "ZeroDivisionError: division by zero. " in err
    assert err.count("\n") == 1


def test_a_closed_registry_asks_no_package(site: Path) -> None:
    install(site, "acme", {"mine": "acme_mine"}, {"acme_mine.py": GOOD})
    closed: Registry[object] = Registry("sources", "source")
    assert "mine" not in closed.names()
    assert closed.offer("mine") is None


def test_files_are_found_without_running_a_line(site: Path) -> None:
    files = {"acme_pack/__init__.py": "1 / 0", "acme_pack/deep/leaf.py": "", "acme_one.py": ""}
    install(site, "acme", {}, files)
    assert file_of("acme_pack") == site / "acme_pack" / "__init__.py"
    assert file_of("acme_pack.deep.leaf") == site / "acme_pack" / "deep" / "leaf.py"
    assert file_of("acme_one") == site / "acme_one.py"
    for nowhere in ("acme_pack.gone", "acme_gone", "acme_gone.leaf", "sys", "", "..", "math"):
        assert file_of(nowhere) is None


@pytest.mark.parametrize("text", ["OPTIONS = dict(a=1)", "def (", "\x00", "OPTIONS = [][0]", ""])
def test_literals_of_others_may_be_anything(text: str, site: Path) -> None:
    install(site, "acme", {"mine": "acme_mine"}, {"acme_mine.py": text})
    assert sources.declared("mine", "OPTIONS") is None


def test_a_source_of_another_package_that_fails_is_named_with_its_place(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = GOOD.replace("return Delivered(())", "return request.nothing")
    install(site, "acme-bad", {"mine": "acme_bad"}, {"acme_bad.py": text})
    asked = ["metrics", "^RUT", "--source", "mine"]
    assert run(asked) == 1
    err = capsys.readouterr().err
    assert err.startswith("Error: the source 'mine' of the package acme-bad 1.0 fails with Attri")
    assert "Traceback" not in err
    assert run([*asked, "-v"]) == 1
    assert "acme_bad.py" in capsys.readouterr().err


def test_gathering_from_a_package_tells_what_was_left_out(site: Path) -> None:
    install(site, "acme", {"mine": "acme_mine"}, {"acme_mine.py": GOOD})
    from reporter.errors import DataError
    from tests.sources.folders import NOW

    with pytest.raises(DataError, match="the source 'mine' gave no answer for"):
        gather(["^RUT"], SourceRef("mine"), as_of=None, now=NOW)
