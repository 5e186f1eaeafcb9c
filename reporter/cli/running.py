"""`reporter run`: the unattended week."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from reporter.cli import hands, mailing, options
from reporter.cli.build import briefs, formats, output
from reporter.cli.private import private
from reporter.cli.talk import Talk
from reporter.paper import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

    from reporter.delivery.settings import Settings
    from reporter.model import BriefSpec
    from reporter.run_jobs import Job, Mailing, Trouble
    from reporter.running import Outcome


@click.command("run")
@click.argument("spec", required=False, shell_complete=briefs)
@click.option(
    "--due", "only_due", is_flag=True, help="Only an edition that the brief's schedule has due."
)
@options.as_of
@options.source
@options.data
@output
@formats
@click.option("--strict", is_flag=True, help="Make nothing and leave with 3 if there are gaps.")
@hands.place
@private
@options.path(
    "--runs",
    default="runs",
    show_default=True,
    help="Where records of runs and their log lie.",
)
@options.path(
    "--settings",
    metavar="FILE",
    envvar="REPORTER_SETTINGS",
    help="The file that says how you deliver; failures are told to its operator.",
)
@click.option(
    "--clients",
    metavar="FILE|URL#TABLE",
    envvar="REPORTER_CLIENTS",
    help="The list of clients; without it nothing is sent.",
)
@mailing.outbox
@hands.actor
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
@options.loudness
@click.pass_obj
def run_command(talk: Talk, /, **given: Any) -> int:  # noqa: ANN401  the options, read below
    """Make an edition, file it, wait for its approval, send it.

    Each call does what can be done now; the next goes on from there, and what
    is done is not done again. To be called every hour by cron or systemd, with
    --due. SPEC is as for `reporter build`. Without --settings and --clients an
    edition is built and filed, and nothing is sent.

    \b
    Exit codes: 0 done or nothing is due, 1 error, 2 usage,
    3 gaps under --strict, 4 waiting for prices or an approval,
    5 some are not sent or not known to be.
    """  # noqa: D301  click wants the character
    from reporter.errors import WaitingError
    from reporter.run_jobs import WithdrawnError
    from reporter.running import run
    from reporter.spec import load

    if given["only_due"] and given["as_of"]:
        raise click.UsageError("--due finds the day itself. Leave --as-of or --due out.")
    if given["clients"] and not given["settings"]:
        raise click.UsageError("--clients needs --settings: how you deliver.")
    order = load(given["spec"], source=given["source"], as_of=given["as_of"])
    try:
        with talk.progress() as progress:
            job = _job(talk, order, given, progress)
            outcome = run(job, only_due=given["only_due"])
    except WithdrawnError:
        raise
    except WaitingError as error:  # all is well: the next call goes on
        talk.say(str(error))
        return error.exit_code
    _tell(talk, outcome, as_json=given["as_json"])
    return outcome.exit


def _job(talk: Talk, order: BriefSpec, given: dict[str, Any], progress: Any) -> Job:  # noqa: ANN401  as Talk gives it
    from reporter.run_jobs import Job

    settings = mailing.house(given["settings"]) if given["settings"] else None
    return Job(
        spec=order,
        clock=options.now,
        actor=hands.hand(given["actor"], late=False).actor,
        archive=given["place"],
        output=given["output"],
        runs=given["runs"],
        data=options.data_folder(given["data"], order.folder),
        formats=given["formats"] or FORMATS,
        strict=given["strict"],
        mailing=_mailing(talk, settings, given) if settings and given["clients"] else None,
        notify=_notify(settings) if settings and settings.operator else None,
        say=talk.say,
        progress=progress,
    )


def _mailing(talk: Talk, settings: Settings, given: dict[str, Any]) -> Mailing:
    """How the edition is sent; what it takes is looked at when it is sent."""
    from reporter.cli.send import house_of
    from reporter.delivery.dispatch import Told
    from reporter.delivery.unattended import mailing as by

    roll, outbox = mailing.roll(given["clients"]), mailing.outbox_of(settings, given["outbox"])
    return by(
        settings, lambda: house_of(settings, {**given, "late": False}), roll, outbox, Told(talk.say)
    )


def _notify(settings: Settings) -> Callable[[Trouble], str]:
    def notify(trouble: Trouble) -> str:
        from reporter.delivery import notices, signing, vault
        from reporter.errors import DeliveryError

        now: datetime = options.now()
        signer = None
        with suppress(DeliveryError):  # a key that is at fault is no reason to say nothing
            key = vault.secret_or_none("dkim-key") if settings.dkim else None
            signer = signing.signer(settings.dkim, key.encode()) if settings.dkim and key else None
        return notices.tell(trouble, settings, now, signer)

    return notify


def _tell(talk: Talk, outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        click.echo(_document(outcome))
    elif outcome.exit:
        talk.fail(outcome.message)
    else:
        click.echo(outcome.message)


def _document(outcome: Outcome) -> str:
    import json
    from dataclasses import asdict

    def plain(value: object) -> str:
        return value.isoformat() if isinstance(value, date) else str(value)

    record = asdict(outcome.record) if outcome.record else None
    told = {"exit": outcome.exit, "message": outcome.message, "record": record}
    return json.dumps(told, indent=2, ensure_ascii=False, default=plain)
