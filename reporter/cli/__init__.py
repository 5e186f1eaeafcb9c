"""The command line: parse, call, print, exit code. One file a command group; the only clock.

Only click is imported at start; everything else waits for the command that needs it, so that
`reporter --help` answers at once.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

import click

from reporter import __version__
from reporter.cli.approve import approve
from reporter.cli.archive import archive
from reporter.cli.bounces import bounces
from reporter.cli.build import build
from reporter.cli.clients import clients
from reporter.cli.data import data
from reporter.cli.doctor import doctor
from reporter.cli.keys import keys
from reporter.cli.listing import listing
from reporter.cli.metrics import metrics
from reporter.cli.outbox import outbox
from reporter.cli.running import run_command
from reporter.cli.schema import schema
from reporter.cli.send import send
from reporter.cli.stdout import guarded
from reporter.cli.talk import Talk
from reporter.cli.unsubscribe import unsubscribe
from reporter.errors import (
    EXIT_DONE,
    EXIT_ERROR,
    EXIT_INTERRUPTED,
    ForeignError,
    ReporterError,
)
from reporter.interrupts import settle

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 80}


@click.group(context_settings=SETTINGS)
@click.version_option(__version__, message="%(prog)s %(version)s", allow_from_autoenv=False)
def reporter() -> None:
    """Turn market data into a market brief: PDF, web page and JSON.

    Every number in a brief is backed by a fact, which `reporter metrics` prints.
    The environment can hold a default for every option: REPORTER_SOURCE,
    REPORTER_OUTPUT, REPORTER_METRICS_WINDOW and so on.

    \b
    Exit codes: 0 done, 1 error, 2 usage or spec,
    3 gaps under --strict, 4 waiting for prices or an approval,
    5 some messages not sent, 130 interrupted (Ctrl-C, SIGTERM).
    """  # noqa: D301  click wants the character


def _name_in_environment(command: click.Command, start: str) -> None:
    """Give every option the variable that the handbook promises: its command's name and its own.

    click would take the name of the function's argument, `AS_JSON` for `--json`.
    """
    for option in command.params:
        if isinstance(option, click.Option) and not option.envvar:
            long = max(option.opts, key=len).strip("-")
            option.envvar = f"{start}_{long}".replace("-", "_").upper()
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            _name_in_environment(inner, f"{start}_{name}")


for command in (
    build, data, metrics, archive, approve, keys,
    clients, doctor, send, outbox, bounces, unsubscribe, run_command,
    listing, schema,
):  # fmt: skip
    reporter.add_command(command)
    _name_in_environment(command, f"reporter_{command.name}")


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code; every failure becomes one message here."""
    talk = Talk()
    _never_stumble_over_letters()
    try:
        return _run(arguments, talk)
    except ReporterError as error:
        if isinstance(error, ForeignError):
            talk.trace(error.__cause__)
        talk.fail(str(error))
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        settle()
        talk.fail("interrupted.")
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # the reader has left (`reporter list metrics | head -1`)
        return EXIT_ERROR
    except Exception as error:  # noqa: BLE001  the last resort: a fault of ours, told as such
        talk.bug(error)
        return EXIT_ERROR


def _run(arguments: Sequence[str] | None, talk: Talk) -> int:
    with guarded():
        code = reporter.main(
            args=None if arguments is None else list(arguments),
            prog_name="reporter",
            standalone_mode=False,
            auto_envvar_prefix="REPORTER",
            obj=talk,
        )
    return code if isinstance(code, int) else EXIT_DONE


def _never_stumble_over_letters() -> None:
    """Print what the terminal's encoding lacks (a minus sign) as an escape, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
