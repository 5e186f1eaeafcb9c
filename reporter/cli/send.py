"""`reporter send`: an edition goes to the clients it is for."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reporter.cli import editions, hands, mailing, options
from reporter.cli.archive.shown import document
from reporter.cli.private import private
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.delivery.campaign import House, Order
    from reporter.delivery.clients import Roll
    from reporter.delivery.dispatch import Dispatch, Told
    from reporter.delivery.message import Secrets
    from reporter.delivery.rehearsal import Rehearsal
    from reporter.delivery.settings import Settings

MAIL = Path("output") / "mail"


@click.command()
@editions.edition_argument
@hands.place
@private
@mailing.settings
@mailing.clients
@mailing.outbox
@click.option("--segment", metavar="NAME", default="", help="Only to clients of this segment.")
@click.option(
    "--corrects", metavar="EDITION", default="", help="Only to those who were sent EDITION."
)
@click.option("--dry-run", is_flag=True, help="Write every message to a folder; send nothing.")
@options.path(
    "--to-folder",
    help="Where a dry run writes; else output/mail/<edition>.",
)
@click.option(
    "--sample",
    metavar="N",
    type=click.IntRange(1),
    help="Mail N clients' messages to --to, or to the operator, and to nobody else.",
)
@click.option(
    "--to",
    metavar="ADDRESS",
    default="",
    help="Mail samples there, one if not told how many, and to nobody else.",
)
@click.option(
    "--stage",
    type=click.Choice(["first", "rest", "all"]),
    help="Of a staged release: the first group, the rest, or all without waiting.",
)
@click.option(
    "--finish-by",
    metavar="TIME",
    type=options.Moment(),
    help="Stop then: HH:MM of today, or ISO 8601, in this machine's zone if it names none; "
    "refused if the rates cannot make it.",
)
@click.option(
    "--wait",
    metavar="MINUTES",
    type=click.FloatRange(0),
    default=10.0,
    show_default=True,
    help="How long deferred letters are waited for.",
)
@click.option(
    "--override",
    "overrides",
    metavar="NAME",
    multiple=True,
    help="Set aside what refuses it: terms, stale or outbox.",
)
@click.option("--reason", metavar="TEXT", default="", help="Why that is set aside.")
@options.path(
    "--report",
    metavar="FILE",
    help="Write what the run came to as JSON.",
)
@hands.actor
@hands.late
@options.loudness
@click.pass_obj
def send(talk: Talk, /, **given: Any) -> None:  # noqa: ANN401  the options, read below
    """Send an edition to the clients it is for.

    Every message is made and filed in the archive first; then they leave. Called
    again it sends what is left, and nothing twice.

    \b
    Exit codes: 0 all sent, 4 an approval is missing,
    5 some are not sent or not known to be.
    """  # noqa: D301  click wants the character
    _check_together(given)
    settings = mailing.house(given["settings"])
    house = house_of(settings, given)
    order, roll = _order(talk, house, given), mailing.roll(given["clients"])
    with talk.progress() as progress:
        run = house, order, roll, _told(talk, progress)
        if given["dry_run"] or given["sample"] or given["to"]:
            _rehearse(talk, run, given)
        else:
            _dispatch(talk, run, given)


Run = tuple["House", "Order", "Roll", "Told"]


def _check_together(given: dict[str, Any]) -> None:
    """Refuse what contradicts itself: whoever says where a dry run writes must not send."""
    if given["to_folder"] and not given["dry_run"]:
        raise click.UsageError("--to-folder is for a dry run. Add --dry-run, or leave it out.")
    sampled = given["sample"] or given["to"]
    if given["dry_run"] and sampled:
        raise click.UsageError("--dry-run mails nothing. Leave out --sample and --to, or it.")
    if given["report"] and (given["dry_run"] or sampled):
        raise click.UsageError("--report is of what was sent to clients. Leave it out.")


def _told(talk: Talk, progress: Any) -> Told:  # noqa: ANN401  as Talk gives it
    from reporter.delivery.dispatch import Told

    return Told(talk.say, progress)


def house_of(settings: Settings, given: dict[str, Any]) -> House:
    """What a sender works with, by the options of a command."""
    from reporter.archive.base import opened
    from reporter.archive.clients import keys_of
    from reporter.delivery.campaign import House

    archive = opened(given["place"])
    hand = hands.hand(given["actor"], late=given["late"])
    owner = f"{hand.actor} on {socket.gethostname()}, process {os.getpid()}"
    keys = keys_of(archive, given["private"])
    is_trial = any(given.get(one) for one in ("dry_run", "sample", "to"))
    secrets, clock = secrets_of(settings, is_trial=is_trial), options.clock()
    return House(archive, keys, settings, secrets, clock, hand.actor, owner, given["late"])


def secrets_of(settings: Settings, *, is_trial: bool = False) -> Secrets:
    """What only the house knows, as its messages need it; a trial needs no key of links.

    Raises:
        DeliveryError: a secret is not set, or is not what it must be.
    """
    from reporter.delivery import signing, tokens, vault
    from reporter.delivery.message import Secrets
    from reporter.delivery.protecting import KEPT_AS

    dkim = settings.dkim
    signer = signing.signer(dkim, vault.secret("dkim-key").encode()) if dkim else None
    key = tokens.TRIAL if is_trial else tokens.key(vault.secret("unsubscribe-key"))
    return Secrets(key, signer, lambda name: vault.secret_or_none(f"{KEPT_AS}{name}"))


def _order(talk: Talk, house: House, given: dict[str, Any]) -> Order:
    from reporter.delivery.campaign import Order
    from reporter.delivery.clearance import Allowance

    return Order(
        editions.meant(house.archive, given["edition"], talk),
        given["segment"],
        given["corrects"],
        given["stage"] or "",
        given["finish_by"],
        timedelta(minutes=given["wait"]),
        Allowance(frozenset(given["overrides"]), given["reason"]),
    )


# --- what may come of it ------------------------------------------------------------------------


def _rehearse(talk: Talk, run: Run, given: dict[str, Any]) -> None:
    """As files or samples; whom they are for, the outbox says, where there is one."""
    from reporter.delivery.connecting import NoOutboxError
    from reporter.delivery.ledger import opened
    from reporter.delivery.rehearsal import Rehearsal

    house, order = run[:2]
    with ExitStack() as stack:
        ledger = None
        outbox = mailing.outbox_of(house.settings, given["outbox"])
        try:
            ledger = stack.enter_context(opened(*outbox, must_exist=True))
        except NoOutboxError:
            if order.corrects:
                raise
        rehearsal = Rehearsal(*run, ledger)
        if given["dry_run"]:
            _to_folder(talk, rehearsal, given["to_folder"])
        else:
            _to_address(talk, rehearsal, given)


def _to_folder(talk: Talk, rehearsal: Rehearsal, folder: Path | None) -> None:
    from reporter.channels.folder import safe
    from reporter.delivery.report import left_out

    place = folder or MAIL / safe(rehearsal.order.edition.replace("/", "-"))
    shares = rehearsal.to_folder(place)
    talk.say_each(left_out(shares))
    talk.say(f"{shares.total:,} messages written; nothing was sent, filed or queued.")
    click.echo(str(place))


def _to_address(talk: Talk, rehearsal: Rehearsal, given: dict[str, Any]) -> None:
    from reporter.errors import SpecError

    address = given["to"] or rehearsal.house.settings.operator
    if not address:
        message = "nobody is named to mail samples to."
        tip = 'Name one: --to ADDRESS; or write operator = "you@example.com" into the settings.'
        raise SpecError(message, where="--sample", tip=tip)
    count = rehearsal.to_address(address, given["sample"] or 1)
    talk.say(f"{count} sample{'' if count == 1 else 's'} sent, and to no client.")


def _dispatch(talk: Talk, run: Run, given: dict[str, Any]) -> None:
    from reporter.delivery import dispatch, outcome
    from reporter.delivery.ledger import opened

    house, order, roll, told = run
    with opened(*mailing.outbox_of(house.settings, given["outbox"])) as ledger:
        sending = dispatch.Dispatch(house, order, roll, ledger, told)
        with _going_on(talk, order.edition), _summed_up(talk, sending, given["report"]):
            came_to = sending.run()
    outcome.check(came_to)


@contextmanager
def _summed_up(talk: Talk, sending: Dispatch, path: Path | None) -> Iterator[None]:
    """Tell what a run came to, whatever ended it: with that, the command leaves."""
    from reporter.errors import ReporterError

    try:
        yield
    except BaseException:
        try:
            _tell(talk, sending, path)
        except ReporterError as error:
            talk.say(str(error))
        raise
    _tell(talk, sending, path)


def _tell(talk: Talk, sending: Dispatch, path: Path | None) -> None:
    """The summary, and the report where one is asked for; nothing of a run that sent nothing."""
    from reporter.delivery import report

    if sending.outcome:
        talk.say_each(report.summary(sending.outcome))
        if path:
            _write(path, document(report.document(sending.outcome, sending.ledger)))


@contextmanager
def _going_on(talk: Talk, edition: str) -> Iterator[None]:
    """Say, where a run is interrupted, how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        talk.say(f"Stopped. Nothing is lost: the same command sends the rest of {edition}.")
        raise


def _write(path: Path, text: str) -> None:
    from reporter import durable
    from reporter.errors import OutputError

    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        message = f"cannot be written: {durable.why(error)}."
        raise OutputError(message, where=str(path)) from error
