"""The examples of cron and systemd name commands, options and variables that there are."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
from pathlib import Path

import click

from reporter.cli import reporter
from reporter.delivery import vault
from reporter.spec import load
from tests.programs import needs

CRON = Path("examples/cron/reporter").read_text(encoding="utf-8")
SYSTEMD = Path("examples/systemd")
SECRETS = ("smtp-password", "unsubscribe-key", "dkim-key")


def unit(name: str) -> configparser.RawConfigParser:
    """A unit; of keys that stand several times the last."""
    found = configparser.RawConfigParser(strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(SYSTEMD / name, encoding="utf-8")
    return found


def understood(command: str) -> None:
    """The command line parses, and is of the example's spec, which has a schedule; none is run."""
    words = shlex.split(command.partition(">")[0])
    assert words[0].endswith("reporter")
    name, *arguments = words[1:]
    found = reporter.commands[name]
    with found.make_context(name, arguments, resilient_parsing=False) as context:
        assert context.params["only_due"]
        place = Path(context.params["spec"])
    assert place.parts[:3] == ("/", "srv", "reporter")
    order = load(Path("examples", *place.parts[3:]))
    assert order.schedule
    assert order.source.name != "sample"


def variables(text: str) -> set[str]:
    return set(re.findall(r"REPORTER_[A-Z_]+", text))


def known() -> set[str]:
    """Every variable of the environment that `reporter run` reads."""
    options = (one for one in reporter.commands["run"].params if isinstance(one, click.Option))
    named = {str(one.envvar) for one in options}
    return named | {f"{vault.variable(name)}_FILE" for name in SECRETS}


def test_cron_s_line_is_understood() -> None:
    (line,) = (one for one in CRON.splitlines() if re.match(r"[\d*]", one))
    minute, *others, user, command = line.split(None, 6)
    assert 0 <= int(minute) < 60
    assert others == ["*"] * 4
    assert user == "reporter"
    understood(command.partition("&& ")[2])
    assert variables(CRON) <= known()


def test_the_service_is_understood_and_shut_in() -> None:
    service = unit("reporter-run.service")["Service"]
    understood(service["ExecStart"])
    assert variables((SYSTEMD / "reporter-run.service").read_text(encoding="utf-8")) <= known()
    assert service["Type"] == "oneshot"
    assert service["SuccessExitStatus"] == "4"
    assert service["ProtectSystem"] == "strict"
    assert service["ReadWritePaths"] == service["WorkingDirectory"]
    assert service["NoNewPrivileges"] == "yes"
    assert service["UMask"] == "0077"


def test_the_timer_calls_every_hour() -> None:
    timer = unit("reporter-run.timer")["Timer"]
    assert timer["OnCalendar"] == "hourly"
    assert timer["Persistent"] == "true"


@needs("systemd-analyze")
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    for path in SYSTEMD.iterdir():
        text = path.read_text(encoding="utf-8").replace("/usr/local/bin/reporter", "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, tmp_path.iterdir())],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
