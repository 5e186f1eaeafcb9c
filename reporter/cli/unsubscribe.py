"""`reporter unsubscribe`: the web page where clients unsubscribe, and the key of its links."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reporter.cli import mailing, options
from reporter.cli.talk import Talk

if TYPE_CHECKING:
    from reporter.delivery.ledger import Ledger

SECRET = "unsubscribe-key"  # noqa: S105  its name


@click.group()
def unsubscribe() -> None:
    """Let clients unsubscribe, by the link in each mail.

    Whoever does is left out by the very next send, even by one under way.
    """


@unsubscribe.command()
@mailing.settings
@mailing.outbox
@mailing.archive
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8025, show_default=True,
    help="The port to listen on; 0 is any free one.",
)  # fmt: skip
@options.loudness
@click.pass_obj
def serve(  # noqa: PLR0913  one argument an option
    talk: Talk, *, settings: Path, outbox: str | None, place: Path | None, host: str, port: int
) -> None:
    """Serve the page behind the links, until told to end (Ctrl-C, SIGTERM).

    It is meant to stand behind a web server that has the certificate and hands
    the path of `unsubscribing.url` on as it is. A line of log says what was
    done; no line holds a link or an address.
    """
    from reporter.delivery import ledger, tokens, unsubscribing, vault

    house = mailing.house(settings)
    key = tokens.key(vault.secret(SECRET))
    url, folder = mailing.outbox_of(house, outbox)

    def opened() -> AbstractContextManager[Ledger]:
        return ledger.opened(url, folder, must_exist=True)

    with opened() as book:  # it is there, and the right one, before anybody is promised anything
        mailing.check_outbox(place, house, book)
    desk = unsubscribing.Desk(
        house.unsubscribing.url, key, opened, options.now, _log(talk), house.folder
    )
    made = unsubscribing.app(desk)
    with unsubscribing.listening(host, port) as bound:
        shown = f"[{host}]" if ":" in host else host
        path = unsubscribing.prefix(desk.url)
        click.echo(f"http://{shown}:{bound.getsockname()[1]}{path}")
        unsubscribing.serve(made, bound)
    talk.say("Ended.")


def _log(talk: Talk) -> Callable[[str], None]:
    """A line of log with its time; trouble is told even where all else is not."""

    def tell(line: str) -> None:
        told = f"{options.now().isoformat(timespec='seconds')} {line}"
        (talk.say if line.startswith("200:") else talk.fail)(told)

    return tell


@unsubscribe.command()
@click.option("--print", "show", is_flag=True, help="Print the key instead of keeping it.")
@click.option(
    "--replace", is_flag=True, help="Make another one; links in mails already sent end to work."
)
@options.loudness
@click.pass_obj
def key(talk: Talk, *, show: bool, replace: bool) -> None:
    """Make the key that the links to unsubscribe are made with.

    It goes into the system's keyring. Where there is none, --print prints it,
    to be set as REPORTER_UNSUBSCRIBE_KEY. Keep it: without it the links in mails
    already sent are worth nothing.
    """
    from reporter import keychain
    from reporter.delivery import tokens, vault
    from reporter.errors import DeliveryError

    if not show and not replace and vault.secret_or_none(SECRET):
        tip = "Leave it, or say --replace: links in mails already sent then end to work."
        raise DeliveryError("there is a key already.", tip=tip)
    made = tokens.new_key()
    if show:
        click.echo(made)
        talk.say(f"Set it as {vault.variable(SECRET)} wherever mail is sent and links are served.")
        return
    tip = f"Print it, and set it as {vault.variable(SECRET)}: reporter unsubscribe key --print"
    keychain.keep(SECRET, made, keychain.Purpose(DeliveryError, tip))
    click.echo(f"The key is kept in the keyring, as {SECRET!r} of {keychain.SERVICE!r}.")
