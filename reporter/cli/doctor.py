"""`reporter doctor`: whether what the program needs is set up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import mailing, options
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.delivery.census import Census
    from reporter.delivery.checks import Check, Means
    from reporter.delivery.settings import Settings
    from reporter.model import Json


@click.command()
@click.option("--mail", is_flag=True, help="Look at how mail is set up.")
@mailing.settings
@mailing.outbox
@click.option(
    "--clients", metavar="FILE|URL#TABLE", help="Count this list too: many to one provider?"
)
@click.option("--to", metavar="ADDRESS", help="Who gets the test message; else the operator.")
@click.option("--no-send", is_flag=True, help="Send no test message.")
@click.option(
    "--leaves-from",
    metavar="ADDRESS",
    default="",
    help="The IP address that receivers see mails come from.",
)
@click.option("--json", "as_json", is_flag=True, envvar="REPORTER_DOCTOR_JSON", help="As JSON.")
@options.loudness
@click.pass_obj
def doctor(  # noqa: PLR0913  one argument an option
    talk: Talk,
    *,
    mail: bool,
    settings: Path,
    outbox: str | None,
    clients: str | None,
    to: str | None,
    no_send: bool,
    leaves_from: str,
    as_json: bool,
) -> None:
    """Look whether mail is set up so that providers take it.

    DNS (SPF, DKIM, DMARC, MX), the mail server and what it offers, the page for
    unsubscribing, the outbox and the secrets, of which only the names are told.
    A test message goes to the operator, or to an address of your own domain.
    Leaves with 1 if a check failed.
    """
    from reporter.contract import dump
    from reporter.delivery.checks import Grade
    from reporter.delivery.doctor import Wish, examine
    from reporter.errors import EXIT_ERROR, SpecError

    if not mail:
        raise SpecError("what is to be looked at?", tip="Say --mail.")
    if to and no_send:
        raise SpecError("--to and --no-send exclude each other.", tip="Leave one of them out.")
    house = mailing.house(settings)
    _check_number(leaves_from)
    wish = Wish("" if no_send else to or house.operator, leaves_from)
    census = _census(clients, house) if clients else None
    found: list[Check] = []
    for check in examine(house, _means(house, outbox), wish, options.now(), census):
        found.append(check)
        if not as_json:
            _print(check)
    if as_json:
        click.echo(dump({"checks": [_document(check) for check in found]}), nl=False)
    bad = sum(check.grade is Grade.FAILED for check in found)
    talk.say(f"{len(found)} checks, {bad} failed.")
    if bad:
        click.get_current_context().exit(EXIT_ERROR)


def _document(check: Check) -> Json:
    return {
        "check": check.name,
        "grade": check.grade.value,
        "found": check.what,
        "remedy": check.remedy,
    }


def _print(check: Check) -> None:
    from reporter.visible import visible

    click.echo(visible(f"{check.grade.value:8}{check.name}: {check.what}. {check.remedy}".rstrip()))


def _check_number(leaves_from: str) -> None:
    import ipaddress

    from reporter.errors import SpecError

    try:
        ipaddress.ip_address(leaves_from or "192.0.2.1")
    except ValueError:
        raise SpecError("is no IP address.", where="--leaves-from") from None


def _census(clients: str, house: Settings) -> Census:
    from reporter.delivery.census import counted

    roll = mailing.roll(clients)
    roll.check()
    return counted(roll.recipients(), house.limits.per_day)


def _means(house: Settings, outbox: str | None) -> Means:
    from reporter.delivery import lookups, vault
    from reporter.delivery.checks import Means
    from reporter.delivery.doctor_server import opened, web

    def looked_at() -> bool:
        from reporter.delivery.connecting import is_there

        return is_there(*mailing.outbox_of(house, outbox))

    return Means(lookups.system(), opened, web, vault.secret_or_none, looked_at)
