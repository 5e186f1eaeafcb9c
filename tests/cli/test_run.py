"""The command line as a whole: exit codes, one message for every failure, quick help."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reporter import pipeline
from reporter.cli import run
from reporter.errors import DataError

PROGRAM = [sys.executable, "-m", "reporter"]


def failing(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(pipeline, "build", fail)


def test_help_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    assert "Exit codes: 0 done, 1 error, 2 usage or spec," in capsys.readouterr().out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == "reporter 0.1.0\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Usage: reporter"),
        (["bild"], "No such command 'bild'"),
        (["build", "--fast"], "No such option '--fast'"),
        (["build", "--as-of", "soon"], "'soon' is not a day. Write it like 2026-01-15."),
        (["build", "--as-of", "2026-02-30"], "'2026-02-30' is not a day."),
        (["build", "--format", "doc"], "'doc' is not one of 'pdf', 'html', 'json'"),
        (["build", "smal-caps"], "Did you mean 'small-caps'?"),
        (["build", "--source", "smple"], "Error: unknown source 'smple'. Did you mean 'sample'?"),
        (["metrics"], "Missing argument 'SYMBOL...'"),
        (["metrics", "^RUT", "--metric", "rsj"], "unknown metric 'rsj'. Did you mean 'rsi'?"),
        (["metrics", "^RUT", "--window", "ydt"], "unknown window 'ydt'. Did you mean 'ytd'?"),
        (["metrics", "not one"], "'not one' is no symbol."),
        (["list", "colours"], "'colours' is not one of 'metrics', 'charts'"),
    ],
)
def test_what_is_not_understood_ends_with_2_and_says_why(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    told = capsys.readouterr()
    assert message in " ".join(told.err.split())
    assert "Traceback" not in told.err
    assert not told.out


def test_a_failure_of_the_users_is_one_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(DataError("the folder is empty.", where="prices", tip="Fill it."), monkeypatch)
    assert run(["build", "--verbose"]) == 1
    assert capsys.readouterr().err == "Error: prices: the folder is empty. Fill it.\n"


def test_a_failure_of_ours_is_one_line_and_tells_more_when_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(KeyError("boom\nbang"), monkeypatch)
    assert run(["build"]) == 1
    assert capsys.readouterr().err == (
        "Error: this is a bug in reporter: KeyError: 'boom\\nbang'. "
        "Run it again with -v to see where.\n"
    )
    assert run(["build", "-v"]) == 1
    told = capsys.readouterr().err
    assert "Traceback (most recent call last)" in told
    assert told.endswith("Error: this is a bug in reporter: KeyError: 'boom\\nbang'.\n")


def test_an_interrupt_ends_with_130_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(KeyboardInterrupt(), monkeypatch)
    assert run(["build", "--output", str(tmp_path / "out")]) == 130
    assert capsys.readouterr().err.strip() == "Error: interrupted."
    assert not list(tmp_path.iterdir())


def test_mistakes_of_a_spec_begin_on_lines_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "brief.toml").write_text('titel = "x"\nsubjects = []\n', encoding="utf-8")
    assert run(["build", str(tmp_path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Error:"
    assert all(line.startswith(f"{tmp_path}/brief.toml:") for line in lines[1:])


def test_the_environment_gives_defaults(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REPORTER_SOURCE", "smple")
    assert run(["build"]) == 2
    assert "unknown source 'smple'" in capsys.readouterr().err
    assert run(["metrics", "^RUT"]) == 2
    monkeypatch.delenv("REPORTER_SOURCE")
    monkeypatch.setenv("REPORTER_AS_OF", "soon")
    assert run(["metrics", "^RUT"]) == 2
    assert "'soon' is not a day" in capsys.readouterr().err


def test_a_reader_who_leaves_early_is_no_failure() -> None:
    with subprocess.Popen(
        [*PROGRAM, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.close()
        assert program.stderr.read() == b""
        assert program.wait() == 1


def test_letters_the_terminal_lacks_are_no_failure() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    code = "import reporter.cli, click; click.echo('−'); print('−')"  # noqa: RUF001  the point
    run_first = "import reporter.cli as c; c._never_stumble_over_letters();"
    done = subprocess.run(
        [sys.executable, "-c", f"{run_first}{code}"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "\\u2212\n\\u2212\n"


def test_help_imports_click_and_nothing_heavy() -> None:
    code = (
        "import sys; from reporter.cli import run; run(['--help'])\n"
        "heavy = {'numpy', 'pandas', 'matplotlib', 'weasyprint', 'pydantic', 'jinja2', 'yfinance',"
        " 'exchange_calendars', 'fontTools'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete(shell: str) -> None:
    environment = {**os.environ, "_REPORTER_COMPLETE": f"{shell}_source"}
    done = subprocess.run(PROGRAM, env=environment, capture_output=True, text=True, check=False)
    if shell == "bash" and "Bash version" in done.stderr:
        assert "4.4" in done.stderr
    assert "_REPORTER_COMPLETE" in done.stdout


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("reporter bu", "build"),
        ("reporter build we", "weekly"),
        ("reporter build --source fi", "files:"),
        ("reporter build --format h", "html"),
        ("reporter metrics X --metric rs", "rsi"),
        ("reporter metrics X --window yt", "ytd"),
        ("reporter list so", "sources"),
    ],
)
def test_names_are_completed(typed: str, offered: str) -> None:
    words = typed.split()
    environment = {
        **os.environ,
        "_REPORTER_COMPLETE": "bash_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run(PROGRAM, env=environment, capture_output=True, text=True, check=True)
    assert f"plain,{offered}" in done.stdout.splitlines()
